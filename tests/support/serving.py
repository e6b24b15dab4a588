"""``quart run`` as a user runs it: in a process of its own, on a port of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port

START_SECONDS = 90  # it takes one; a busy machine takes its time


@contextmanager
def quart_run(app: str, folder: Path, *, python: Path | str = sys.executable) -> Iterator[str]:
    """Serve *app* (as in ``QUART_APP``) from *folder*, and give the URL it is at.

    :param folder: working directory; modules are looked for here first.
    :param python: interpreter of the environment to serve from.
    """
    port = free_port()
    # Only what is installed and what is in the folder may be imported, as for a user.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("QUART_", "PYTHONPATH"))
    }
    process = subprocess.Popen(
        [str(python), "-m", "quart", "run", "--port", str(port)],
        cwd=folder,
        env=environment | {"QUART_APP": app},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"quart run does not answer, exit status {process.poll()}")
