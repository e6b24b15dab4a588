"""Call an app as a server would, and keep what it really sent.

Quart's test client fills in Content-Length and Content-Type, which are what is tested here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

ASGI = Any
"""An app, or something around it: how each of them describes itself differs."""


@dataclass
class Sent:
    """What an app sent."""

    status: int = 0
    lines: list[tuple[str, str]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    out_of_files: int = 0
    """How many of the chunks the server was told to take out of a file."""
    complete: bool = False

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    def take(self, event: Any) -> None:
        """Take a part of the body, as a server does that announces all it can."""
        if event["type"] == "http.response.zerocopysend":
            self.out_of_files += 1
            data = os.pread(event["file"].fileno(), event["count"], event["offset"])
        else:
            data = event.get("body", b"")
        if data:
            self.chunks.append(data)

    def __getitem__(self, name: str) -> str:
        (value,) = self.all(name)
        return value

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.lines if key == name.lower()]


async def call(
    app: ASGI,
    path: str,
    method: str = "GET",
    headers: dict[str, str] | list[tuple[str, str]] | None = None,
    *,
    query: str = "",
    client: str | None = "127.0.0.1",
    host: str = "localhost",
    root_path: str = "",
    http_version: str = "1.1",
    extensions: tuple[str, ...] = (),
    disconnect_after: int | None = None,
    stop_taking_after: int | None = None,
    pause: float = 0,
    gone: asyncio.Event | None = None,
) -> Sent:
    """Send one request.

    :param path: as the server hands it on, *root_path* included.
    :param extensions: what the server announces.
    :param disconnect_after: chunks after which the client goes away.
    :param stop_taking_after: chunks after which the client takes no more and stays.
    :param pause: seconds that the client takes for each chunk.
    :param gone: set it, and the client goes away.
    """
    lines = headers.items() if isinstance(headers, dict) else headers or []
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": http_version,
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": query.encode(),
        "root_path": root_path,
        "headers": [(b"host", host.encode())]
        + [(name.lower().encode(), value.encode("latin-1")) for name, value in lines],
        "client": None if client is None else (client, 5),
        "server": ("127.0.0.1", 80),
        "extensions": {name: {} for name in extensions},
    }
    sent = Sent()
    gone = gone or asyncio.Event()
    asked = False

    async def receive() -> Any:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        if event["type"] == "http.response.start":
            sent.status = event["status"]
            sent.lines = [(name.decode(), value.decode()) for name, value in event["headers"]]
            return
        await asyncio.sleep(pause)
        sent.take(event)
        sent.complete = not event.get("more_body", False)
        if sent.complete:
            gone.set()  # as servers do: after the end of the answer there is only the end
        if stop_taking_after is not None and len(sent.chunks) >= stop_taking_after:
            await asyncio.Event().wait()
        if disconnect_after is not None and len(sent.chunks) >= disconnect_after:
            gone.set()
            await asyncio.Event().wait()

    try:
        await app(scope, receive, send)
    except ExceptionGroup as group:  # as Quart 0.23 raises, and older ones do not
        raise group.exceptions[0] from None
    return sent


async def follow(app: ASGI, url: str, method: str = "GET", **options: Any) -> Sent:
    """Send one request to a URL that the app has made; *options* are those of :func:`call`."""
    parts = urlsplit(url)
    return await call(app, unquote(parts.path), method, query=parts.query, **options)


async def all_closed(name: str) -> bool:
    """Say whether this process has no file open whose path ends in *name*.

    A thread that opened a file may hold it until it runs again, so there is some patience.
    """
    for _ in range(500):
        if not any(path.endswith(name) for path in _open_paths()):
            return True
        await asyncio.sleep(0.01)
    return False


def _open_paths() -> Iterator[str]:
    for descriptor in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            yield os.readlink(f"/proc/self/fd/{descriptor}")
