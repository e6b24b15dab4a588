"""What is inside the videos of a library: what the derivative service is asked for, and told of.

Nothing here waits for long. What is not known yet is looked for in the background, and is there
the next time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal

from quart_video.catalogue import (
    CAPTION_FOLDERS,
    MOST_CAPTIONS,
    Caption,
    Finding,
    Item,
    Query,
    captions_in_folder,
    fold_stem,
    read_loose_marks,
    stem_of,
)
from quart_video.library.library import Library
from quart_video.media import (
    DETAILS,
    EMPTY,
    Derivative,
    DerivativeService,
    Details,
    Failed,
    Source,
    caption,
    decode_details,
    text_of_track,
)
from quart_video.media.subtitles.webvtt import begins_webvtt, read_webvtt
from quart_video.media_types import CAPTION_EXTENSION, CAPTION_EXTENSIONS, extension
from quart_video.storage.base import Entry, Media, StorageError, Unavailable, in_thread

_MOST_LOOKED_AT = 1024 * 1024  # bytes of a caption file that is sent as it is
_MOST_BEGINNINGS = 16
_MOST_ASKED = 200  # names of videos that may begin as another one's
Problem = Literal["empty", "damaged"]
GLANCE = 1.5
"""Seconds that a page waits for the details of its one video. Mostly it takes a hundredth."""


def source_at(library: Library, entry: Entry) -> Source:
    """Name a file of *library*, by what its bytes are known by.

    Not by where the library is: of a copy on another disk nothing has to be made again.
    """
    path, facts = entry.path, entry.facts
    assert facts is not None
    return Source(f"{library.place}/{path}", facts.content, lambda: library.storage.open(path))


def source_of(library: Library, item: Item) -> Source:
    """Name a video."""
    return source_at(library, item.entry)


def poster_source(library: Library, item: Item) -> Source:
    """Name what the poster of a video is made of: an image beside it, or itself."""
    return source_at(library, item.entry if item.poster is None else item.poster)


def image_source(library: Library, image: Entry) -> Source:
    """Name an image."""
    return source_at(library, image)


def captions_shown(library: Library, item: Item) -> tuple[Caption, ...]:
    """Return the caption files of a video that can be shown.

    Without a derivative service that is WebVTT alone.
    """
    if library.derivatives is not None:
        return item.captions
    return tuple(each for each in item.captions if extension(each.path) == CAPTION_EXTENSION)


@dataclass(frozen=True, slots=True)
class Shown:
    """A caption file that can be shown."""

    caption: Caption
    version: str
    """As its address names it; empty: it is not known."""


@dataclass(frozen=True, slots=True)
class Unshown:
    """A caption file of which nothing can be shown."""

    caption: Caption
    reason: str
    """As :class:`Failed` says it."""


def caption_product(library: Library, path: str) -> Derivative:
    """Name the WebVTT that is made of the caption file at *path*."""
    name = stem_of(path.rpartition("/")[2])
    language = read_loose_marks(name, "").language
    return caption(encoding=library.settings.caption_encoding, language=language)


def caption_version(library: Library, entry: Entry) -> str:
    """Return the version of a caption file as its address names it; empty: it has none there.

    Sent as it is, it is kept no longer than a video is.
    """
    if library.derivatives is not None:
        return source_at(library, entry).tag_of(caption_product(library, entry.path))
    assert entry.facts is not None
    return entry.facts.version if library.settings.max_age is not None else ""


async def sort_captions(
    library: Library, captions: Sequence[Caption]
) -> tuple[list[Shown], list[Unshown]]:
    """Tell the caption files that can be shown from those that cannot.

    The first :data:`MOST_CAPTIONS` are looked into, and no others are told of. One that takes
    longer than :data:`GLANCE` to be looked into is taken for one that can, and looked into in the
    background.
    """
    captions = captions[:MOST_CAPTIONS]
    told = await asyncio.gather(*(_look_at(library, each) for each in captions))
    return (
        [each for each in told if isinstance(each, Shown)],
        [each for each in told if isinstance(each, Unshown)],
    )


async def _look_at(library: Library, caption: Caption) -> Shown | Unshown:
    path, version = caption.path, ""
    look_later = _nothing
    try:
        async with asyncio.timeout(GLANCE):
            if library.derivatives is None:
                media = await library.storage.open(path)
                version = caption_version(library, Entry(path, media.facts))
                problem = await webvtt_problem(media)
                return Shown(caption, version) if problem is None else Unshown(caption, problem)
            entry = await library.storage.stat(path)
            if entry.facts is None:
                return Unshown(caption, EMPTY)
            version = caption_version(library, entry)
            wanted = source_at(library, entry), caption_product(library, path)
            look_later = partial(library.derivatives.later, *wanted)
            await library.derivatives.ensure(*wanted)
    except TimeoutError:
        look_later()
    except StorageError:
        pass
    except Failed as error:
        return Unshown(caption, str(error))
    return Shown(caption, version)


def _nothing() -> None:
    pass


async def webvtt_problem(media: Media) -> str | None:
    """Say why a WebVTT file shows nothing where it is sent as it is; ``None``: it shows something.

    A long one is taken for one that does.

    :param media: is closed.
    :raises StorageError: it cannot be read.
    """
    size = media.facts.size
    try:
        if size > _MOST_LOOKED_AT:
            return None
        await media.ready(0, size)
        data = b"".join([chunk async for chunk in media.chunks(0, size)])
    finally:
        media.close()
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    # Nothing is mended here, and browsers want it to begin at once.
    if not begins_webvtt(text) or text.removeprefix("\ufeff")[0].isspace():
        return "it is no WebVTT" if text.strip() else EMPTY
    _, count = await in_thread("captions", read_webvtt, text)
    return None if count else EMPTY


async def captions_elsewhere(library: Library, item: Item) -> tuple[Caption, ...]:
    """Return the captions of a video that lie in folders for captions beside it."""
    if library.derivatives is None:
        return ()
    entry = item.entry
    stem = fold_stem(stem_of(entry.name))
    query = Query(folder=entry.folder, limit=1)
    found: list[Caption] = []
    with suppress(StorageError):
        page = await library.catalogue.page(query)
        for folder in page.caption_folders:
            inner = await library.storage.list(folder.path)
            files = _captions(inner)
            own = captions_in_folder(entry.name, files, alone=page.total == 1)
            if page.total != 1 and any(each.marks.title for each in own):
                # "clip.2.srt" may be of "clip.mp4", and of "clip.2.mp4".
                titled = [each for each in own if each.marks.title]
                others = await _names_like(library, entry, titled)
                own = captions_in_folder(entry.name, files, others=others, alone=False)
            found += own
            for each in inner:
                if each.is_folder and fold_stem(each.name) == stem:
                    files = _captions(await library.storage.list(each.path))
                    found += captions_in_folder(entry.name, files, alone=True)
    return tuple(found)


async def _names_like(library: Library, video: Entry, captions: Sequence[Caption]) -> list[str]:
    """Return the names of other videos in the folder of *video* that *captions* may be of."""
    names = (each.path.rpartition("/")[2] for each in captions)
    stems = [stem for name in names for stem in _beginnings(name)]
    asked = list(dict.fromkeys(stems))[:_MOST_ASKED]
    paths = await library.catalogue.videos_called(video.folder, asked)
    return [path.rpartition("/")[2] for path in paths if path != video.path]


async def videos_with(
    library: Library, captions: str, homes: Sequence[tuple[str, str | None]]
) -> list[str]:
    """Return the videos that the caption file at a path belongs to.

    :param homes: those of :func:`homes_of` the path to look into.
    :raises NotFound: there is no such folder.
    :raises Unavailable: the storage cannot answer now.
    """
    found = []
    name = captions.rpartition("/")[2]
    for folder, own in homes:
        stems = [*_beginnings(name), *([own] if own else [])]
        for path in await library.catalogue.videos_called(folder, stems):
            item = await library.catalogue.find(path)
            known = (*item.captions, *await captions_elsewhere(library, item))
            if captions in (each.path for each in known):
                found.append(path)
    return found


def homes_of(captions: str) -> list[tuple[str, str | None]]:
    """Return where videos may lie that the caption file at a path belongs to.

    With each folder comes the name of the one within a folder for captions that the file is in,
    which may be that of the video; ``None`` where it is in none.
    """
    folder = captions.rpartition("/")[0]
    above, _, name = folder.rpartition("/")
    further, _, name_above = above.rpartition("/")
    homes: list[tuple[str, str | None]] = [(folder, None)]
    if name.lower() in CAPTION_FOLDERS:
        homes.append((above, None))
    if name_above.lower() in CAPTION_FOLDERS:
        homes.append((further, name))
    return homes


def _beginnings(name: str) -> list[str]:
    """Return what comes before each dot of a name, the longest first: a video may be called so."""
    found: list[str] = []
    while "." in name and len(found) < _MOST_BEGINNINGS:
        name = name.rpartition(".")[0]
        found.append(name)
    return found


def _captions(entries: Iterable[Entry]) -> list[Entry]:
    return [
        entry
        for entry in entries
        if not entry.is_folder and extension(entry.name) in CAPTION_EXTENSIONS
    ]


async def unshown_tracks(library: Library, item: Item, details: Details | None) -> dict[int, str]:
    """Return which tracks inside a video are known to show nothing, though they are of text.

    With the number of each comes why, as :class:`Failed` says it.
    """
    if library.derivatives is None or details is None:
        return {}
    video = source_of(library, item)
    found: dict[int, str] = {}
    for track in details.text_tracks:
        if track.supported:
            reason = await _track_problem(library.derivatives, video, text_of_track(track))
            found.update({track.index: reason} if reason is not None else {})
    return found


async def _track_problem(
    derivatives: DerivativeService, video: Source, product: Derivative
) -> str | None:
    size = await derivatives.size(video, product.name)
    try:
        if size is None:
            await derivatives.raise_failure(video, product)
    except Failed as error:
        return str(error)
    return EMPTY if size == 0 else None


async def details_of(
    library: Library, item: Item, *, patience: float | None = None
) -> Details | None:
    """Return what is inside a video, ``None`` where that is not known, or not yet.

    :param patience: seconds to wait, :data:`GLANCE` if ``None``; after them it is looked for in the
        background.
    """
    if library.derivatives is None:
        return None
    video = source_of(library, item)
    try:
        async with asyncio.timeout(GLANCE if patience is None else patience):
            details = decode_details(await library.derivatives.get(video, DETAILS))
    except TimeoutError:
        library.derivatives.later(video, DETAILS)
        return None
    except (Failed, StorageError, ValueError):
        return None
    is_known = details.duration == item.duration and bool(details.title) == bool(item.title)
    if details.duration is not None and not is_known:
        with suppress(Unavailable):
            await library.catalogue.set_found(
                [Finding(item.entry.path, _version(item), details.duration, details.title)]
            )
    return details


async def problem_of(library: Library, item: Item, details: Details | None) -> Problem | None:
    """Return what is known to be wrong with the file of a video.

    :param details: what is inside it, as :func:`details_of` has it.
    """
    assert item.entry.facts is not None
    if item.entry.facts.size == 0:
        return "empty"
    if details is not None or library.derivatives is None:
        return None
    try:
        await library.derivatives.raise_failure(source_of(library, item), DETAILS)
    except Failed:
        return "damaged"
    return None


def _version(item: Item) -> str:
    assert item.entry.facts is not None
    return item.entry.facts.version
