"""Have the apps of the tests use the fork servers of those before them.

A fork server takes a fifth of a second of processor time to load what it needs, which is more than
most of what it is asked for. It serves one task after the other, and does not see whose they are:
so it can serve an app when another has ended. Tests of how one begins and ends take the fixture
``own_fork_servers``, as all in ``tests/media/workers`` do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from quart_video.media.workers import pool
from quart_video.media.workers.pool import ForkServer, WorkerPool

most = 4
"""So many are kept at a time; 0: each app starts its own, and ends them."""

_idle: list[tuple[Any, ForkServer]] = []


@contextmanager
def kept() -> Iterator[None]:
    """Keep what an app does not need any more, and end it all in the end."""
    hire, aclose = WorkerPool._hire, WorkerPool.aclose  # noqa: SLF001 - there is no other way to it

    async def _hire(self: WorkerPool) -> ForkServer:
        return _take() or await hire(self)

    async def _aclose(self: WorkerPool) -> None:
        free = self._free
        while free and len(_idle) < most:
            _keep(free.pop())
        await aclose(self)

    WorkerPool._hire, WorkerPool.aclose = _hire, _aclose  # type: ignore[method-assign] # noqa: SLF001
    try:
        yield
    finally:
        WorkerPool._hire, WorkerPool.aclose = hire, aclose  # type: ignore[method-assign] # noqa: SLF001
        while _idle:
            _end(_idle.pop()[1])


def _keep(fork_server: ForkServer) -> None:
    if fork_server.retirement is not None:
        fork_server.retirement.cancel()
        fork_server.retirement = None
    _idle.append((_circumstances(), fork_server))


def _take() -> ForkServer | None:
    """Return one that has begun as one would now, and lives."""
    for number, (circumstances, fork_server) in enumerate(_idle if most else ()):
        if circumstances == _circumstances():
            del _idle[number]
            if fork_server._process.poll() is None:  # noqa: SLF001
                return fork_server
            _end(fork_server)
            return _take()
    return None


def _end(fork_server: ForkServer) -> None:
    process = fork_server.close()
    try:
        process.wait(20)
    except BaseException:
        process.kill()
        process.wait()
        raise


def _circumstances() -> Any:
    """Return all that a fork server is started with, and what makes it another."""
    environment = {**os.environ}
    environment.pop("PYTEST_CURRENT_TEST", None)
    return pool._BOOT, pool._TUNABLES, sys.executable, [*sys.path], environment  # noqa: SLF001
