"""Indexes that are being used: each part is read, checked and decompressed once for all viewers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from quart_video.remux.index_file import (
    HEAD_SIZE,
    Block,
    BrokenIndexError,
    Directory,
    Head,
    read_block,
    read_directory,
    read_head,
)

Read = Callable[[int, int], Awaitable[bytes]]
"""Returns the bytes of an index from a position up to another; fewer where it ends before."""


class Index:
    """An index whose head and directory have been read."""

    def __init__(self, key: str, head: Head, directory: Directory, cache: IndexCache) -> None:
        self.key = key
        self.head = head
        self.directory = directory
        self._cache = cache

    async def block_at(self, position: int, read: Read) -> Block:
        """Return the block that tells of a byte of the virtual file.

        :raises BrokenIndexError: it is not as it was written.
        """
        number = self.directory.number_at(position)
        block = self._cache.find_block(self.key, number)
        if block is None:
            place = self.directory.place(number)
            block = read_block(place, await read(place.stored.start, place.stored.stop))
            self._cache.keep_block(self.key, number, block)
        return block

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes."""
        return self.directory.weight


class IndexCache:
    """What was read last of indexes.

    :param most: about how many bytes of memory it may take.
    """

    def __init__(self, most: int = 8 * 1024 * 1024) -> None:
        self._most = most
        self._weight = 0
        self._kept: OrderedDict[tuple[str, int], Index | Block] = OrderedDict()

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes."""
        return self._weight

    def find(self, key: str) -> Index | None:
        """Return the index that was opened by this *key*, if it is still known."""
        found = self._find((key, -1))
        return found if isinstance(found, Index) else None

    async def open(self, key: str, read: Read) -> Index:
        """Read head and directory of an index.

        :param key: never that of another index, nor of another version of it.
        :raises BrokenIndexError: it is none.
        """
        head = read_head(await read(0, HEAD_SIZE))
        place = head.directory
        data = await read(place.start, place.stop)
        if len(data) != len(place):
            raise BrokenIndexError("an index that is cut short")
        index = Index(key, head, read_directory(head, data), self)
        self._keep((key, -1), index)
        return index

    def forget(self, key: str) -> None:
        """Forget an index, and what is in it."""
        for each in [each for each in self._kept if each[0] == key]:
            self._weight -= self._kept.pop(each).weight

    def find_block(self, key: str, number: int) -> Block | None:
        """Return a block, if it is still known."""
        found = self._find((key, number))
        return found if isinstance(found, Block) else None

    def keep_block(self, key: str, number: int, block: Block) -> None:
        """Keep a block for a while."""
        self._keep((key, number), block)

    def _find(self, key: tuple[str, int]) -> Index | Block | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def _keep(self, key: tuple[str, int], value: Index | Block) -> None:
        before = self._kept.pop(key, None)
        self._weight += value.weight - (before.weight if before is not None else 0)
        self._kept[key] = value
        while self._weight > self._most and len(self._kept) > 1:
            self._weight -= self._kept.popitem(last=False)[1].weight
