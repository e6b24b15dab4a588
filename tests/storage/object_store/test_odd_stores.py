"""Stores that list less than they have, or are none, or slow: what is known is not forgotten."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from quart_video.storage.base import CannotWalk, Denied, Entry, NotFound, Unavailable
from quart_video.storage.object_store.client import Bucket
from quart_video.storage.object_store.storage import ObjectStorage
from quart_video.storage.object_store.url import Location

PAGE = b"<!doctype html>\n<title>Console</title>\n<p>Sign in.</p>\n"
LONG = bytes(range(256)) * 4096 * 2
DATE = "2026-06-01T00:00:00.000Z"
_ROW = f"<Size>1</Size><ETag>one</ETag><LastModified>{DATE}</LastModified></Contents>"


def listing(keys: list[str], *, more: bool = False, token: str = "") -> bytes:
    rows = "".join(f"<Contents><Key>{key}</Key>{_ROW}" for key in keys)
    rows += f"<IsTruncated>{str(more).lower()}</IsTruncated>"
    if token:
        rows += f"<NextContinuationToken>{token}</NextContinuationToken>"
    return f"<ListBucketResult>{rows}</ListBucketResult>".encode()


async def walk(storage: ObjectStorage) -> list[tuple[str, Sequence[Entry]]]:
    return [folder async for folder in storage.walk()]


class Handler(BaseHTTPRequestHandler):
    """Has nothing."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        query = {name: value for name, (value,) in parse_qs(urlsplit(self.path).query).items()}
        if "list-type" in query:
            self.list(query)
        else:
            self.asked.append(f"{self.command} {self.headers['Range']}")
            self.get()

    def list(self, _query: dict[str, str]) -> None:
        self.answer(200, listing([]))

    def get(self) -> None:
        self.answer(404)

    def answer(self, status: int, data: bytes = b"", *fields: tuple[str, str]) -> None:
        self.describe(status, len(data), *fields)
        if self.command == "GET":
            self.wfile.write(data)

    def describe(self, status: int, size: int, *fields: tuple[str, str]) -> None:
        self.send_response(status)
        for field in (*fields, ("Content-Length", str(size)), ("ETag", '"one"')):
            self.send_header(*field)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class WithoutHead(Handler):
    """Is asked with GET alone, and answers with errors of its own."""

    def do_HEAD(self) -> None:
        self.answer(405)


class Console(Handler):
    """Has a page for people at every address."""

    def list(self, _query: dict[str, str]) -> None:
        self.get()

    def get(self) -> None:
        self.answer(200, PAGE, ("Content-Type", "text/html"))


class SignsOut(Console):
    """Is a store, and a page for signing in from the second page of its listing on."""

    def list(self, query: dict[str, str]) -> None:
        if "continuation-token" in query:
            self.get()
        else:
            self.answer(200, listing(["a.mp4"], more=True, token="next"))


class FirstVersion(Handler):
    """Knows but the first version of the listing, and has one row more than a page."""

    keys: ClassVar[list[str]] = [f"{number:04}.mp4" for number in range(101)]

    def list(self, _query: dict[str, str]) -> None:
        self.answer(200, listing(self.keys[:100], more=len(self.keys) > 100))


class OfWholePage(FirstVersion):
    """Has as many rows as a page of its."""

    keys: ClassVar[list[str]] = FirstVersion.keys[:100]


class Unwilling(OfWholePage):
    """Takes no parameter that obstore does not send."""

    def list(self, query: dict[str, str]) -> None:
        if "encoding-type" in query:
            self.answer(501)
        else:
            super().list(query)


class Expiring(Handler):
    """Lets us list, and does not know us any more."""

    def list(self, _query: dict[str, str]) -> None:
        self.answer(200, listing(["a.mp4"]))

    def get(self) -> None:
        self.answer(403, b"<Error><Code>ExpiredToken</Code></Error>")


class Slow(Handler):
    """Sends the first bytes, and more of them when those were taken; or when it is asked anew."""

    taken: ClassVar[threading.Event]
    anew: ClassVar[threading.Event]
    first = 100_000

    def get(self) -> None:
        start, stop = 0, len(LONG)
        fields = []
        if field := self.headers["Range"]:
            first, _, last = field.removeprefix("bytes=").partition("-")
            start, stop = int(first), int(last or stop - 1) + 1
            fields = [("Content-Range", f"bytes {start}-{stop - 1}/{len(LONG)}")]
        self.describe(206 if fields else 200, stop - start, *fields)
        cut = min(start + self.first, stop)
        self.wfile.write(LONG[start:cut])
        if len(self.asked) > 1:
            self.anew.set()
            self.taken.wait(30)
            self.wfile.write(LONG[cut:stop])
        elif cut < stop:
            self.anew.wait(30)
            self.close_connection = True


