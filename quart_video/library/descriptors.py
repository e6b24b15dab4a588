"""Whether the process may open as many files as a library is set up to send."""

from __future__ import annotations

_ASIDE = 100
"""Descriptors for all but transfers: the index, threads, processes, the log."""

_EACH = 2
"""Descriptors of a transfer: a socket and a file."""


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


def _limit() -> int | None:
    """Return how many files this process may open; ``None``: any number, or nobody says."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if soft == resource.RLIM_INFINITY else soft
