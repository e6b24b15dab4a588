"""What is inside the videos of a library: what the derivative service is asked for, and told of.

Nothing here waits for long. What is not known yet is looked for in the background, and is there
the next time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from quart_video.catalogue import CAPTION_FOLDERS, Caption, Item, Query, captions_in_folder, stem_of
from quart_video.library.library import Library
from quart_video.media import DETAILS, Details, Failed, Source, decode_details
from quart_video.media_types import CAPTION_EXTENSION, CAPTION_EXTENSIONS, extension
from quart_video.storage.base import Entry, StorageError, Unavailable

_MOST_BEGINNINGS = 16
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


async def captions_elsewhere(library: Library, item: Item) -> tuple[Caption, ...]:
    """Return the captions of a video that lie in folders for captions beside it."""
    if library.derivatives is None:
        return ()
    entry = item.entry
    stem = stem_of(entry.name)
    query = Query(folder=entry.folder, limit=1)
    found: list[Caption] = []
    with suppress(StorageError):
        page = await library.catalogue.page(query)
        for folder in page.caption_folders:
            inner = await library.storage.list(folder.path)
            found += captions_in_folder(stem, _captions(inner), alone=page.total == 1)
            for own in inner:
                if own.is_folder and own.name == stem:
                    entries = _captions(await library.storage.list(own.path))
                    found += captions_in_folder(stem, entries, alone=True)
    return tuple(found)


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
    if details.duration is not None and details.duration != item.duration:
        with suppress(Unavailable):
            await library.catalogue.set_durations(
                [(item.entry.path, _version(item), details.duration)]
            )
    return details


def _version(item: Item) -> str:
    assert item.entry.facts is not None
    return item.entry.facts.version
