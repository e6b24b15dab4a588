"""Stores that answer ranges as they should not, as some were seen to do."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import pytest_asyncio
from quart import Quart

from quart_video import VideoBlueprint
from quart_video.delivery.body import TransferBrokenError
from quart_video.storage.object_store import media as object_media
from tests.support.asgi import call

DATA = b"0123456789"
LONG = bytes(range(256)) * 10_000


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
            self._send(data)

    def _send(self, data: bytes) -> None:
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Ignoring(Handler):
    """Answers each range with the bytes, and status 200."""

    ignores_ranges = True


class Odd(Handler):
    """Answers whatever the name of the object says."""

    def do_HEAD(self) -> None:
        """Describe it, or not so that it can be read."""
        if "elsewhere" in self.path:
            self._refuse(301)
        elif "no-date" in self.path:
            self._describe(200, ("Last-Modified", "yesterday"), ("ETag", '"one"'))
        elif "no-text" in self.path:
            self._describe(200, ("ETag", '"\xe9"'))
        else:
            self._describe(200, ("ETag", '"one"'))

    def do_GET(self) -> None:
        """Send three bytes of it, or a refusal."""
        ranges = {"shifted": "bytes 0-2/10", "no-size": "bytes 4-6/*", "no-range": ""}
        name = self.path.rpartition("/")[2].removesuffix(".mp4")
        if name in ranges:
            written = [("Content-Range", ranges[name])] if ranges[name] else []
            self._describe(206, *written, ("ETag", '"one"'), data=DATA[4:7])
        elif self.path in REFUSALS:
            self._refuse(*REFUSALS[self.path])
        else:
            self.do_HEAD()

    def _refuse(self, status: int, code: str = "") -> None:
        self._describe(status, data=f"<Error><Code>{code}</Code></Error>".encode())

    def _describe(self, status: int, *fields: tuple[str, str], data: bytes = DATA) -> None:
        self.send_response(status)
        for field in (*fields, ("Content-Length", str(len(data)))):
            self.send_header(*field)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)


class Coded(Handler):
    """Says of what it has which coding its name tells, and nothing of one without."""

    def _answer(self, status: int, data: bytes, *fields: tuple[str, str]) -> None:
        coding = self.path.rpartition("/")[2].partition(".")[0]
        super()._answer(status, data, ("Content-Encoding", coding.replace("_", ", ")), *fields)


class Short(Handler):
    """Announces all of an object, and has the first two million bytes of it."""

    asked = 0

    def _data(self) -> bytes:
        return LONG

    def _answer(self, status: int, data: bytes, *fields: tuple[str, str]) -> None:
        if self.command == "GET" and "film.mp4" in self.path:
            type(self).asked += 1
        super()._answer(status, data, *fields)
        self.close_connection = True

    def _send(self, data: bytes) -> None:
        lost = len(LONG) - 2_000_000
        super()._send(data[: max(len(data) - lost, 0)])


class Busy(Handler):
    """Has too much to do."""

    def do_HEAD(self) -> None:
        """Refuse it."""
        self._answer(429 if "often" in self.path else 503, b"busy", ("Retry-After", "9000"))

    def do_GET(self) -> None:
        """Refuse it."""
        self.do_HEAD()


REFUSALS = {
    "/bucket/archived.mp4": (403, "InvalidObjectState"),
    "/bucket/archived-blob.mp4": (409, "BlobArchived"),
    "/bucket/late.mp4": (403, "RequestTimeTooSkewed"),
    "/bucket/region.mp4": (400, "AuthorizationHeaderMalformed"),
    "/bucket/refused.mp4": (403, "AccessDenied"),
    "/bucket/expired.mp4": (400, "ExpiredToken"),
    "/bucket/expired-too.mp4": (403, "ExpiredToken"),
    "/bucket/unknown.mp4": (403, "InvalidAccessKeyId"),
    "/bucket/unsigned.mp4": (403, "SignatureDoesNotMatch"),
    "/bucket/no-bucket.mp4": (404, "NoSuchBucket"),
    "/bucket/locked.mp4": (400, "KMS.DisabledException"),
}


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


@pytest.mark.parametrize("endpoint", [Odd], indirect=True)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("archived", "has to be restored"),
        ("archived-blob", "has to be restored"),
        ("late", "the clock of this machine is wrong"),
        ("region", "is the region of VIDEO_STORE_OPTIONS that of the bucket?"),
        ("elsewhere", "is the region of VIDEO_STORE_OPTIONS that of the bucket?"),
        ("shifted", "Content-Range"),
        ("no-size", "Content-Range"),
        ("no-range", "Content-Range"),
        ("no-date", "Content-Length, Last-Modified or ETag"),
        ("no-text", "Content-Length, Last-Modified or ETag"),
        ("refused", "(AccessDenied); are the credentials right, and do they allow it?"),
        ("expired", "the credentials have expired"),
        ("expired-too", "the credentials have expired"),
        ("unknown", "does not know the key"),
        ("unsigned", "the secret key above all"),
        ("no-bucket", "no such bucket"),
        ("locked", "cannot decrypt it"),
    ],
)
async def test_what_is_wrong_is_told(
    app: Quart, caplog: pytest.LogCaptureFixture, name: str, words: str
) -> None:
    sent = await call(app, f"/videos/{name}.mp4", headers={"Range": "bytes=4-6"})
    assert (sent.status, sent["retry-after"]) == (503, "30")
    told = [it.getMessage() for it in caplog.records if f"{name}.mp4" in it.getMessage()]
    assert [words in it for it in told] == [True]
    assert "cannot be reached" not in told[0]


@pytest.mark.parametrize("endpoint", [Coded], indirect=True)
@pytest.mark.parametrize("name", ["gzip.mp4", "BR.mp4", "aws-chunked_gzip.mp4", "gzip.vtt"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_is_compressed_in_the_store_is_not_sent_as_if_it_were_not(
    app: Quart, caplog: pytest.LogCaptureFixture, name: str, method: str
) -> None:
    for fields in ({}, {"Range": "bytes=4-6"}):
        caplog.clear()
        sent = await call(app, f"/videos/{name}", method, headers=fields)
        assert (sent.status, sent["retry-after"]) == (503, "30")
        assert "has to be put there without" in caplog.text


@pytest.mark.parametrize("endpoint", [Coded], indirect=True)
@pytest.mark.parametrize("name", ["identity.mp4", "aws-chunked.mp4"])
async def test_what_is_as_it_is_is_sent_whatever_that_is_called(app: Quart, name: str) -> None:
    sent = await call(app, f"/videos/{name}", headers={"Range": "bytes=4-6"})
    assert (sent.status, sent.body, sent.all("content-encoding")) == (206, b"456", [])
    described = await call(app, f"/videos/{name}", "HEAD")
    assert (described.status, described["content-length"]) == (200, "10")


@pytest.mark.parametrize("endpoint", [Short], indirect=True)
async def test_a_store_that_has_less_than_it_announces_is_soon_given_up(
    app: Quart, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_media, "PATIENCE", 600.0)  # of one that is away
    monkeypatch.setattr(object_media, "_WAITS", (0.0,))
    monkeypatch.setattr(Short, "asked", 0)
    with pytest.raises(TransferBrokenError):
        await call(app, "/videos/film.mp4")
    assert "does not send all that it announced" in caplog.text
    assert Short.asked < 20


@pytest.mark.parametrize("endpoint", [Busy], indirect=True)
@pytest.mark.parametrize(("name", "status"), [("often.mp4", 429), ("film.mp4", 503)])
async def test_a_store_that_is_busy_is_asked_again_soon(
    app: Quart, caplog: pytest.LogCaptureFixture, name: str, status: int
) -> None:
    """How long it wants to be left alone, obstore does not tell."""
    sent = await call(app, f"/videos/{name}")
    assert (sent.status, sent["retry-after"]) == (503, "5")
    assert f"the store answers with status {status}" in caplog.text


@pytest.mark.parametrize("endpoint", [Handler], indirect=True)
async def test_credentials_that_cannot_sign_are_told_as_such(
    endpoint: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = Quart(__name__)
    app.config.update(
        MEDIA_ROOT="az://account/bucket",
        VIDEO_STORE_OPTIONS={"endpoint": endpoint, "allow_http": True, "skip_signature": True},
        VIDEO_STORE_DELIVERY="redirect",
        VIDEO_MEDIA_PROCESSES=0,
    )
    app.register_blueprint(VideoBlueprint())
    async with app.test_app():
        assert (await call(app, "/videos/film.mp4", "HEAD")).status == 200
        sent = await call(app, "/videos/film.mp4")
    assert (sent.status, sent["retry-after"]) == (503, "30")
    assert "takes credentials that can sign" in caplog.text
    assert "refuses us" not in caplog.text
