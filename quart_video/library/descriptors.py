"""How many files the process may open: enough for what a library sends, and what is said if not."""

from __future__ import annotations

import codecs
import logging
from time import monotonic

_ASIDE = 100
"""Descriptors for all but transfers: the index, threads, processes, the log."""

_EACH = 2
"""Descriptors of a transfer: a socket and a file."""

_PAUSE = 10.0
"""Seconds between two lines that say that there are none left."""


def descriptor_warning(max_transfers: int | None) -> str | None:
    """Return what to tell of a limit of open files below what the transfers may need.

    :param max_transfers: ``VIDEO_MAX_TRANSFERS``; ``None``: nobody knows how many there will be.
    """
    limit = _limit()
    needed = _EACH * (max_transfers or 0) + _ASIDE
    if max_transfers is None or limit is None or limit >= needed:
        return None
    return (
        f"VIDEO_MAX_TRANSFERS is {max_transfers}, for which a process may have to open {needed} "
        f"files, and this one may open {limit}. Raise that (ulimit -n, or LimitNOFILE= of "
        f"systemd), or lower VIDEO_MAX_TRANSFERS to {max((limit - _ASIDE) // _EACH, 1)}."
    )


class OutOfDescriptors(logging.Filter):
    """Has asyncio say in one line that a connection cannot be accepted, and not too often.

    By itself it says so with a traceback for each of the connections that it could have tried, and
    a server is busy with nothing else.
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
        record.msg = (
            "No more connections can be accepted for now: all %s file descriptors of this process "
            "are in use. To allow more: ulimit -n, or LimitNOFILE= of systemd."
        )
        record.args = (_limit(),)
        record.exc_info = record.exc_text = None
        return True


def spare_the_log() -> None:
    """Have asyncio not fill the log when there are no descriptors left, whatever server runs it."""
    theirs = logging.getLogger("asyncio")
    if not any(isinstance(each, OutOfDescriptors) for each in theirs.filters):
        theirs.addFilter(OutOfDescriptors())


def load_what_requests_need() -> None:
    """Have what Python loads with the first request at hand before there are no descriptors left.

    Werkzeug needs this codec for the name of a host. Without it there is no answer, not even a 503.
    """
    codecs.lookup("idna")


def _limit() -> int | None:
    """Return how many files this process may open; ``None``: any number, or nobody says."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if soft == resource.RLIM_INFINITY else soft
