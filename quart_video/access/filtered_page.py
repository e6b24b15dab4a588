"""Reading a listing until there is enough of it that may be seen."""

from __future__ import annotations

from dataclasses import replace

from quart_video.catalogue import Catalogue, Item, Page, Query


class ListingMoved(Exception):
    """The listing changed while it was being read."""


class FilteredPager:
    """Reads a listing in batches, and remembers the last video that was marked."""

    count = 0
    """Videos read so far."""
    is_over = False
    """Whether there are no more."""

    def __init__(self, catalogue: Catalogue, query: Query) -> None:
        self._catalogue = catalogue
        self._query = query
        self._next = query
        self._batch = query
        self._items: tuple[Item, ...] = ()
        self._marked: tuple[Query, str] | None = None

    async def next(self, limit: int) -> Page:
        """Return the next *limit* videos, or what is left."""
        self._batch = replace(self._next, limit=limit)
        page = await self._catalogue.page(self._batch)
        self._items = page.items
        self._next = replace(self._next, cursor=page.next_cursor)
        self.count += len(page.items)
        self.is_over = page.next_cursor is None
        return page

    def mark(self, item: Item) -> None:
        """Remember a video of the last batch."""
        until = replace(self._batch, limit=self._items.index(item) + 1)
        self._marked = until, item.entry.path

    async def cursor(self) -> str | None:
        """Return the cursor behind the marked video. None other may be shown: it holds a path.

        :raises ListingMoved: it is not in its place any more.
        """
        assert self._marked is not None
        query, path = self._marked
        page = await self._catalogue.page(query)
        if not page.items or page.items[-1].entry.path != path:
            raise ListingMoved
        return page.next_cursor
