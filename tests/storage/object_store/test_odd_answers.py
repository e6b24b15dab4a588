"""Stores that answer ranges as they should not, as some were seen to do."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import pytest_asyncio
from quart import Quart

from quart_video import VideoBlueprint
from tests.support.asgi import call

DATA = b"0123456789"


class Handler(BaseHTTPRequestHandler):
    """Has one object, ``film.mp4``, and an empty one."""

    protocol_version = "HTTP/1.1"
    ignores_ranges = False

    def do_HEAD(self) -> None:
        """Describe it."""
        self._answer(200, self._data())

    def do_GET(self) -> None:
        """Send it, or a part of it."""
        data, field = self._data(), self.headers["Range"]
        if field is None:
            self._answer(200, data)
            return
        first, _, last = field.removeprefix("bytes=").partition("-")
        start, stop = int(first), int(last or len(data) - 1) + 1
        if start >= len(data):
            self._answer(400, b"<Error><Code>InvalidArgument</Code></Error>")
            return
        content_range = f"bytes {start}-{min(stop, len(data)) - 1}/{len(data)}"
        status = 200 if self.ignores_ranges else 206
        self._answer(status, data[start:stop], ("Content-Range", content_range))

    def _data(self) -> bytes:
        return b"" if "empty" in self.path else DATA

    def _answer(self, status: int, data: bytes, *fields: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (
            *fields,
            ("Content-Length", str(len(data))),
            ("Last-Modified", "Mon, 01 Jun 2026 00:00:00 GMT"),
            ("ETag", '"one"'),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Ignoring(Handler):
    """Answers each range with the bytes, and status 200."""

    ignores_ranges = True


@pytest.fixture
def endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), request.param) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest_asyncio.fixture
async def app(endpoint: str) -> AsyncIterator[Quart]:
    app = Quart(__name__)
    options = {"endpoint": endpoint, "region": "us-east-1", "allow_http": "true"}
    options |= {"access_key_id": "nobody", "secret_access_key": "asks"}
    app.config.update(
        MEDIA_ROOT="s3://bucket", VIDEO_STORE_OPTIONS=options, VIDEO_MEDIA_PROCESSES=0
    )
    app.register_blueprint(VideoBlueprint())
    async with app.test_app():
        yield app


@pytest.mark.parametrize("endpoint", [Handler], indirect=True)
@pytest.mark.parametrize(
    ("path", "field", "status", "content_range"),
    [
        ("film.mp4", "bytes=10-", 416, "bytes */10"),
        ("film.mp4", "bytes=5000-6000", 416, "bytes */10"),
        ("film.mp4", "bytes=4-", 206, "bytes 4-9/10"),
        ("empty.mp4", "bytes=0-", 416, "bytes */0"),
        ("empty.mp4", "bytes=0-0", 416, "bytes */0"),
    ],
)
async def test_a_store_that_takes_a_range_behind_the_end_for_a_mistake(
    app: Quart, path: str, field: str, status: int, content_range: str
) -> None:
    sent = await call(app, f"/videos/{path}", headers={"Range": field})
    assert (sent.status, sent["content-range"]) == (status, content_range)


@pytest.mark.parametrize("endpoint", [Ignoring], indirect=True)
async def test_a_store_that_does_not_know_ranges_is_named(
    app: Quart, caplog: pytest.LogCaptureFixture
) -> None:
    sent = await call(app, "/videos/film.mp4", headers={"Range": "bytes=4-6"})
    assert sent.status == 503
    assert 'VIDEO_STORE_DELIVERY = "redirect"' in caplog.text
    assert "cannot be reached" not in caplog.text
