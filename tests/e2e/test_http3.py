"""HTTP/3, where hypercorn takes from an app whatever it is given, as over HTTP/2."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.e2e.harness import Server, Servers, missing
from tests.e2e.site import SPARSE_SIZE

try:
    from tests.e2e import http3
except ImportError:
    missing("aioquic", "Install it with: pip install aioquic")

MIB = 1 << 20
FILM = "/videos/sparse.mp4"
LIMIT = 8 * MIB


@pytest.fixture
def quic(servers: Servers) -> Server:
    return servers.server("hypercorn-quic")


@pytest.mark.slow
async def test_ranges(quic: Server) -> None:
    for asked, start, stop in (
        ("bytes=0-", 0, LIMIT),
        ("bytes=5-104", 5, 105),
        ("bytes=-100", SPARSE_SIZE - 100, SPARSE_SIZE),
    ):
        async with http3.connect(quic.tls_port) as client:
            client.send("GET", FILM, [("Range", asked)])
            reply = await client.read()
        assert reply.status == 206
        assert reply["Content-Range"] == f"bytes {start}-{stop - 1}/{SPARSE_SIZE}"
        assert len(reply.body) == stop - start == int(reply["Content-Length"])


@pytest.mark.slow
async def test_a_stalled_client_costs_little(servers: Servers) -> None:
    server = servers.server("hypercorn-quic", QUART_VIDEO_TITLE="Memory")
    async with http3.connect(server.tls_port) as client:
        client.send("GET", FILM, [("Range", "bytes=0-99")])
        assert (await client.read()).status == 206
    before = server.memory()
    async with AsyncExitStack() as stack:
        clients = []
        for _ in range(4):
            client = await stack.enter_async_context(http3.connect(server.tls_port))
            client.send("GET", FILM, [("Range", "bytes=0-")])
            assert (await client.read_head()).status == 206
            client.listens = False
            clients.append(client)
        grown = [0]
        for _ in range(10):
            await asyncio.sleep(0.3)
            grown.append(server.memory() - before)
        for client in clients:
            client.listens = True  # to close in good order
    assert max(grown) < 4 * 16 * MIB
    server.wait_idle()
