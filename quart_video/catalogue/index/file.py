"""The file of an index, and connections to it. Blocking: for threads.

The file has a name that never comes again. So one that is broken, or was deleted, can be replaced
while other processes have it open: SQLite takes away what belongs to a file by its name.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from urllib.parse import quote

from quart_video.catalogue.index import schema
from quart_video.storage.local.file_systems import close_quietly

logger = logging.getLogger("quart_video")

BUSY_SECONDS = 5.0
"""How long to wait for another process that is writing."""

_SUFFIX = ".sqlite3"
_PAGE = 8192  # bytes of a page, where the file is made; half as many would cost a scan a tenth more
_KIBIBYTES = 2048  # of the file that a connection keeps in memory; the system keeps the rest
_GIVEN_BACK = 64  # pages in one transaction, of some milliseconds
_MUCH = 1024  # pages that nothing is in, and a quarter of all: they are given back
_KEPT = 128  # of them, for what comes
_ROOM = 1 << 20  # bytes that have to find room on a disk, beside those of the index
_PRAGMAS = ("synchronous = NORMAL", "temp_store = MEMORY")


class Database:
    """Connections to one file, which are kept and used again.

    :param path: of a file that is an index; ``None``: one in memory, with a single connection
        that one thread at a time can have.
    """

    def __init__(self, path: str | None) -> None:
        self.path = path
        self._closed = False
        self._idle: SimpleQueue[sqlite3.Connection | None] = SimpleQueue()
        if path is None:
            connection = _open("/", "memory")
            schema.create(connection)
            self._idle.put(connection)

    @contextmanager
    def transaction(self, *, writing: bool) -> Iterator[sqlite3.Connection]:
        """Lend a connection, for one transaction.

        :raises sqlite3.Error: it cannot begin, or be ended; it is undone.
        """
        connection = self._take()
        try:
            connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # it may be undone already
                    connection.execute("ROLLBACK")
                raise
        finally:
            self._give(connection)

    def checkpoint(self) -> None:
        """Bring what has been written into the file itself, which may become smaller by that.

        :raises sqlite3.Error: that cannot be done.
        """
        connection = self._take()
        try:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        finally:
            self._give(connection)

    def _give(self, connection: sqlite3.Connection) -> None:
        self._idle.put(connection)
        if self._closed:  # in this order, as it may be closed between any two steps
            self._close_idle()

    def is_current(self) -> bool:
        """Say whether this still is the file that others use, as far as can be told now."""
        try:
            return self.path is None or newest(os.path.dirname(self.path)) == self.path
        except OSError:
            return True

    def close(self) -> None:
        """Close the connections, those that are lent when they come back."""
        self._closed = True
        self._close_idle()

    def _close_idle(self) -> None:
        with suppress(Empty):
            while True:
                connection = self._idle.get_nowait()
                if connection is not None:
                    connection.close()
        self._idle.put(None)  # for those who wait

    def _take(self) -> sqlite3.Connection:
        try:
            connection = self._idle.get(block=self.path is None)
        except Empty:
            assert self.path is not None
            return _open(self.path, "rw")
        if connection is None:
            self._idle.put(None)
            raise sqlite3.InterfaceError("the index has been closed")
        return connection


def open_database(folder: str) -> Database:
    """Open the index in *folder*, which is made if there is none, or none of this version.

    :raises OSError: the folder cannot be made or written to.
    :raises sqlite3.Error: the file cannot be used, or another process does not let go of it.
    """
    make_folder(folder)
    with _alone(folder):
        path = newest(folder)
        if path is not None and _is_usable(path):
            return Database(path)
        return Database(_make(folder))


def make_folder(folder: str) -> None:
    """Make the folder of an index, with those of the cache that it is in, for nobody else to read.

    :raises OSError: that cannot be done.
    """
    above = os.path.dirname(folder)
    for path in (os.path.dirname(above), above, folder):
        os.makedirs(path, mode=0o700, exist_ok=True)  # the mode is that of the last one alone


def replace(database: Database) -> None:
    """Take the file of *database* away, unless another process has replaced it already.

    :raises OSError: it cannot be deleted.
    """
    database.close()
    if database.path is None:
        return
    folder = os.path.dirname(database.path)
    with _alone(folder):
        if newest(folder) == database.path:
            _remove(database.path)


def size(connection: sqlite3.Connection) -> int:
    """Return the bytes that an index takes, in a file or in memory."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    return int(pages) * int(page)


def has_much_room(connection: sqlite3.Connection) -> bool:
    """Say whether so much of an index is empty that to give it back is worth the work."""
    (empty,) = connection.execute("PRAGMA freelist_count").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    return bool(empty >= _MUCH and 4 * empty >= pages)


def give_room_back(connection: sqlite3.Connection) -> bool:
    """Move the last pages of an index to where there is room; say whether there is more to do."""
    connection.execute(f"PRAGMA incremental_vacuum({_GIVEN_BACK})").fetchall()
    (empty,) = connection.execute("PRAGMA freelist_count").fetchone()
    return bool(empty > _KEPT)


def require_room(folder: str, bytes_needed: int) -> None:
    """Try whether there is room for an index.

    :raises OSError: there is not, or *folder* cannot be made or written to.
    """
    make_folder(folder)
    found = os.statvfs(folder)
    if found.f_bavail * found.f_frsize < bytes_needed + _ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), folder)
    # What a system says is not what it lets this user have.
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        if file.write(bytes(_ROOM)) < _ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), folder)


def newest(folder: str) -> str | None:
    """Return the path of the index in *folder*, if there is one.

    :raises OSError: that cannot be told.
    """
    try:
        names = [name for name in os.listdir(folder) if name.endswith(_SUFFIX)]
    except (FileNotFoundError, NotADirectoryError):
        return None
    return os.path.join(folder, max(names)) if names else None


def _open(path: str, mode: str) -> sqlite3.Connection:
    """Open a file.

    :param path: an absolute one.
    :param mode: as SQLite calls it; ``"rw"``: only if it is there.
    """
    connection = sqlite3.connect(
        # With three slashes, as behind two there would be the name of a host.
        f"file://{quote(os.fsencode(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        # What is in the file already is not said again, as that would have to wait for others.
        vacuum = (f"auto_vacuum = {schema.VACUUM}",) if mode != "rw" else ()
        for pragma in (f"page_size = {_PAGE}", *vacuum, "journal_mode = WAL", *_PRAGMAS):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA cache_size = -{_KIBIBYTES}")
        connection.execute(f"PRAGMA journal_size_limit = {1 << 24}")
    except BaseException:
        connection.close()
        raise
    return connection


def _is_usable(path: str) -> bool:
    """Say whether a file is an index of ours; if not, it is taken away."""
    try:
        connection = _open(path, "rw")
        try:
            if schema.is_ours(connection):
                return True
            problem = "it is of another version"
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        problem = str(error)
    logger.warning("The index of videos %s is made anew: %s", path, problem)
    _remove(path)
    return False


def _make(folder: str) -> str:
    for name in os.listdir(folder):  # what was left behind, beside a file that is gone
        if _SUFFIX in name:
            with suppress(OSError):
                os.remove(os.path.join(folder, name))
    path = os.path.join(folder, f"{time.time_ns():020}{_SUFFIX}")
    connection = _open(path, "rwc")
    try:
        schema.create(connection)
    finally:
        connection.close()
    return path


def _remove(path: str) -> None:
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.remove(path + end)


@contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Keep other processes from opening, making or taking away an index in *folder* meanwhile."""
    descriptor = os.open(os.path.join(folder, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        close_quietly(descriptor)
