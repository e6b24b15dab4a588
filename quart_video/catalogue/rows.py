"""What a storage says of a folder, in the form that the index keeps. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from time import sleep
from typing import NamedTuple

from quart_video.catalogue.captions import UNKNOWN_LABEL, Caption, captions_by_stem
from quart_video.catalogue.cursor import LARGEST
from quart_video.catalogue.languages import label_of
from quart_video.catalogue.natural import name_bytes
from quart_video.catalogue.titles import stem_of
from quart_video.catalogue.words import words_of
from quart_video.media_types import CAPTION_EXTENSION, extension
from quart_video.storage.base import Entry
from quart_video.storage.names import join

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
    name: str
    size: int
    modified: int
    version: str
    type: str
    words: str
    captions: str | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """All of one folder that belongs into the index."""

    path: str
    fingerprint: str | None
    entries: int
    """How many there are, of all kinds."""
    folders: Sequence[FolderRow]
    videos: Sequence[VideoRow]
    """In natural order."""

    def tally(self) -> list[tuple[str, int, int]]:
        """Return type, number and bytes of the videos of each type."""
        numbers: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        for video in self.videos:
            numbers[video.type] += 1
            sizes[video.type] += video.size
        return [(kind, number, sizes[kind]) for kind, number in numbers.items()]


def take_shelf(
    folder: str, fingerprint: str | None, entries: Sequence[Entry], extensions: Collection[str]
) -> Shelf:
    """Sort out what is in a folder. Meant for a thread: others get their turn between the rows.

    :param extensions: of the videos, in lower case, each with its dot.
    """
    folders: list[FolderRow] = []
    videos: list[tuple[Entry, str]] = []
    captions: list[Entry] = []
    for entry in entries:
        name = entry.name
        if entry.is_folder:
            folders.append(FolderRow(entry.path, name_bytes(name), words_of(name), entry.is_link))
            continue
        suffix = extension(name)
        if suffix in extensions:
            videos.append((entry, suffix))
        if suffix == CAPTION_EXTENSION:
            captions.append(entry)
    own = _captions(captions, [video for video, _ in videos])
    rows: list[VideoRow] = []
    for start in range(0, len(videos), _SLICE):
        rows += [
            VideoRow(
                name_bytes(name := video.name),
                name,
                (facts := video.facts).size,
                max(-LARGEST, min(facts.modified_ns, LARGEST)),
                facts.version,
                suffix,
                words_of(name),
                pack(own.get(stem_of(name), ())) if own else None,
            )
            for video, suffix in videos[start : start + _SLICE]
            if video.facts
        ]
        if len(videos) > _SLICE:
            sleep(0)  # lets go of the interpreter
    # A folder that changes while it is read may have been told to hold a name twice.
    return Shelf(
        folder,
        fingerprint,
        len(entries),
        [*{row.path: row for row in folders}.values()],
        sorted({row.key: row for row in rows}.values()),
    )


def _captions(captions: list[Entry], videos: list[Entry]) -> dict[str, tuple[Caption, ...]]:
    if not captions:
        return {}
    return captions_by_stem(captions, videos, {stem_of(video.name) for video in videos})


def pack(captions: Sequence[Caption]) -> str | None:
    """Write captions that lie beside their video, as names and languages."""
    if not captions:
        return None
    return json.dumps([(track.path.rpartition("/")[2], track.language) for track in captions])


def unpack(folder: str, packed: str | None) -> tuple[Caption, ...]:
    """Read what :func:`pack` wrote of a video in *folder*."""
    if packed is None:
        return ()
    return tuple(
        Caption(join(folder, name), language, label_of(language) if language else UNKNOWN_LABEL)
        for name, language in json.loads(packed)
    )
