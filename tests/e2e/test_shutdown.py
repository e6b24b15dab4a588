"""SIGTERM while transfers are under way. The servers here are told to wait a second for those."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.harness import SERVERS, SERVERS_THAT_END, SLOW_KERNELS, Server
from tests.e2e.http1 import Http1
from tests.e2e.site import LARGE, Site

END_SECONDS = 6


@pytest.fixture(params=[*SERVERS, *SLOW_KERNELS])
def server(request: pytest.FixtureRequest, tmp_path: Path, site: Site) -> Iterator[Server]:
    """Return a server of its own for the test."""
    server = Server(request.param, site.root, tmp_path, {})
    yield server
    server.stop()


OURS = "quart_video"


def _begin(server: Server, target: str) -> Http1:
    client = Http1(server.address, receive_buffer=64 << 10)
    client.send("GET", target)
    assert client.read_head().status == 200
    assert len(client.read(1000)) == 1000
    return client


def _expect_end(server: Server) -> str:
    """Wait for the end of the server; return its log, in which nothing of us is complained of."""
    server.process.wait(END_SECONDS)
    log = server.new_log()
    assert all("Left out of the listing" in line for line in log.splitlines() if OURS in line), log
    return log


@pytest.mark.sample(1)
def test_what_is_soon_over_is_finished(server: Server) -> None:
    with closing(_begin(server, "/videos/large.mp4")) as client:
        received = b"".join(client.read(1000) for _ in range(10_000))
        server.process.terminate()
        received += b"".join(iter(lambda: client.read(1 << 20), b""))
    assert received == LARGE[1000:]
    assert "Traceback" not in _expect_end(server)


@pytest.mark.parametrize("server", [*SERVERS_THAT_END, *SLOW_KERNELS], indirect=True)
@pytest.mark.sample(1)
def test_what_takes_longer_is_cut_off(server: Server) -> None:
    with closing(_begin(server, "/videos/sparse.mp4")) as client:
        server.process.terminate()
        deadline = time.monotonic() + END_SECONDS
        while client.read(1 << 16):
            time.sleep(0.01)
            assert time.monotonic() < deadline, "it is never cut off"
    _expect_end(server)


# Hypercorn waits for as long as such a client likes, with any app: see the guide to deployment.
@pytest.mark.parametrize("server", ["uvicorn", "granian", *SLOW_KERNELS], indirect=True)
@pytest.mark.sample(1)
def test_who_has_stopped_reading_is_cut_off(server: Server) -> None:
    with closing(_begin(server, "/videos/sparse.mp4")):
        time.sleep(0.3)  # the buffers are full, and the server waits
        server.process.terminate()
        _expect_end(server)
