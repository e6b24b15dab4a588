"""The service of the guide to deployment, on a socket that somebody else holds, as systemd does."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.fronts import FILES
from tests.e2e.http1 import Http1


@contextmanager
def _service(listener: socket.socket, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run what the unit says, with the socket by its number here."""
    (line,) = re.findall(r"(?m)^ExecStart=(.*)$", (FILES / "videos.service").read_text())
    arguments = shlex.split(line.replace("--fd 3 ", f"--fd {listener.fileno()} "))[1:]
    environment = {
        **os.environ,
        "QUART_MEDIA_ROOT": str(folder),
        "QUART_VIDEO_CACHE": str(folder / "cache"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", *arguments],
        cwd=folder,
        env=environment,
        stderr=subprocess.DEVNULL,
        pass_fds=(listener.fileno(),),
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def test_nobody_is_refused_while_the_service_restarts(tmp_path: Path) -> None:
    shutil.copy(FILES / "app.py", tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address: tuple[str, int] = listener.getsockname()
        with _service(listener, tmp_path):
            first = Http1(address, timeout=120)
            assert first.request("GET", "/videos/-/health").status == 200
            first.close()
        waiting = Http1(address, timeout=120)
        waiting.send("GET", "/videos/-/health")
        with _service(listener, tmp_path):
            assert waiting.read_reply().status == 200
            waiting.close()
