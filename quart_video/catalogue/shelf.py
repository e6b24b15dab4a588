"""Gathering: what a storage holds in a folder, and in the folders below it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field

from quart_video.catalogue.natural import NaturalKey, folder_key
from quart_video.media_types import CAPTION_EXTENSION, extension
from quart_video.storage.base import Entry, NotFound, Storage

logger = logging.getLogger("quart_video")

_SLICE = 1000  # entries; a few milliseconds of work


@dataclass(slots=True, eq=False)
class Shelf:
    """What one folder holds, sorted out but in no order."""

    folder: str
    key: tuple[NaturalKey, ...]
    """What all places in this folder share."""
    folders: list[Entry] = field(default_factory=list)
    videos: list[Entry] = field(default_factory=list)
    captions: list[Entry] = field(default_factory=list)

    def put(self, entries: Sequence[Entry], extensions: Collection[str]) -> None:
        """Put each of *entries* where it belongs; files of no known type belong nowhere."""
        for entry in entries:
            if entry.is_folder:
                self.folders.append(entry)
                continue
            suffix = extension(entry.name)
            if suffix in extensions:
                self.videos.append(entry)
            if suffix == CAPTION_EXTENSION:
                self.captions.append(entry)


async def take_shelf(storage: Storage, folder: str, extensions: Collection[str]) -> Shelf:
    """Read one folder.

    :param extensions: of the videos, in lower case, each with its dot.
    :raises NotFound: there is no such folder.
    """
    shelf = Shelf(folder, folder_key(folder))
    async for entries in slices(await storage.list(folder)):
        shelf.put(entries, extensions)
    return shelf


async def walk(
    storage: Storage, folder: str, extensions: Collection[str], *, recursive: bool
) -> AsyncIterator[Shelf]:
    """Read *folder* and, if *recursive*, those below it, in no order.

    Links to folders are not followed, so that loops end. A folder below that is gone or closed to
    us when its turn comes is passed over.

    :raises NotFound: there is no such folder.
    """
    shelf = await take_shelf(storage, folder, extensions)
    yield shelf
    ahead = _below(shelf)
    while recursive and ahead:
        path = ahead.pop()
        try:
            shelf = await take_shelf(storage, path, extensions)
        except NotFound as error:
            logger.debug("Passed over the folder %r: %s", path, error)
            continue
        yield shelf
        ahead += _below(shelf)


async def slices(entries: Sequence[Entry]) -> AsyncIterator[Sequence[Entry]]:
    """Yield *entries* in pieces, and let the event loop serve others between them."""
    for start in range(0, len(entries), _SLICE):
        if start:
            await asyncio.sleep(0)
        yield entries[start : start + _SLICE]


def _below(shelf: Shelf) -> list[str]:
    return [entry.path for entry in shelf.folders if not entry.is_link]
