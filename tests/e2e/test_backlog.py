"""What a server costs that keeps what its clients do not take, and one that does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.e2e.harness import REPOSITORY, Client, Server, wait_until
from tests.e2e.http1 import Http1
from tests.e2e.http2 import Http2

MIB = 1 << 20
SIZE = 96 * MIB
VIEWERS = 4
EACH = 16 * MIB
"""Most bytes that one viewer who takes nothing may cost."""
KEEPS = "WARNING quart_video: 'film.mp4' is sent over HTTP/"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("films")
    with (root / "film.mp4").open("wb") as film:
        for number in range(SIZE // MIB):
            film.write(bytes([number]) * MIB)
    (root / "short.mp4").write_bytes(b"short")
    return root


@pytest.fixture
def server(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> Iterator[Server]:
    server = Server(request.param, root, tmp_path, {"QUART_VIDEO_STALL_TIMEOUT": "60"})
    try:
        yield server
    finally:
        server.stop()


def paused(server: Server, connect: type[Client], stack: ExitStack) -> Client:
    """Return a client that has begun to receive the film, and takes no more of it."""
    client = stack.enter_context(closing(connect(server.address, receive_buffer=64 << 10)))
    client.send("GET", "/videos/film.mp4")
    assert client.read_head().status == 200
    return client


def still(server: Server) -> int:
    """Return the memory of a server once it does not grow any more, in bytes."""
    seen = [0]

    def has_settled() -> bool:
        seen.append(server.memory())
        return seen[-1] - seen[-min(len(seen), 40)] < MIB and len(seen) > 40

    wait_until(has_settled, 30, "its memory has settled")
    return seen[-1]


CASES = [
    ("daphne", Http1, True),
    ("hypercorn", Http2, True),
    ("hypercorn", Http1, False),
    ("uvicorn", Http1, False),
    ("gunicorn", Http1, False),
    ("uvicorn-h11", Http1, False),
    ("uvicorn-kernel", Http1, False),
    ("granian", Http1, False),
    ("granian", Http2, False),
]


@pytest.mark.parametrize(("server", "connect", "keeps"), CASES, indirect=["server"])
@pytest.mark.sample(1)
def test_who_takes_nothing_costs_little(
    server: Server, connect: type[Client], *, keeps: bool
) -> None:
    with ExitStack() as stack:
        clients = [paused(server, connect, stack)]
        first = still(server)
        clients += [paused(server, connect, stack) for _ in range(VIEWERS)]
        assert still(server) - first < VIEWERS * EACH
        # Who goes on gets all of it, and in order.
        data = bytearray()
        while more := clients[-1].read(MIB):
            data += more
        assert len(data) == SIZE
        assert all(data[number * MIB] == number for number in range(SIZE // MIB))
    if keeps:
        assert server.log_with(KEEPS).count(KEEPS) == 1
    else:
        assert KEEPS not in server.new_log()


def test_the_guide_has_no_other_servers() -> None:
    """Each of the table of servers is tried here, but for nginx, which sends files by itself."""
    guide = (REPOSITORY / "docs" / "how_to_guides" / "deploy.md").read_text("utf-8")
    table = guide.partition("## Which server\n")[2].partition("\nSo: ")[0]
    rows = [re.split(r" *\| *", line.strip("| ")) for line in table.splitlines() if "| " in line]
    told = {row[0].split()[0].lower(): "held by the library" in row[2] for row in rows[1:]}
    tried = {kind.partition("-")[0]: keeps for kind, connect, keeps in CASES if connect is Http1}
    assert told == tried | {"nginx": False}
