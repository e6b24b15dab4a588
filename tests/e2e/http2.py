"""An HTTP/2 client over TCP, without TLS ("prior knowledge", RFC 9113 section 3.3) or with it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable

import h2.config
import h2.connection
import h2.errors
import h2.events

from tests.e2e.http1 import Address, connect
from tests.e2e.reply import Reply, WireError
from tests.support.sockets import readable


class Http2:
    """One connection that carries one request at a time.

    A byte is acknowledged when it is read, so a reader who pauses closes the flow control window.
    """

    def __init__(
        self, address: Address, *, timeout: float = 60.0, receive_buffer: int | None = None
    ) -> None:
        self.sock = self._secured(connect(address, timeout=timeout, receive_buffer=receive_buffer))
        self._authority = f"{address[0]}:{address[1]}".encode()
        self._h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(
                header_encoding=None,
                validate_outbound_headers=False,  # the server is to see just what the test says
                normalize_outbound_headers=False,
            )
        )
        self._h2.initiate_connection()
        self.sock.sendall(self._h2.data_to_send())
        self._stream = 0
        self._head: Reply | None = None
        self._buffer = bytearray()
        self._ended = self._broken = self._closed = False

    def _secured(self, sock: socket.socket) -> socket.socket:
        return sock

    def send(
        self, method: str, target: str | bytes, fields: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Send a request; *target* and the values, as Latin-1, go out as they are."""
        raw = target if isinstance(target, bytes) else target.encode("latin-1")
        pseudo = [
            (b":method", method.encode()),
            (b":scheme", b"http"),
            (b":authority", self._authority),
            (b":path", raw),
        ]
        lines = [(name.lower().encode(), value.encode("latin-1")) for name, value in fields]
        self._stream = self._h2.get_next_available_stream_id()
        self._head, self._buffer, self._ended, self._broken = None, bytearray(), False, False
        self._h2.send_headers(self._stream, pseudo + lines, end_stream=True)
        self.sock.sendall(self._h2.data_to_send())

    def read_head(self) -> Reply:
        """Read status and fields."""
        while self._head is None:
            if not self._fill():
                raise WireError("no head of a response")
        return self._head

    def read(self, amount: int) -> bytes:
        """Read up to *amount* bytes of the body; ``b""`` at its end, or where it breaks off."""
        while not (self._buffer or self._ended) and self._fill():
            pass
        data = bytes(self._buffer[:amount])
        del self._buffer[:amount]
        self._acknowledge(len(data), self._stream)
        return data

    def read_body(self, head: Reply) -> Reply:
        """Read what is left of the body behind *head*, or what comes of it."""
        body = b"".join(iter(lambda: self.read(1 << 20), b""))
        return Reply(head.status, head.fields, body, self._ended and not self._broken)

    def read_reply(self) -> Reply:
        """Read a whole response, or what comes of it."""
        return self.read_body(self.read_head())

    def request(
        self, method: str, target: str | bytes, fields: Iterable[tuple[str, str]] = ()
    ) -> Reply:
        """Send a request and read the response."""
        self.send(method, target, fields)
        return self.read_reply()

    def reusable(self) -> bool:
        """Tell whether another request may go out."""
        while not self._closed and readable([self.sock]):
            self._fill()
        return self._ended and not self._closed

    def cancel(self) -> None:
        """Give the stream up and keep the connection."""
        self._h2.reset_stream(self._stream, h2.errors.ErrorCodes.CANCEL)
        self._acknowledge(len(self._buffer), self._stream)
        self.sock.sendall(self._h2.data_to_send())
        self._buffer.clear()
        self._broken = self._ended = True

    def close(self) -> None:
        """Close the connection."""
        self.sock.close()

    def _fill(self) -> bool:
        """Take in one batch of frames; ``False`` when nothing more will come."""
        if self._closed:
            return False
        try:
            data = self.sock.recv(1 << 16)
        except ConnectionError:
            data = b""
        if not data:
            self._closed = True
            return False
        # Strict: this raises where a body is longer or shorter than its Content-Length.
        for event in self._h2.receive_data(data):
            self._handle(event)
        self.sock.sendall(self._h2.data_to_send())
        return True

    def _acknowledge(self, amount: int, stream: int) -> None:
        if amount and not self._closed:
            self._h2.acknowledge_received_data(amount, stream)
            self.sock.sendall(self._h2.data_to_send())

    def _handle(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.ConnectionTerminated):
            self._closed = True
        elif getattr(event, "stream_id", None) != self._stream:
            if isinstance(event, h2.events.DataReceived):  # of a stream given up: give it back
                self._acknowledge(len(event.data), event.stream_id)
        elif isinstance(event, h2.events.ResponseReceived):
            (_, status), *lines = event.headers
            fields = tuple((name.decode(), value.decode("latin-1")) for name, value in lines)
            self._head = Reply(int(status), fields)
        elif isinstance(event, h2.events.DataReceived):
            self._buffer += event.data
        elif isinstance(event, h2.events.StreamEnded):
            self._ended = True
        elif isinstance(event, h2.events.StreamReset):
            self._broken = self._ended = True


class Http2Secured(Http2):
    """The same with TLS, whoever has signed the certificate."""

    def _secured(self, sock: socket.socket) -> socket.socket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        secured = context.wrap_socket(sock)
        assert secured.selected_alpn_protocol() == "h2"
        return secured
