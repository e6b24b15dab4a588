"""SIGTERM while transfers are under way. The servers here are told to wait a second for those."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.harness import SERVERS, SERVERS_THAT_END, SLOW_KERNELS, Server, wait_until
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


def _end(server: Server, pids: list[int]) -> None:
    """Wait for the end of these, less long than Gunicorn's own half a minute."""
    server.process.wait(25)
    wait_until(lambda: not any(map(_lives, pids)), 5, "all that belongs to it ends")


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes() != b""
    except OSError:
        return False


@pytest.mark.parametrize("server", ["gunicorn", "daphne"], indirect=True)
@pytest.mark.slow
def test_gunicorn_and_daphne_end_though_somebody_has_stopped_reading(server: Server) -> None:
    with closing(_begin(server, "/videos/sparse.mp4")):
        time.sleep(0.3)  # the buffers are full
        pids = server.pids()
        assert _lives(pids[0])
        server.process.terminate()
        _end(server, pids)


@pytest.mark.parametrize("server", ["gunicorn"], indirect=True)
@pytest.mark.slow
def test_gunicorn_finishes_what_is_soon_over(server: Server) -> None:
    with closing(_begin(server, "/videos/large.mp4")) as client:
        received = b"".join(client.read(1000) for _ in range(10_000))
        pids = server.pids()
        server.process.terminate()
        received += b"".join(iter(lambda: client.read(1 << 20), b""))
        _end(server, pids)
    assert received == LARGE[1000:]


@pytest.mark.parametrize("server", ["daphne"], indirect=True)
@pytest.mark.slow
def test_daphne_cuts_off_at_once_what_is_under_way(server: Server) -> None:
    with closing(_begin(server, "/videos/large.mp4")) as client:
        pids = server.pids()
        server.process.terminate()
        _end(server, pids)  # nothing is read until then, so the rest is not there
        received = b"".join(iter(lambda: client.read(1 << 20), b""))
    assert LARGE[1000:].startswith(received)
    assert len(received) < len(LARGE) - 1000
