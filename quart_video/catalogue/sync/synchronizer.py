"""How what a storage says gets into an index, and how old it may be there.

Rule 1: what is directly in a folder is never more than :data:`FRESH` seconds old when it is shown,
unless the folder is big, and only grew files in place or takes longer than :data:`BRIEF` to read.
Rule 2: what is below it is looked through no more often than costs :data:`SHARE` of the time, or,
where names have to be compared, :data:`SHARE_OF_NAMES`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import (
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
)
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from quart_video.catalogue.index import queries
from quart_video.catalogue.index.index import Busy, Index
from quart_video.catalogue.sync.folder_reader import FolderReader
from quart_video.storage.base import (
    OPEN_ENDED,
    NotFound,
    Storage,
    StorageError,
)
from quart_video.storage.names import split_path

logger = logging.getLogger("quart_video")

FRESH = 2.0
"""Seconds for which what was seen is taken for what is there."""

SMALL = 500
"""Entries of a folder that is read again whenever it is looked at, as that takes no time."""

SHARE = 0.05
"""How much of the time may go into looking for changes that nothing tells of."""

REST_OF_NAMES = 20.0
"""Seconds until folders are looked through again that do not tell, so that the names in all of them
have to be read: what is new in one of ten thousand is to be found within half a minute."""

SHARE_OF_NAMES = 1 / 3
"""How much of the time may go into that for it."""

BRIEF = 0.5
"""Seconds for which a listing waits for many folders to be looked through, or for a big one."""

_LONGEST_REST = 5.0  # seconds, after what was told of has been read
_REMEMBERED = 10_000  # folders
_POLL = 0.001  # seconds, at first


class ThroughLink(Exception):
    """The way to a folder leads through a link, behind which nothing is indexed."""


@dataclass(frozen=True, slots=True)
class _Running:
    """Something that is being done, for all who need it."""

    task: asyncio.Task[Any]
    began: float
    writes: asyncio.Future[None]
    """Done when what was read differs from what is known, and begins to be written."""

    async def wait(self, patience: float, *, for_reading: bool) -> None:
        """Wait until it is done, or *patience* seconds, and before that *for_reading* at all."""
        began = self.began
        if for_reading:
            await asyncio.wait({self.task, self.writes}, return_when=asyncio.FIRST_COMPLETED)
            began = monotonic()
        await asyncio.wait({self.task}, timeout=max(0, began + patience - monotonic()))


class Synchronizer:
    """Has folders of a storage be read into an index, as often as needed and no more.

    :param types: media types of the videos by extension.
    :param fresh: seconds for which what was seen is taken for what is there; ``None``:
        :data:`FRESH`; 0: it is always looked at again, all of it, as that takes no time.
    """

    def __init__(
        self,
        storage: Storage,
        index: Index,
        types: Mapping[str, str],
        *,
        fresh: float | None = None,
    ) -> None:
        self._fresh = fresh
        self.reader = FolderReader(storage, index, types)
        self._index = index
        self._opened = 0
        self._seen: OrderedDict[str, float] = OrderedDict()
        """When a folder was last found to be as the index has it; the oldest first."""
        self._due: dict[str, float] = {}
        """When to look again through all below a folder, or through a big one."""
        self._running: dict[tuple[str, str], _Running] = {}
        self._told_of: set[str] = set()

    @property
    def fresh(self) -> float:
        """Seconds for which what was seen is taken for what is there."""
        return FRESH if self._fresh is None else self._fresh

    async def revalidate(self, folder: str, *, at_once: bool = False) -> None:
        """Have the index hold what is directly in *folder* now, or was moments ago.

        :param at_once: whether to show at once what the folder's fingerprint tells of.
        :raises NotFound: there is no such folder.
        :raises ThroughLink: the way to it leads through a link.
        :raises Unavailable: the storage cannot answer now.
        :raises Busy: the index cannot be written to now.
        """
        if self._is_fresh(folder) and not at_once:
            return
        split_path(folder)
        opened, known = self._index.opened, await self._index.read(queries.deepest, folder)
        while known.path != folder and not known.is_link:
            await self._look_once(known, opened, at_once=True)
            above = known
            opened, known = self._index.opened, await self._index.read(queries.deepest, folder)
            if known.path == above.path:
                raise NotFound(f"{folder!r} is no folder")
        if known.is_link:
            raise ThroughLink
        await self._look_once(known, opened, at_once=at_once, patience=BRIEF)

    def is_behind(self, folder: str) -> bool:
        """Say whether *folder* is shown as it was, as to read it takes longer than a moment."""
        running = self._running.get((_looking(self._index.opened), folder))
        is_late = running is not None and monotonic() > running.began + BRIEF
        return is_late or self._index.is_locked

    async def revalidate_below(self, folder: str) -> None:
        """Have the index hold what is at or below *folder*, if that takes but a moment."""
        if self._fresh == 0:
            await self.check_fingerprints(folder)
            return
        if any(monotonic() < self._due.get(path, 0) for path in _upwards(folder)):
            return
        is_filled = await self._wait_for_scan(folder)
        if self.reader.walker is not None:
            return  # it is read as a whole, again and again
        running = self._start("sweep", folder, self.check_fingerprints, is_filled)
        left = running.began + BRIEF - monotonic()
        if is_filled and left > 0:
            await asyncio.wait({running.task}, timeout=left)

    async def _wait_for_scan(self, folder: str) -> bool:
        """Wait a moment for all at or below *folder* to be read, perhaps by another process.

        :returns: whether it is.
        """
        stop, pause = monotonic() + BRIEF, _POLL
        while await self._index.read(queries.unread, folder, 1):
            if monotonic() > stop:
                return False
            await asyncio.sleep(pause)
            pause = min(2 * pause, 16 * _POLL)
        return True

    def stamp(self, folder: str, *, recursive: bool) -> tuple[float, float] | None:
        """Return what stays the same until *folder*, or also what is below it, is looked at again.

        ``None``: it has to be looked at before it is shown.
        """
        if not self._is_fresh(folder):
            return None
        due = max(self._due.get(path, 0) for path in _upwards(folder)) if recursive else 0
        return (self._seen[folder], due) if not recursive or monotonic() < due else None

    async def on_change(self, folders: Iterable[str]) -> set[str]:
        """Read the folders in which something is said to have changed.

        It takes as long as to leave most of the time to others: a file that is being written to is
        told of again and again.

        :returns: those that could not be read now.
        """
        began = monotonic()
        left = set(folders)
        for folder in sorted(left):
            try:
                known = await self._index.read(queries.deepest, folder)
                if not known.is_link:
                    await self.reader.read(known.path)
            except NotFound:
                pass  # which the index knows by now
            except StorageError as error:
                logger.debug("Passed over the folder %r for now: %s", folder, error)
                continue
            except Busy as error:  # so it is for the others, too, and each would wait for it
                logger.debug("Changes are read later: %s", error)
                break
            left.discard(folder)
            self._unsee(known.path)
        took = monotonic() - began
        self._told_of |= {*folders} - left
        # Not waited for: it may take part in a scan of all there is.
        self._start("fill", "", self._fill_what_was_told)
        await asyncio.sleep(min(took / SHARE, _LONGEST_REST))
        return left

    async def _fill_what_was_told(self, folder: str) -> None:
        """Read the folders that are new in those that were told of."""
        while self._told_of:
            on_change, self._told_of = self._told_of, set()
            if not self.reader.is_filling:  # else they are read in any case
                await self.reader.read_pending(folder)
            for each in on_change:
                self._unsee(each)

    def _unsee(self, folder: str) -> None:
        """Have a folder, and those that it is in, be looked at again before they are shown."""
        for path in _upwards(folder):
            self._seen.pop(path, None)

    async def check_fingerprints(self, folder: str, read_pending: bool = True) -> None:  # noqa: FBT001, FBT002
        """Look for changes in all folders at or below *folder* that tell of them.

        :param read_pending: whether to read those that are new; else that is left to the scan.
        """
        began = monotonic()
        async for some in self.reader.known_in_batches(folder):
            for known, found in zip(some, await self.reader.fingerprints(some), strict=True):
                try:
                    if (
                        self.reader.tells_of_change(known, found)
                        or known.path in self.reader.unreadable
                    ):
                        await self.reader.read(known.path)
                except (StorageError, Busy) as error:
                    logger.debug("Passed over the folder %r: %s", known.path, error)
        if read_pending:
            await self.reader.read_pending(folder)
        took = monotonic() - began
        self._put_off(folder, self._rest_after(took))

    def _rest_after(self, took: float) -> float:
        """Return for how long all folders are not looked through again, all in seconds."""
        rest = took / SHARE
        if self.reader.compares_names:
            return min(rest, max(REST_OF_NAMES, took / SHARE_OF_NAMES - took))
        return rest

    def _is_fresh(self, folder: str) -> bool:
        if self._opened != self._index.opened:
            self._opened = self._index.opened
            self._seen.clear()
            self._due.clear()
        return monotonic() < self._seen.get(folder, -self.fresh) + self.fresh

    async def _look_once(
        self,
        known: queries.FolderState,
        opened: int,
        *,
        at_once: bool,
        patience: float | None = None,
    ) -> None:
        """Look at a folder, as many who ask as there may be.

        :param opened: of the index that it is *known* in. What is found there does not hold of one
            that has taken its place.
        :param patience: seconds to wait for one that has been read before: for a big one to be
            read, and for any to be written while others write.
        """
        if self._is_fresh(known.path) and not (
            at_once and (known.entries is None or await self._has_changed(known))
        ):
            return
        running = self._begin_to_look(known, opened)
        if patience is None or known.entries is None:
            await asyncio.wait({running.task})
        else:
            await running.wait(patience, for_reading=known.entries <= SMALL)
        if running.task.done():
            running.task.result()

    def _begin_to_look(self, known: queries.FolderState, opened: int) -> _Running:
        return self._start(_looking(opened), known.path, self._look, known, opened)

    async def _look(self, folder: str, known: queries.FolderState, opened: int) -> None:
        began = monotonic()
        if known.entries is None or known.entries <= SMALL or await self._has_changed(known):
            await self.reader.read(folder, self._running[_looking(opened), folder].writes)
        elif began >= self._due.get(folder, 0):
            self._start("read", folder, self._read_again)
        await self._look_into_captions(folder, opened)
        if opened != self._index.opened:
            return
        self._seen.pop(folder, None)
        self._seen[folder] = began
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)

    async def _look_into_captions(self, folder: str, opened: int) -> None:
        """Look into the folders for captions in *folder*, as one that holds a video is shown.

        That is no more than a moment's wait. What is read in one go is left to that.
        """
        if self.reader.walker is None:
            below = await self._index.read(queries.caption_folders, folder)
            looks = {self._begin_to_look(each, opened).task for each in below if not each.is_link}
            if looks:
                await asyncio.wait(looks, timeout=BRIEF)

    async def _has_changed(self, known: queries.FolderState) -> bool:
        """Say whether a folder tells of a change.

        What may come to light in it in any case is left to who looks through all folders.

        :raises Unavailable: the storage cannot answer now.
        """
        (found,) = await self.reader.fingerprints([known])
        if known.fingerprint is not None:
            known = replace(known, fingerprint=known.fingerprint.removesuffix(OPEN_ENDED))
        return self.reader.tells_of_change(known, found)

    async def _read_again(self, folder: str) -> None:
        """Read a big folder for what does not show in its fingerprint: files that grew."""
        began = monotonic()
        await self.reader.read(folder)
        self._put_off(folder, (monotonic() - began) / SHARE)

    def _put_off(self, folder: str, rest: float) -> None:
        now = monotonic()
        if len(self._due) > _REMEMBERED:
            self._due = {path: due for path, due in self._due.items() if due > now}
        self._due[folder] = now + max(self.fresh, rest)

    def _start(
        self, kind: str, folder: str, function: Callable[..., Coroutine[Any, Any, None]], *args: Any
    ) -> _Running:
        """Do something to a folder, unless it is being done already."""
        running = self._running.get((kind, folder))
        if running is None:
            task = asyncio.create_task(function(folder, *args))
            writes_it = asyncio.get_running_loop().create_future()
            running = self._running[kind, folder] = _Running(task, monotonic(), writes_it)
            task.add_done_callback(lambda task: self._end(kind, folder, task))
        return running

    def _end(self, kind: str, folder: str, task: asyncio.Task[Any]) -> None:
        del self._running[kind, folder]
        # Those who wait for it have the error, too; here it is that of something nobody waits for.
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, StorageError | Busy):
            logger.debug("Could not %s the folder %r: %s", kind, folder, error)
        else:
            logger.error("Could not %s the folder %r", kind, folder, exc_info=error)

    async def aclose(self) -> None:
        """End what is being done."""
        tasks = [running.task for running in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _looking(opened: int) -> str:
    """Return what a look at a folder goes by, while an index is in use."""
    return f"look {opened}"


def _upwards(folder: str) -> Iterator[str]:
    """Yield *folder* and all that it is in."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""
