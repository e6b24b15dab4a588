"""Uvicorn with our protocol: what the kernel sends by itself, and where it does not.

All else that is tested of servers is tested of it, too; most of that is slow.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.e2e.harness import KERNELS, Server, Servers
from tests.e2e.http1 import Http1
from tests.e2e.reply import parse_multipart
from tests.e2e.site import CLIP, LARGE

LARGE_URL = "/videos/large.mp4"


@pytest.fixture(params=KERNELS)
def server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    return servers.server(request.param)


def by_kernel(server: Server) -> int:
    with closing(server.connect_h1()) as client:
        return int(client.request("GET", "/by-kernel").body)


def test_most_is_sent_by_the_kernel(server: Server) -> None:
    before = by_kernel(server)
    with closing(server.connect_h1()) as client:
        reply = client.request("GET", LARGE_URL)
        assert (reply.status, reply.body) == (200, LARGE)
        fields = [("Range", "bytes=12345-4567890")]
        reply = client.request("GET", LARGE_URL, fields)
        assert (reply.status, reply.body) == (206, LARGE[12345:4567891])
        assert client.reusable()
    assert by_kernel(server) - before > len(LARGE)
    server.wait_idle()


def test_parts_and_what_stands_between(server: Server) -> None:
    with closing(server.connect_h1()) as client:
        fields = [("Range", "bytes=1-1, 100000-3000000, 5000000-5000001, 6000000-9999999")]
        reply = client.request("GET", LARGE_URL, fields)
        assert reply.complete
        spans = [(1, 2), (100_000, 3_000_001), (5_000_000, 5_000_002), (6_000_000, 10_000_000)]
        parts = parse_multipart(reply)
        assert [part.body for part in parts] == [LARGE[start:stop] for start, stop in spans]
        assert client.reusable()


def test_requests_that_do_not_wait_for_answers(server: Server) -> None:
    """Answers are in order, and none gets into another."""
    targets = [LARGE_URL, "/videos/clip.mp4", "/alive", LARGE_URL, "/videos/clip.mp4"]
    with closing(Http1(server.address)) as client:
        line = "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        client.send_bytes("".join(line.format(target) for target in targets).encode())
        bodies = [client.read_reply().body for _ in targets]
    assert bodies == [LARGE, CLIP, bodies[2], LARGE, CLIP]


def test_head_and_the_answer_behind_it(server: Server) -> None:
    with closing(server.connect_h1()) as client:
        assert client.request("HEAD", LARGE_URL)["Content-Length"] == str(len(LARGE))
        assert client.request("GET", LARGE_URL).body == LARGE


def test_http_1_0(server: Server) -> None:
    with closing(Http1(server.address)) as client:
        client.send_bytes(f"GET {LARGE_URL} HTTP/1.0\r\n\r\n".encode())
        assert client.rest().partition(b"\r\n\r\n")[2] == LARGE


def test_many_at_once_beside_those_who_take_nothing(server: Server) -> None:
    stalled = [Http1(server.address, receive_buffer=64 << 10) for _ in range(20)]
    for client in stalled:
        client.send("GET", "/videos/sparse.mp4")
        client.read_head()

    def take(number: int) -> bool:
        with closing(server.connect_h1()) as client:
            start = number * 1001
            reply = client.request("GET", LARGE_URL, [("Range", f"bytes={start}-")])
            return reply.body == LARGE[start:]

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(take, range(12)))
    for client in stalled:
        client.close()
    server.wait_idle()


def test_descriptors_are_given_back(server: Server) -> None:
    def held() -> int:
        return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in server.pids())

    def abort() -> None:
        client = Http1(server.address, receive_buffer=16 << 10)
        client.send("GET", "/videos/sparse.mp4")
        client.read_head()
        client.read(100_000)
        client.reset()

    abort()
    server.wait_idle()
    before = held()
    for _ in range(50):
        abort()
    server.wait_idle()
    assert held() <= before + 2


def test_not_where_a_middleware_sends(servers: Servers) -> None:
    """It sees every byte, as it does on any other server."""
    server = servers.server(KERNELS[0], QUART_E2E_WRAPPED="0")
    with closing(server.connect_h1()) as client:
        assert client.request("GET", LARGE_URL).body == LARGE
        assert int(client.request("GET", "/counted").body) >= len(LARGE)
        assert client.request("GET", "/by-kernel").body == b"0"
