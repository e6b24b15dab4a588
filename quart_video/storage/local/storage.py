"""A folder of this machine as a storage."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import stat
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from itertools import islice
from typing import TypeVar

from quart_video.storage.base import (
    LONGEST_TICK,
    OPEN_ENDED,
    Denied,
    Digest,
    Entry,
    Guess,
    NotFound,
    StorageError,
    nothing,
)
from quart_video.storage.contents import is_text, may_be_text
from quart_video.storage.local.disk import (
    Disk,
    OpenFile,
    bounded,
    facts_of,
    facts_on,
    reading_error,
    storage_error,
)
from quart_video.storage.local.file_systems import UNKNOWN, FileSystem, close_quietly, mounts
from quart_video.storage.local.mount_point import MountPoint, identity_of
from quart_video.storage.local.openat2 import opener
from quart_video.storage.local.safe_open import Siblings, open_beneath
from quart_video.storage.names import join
from quart_video.storage.visible import VisibleNames

logger = logging.getLogger("quart_video")

T = TypeVar("T")

_MOST_SILENT = 1000  # file systems
# What says of a name that has been read of a folder that nothing is there any more.
_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
_SLICE = 1000  # rows to have in hand: they hold more than their entries do


class LocalStorage:
    """The visible files and folders below *root*.

    Symbolic links may lead anywhere below the root. Whatever leads out of it does not exist.

    :param root: path of a folder; a relative one counts from the working directory.
    :param threads: for file access that may have to wait, 1 or more.
    :param reserved: names in the root that are taken as absent.
    :param hidden: paths below the root that are taken as absent, without a word in the log.
    :param streams: extensions, in lower case, of MPEG transport streams. A file of such a name that
        holds text, such as a source in TypeScript, is taken as absent.
    """

    def __init__(
        self,
        root: str,
        *,
        threads: int = 8,
        reserved: Collection[str] = (),
        hidden: Collection[str] = (),
        streams: Collection[str] = (),
    ) -> None:
        self.root = os.path.abspath(os.path.expanduser(root))
        self._disk = Disk(threads)
        self._pulse = Disk(1)
        """The thread that signs of life are looked for with, which nothing else waits for."""
        self._changes = mounts.changes()
        self._cached = opener(self.root)
        self._is_open = True
        self._silent: set[int] = set()
        """Devices on which the times of a folder were found not to tell what changes in it."""
        self.compares_names = False
        self._names = VisibleNames(reserved, hidden)
        self._streams = tuple(streams)
        self._mount_point = MountPoint(self.root)

    def remember(self, fingerprint: str) -> None:
        """Take another root that is empty for one whose disk is not mounted, from now on."""
        identity = fingerprint.partition(":")[0]
        if identity.isdecimal():
            self._mount_point.remember(int(identity))

    async def list(self, folder: str) -> Sequence[Entry]:
        """Return the visible entries of *folder*, in no order."""
        entries = (await self._disk.run(self._look_into, folder))[1]
        return [
            entry._replace(facts=entry.facts and bounded(entry.facts))
            for entry in entries
            if not entry.is_unseen
        ]

    async def fingerprints(self, folders: Sequence[str]) -> Sequence[str | StorageError]:
        """Return the times of each of *folders*, and which one it is, by one thread for all.

        Where names have to be read, which is mostly to wait, two threads do it.
        """
        middle = len(folders) // 2 if self.compares_names else 0
        parts = [part for part in (folders[:middle], folders[middle:]) if part]
        found = await asyncio.gather(
            *(
                self._disk.run(lambda _, part=part: self._fingerprints(part), part[0])
                for part in parts
            )
        )
        return [fingerprint for part in found for fingerprint in part]

    async def study(self, folders: Sequence[str], digest: Digest[T]) -> Sequence[T | StorageError]:
        """Return what *digest* makes of the first of *folders*, called by a thread."""
        return await self._disk.run(lambda _: self._study(folders, digest), folders[0])

    async def distrust(self, folder: str) -> None:
        """Find changes like the one in *folder*, of which its times did not tell, by names.

        They are not trusted any more wherever its file system reaches.
        """
        await self._disk.run(self._distrust, folder)

    async def stat(self, path: str) -> Entry:
        """Describe the file or folder at *path*."""
        return await self._disk.run(self._stat, path)

    async def open(self, path: str, likely: Guess = nothing) -> OpenFile:  # noqa: ARG002
        """Open the file at *path*, then describe what was opened."""
        if self._cached is not None and self._names.split(path):
            descriptor = self._cached.open(path)
            if descriptor is not None:
                media = OpenFile(descriptor, self._disk, path, self._cached.system)
                if not self._may_be_text(path, media.facts.size):
                    return media
                media.close()  # it has to be read, which may have to wait
        return await self._disk.run(self._open, path)

    async def check(self) -> None:
        """See whether the root can be read.

        That it can be opened says little: a mount may answer that out of what it remembers.
        """
        await self._pulse.run(self._look_at_root, "")

    async def aclose(self) -> None:
        """Let the threads end, and open nothing more."""
        self._is_open = False
        self._cached = None
        self._disk.close()
        self._pulse.close()

    def _look_at_root(self, _: str) -> None:
        with self._opened("") as descriptor, os.scandir(descriptor) as rows:
            next(rows, None)
        self._mount_point.check()

    def _open_beneath(self, path: str, *, look: bool = False) -> int:
        """Open what is at *path*, as :func:`open_beneath` does.

        :raises Unavailable: nothing is there, as the disk is not mounted.
        """
        with self._checked():
            return open_beneath(self.root, self._names.split(path), look=look)

    @contextmanager
    def _checked(self) -> Iterator[None]:
        """Look whether the disk is mounted, should nothing be found.

        :raises Unavailable: it is not.
        """
        try:
            yield
        except (FileNotFoundError, NotFound):
            self._mount_point.check()
            raise

    def _open(self, path: str) -> OpenFile:
        self._look_at_mounts()
        media = OpenFile(self._open_beneath(path), self._disk, path)
        try:
            self._refuse_text(path, media.facts.size, media.fileno())
        except BaseException:
            media.close()
            raise
        return media

    def _may_be_text(self, path: str, size: int) -> bool:
        """Say whether a file is named like a stream, and may be something else by its size."""
        return path.lower().endswith(self._streams) and may_be_text(size)

    def _refuse_text(self, path: str, size: int, descriptor: int | None = None) -> None:
        """Have a file be absent that is named like a stream, and holds text.

        :param descriptor: to read from, if it is open.
        :raises NotFound: it is such a one.
        """
        if not self._may_be_text(path, size):
            return
        if descriptor is None:
            try:
                with self._opened(path) as opened:
                    holds_text = is_text(opened)
            except (OSError, StorageError):  # it is shown, and whoever asks for it is told
                return
        else:
            holds_text = is_text(descriptor)
        if holds_text:
            raise NotFound(f"{path!r} is text, and no MPEG transport stream")

    def _is_shown(self, entry: Entry) -> bool:
        """Say whether something in a folder is what it is named like."""
        try:
            if entry.facts is not None and not entry.is_link:  # else it has been looked at
                self._refuse_text(entry.path, entry.facts.size)
        except NotFound:
            return False
        return True

    def _look_at_mounts(self) -> None:
        """Find out anew what can be opened at once, if something has been mounted since."""
        cached, changes = self._cached, mounts.changes()
        if cached.holds if cached is not None else changes == self._changes:
            return
        self._changes = changes
        found = opener(self.root)
        self._cached = found if self._is_open else None

    def _fingerprints(self, folders: Sequence[str]) -> Sequence[str | StorageError]:
        with Siblings(self.root) as siblings:
            return [self._fingerprint(folder, siblings) for folder in folders]

    def _fingerprint(self, folder: str, siblings: Siblings) -> str | StorageError:
        try:
            with self._checked():
                descriptor = siblings.open(self._names.split(folder))
        except StorageError as error:
            return error
        except OSError as error:
            return storage_error(error, folder)
        try:
            return self._fingerprint_of(folder, descriptor, None)
        except StorageError as error:
            return error
        except OSError as error:
            return reading_error(error, folder)
        finally:
            close_quietly(descriptor)

    def _stat(self, path: str) -> Entry:
        with self._opened(path, look=True) as descriptor:
            result = os.fstat(descriptor)
            if stat.S_ISDIR(result.st_mode):
                return Entry(path)
            facts = facts_of(result, mounts.of(descriptor, result.st_dev))
        self._refuse_text(path, facts.size)
        return Entry(path, facts)

    @contextmanager
    def _opened(self, path: str, *, look: bool = False) -> Iterator[int]:
        """Open what is at *path*: what goes wrong from then on does not mean that it is not there.

        :raises StorageError: it is not there, or cannot be read.
        :raises OSError: as :func:`open_beneath` does.
        """
        descriptor = self._open_beneath(path, look=look)
        try:
            yield descriptor
        except OSError as error:
            raise reading_error(error, path) from error
        finally:
            close_quietly(descriptor)

    def _distrust(self, folder: str) -> None:
        with self._opened(folder) as descriptor:
            result = os.fstat(descriptor)
            if not _is_settled(result):
                return  # its clock had not ticked, perhaps
            if len(self._silent) < _MOST_SILENT and result.st_dev not in self._silent:
                self._silent.add(result.st_dev)
                logger.info(
                    "The times of folders do not tell what changes in them, about %r: names are "
                    "compared, which takes longer",
                    folder,
                )

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
        descriptor = self._open_beneath(folder)
        try:  # as _opened() does, which would cost a small folder a tenth more
            look = _Look(folder, descriptor, self._stat)
            fingerprint = self._fingerprint_of(folder, descriptor, look)
            if look.names is None:
                with os.scandir(descriptor) as rows:
                    look.take(rows, self._names)
            if self._streams:
                # Few are named so; the others cost no call.
                look.entries = [
                    entry
                    for entry in look.entries
                    if not entry.path.lower().endswith(self._streams) or self._is_shown(entry)
                ]
            if not folder:
                self._mount_point.check()
            return look.mark(fingerprint), look.entries
        except OSError as error:
            raise reading_error(error, folder) from error
        finally:
            close_quietly(descriptor)

    def _fingerprint_of(self, folder: str, descriptor: int, look: _Look | None) -> str:
        """Return what changes when an entry of an open folder comes, goes or is renamed.

        :param look: takes what is in it, should that have to be read.
        """
        result = os.fstat(descriptor)
        if not stat.S_ISDIR(result.st_mode):
            raise NotFound(f"{folder!r} is no folder")
        mounts.look_for_folding(descriptor, result.st_dev)
        system = mounts.of(descriptor, result.st_dev)
        if look is not None:
            look.begin(result.st_dev, system)
        # Programs that copy folders set the mtime back when they are done; the ctime tells.
        times = f"{result.st_mtime_ns}:{result.st_ctime_ns}" if system.keeps_ctimes else ""
        identity = identity_of(result, system)
        if system.tells_of_entries and result.st_dev not in self._silent:
            times = times or str(result.st_mtime_ns)
            # A clock may not tick between two changes. So what is seen of a folder right after one
            # differs from what is seen of it some time later, though nothing else has happened.
            return f"{identity}:{times}:{result.st_dev}:{_is_settled(result):d}"
        if look is None:
            self.compares_names = True
            names = os.listdir(descriptor)
        else:
            with os.scandir(descriptor) as rows:
                look.take(rows, self._names)
            names = look.names or []
        joined = "/".join(sorted(names)).encode(errors="surrogateescape")
        return f"{identity}:{times}:{blake2b(joined, digest_size=12).hexdigest()}"


class _Look:
    """What is seen in one open folder.

    :param follow: describes what a symbolic link leads to, by its path.
    """

    __slots__ = (
        *("_descriptor", "_device", "_folder", "_follow", "_is_open_ended", "_others", "_system"),
        *("entries", "names"),
    )

    def __init__(self, folder: str, descriptor: int, follow: Callable[[str], Entry]) -> None:
        self._folder = folder
        self._descriptor = descriptor
        self._follow = follow
        self._device = -1
        self._system = UNKNOWN
        self._others: dict[int, FileSystem] | None = None
        self._is_open_ended = False
        self.names: list[str] | None = None
        """All, shown or not, when they have been read."""
        self.entries: list[Entry] = []

    def begin(self, device: int, system: FileSystem) -> None:
        """Note what the folder is on, as most that is in it will be."""
        self._device, self._system = device, system

    def take(self, rows: Iterator[os.DirEntry[str]], names: VisibleNames) -> None:
        """Take all rows.

        :raises OSError: none of what is shown can be looked at: the folder cannot.
        """
        self.names = []
        folder, inside, found = self._folder, join(self._folder, ""), self.entries
        device, facts_of_row = self._device, facts_on(self._system)
        problem: Exception | None = None
        while some := [*islice(rows, _SLICE)]:
            here = [row.name for row in some]
            self.names += here
            shows_all = names.shows_all(folder, here)
            for row in some:
                if not shows_all and not names.shows(folder, row.name):
                    continue
                try:
                    result = row.stat(follow_symlinks=False)
                    path = inside + row.name
                    if stat.S_ISREG(result.st_mode) and result.st_dev == device:
                        found.append(Entry(path, facts_of_row(result)))  # as most of them
                    elif (entry := self._entry(path, row, result)) is not None:
                        found.append(entry)
                except NotFound:  # gone since, or a link that leads nowhere or out of the root
                    continue
                except (OSError, StorageError) as error:
                    if isinstance(error, OSError) and error.errno in _GONE:
                        continue
                    problem = error
                    found.append(self._unseen(inside + row.name, row, error, names))
        if problem is not None and all(entry.is_unseen for entry in found):
            raise problem

    def mark(self, fingerprint: str) -> str:
        """Return what stands for the folder in the form in which it was seen.

        One in which something may come to light without a trace in its fingerprint has one that it
        will never be found with: it is read each time that it is looked at.
        """
        return fingerprint + OPEN_ENDED if self._is_open_ended else fingerprint

    def _entry(self, path: str, row: os.DirEntry[str], result: os.stat_result) -> Entry | None:
        mode = result.st_mode
        if stat.S_ISREG(mode):
            return Entry(path, facts_of(result, self._system_of(row.name, result.st_dev)))
        if stat.S_ISDIR(mode):
            return Entry(path)
        if not stat.S_ISLNK(mode):
            return None
        try:
            return Entry(path, self._follow(path).facts, is_link=True)
        except Denied:
            raise
        except (NotFound, FileNotFoundError):
            self._is_open_ended = True  # until what it leads to comes
            raise

    def _unseen(
        self, path: str, row: os.DirEntry[str], error: Exception, names: VisibleNames
    ) -> Entry:
        """Return what stands for something that cannot be looked at now."""
        self._is_open_ended = True
        names.report_unseen(path, error)
        with suppress(OSError):
            if row.is_dir(follow_symlinks=False):  # what was mounted on it has died, say
                return Entry(path)
        return Entry(path, is_unseen=True)

    def _system_of(self, name: str, device: int) -> FileSystem:
        """Return what a file is on that is not on what its folder is on."""
        if self._others is None:
            self._others = {}
        found = self._others.get(device)
        if found is None:
            flags = getattr(os, "O_PATH", os.O_RDONLY | os.O_NONBLOCK) | os.O_NOFOLLOW
            descriptor = os.open(name, flags | os.O_CLOEXEC, dir_fd=self._descriptor)
            try:
                found = self._others[device] = mounts.of(descriptor, device)
            finally:
                close_quietly(descriptor)
        return found


def _is_settled(result: os.stat_result) -> bool:
    """Say whether the clock of a folder has ticked since it was changed."""
    return abs(time.time_ns() - result.st_ctime_ns) > LONGEST_TICK
