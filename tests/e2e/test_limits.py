"""Limits, on real servers and with clients that come, stall and go."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.e2e.harness import KERNEL, Server, Servers, wait_until
from tests.e2e.http1 import Http1
from tests.e2e.site import LARGE

LARGE_URL, CLIP_URL = "/videos/large.mp4", "/videos/clip.mp4"
LIMITS = {
    "QUART_VIDEO_MAX_TRANSFERS_PER_CLIENT": "2",
    "QUART_VIDEO_TRANSFER_RATE": str(4 << 20),
    "QUART_VIDEO_STALL_TIMEOUT": "60",
}


@pytest.fixture(params=["hypercorn", "uvicorn", KERNEL])
def server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    return servers.server(request.param, **LIMITS)


@contextmanager
def open_transfer(server: Server, target: str, *fields: tuple[str, str]) -> Iterator[Http1]:
    """Begin to take something, and no more of it."""
    client = Http1(server.address, receive_buffer=16_384)
    try:
        client.send("GET", target, fields)
        assert client.read_head().status in (200, 206)
        yield client
    finally:
        client.reset()


def status(server: Server, target: str, *fields: tuple[str, str]) -> int:
    client = server.connect_h1()
    try:
        return client.request("GET", target, fields).status
    finally:
        client.close()


@pytest.mark.sample(1)
def test_a_client_has_enough_until_it_lets_go(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(open_transfer(server, LARGE_URL))
        assert status(server, CLIP_URL) == 429
        with open_transfer(server, LARGE_URL, ("Range", "bytes=5000000-")):
            assert status(server, LARGE_URL, ("Range", "bytes=0-9")) == 429
    wait_until(lambda: status(server, CLIP_URL) == 200, 20, "the slots are free again")
    server.wait_idle()


@pytest.mark.sample(1)
def test_a_player_that_seeks_all_the_time(server: Server) -> None:
    """Each time it asks for the next part before it closes the one before."""
    with open_transfer(server, "/videos/sparse.mp4"), ExitStack() as before:
        for number in range(10):
            with ExitStack() as now:
                part = ("Range", f"bytes={number}000000-")
                now.enter_context(open_transfer(server, LARGE_URL, part))
                before.close()
                before.push(now.pop_all())
    server.wait_idle()


def test_paced(server: Server) -> None:
    """Not faster than it may be; that it is not slower either is tested by a clock of its own."""
    length = 3 << 20
    client = server.connect_h1()
    try:
        begin = time.monotonic()
        reply = client.request("GET", LARGE_URL, [("Range", f"bytes=0-{length - 1}")])
        seconds = time.monotonic() - begin
    finally:
        client.close()
    assert reply.body == LARGE[:length]
    assert seconds >= length / (4 << 20) * 0.95
