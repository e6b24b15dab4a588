"""Reads folders of a storage into an index: one, those that are new, or all there are."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic, process_time
from typing import TypeVarTuple

from quart_video.catalogue.index import queries, writes
from quart_video.catalogue.index.index import Index
from quart_video.catalogue.index.rows import FolderSnapshot, take_snapshot
from quart_video.catalogue.sync.unreadable import Unreadable
from quart_video.storage.base import (
    Denied,
    Distrustful,
    Entry,
    Mounted,
    NotFound,
    Storage,
    StorageError,
    Unavailable,
    Walker,
)
from quart_video.storage.base import Unreadable as NotPermitted

logger = logging.getLogger("quart_video")

Ts = TypeVarTuple("Ts")

_TURN = 0.25  # of the time that a part of something large takes, for others to write, too
_BATCH = 256  # folders to look at
_AHEAD = 4096  # folders to read before reading waits for all to be written
_IN_ONE_GO = 32  # folders to read by one thread, at most
_AT_ONCE = 2  # of the storage's threads, so that others are left should it hang
_BUSY = 0.5  # seconds of processor time in one; if more are used, the storage is not waited for
_INLINE = 100  # entries that are sorted out sooner than a thread is called
_ROWS = 2000  # videos to write at a time


@dataclass(slots=True)
class _Batch:
    """What was found in some folders."""

    shelves: list[FolderSnapshot] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    """Those that could not be read."""
    videos: int = 0

    def add(self, path: str, found: FolderSnapshot | StorageError) -> None:
        if isinstance(found, FolderSnapshot):
            self.shelves.append(found)
            self.videos += len(found.videos)
            return
        logger.debug("Passed over the folder %r: %s", path, found)
        if isinstance(found, Denied):
            self.shelves.append(_closed(path))
        elif isinstance(found, NotFound):
            self.gone.append(path)
        else:
            self.failed.add(path)


class FolderReader:
    """Reads folders of a storage into an index, whenever it is told to.

    :param types: media types of the videos by extension.
    """

    def __init__(self, storage: Storage, index: Index, types: Mapping[str, str]) -> None:
        self.walker = storage if isinstance(storage, Walker) else None
        """The storage, if it is to be read in one go, and not folder by folder."""
        self.unreadable = Unreadable()
        self._storage = storage
        self._index = index
        self._types = types
        self._filling = 0
        """How many are reading what has not been read."""
        self._has_recalled = False

    @property
    def is_filling(self) -> bool:
        """Whether what has not been read is being read."""
        return self._filling > 0

    @property
    def compares_names(self) -> bool:
        """Whether changes are found by names, as some folder did not tell of one."""
        return isinstance(self._storage, Distrustful) and self._storage.compares_names

    async def recall(self) -> None:
        """Tell the storage of the root that had something in it, as the index knows, once.

        :raises Busy: the index cannot be read now.
        """
        if self._has_recalled or not isinstance(self._storage, Mounted):
            return
        root = await self._index.read(queries.deepest, "")
        if root.entries and root.fingerprint:
            self._storage.remember(root.fingerprint)
        self._has_recalled = True

    async def read(self, folder: str, writes_it: asyncio.Future[None] | None = None) -> None:
        """Read a folder into the index.

        :param writes_it: is done when that begins to be written, if it has to be.

        :raises NotFound: there is no such folder, nor is it in the index any more.
        :raises Unavailable: the storage cannot answer now.
        :raises Busy: the index cannot be written to now.
        """
        await self.recall()
        try:
            snapshot = await self._snapshot(folder)
        except Denied:
            await self._write(writes.put, [_closed(folder)])
            raise
        except NotFound:
            await self._write(writes.forget, folder)
            raise
        if await self._index.read(writes.differs, snapshot):
            if writes_it is not None:
                writes_it.set_result(None)
            if isinstance(self._storage, Distrustful) and await self._index.read(
                writes.tells_nothing, snapshot
            ):
                await self._storage.distrust(folder)
            await self._write(writes.put, [snapshot])

    async def _write(self, function: Callable[[sqlite3.Connection, *Ts], bool], *args: *Ts) -> None:
        """Write something by as many transactions as that takes, and leave others their turn.

        :param function: says whether there is more to do.
        :raises Busy: the index cannot be written to now.
        """
        began = monotonic()
        while await self._index.write(function, *args):
            # A process that waits for its turn looks for it ten times a second.
            await asyncio.sleep(_TURN * (monotonic() - began))
            began = monotonic()

    async def known(self, folder: str) -> AsyncIterator[queries.FolderState]:
        """Yield the folders at or below *folder* that have been read, in natural order."""
        async for some in self.known_in_batches(folder):
            for state in some:
                yield state

    async def known_in_batches(self, folder: str) -> AsyncIterator[Sequence[queries.FolderState]]:
        """Yield the same, some at a time."""
        after = b""
        while True:
            batch = await self._index.read(queries.batch, folder, after, _BATCH)
            if batch.folders:
                yield batch.folders
            if len(batch.folders) < _BATCH:
                return
            after = batch.last

    async def survey(self, walker: Walker) -> None:
        """Read all folders in one go.

        :raises CannotWalk: that cannot be done.
        :raises Unavailable: the storage cannot answer now.
        :raises Busy: the index cannot be written to now.
        """
        shelves: list[FolderSnapshot] = []
        rows = 0
        async for folder, entries in walker.walk():
            take = (folder, None, entries, self._types)
            if len(entries) <= _INLINE:
                shelves.append(take_snapshot(*take))
            else:
                shelves.append(await self._index.run(take_snapshot, *take))
            rows += 1 + len(entries)
            if rows >= _ROWS:
                await self._write(writes.take_over, shelves)
                shelves, rows = [], 0
        await self._write(writes.take_over, shelves)

    async def read_pending(self, folder: str) -> bool:
        """Read the folders at or below *folder* that have not been read, and those in them.

        :returns: whether all could be read.
        :raises Busy: the index cannot be written to now.
        """
        self._filling += 1
        try:
            return await self._fill(folder)
        finally:
            self._filling -= 1

    async def _fill(self, folder: str) -> bool:
        failed: set[str] = set()
        written: asyncio.Task[None] | None = None
        while True:
            ahead = await self._index.read(queries.unread, folder, _AHEAD + len(failed))
            ahead = [path for path in ahead if path not in failed]
            if not ahead:
                return not failed
            async for batch in self._batches(ahead):
                failed |= batch.failed
                if written is not None:
                    await written
                # While these are written, the next are read.
                write = self._write(writes.read_pending, batch.shelves, batch.gone)
                written = asyncio.create_task(write)
            if written is not None:
                await written

    async def _batches(self, folders: Iterable[str]) -> AsyncIterator[_Batch]:
        """Read folders, and yield what was found in some of them at a time."""
        ahead = deque(folders)
        batch = _Batch()
        at_once = _AT_ONCE
        while ahead:
            parts = [
                [ahead.popleft() for _ in range(min(_IN_ONE_GO, len(ahead)))]
                for _ in range(at_once)
                if ahead
            ]
            began, busy = monotonic(), process_time()
            studied = await asyncio.gather(*map(self._study, parts))
            # Two threads wait for a disk in half the time. But with all in memory they wait for
            # each other, as only one at a time can have the interpreter.
            is_busy = process_time() - busy > _BUSY * (monotonic() - began)
            at_once = 1 if is_busy else _AT_ONCE
            for part, results in zip(parts, studied, strict=True):
                ahead.extendleft(reversed(part[len(results) :]))
                for path, found in zip(part, results, strict=False):
                    batch.add(path, found)
            if batch.videos >= _ROWS:
                yield batch
                batch = _Batch()
        yield batch

    async def _study(self, folders: Sequence[str]) -> Sequence[FolderSnapshot | StorageError]:
        """Return what is in the first of *folders*, one or more, or why that cannot be told."""

        def digest(
            folder: str, fingerprint: str | None, entries: Sequence[Entry]
        ) -> FolderSnapshot:
            return take_snapshot(folder, fingerprint, entries, self._types)

        try:
            found = await self._storage.study(folders, digest)
        except StorageError as error:
            found = [error]
        found = [
            await self._unless_known(folder, result)
            for folder, result in zip(folders, found, strict=False)
        ]
        for folder, result in zip(folders, found, strict=False):
            if isinstance(result, Unavailable):
                self.unreadable.note(folder, result)
            elif len(self.unreadable):
                rows = result.folders if isinstance(result, FolderSnapshot) else ()
                self.unreadable.clear(folder, {row.path for row in rows})
        return found

    async def _unless_known(
        self, folder: str, result: FolderSnapshot | StorageError
    ) -> FolderSnapshot | StorageError:
        """Take a folder that may not be read, and could before, for one that cannot be read now.

        Who has no right to it any more may have one again: a ticket that has run out, an export
        that is loaded anew, a wrong ``chmod``. One that never could be read has nothing to show.
        """
        if isinstance(result, NotPermitted) and await self._index.read(queries.holds, folder):
            return Unavailable(str(result))
        return result

    async def _snapshot(self, folder: str) -> FolderSnapshot:
        (found,) = await self._study([folder])
        if isinstance(found, StorageError):
            raise found
        return found

    async def fingerprints(
        self, folders: Sequence[queries.FolderState]
    ) -> Sequence[str | StorageError | None]:
        """Return the fingerprint of each folder, or why it has none."""
        try:
            return await self._storage.fingerprints([known.path for known in folders])
        except StorageError as error:
            return [error] * len(folders)

    def tells_of_change(self, known: queries.FolderState, found: str | StorageError | None) -> bool:
        """Say whether a fingerprint tells of a change.

        :raises StorageError: in place of a fingerprint there is this.
        """
        if isinstance(found, StorageError) and not isinstance(found, NotFound):
            raise found
        if found is None:
            return self.walker is None
        return found != known.fingerprint


def _closed(folder: str) -> FolderSnapshot:
    """Return what is seen of a folder that we may not look into."""
    return FolderSnapshot(folder, None, 0, [], [])
