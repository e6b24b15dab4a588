"""Media in memory: of a view's own, or a whole storage of them for the tests of an app."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from hashlib import blake2b
from typing import TypeVar

from quart_video.storage.base import (
    Digest,
    Entry,
    FileFacts,
    Guess,
    NotFound,
    StorageError,
    Unavailable,
    nothing,
)
from quart_video.storage.listed import study_listed
from quart_video.storage.local.chunk_size import SMALL
from quart_video.storage.names import join
from quart_video.storage.visible import VisibleNames

T = TypeVar("T")


def content_version(data: bytes) -> str:
    """Return a version that follows from the bytes alone."""
    return blake2b(data, digest_size=12).hexdigest()


class BytesMedia:
    """A media out of bytes."""

    def __init__(self, data: bytes, *, version: str, modified_ns: int = 0) -> None:
        self._data = memoryview(data)
        self.facts = FileFacts(len(data), modified_ns, version)

    async def ready(self, start: int, stop: int) -> None:
        """Do nothing: all is at hand."""

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes in pieces that do not fill a slow client's buffers."""
        for position in range(start, stop, SMALL):
            yield bytes(self._data[position : min(position + SMALL, stop)])

    def close(self) -> None:
        """Nothing is held."""


class MemoryStorage:
    """Videos in memory, for the tests of an app: ``VideoBlueprint(media_root=MemoryStorage(...))``.

    It behaves as a folder or a bucket does, and needs neither.

    :param files: contents by path, as ``{"Course/Lesson 1.mp4": b"..."}``.
    :param reserved: names in the root that are taken as absent.
    """

    def __init__(
        self, files: Mapping[str, bytes] | None = None, *, reserved: Collection[str] = ("-",)
    ) -> None:
        self._names = VisibleNames(reserved)
        self._files: dict[str, BytesMedia] = {}
        self._closed = False
        for path, data in (files or {}).items():
            self.put(path, data)

    def put(self, path: str, data: bytes, *, modified: float | None = None) -> None:
        """Add a file, or put another in its place.

        :param modified: seconds since the epoch; ``None``: now.
        """
        modified_ns = time.time_ns() if modified is None else int(modified * 1_000_000_000)
        version = content_version(data)
        self._files[path] = BytesMedia(data, version=version, modified_ns=modified_ns)

    def remove(self, path: str) -> None:
        """Delete a file.

        :raises KeyError: there is none.
        """
        del self._files[path]

    async def list(self, folder: str) -> Sequence[Entry]:
        """Return the visible entries of *folder*, in no order."""
        self._names.split(folder)
        inside = f"{folder}/" if folder else ""
        found: dict[str, Entry] = {}
        there = not folder
        for path, media in self._opened().items():
            if not path.startswith(inside):
                continue
            there = True
            name, _, below = path.removeprefix(inside).partition("/")
            if self._names.shows(folder, name):
                child = join(folder, name)
                found[child] = Entry(child, None if below else media.facts)
        if not there:
            raise NotFound(f"there is no folder {folder!r}")
        return list(found.values())

    async def fingerprints(self, folders: Sequence[str]) -> Sequence[None]:
        """Tell nothing: to list again costs as little."""
        return [None] * len(folders)

    async def study(self, folders: Sequence[str], digest: Digest[T]) -> Sequence[T | StorageError]:
        """Return what *digest* makes of the first of *folders*; there is no fingerprint."""
        return await study_listed(self.list, folders, digest)

    async def stat(self, path: str) -> Entry:
        """Describe the file or folder at *path*."""
        self._names.split(path)
        if path in self._opened():
            return Entry(path, self._files[path].facts)
        await self.list(path)
        return Entry(path)

    async def open(self, path: str, likely: Guess = nothing) -> BytesMedia:  # noqa: ARG002
        """Return the file at *path*."""
        self._names.split(path)
        if path not in self._opened():
            raise NotFound(f"there is no file {path!r}")
        return self._files[path]

    async def check(self) -> None:
        """See whether it was closed."""
        self._opened()

    async def aclose(self) -> None:
        """Answer nothing more."""
        self._closed = True

    def _opened(self) -> Mapping[str, BytesMedia]:
        if self._closed:
            raise Unavailable("the storage was closed")
        return self._files
