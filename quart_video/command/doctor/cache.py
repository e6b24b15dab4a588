"""The folder of the cache: whether all can be done there that has to be."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quart_video.catalogue.index import schema
from quart_video.command.doctor.file_system import kind_of, may_be_elsewhere
from quart_video.command.doctor.finding import Finding, failure, ok, warning
from quart_video.media.own_files import folder_problem

_CHECK = "cache"
_SPACE, _INODES = "cache: room", "cache: inodes"
_LEAST = 50 * 1000**2  # bytes
_SHARE = 10  # part of what the cache may take that should be free
_FEW_INODES, _TOO_FEW_INODES = 10_000, 100
_SKEW = 2.0  # seconds


def look_at_cache(folder: str, most: int) -> Iterator[Finding]:
    """Yield what is found out about the folder of a cache.

    :param most: bytes that it may take.
    """
    if problem := folder_problem(folder):
        yield failure(
            _CHECK,
            f"of {folder}, {problem}, and what is kept there is sent as it is",
            f"chmod go-w {folder}, or name another folder by QUART_VIDEO_CACHE",
        )
        return
    there = nearest(folder)
    tried = try_out(there)
    if isinstance(tried, str):
        where = folder if there == folder else f"{folder}, which is to be made in {there},"
        yield failure(
            _CHECK,
            f"{where} cannot be used: {tried}",
            "Have this user write there, or name another folder by QUART_VIDEO_CACHE",
        )
    else:
        yield ok(_CHECK, folder if there == folder else f"{folder}, which is not there yet")
        yield from judge_trial(tried, kind_of(there))
    result = os.statvfs(there)
    yield judge_space(result.f_bavail * result.f_frsize, most)
    yield judge_inodes(result.f_favail, result.f_files)


def nearest(folder: str) -> str:
    """Return the folder itself, or where it would be made."""
    while not os.path.lexists(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of the things that a cache is used for."""

    skew: float
    """Seconds by which the clock of the file system is ahead of ours."""
    lock_problem: str | None
    index_problem: str | None


def try_out(folder: str) -> Trial | str:
    """Write, lock and index in a folder within this one, which is deleted; or say why not."""
    try:
        own = Path(tempfile.mkdtemp(prefix=".quart-video-doctor-", dir=folder))
    except OSError as error:
        return error.strerror or str(error)
    try:
        before = time.time()
        draft = own / "draft"
        with draft.open("wb") as file:
            file.write(bytes(64 * 1024))
            file.flush()
            os.fsync(file.fileno())
            modified = os.fstat(file.fileno()).st_mtime
            after = time.time()
            lock_problem = _lock_problem(file.fileno())
        draft.replace(own / "file")
        skew = modified - after if modified > after else min(0.0, modified - before)
        return Trial(skew, lock_problem, _index_problem(own / "index.sqlite3"))
    except OSError as error:
        return error.strerror or str(error)
    finally:
        shutil.rmtree(own, ignore_errors=True)


def _lock_problem(descriptor: int) -> str | None:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 1)
        fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, 1)
    except OSError as error:
        return error.strerror or str(error)
    return None


def _index_problem(path: Path) -> str | None:
    try:
        for _ in range(2):  # the second reads what the first has written
            connection = sqlite3.connect(path)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    schema.create(connection)
                connection.execute("SELECT * FROM state").fetchone()
            finally:
                connection.close()
    except sqlite3.Error as error:
        return str(error)
    return None


def judge_trial(tried: Trial, kind: str | None) -> Iterator[Finding]:
    """Judge what came of the trial."""
    elsewhere = "Name a folder on a disk of this machine by QUART_VIDEO_CACHE."
    if tried.index_problem is not None:
        told = f"no index can be kept there, so each start makes one: {tried.index_problem}"
        yield warning("cache: index", told, elsewhere)
    if tried.lock_problem is not None:
        told = f"nothing can be locked there, so workers do the same twice: {tried.lock_problem}"
        yield warning("cache: locks", told, elsewhere)
    if abs(tried.skew) > _SKEW:
        way = "ahead of" if tried.skew > 0 else "behind"
        told = f"its clock is {abs(tried.skew):.0f} seconds {way} that of this machine"
        yield warning("cache: clock", told, "Have both machines ask the same time server.")
    if kind is not None and may_be_elsewhere(kind):
        told = f"it is on {kind}, which is slow for an index, and may lose what is written at once"
        yield warning("cache: file system", told, elsewhere)


def judge_space(free: int, most: int) -> Finding:
    """Judge the bytes that are free."""
    told = f"{free / 1e9:.1f} GB are free, and QUART_VIDEO_CACHE_SIZE lets it take {most / 1e9:.1f}"
    remedy = "Free some, set QUART_VIDEO_CACHE_SIZE lower, or QUART_VIDEO_CACHE to another disk."
    if free < _LEAST:
        return failure(_SPACE, told, remedy)
    if free < most / _SHARE:
        return warning(_SPACE, told, remedy)
    return ok(_SPACE, told)


def judge_inodes(free: int, total: int) -> Finding:
    """Judge the files that can still be made. Some file systems have no bound, and tell 0."""
    if total == 0:
        return ok(_INODES, "any number of files")
    told = f"{free:,} more files can be made; each video takes about ten"
    remedy = "Delete files that are not needed, or set QUART_VIDEO_CACHE to another disk."
    if free < _TOO_FEW_INODES:
        return failure(_INODES, told, remedy)
    return warning(_INODES, told, remedy) if free < _FEW_INODES else ok(_INODES, told)
