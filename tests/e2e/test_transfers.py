"""Transfers that are slow, stalled, given up or cut short, and what stays open meanwhile.

Nothing here measures speed: every time is a deadline, and a generous one.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pytest

from tests.e2e.harness import KERNEL, PEERS, SLOW_KERNELS, Client, Peer, Server, Servers
from tests.e2e.http1 import Http1
from tests.e2e.http2 import Http2
from tests.e2e.reply import Reply
from tests.e2e.site import LARGE, Site

T = TypeVar("T")

SMALL_BUFFER = 64 << 10
"""Bytes of the client's receive buffer, so that the server soon has to wait."""
STALL_SECONDS = 4.0

# One of the three is tried each time: what they do here is the same, and takes long.
ALL = [*PEERS, KERNEL, *SLOW_KERNELS[1:]]


def _asked_about(request: pytest.FixtureRequest, fixture: str) -> list[str]:
    """Return the peers that this run looks at what came of."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    return [str(item.callspec.params["name"]) for item in items if fixture in item.fixturenames]


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


Outcomes = Mapping[str, Future[T]]
"""What came of something, by the name of the peer it was done with."""


def _at_once(peers: Mapping[str, Peer], take: Callable[[Peer], T]) -> Outcomes[T]:
    """Have *take* wait for all kinds of servers at once; each test looks at what came of one."""
    with ThreadPoolExecutor(len(peers)) as pool:
        return {name: pool.submit(take, peer) for name, peer in peers.items()}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a client got."""

    data: bytes
    announced: int
    """How long it should be."""


def _take_slowly(peer: Peer, steps: int) -> Taken:
    """Take a megabyte every half second, so many times, and then the rest."""
    with _transfer(peer, "/videos/large.mp4") as (client, head):
        announced = int(head["Content-Length"])
        data = b""
        for _ in range(steps):
            time.sleep(0.5)
            data += _read_all(client, 1 << 20)
        return Taken(data + _read_all(client, announced - len(data)), announced)


@pytest.fixture(scope="module")
def slow_readers(request: pytest.FixtureRequest, servers: Servers) -> Outcomes[Taken]:
    peers = {name: servers.peer(name) for name in _asked_about(request, "slow_readers")}
    return _at_once(peers, lambda peer: _take_slowly(peer, 4))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.slow
def test_slow_reader_outlasts_response_timeout(slow_readers: Outcomes[Taken], name: str) -> None:
    """The servers run with a RESPONSE_TIMEOUT of a second; this takes two, and gets every byte."""
    taken = slow_readers[name].result()
    assert taken.data == LARGE[: taken.announced]


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


@pytest.mark.sample(1)
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


@pytest.mark.sample(2)
def test_file_cut_short_while_it_is_sent(peer: Peer, site: Site) -> None:
    """The client can tell that it has not got it all, and the log names the file, once."""
    name = f"cut-{peer.server.kind}-{peer.version}.mp4".replace("+", "-")
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
SEEN_TO_STALL = [name for name in ALL if name != "hypercorn-h2"]


@pytest.fixture(scope="module")
def impatient(request: pytest.FixtureRequest, servers: Servers) -> dict[str, Peer]:
    """Return each kind of server with a short VIDEO_STALL_TIMEOUT, and a log of its own."""
    stall = {"QUART_VIDEO_STALL_TIMEOUT": str(STALL_SECONDS)}
    names = dict.fromkeys(_asked_about(request, "impatient"))
    return {name: servers.peer(name, QUART_VIDEO_TITLE=name, **stall) for name in names}


def _stall(peer: Peer) -> tuple[Reply, str]:
    """Take nothing until the media is closed; return what came, and what was logged."""
    with _transfer(peer, "/videos/large.mp4") as (client, head):
        _read_all(client, 1000)
        assert peer.server.open_media()
        peer.server.wait_idle()
        reply = client.read_body(head)
    return reply, peer.server.log_with("'large.mp4'")


@pytest.fixture(scope="module")
def stalled(impatient: dict[str, Peer]) -> Outcomes[tuple[Reply, str]]:
    return _at_once(impatient, _stall)


@pytest.mark.parametrize("name", SEEN_TO_STALL)
@pytest.mark.sample(1)
def test_stalled_client_is_cut_off(stalled: Outcomes[tuple[Reply, str]], name: str) -> None:
    reply, log = stalled[name].result()
    assert not reply.complete
    assert "VIDEO_STALL_TIMEOUT" in log


@pytest.fixture(scope="module")
def persistent(impatient: dict[str, Peer]) -> Outcomes[Taken]:
    return _at_once(impatient, lambda peer: _take_slowly(peer, 11))


@pytest.mark.parametrize("name", SEEN_TO_STALL)
@pytest.mark.sample(1)
def test_slow_client_is_not_cut_off(persistent: Outcomes[Taken], name: str) -> None:
    """It takes some every half second, for longer than the limit.

    Some must be enough for the kernel to want more: it does not before a third of what it buffers,
    which grows to megabytes, has gone.
    """
    assert persistent[name].result().data == LARGE
