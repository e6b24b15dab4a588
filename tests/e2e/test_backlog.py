"""What a server costs that keeps what its clients do not take, and one that does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.e2e.harness import REPOSITORY, Client, Server, wait_until
from tests.e2e.http1 import Http1
from tests.e2e.http2 import Http2, Http2Secured

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
    client = connected(server, connect, stack)
    client.send("GET", "/videos/film.mp4")
    assert client.read_head().status == 200
    return client


def connected(server: Server, connect: type[Client], stack: ExitStack) -> Client:
    host, port = server.address
    address = (host, server.tls_port if connect is Http2Secured else port)
    return stack.enter_context(closing(connect(address, receive_buffer=64 << 10)))


def read_all(client: Client) -> None:
    data = bytearray()
    while more := client.read(MIB):
        data += more
    assert len(data) == SIZE
    assert all(data[number * MIB] == number for number in range(SIZE // MIB))


def still(server: Server) -> int:
    """Return the memory of a server once it does not grow any more, in bytes."""
    seen = [0]

    def has_settled() -> bool:
        seen.append(server.memory())
        return seen[-1] - seen[-min(len(seen), 40)] < MIB and len(seen) > 40

    wait_until(has_settled, 30, "its memory has settled")
    return seen[-1]


ROWS = {
    "uvicorn-kernel": "Uvicorn with the library's protocol",
    "uvicorn": "Uvicorn",
    "uvicorn-h11": "Uvicorn on h11",
    "uvicorn-zttp": "Uvicorn on zttp",
    "granian": "Granian",
    "hypercorn": "Hypercorn",
    "gunicorn": "Gunicorn",
    "daphne": "Daphne",
    "a2wsgi": "a2wsgi, below a server of WSGI",
}
"""Of the table of servers in the guide, by the kind of the server."""
CASES: list[tuple[str, type[Client]]] = [
    ("daphne", Http1),
    ("hypercorn", Http2),
    *((kind, Http1) for kind in ROWS if kind != "daphne"),
    ("daphne", Http2Secured),
    ("uvicorn-zttp", Http2),
    ("gunicorn", Http2),
    ("granian", Http2),
]
OVER_HTTP2 = [(kind, connect) for kind, connect in CASES if connect is not Http1]


def told(kind: str, connect: type[Client]) -> tuple[float, bool]:
    """Return what MiB the guide says a client costs that takes nothing, and whether we hold it."""
    http1, _, http2 = table()[ROWS[kind]][2].partition("; HTTP/2: ")
    cell = http1 if connect is Http1 else http2
    return float(cell.split()[0].strip(",:")), "held by the library" in cell


def table() -> dict[str, list[str]]:
    """Return the rows of the table of servers by their first cell."""
    guide = (REPOSITORY / "docs" / "reference" / "servers.md").read_text("utf-8")
    lines = guide.partition("## Which server\n")[2].partition("\nThe tests run")[0].splitlines()
    rows = [re.split(r" *\| *", line.strip("| ")) for line in lines if "| " in line]
    return {row[0]: row for row in rows[1:]}


@pytest.mark.parametrize(("server", "connect"), CASES, indirect=["server"])
@pytest.mark.sample(1)
def test_who_takes_nothing_costs_little(server: Server, connect: type[Client]) -> None:
    expected, keeps = told(server.kind, connect)
    with ExitStack() as stack:
        clients = [paused(server, connect, stack)]
        first = still(server)
        clients += [paused(server, connect, stack) for _ in range(VIEWERS)]
        cost = (still(server) - first) / VIEWERS
        assert cost < EACH
        assert cost / MIB < 2 * expected + 1  # what is kept for one and all is in it, too
        read_all(clients[-1])  # who goes on gets all of it, and in order
        for _ in range(3):  # and who is fast is not held up by what has been seen
            read_all(paused(server, connect, stack))
    if keeps:
        assert server.log_with(KEEPS).count(KEEPS) == 1
    else:
        assert KEEPS not in server.new_log()


@pytest.mark.parametrize(("server", "connect"), OVER_HTTP2, indirect=["server"])
@pytest.mark.slow
def test_who_takes_nothing_of_many_answers_costs_as_little(
    server: Server, connect: type[Client]
) -> None:
    """All of them are on one connection. Whoever has another one notices nothing."""
    with ExitStack() as stack:
        short = connected(server, connect, stack).request("GET", "/videos/short.mp4")
        assert short.body == b"short"
        before = still(server)
        client = connected(server, connect, stack)
        for fields in ([], [("Range", "bytes=0-")], [("Range", f"bytes=1-{6 * MIB}")]):
            for _ in range(10):
                client.send("GET", "/videos/film.mp4", fields)
        wait_until(lambda: bool(server.open_media()), 30, "it is answered")
        assert still(server) - before < EACH
        other = connected(server, connect, stack)
        part = other.request("GET", "/videos/film.mp4", [("Range", f"bytes={9 * MIB}-")])
        assert len(part.body) == SIZE - 9 * MIB
    server.wait_idle()


def test_the_guide_has_no_other_servers() -> None:
    """Each of the table of servers is tried here, but for nginx, which sends files by itself."""
    assert set(table()) == {
        *ROWS.values(),
        "nginx in front, which [sends the files](../how_to_guides/front_server.md)",
    }
    assert {kind for kind, _ in OVER_HTTP2} == {
        kind for kind, row in ROWS.items() if "HTTP/2: " in table()[row][2]
    }