class Fast(Slow):
    """Sends all at once."""

    first = len(LONG)


@pytest.fixture
def endpoint(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Handler, "asked", [])
    monkeypatch.setattr(Slow, "taken", threading.Event(), raising=False)
    monkeypatch.setattr(Slow, "anew", threading.Event(), raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), request.param) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        Slow.taken.set()
        Slow.anew.set()
        server.shutdown()


@pytest_asyncio.fixture
async def storage(endpoint: str, request: pytest.FixtureRequest) -> AsyncIterator[ObjectStorage]:
    scheme = getattr(request, "param", "s3")
    options = {"endpoint": endpoint, "region": "us-east-1", "access_key_id": "nobody"}
    options["secret_access_key"] = "asks"
    if scheme == "gs":
        options = {"base_url": endpoint, "skip_signature": "true"}
    bucket = Bucket(
        Location(scheme, "b"), {**options, "allow_http": "true"}, connections=2, timeout=2
    )
    storage = ObjectStorage(bucket)
    yield storage
    await storage.aclose()


@pytest.mark.parametrize("endpoint", [Handler, WithoutHead], indirect=True)
@pytest.mark.parametrize("storage", ["s3", "gs"], indirect=True)
async def test_a_store_may_be_empty(storage: ObjectStorage) -> None:
    assert not await storage.list("")
    assert await walk(storage) == [("", [])]
    await storage.check()
    with pytest.raises(NotFound):
        await storage.list("folder")


@pytest.mark.parametrize("endpoint", [Console], indirect=True)
@pytest.mark.parametrize("storage", ["s3", "gs"], indirect=True)
async def test_what_has_an_answer_to_everything_is_no_empty_store(storage: ObjectStorage) -> None:
    for question in (storage.list(""), storage.list("folder"), storage.check()):
        with pytest.raises(Unavailable, match=r"no object store|cannot be read"):
            await question
    with pytest.raises(Unavailable):
        await walk(storage)


@pytest.mark.parametrize("endpoint", [SignsOut], indirect=True)
async def test_a_listing_that_ends_in_a_page_is_not_all_of_it(storage: ObjectStorage) -> None:
    with pytest.raises(Unavailable, match="no object store"):
        await walk(storage)


@pytest.mark.parametrize("endpoint", [FirstVersion], indirect=True)
async def test_a_store_that_does_not_tell_how_to_go_on(storage: ObjectStorage) -> None:
    with pytest.raises(Unavailable, match="ListObjectsV2"):
        await storage.list("")
    with pytest.raises(CannotWalk, match="ListObjectsV2"):
        await walk(storage)


@pytest.mark.parametrize("endpoint", [OfWholePage, Unwilling], indirect=True)
async def test_a_store_may_have_as_many_as_a_page(storage: ObjectStorage) -> None:
    assert len(await storage.list("")) == 100
    assert [len(rows) for _, rows in await walk(storage)] == [100]


@pytest.mark.parametrize("endpoint", [Expiring], indirect=True)
async def test_expired_credentials_are_no_matter_of_one_object(storage: ObjectStorage) -> None:
    """Though it was seen just before that the store lets us in."""
    with pytest.raises(Denied):  # a HEAD does not tell why
        await storage.open("a.mp4")
    with pytest.raises(Unavailable, match="expired"):
        await storage.open("a.mp4", lambda: range(10))


@pytest.mark.parametrize("endpoint", [Slow], indirect=True)
@pytest.mark.thorough
async def test_what_a_slow_store_has_sent_is_not_asked_for_again(storage: ObjectStorage) -> None:
    """It never has a chunk ready in time, and the film goes on."""
    media = await storage.open("film.mp4", lambda: range(len(LONG)))
    received = b""
    async for data in media.chunks(0, len(LONG)):
        received += data
        Slow.taken.set()
    assert received == LONG
    media.close()
    assert len(Handler.asked) == 2


@pytest.mark.parametrize("endpoint", [Fast], indirect=True)
async def test_who_gets_more_than_was_guessed_is_no_sign_of_trouble(
    storage: ObjectStorage, caplog: pytest.LogCaptureFixture
) -> None:
    """As of a range whose If-Range does not hold any more."""
    caplog.set_level(logging.INFO, "quart_video")
    Slow.taken.set()
    media = await storage.open("film.mp4", lambda: range(4))
    assert b"".join([data async for data in media.chunks(0, len(LONG))]) == LONG
    assert Handler.asked == ["GET bytes=0-3", f"GET bytes=4-{len(LONG) - 1}"]
    assert not caplog.records
