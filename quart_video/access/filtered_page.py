"""A page of a listing, of what may be seen: read on until there is enough of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from quart_video.access.judge import BATCH, Judge
from quart_video.catalogue import Catalogue, Item, Page, Query, cursor_after
from quart_video.storage.base import Entry, Unavailable

logger = logging.getLogger("quart_video")

MOST_READ = 100_000
"""Videos that a page passes over, at most, because they are in folders that may not be seen; and
folders that it asks about."""
_TRIES = 3


class _ListingMoved(Exception):
    """The listing changed while it was being read."""


class _FilteredPager:
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

        :raises _ListingMoved: it is not in its place any more.
        """
        assert self._marked is not None
        query, path = self._marked
        page = await self._catalogue.page(query)
        if not page.items or page.items[-1].entry.path != path:
            raise _ListingMoved
        return page.next_cursor


class FilteredListing:
    """A listing, of what may be seen.

    :param judge: is asked about one more video than a page holds, and one more folder, in one go;
        about more only where some of them are left out.
    """

    def __init__(self, catalogue: Catalogue, judge: Judge, query: Query) -> None:
        self._catalogue = catalogue
        self._judge = judge
        self._query = query

    async def page(self) -> Page:
        """Return one page of a listing, of what may be seen.

        :raises Unavailable: the listing changes all the time.
        :raises StorageError: as reading it does.
        """
        for _ in range(_TRIES):
            with suppress(_ListingMoved):
                return await self._try()
        raise Unavailable("the listing changes faster than it can be read", retry_after=1)

    async def _try(self) -> Page:
        query = self._query
        pager = _FilteredPager(self._catalogue, query)
        batch = await pager.next(query.limit + 1)
        seen, allowed = await self._judge.allowed_of(batch.folders, batch.items)
        images = dict(batch.folder_posters)
        are_all = await self._add_folders(batch, seen, images)
        folders = tuple(seen[: query.limit])
        are_last = are_all and len(seen) == len(folders)
        shown: list[Item] = []
        while True:
            room = query.limit - len(shown)
            shown += allowed[:room]
            if allowed[:room]:
                pager.mark(shown[-1])
            if len(allowed) > room or pager.is_over:
                break
            if self._judge.has_asked_enough or pager.count >= MOST_READ:
                logger.warning(
                    "A listing of %r goes no further: of %d videos in a row hardly any may be "
                    "seen by who asks. Hide folders rather than many videos.",
                    query.folder,
                    pager.count,
                )
                break
            allowed = await self._judge.allowed((await pager.next(BATCH)).items)
        whole = pager.is_over and len(allowed) <= room
        counted = whole and query.cursor is None
        return replace(
            batch,
            folders=folders,
            folder_posters=images,
            total_folders=len(folders) if are_last and query.cursor is None else None,
            next_folders_cursor=(
                None if are_last or not folders else cursor_after(folders[-1].path)
            ),
            items=tuple(shown),
            total=len(shown) if counted else None,
            total_size=_size(shown) if counted else None,
            types=(),
            next_cursor=None if whole or not shown else await pager.cursor(),
        )

    async def _add_folders(self, page: Page, seen: list[Entry], images: dict[str, Entry]) -> bool:
        """Go on with the folders behind *page* until one more than fits may be *seen*.

        :param images: what shows them is added to these.
        :returns: whether there are no more.
        """
        query = self._query
        count = len(page.folders)
        while page.next_folders_cursor is not None and len(seen) <= query.limit:
            if count >= MOST_READ:
                logger.warning(
                    "A listing of %r goes no further: of %d folders in a row hardly any may be "
                    "seen by who asks.",
                    query.folder,
                    count,
                )
                break
            # As many again: where next to nothing may be seen, that is soon in few questions.
            limit = max(BATCH, count)
            page = await self._catalogue.page(
                replace(query, limit=limit, cursor=page.next_folders_cursor)
            )
            seen += (await self._judge.allowed_of(page.folders, ()))[0]
            images |= page.folder_posters
            count += len(page.folders)
        return page.next_folders_cursor is None


def _size(items: Iterable[Item]) -> int:
    return sum(item.entry.facts.size for item in items if item.entry.facts is not None)
