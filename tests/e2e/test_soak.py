"""Ten thousand requests to each server from clients of every kind, and what is left of them."""

from __future__ import annotations

import json
import os
import random
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.harness import KERNELS, SERVERS, Server, wait_until
from tests.e2e.http1 import Http1
from tests.e2e.reply import WireError
from tests.e2e.site import LARGE, Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CLIENTS = 8
WARM_UP = 2_000
REQUESTS = 10_000
FILM = "/videos/large.mp4"
ENDLESS = "/videos/sparse.mp4"
MAY_START = 16
"""Threads that are started when first needed: eight to read, and those of the index."""
MAY_OPEN = 16
"""Descriptors of the index, which are opened when first needed as well."""
MAY_LINGER = 50
"""Tasks of connections that have just been used, of which Hypercorn has several for each, and of
the index. Were one in a hundred requests to leave one behind, it would be twice as many."""
MAY_GROW = 24 << 20
"""Bytes of memory: what allocators keep. A leak of one chunk in a hundred requests is more."""


class Client:
    """Someone who asks for ranges, and takes what comes until they have had enough."""

    def __init__(self, server: Server, seed: int) -> None:
        self._server = server
        self._random = random.Random(seed)
        self._connection: Http1 | None = None
        self.done: Counter[str] = Counter()

    def run(self, requests: int) -> None:
        """Send so many requests."""
        ways = {
            self._complete: 70,
            self._several: 5,
            self._close: 5,
            self._reset: 5,
            self._half_close: 5,
            self._leave: 5,
            self._slam: 5,
        }
        for way in self._random.choices([*ways], [*ways.values()], k=requests):
            way()
            self.done[way.__name__] += 1
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, target: str, *fields: tuple[str, str]) -> Http1:
        if self._connection is None or not self._connection.reusable():
            self._drop()
            self._connection = Http1(self._server.address)
        self._connection.send("GET", target, fields)
        return self._connection

    def _range(self) -> tuple[int, int]:
        length = int(2 ** self._random.uniform(0, 21))
        start = self._random.randrange(len(LARGE) - length)
        return start, start + length

    def _complete(self) -> None:
        start, stop = self._range()
        reply = self._ask(FILM, ("Range", f"bytes={start}-{stop - 1}")).read_reply()
        assert reply.status == 206
        assert reply.body == LARGE[start:stop]

    def _several(self) -> None:
        start, stop = self._range()
        reply = self._ask(FILM, ("Range", f"bytes=0-0,{start + 2}-{stop + 1},-1")).read_reply()
        assert reply.status == 206
        assert reply.complete

    def _begin_endless(self) -> Http1:
        fields = [("Range", f"bytes={self._random.randrange(1 << 30)}-")]
        return self._ask(ENDLESS, *fields[: self._random.randrange(2)])

    def _begin_and_take_some(self) -> Http1:
        client = self._begin_endless()
        client.read_head()
        client.read(int(2 ** self._random.uniform(0, 18)))
        return client

    def _close(self) -> None:
        self._begin_and_take_some()
        self._drop()

    def _reset(self) -> None:
        self._begin_and_take_some().reset()
        self._connection = None

    def _half_close(self) -> None:
        client = self._begin_endless()
        client.sock.shutdown(socket.SHUT_WR)
        with suppress(WireError):  # they may take it for a farewell
            client.read_head()
            client.read(1000)
        self._drop()

    def _leave(self) -> None:
        self._begin_endless()
        self._drop()

    def _slam(self) -> None:
        self._begin_endless().reset()
        self._connection = None


@dataclass(frozen=True)
class Holdings:
    """What a server holds."""

    descriptors: int
    memory: int
    threads: int
    tasks: int
    objects: int


def _descriptors(server: Server) -> int:
    return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in server.pids())


def _scans(server: Server) -> bool:
    client = server.connect_h1()
    listing = json.loads(client.request("GET", "/videos/-/api/videos").body)
    client.close()
    return bool(listing["scanning"])


def _holdings(server: Server) -> Holdings:
    """Look at a server that has nothing to do, and has looked through its folders."""
    server.wait_idle()
    wait_until(lambda: not _scans(server), 60, "the folders have been looked through")
    descriptors = _descriptors(server)
    client = server.connect_h1()
    counted = json.loads(client.request("GET", "/alive/with").body)
    client.close()
    return Holdings(descriptors, server.memory(), **counted)


def _run(server: Server, requests: int, seed: int) -> Counter[str]:
    clients = [Client(server, seed + number) for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        for running in [pool.submit(client.run, requests // CLIENTS) for client in clients]:
            running.result()
    return sum((client.done for client in clients), Counter())


@pytest.fixture(params=[*SERVERS, *KERNELS])
def server(request: pytest.FixtureRequest, tmp_path: Path, site: Site) -> Iterator[Server]:
    """Return a server of its own for the test."""
    variables = {
        "QUART_RESPONSE_TIMEOUT": "60",
        "QUART_VIDEO_MEDIA_PROCESSES": "0",  # what looks into videos begins whenever it is its turn
    }
    server = Server(request.param, site.root, tmp_path, variables)
    yield server
    server.stop()


def test_nothing_is_left(server: Server) -> None:
    fresh = _holdings(server)
    _run(server, WARM_UP, seed=1)
    warm = _holdings(server)
    done = _run(server, REQUESTS, seed=1000)
    assert sum(done.values()) == REQUESTS
    assert min(done.values()) > 100
    # Hypercorn keeps a connection that is idle for five seconds.
    most = fresh.descriptors + MAY_OPEN
    wait_until(lambda: _descriptors(server) <= most, 20, "descriptors are given back")
    after = _holdings(server)
    assert after.tasks <= fresh.tasks + MAY_LINGER
    assert after.threads <= fresh.threads + MAY_START
    assert after.objects - warm.objects < REQUESTS // 10
    assert after.memory - warm.memory < MAY_GROW
    server.expect_quiet()
