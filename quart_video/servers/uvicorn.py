"""HTTP/1.1 of Uvicorn, over which the kernel sends the bytes of a file out of its own memory.

``uvicorn --http quart_video.servers.uvicorn:HTTPProtocol app:app``

It is Uvicorn's own protocol: by httptools, or by h11 where that is not installed. To each request
on a connection without TLS it adds an extension of the scope, :data:`EXTENSION`, which
:mod:`quart_video` uses for media that are files. Every other app goes on as before.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

logger = logging.getLogger("quart_video")

EXTENSION = "quart_video.sendfile"
"""Key among the ``extensions`` of a scope; its value is a :class:`Sendfile`."""

OLDEST, NEWEST = (0, 36), (0, 54)  # before, ``--http`` took no protocol but its own
"""Versions of Uvicorn that this is known to work with, and all between them."""

FILLER = 512
"""Bytes that lie in the memory of this process for a client that takes no more just now."""

Message = MutableMapping[str, Any]
Send = Callable[[Any], Awaitable[None]]

_RELIED_ON = ("transport", "flow", "send", "disconnected", "response_started", "response_complete")


class Sendfile:
    """Has the kernel send out of a file, in the place of a part of the body of one response.

    :param cycle: one request and its response, of Uvicorn's.
    """

    relied_on: tuple[str, ...] = (*_RELIED_ON, "expected_content_length", "chunked_encoding")

    def __init__(self, cycle: Any) -> None:
        self._cycle = cycle
        self._began = False
        self._is_unbuffered = False
        self.send: Send = cycle.send
        """What the app has to send its messages by. Where it uses another, something stands
        between that may count or change the body, and must not be passed by."""

    async def __call__(self, descriptor: int, offset: int, count: int) -> int:
        """Wait until what was sent before is with the kernel, and give others a turn; then send.

        :param descriptor: of the file. Its bytes should be in memory: the event loop waits.
        :return: bytes that were sent, at most *count*. None at all where the client has gone, the
            file has ended or cannot be sent so, or the response has no length. The bytes that come
            next have to be sent as a message then; that finds out what is wrong.
        """
        if self._cycle is None:
            return 0
        transport: asyncio.Transport = self._cycle.transport
        if transport.is_closing():
            await asyncio.sleep(0)
        elif transport.get_write_buffer_size():
            self._unbuffer(transport)
            await self._cycle.flow.drain()
        elif self._began:
            await asyncio.sleep(0)
        self._began = True
        return self._send_now(descriptor, offset, count)

    def _unbuffer(self, transport: asyncio.Transport) -> None:
        """Have ourselves told when nothing is left in the memory of this process."""
        if not self._is_unbuffered:
            self._is_unbuffered = True
            transport.set_write_buffer_limits(high=0)

    def _send_now(self, descriptor: int, offset: int, count: int) -> int:
        # From here on nothing is waited for. The descriptor of a connection that is closed may
        # belong to another one in the next moment.
        cycle = self._cycle
        if cycle is None or cycle.disconnected:
            return 0
        transport: asyncio.Transport = cycle.transport
        count = min(count, self._left(cycle))
        if count <= 0 or transport.is_closing() or transport.get_write_buffer_size():
            return 0
        try:
            socket = transport.get_extra_info("socket").fileno()
            taken = os.sendfile(socket, descriptor, offset, count)
            is_full = 0 < taken < count
        except BlockingIOError:
            taken, is_full = 0, True
        except OSError:
            return 0
        if is_full:
            taken += self._fill(transport, descriptor, offset + taken, count - taken)
        if taken:
            self._note(cycle, taken)
        return taken

    def _fill(self, transport: asyncio.Transport, descriptor: int, offset: int, count: int) -> int:
        """Have the transport send a bit: it is what can wait for a socket that takes no more."""
        try:
            data = os.pread(descriptor, min(count, FILLER), offset)
        except OSError:
            return 0
        self._unbuffer(transport)
        transport.write(data)
        return len(data)

    def _left(self, cycle: Any) -> int:
        """Return how many bytes the body may still have; none where that is not so simple."""
        is_sending = cycle.response_started and not cycle.response_complete
        is_plain = is_sending and cycle.chunked_encoding is False
        return int(cycle.expected_content_length) if is_plain and not self._is_head(cycle) else 0

    def _note(self, cycle: Any, taken: int) -> None:
        cycle.expected_content_length -= taken

    @staticmethod
    def _is_head(cycle: Any) -> bool:
        return bool(cycle.scope["method"] == "HEAD")

    def close(self) -> None:
        """Leave the connection as it was."""
        cycle, self._cycle = self._cycle, None
        if self._is_unbuffered and not cycle.transport.is_closing():
            cycle.transport.set_write_buffer_limits()
        # Else the two would hold each other, and the request, until the next collection.
        cycle.scope["extensions"].pop(EXTENSION, None)


class _Length:
    """Stands for bytes that h11 need not see; see its ``send_with_data_passthrough``."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length


