"""The limit of file descriptors, of which each viewer takes two: a socket and a file."""

from __future__ import annotations

import resource

_MOST = 65_536
"""Descriptors that are enough; some programs take long over a limit of billions."""


def raise_limit() -> int:
    """Let this process open as many files as it may let itself open; return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft
