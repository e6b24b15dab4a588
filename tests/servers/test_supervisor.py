"""What is told of processes that serve, and when."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from quart_video.servers.supervisor import Supervisor, tell_ready

pytestmark = pytest.mark.thorough


def serve(folder: str, ready: Connection) -> None:
    """Stand for a server, in a process of its own."""
    time.sleep(0.2)  # for the test to fail where nobody waits for this
    (Path(folder) / str(os.getpid())).touch()
    tell_ready(ready)
    tell_ready(ready)
    signal.pause()


def test_it_is_told_once_and_when_one_serves(tmp_path: Path) -> None:
    told: list[int] = []

    def ready() -> None:
        told.append(len(list(tmp_path.iterdir())))
        os.kill(os.getpid(), signal.SIGTERM)

    said: list[str] = []
    supervisor = Supervisor(2, serve, str(tmp_path), ready=ready, say=said.append)
    assert supervisor.run() == 0
    assert len(told) == 1
    assert told[0] >= 1
    assert said == []
