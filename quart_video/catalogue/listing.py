"""Listings and single videos, out of any storage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Query:
    """What to list."""

    folder: str = ""
    """Path of the folder, ``""`` for the root."""
    q: str = ""
    """Words that must all occur in the path below *folder*; case and accents do not count."""
    recursive: bool = False
    """List the folders below, too."""
    sort: Sort = "name"
    limit: int = 50
    """Most videos on the page, 1 or more."""
    cursor: str | None = None
    """:attr:`Page.next_cursor` of the page before."""

    @property
    def prefix(self) -> str:
        """What the paths of all that is below *folder* begin with."""
        return join(self.folder, "")


@dataclass(frozen=True, slots=True)
class Item:
    """A video and what lies beside it."""

    entry: Entry
    captions: tuple[Caption, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing."""

    folders: tuple[Entry, ...]
    """Folders directly in the queried one whose names match, in natural order whatever the sort.
    Only on the first page, and not in a recursive listing, which shows what is in them."""
    items: tuple[Item, ...]
    total: int
    """How many videos match, on all pages together."""
    next_cursor: str | None
    """Leads to the next page; ``None`` on the last."""


async def list_page(storage: Storage, query: Query, extensions: Collection[str]) -> Page:
    """Return one page of a listing.

    By name, a folder's own videos come first, then its folders one by one, each in natural order.
    Videos of one size or time go by name. Paging neither skips nor repeats a video that is there
    all the while with the same facts, whatever comes and goes between the pages.

    :param extensions: of the videos, in lower case, each with its dot.
    :raises NotFound: there is no such folder.
    :raises BadCursor: the cursor is none that this listing gave.
    :raises Unavailable: the storage cannot answer now.
    """
    selection = Selection(ORDERS[query.sort], query.limit + 1, _after(query))
    matches = matcher(query.q)
    below = len(query.prefix)
    folders: list[Entry] = []
    total = 0
    async for shelf in walk(storage, query.folder, extensions, recursive=query.recursive):
        async for videos in slices(shelf.videos):
            matching = [video for video in videos if matches(video.path[below:])]
            total += len(matching)
            selection.offer(shelf, matching)
        if not query.recursive and query.cursor is None:
            folders = [entry for entry in shelf.folders if matches(entry.name)]
    found = selection.first()
    shown = found[: query.limit]
    return Page(
        folders=tuple(sorted(folders, key=lambda entry: natural_key(entry.name))),
        items=_with_captions(shown),
        total=total,
        next_cursor=_cursor_after(query, shown[-1]) if len(found) > len(shown) else None,
    )


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
    position = decode_cursor(query.sort, query.cursor)
    below = position.path[len(query.prefix) :]
    if not position.path.startswith(query.prefix) or ("/" in below and not query.recursive):
        raise BadCursor
    return (position.number, *path_key(position.path))


def _cursor_after(query: Query, last: Found) -> str:
    return encode_cursor(query.sort, Position(last.place[0], last.entry.path))


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
