"""What is inside the videos of a library: what the derivative service is asked for, and told of.

Nothing here waits for long. What is not known yet is looked for in the background, and is there
the next time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from quart_video.catalogue import CAPTION_FOLDERS, Caption, Item, Query, captions_in_folder, stem_of
from quart_video.library.library import Library
from quart_video.media import DETAILS, Details, Failed, Source, decode_details
from quart_video.media_types import CAPTION_EXTENSION, CAPTION_EXTENSIONS, extension
from quart_video.storage.base import Entry, StorageError, Unavailable

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


async def videos_with(library: Library, captions: str) -> list[str]:
    """Return the videos that the caption file at a path belongs to.

    :raises NotFound: there is no such folder.
    :raises Unavailable: the storage cannot answer now.
    """
    found = []
    name = captions.rpartition("/")[2]
    for folder, own in _homes(captions.rpartition("/")[0]):
        entries = await library.storage.list(folder)
        videos = [each for each in entries if each.facts and library.media_type(each.name)]
        likely = [each for each in videos if _may_belong(name, own, stem_of(each.name))]
        for video in likely or (videos if len(videos) == 1 else []):
            item = await library.catalogue.find(video.path)
            known = (*item.captions, *await captions_elsewhere(library, item))
            if captions in (each.path for each in known):
                found.append(video.path)
    return found


def _homes(folder: str) -> list[tuple[str, str | None]]:
    """Return where videos may lie whose captions lie in *folder*, and what it is called for them.

    The name is that of the folder within one for captions, ``None`` where there is none.
    """
    above, _, name = folder.rpartition("/")
    further, _, name_above = above.rpartition("/")
    homes: list[tuple[str, str | None]] = [(folder, None)]
    if name.lower() in CAPTION_FOLDERS:
        homes.append((above, None))
    if name_above.lower() in CAPTION_FOLDERS:
        homes.append((further, name))
    return homes


def _may_belong(name: str, own: str | None, stem: str) -> bool:
    return own == stem or name.startswith(f"{stem}.")


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
