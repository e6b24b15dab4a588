"""Listings and single videos, out of any storage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from quart_video.catalogue.captions import Caption, captions_by_stem
from quart_video.catalogue.cursor import BadCursor, Position, decode_cursor, encode_cursor
from quart_video.catalogue.natural import natural_key, path_key
from quart_video.catalogue.order import ORDERS, Place, Sort
from quart_video.catalogue.search import matcher
from quart_video.catalogue.selection import Found, Selection
from quart_video.catalogue.shelf import Shelf, slices, take_shelf, walk
from quart_video.catalogue.titles import stem_of
from quart_video.media_types import extension
from quart_video.storage.base import Entry, NotFound, Storage
from quart_video.storage.names import join

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Query:
    """What to list."""

    folder: str = ""
    """Path of the folder, ``""`` for the root."""
    q: str = ""
    """Words that must all occur in the path below *folder*; case and accents do not count."""
    recursive: bool = False
    """List the folders below, too."""
    type: str = ""
    """Extension without its dot, or media type, of the videos; ``""`` for all."""
    min_duration: float | None = None
    """Seconds that a video must last at least; one of unknown duration does not match."""
    max_duration: float | None = None
    """Seconds that a video may last at most; one of unknown duration does not match."""
    sort: Sort | None = None
    """``None``: by relevance where there is something to search for, else by name."""
    limit: int = 50
    """Most videos on the page, 1 or more."""
    cursor: str | None = None
    """:attr:`Page.next_cursor` of the page before."""

    @property
    def prefix(self) -> str:
        """What the paths of all that is below *folder* begin with."""
        return join(self.folder, "")

    @property
    def order(self) -> Sort:
        """What the listing is sorted by."""
        return self.sort or ("relevance" if self.q.split() else "name")


@dataclass(frozen=True, slots=True)
class Item:
    """A video and what lies beside it."""

    entry: Entry
    captions: tuple[Caption, ...]
    duration: float | None = None
    """Seconds; ``None`` where it is not known."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What stands beside a video in its folder, in natural order."""

    previous: Item | None
    next: Item | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing."""

    folders: tuple[Entry, ...]
    """Folders directly in the queried one whose names match, in natural order whatever the sort.
    Only on the first page, and not in a recursive listing, which shows what is in them."""
    items: tuple[Item, ...]
    total: int
    """How many videos match, on all pages together."""
    total_size: int
    """Bytes of all that match."""
    scanning: bool
    """Whether not all folders have been read yet, so that a recursive listing may miss some."""
    next_cursor: str | None
    """Leads to the next page; ``None`` on the last."""


class Catalogue:
    """What there is in one storage.

    :param types: media types of the videos by extension, in lower case, each with its dot.
    """

    def __init__(self, storage: Storage, types: Mapping[str, str]) -> None:
        self._storage = storage
        self._types = types

    async def page(self, query: Query) -> Page:
        """Return one page of a listing, as :func:`list_page` does."""
        return await list_page(self._storage, query, self._types)

    async def every(self, query: Query) -> AsyncIterator[Item]:
        """Yield all that a query finds, from its first page to its last.

        :raises NotFound: there is no such folder.
        :raises Unavailable: the storage cannot answer now.
        """
        cursor: str | None = None
        while True:
            page = await self.page(replace(query, limit=_BATCH, cursor=cursor))
            for item in page.items:
                yield item
            cursor = page.next_cursor
            if cursor is None:
                return

    async def find(self, path: str) -> Item:
        """Return the video at *path*, as :func:`find` does."""
        return await find(self._storage, path, self._types)

    async def neighbours(self, path: str) -> Neighbours:
        """Return what stands before and after the video at *path* in its folder.

        :raises NotFound: there is no such folder.
        :raises Unavailable: the storage cannot answer now.
        """
        around: list[Item | None] = [None, None]
        place = path_key(path)
        async for item in self.every(Query(folder=path.rpartition("/")[0])):
            if path_key(item.entry.path) < place:
                around[0] = item
            elif item.entry.path != path:
                around[1] = item
                break
        return Neighbours(*around)


async def list_page(storage: Storage, query: Query, types: Mapping[str, str]) -> Page:
    """Return one page of a listing.

    By name, a folder's own videos come first, then its folders one by one, each in natural order.
    Videos of one size or time go by name. Paging neither skips nor repeats a video that is there
    all the while with the same facts, whatever comes and goes between the pages.

    :param types: media types of the videos by extension, in lower case, each with its dot.
    :raises NotFound: there is no such folder.
    :raises BadCursor: the cursor is none that this listing gave.
    :raises Unavailable: the storage cannot answer now.
    """
    selection = Selection(ORDERS[query.order], query.limit + 1, _after(query))
    matches = matcher(query.q)
    wanted = _extensions(query, types)
    below = len(query.prefix)
    folders: list[Entry] = []
    total = total_size = 0
    async for shelf in walk(storage, query.folder, types, recursive=query.recursive):
        async for videos in slices(shelf.videos):
            matching = [
                video
                for video in videos
                if extension(video.name) in wanted and matches(video.path[below:])
            ]
            total += len(matching)
            total_size += sum(video.facts.size for video in matching if video.facts)
            selection.offer(shelf, matching)
        if not query.recursive and query.cursor is None:
            folders = [entry for entry in shelf.folders if matches(entry.name)]
    found = selection.first()
    shown = found[: query.limit]
    return Page(
        folders=tuple(sorted(folders, key=lambda entry: natural_key(entry.name))),
        items=_with_captions(shown),
        total=total,
        total_size=total_size,
        scanning=False,
        next_cursor=_cursor_after(query, shown[-1]) if len(found) > len(shown) else None,
    )


def _extensions(query: Query, types: Mapping[str, str]) -> Collection[str]:
    if query.min_duration is not None or query.max_duration is not None:
        return ()  # of no video it is known
    if not query.type:
        return types
    return [suffix for suffix, kind in types.items() if query.type.lower() in (suffix[1:], kind)]


async def find(storage: Storage, path: str, extensions: Collection[str]) -> Item:
    """Return the video at *path*.

    :param extensions: of the videos, in lower case, each with its dot.
    :raises NotFound: there is none: nothing, a folder, or a file of another type.
    :raises Unavailable: the storage cannot answer now.
    """
    entry = await storage.stat(path)
    if entry.is_folder or extension(entry.name) not in extensions:
        raise NotFound(f"{path!r} is no video")
    shelf = await take_shelf(storage, entry.folder, extensions)
    stem = stem_of(entry.name)
    own = captions_by_stem(shelf.captions, shelf.videos, {stem})
    return Item(entry, own.get(stem, ()))


def _after(query: Query) -> Place | None:
    if query.cursor is None:
        return None
    position = decode_cursor(query.order, query.cursor)
    below = position.path[len(query.prefix) :]
    if not position.path.startswith(query.prefix) or ("/" in below and not query.recursive):
        raise BadCursor
    return (position.number, *path_key(position.path))


def _cursor_after(query: Query, last: Found) -> str:
    return encode_cursor(query.order, Position(last.place[0], last.entry.path))


def _with_captions(page: Sequence[Found]) -> tuple[Item, ...]:
    wanted: defaultdict[Shelf, set[str]] = defaultdict(set)
    for found in page:
        wanted[found.shelf].add(stem_of(found.entry.name))
    captions = {
        shelf: captions_by_stem(shelf.captions, shelf.videos, stems)
        for shelf, stems in wanted.items()
    }
    return tuple(
        Item(found.entry, captions[found.shelf].get(stem_of(found.entry.name), ()))
        for found in page
    )
