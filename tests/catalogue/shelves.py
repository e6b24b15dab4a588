"""A storage in memory, and short ways to fill and read it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NoReturn, TypeVar

from quart_video.catalogue import Catalogue, Page, Query
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.base import (
    Denied,
    Digest,
    Entry,
    FileFacts,
    Guess,
    NotFound,
    Storage,
    StorageError,
    nothing,
)

T = TypeVar("T")


@dataclass
class Shelves:
    """A storage: files by path, and folders wherever a file is, or an empty one is named."""

    files: dict[str, FileFacts] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)
    links: dict[str, str] = field(default_factory=dict)
    """Links to folders: path of the link, path of the folder it leads to."""
    closed: set[str] = field(default_factory=set)
    listed: list[str] = field(default_factory=list)
    """Folders that were listed, in order."""

    async def list(self, folder: str) -> list[Entry]:
        self.listed.append(folder)
        return [*self._rows(folder).values()]

    async def fingerprints(self, folders: Sequence[str]) -> Sequence[str | StorageError | None]:
        return [self.fingerprint(folder) for folder in folders]

    def fingerprint(self, folder: str) -> str | StorageError | None:
        try:
            self._rows(folder)
        except StorageError as error:
            return error
        return None

    async def study(self, folders: Sequence[str], digest: Digest[T]) -> Sequence[T | StorageError]:
        folder = folders[0]
        try:
            fingerprint = self.fingerprint(folder)
            rows = await self.list(folder)
            assert not isinstance(fingerprint, StorageError)
            return [digest(folder, fingerprint, rows)]
        except StorageError as error:
            return [error]

    def _rows(self, folder: str) -> dict[str, Entry]:
        if folder in self.closed:
            raise Denied(folder)
        real = self._resolve(folder)
        depth = len(real) + 1 if real else 0
        rows: dict[str, Entry] = {}
        for path in (*self.files, *self.empty, *self.links):
            if path.startswith(f"{real}/" if real else "") and path != real:
                name, _, rest = path[depth:].partition("/")
                shown = f"{folder}/{name}" if folder else name
                is_link = f"{real}/{name}".lstrip("/") in self.links
                rows[name] = Entry(shown, None if rest else self.files.get(path), is_link)
        if not rows and real and real not in self.empty:
            raise NotFound(folder)
        return rows

    async def stat(self, path: str) -> Entry:
        if facts := self.files.get(path):
            return Entry(path, facts)
        self._rows(path)
        return Entry(path)

    async def open(self, path: str, likely: Guess = nothing) -> NoReturn:
        raise AssertionError(f"the catalogue opened {path}, and reads {likely()}")

    async def check(self) -> None:
        pass

    async def aclose(self) -> None:
        pass

    def _resolve(self, folder: str) -> str:
        for link, target in self.links.items():
            if folder == link or folder.startswith(f"{link}/"):
                return self._resolve(target + folder[len(link) :])
        return folder


def facts(size: int = 1, modified_ns: int = 0) -> FileFacts:
    return FileFacts(size, modified_ns, "v")


def shelves(*paths: str) -> Shelves:
    """Return a storage of files alike in size and time; a path that ends in / is a folder."""
    return Shelves(
        {path: facts() for path in paths if not path.endswith("/")},
        {path[:-1] for path in paths if path.endswith("/")},
    )


@asynccontextmanager
async def catalogue_of(
    storage: Storage, types: Mapping[str, str] = VIDEO_TYPES
) -> AsyncIterator[Catalogue]:
    catalogue = Catalogue(storage, types)
    try:
        yield catalogue
    finally:
        await catalogue.aclose()


async def page(storage: Storage, **query: object) -> Page:
    """Return a page out of a catalogue that has never seen the storage."""
    async with catalogue_of(storage) as catalogue:
        return await catalogue.page(Query(**query))  # type: ignore[arg-type]


def paths(listing: Page) -> list[str]:
    return [item.entry.path for item in listing.items]
