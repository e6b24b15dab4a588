"""Where derived things are kept: in a folder that all workers share, or in memory.

Keyed by what they are made of, so nothing in here is ever out of date, and all of it can be deleted
at any time. Each thing is written whole or not at all. What has not been used for longest goes
first.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import shutil
import time
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Protocol

from quart_video.bounded import BoundedCache
from quart_video.media.own_files import open_file, open_folder, write_file
from quart_video.storage.base import Media, StorageError
from quart_video.storage.local.disk import Disk, OpenFile, report_waiting
from quart_video.storage.local.file_systems import close_quietly
from quart_video.storage.memory import BytesMedia

logger = logging.getLogger("quart_video")

_STEP = 20  # the folder is looked over each time this part of what it may hold has been added
_LOWER = 0.9  # part of what it may hold that is left then
_USED = 3600.0  # seconds within which another use is not noted
_SWEEPING = 1  # number of the lock
_BLOCK = 4096  # bytes, of most disks
_INODE = 256  # bytes


class Cache(Protocol):
    """What is kept, by key and name. Nothing of it raises: what cannot be kept is made again."""

    unkept: str | None
    """Why something could not be kept for good; ``None``: all could."""

    @property
    def capacity(self) -> int:
        """How many bytes by one key can be kept, if all else goes."""

    async def read(self, key: str, name: str) -> bytes | None:
        """Return what was written, ``None`` where it is not there."""

    async def open(self, key: str, name: str) -> Media | None:
        """Open what was written, to be read in parts; ``None`` where it is not there."""

    async def size(self, key: str, name: str) -> int | None:
        """Return how many bytes were written, ``None`` where it is not there."""

    async def write(self, key: str, blobs: Mapping[str, bytes]) -> None:
        """Keep *blobs* by their names, in this order."""

    async def remove(self, key: str, name: str) -> None:
        """Forget one thing."""

    async def room(self) -> int:
        """Return how many bytes can be added before something goes to make room for them."""

    async def lock(self, number: int) -> bool:
        """Try to take a lock that the other processes with this cache see."""

    async def unlock(self, number: int) -> None:
        """Give a lock back."""

    def close(self) -> None:
        """Let threads and files go."""


class FolderCache:
    """A cache in a folder; in memory, for what cannot be written there.

    :param root: path of the folder, made where it is not there.
    :param most: bytes of the disk that it may take: a small file takes a whole block.
    """

    def __init__(self, root: str, most: int) -> None:
        self._root = root
        self._most = most
        self._disk = Disk(2)
        self._added = most  # what is there already is not known: the first writing looks
        self._locks: int | None = None
        self._spare = MemoryCache()
        self.unkept: str | None = None

    @property
    def capacity(self) -> int:
        """How many bytes by one key can be kept, if all else goes."""
        return self._spare.capacity if self.unkept is not None else int(self._most * _LOWER)

    async def read(self, key: str, name: str) -> bytes | None:
        """Return what was written, ``None`` where it is not there."""
        with suppress(StorageError):
            found = await self._disk.run(self._read, key, name)
            if found is not None:
                return found
        return await self._spare.read(key, name)

    async def open(self, key: str, name: str) -> Media | None:
        """Open what was written, to be read in parts; ``None`` where it is not there."""
        with suppress(StorageError):
            return await self._disk.run(self._open, key, name)
        return await self._spare.open(key, name)

    async def size(self, key: str, name: str) -> int | None:
        """Return how many bytes were written, ``None`` where it is not there."""
        with suppress(StorageError):
            return await self._disk.run(self._size, key, name)
        return await self._spare.size(key, name)

    async def write(self, key: str, blobs: Mapping[str, bytes]) -> None:
        """Keep *blobs*; where the folder does not take them the log is told, once."""
        try:
            await self._disk.run(self._write, key, blobs)
            self._added += _BLOCK + sum(map(_room_of, map(len, blobs.values())))
            if self._added > self._most // _STEP:
                self._added = 0
                await self._disk.run(self._sweep, self._root)
        except StorageError as error:
            await self._spare.write(key, blobs)
            if self.unkept is None:
                self.unkept = str(error)
                logger.warning(
                    "VIDEO_CACHE cannot be written, so little is kept, and in memory: %s", error
                )

    async def remove(self, key: str, name: str) -> None:
        """Forget one thing."""
        await self._spare.remove(key, name)
        with suppress(StorageError):
            await self._disk.run(self._remove, key, name)

    async def room(self) -> int:
        """Return how many bytes can be added before something goes to make room for them."""
        try:
            kept = await self._disk.run(_kept, self._root)
        except StorageError:
            return self._most
        return max(0, self._most - sum(size for _, _, size in kept))

    async def lock(self, number: int) -> bool:
        """Try to take a lock; where the folder has none to give, everyone gets all."""
        try:
            taking = self._disk.submit(self._lock, self._root, number)
            return await self._disk.wait(taking, lambda: report_waiting("VIDEO_CACHE"))
        except asyncio.CancelledError:
            # What a thread is doing goes on. Others would wait for the lock for good.
            taking.add_done_callback(lambda taken: self._give_back(taken, number))
            raise
        except (OSError, StorageError):
            return True

    async def unlock(self, number: int) -> None:
        """Give a lock back."""
        if self._locks is not None:
            with suppress(StorageError):
                await self._disk.run(self._unlock, self._root, number)

    def _give_back(self, taken: Future[bool], number: int) -> None:
        if not taken.cancelled() and taken.exception() is None and taken.result():
            with suppress(OSError):
                self._unlock(self._root, number)

    def close(self) -> None:
        """Let the threads and all locks go."""
        self._disk.close()
        if self._locks is not None:
            close_quietly(self._locks)
            self._locks = None

    def _read(self, key: str, name: str) -> bytes | None:
        try:
            with open_folder(self._root, _way(key)) as folder:
                with open(open_file(folder, name), "rb") as file:
                    data = file.read()
                _note_use(folder)
        except FileNotFoundError:
            return None
        return data

    def _open(self, key: str, name: str) -> OpenFile:
        with open_folder(self._root, _way(key)) as folder:
            opened = OpenFile(open_file(folder, name), self._disk, name)
            _note_use(folder)
        return opened

    def _size(self, key: str, name: str) -> int:
        with open_folder(self._root, _way(key)) as folder:
            return os.stat(name, dir_fd=folder, follow_symlinks=False).st_size

    def _write(self, key: str, blobs: Mapping[str, bytes]) -> None:
        for name, blob in blobs.items():
            # Anew for each of them, as the folder may be deleted at any time.
            with open_folder(self._root, _way(key), make=True) as folder:
                write_file(folder, name, blob)

    def _remove(self, key: str, name: str) -> None:
        with open_folder(self._root, _way(key)) as folder:
            os.unlink(name, dir_fd=folder)

    def _sweep(self, root: str) -> None:
        """Delete what has not been used for longest, if there is too much."""
        if not self._lock(root, _SWEEPING):
            return
        try:
            found = _kept(root)
            total = sum(size for _, _, size in found)
            if total <= self._most:
                return
            for _, folder, size in sorted(found):
                shutil.rmtree(folder, ignore_errors=True)
                total -= size
                if total <= self._most * _LOWER:
                    break
        finally:
            self._unlock(root, _SWEEPING)

    def _lock(self, root: str, number: int) -> bool:
        # Locks of bytes of one file: there need not be a file for each, nor anything in it.
        if self._locks is None:
            os.makedirs(root, mode=0o700, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            self._locks = os.open(os.path.join(root, ".lock"), flags, 0o600)
        try:
            fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _unlock(self, _: str, number: int) -> None:
        if self._locks is not None:
            fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, number)


def _kept(root: str) -> list[tuple[float, str, int]]:
    """Return what is kept: when it was used last, its folder, and what that takes of the disk."""
    found = []
    for folder in _folders(root):
        with suppress(OSError):
            itself = os.stat(folder)
            with os.scandir(folder) as rows:
                files = [row.stat(follow_symlinks=False) for row in rows]
            found.append((itself.st_mtime, folder, _room(itself) + sum(map(_room, files))))
    return found


def _room(result: os.stat_result) -> int:
    """Return what a file or folder takes of a disk: its blocks, and its inode."""
    return max(result.st_blocks * 512, result.st_size) + _INODE


def _room_of(size: int) -> int:
    """Return about the same for a file that is written."""
    return -(-size // _BLOCK) * _BLOCK + _INODE


def _way(key: str) -> tuple[str, str]:
    return key[:2], key


def _note_use(folder: int) -> None:
    with suppress(OSError):
        if time.time() - os.stat(folder).st_mtime > _USED:
            os.utime(folder)


def _folders(root: str) -> list[str]:
    found = []
    with suppress(OSError), os.scandir(root) as rows:
        for row in rows:
            if len(row.name) == 2 and row.is_dir(follow_symlinks=False):
                with suppress(OSError), os.scandir(row.path) as keys:
                    found += [
                        key.path
                        for key in keys
                        # What is not of our making stays, should the folder have been another's.
                        if key.name.startswith(row.name) and key.is_dir(follow_symlinks=False)
                    ]
    return found


class MemoryCache:
    """A cache for where there is no folder: it holds little, for one process.

    :param most: bytes that it may hold.
    """

    unkept: str | None = None

    def __init__(self, most: int = 64 * 1024 * 1024) -> None:
        self._most = most
        self._blobs: BoundedCache[tuple[str, str], bytes] = BoundedCache(most)

    @property
    def capacity(self) -> int:
        """How many bytes can be kept."""
        return self._most

    async def read(self, key: str, name: str) -> bytes | None:
        """Return what was written, ``None`` where it is not there."""
        return self._blobs.get((key, name))

    async def open(self, key: str, name: str) -> Media | None:
        """Open what was written, to be read in parts; ``None`` where it is not there."""
        data = await self.read(key, name)
        return None if data is None else BytesMedia(data, version=key)

    async def size(self, key: str, name: str) -> int | None:
        """Return how many bytes were written, ``None`` where it is not there."""
        blob = self._blobs.get((key, name))
        return None if blob is None else len(blob)

    async def write(self, key: str, blobs: Mapping[str, bytes]) -> None:
        """Keep *blobs*."""
        for name, blob in blobs.items():
            self._blobs.put((key, name), blob)

    async def remove(self, key: str, name: str) -> None:
        """Forget one thing."""
        self._blobs.remove((key, name))

    async def room(self) -> int:
        """Return how many bytes it may hold: what is in it lasts no longer than this process."""
        return self._most

    async def lock(self, _: int) -> bool:
        """Take a lock that no other process could have."""
        return True

    async def unlock(self, _: int) -> None:
        """Give a lock back."""

    def close(self) -> None:
        """Forget everything."""
        self._blobs.clear()
