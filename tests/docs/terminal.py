"""A terminal in a folder: commands that end by themselves, and servers that run on."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.e2e.harness import need_tool

COMMAND_SECONDS = 120
SHUTDOWN_SECONDS = 30  # more than the guides give a server

_TOOLS = re.compile(r"(?:^|[|;&] *)(curl|ffmpeg)\b")


class Terminal:
    """Runs what a reader types.

    :param folder: where to run it.
    :param log: file for what the servers write.
    """

    def __init__(self, folder: Path, log: Path) -> None:
        self._folder = folder
        self._log = log
        self._servers: list[subprocess.Popen[bytes]] = []
        self._trusted: dict[str, str] = {}

    @property
    def log(self) -> str:
        """What the servers wrote so far."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def trust(self, certificate: Path) -> None:
        """Have curl trust nothing but this certificate from now on."""
        self._trusted["CURL_CA_BUNDLE"] = str(certificate)

    def run(self, command: str) -> str:
        """Run a command to its end, and return what it wrote."""
        for tool in _TOOLS.findall(command):
            need_tool(tool)
        result = subprocess.run(
            ["bash", "-c", command],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        return result.stdout.decode(errors="replace")

    def start(self, command: list[str], port: str) -> None:
        """Start a server, and wait until it listens."""
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a group of its own, for all that it starts
            )
        self._servers.append(process)
        deadline = time.monotonic() + COMMAND_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", int(port)), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"{command} does not answer:\n{self.log}")

    def stop(self) -> None:
        """End all servers."""
        for process in self._servers:
            process.terminate()
        for process in self._servers:
            try:
                process.wait(SHUTDOWN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(SHUTDOWN_SECONDS)
            with suppress(ProcessLookupError):  # workers live on where the first process is killed
                os.killpg(process.pid, signal.SIGKILL)
        self._servers.clear()

    @property
    def _environment(self) -> dict[str, str]:
        """Ours, as a reader would have it: with the tools of the virtual environment."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QUART_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        kept |= self._trusted
        return {**kept, "HOME": str(self._folder), "PATH": path, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
