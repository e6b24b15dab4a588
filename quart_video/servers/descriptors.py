"""File descriptors, of which each viewer takes two: a socket and a file."""

from __future__ import annotations

import logging
import resource
from time import monotonic

_MOST = 65_536
"""Descriptors that are enough; some programs take long over a limit of billions."""

_PAUSE = 10.0
"""Seconds between two lines that say that there are none left."""


def raise_limit() -> int:
    """Let this process open as many files as it may let itself open; return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft


class OutOfDescriptors(logging.Filter):
    """Has asyncio say in one line that a connection cannot be accepted, and not too often.

    By itself it says so with a traceback for each of the connections that it could have tried.
    """

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a record is written, and shorten it."""
        if "out of system resource" not in record.getMessage():
            return True
        if monotonic() < self._next:
            return False
        self._next = monotonic() + _PAUSE
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        record.msg = (
            "No more connections can be accepted for now: all %d file descriptors of this process "
            "are in use. To allow more: ulimit -n, or LimitNOFILE= of systemd."
        )
        record.args = (limit,)
        record.exc_info = record.exc_text = None
        return True


def spare_the_log() -> None:
    """Have asyncio not fill the log when there are no descriptors left."""
    logging.getLogger("asyncio").addFilter(OutOfDescriptors())
