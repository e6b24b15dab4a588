"""The catalogue of one storage: what a mount asks."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TypeVar, TypeVarTuple

from quart_video.background import Activity
from quart_video.bounded import BoundedCache
from quart_video.catalogue.index import listing, queries, writes
from quart_video.catalogue.index.index import Busy, Index
from quart_video.catalogue.sync.scanner import Scan
from quart_video.catalogue.sync.synchronizer import Synchronizer, ThroughLink
from quart_video.catalogue.types import Finding, Item, Neighbours, Page, Progress, Query
from quart_video.media_types import extension
from quart_video.storage.base import Entry, NotFound, Storage, Unavailable

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_BATCH = 500
_ATTEMPTS = 3
_REMEMBERED = 4 * 1024 * 1024  # bytes of pages
_APART = 2  # indexes of folders behind links that are kept
_SMALL = 50_000  # videos in one that is kept


@dataclass(slots=True)
class _Apart:
    """An index in memory of one folder behind a link."""

    index: Index
    synchronizer: Synchronizer
    users: int = 0
    is_small: bool = False
    """Whether it is known to take little memory."""

    async def aclose(self) -> None:
        await self.synchronizer.aclose()
        self.index.close()


class Catalogue:
    """What there is in one storage.

    It may be asked at once: what a folder holds is read when it is asked for. :meth:`start` has
    all folders read in the background, for what is asked of many of them.

    :param types: media types of the videos by extension, in lower case, each with its dot.
    :param cache: folder to keep the index in, shared by all processes; ``None``: in memory.
    :param name: what tells this storage from others that share the cache.
    :param fresh: seconds for which what was seen of a folder is taken for what is there; ``None``:
        a moment.
    :param root: path of the folder that all is in, if it is one of this machine, for the system to
        tell what changes in it.
    """

    def __init__(
        self,
        storage: Storage,
        types: Mapping[str, str],
        *,
        cache: str | None = None,
        name: str = "",
        fresh: float | None = None,
        root: str | None = None,
    ) -> None:
        self._root = root
        self._fresh = fresh
        self._cache = cache
        self._storage = storage
        self._types = types
        self._index = Index(None if cache is None else _place(cache, name, types))
        self._synchronizer = Synchronizer(storage, self._index, types, fresh=fresh)
        self._totals = listing.TotalsCache()
        self._pages: BoundedCache[Query, tuple[object, Page]] = BoundedCache(_REMEMBERED)
        """The last pages, and the stamps of what they are of: asked again, they are the same."""
        self._apart: dict[str, _Apart] = {}
        """By the folder; the one that was used last is the last."""
        self._scanning: Scan | None = None
        self._scan: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to scan in the background, on the event loop that runs."""
        if self._scan is None or self._scan.get_loop() is not asyncio.get_running_loop():
            self._scanning = Scan(self._index, self._synchronizer, self._root, self._cache)
            self._scan = asyncio.create_task(self._scanning.run())

    @property
    def activities(self) -> list[Activity]:
        """How what runs in the background stands."""
        return [] if self._scanning is None else self._scanning.activities

    @property
    def unreadable(self) -> int:
        """How many folders cannot be read just now: what is in them is shown as it was."""
        return len(self._synchronizer.reader.unreadable)

    async def check(self) -> None:
        """See whether the storage can be read, and is the one that had the videos in it.

        :raises Unavailable: it cannot be read now.
        """
        if self._scanning is not None:  # else the index is in no use, and need not be opened
            with suppress(Busy):
                await self._synchronizer.reader.recall()
        await self._storage.check()

    async def scan(self) -> AsyncGenerator[Progress, None]:
        """Look through all folders now, and tell how far that is.

        The last word is of fewer folders read than there are, if some could not be read.

        :raises Unavailable: the storage cannot answer now, or the index not be written to.
        """
        try:
            async for progress in Scan(self._index, self._synchronizer).once():
                yield progress
        except Busy as error:
            raise Unavailable(f"the index of videos cannot be used: {error}") from error

    async def page(self, query: Query) -> Page:
        """Return one page of a listing; the very same one, mostly, for as long as nothing changes.

        By name, a folder's own videos come first, then its folders one by one, each in natural
        order. Videos of one size or time go by name. Paging neither skips nor repeats a video that
        is there all the while with the same facts, whatever comes and goes between the pages; nor a
        folder. The folders that the first page has no room for have pages of their own, by
        :attr:`Page.next_folders_cursor`.

        :raises NotFound: there is no such folder.
        :raises BadCursor: the cursor is none that this listing gave.
        :raises Unavailable: the storage cannot answer now.
        """
        stamp = self._synchronizer.stamp(query.folder, recursive=query.recursive)
        if stamp is not None and (known := self._pages.get(query)) and known[0] == stamp:
            return known[1]
        after = listing.after_of(query)
        page = await self._answer(
            query.folder,
            lambda connection: listing.page(connection, query, self._types, after, self._totals),
            recursive=query.recursive,
        )
        if self._synchronizer.is_behind(query.folder):
            page = replace(page, scanning=True)
        stamp = self._synchronizer.stamp(query.folder, recursive=query.recursive)
        if (known := self._pages.get(query)) and known[1] == page:
            page = known[1]  # the very same, for those who remember what they made of it
        if stamp is not None and not page.scanning:
            self._pages.put(query, (stamp, page), page.weight)
        return page

    async def every(self, query: Query) -> AsyncGenerator[Item, None]:
        """Yield all videos that a query finds, from its first page to its last.

        :raises NotFound: there is no such folder.
        :raises Unavailable: the storage cannot answer now.
        """
        async for page in self._every_page(query, lambda page: page.next_cursor):
            for item in page.items:
                yield item

    async def every_folder(self, query: Query) -> AsyncGenerator[Entry, None]:
        """Yield all folders that a query finds.

        :raises NotFound: there is no such folder.
        :raises Unavailable: the storage cannot answer now.
        """
        async for page in self._every_page(query, lambda page: page.next_folders_cursor):
            for folder in page.folders:
                yield folder

    async def _every_page(
        self, query: Query, next_cursor: Callable[[Page], str | None]
    ) -> AsyncGenerator[Page, None]:
        cursor: str | None = None
        while True:
            page = await self.page(replace(query, limit=_BATCH, cursor=cursor, contents=False))
            yield page
            cursor = next_cursor(page)
            if cursor is None:
                return

    async def find(self, path: str) -> Item:
        """Return the video at *path*.

        :raises NotFound: there is none: nothing, a folder, or a file of another type.
        :raises Unavailable: the storage cannot answer now.
        """
        entry = await self._storage.stat(path)
        if entry.is_folder or extension(entry.name) not in self._types:
            raise NotFound(f"{path!r} is no video")
        item = await self._answer(
            entry.folder, lambda connection: queries.item(connection, path), at_once=True
        )
        if item is None:
            return Item(entry, ())
        known, found = item.entry.facts, entry.facts
        if known == found or known is None or found is None:
            return item
        # It has changed in place, or what is known of it beside its bytes.
        is_same = known.content == found.content
        changed = item if is_same else replace(item, duration=None, title=None)
        return replace(changed, entry=entry)

    async def folder_poster(self, folder: str) -> Entry | None:
        """Return the image that shows *folder*, if there is one in it.

        :raises NotFound: there is no such folder.
        :raises Unavailable: the storage cannot answer now.
        """
        return await self._answer(
            folder, lambda connection: queries.folder_poster(connection, folder)
        )

    async def videos_called(self, folder: str, stems: Iterable[str]) -> list[str]:
        """Return the videos in *folder* whose names without extension are one of *stems*.

        Case and accents do not count. Where there is none, the only video of the folder is
        returned, if there is but one.

        :returns: paths.
        :raises NotFound: there is no such folder.
        :raises Unavailable: the storage cannot answer now.
        """
        names = [f"{stem}{suffix}" for stem in stems for suffix in self._types]
        return await self._answer(
            folder, lambda connection: queries.videos_called(connection, folder, names)
        )

    async def neighbours(self, path: str) -> Neighbours:
        """Return what stands before and after *path* in its folder, by name.

        Behind the last one of a season comes the first one of the next, where each has a folder.

        :raises NotFound: there is no such folder.
        :raises Unavailable: the storage cannot answer now.
        """
        return await self._answer(
            path.rpartition("/")[0], lambda connection: queries.neighbours(connection, path)
        )

    async def set_found(self, found: Iterable[Finding]) -> None:
        """Note what has been found inside videos, for as long as they stay the version they are.

        :raises Unavailable: the index cannot be written to now.
        """
        try:
            await self._index.write(writes.set_found, list(found))
        except Busy as error:
            raise Unavailable(f"the index of videos cannot be used: {error}") from error

    async def set_unmeasurable(self, videos: Iterable[tuple[str, str]], by: str) -> None:
        """Note of which videos nobody can say how long they last, for as long as they stay so.

        :param videos: path and version of each.
        :param by: who has been asked: another one may be able to.
        :raises Unavailable: the index cannot be written to now.
        """
        try:
            await self._index.write(writes.set_unmeasurable, list(videos), by)
        except Busy as error:
            raise Unavailable(f"the index of videos cannot be used: {error}") from error

    async def unmeasured(self, after: int, limit: int, by: str) -> list[queries.Unmeasured]:
        """Return videos in the index of which nobody has said how long they last.

        :param after: the number of the last one that is known, 0 at first.
        :param by: who is to be asked, and has not been in vain.
        :raises Unavailable: the index cannot be read now.
        """
        try:
            return await self._index.read(queries.unmeasured, after, limit, by)
        except Busy as error:
            raise Unavailable(f"the index of videos cannot be used: {error}") from error

    async def aclose(self) -> None:
        """End the scan, and let go of the index."""
        if self._scan is not None:
            self._scan.cancel()
            with suppress(asyncio.CancelledError):
                await self._scan
        for apart in self._apart.values():
            await apart.aclose()
        self._apart.clear()
        await self._synchronizer.aclose()
        self._index.close()

    async def _answer(
        self,
        folder: str,
        question: Callable[[sqlite3.Connection], T],
        *,
        recursive: bool = False,
        at_once: bool = False,
    ) -> T:
        """Ask the index, when it is right about a folder, and about those below if *recursive*."""
        self.start()
        try:
            for _ in range(_ATTEMPTS):
                opened = self._index.opened
                try:
                    await self._synchronizer.revalidate(folder, at_once=at_once)
                except NotFound:
                    if opened == self._index.opened:
                        raise
                    continue  # it was looked for in an index that took the place of another
                if recursive:
                    await self._synchronizer.revalidate_below(folder)
                with suppress(NotFound):
                    answer = await self._index.read(question)
                    if opened == self._index.opened:
                        return answer
                # It has gone in between, and nothing is in the one that took its place.
        except ThroughLink:
            pass
        except Busy:
            if recursive:  # too much to be read anew at each request: it is shown as it was
                with suppress(Busy, NotFound):
                    return await self._index.read(question)
        return await self._answer_apart(folder, question, recursive=recursive)

    async def _answer_apart(
        self, folder: str, question: Callable[[sqlite3.Connection], T], *, recursive: bool
    ) -> T:
        """Ask an index made for this folder alone: behind a link, or while ours is locked."""
        apart = self._apart.pop(folder, None)
        if apart is None:
            index = Index(None)
            apart = _Apart(
                index, Synchronizer(self._storage, index, self._types, fresh=self._fresh)
            )
        self._apart[folder] = apart
        apart.users += 1
        try:
            await apart.index.write(writes.put_way, folder)
            await apart.synchronizer.revalidate(folder)
            if recursive:
                await apart.synchronizer.reader.read_pending(folder)
                await apart.synchronizer.revalidate_below(folder)
            answer = await apart.index.read(question)
            apart.is_small = await apart.index.read(queries.number_of_videos) <= _SMALL
        except Busy as error:
            raise Unavailable(f"no index of {folder!r} can be made: {error}") from error
        else:
            return answer
        finally:
            apart.users -= 1
            for idle in self._take_out_idle():
                await idle.aclose()

    def _take_out_idle(self) -> list[_Apart]:
        """Return what is not to be kept: all but the last ones, and those that take much memory."""
        idle = [path for path, each in self._apart.items() if not each.users]
        small = [path for path in idle if self._apart[path].is_small]
        kept = small[-_APART:]
        return [self._apart.pop(path) for path in idle if path not in kept]


def _place(cache: str, name: str, types: Mapping[str, str]) -> str:
    """Return the folder for the index of one storage, and of one choice of types."""
    identity = "\0".join([name, *sorted(types)])
    digest = blake2b(identity.encode(errors="surrogateescape"), digest_size=12).hexdigest()
    return os.path.join(os.path.abspath(cache), "catalogue", digest)
