"""A folder of this machine as a storage."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Collection, Sequence

from quart_video.storage.base import Entry, NotFound, StorageError
from quart_video.storage.beneath import open_beneath
from quart_video.storage.cached import opener
from quart_video.storage.disk import Disk, OpenFile, facts_of
from quart_video.storage.names import join, name_problem, split_path

logger = logging.getLogger("quart_video")

_MAX_REPORTED = 1000  # names; a folder full of odd ones is not to fill memory, nor the log


class LocalStorage:
    """The visible files and folders below *root*.

    Symbolic links may lead anywhere below the root. Whatever leads out of it does not exist.

    :param root: path of a folder; a relative one counts from the working directory.
    :param threads: for file access that may have to wait, 1 or more.
    :param reserved: names of files and folders in the root that are taken as absent, as whoever
        serves them has something else at their address.
    """

    def __init__(self, root: str, *, threads: int = 8, reserved: Collection[str] = ()) -> None:
        self.root = os.path.abspath(os.path.expanduser(root))
        self._disk = Disk(threads)
        self._cached = opener(self.root)
        self._reserved = frozenset(reserved)
        self._reported: set[str] = set()

    async def list(self, folder: str) -> Sequence[Entry]:
        """Return the visible entries of *folder*, in no order."""
        return await self._disk.run(self._list, folder)

    async def fingerprint(self, folder: str) -> str | None:
        """Return the times of *folder*, and which one it is."""
        return await self._disk.run(self._fingerprint, folder)

    async def stat(self, path: str) -> Entry:
        """Describe the file or folder at *path*."""
        return await self._disk.run(self._stat, path)

    async def open(self, path: str) -> OpenFile:
        """Open the file at *path*, then describe what was opened."""
        if self._cached is not None and self._components(path):
            descriptor = self._cached.open(path)
            if descriptor is not None:
                return OpenFile(descriptor, self._disk, path)
        return await self._disk.run(self._open, path)

    async def aclose(self) -> None:
        """Let the threads end, and open nothing more."""
        self._cached = None
        self._disk.close()

    def _components(self, path: str) -> tuple[str, ...]:
        components = split_path(path)
        if components and components[0] in self._reserved:
            raise NotFound(f"{path!r} begins with a name that is kept for something else")
        return components

    def _open(self, path: str) -> OpenFile:
        return OpenFile(open_beneath(self.root, self._components(path)), self._disk, path)

    def _fingerprint(self, folder: str) -> str:
        descriptor = open_beneath(self.root, self._components(folder))
        try:
            result = os.fstat(descriptor)
        finally:
            os.close(descriptor)
        if not stat.S_ISDIR(result.st_mode):
            raise NotFound(f"{folder!r} is no folder")
        # Programs that copy folders set the mtime back when they are done; the ctime tells.
        times = f"{result.st_mtime_ns}:{result.st_ctime_ns}"
        return f"{times}:{result.st_ino}:{result.st_dev}"

    def _stat(self, path: str) -> Entry:
        descriptor = open_beneath(self.root, self._components(path))
        try:
            return _entry(path, os.fstat(descriptor))
        finally:
            os.close(descriptor)

    def _list(self, folder: str) -> Sequence[Entry]:
        descriptor = open_beneath(self.root, self._components(folder))
        try:
            with os.scandir(descriptor) as rows:
                return [entry for row in rows if (entry := self._describe(folder, row))]
        finally:
            os.close(descriptor)

    def _describe(self, folder: str, row: os.DirEntry[str]) -> Entry | None:
        if row.name.startswith("."):
            return None
        path = join(folder, row.name)
        if problem := name_problem(row.name):
            self._report(path, problem)
            return None
        if path in self._reserved:
            self._report(path, "a name that is kept for something else")
            return None
        try:
            if row.is_symlink():
                entry = self._stat(path)
                return Entry(path, entry.facts, is_link=True)
            result = row.stat(follow_symlinks=False)
        except (OSError, StorageError):
            return None  # gone since, or a link that leads nowhere or out of the root
        if not stat.S_ISREG(result.st_mode) and not stat.S_ISDIR(result.st_mode):
            return None
        return _entry(path, result)

    def _report(self, path: str, problem: str) -> None:
        if path not in self._reported and len(self._reported) < _MAX_REPORTED:
            self._reported.add(path)
            logger.warning("Left out of the listing, rename it: %r has %s", path, problem)


def _entry(path: str, result: os.stat_result) -> Entry:
    return Entry(path, None if stat.S_ISDIR(result.st_mode) else facts_of(result))
