"""Ours behind nginx, which sends the films: ``python -m ... SOCKET COMMAND...``.

Starts our app, by uvicorn on a socket, and becomes the command, nginx, once the app answers.
"""

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress

_SECONDS = 30


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
        probe.connect(path)
        return True
    return False


def main(path: str, command: list[str]) -> None:
    """Start both."""
    options = ["--uds", path, "--no-access-log", "--log-level", "warning"]
    app = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", *options, "benchmarks.apps.library:app"],
        env={**os.environ, "VIDEO_SENDFILE": "x-accel-redirect:/internal"},
    )
    deadline = time.monotonic() + _SECONDS
    while not _answers(path):
        if app.poll() is not None or time.monotonic() > deadline:
            sys.exit("the app does not start")
        time.sleep(0.05)
    os.execv(command[0], command)  # noqa: S606 - the command that was given


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