class _H11Sendfile(Sendfile):
    """The same over h11, which counts the bytes itself, and tells nobody."""

    relied_on = (*_RELIED_ON, "conn")

    def __init__(self, cycle: Any) -> None:
        super().__init__(cycle)
        self._remaining = 0
        self._pass_on: Send = cycle.send
        self.send = self._watch

    async def _watch(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            fields = {name.lower(): value for name, value in message.get("headers", ())}
            if b"transfer-encoding" not in fields:
                self._remaining = int(fields.get(b"content-length", 0))
        else:
            self._remaining -= len(message.get("body", b""))
        await self._pass_on(message)

    def _left(self, cycle: Any) -> int:
        return 0 if self._is_head(cycle) or cycle.response_complete else self._remaining

    def _note(self, cycle: Any, taken: int) -> None:
        import h11  # noqa: PLC0415 - only who has no httptools needs it

        self._remaining -= taken
        cycle.conn.send_with_data_passthrough(h11.Data(data=_Length(taken)))  # type: ignore[arg-type]


class _Once:
    """Warns once in a process that all is as with plain Uvicorn."""

    def __init__(self) -> None:
        self._is_said = False

    def __call__(self, reason: str) -> None:
        if not self._is_said:
            self._is_said = True
            logger.warning(
                "%s, so the kernel does not send by itself: quart_video.servers.uvicorn works as "
                "Uvicorn's own protocol does. This is said once.",
                reason,
            )


_warn = _Once()


def _extended(plain: type[Any], sendfile: type[Sendfile]) -> type[asyncio.Protocol]:
    """Return a protocol of Uvicorn that adds *sendfile* to the scope of each request."""

    class HTTPProtocol(plain):  # type: ignore[misc]
        """Uvicorn's protocol for one connection."""

        app: Any

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._app = self.app
            self.app = self._offer
            self._offered: Sendfile | None = None

        def on_response_complete(self) -> None:
            self._take_back()
            super().on_response_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            self._take_back()
            super().connection_lost(exc)
            self.app = self._app  # so that nothing holds itself

        def _offer(self, scope: Message, receive: Any, send: Send) -> Any:
            # No coroutine: it would cost each request a bit, and stand in every traceback.
            if self.scheme != "http":
                # Over TLS the kernel has nothing to send. What proxies say of it is no matter here.
                return self._app(scope, receive, send)
            cycle = getattr(send, "__self__", None)
            missing = [name for name in sendfile.relied_on if not hasattr(cycle, name)]
            if missing:
                _warn(f"Uvicorn {uvicorn.__version__} has no {' nor '.join(missing)}")
                return self._app(scope, receive, send)
            self._take_back()
            self._offered = offered = sendfile(cycle)
            scope.setdefault("extensions", {})[EXTENSION] = offered
            return self._app(scope, receive, offered.send)

        def _take_back(self) -> None:
            offered, self._offered = self._offered, None
            if offered is not None:
                offered.close()

    HTTPProtocol.__qualname__ = "HTTPProtocol"
    return HTTPProtocol


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"[0-9]+", text)[:2]))


def _choose() -> type[asyncio.Protocol]:
    """Return the protocol for the version of Uvicorn that is installed."""
    if not hasattr(os, "sendfile"):
        _warn("This system has no sendfile")
        return AutoHTTPProtocol
    if not OLDEST <= _version(uvicorn.__version__) <= NEWEST:
        oldest, newest = (".".join(map(str, version)) for version in (OLDEST, NEWEST))
        _warn(f"Uvicorn {uvicorn.__version__} is not known, but {oldest} to {newest}")
        return AutoHTTPProtocol
    by_h11 = AutoHTTPProtocol.__name__ == "H11Protocol"
    return _extended(AutoHTTPProtocol, _H11Sendfile if by_h11 else Sendfile)


HTTPProtocol = _choose()
