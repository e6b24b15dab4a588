"""What a storage says of a folder, in the form that the index keeps. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import repeat
from time import sleep
from typing import Any, NamedTuple

from quart_video.catalogue.pagination import LARGEST
from quart_video.catalogue.sidecars.captions import Caption, Stems, captions_by_stem
from quart_video.catalogue.sidecars.marks import Marks
from quart_video.catalogue.sidecars.posters import (
    IMAGE_EXTENSIONS,
    poster_of_folder,
    posters_by_stem,
)
from quart_video.catalogue.sidecars.titles import stem_of
from quart_video.catalogue.text.bulk import keys_and_words
from quart_video.catalogue.text.seasons import season_of, words_in
from quart_video.catalogue.types import Item
from quart_video.media_types import CAPTION_EXTENSIONS, extension
from quart_video.storage.base import Entry, FileFacts
from quart_video.storage.names import join

MICRO = 1_000_000
"""What a second has, as durations are kept."""
_SLICE = 250  # rows; a few milliseconds of work


class FolderRow(NamedTuple):
    """A folder in a folder."""

    path: str
    key: bytes
    """Of its name alone."""
    words: str
    """Of its name alone."""
    is_link: bool


class VideoRow(NamedTuple):
    """A video in a folder."""

    key: bytes
    size: int
    modified: int
    version: str
    type: str
    words: str
    sidecars: str | None
    """What lies beside it, as :func:`pack` writes it."""


@dataclass(frozen=True, slots=True)
class FolderSnapshot:
    """All of one folder that belongs into the index."""

    path: str
    fingerprint: str | None
    entries: int
    """How many there are, of all kinds."""
    folders: Sequence[FolderRow]
    videos: Sequence[VideoRow]
    """In natural order."""
    poster: str | None = None
    """An image of the folder itself, as :func:`pack_image` writes it."""
    unseen: frozenset[str] = frozenset()
    """Names of what is there and cannot be looked at now: what is known of it stays."""

    def folder_stats(self) -> list[tuple[str, int, int]]:
        """Return type, number and bytes of the videos of each type."""
        sizes: defaultdict[str, list[int]] = defaultdict(list)
        for video in self.videos:
            sizes[video.type].append(video.size)
        return [(kind, len(each), min(sum(each), LARGEST)) for kind, each in sizes.items()]


def take_snapshot(
    folder: str, fingerprint: str | None, entries: Sequence[Entry], extensions: Collection[str]
) -> FolderSnapshot:
    """Sort out what is in a folder. Meant for a thread: others get their turn between the rows.

    :param extensions: of the videos, in lower case, each with its dot.
    """
    folders: list[Entry] = []
    names: list[str] = []
    suffixes: list[str] = []
    videos: list[FileFacts] = []
    captions: list[Entry] = []
    images: list[Entry] = []
    unseen: list[str] = []
    start = len(join(folder, ""))
    for entry in entries:
        path, facts, _, is_unseen = entry
        name = path[start:]
        if facts is None:
            if is_unseen:
                unseen.append(name)
                continue
            folders.append(entry)
            continue
        suffix = extension(name)
        if suffix in extensions:
            names.append(name)
            suffixes.append(suffix)
            videos.append(facts)
        if suffix in CAPTION_EXTENSIONS:
            captions.append(entry)
        elif suffix in IMAGE_EXTENSIONS:
            images.append(entry)
    sidecars = _sidecars(names, captions, images)
    season = season_of(folder)
    rows: list[VideoRow] = []
    for some in _slices(len(names)):
        keys, words = keys_and_words(names[some])
        if season is not None:
            words = [words_in(season, *each) for each in zip(names[some], words, strict=True)]
        sizes, modified, versions = zip(*videos[some], strict=True)
        sidecars_of = (
            [sidecars.get(stem_of(name)) for name in names[some]] if sidecars else repeat(None)
        )
        columns = keys, sizes, map(_bounded, modified), versions, suffixes[some], words
        rows += map(VideoRow._make, zip(*columns, sidecars_of, strict=False))
    # A folder that changes while it is read may have been told to hold a name twice.
    return FolderSnapshot(
        folder,
        fingerprint,
        len(entries),
        [*{row.path: row for row in _folder_rows(folders)}.values()],
        sorted({row.key: row for row in rows}.values()),
        pack_image(poster_of_folder(images)) if images else None,
        frozenset(unseen),
    )


def _folder_rows(folders: Sequence[Entry]) -> Iterator[FolderRow]:
    for some in _slices(len(folders)):
        names = [each.name for each in folders[some]]
        for folder, key, words in zip(folders[some], *keys_and_words(names), strict=True):
            yield FolderRow(folder.path, key, words, folder.is_link)


def _slices(number: int) -> Iterator[slice]:
    """Yield slices of *number* rows, between which others get their turn."""
    for first in range(0, number, _SLICE):
        if first:
            sleep(0)  # lets go of the interpreter
        yield slice(first, first + _SLICE)


def _bounded(number: int) -> int:
    """Return what SQLite holds of a time, which may be of a clock that is far off."""
    return number if -LARGEST <= number <= LARGEST else max(-LARGEST, min(number, LARGEST))


def _sidecars(names: list[str], captions: list[Entry], images: list[Entry]) -> dict[str, str]:
    """Return what lies beside the videos, by their names without extension."""
    if not captions and not images:
        return {}
    stems = {*map(stem_of, names)}
    own = captions_by_stem(captions, Stems(names)) if captions else {}
    posters = posters_by_stem(images, stems)
    return {stem: pack(own.get(stem, ()), posters.get(stem)) for stem in {*own, *posters}}


def pack(captions: Sequence[Caption], poster: Entry | None) -> str:
    """Write what lies beside a video, by names."""
    tracks = [(each.path.rpartition("/")[2], *astuple(each.marks)) for each in captions]
    return json.dumps([tracks, _image(poster)])


def unpack(folder: str, packed: str | None) -> tuple[tuple[Caption, ...], Entry | None]:
    """Read what :func:`pack` wrote of a video in *folder*."""
    if packed is None:
        return (), None
    tracks, image = json.loads(packed)
    captions = (Caption(join(folder, name), Marks(*marks)) for name, *marks in tracks)
    return tuple(captions), _entry(folder, image)


def unpack_item(row: Sequence[Any]) -> Item:
    """Read a video: folder, name, size, time, version, what lies beside it, and microseconds."""
    folder, name, size, modified, version, sidecars, duration, title = row[:8]
    captions, poster = unpack(folder, sidecars)
    return Item(
        Entry(join(folder, name), FileFacts(size, modified, version)),
        captions,
        None if duration is None else duration / MICRO,
        poster,
        title,
    )


def pack_image(image: Entry | None) -> str | None:
    """Write which image shows a folder."""
    return None if image is None else json.dumps(_image(image))


def unpack_image(folder: str, packed: str | None) -> Entry | None:
    """Read what :func:`pack_image` wrote of *folder*."""
    return None if packed is None else _entry(folder, json.loads(packed))


def _image(image: Entry | None) -> list[Any] | None:
    if image is None or image.facts is None:
        return None
    size, modified, version = image.facts
    return [image.name, size, _bounded(modified), version]


def _entry(folder: str, image: list[Any] | None) -> Entry | None:
    return None if image is None else Entry(join(folder, image[0]), FileFacts(*image[1:]))
