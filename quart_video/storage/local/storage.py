"""A folder of this machine as a storage."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from quart_video.storage.base import Digest, Entry, Guess, NotFound, StorageError, nothing
from quart_video.storage.local.disk import Disk, OpenFile, facts_of, storage_error
from quart_video.storage.local.file_systems import close_quietly, mounts
from quart_video.storage.local.openat2 import opener
from quart_video.storage.local.safe_open import open_beneath
from quart_video.storage.names import join
from quart_video.storage.visible import VisibleNames

T = TypeVar("T")

_SLICE = 1000  # rows to have in hand: they hold more than their entries do
_UNSETTLED_NS = 2_000_000_000  # the longest tick there is, that of FAT


class LocalStorage:
    """The visible files and folders below *root*.

    Symbolic links may lead anywhere below the root. Whatever leads out of it does not exist.

    :param root: path of a folder; a relative one counts from the working directory.
    :param threads: for file access that may have to wait, 1 or more.
    :param reserved: names in the root that are taken as absent.
    :param hidden: paths below the root that are taken as absent, without a word in the log.
    """

    def __init__(
        self,
        root: str,
        *,
        threads: int = 8,
        reserved: Collection[str] = (),
        hidden: Collection[str] = (),
    ) -> None:
        self.root = os.path.abspath(os.path.expanduser(root))
        self._disk = Disk(threads)
        self._changes = mounts.changes()
        self._cached = opener(self.root)
        self._is_open = True
        self._names = VisibleNames(reserved, hidden)

    async def list(self, folder: str) -> Sequence[Entry]:
        """Return the visible entries of *folder*, in no order."""
        return (await self._disk.run(self._look_into, folder))[1]

    async def fingerprints(self, folders: Sequence[str]) -> Sequence[str | StorageError]:
        """Return the times of each of *folders*, and which one it is, by one thread for all."""
        return await self._disk.run(lambda _: [*map(self._fingerprint, folders)], folders[0])

    async def study(self, folders: Sequence[str], digest: Digest[T]) -> Sequence[T | StorageError]:
        """Return what *digest* makes of the first of *folders*, called by a thread."""
        return await self._disk.run(lambda _: self._study(folders, digest), folders[0])

    async def stat(self, path: str) -> Entry:
        """Describe the file or folder at *path*."""
        return await self._disk.run(self._stat, path)

    async def open(self, path: str, likely: Guess = nothing) -> OpenFile:  # noqa: ARG002
        """Open the file at *path*, then describe what was opened."""
        if self._cached is not None and self._names.split(path):
            descriptor = self._cached.open(path)
            if descriptor is not None:
                return OpenFile(descriptor, self._disk, path, self._cached.system)
        return await self._disk.run(self._open, path)

    async def check(self) -> None:
        """See whether the root can be opened."""
        await self._disk.run(self._stat, "")

    async def aclose(self) -> None:
        """Let the threads end, and open nothing more."""
        self._is_open = False
        self._cached = None
        self._disk.close()

    def _open(self, path: str) -> OpenFile:
        self._look_at_mounts()
        return OpenFile(open_beneath(self.root, self._names.split(path)), self._disk, path)

    def _look_at_mounts(self) -> None:
        """Find out anew what can be opened at once, if something has been mounted since."""
        cached, changes = self._cached, mounts.changes()
        if cached.holds if cached is not None else changes == self._changes:
            return
        self._changes = changes
        found = opener(self.root)
        self._cached = found if self._is_open else None

    def _fingerprint(self, folder: str) -> str | StorageError:
        try:
            descriptor = open_beneath(self.root, self._names.split(folder))
            try:
                return _fingerprint_of(folder, descriptor)
            finally:
                close_quietly(descriptor)
        except StorageError as error:
            return error
        except OSError as error:
            return storage_error(error, folder)

    def _stat(self, path: str) -> Entry:
        descriptor = open_beneath(self.root, self._names.split(path))
        try:
            return _entry(path, os.fstat(descriptor))
        finally:
            close_quietly(descriptor)

    def _study(self, folders: Sequence[str], digest: Digest[T]) -> Sequence[T | StorageError]:
        found: list[T | StorageError] = []
        rows = 0
        for folder in folders:
            try:
                fingerprint, entries = self._look_into(folder)
            except StorageError as error:
                return [*found, error]
            except OSError as error:
                return [*found, storage_error(error, folder)]
            found.append(digest(folder, fingerprint, entries))
            rows += len(entries)
            if rows >= _SLICE:
                break
        return found

    def _look_into(self, folder: str) -> tuple[str, Sequence[Entry]]:
        """Return the fingerprint of a folder, and then what is in it."""
        descriptor = open_beneath(self.root, self._names.split(folder))
        try:
            fingerprint = _fingerprint_of(folder, descriptor)
            with os.scandir(descriptor) as rows:
                return fingerprint, [*self._entries(folder, rows)]
        finally:
            close_quietly(descriptor)

    def _entries(self, folder: str, rows: Iterator[os.DirEntry[str]]) -> Iterator[Entry]:
        inside = join(folder, "")
        while some := [*islice(rows, _SLICE)]:
            shows_all = self._names.shows_all(folder, [row.name for row in some])
            for row in some:
                if shows_all or self._names.shows(folder, row.name):
                    try:
                        result = row.stat(follow_symlinks=False)
                        path = inside + row.name
                        if stat.S_ISREG(result.st_mode):
                            yield Entry(path, facts_of(result))
                        elif stat.S_ISDIR(result.st_mode):
                            yield Entry(path)
                        elif stat.S_ISLNK(result.st_mode):
                            yield Entry(path, self._stat(path).facts, is_link=True)
                    except (OSError, StorageError):
                        continue  # gone since, or a link that leads nowhere or out of the root


def _fingerprint_of(folder: str, descriptor: int) -> str:
    result = os.fstat(descriptor)
    if not stat.S_ISDIR(result.st_mode):
        raise NotFound(f"{folder!r} is no folder")
    # Programs that copy folders set the mtime back when they are done; the ctime tells.
    times = f"{result.st_mtime_ns}:{result.st_ctime_ns}"
    # A clock may not tick between two changes. So what is seen of a folder right after one differs
    # from what is seen of it some time later, though nothing else has happened.
    with_first_chunk = abs(time.time_ns() - result.st_ctime_ns) > _UNSETTLED_NS
    return f"{times}:{result.st_ino}:{result.st_dev}:{with_first_chunk:d}"


def _entry(path: str, result: os.stat_result) -> Entry:
    return Entry(path, None if stat.S_ISDIR(result.st_mode) else facts_of(result))
