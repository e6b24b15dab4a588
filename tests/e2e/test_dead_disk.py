"""A disk that does not answer: who has to wait for it, and who does not.

``hang.c`` takes the place of the disk: reading and opening hang for as long as a file exists.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from tests.e2e.harness import (
    SERVERS,
    SERVERS_THAT_END,
    SLOW_KERNELS,
    Server,
    missing,
    need_tool,
    wait_until,
)
from tests.e2e.http1 import Http1
from tests.e2e.site import CLIP, LARGE, Site
from tests.support.sockets import readable

THREADS = 2
FILM = "/videos/dead-disk/film.mp4"
END_SECONDS = 6
"""For the end of a server that was told to wait for one second."""


class DeadDisk:
    """A disk that hangs when it is told to."""

    def __init__(self, folder: Path) -> None:
        self._signal = folder / "hanging"
        library = folder / "hang.so"
        command = [need_tool("cc"), "-shared", "-fPIC", "-o", str(library)]
        command += [str(Path(__file__).with_name("hang.c")), "-ldl"]
        built = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        if built.returncode:
            missing("A C compiler that works", f"apt-get install gcc libc6-dev\n{built.stderr}")
        self.environment = {
            "LD_PRELOAD": str(library),
            "HANG_WHILE": str(self._signal),
            "QUART_VIDEO_READ_THREADS": str(THREADS),
        }

    def hang(self) -> None:
        """Stop answering."""
        self._signal.touch()

    def waiting(self) -> int:
        """Return how many calls hang, and will until it answers again."""
        return self._signal.stat().st_size

    def go_on(self) -> None:
        """Answer again, also what was asked before."""
        self._signal.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def films(site: Site) -> None:
    folder = site.root / "dead-disk"
    folder.mkdir()
    os.link(site.root / "large.mp4", folder / "film.mp4")


@pytest.fixture
def disk(tmp_path: Path, films: None) -> Iterator[DeadDisk]:
    """Return the disk, which answers again after the test."""
    disk = DeadDisk(tmp_path)
    yield disk
    disk.go_on()


@pytest.fixture(params=[*SERVERS, *SLOW_KERNELS])
def server(
    request: pytest.FixtureRequest, disk: DeadDisk, tmp_path: Path, site: Site
) -> Iterator[Server]:
    """Return a server of its own for the test."""
    server = Server(request.param, site.root, tmp_path, disk.environment)
    yield server
    disk.go_on()
    server.stop()


class Viewer:
    """A client that has begun to receive the film, and all that came of it."""

    def __init__(self, server: Server) -> None:
        self.client = Http1(server.address, receive_buffer=64 << 10)
        self.client.send("GET", FILM)
        assert self.client.read_head().status == 200
        self.received = bytearray(self.client.read(1000))

    def take_the_rest(self) -> bytes:
        """Take all."""
        while more := self.client.read(1 << 20):
            self.received += more
        return bytes(self.received)


def _watch(server: Server, stack: ExitStack, disk: DeadDisk) -> list[Viewer]:
    """Have more viewers than there are threads watch, and wait for a disk that has died."""
    viewers = {}
    for _ in range(THREADS + 2):
        viewer = Viewer(server)
        stack.callback(viewer.client.close)
        viewers[viewer.client.sock] = viewer
    disk.hang()
    # Each takes what still comes: who takes nothing waits for no disk.
    while (ready := readable(viewers, 0.3)) or disk.waiting() < THREADS:
        for sock in ready:
            viewers[sock].received += viewers[sock].client.read(1 << 20)
            assert len(viewers[sock].received) < len(LARGE)
    return [*viewers.values()]


def _scans(client: Http1) -> bool:
    listing = client.request("GET", "/videos/-/api/videos?recursive=1&limit=1")
    return bool(json.loads(listing.body)["scanning"])


def _ask(server: Server, stack: ExitStack, target: str) -> Http1:
    client = stack.enter_context(closing(server.connect_h1()))
    client.send("GET", target)
    return client


def _fetch(server: Server, stack: ExitStack, name: str) -> bytes:
    """Return a file that is in memory: a busy kernel drops it now and then, so it is read before.

    Even so the kernel may say that one has to wait, while it moves things about.
    """
    for _ in range(5):
        (server.root / name).read_bytes()
        with suppress(TimeoutError):
            return _ask(server, stack, f"/videos/{name}").read_reply().body
    pytest.fail(f"{name} waits for the disk")


@pytest.mark.sample(1)
def test_nobody_else_waits(server: Server, disk: DeadDisk) -> None:
    with ExitStack() as stack:
        other = stack.enter_context(closing(server.connect_h1()))
        assert other.request("GET", "/sync").status == 200
        wait_until(lambda: not _scans(other), 20, "the folders have been looked through")
        viewers = _watch(server, stack, disk)
        opening = [_ask(server, stack, FILM) for _ in range(10)]
        listing = _ask(server, stack, "/videos/-/api/videos?folder=dead-disk")
        for _ in range(3):
            assert other.request("GET", "/alive").status == 200
            assert other.request("GET", "/sync").body == b"sync"
            assert _fetch(server, stack, "clip.mp4") == CLIP
            assert _fetch(server, stack, "large.mp4") == LARGE
        assert not readable([client.sock for client in (*opening, listing)])
        assert disk.waiting() == THREADS
        disk.go_on()
        assert all(viewer.take_the_rest() == LARGE for viewer in viewers)
        assert all(client.read_reply().body == LARGE for client in opening)
        assert listing.read_reply().status == 200
    server.wait_idle()
    server.expect_quiet()


@pytest.mark.sample(1)
def test_those_who_left_are_forgotten(server: Server, disk: DeadDisk) -> None:
    """What they asked for is not read any more, and what was open is closed."""
    with ExitStack() as stack:
        _watch(server, stack, disk)
        for _ in range(10):
            _ask(server, stack, FILM)
    # Those that no thread is stuck in are closed at once.
    wait_until(lambda: len(server.open_media()) <= THREADS, 20, "all but the stuck are closed")
    disk.go_on()
    server.wait_idle()
    server.expect_quiet()


@pytest.mark.parametrize("server", [*SERVERS_THAT_END, *SLOW_KERNELS], indirect=True)
@pytest.mark.sample(1)
def test_the_server_ends(server: Server, disk: DeadDisk) -> None:
    with ExitStack() as stack:
        _watch(server, stack, disk)
        _ask(server, stack, FILM)
        _ask(server, stack, "/videos/-/api/videos")
        server.process.terminate()
        server.process.wait(END_SECONDS)
    assert "quart_video/" not in server.new_log()
