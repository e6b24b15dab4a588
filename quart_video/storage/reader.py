"""A media as a seekable file object, for libraries that read one: in blocks, within a budget.

What is inside a video is told by a few places in it. Whoever reads those over a network wants few
requests, and no library that goes astray is to download the whole.
"""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from collections.abc import Callable

from quart_video.storage.base import BudgetSpent

BLOCK = 256 * 1024
"""Bytes that are fetched at once. Two or three such blocks tell what a video is made of."""

_KEPT = 8  # blocks: between the index and the frames one goes back and forth


class BlockReader(io.RawIOBase):
    """A seekable binary file that reads whole blocks and keeps the latest, for one thread.

    :param size: of the media in bytes.
    :param fetch: returns the bytes from its first up to its second argument, all of them; may
        block, and raise what :meth:`quart_video.storage.base.Media.chunks` may.
    :param budget: bytes that may be fetched in all.
    :param release: called once when the file is closed.
    """

    def __init__(
        self,
        size: int,
        fetch: Callable[[int, int], bytes],
        *,
        budget: int,
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self.fetched = 0
        self._size = size
        self._fetch = fetch
        self._budget = budget
        self._release = release
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that any place in it can be read."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte that is read."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place, which may lie behind the end, and return it."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(base + offset, 0)
        return self._position

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read into *buffer*, up to the end of a block at most; 0 at the end of the file.

        :raises BudgetSpent: more would have to be fetched than is allowed.
        """
        if self.closed:
            raise ValueError("the file is closed")
        if self._position >= self._size or not len(buffer):
            return 0
        start = self._position - self._position % BLOCK
        block = self._block(start)
        inside = self._position - start
        piece = memoryview(block)[inside : inside + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _block(self, start: int) -> bytes:
        if start in self._blocks:
            self._blocks.move_to_end(start)
            return self._blocks[start]
        stop = min(start + BLOCK, self._size)
        if self.fetched + stop - start > self._budget:
            raise BudgetSpent(f"more than {self._budget} bytes would have to be read")
        self.fetched += stop - start
        block = self._blocks[start] = self._fetch(start, stop)
        if len(self._blocks) > _KEPT:
            self._blocks.popitem(last=False)
        return block

    def close(self) -> None:
        """Release what is held."""
        if not self.closed:
            self._blocks.clear()
            self._release()
        super().close()
