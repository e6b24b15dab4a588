"""Bytes of a file that is not on a local disk, for a child process: asked for through a socket.

The child gets no address, no password and no network, only the bytes it asks for, out of the media
that was opened: what is described is what was opened. The one who lends counts them.
"""

from __future__ import annotations

import asyncio
import io
import socket
import struct
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator

from quart_video.storage.base import Media

BLOCK = 256 * 1024
"""Bytes that a child asks for at once: a few round trips for what a prober reads."""
_MOST_AHEAD = 16 * 1024 * 1024
"""Bytes that are asked of a storage at once, at most, for a child that reads all there is."""
_KEPT = 32  # blocks; a container is read here and there, and back again
_ASK = struct.Struct(">QI")  # offset, size
_GIVE = struct.Struct(">I")  # size of what follows


class OverBudgetError(Exception):
    """A child asked for more bytes than its task may read."""


async def serve_reads(media: Media, end: socket.socket, budget: int) -> None:
    """Answer what is asked through *end* until the child has closed its own.

    :param end: does not block; closed in the end, which is what the child sees of an error.
    :raises OverBudgetError: more than *budget* bytes were asked for.
    :raises StorageError: as reading the media does.
    """
    loop = asyncio.get_running_loop()
    row = _Row(media)
    with end:
        while question := await _receive(loop, end, _ASK.size):
            offset, size = _ASK.unpack(question)
            stop = min(offset + size, media.facts.size)
            budget -= max(0, stop - offset)
            if budget < 0:
                raise OverBudgetError("it takes too much reading")
            data = await row.read(offset, stop)
            await loop.sock_sendall(end, _GIVE.pack(len(data)) + data)


async def _receive(loop: asyncio.AbstractEventLoop, end: socket.socket, size: int) -> bytes:
    """Return the next *size* bytes, none at the end."""
    data = b""
    while len(data) < size:
        try:
            part = await loop.sock_recv(end, size - len(data))
        except ConnectionError:  # a child that was killed
            return b""
        if not part:
            return b""
        data += part
    return data


class _Row:
    """A media that is read here and there, and at times in a row, which takes fewer requests then.

    What is asked of the storage before anyone wants it is half of what was read in a row so far.
    """

    def __init__(self, media: Media) -> None:
        self._media = media
        self._chunks: AsyncIterator[bytes] | None = None
        self._rest = memoryview(b"")
        self._begin = self._position = 0

    async def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from *start* up to *stop*, none where there are none."""
        if start != self._position:
            await self._leave()
            self._begin = self._position = start
        parts = []
        while self._position < stop:
            if not self._rest:
                self._rest = memoryview(await self._more(stop))
            part = self._rest[: stop - self._position]
            self._rest = self._rest[len(part) :]
            self._position += len(part)
            parts.append(part)
        return b"".join(parts)

    async def _more(self, stop: int) -> bytes:
        chunk = await anext(self._chunks, b"") if self._chunks else b""
        if not chunk:
            ahead = min((self._position - self._begin) // 2, _MOST_AHEAD)
            stop = min(max(stop, self._position + ahead), self._media.facts.size)
            self._chunks = self._media.chunks(self._position, stop)
            chunk = await anext(self._chunks)
        return chunk

    async def _leave(self) -> None:
        """Have what is left of the row not be read."""
        self._rest = memoryview(b"")
        if isinstance(self._chunks, AsyncGenerator):
            await self._chunks.aclose()


class RemoteFile(io.RawIOBase):
    """The child's side: a file to read from.

    :param descriptor: of a connected socket, owned from now on.
    :param size: of the file.
    :param blocks: those that were read last, shared by all who read the same file.
    """

    def __init__(
        self, descriptor: int, size: int, blocks: OrderedDict[int, bytes] | None = None
    ) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._size = size
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict() if blocks is None else blocks

    def readable(self) -> bool:
        """Tell that this is to be read."""
        return True

    def seekable(self) -> bool:
        """Tell that any place can be gone to."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read what the block at the position has, at most."""
        number, within = divmod(self._position, BLOCK)
        if self._position >= self._size:
            return 0
        data = self._block(number)[within : within + len(buffer)]
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def read_at(self, size: int, position: int) -> bytes:
        """Return *size* bytes at a position, fewer where the file ends before."""
        number, within = divmod(position, BLOCK)
        stop = min(position + size, self._size)
        if stop <= (number + 1) * BLOCK:  # nearly always
            return self._block(number)[within : within + size] if position < stop else b""
        numbers = range(number, -(-stop // BLOCK))
        data = b"".join([self._block(each) for each in numbers])
        return data[within : within + size]

    def _block(self, number: int) -> bytes:
        block = self._blocks.get(number)
        if block is None:
            self._socket.sendall(_ASK.pack(number * BLOCK, BLOCK))
            (size,) = _GIVE.unpack(self._exactly(_GIVE.size))
            block = self._blocks[number] = self._exactly(size)
            if len(self._blocks) > _KEPT:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(number)
        return block

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            if not part:
                raise OSError("the file can no longer be read")
            data += part
        return bytes(data)

    def close(self) -> None:
        """Close the socket, which ends the lending."""
        self._socket.close()
        super().close()
