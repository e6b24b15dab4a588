"""Filling an index, and keeping it right, in the background. One process does it for all.

Rule 1: what is left to do is in the index. Whoever scans goes on where another was killed.
Rule 2: an error ends nothing; it is tried again later.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import threading
from collections.abc import AsyncGenerator, Coroutine
from time import monotonic
from typing import Any

from quart_video.background import Activity, keep_running
from quart_video.catalogue.index import queries, writes
from quart_video.catalogue.index.file import make_folder
from quart_video.catalogue.index.index import Busy, Index
from quart_video.catalogue.sync.synchronizer import SHARE, Synchronizer
from quart_video.catalogue.sync.upkeep import Upkeep
from quart_video.catalogue.sync.watch import Watch
from quart_video.catalogue.types import Progress
from quart_video.storage.base import CannotWalk, NotFound, StorageError, Walker
from quart_video.storage.local.file_systems import close_quietly

logger = logging.getLogger("quart_video")

_POLL = 1.0
"""Seconds between looks for folders that others have found, and for a scanner that has died."""

_LOOK = 0.1
"""Seconds between two words on how far it is."""

_RETRY = 30.0
"""Seconds after which a folder that could not be read is tried again."""

_PATIENCE = 3600.0
"""Seconds after which it is tried again to read all in one go where that could not be done."""

_NOTABLE = 1.0
"""Seconds; of a scan that takes less the log is not told: it is of a folder that has come."""

_REST = 600.0
"""Least seconds between two times that all folders are read for what does not show in them."""


class Turn:
    """The turn to scan an index, which one process has at a time, for as long as it lives."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._descriptor = -1
        self._is_over = False
        self._lock = threading.Lock()
        """To have the descriptor closed once: what is in a thread goes on when it is cancelled."""

    def take(self) -> bool:
        """Take the turn if nobody has it, and say whether we have it."""
        folder = self._index.folder
        if folder is None:  # it is in memory, if only by now: nobody else has it
            self._give()
            return True
        path = os.path.join(folder, "scanning")
        if self._has(path):
            return True
        self._give()
        descriptor = -1
        try:
            make_folder(folder)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            descriptor = os.open(path, flags, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            close_quietly(descriptor)
            return False
        except OSError:  # no place for a lock: then none for an index that others share
            if descriptor >= 0:
                close_quietly(descriptor)
            return True
        with self._lock:
            if not self._is_over:
                self._descriptor = descriptor
                return True
        close_quietly(descriptor)
        return False

    def end(self) -> None:
        """Leave the turn to others, and do not take it again."""
        self._is_over = True
        self._give()

    def _give(self) -> None:
        with self._lock:
            descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            close_quietly(descriptor)

    def _has(self, path: str) -> bool:
        """Say whether we have locked the file at *path*, which is what others see."""
        try:
            return self._descriptor >= 0 and os.path.samestat(
                os.stat(path), os.fstat(self._descriptor)
            )
        except OSError:
            return False


class Scan:
    """The scan of one index.

    :param root: path of the folder that all is in, if it is one of this machine.
    :param cache: path of the folder for indexes, which may be in that one.
    """

    def __init__(
        self,
        index: Index,
        synchronizer: Synchronizer,
        root: str | None = None,
        cache: str | None = None,
    ) -> None:
        self._index = index
        self._synchronizer = synchronizer
        self._reader = synchronizer.reader
        self._root = root
        self._cache = cache
        self._watch: Watch | None = None
        self._watching: asyncio.Task[None] | None = None
        self._activity = Activity("Looking for videos")
        self._turn = Turn(index)
        self._is_ours = False
        self._upkeep = Upkeep(index, lambda: self._is_ours, self._read_all_soon)
        self._is_complete = False
        self._retry = self._again = self._walk_again = 0.0
        self._walker = synchronizer.reader.walker

    async def once(self) -> AsyncGenerator[Progress, None]:
        """Read all folders now, whatever is known of them, and tell how far that is.

        The last word is of fewer folders read than there are, if some could not be read.

        :raises Unavailable: the storage cannot answer now.
        :raises Busy: the index cannot be written to now.
        """
        walker = self._reader.walker
        failed = 0
        if walker is not None:
            try:
                async for progress in self._during(self._reader.survey(walker)):
                    yield progress
            except CannotWalk as error:
                logger.info("Videos are looked for folder by folder: %s", error)
                self._reader.walker = None
        if self._reader.walker is None:
            (_, folders), number = await self._index.read(queries.progress), 0
            async for known in self._reader.known(""):
                number += 1
                try:
                    await self._reader.read(known.path)
                except NotFound:
                    pass  # it has gone, or may not be read, which the index knows by now
                except StorageError as error:
                    logger.warning("Passed over the folder %r: %s", known.path, error)
                    failed += 1
                yield Progress(number - failed, max(number, folders))
            async for progress in self._during(self._reader.read_pending("")):
                yield progress
        await self._index.write(writes.complete)
        read, folders = await self._index.read(queries.progress)
        yield Progress(read - failed, folders)

    async def _during(self, work: Coroutine[Any, Any, object]) -> AsyncGenerator[Progress, None]:
        """Tell how far it is while some work is done."""
        task = asyncio.ensure_future(work)
        try:
            while not (await asyncio.wait({task}, timeout=_LOOK))[0]:
                yield await self._index.read(queries.progress)
            task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def activities(self) -> list[Activity]:
        """How what runs in the background stands."""
        watch = [] if self._watch is None else [self._watch.activity]
        return [self._activity, self._upkeep.activity, *watch]

    async def run(self) -> None:
        """Scan, whenever it is this process's turn, until cancelled."""
        keeping = asyncio.create_task(keep_running(self._upkeep.activity, self._upkeep.run))
        try:
            while True:
                try:
                    self._is_ours = await self._index.run(self._turn.take)
                    if self._is_ours:
                        self._activity.state = "running"
                        self._begin_to_watch()
                        await self._go_on()
                    else:
                        self._activity.state = "another process does it"
                    self._activity.fine()
                except (StorageError, Busy) as error:
                    if self._activity.trouble(str(error)):
                        logger.warning("The scan for videos goes on later: %s", error)
                except Exception as error:
                    if self._activity.trouble(f"{type(error).__name__}: {error}"):
                        logger.exception("The scan for videos failed, and goes on later")
                await asyncio.sleep(_POLL)
        finally:
            self._turn.end()
            beside = [keeping, *([] if self._watching is None else [self._watching])]
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    def _begin_to_watch(self) -> None:
        """Have the system tell of changes, once."""
        if self._root is not None and self._watch is None:
            watch = self._watch = Watch(
                self._root, self._synchronizer.on_change, self._read_all_soon, but=self._cache
            )
            self._watching = asyncio.create_task(keep_running(watch.activity, watch.run))

    def _read_all_soon(self) -> None:
        """Read all folders as soon as that can be: something has changed that nothing tells of."""
        self._again = 0.0

    async def _go_on(self) -> None:
        if self._reader.walker is None and monotonic() >= self._walk_again:
            self._reader.walker = self._walker
        walker = self._reader.walker
        if walker is not None and monotonic() >= self._again:
            await self._survey(walker)
        elif await self._index.read(queries.unread, "", 1):
            if monotonic() >= self._retry:
                await self._fill()
        elif not self._is_complete:
            await self._index.write(writes.complete)
            self._is_complete = True
        elif walker is None and monotonic() >= self._again:
            began = monotonic()
            await self._read_all()
            self._again = monotonic() + max(_REST, (monotonic() - began) / SHARE)

    async def _fill(self) -> None:
        began = monotonic()
        self._is_complete = False
        if await self._reader.read_pending(""):
            await self._index.write(writes.complete)
            self._is_complete = True
        else:
            self._retry = monotonic() + _RETRY
        # What has just been read need not be read again for a while.
        self._again = monotonic() + max(_REST, (monotonic() - began) / SHARE)
        took = monotonic() - began
        level = logging.INFO if took >= _NOTABLE else logging.DEBUG
        logger.log(level, "Looked through the folders for videos in %.1f s", took)

    async def _survey(self, walker: Walker) -> None:
        began = monotonic()
        self._again = began + _RETRY
        try:
            await self._reader.survey(walker)
        except CannotWalk as error:
            logger.warning("Videos are looked for folder by folder, which takes longer: %s", error)
            self._reader.walker = None
            self._again, self._walk_again = 0.0, began + _PATIENCE
            return
        await self._index.write(writes.complete)
        self._is_complete = True
        seconds = monotonic() - began
        self._again = began + seconds + max(self._synchronizer.fresh, seconds)
        logger.debug("Looked through all that is stored for videos in %.1f s", seconds)

    async def _read_all(self) -> None:
        """Read every folder, so slowly that it is not noticed.

        First what tells that it has changed, as after a while without any process.
        """
        await self._synchronizer.check_fingerprints("")
        async for known in self._reader.known(""):
            began = monotonic()
            try:
                await self._reader.read(known.path)
            except StorageError as error:
                logger.debug("Passed over the folder %r: %s", known.path, error)
            await self._reader.read_pending("")  # what requests have found meanwhile
            await asyncio.sleep((monotonic() - began) / SHARE)
