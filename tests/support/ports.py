"""Ports for servers that cannot choose one by themselves."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack

_SHARE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_SHARES = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listened on just now, each another.

    Where several processes run tests, each has ports of its own: none takes what another has just
    found free.
    """
    found: list[int] = []
    with ExitStack() as stack:
        while len(found) < count:
            probe = stack.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            # Half of it, as Linux prefers odd ones here.
            if port // 2 % _SHARES == _SHARE:
                found.append(port)
    return found


def free_port() -> int:
    """Return one such port."""
    return free_ports(1)[0]
