"""Below a server of WSGI, by way of a2wsgi, which does not tell the app that a client has left."""

from __future__ import annotations

import asyncio
import io
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from quart import Quart

from quart_video import video_bp
from tests.e2e.harness import wait_until

a2wsgi = pytest.importorskip("a2wsgi")

FILM = bytes(range(256)) * 4096 * 8


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def ask(app: Any) -> Any:
    """Return the body of the answer, as an iterator of WSGI."""
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/videos/film.mp4",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    return iter(app(environ, lambda *_: None))


def test_what_is_left_closes_itself(loop: asyncio.AbstractEventLoop, tmp_path: Path) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "film.mp4").write_bytes(FILM)
    app = Quart(__name__)
    app.config |= {"MEDIA_ROOT": str(folder), "VIDEO_STALL_TIMEOUT": 1}
    app.register_blueprint(video_bp)
    asyncio.run_coroutine_threadsafe(app.startup(), loop).result(60)
    wsgi = a2wsgi.ASGIMiddleware(app, loop=loop)

    def open_files() -> int:
        links = [*Path("/proc/self/fd").iterdir()]
        return sum(link.exists() and link.resolve() == folder / "film.mp4" for link in links)

    try:
        assert b"".join(ask(wsgi)) == FILM
        left = [ask(wsgi) for _ in range(3)]
        assert all(FILM.startswith(next(chunks)) for chunks in left)
        assert open_files() == 3
        for chunks in left:
            chunks.close()  # as a server does whose client has gone
        wait_until(lambda: open_files() == 0, 20, "nobody waits for them any more")
    finally:
        asyncio.run_coroutine_threadsafe(app.shutdown(), loop).result(60)
