"""The socket of a client, found among those of the process, and what was written to it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from quart_video.delivery.client_socket import ClientSocket, client_address
from tests.e2e.harness import wait_until

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture(params=["127.0.0.1", "::1"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Return the ends of the server and of the client."""
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server((request.param, 0), family=family))
        client = stack.enter_context(socket.create_connection(listening.getsockname()[:2]))
        server = stack.enter_context(listening.accept()[0])
        yield server, client


def found(client: socket.socket) -> ClientSocket | None:
    # As the client is in the same process here, its own end has another peer.
    return ClientSocket.of({"client": list(client.getsockname()[:2])})


def test_the_port_may_be_told_as_a_text(pair: Pair) -> None:
    """As Granian does."""
    host, port = pair[1].getsockname()[:2]
    assert ClientSocket.of({"client": (host, str(port))}) is not None


@pytest.mark.parametrize(
    "client",
    [None, ("127.0.0.1", 0), ("127.0.0.1", "0"), ("127.0.0.1", None), ("", "")],
    ids=str,
)
def test_who_has_no_port_is_not_looked_for(client: object) -> None:
    assert client_address({"client": client}) is None


def test_what_was_written_is_told(pair: Pair) -> None:
    server, client = pair
    known = found(client)
    assert known is not None
    before = known.written()
    assert before is not None
    server.sendall(bytes(1000))
    assert known.written() == before + 1000  # though nobody has read it
    assert len(client.recv(1000, socket.MSG_WAITALL)) == 1000
    server.sendall(bytes(10))
    assert known.written() == before + 1010


def test_what_does_not_fit_is_not_written(pair: Pair) -> None:
    server, client = pair
    known = found(client)
    assert known is not None
    before = known.written()
    assert before is not None
    server.settimeout(0)
    sent = 0
    while True:
        try:
            sent += server.send(bytes(1 << 16))
        except BlockingIOError:
            break
    assert known.written() == before + sent
    assert not known.is_drained()
    got = 0
    while got < sent:
        got += len(client.recv(1 << 20))
    wait_until(known.is_drained, 10, "the client's system has said that it has all")


def test_it_is_neither_closed_nor_taken_for_another(pair: Pair) -> None:
    server, client = pair
    known = found(client)
    assert known is not None
    known.written()
    server.sendall(b"still open")
    assert client.recv(10, socket.MSG_WAITALL) == b"still open"
    descriptor = server.fileno()
    server.close()
    assert known.written() is None
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert other.fileno() == descriptor
        assert known.written() is None


@pytest.mark.parametrize("client", [None, [], ["127.0.0.1", 0], ["127.0.0.1", 1], ["", 5]])
def test_there_is_none(client: object) -> None:
    assert ClientSocket.of({"client": client}) is None
    assert ClientSocket.of({}) is None
