"""Sources that pieces are read from: what is on a disk directly, all else by way of blocks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Protocol, runtime_checkable

from quart_video.storage.base import Changed, Media

BLOCK = 256 * 1024
"""Bytes that are kept together of what is read from afar."""
_KEPT = 16
"""Blocks that are kept: samples of one time lie near each other, in turns."""
_MOST_IN_ROW = 32
"""Blocks that are asked for at once, at most: as many more each time as one reads on."""


@runtime_checkable
class Scattering(Protocol):
    """A media that can be read straight to several places in memory."""

    async def read_into(self, targets: Sequence[memoryview], start: int, stop: int) -> None:
        """Read the bytes from *start* up to *stop* to *targets*, one after the other.

        :raises Changed: the file has become shorter than *stop*.
        :raises Unavailable: the bytes cannot be read.
        """


class BlockReader:
    """Reads any media here and there, asking for few bytes twice and for many at a time."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._chunks: AsyncIterator[bytes] | None = None
        self._next = 0
        self._stop = 0
        self._in_row = 1
        self.ahead = _MOST_IN_ROW * BLOCK
        """About how many bytes will be wanted from the next on; no more are asked for at once."""

    async def read_into(self, targets: Sequence[memoryview], start: int, stop: int) -> None:
        """Read the bytes from *start* up to *stop* to *targets*, one after the other."""
        if stop > self._media.facts.size:
            raise Changed(f"the media ends before byte {stop}, which belongs to it")
        for target in targets:
            filled = 0
            while filled < len(target):
                number, within = divmod(start, BLOCK)
                block = await self._block(number)
                part = block[within : within + len(target) - filled]
                target[filled : filled + len(part)] = part
                filled += len(part)
                start += len(part)

    async def _block(self, number: int) -> bytes:
        block = self._blocks.get(number)
        if block is not None:
            self._blocks.move_to_end(number)
            return block
        size = self._media.facts.size
        start, stop = number * BLOCK, min((number + 1) * BLOCK, size)
        if self._chunks is None or self._next != number:
            await self._leave()
            self._in_row = min(2 * self._in_row, _MOST_IN_ROW) if self._next == number else 1
            most = start + max(1, min(self._in_row, -(-self.ahead // BLOCK))) * BLOCK
            self._stop = min(most, size)
            self._chunks = self._in_blocks(start, self._stop)
        block = await anext(self._chunks, b"")
        if len(block) != stop - start:
            raise Changed(f"the media ended before byte {stop}, which belongs to it")
        self._next = number + 1
        if stop == self._stop:
            await self._leave()
        self._blocks[number] = block
        if len(self._blocks) > _KEPT:
            self._blocks.popitem(last=False)
        return block

    async def _in_blocks(self, start: int, stop: int) -> AsyncGenerator[bytes, None]:
        data = bytearray()
        async for chunk in self._media.chunks(start, stop):
            data += chunk
            while len(data) >= BLOCK:
                yield bytes(data[:BLOCK])
                del data[:BLOCK]
        if data:
            yield bytes(data)

    async def _leave(self) -> None:
        """Let go of what was asked for and has not come."""
        chunks, self._chunks = self._chunks, None
        if isinstance(chunks, AsyncGenerator):
            await chunks.aclose()

    def drop(self) -> None:
        """Let go of the memory."""
        self._blocks.clear()


def reader_of(media: Media) -> Scattering:
    """Return what pieces of *media* are read by."""
    return media if isinstance(media, Scattering) else BlockReader(media)
