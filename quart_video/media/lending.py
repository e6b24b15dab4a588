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

from quart_video.storage.base import Media

BLOCK = 256 * 1024
"""Bytes that are asked for at once: a few round trips for what a prober reads."""
_KEPT = 32  # blocks; a container is read here and there, and back again
_ASK = struct.Struct(">QI")  # offset, size
_GIVE = struct.Struct(">I")  # size of what follows


class OverBudgetError(Exception):
    """A child asked for more bytes than its task may read."""


async def lend(media: Media, end: socket.socket, budget: int) -> None:
    """Answer what is asked through *end* until the child has closed its own.

    :param end: does not block; closed in the end, which is what the child sees of an error.
    :raises OverBudgetError: more than *budget* bytes were asked for.
    :raises StorageError: as reading the media does.
    """
    loop = asyncio.get_running_loop()
    with end:
        while question := await _receive(loop, end, _ASK.size):
            offset, size = _ASK.unpack(question)
            stop = min(offset + size, media.facts.size)
            budget -= max(0, stop - offset)
            if budget < 0:
                raise OverBudgetError("it takes too much reading")
            chunks = [chunk async for chunk in media.chunks(offset, stop)] if offset < stop else []
            data = b"".join(chunks)
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


class Borrowed(io.RawIOBase):
    """The child's side: a file to read from.

    :param descriptor: of a connected socket, owned from now on.
    :param size: of the file.
    """

    def __init__(self, descriptor: int, size: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._size = size
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

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
