"""An HTTP/3 client (RFC 9114), as far as it takes to ask for a media and to stop listening."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aioquic.asyncio.client import connect as quic_connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, H3Event, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import QuicEvent

from tests.e2e.reply import Reply


class Http3(QuicConnectionProtocol):
    """One connection that carries one request at a time."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._http = H3Connection(self._quic)
        self._events: asyncio.Queue[H3Event] = asyncio.Queue()
        self.listens = True
        """``False``: take nothing any more, and do not even acknowledge what arrives."""

    def datagram_received(self, data: bytes | str, addr: Any) -> None:
        """Take a datagram."""
        if self.listens:
            super().datagram_received(data, addr)

    def quic_event_received(self, event: QuicEvent) -> None:
        """Pass on what has arrived."""
        for http_event in self._http.handle_event(event):
            self._events.put_nowait(http_event)

    def send(self, method: str, target: str, fields: Iterable[tuple[str, str]] = ()) -> None:
        """Send a request."""
        pseudo = [
            (b":method", method.encode()),
            (b":scheme", b"https"),
            (b":authority", b"localhost"),
            (b":path", target.encode()),
        ]
        lines = [(name.lower().encode(), value.encode()) for name, value in fields]
        stream = self._quic.get_next_available_stream_id()
        self._http.send_headers(stream, pseudo + lines, end_stream=True)
        self.transmit()

    async def read(self) -> Reply:
        """Read a response to its end."""
        head = await self.read_head()
        body = bytearray()
        complete = False
        while not complete:
            event = await self._next()
            assert isinstance(event, DataReceived)
            body += event.data
            complete = event.stream_ended
        return Reply(head.status, head.fields, bytes(body))

    async def read_head(self) -> Reply:
        """Read status and fields."""
        event = await self._next()
        assert isinstance(event, HeadersReceived)
        fields = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers
        ]
        (status,) = (int(value) for name, value in fields if name == ":status")
        return Reply(status, tuple(field for field in fields if not field[0].startswith(":")))

    async def _next(self) -> H3Event:
        return await asyncio.wait_for(self._events.get(), 20)


@asynccontextmanager
async def connect(port: int) -> AsyncIterator[Http3]:
    """Open a connection to this machine; whoever has signed the certificate."""
    configuration = QuicConfiguration(alpn_protocols=H3_ALPN, verify_mode=ssl.CERT_NONE)
    async with quic_connect(
        socket.gethostbyname("localhost"),
        port,
        configuration=configuration,
        create_protocol=Http3,
        wait_connected=True,
    ) as client:
        assert isinstance(client, Http3)
        yield client
