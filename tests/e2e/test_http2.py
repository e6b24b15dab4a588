"""HTTP/2, where hypercorn takes from an app whatever it is given, and how much that may be."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from tests.e2e.harness import Peer, Servers
from tests.e2e.site import SPARSE_SIZE

MIB = 1 << 20
FILM = "/videos/sparse.mp4"
LIMIT = 8 * MIB
MAY_COST = 16 * MIB
"""Bytes of memory that a client who stops reading may cost."""


def _settled(peer: Peer) -> int:
    """Wait until the server takes no more memory, and return how much it has."""
    before = 0
    for _ in range(100):
        now = peer.server.memory()
        if abs(now - before) < MIB:
            return now
        before = now
        time.sleep(0.3)
    pytest.fail(f"{peer.server.kind} takes more and more memory: {now >> 20} MiB by now")


@pytest.mark.parametrize("name", ["hypercorn-h2", "granian-h2"])
@pytest.mark.sample(1)
def test_a_stalled_client_costs_little(servers: Servers, name: str) -> None:
    """Of a server that no other test uses, as memory is not always given back."""
    peer = servers.peer(name, QUART_VIDEO_TITLE="Memory")
    assert peer.get(FILM, ("Range", "bytes=0-99")).status == 206
    before = _settled(peer)
    with ExitStack() as stack:
        for _ in range(4):
            client = peer.connect()
            stack.callback(client.close)
            client.send("GET", FILM, [("Range", "bytes=0-")])
            assert client.read_head().status == 206
            client.read(1)
        assert _settled(peer) - before < 4 * MAY_COST
    peer.server.wait_idle()


@pytest.mark.parametrize("name", ["hypercorn-h2", "granian-h2", "hypercorn", "granian", "uvicorn"])
def test_only_an_open_range_is_shortened_and_only_where_it_must_be(
    servers: Servers, name: str
) -> None:
    peer = servers.peer(name)
    limit = LIMIT if name == "hypercorn-h2" else SPARSE_SIZE
    tag = peer.tag(FILM)
    for start, stop, fields in (
        (0, limit, [("Range", "bytes=0-")]),
        (5, min(5 + limit, SPARSE_SIZE), [("Range", "bytes=5-"), ("Sec-Fetch-Dest", "video")]),
        (5, SPARSE_SIZE, [("Range", "bytes=5-")]),  # as curl -C - resumes
        (SPARSE_SIZE - 5, SPARSE_SIZE, [("Range", f"bytes={SPARSE_SIZE - 5}-")]),
        (5, SPARSE_SIZE, [("Range", "bytes=5-"), ("If-Range", tag)]),
        (1, LIMIT + 2, [("Range", f"bytes=1-{LIMIT + 1}")]),
        (SPARSE_SIZE - LIMIT - 1, SPARSE_SIZE, [("Range", f"bytes=-{LIMIT + 1}")]),
    ):
        client = peer.connect()
        try:
            client.send("GET", FILM, fields)
            head = client.read_head()
        finally:
            client.close()
        assert head["Content-Range"] == f"bytes {start}-{stop - 1}/{SPARSE_SIZE}"
        assert head["Content-Length"] == str(stop - start)
    peer.server.wait_idle()


def test_a_long_answer_is_warned_of_once(servers: Servers) -> None:
    peer = servers.peer("hypercorn-h2", QUART_VIDEO_TITLE="Warning")
    log = ""
    with ExitStack() as stack:
        for number in range(2):
            client = peer.connect()
            stack.callback(client.close)
            client.send("GET", FILM)
            assert client.read_head().status == 200
            if number == 0:
                log += peer.server.log_with("'sparse.mp4' is sent over HTTP/2")
            else:
                _settled(peer)
    peer.server.wait_idle()
    log += peer.server.new_log()
    assert log.count("does not wait for its client") == 1
