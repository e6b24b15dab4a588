"""Starting the peers on loopback, and ending what was started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from benchmarks.load import Address
from benchmarks.measure import cpu_of, family
from benchmarks.peers import Peer

REPOSITORY = Path(__file__).parents[1]
START_SECONDS = 60.0
CACHE = ".cache"
"""Folder in that which is served, for what apps find out about it. Hidden, it is not listed."""


class DoesNotStart(Exception):
    """A peer does not come up. The message has its last words."""


class Server:
    """A peer that was started. It lives until :meth:`stop`, in a process group of its own."""

    def __init__(self, peer: Peer, port: int, served: Path, folder: Path) -> None:
        self.peer = peer
        root = served / peer.root
        folder.mkdir()
        self.born = time.perf_counter()
        self.address: Address = ("127.0.0.1", port)
        self._log = folder / "log.txt"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                peer.command(port, root, folder),
                cwd=REPOSITORY,
                env={
                    **os.environ,
                    "MEDIA_ROOT": str(root),
                    "VIDEO_CACHE": str(served / CACHE / peer.root),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; the servers we end ourselves
            )

    def wait(self) -> None:
        """Wait until it answers, whatever it answers.

        :raises DoesNotStart: it ended, or took too long.
        """
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            if self._answers():
                self.pids = family(self._process.pid)
                return
            time.sleep(0.02)
        words = self._log.read_text(errors="replace")[-2000:]
        raise DoesNotStart(f"{self.peer.name} does not start:\n{words}")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(self.address, 5) as connection:
                connection.sendall(
                    b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                )
                return bool(connection.recv(1))
        except OSError:
            return False

    def settle(self, seconds: float = 5.0) -> None:
        """Wait until it has nothing more to do, for so long at most."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            before = cpu_of(self.pids)
            time.sleep(0.1)
            if cpu_of(self.pids) - before < 0.005:
                return

    def stop(self) -> None:
        """End it and its workers at once: they have nothing to tidy up.

        Python's resource tracker has, as soon as the others have gone: it ends by itself.
        """
        while left := _living(self._process.pid):
            for pid in left:
                with suppress(ProcessLookupError):  # it has ended by itself
                    os.kill(pid, signal.SIGKILL)
        self._process.wait()


def _living(group: int) -> list[int]:
    """Return the processes of a group, but for those that are dead, or about to tidy up."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            pid = int(process.name)
            command = (process / "cmdline").read_bytes()  # of the dead, nothing
            if os.getpgid(pid) == group and command and b"resource_tracker" not in command:
                found.append(pid)
    return found


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody uses just now, each another."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


@contextmanager
def running(peers: Sequence[Peer], served: Path) -> Iterator[list[Server]]:
    """Start peers, all at once, and end them afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmarks-")))
        servers: list[Server] = []
        stack.callback(_stop, servers)
        for peer, port in zip(peers, _free_ports(len(peers)), strict=True):
            servers.append(Server(peer, port, served, folder / peer.name))
        for server in servers:
            server.wait()
        yield servers


def _stop(servers: list[Server]) -> None:
    # Whoever presses Ctrl-C again waits for this, too.
    waiting = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        for server in servers:
            server.stop()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, waiting)
