"""What the machine gives to a program: SQLite, open files, semaphores and the time."""

from __future__ import annotations

import multiprocessing
import resource
import sqlite3
import time
from collections.abc import Iterator

from quart_video.catalogue.index import schema
from quart_video.command.doctor.finding import Finding, failure, ok, warning

FEW_FILES = 1024
"""Descriptors below which it gets narrow: a viewer takes two."""
_TOO_FEW_FILES = 128
_FILES = "open files"
_SHARED = "/dev/shm"  # noqa: S108 - it is only spoken of
_OLDEST = 1_735_689_600  # seconds: 2025 has begun when this was written


def look_at_system() -> Iterator[Finding]:
    """Yield what holds for this process on this machine."""
    yield judge_sqlite(_index_problem())
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield judge_files(soft, hard)
    yield judge_semaphores(_semaphore_problem())
    yield judge_clock(time.time())


def _index_problem() -> str | None:
    """Say why no index can be made with this SQLite."""
    connection = sqlite3.connect(":memory:")
    try:
        schema.create(connection)
    except sqlite3.Error as error:
        return str(error)
    finally:
        connection.close()
    return None


def judge_sqlite(problem: str | None, version: str = sqlite3.sqlite_version) -> Finding:
    """Judge SQLite by whether an index can be made with it. FTS5 is not among what that needs."""
    if problem is None:
        return ok("SQLite", f"{version}, in which an index can be made")
    told = f"no index can be made in version {version}: {problem}"
    return failure("SQLite", told, "Take a Python whose sqlite3 is newer.")


def judge_files(soft: int, hard: int) -> Finding:
    """Judge how many files a process may have open: ``serve`` raises the soft limit to the hard."""
    if soft == resource.RLIM_INFINITY:
        return ok(_FILES, "any number")
    if soft >= FEW_FILES:
        return ok(_FILES, f"{soft:,}")
    if hard == resource.RLIM_INFINITY or hard >= FEW_FILES:
        return ok(_FILES, f"{soft:,}, and more for quart-video serve, which raises the limit")
    told = f"{hard:,} may be open at once, and each viewer takes two"
    remedy = f"LimitNOFILE={4 * FEW_FILES} in the unit of systemd, or nofile in limits.conf"
    judged = failure if hard < _TOO_FEW_FILES else warning
    return judged(_FILES, told, remedy)


def _semaphore_problem() -> str | None:
    try:
        multiprocessing.get_context("spawn").Semaphore()
    except (ImportError, OSError) as error:
        return str(error)
    return None


def judge_semaphores(problem: str | None) -> Finding:
    """Judge what other libraries make semaphores in; quart-video does without."""
    if problem is None:
        return ok(_SHARED, "semaphores can be made")
    told = f"no semaphores can be made ({problem}); quart-video does without, others do not"
    return warning(_SHARED, told, f"mount -t tmpfs tmpfs {_SHARED}; for Docker, --shm-size=64m")


def judge_clock(now: float) -> Finding:
    """Judge the time, by which caches and signed URLs go."""
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    if now >= _OLDEST:
        return ok("clock", shown)
    told = f"it is {shown} here, so signed URLs and what is in caches last wrong times"
    return failure("clock", told, "Set the clock, such as with: timedatectl set-ntp true")
