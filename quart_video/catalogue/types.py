"""What is asked of the catalogue, and what it answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from quart_video.catalogue.sidecars.captions import Caption
from quart_video.catalogue.text.terms import searched
from quart_video.storage.base import Entry
from quart_video.storage.names import join

Sort = Literal[
    "name",
    "-name",
    "modified",
    "-modified",
    "size",
    "-size",
    "duration",
    "-duration",
    "relevance",
]

SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True, slots=True)
class Query:
    """What to list."""

    folder: str = ""
    """Path of the folder, ``""`` for the root."""
    q: str = ""
    """What must all be in the path below *folder*: each word, or what stands together, begins a
    word there; case and accents do not count."""
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
    """Most videos on the page, and most folders, 1 or more."""
    cursor: str | None = None
    """:attr:`Page.next_cursor` or :attr:`Page.next_folders_cursor` of the page before."""
    contents: bool = True
    """Whether to tell what is in the folders."""

    @property
    def prefix(self) -> str:
        """What the paths of all that is below *folder* begin with."""
        return join(self.folder, "")

    @property
    def order(self) -> Sort:
        """What the listing is sorted by."""
        if self.sort == "relevance" or self.sort is None:
            return "relevance" if searched(self.q) else "name"
        return self.sort


@dataclass(frozen=True, slots=True)
class Item:
    """A video and what lies beside it."""

    entry: Entry
    captions: tuple[Caption, ...]
    duration: float | None = None
    """Seconds; ``None`` where it is not known."""
    poster: Entry | None = None
    """An image beside it that shows what it is."""
    title: str | None = None
    """As it is inside the file; ``None`` where it is not known."""


class Finding(NamedTuple):
    """What has been found inside a video."""

    path: str
    version: str
    duration: float | None
    """Seconds."""
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a folder and below it, as the index has it."""

    videos: int | None
    """How many there are; ``None``: not all has been read yet."""
    first: Item | None
    """The first of them by name."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What stands beside a video in its folder, in natural order, or in that of the next season."""

    previous: Item | None
    next: Item | None


class Progress(NamedTuple):
    """How far a scan is."""

    read: int
    """Folders that have been read."""
    folders: int
    """Folders that are known."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing."""

    folders: tuple[Entry, ...]
    """Folders directly in the queried one whose names match, in natural order whatever the sort:
    the first ones on the first page, and the others on pages of their own, without videos. None in
    a recursive listing, which shows what is in them. One for captions, such as ``Subs``, only where
    there is a video in it."""
    total_folders: int | None
    """How many there are, on all pages together; ``None``: it is not to be told."""
    next_folders_cursor: str | None
    """Leads to a page of the folders that follow; ``None`` where there are none."""
    caption_folders: tuple[Entry, ...]
    """Folders directly in the queried one that bear the name of one for captions, whether they are
    shown or not. None in a recursive listing."""
    folder_posters: Mapping[str, Entry]
    """Images that show those folders, by the paths of the folders that have one."""
    folder_contents: Mapping[str, Contents]
    """What is in those folders, by their paths; of none, where that is not to be told."""
    items: tuple[Item, ...]
    total: int | None
    """How many videos match, on all pages together; ``None``: it is not to be told."""
    total_size: int | None
    """Bytes of all that match; ``None``: it is not to be told."""
    types: tuple[str, ...]
    """Extensions of all videos in the folder, or also below it where the query is recursive,
    whatever else it asks for; none, where that is not to be told."""
    scanning: bool
    """Whether not all folders have been read yet, so that a recursive listing may miss some; or
    the one that is listed has changed, and is so big that it still is being read anew."""
    next_cursor: str | None
    """Leads to the next page; ``None`` on the last."""

    @property
    def weight(self) -> int:
        """Bytes that it takes in memory, at most: roughly, and in a moment."""
        contents = self.folder_contents.values()
        firsts = (each.first for each in contents if each.first is not None)
        return (
            _PAGE_BYTES
            + len(self.next_cursor or "")
            + len(self.next_folders_cursor or "")
            + _TYPE_BYTES * len(self.types)
            + sum(map(_item_bytes, self.items))
            + sum(map(_item_bytes, firsts))
            + sum(map(_entry_bytes, self.folders))
            + sum(map(_entry_bytes, self.caption_folders))
            + sum(map(_entry_bytes, self.folder_posters.values()))
            + sum(_EACH_BYTES + 4 * len(folder) for folder in self.folder_posters)
            + sum(_EACH_BYTES + 4 * len(folder) for folder in self.folder_contents)
        )


_PAGE_BYTES = 2000  # of a page without anything in it
_TYPE_BYTES = 100
_EACH_BYTES = 500  # of an entry, with its facts; and of a caption, or a row of a dictionary


def _entry_bytes(entry: Entry) -> int:
    return _EACH_BYTES + 4 * len(entry.path)


def _item_bytes(item: Item) -> int:
    size = _EACH_BYTES + _entry_bytes(item.entry) + 4 * len(item.title or "")
    if item.poster is not None:
        size += _entry_bytes(item.poster)
    for caption in item.captions:
        size += _EACH_BYTES + 4 * (len(caption.path) + len(caption.marks.language or ""))
    return size
