"""An HTTP/1.1 client that sends exactly the bytes it is given and forgives nothing.

Written from RFC 9112 and sharing no code with any server here, so that the two are peers.
"""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterable

from tests.e2e.reply import Reply, WireError
from tests.support.sockets import readable

Address = tuple[str, int]
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9]) [\t \x21-\x7e\x80-\xff]*")
_FIELD_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*", re.DOTALL)
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def connect(address: Address, *, timeout: float, receive_buffer: int | None) -> socket.socket:
    """Open a TCP connection with a time limit on every operation.

    :param receive_buffer: bytes the kernel may keep for us; ``None``: as it likes.
    """
    sock = socket.socket()
    try:
        sock.settimeout(timeout)
        if receive_buffer is not None:  # before connecting, or the window is settled already
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.connect(address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


class Http1:
    """One connection. Every wait ends after *timeout* seconds."""

    def __init__(
        self, address: Address, *, timeout: float = 60.0, receive_buffer: int | None = None
    ) -> None:
        self.sock = connect(address, timeout=timeout, receive_buffer=receive_buffer)
        self._host = f"{address[0]}:{address[1]}"
        self._buffer = bytearray()
        self._eof = False
        self._method = ""
        self._head: Reply | None = None
        self._left: int | None = None

    def send(
        self, method: str, target: str | bytes, fields: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Send a request; *target* and the values, as Latin-1, go out as they are."""
        raw = target if isinstance(target, bytes) else target.encode("latin-1")
        lines = [f"{name}: {value}" for name, value in (("Host", self._host), *fields)]
        head = "\r\n".join(lines).encode("latin-1")
        self._method = method
        self.send_bytes(method.encode() + b" " + raw + b" HTTP/1.1\r\n" + head + b"\r\n\r\n")

    def send_bytes(self, data: bytes) -> None:
        """Send just this."""
        self.sock.sendall(data)

    def read_head(self) -> Reply:
        """Read status and fields."""
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > 65536 or not self._fill():
                raise WireError(f"no head of a response: {bytes(self._buffer[:200])!r}")
        head, _, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        self._buffer = bytearray(rest)
        first, *lines = head.split(b"\r\n")
        status = _STATUS_LINE.fullmatch(first)
        if not status:
            raise WireError(f"status line {first!r}")
        self._head = Reply(int(status[1]), tuple(map(_field, lines)))
        self._left = self._length(self._head)
        return self._head

    def read(self, amount: int) -> bytes:
        """Read up to *amount* bytes of the body; ``b""`` at its end, or where it breaks off."""
        if self._left is not None:
            amount = min(amount, self._left)
        if amount and not self._buffer:
            self._fill(amount)
        data = bytes(self._buffer[:amount])
        del self._buffer[:amount]
        if self._left is not None:
            self._left -= len(data)
        return data

    def read_body(self, head: Reply) -> Reply:
        """Read what is left of the body behind *head*, or what comes of it."""
        if head.all("Transfer-Encoding"):
            body, complete = self._read_chunked()
            return Reply(head.status, head.fields, body, complete)
        body = b"".join(iter(lambda: self.read(1 << 20), b""))
        return Reply(head.status, head.fields, body, not self._left)

    def read_reply(self) -> Reply:
        """Read a whole response, or what comes of it."""
        return self.read_body(self.read_head())

    def request(
        self, method: str, target: str | bytes, fields: Iterable[tuple[str, str]] = ()
    ) -> Reply:
        """Send a request and read the response."""
        self.send(method, target, fields)
        return self.read_reply()

    def rest(self) -> bytes:
        """Read whatever else comes until the server closes."""
        while self._fill():
            pass
        return bytes(self._buffer)

    def reusable(self) -> bool:
        """Tell whether another request may go out.

        :raises WireError: the server sent more than its last response had.
        """
        if self._head is None or self._left:
            return False
        if any("close" in value.lower() for value in self._head.all("Connection")):
            return False
        if not self._buffer and readable([self.sock]):
            self._fill()
        if self._buffer:
            raise WireError(f"bytes after the end of a response: {bytes(self._buffer[:80])!r}")
        return not self._eof

    def close(self) -> None:
        """Close in good order: FIN."""
        self.sock.close()

    def reset(self) -> None:
        """Slam the door: RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def _fill(self, amount: int = 1 << 16) -> bool:
        try:
            data = self.sock.recv(max(amount, 1 << 10))
        except ConnectionError:
            data = b""
        self._eof = not data
        self._buffer += data
        return bool(data)

    def _length(self, head: Reply) -> int | None:
        """Return how long the body is, by RFC 9112 section 6.3; ``None``: until the close."""
        if self._method == "HEAD" or head.status < 200 or head.status in (204, 304):
            return 0
        length = head.get("Content-Length")
        if length is None:
            return None
        if head.all("Transfer-Encoding") or not re.fullmatch(r"[0-9]+", length):
            raise WireError(f"Content-Length: {length} in {head.fields}")
        return int(length)

    def _read_line(self) -> bytes | None:
        while b"\r\n" not in self._buffer:
            if not self._fill():
                return None
        line, _, rest = bytes(self._buffer).partition(b"\r\n")
        self._buffer = bytearray(rest)
        return line

    def _read_chunked(self) -> tuple[bytes, bool]:
        body = bytearray()
        while line := self._read_line():
            self._left = int(line.partition(b";")[0], 16)
            last = self._left == 0
            while self._left:
                data = self.read(self._left)
                if not data:
                    return bytes(body), False
                body += data
            if self._read_line() != b"":  # behind each chunk; after the last: no trailers expected
                break
            if last:
                return bytes(body), True
        return bytes(body), False


def _field(line: bytes) -> tuple[str, str]:
    match = _FIELD_LINE.fullmatch(line)
    if not match or _FORBIDDEN.search(match[2]):
        raise WireError(f"field line {line!r}")
    return match[1].decode(), match[2].decode("latin-1")
