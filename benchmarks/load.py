"""The load generator: raw sockets, one thread, one buffer, and a look at every byte.

It shares the machine with what it measures, so it does as little as it can.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Self

from benchmarks.bodies import Chunks, Text
from benchmarks.films import LONGEST, is_of_film

Address = tuple[str, int]
PATIENCE = 30.0
"""Seconds without a byte on any connection after which a server is given up."""

_LONGEST_HEAD = 4096

_buffer = bytearray(LONGEST)
_view = memoryview(_buffer)


class Wrong(Exception):
    """A server does not answer as it has to."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes over the wire, and what has to come back."""

    wire: bytes
    status: int
    start: int = 0
    """Where in the film the body begins."""
    length: int | None = None
    """Bytes of the body. ``None``: the response has no body, whatever its fields say."""
    text: Text | None = None
    """What the body is, in place of a part of the film."""


def request(
    method: str, path: str, *fields: str, status: int, start: int = 0, length: int | None = None
) -> Request:
    """Write a request down."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *fields, "", ""]
    return Request("\r\n".join(lines).encode(), status, start, length)


def range_request(path: str, start: int, stop: int) -> Request:
    """Ask for the bytes from *start* up to *stop*."""
    field_line = f"Range: bytes={start}-{stop - 1}"
    return request("GET", path, field_line, status=206, start=start, length=stop - start)


def text_request(path: str, text: Text, *fields: str) -> Request:
    """Ask for something that is no film."""
    return replace(request("GET", path, *fields, status=200), text=text)


class Connection:
    """One connection, on which one response after another is received and checked."""

    def __init__(self, address: Address, *, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        try:
            if receive_buffer is not None:
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(0)

    def ask(self, request: Request) -> None:
        """Send a request."""
        self._request = request
        self.fields: dict[str, str] = {}
        self._text = bytearray()
        self._head: bytes | None = b""
        self.received = 0
        self.first_byte = 0.0
        self._sent_at = perf_counter()
        if self.socket.send(request.wire) < len(request.wire):
            raise Wrong("does not take a request at once")

    def receive(self, most: int = LONGEST) -> bool:
        """Take what has come; return whether that was the last of the response.

        :raises BlockingIOError: nothing has come.
        :raises Wrong: it is not what has to come.
        """
        count = self.socket.recv_into(_buffer, min(most, LONGEST))
        if not count:
            raise Wrong(f"closed the connection after {self.received} bytes of a body")
        if not self.first_byte:
            self.first_byte = perf_counter() - self._sent_at
        begin = 0
        if self._head is not None:
            before = len(self._head)
            head, end, _ = (self._head + _view[: min(count, _LONGEST_HEAD)]).partition(b"\r\n\r\n")
            if not end:
                if len(head) >= _LONGEST_HEAD:
                    raise Wrong("sent a head without an end")
                self._head = head
                return False
            self._head = None
            begin = len(head) + len(end) - before
            self._check_head(head)
        if self._request.text is not None:
            return self._receive_text(self._request.text, bytes(_view[begin:count]))
        if not is_of_film(_view[begin:count], self._request.start + self.received):
            raise Wrong(f"sent other bytes than those of the film, after {self.received}")
        self.received += count - begin
        expected = self._request.length or 0
        if self.received > expected:
            raise Wrong(f"sent {self.received - expected} bytes too many")
        return self.received == expected

    def _check_head(self, head: bytes) -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split(" ", 2)[1])
        if status != self._request.status:
            raise Wrong(f"answered {status} in place of {self._request.status}")
        self.fields = {name.lower(): value for name, value in (_split(line) for line in lines)}
        length = self._request.length
        if length is not None and self.fields.get("content-length") != str(length):
            said = self.fields.get("content-length", "nothing")
            raise Wrong(f"said Content-Length {said} in place of {length}")

        if self._request.text is not None:
            is_chunked = self.fields.get("transfer-encoding", "").lower() == "chunked"
            self._chunks = Chunks() if is_chunked else None

    def _receive_text(self, expected: Text, data: bytes) -> bool:
        try:
            if self._chunks is not None:
                self._text += self._chunks.feed(data)
                is_over = self._chunks.is_over
            else:
                self._text += data
                is_over = len(self._text) >= int(self.fields["content-length"])
        except (KeyError, ValueError) as error:
            raise Wrong(f"tells no end of the text: {error!r}") from error
        self.received = len(self._text)
        if is_over and expected.body is None:
            expected.body = bytes(self._text)
        elif is_over and expected.body != bytes(self._text):
            raise Wrong(f"answered {self._request.wire.split()[1]!r} with another text than before")
        return is_over

    def close(self) -> None:
        """Close the connection, whatever is still under way."""
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _split(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.strip()


@dataclass(slots=True)
class Tally:
    """What came back."""

    requests: int = 0
    bytes: int = 0
    first_bytes: list[float] = field(default_factory=list)
    """Seconds from a request to the first byte of its response, one for each."""


def drive(
    address: Address,
    requests: Sequence[Request],
    *,
    connections: int,
    before: Callable[[Request], None] = lambda _: None,
) -> Tally:
    """Send all requests, each as soon as one of the connections is free; check what comes back.

    :param before: called ahead of each request.
    :raises Wrong: a response is not what it has to be, or none comes.
    """
    with ExitStack() as stack:
        try:
            opened = [
                stack.enter_context(Connection(address))
                for _ in range(min(connections, len(requests)))
            ]
            return _drive(opened, iter(requests), before)
        except OSError as error:
            raise Wrong(f"broke the connection: {error}") from error


def _drive(
    connections: Iterable[Connection],
    requests: Iterator[Request],
    before: Callable[[Request], None],
) -> Tally:
    tally = Tally()
    busy: dict[int, Connection] = {}

    def ask(connection: Connection, request: Request) -> None:
        before(request)
        connection.ask(request)

    with select.epoll() as poll:
        for connection, first in zip(connections, requests, strict=False):
            descriptor = connection.socket.fileno()
            poll.register(descriptor, select.EPOLLIN)
            busy[descriptor] = connection
            ask(connection, first)
        while busy:
            events = poll.poll(PATIENCE)
            if not events:
                raise Wrong(f"sent nothing for {PATIENCE:g} seconds")
            for descriptor, _ in events:
                connection = busy[descriptor]
                if not connection.receive():
                    continue
                tally.requests += 1
                tally.bytes += connection.received
                tally.first_bytes.append(connection.first_byte)
                following = next(requests, None)
                if following is None:
                    poll.unregister(descriptor)
                    del busy[descriptor]
                else:
                    ask(connection, following)
    return tally


def fields_of(address: Address, request: Request) -> dict[str, str]:
    """Send one request, and return the fields of the response by their names in lower case.

    :raises Wrong: the response is not what it has to be, or none comes.
    """
    try:
        with Connection(address) as connection:
            connection.socket.settimeout(PATIENCE)
            connection.ask(request)
            while not connection.receive():
                pass
            return connection.fields
    except OSError as error:
        raise Wrong(f"does not answer: {error}") from error
