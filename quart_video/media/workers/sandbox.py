"""What a child process takes from itself before it opens a file that anyone may have made."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress

from quart_video.media.workers.protocol import Limits

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def be_humble(pid: int = 0) -> None:
    """Have a process give way to everyone else, for good: it gets the lowest priority.

    :param pid: its number; 0: this one.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, 19)


def go_first() -> None:
    """Have this process be the first to go where memory runs out, and those that it forks."""
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")


def restrict(limits: Limits) -> None:
    """Bound what this process can take, write and become, for good."""
    _bound(resource.RLIMIT_CPU, limits.cpu)
    _bound(resource.RLIMIT_AS, limits.memory)
    _bound(resource.RLIMIT_FSIZE, 0)  # what it makes goes through a pipe
    _bound(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _bound(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    # At the soft limit of processor time comes SIGXCPU, which tells what happened; at the hard one
    # SIGKILL.
    top = most + 1 if kind == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else most
    with suppress(OSError, ValueError):  # macOS knows RLIMIT_AS, and does not keep it
        resource.setrlimit(kind, (most, top))
