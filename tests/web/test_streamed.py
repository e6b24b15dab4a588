"""Long text, on a server that keeps what its client does not take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from quart import Quart, Response

from quart_video.delivery import backlog
from quart_video.delivery.backlog import MUCH, STEP
from quart_video.delivery.client_socket import ClientSocket
from quart_video.web.streamed import streamed
from tests.support.asgi import call


class Socket:
    """Of a client who takes nothing."""

    taken = 0

    def written(self) -> int:
        return self.taken

    def is_drained(self) -> bool:
        return False


@pytest.mark.parametrize("http_version", ["1.1", "2"])
async def test_a_long_text_is_held_back(monkeypatch: pytest.MonkeyPatch, http_version: str) -> None:
    sock = Socket()
    monkeypatch.setattr(ClientSocket, "of", lambda _: sock)
    monkeypatch.setattr(backlog, "_WAIT", 0)
    app = Quart(__name__)
    made = 0

    @app.get("/long")
    async def long() -> Response:
        async def pieces() -> AsyncGenerator[str, None]:
            nonlocal made
            while made < 20 * STEP:
                made += STEP // 4
                yield "x" * (STEP // 4)

        return await streamed(pieces(), "text/plain", name="/long", stall_timeout=60)

    asking = asyncio.create_task(call(app, "/long", http_version=http_version))
    for _ in range(2000):
        await asyncio.sleep(0)
    assert MUCH <= made <= 2 * MUCH
    while not asking.done():  # it takes all
        sock.taken = made
        await asyncio.sleep(0)
    assert len((await asking).body) == 20 * STEP
