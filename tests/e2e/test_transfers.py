"""Transfers that are slow, stalled, given up or cut short, and what stays open meanwhile.

Nothing here measures speed: every time is a deadline, and a generous one.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.e2e.harness import PEERS, Client, Peer, Server, Servers
from tests.e2e.http1 import Http1
from tests.e2e.http2 import Http2
from tests.e2e.reply import Reply
from tests.e2e.site import LARGE, Site

SMALL_BUFFER = 64 << 10
"""Bytes of the client's receive buffer, so that the server soon has to wait."""
STALL_SECONDS = 4.0


@contextmanager
def _transfer(peer: Peer, target: str) -> Iterator[tuple[Client, Reply]]:
    """Ask for a media and read the head of the answer only."""
    client = peer.connect(receive_buffer=SMALL_BUFFER)
    try:
        client.send("GET", target)
        head = client.read_head()
        assert head.status in (200, 206)
        yield client, head
    finally:
        client.close()


def _read_all(client: Client, amount: int) -> bytes:
    """Read *amount* bytes, or as many as come."""
    data = bytearray()
    while len(data) < amount and (more := client.read(amount - len(data))):
        data += more
    return bytes(data)


def test_slow_reader_outlasts_response_timeout(peer: Peer) -> None:
    """The servers run with a RESPONSE_TIMEOUT of a second; this takes two, and gets every byte."""
    with _transfer(peer, "/videos/large.mp4") as (client, head):
        expected = LARGE[: int(head["Content-Length"])]
        data = b""
        for _ in range(4):
            time.sleep(0.5)
            data += _read_all(client, 1 << 20)
        data += _read_all(client, len(expected))
    assert data == expected


def test_every_media_is_closed_when_sent(peer: Peer) -> None:
    for fields in ((), (("Range", "bytes=5-9"),), (("Range", "bytes=5-9, 20-29"),)):
        assert peer.get("/videos/clip.mp4", *fields).status in (200, 206)
    peer.server.wait_idle()


@pytest.mark.parametrize(
    ("method", "field", "status"),
    [
        ("HEAD", ("Accept", "*/*"), 200),
        ("HEAD", ("Range", "bytes=0-"), 200),
        ("GET", ("If-None-Match", "*"), 304),
        ("GET", ("If-Match", '"x"'), 412),
        ("GET", ("Range", f"bytes={1 << 40}-"), 416),
    ],
)
def test_nothing_is_read_where_nothing_is_sent(
    peer: Peer, method: str, field: tuple[str, str], status: int
) -> None:
    """Twenty times a file of 16 MiB, of which not even one chunk is read."""
    # Once beforehand, as Python reads modules when they are first needed.
    assert peer.request(method, "/videos/large.mp4", field).status == status
    before = peer.server.bytes_read()
    for _ in range(20):
        assert peer.request(method, "/videos/large.mp4", field).status == status
    assert peer.server.bytes_read() - before < 256 << 10
    peer.server.wait_idle()


def _reset_mid_body(client: Http1) -> None:
    client.read_head()
    client.read(100_000)
    client.reset()


def _close_mid_body(client: Http1) -> None:
    client.read_head()
    client.read(100_000)
    client.close()


def _half_close_and_leave(client: Http1) -> None:
    client.sock.shutdown(socket.SHUT_WR)
    client.sock.recv(1000)
    client.close()


def _leave_before_the_answer(client: Http1) -> None:
    client.close()


def _reset_before_the_answer(client: Http1) -> None:
    client.reset()


ABORTS = (
    _reset_mid_body,
    _close_mid_body,
    _half_close_and_leave,
    _leave_before_the_answer,
    _reset_before_the_answer,
)


def test_200_aborted_transfers(server: Server) -> None:
    """Of a file of 5 GiB, so that none of them ends by itself, nor is read once nobody listens."""

    def abort(number: int) -> None:
        client = Http1(server.address, receive_buffer=SMALL_BUFFER)
        try:
            client.send("GET", "/videos/sparse.mp4", [("Range", "bytes=0-")] if number % 2 else ())
            ABORTS[number % len(ABORTS)](client)
        finally:
            client.close()

    before = server.bytes_read()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(abort, range(200)))
    server.wait_idle()
    assert server.bytes_read() - before < 200 * (32 << 20)
    client = server.connect_h1()
    assert client.request("GET", "/alive").status == 200
    client.close()


@pytest.mark.parametrize("peer", ["hypercorn-h2", "granian-h2"], indirect=True)
@pytest.mark.parametrize("how", ["cancel", "close"])
def test_aborted_streams_of_http_2(peer: Peer, how: str) -> None:
    for _ in range(20):
        client = peer.connect(receive_buffer=SMALL_BUFFER)
        assert isinstance(client, Http2)
        # Of a size that does no harm where the server buffers it all.
        client.send("GET", "/videos/large.mp4")
        client.read_head()
        client.read(10_000)
        if how == "cancel":
            client.cancel()
            assert client.request("GET", "/alive").status == 200
        client.close()
    peer.server.wait_idle()


def test_file_cut_short_while_it_is_sent(peer: Peer, site: Site) -> None:
    """The client can tell that it has not got it all, and the log names the file, once."""
    name = f"cut-{peer.server.kind}-{peer.version}.mp4"
    path = site.root / name
    size = 1 << 30
    with path.open("wb") as file:
        file.truncate(size)
    with _transfer(peer, f"/videos/{name}") as (client, head):
        assert head["Content-Length"] == str(size)
        _read_all(client, 100_000)
        os.truncate(path, 1000)
        reply = client.read_body(head)
    path.unlink()
    assert not reply.complete
    assert len(reply.body) < size - 100_000
    peer.server.wait_idle()
    assert peer.get("/alive").status == 200
    words = f"Broke off sending: '{name}'"
    assert peer.server.log_with(words).count(words) == 1


# Hypercorn over HTTP/2 takes all that the app has at once, so that the app never sees a stall.
@pytest.fixture(params=[name for name in PEERS if name != "hypercorn-h2"])
def impatient(request: pytest.FixtureRequest, servers: Servers) -> Peer:
    """Return each kind of server with a short VIDEO_STALL_TIMEOUT."""
    return servers.peer(request.param, QUART_VIDEO_STALL_TIMEOUT=str(STALL_SECONDS))


def test_stalled_client_is_cut_off(impatient: Peer) -> None:
    with _transfer(impatient, "/videos/large.mp4") as (client, head):
        _read_all(client, 1000)
        assert impatient.server.open_media()
        impatient.server.wait_idle()
        reply = client.read_body(head)
    assert not reply.complete
    assert "VIDEO_STALL_TIMEOUT" in impatient.server.log_with("'large.mp4'")


def test_slow_client_is_not_cut_off(impatient: Peer) -> None:
    """It takes some every half second, for longer than the limit.

    Some must be enough for the kernel to want more: it does not before a third of what it buffers,
    which grows to megabytes, has gone.
    """
    with _transfer(impatient, "/videos/large.mp4") as (client, _):
        data = b""
        for _ in range(11):
            time.sleep(0.5)
            data += _read_all(client, 1 << 20)
        data += _read_all(client, len(LARGE))
    assert data == LARGE
