"""An index that takes care of itself: whatever happens to its file, there is one to use."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, TypeVarTuple

from quart_video.catalogue.index.file import (
    Database,
    open_database,
    replace,
    require_room,
    size,
)
from quart_video.concurrency import Threads
from quart_video.storage.base import pool_errors

logger = logging.getLogger("quart_video")

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_READ, _WRITE = False, True
_READERS = 3
_FILES = 8  # more than a connection opens
_ATTEMPTS = 3
_CHECK_SECONDS = 1.0
"""How often to look whether the file still is the one that others use."""

_BUG = sqlite3.SQLITE_ERROR
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_UNUSABLE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


class Busy(Exception):
    """The index cannot be used just now: another process is writing, or no file can be opened."""


async def _call(threads: Threads, function: Callable[[*Ts], T], *args: *Ts) -> T:
    """Return ``function(*args)``, called in one of *threads*.

    :raises Unavailable: none of them takes it.
    """
    with pool_errors("the index"):
        future = threads.submit(function, *args)
    return await asyncio.wrap_future(future)


class Index:
    """What reads from an index and writes to it, in threads.

    :param folder: where its file is kept, shared by all processes; ``None``: in memory.
    """

    def __init__(self, folder: str | None) -> None:
        self.folder = folder
        """Where it is; ``None``: in memory, if only for now."""
        self._home = folder
        self.is_locked = False
        """Whether another process did not let go of it when it was last written to."""
        self._database: Database | None = None
        self._is_closed = False
        self._checked = 0.0
        self.opened = 0
        """How many databases there have been: what was known of another one does not count."""
        self._lock = threading.Lock()
        # One that writes, so that this process does not wait for itself at the file.
        self._writer = Threads(1)
        self._readers = Threads(_READERS)

    async def read(self, function: Callable[[sqlite3.Connection, *Ts], T], *args: *Ts) -> T:
        """Return ``function(connection, *args)``, called within a transaction.

        :raises Busy: another process does not let go of the file.
        """
        return await _call(self._readers, self._use, _READ, function, args)

    async def write(self, function: Callable[[sqlite3.Connection, *Ts], T], *args: *Ts) -> T:
        """Return ``function(connection, *args)``, called within a transaction that writes.

        :raises Busy: another process does not let go of the file.
        """
        return await _call(self._writer, self._use, _WRITE, function, args)

    async def run(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Return ``function(*args)``, called in a thread without the index."""
        return await _call(self._readers, function, *args)

    @property
    def is_displaced(self) -> bool:
        """Whether it is in memory for now, and was to be in a folder."""
        return self.folder is None and self._home is not None

    async def return_to_disk(self) -> bool:
        """Keep it in its folder again, if there is room by now; say whether it is there.

        What is known is what the file has, or nothing: it is to be looked at as at the start.

        :raises Busy: it cannot be read now.
        """
        if self.is_displaced:
            needed = await self.read(size)
            await _call(self._readers, self._return_to_disk, needed)
        return not self.is_displaced

    def _return_to_disk(self, needed: int) -> None:
        assert self._home is not None
        try:
            require_room(self._home, needed)
            database = open_database(self._home)
        except (OSError, sqlite3.Error) as error:
            logger.debug("The index of videos stays in memory: %s", error)
            return
        if not self._take_over(database):
            database.close()

    def _take_over(self, database: Database) -> bool:
        """Use a file in the place of memory, if it can be used, and say so."""
        try:  # there are disks on which a file can be made and opened, and not locked
            with database.transaction(writing=True) as connection:
                connection.execute("UPDATE state SET generation = generation + 1")
        except sqlite3.Error as error:
            logger.debug("The index of videos stays in memory: %s", error)
            return False
        with self._lock:
            if self._is_closed or not self.is_displaced:
                return False
            before, self._database = self._database, database
            self.folder = self._home
            self.opened += 1
        if before is not None:
            before.close()
        logger.warning("The index of videos is kept in %r again", self._cache)
        return True

    async def checkpoint(self) -> None:
        """Bring what has been written into the file itself."""
        await _call(self._writer, self._checkpoint)

    def _checkpoint(self) -> None:
        with suppress(sqlite3.Error, Busy):  # then it is done by what is written next
            self._current().checkpoint()

    @property
    def _cache(self) -> str:
        return os.path.dirname(os.path.dirname(self._home or ""))

    def close(self) -> None:
        """Let the threads end, and close the file."""
        self._readers.close()
        self._writer.close()
        with self._lock:
            self._is_closed = True
            if self._database is not None:
                self._database.close()

    def _use(
        self,
        writing: bool,  # noqa: FBT001 - what calls this in a thread gives no names
        function: Callable[..., T],
        args: tuple[object, ...],
    ) -> T:
        for _ in range(_ATTEMPTS):
            database = self._current()
            try:
                with database.transaction(writing=writing) as connection:
                    result = function(connection, *args)
            except sqlite3.ProgrammingError:
                raise  # a mistake of ours, which no other file would mend
            except sqlite3.Error as error:
                if _code(error) in _BUSY:
                    self._note_lock()
                self._mend(database, error)
                problem = error
            else:
                if writing and self.is_locked:
                    self._note_end_of_lock()
                return result
        with self._lock:
            if self.folder is not None:  # no new file is any better
                self._in_memory(problem)
                if self._database is not None:
                    self._database.close()
                    self._database = None
        raise Busy("it breaks again and again")

    def _note_lock(self) -> None:
        if not self.is_locked:
            self.is_locked = True
            logger.warning(
                "The index of videos in %r is locked by another process. Listings show what was "
                "known before, or take longer, until it lets go.",
                self.folder,
            )

    def _note_end_of_lock(self) -> None:
        self.is_locked = False
        logger.warning("The index of videos in %r can be written to again", self.folder)

    def _current(self) -> Database:
        """Return what to use now.

        :raises Busy: another process does not let go of the file, or it has been closed.
        """
        with self._lock:
            self._require_open()
            if self._database is not None:
                now = time.monotonic()
                if now < self._checked + _CHECK_SECONDS:
                    return self._database
                self._checked = now
                if self._database.is_current():
                    return self._database
                logger.info("The index of videos in %r has gone, and is made anew", self.folder)
                self._database.close()
            self._database = self._open()
            self.opened += 1
            return self._database

    def _require_open(self) -> None:
        if self._is_closed:
            raise Busy("the index has been closed")

    def _open(self) -> Database:
        if self.folder is None:
            return Database(None)
        try:
            return open_database(self.folder)
        except (OSError, sqlite3.Error) as error:
            if _code(error) in _BUSY or _files_run_out():
                raise Busy(str(error)) from error
            self._in_memory(error)
            return Database(None)

    def _in_memory(self, error: Exception) -> None:
        """Have the next database be one in memory."""
        logger.warning(
            "The index of videos cannot be kept in %r: %s. It is in memory until it can. Set "
            'app.config["VIDEO_CACHE"] to a folder that can be written to, on a disk with room.',
            self._cache,
            error,
        )
        self.folder = None

    def _mend(self, database: Database, error: sqlite3.Error) -> None:
        """Have something to use next time.

        :raises Busy: that is for another process to do, or for later.
        """
        code = _code(error)
        if code in _BUSY or (code in _UNUSABLE and _files_run_out()):
            raise Busy(str(error)) from error
        with self._lock:
            self._require_open()  # what fails for that needs no mending
            if self._database is not database:
                return  # another thread was faster
            self._database = None
            if not database.is_current():
                database.close()
            elif code in _UNUSABLE:
                database.close()
                self._in_memory(error)
            else:
                logger.warning("The index of videos is made anew: %s", error, exc_info=code == _BUG)
                try:
                    replace(database)
                except OSError as failure:
                    self._in_memory(failure)


def _code(error: Exception) -> int | None:
    """Return the code of an error of SQLite, without what is more exact in it."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _files_run_out() -> bool:
    """Say whether so many files are open that no connection can be: SQLite does not tell."""
    opened: list[int] = []
    try:
        for _ in range(_FILES):
            opened.append(os.open(os.sep, os.O_RDONLY | os.O_CLOEXEC))  # noqa: PERF401 - all close
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return False
