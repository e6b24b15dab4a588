"""An object store that is slow, breaks off, changes, refuses us or is not there."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest

from quart_video.catalogue import Catalogue, Query
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.base import (
    CannotWalk,
    Changed,
    Denied,
    FileFacts,
    Media,
    NotFound,
    StorageError,
    Unavailable,
)
from quart_video.storage.object_store import media as object_media
from quart_video.storage.object_store import storage as object_storage
from quart_video.storage.object_store.client import BadOption, Bucket, Object, Refused
from quart_video.storage.object_store.media import ObjectMedia
from quart_video.storage.object_store.s3_raw_list import Row, rows_of
from quart_video.storage.object_store.storage import ObjectStorage, facts_of
from quart_video.storage.object_store.url import Location
from tests.support.azurite import ACCOUNT, Azurite
from tests.support.lister import Lister
from tests.support.swift import KEY, SECRET, SwiftBox
from tests.support.tap import Tap

BUCKET = "trouble"
DATA = os.urandom(24 << 20)
"""More than all the buffers on the way hold."""

IMPATIENT = 1.0


@pytest.fixture(scope="module")
def box(store: SwiftBox) -> SwiftBox:
    store.make_bucket(BUCKET)
    store.put(BUCKET, "film.mp4", DATA)
    return store


@pytest.fixture
def tap(box: SwiftBox) -> Iterator[Tap]:
    tap = Tap(box.port)
    yield tap
    tap.close()


def storage_of(
    box: SwiftBox,
    port: int | None = None,
    *,
    bucket: str = BUCKET,
    timeout: float = IMPATIENT,
    connections: int = 10,
    **options: str,
) -> ObjectStorage:
    if port is not None:
        options["endpoint"] = f"http://127.0.0.1:{port}"
    location = Location("s3", bucket)
    return ObjectStorage(
        Bucket(location, box.options(**options), connections=connections, timeout=timeout)
    )


@pytest.fixture
async def storage(box: SwiftBox, tap: Tap) -> AsyncIterator[ObjectStorage]:
    """Return a storage behind the tap."""
    storage = storage_of(box, tap.port)
    yield storage
    await storage.aclose()


@pytest.fixture
async def media(storage: ObjectStorage) -> AsyncIterator[ObjectMedia]:
    media = await storage.open("film.mp4")
    yield media
    media.close()


async def until(condition: object, what: str) -> None:
    for _ in range(1000):
        if condition():  # type: ignore[operator]
            return
        await asyncio.sleep(0.01)
    pytest.fail(what)


async def rest_of(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


class TestBrokenConnection:
    async def test_the_rest_is_asked_for(self, media: Media, tap: Tap) -> None:
        """Again and again, and not one byte is missing, twice there, or another."""
        tap.cut_every(5_234_567)
        assert await rest_of(media.chunks(5, len(DATA))) == DATA[5:]
        assert tap.accepted > 2

    async def test_cut_while_the_viewer_is_slow(self, media: Media, tap: Tap) -> None:
        chunks = media.chunks(0, len(DATA))
        first = await anext(chunks)
        tap.cut()
        assert first + await rest_of(chunks) == DATA

    async def test_the_store_is_away_for_a_while(self, media: Media, tap: Tap) -> None:
        chunks = media.chunks(0, len(DATA))
        first = await anext(chunks)
        tap.refuse()
        asyncio.get_running_loop().call_later(1.5, tap.admit)
        assert first + await rest_of(chunks) == DATA

    async def test_the_store_sends_nothing_for_a_while(self, media: Media, tap: Tap) -> None:
        chunks = media.chunks(0, len(DATA))
        first = await anext(chunks)
        tap.hold()
        asyncio.get_running_loop().call_later(IMPATIENT + 1, tap.release)
        assert first + await rest_of(chunks) == DATA

    async def test_patience_has_an_end(
        self, media: Media, tap: Tap, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(object_media, "PATIENCE", 1.0)
        chunks = media.chunks(0, len(DATA))
        await anext(chunks)
        tap.refuse()
        with pytest.raises(Unavailable):
            await rest_of(chunks)


class TestChanged:
    async def test_replaced_on_the_way(self, box: SwiftBox, storage: ObjectStorage) -> None:
        """What is being sent is sent to its end, or broken off: never the half of another."""
        box.put(BUCKET, "changing.mp4", DATA)
        media = await storage.open("changing.mp4")
        chunks = media.chunks(0, len(DATA))
        received = await anext(chunks)
        await asyncio.to_thread(box.put, BUCKET, "changing.mp4", DATA[::-1])
        try:
            received += await rest_of(chunks)
        except Changed:
            pass
        else:
            assert len(received) == len(DATA)
        assert DATA.startswith(received)
        media.close()

    @pytest.mark.parametrize("how", ["replaced", "removed"])
    async def test_changed_and_broken(
        self, box: SwiftBox, storage: ObjectStorage, tap: Tap, how: str
    ) -> None:
        box.put(BUCKET, "changing.mp4", DATA)
        media = await storage.open("changing.mp4")
        chunks = media.chunks(0, len(DATA))
        received = await anext(chunks)
        if how == "replaced":
            await asyncio.to_thread(box.put, BUCKET, "changing.mp4", DATA[::-1])
        else:
            await asyncio.to_thread(box.remove, BUCKET, "changing.mp4")
        tap.cut()
        with pytest.raises(Changed):
            received += await rest_of(chunks)
        assert DATA.startswith(received)
        media.close()

    async def test_before_the_first_byte(self, box: SwiftBox, storage: ObjectStorage) -> None:
        box.put(BUCKET, "changing.mp4", b"one")
        media = await storage.open("changing.mp4")
        await asyncio.to_thread(box.put, BUCKET, "changing.mp4", b"two")
        with pytest.raises(Changed):
            await media.ready(0, 3)
        media.close()


class TestConnections:
    async def test_gone_when_the_viewer_has_left(self, media: Media, tap: Tap) -> None:
        chunks = media.chunks(0, len(DATA))
        await anext(chunks)
        assert tap.connections
        media.close()
        await asyncio.wait_for(until(lambda: not tap.connections, "it is closed"), 20)
        assert tap.received < len(DATA)

    async def test_gone_when_the_viewer_leaves_while_it_waits(self, media: Media, tap: Tap) -> None:
        chunks = media.chunks(0, len(DATA))
        await anext(chunks)
        tap.hold()
        task = asyncio.create_task(rest_of(chunks))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(until(lambda: not tap.connections, "it is closed"), 20)

    async def test_no_more_is_fetched_than_is_taken(self, media: Media, tap: Tap) -> None:
        chunks = media.chunks(0, len(DATA))
        await anext(chunks)
        before, now = -1, tap.received
        while before != now:  # what is under way fills the buffers
            await asyncio.sleep(1)
            before, now = now, tap.received
        assert now < len(DATA)

    async def test_who_has_paused_holds_none(
        self, media: Media, tap: Tap, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(object_media, "IDLE", 0.1)
        chunks = media.chunks(0, len(DATA))
        first = await anext(chunks)
        await until(lambda: not tap.connections, "it is closed")
        assert first + await rest_of(chunks) == DATA

    async def test_they_are_bounded(self, box: SwiftBox, tap: Tap) -> None:
        storage = storage_of(box, tap.port, connections=2, timeout=1)
        media = [await storage.open("film.mp4") for _ in range(3)]
        for each in media[:2]:
            await each.ready(0, len(DATA))
        with pytest.raises(Unavailable, match="VIDEO_STORE_CONNECTIONS"):
            await media[2].ready(0, len(DATA))
        assert await storage.stat("film.mp4")  # whoever asks does not wait for those
        media[0].close()
        await media[2].ready(0, len(DATA))
        for each in media:
            each.close()
        await storage.aclose()

    async def test_one_is_enough_for_many_who_take_turns(self, box: SwiftBox, tap: Tap) -> None:
        """None is lost, however those who had it end."""
        storage = storage_of(box, tap.port, connections=1, timeout=30)

        async def watch(number: int) -> None:
            media = await storage.open("film.mp4", lambda: range(number, 2**62))
            async for _ in media.chunks(number, len(DATA)):
                break
            media.close()

        tasks = [asyncio.create_task(watch(number)) for number in range(20)]
        await asyncio.sleep(0.3)
        for task in tasks[::3]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await watch(0)
        await storage.aclose()


class TestRefusal:
    async def test_wrong_credentials(self, box: SwiftBox) -> None:
        storage = storage_of(box, secret_access_key="wrong")
        asked = [
            storage.open("film.mp4"),
            storage.open("film.mp4", lambda: range(10)),
            storage.stat("film.mp4"),
            storage.stat("no.mp4"),
            storage.list(""),
        ]
        for question in asked:
            with pytest.raises(Unavailable, match="credentials") as caught:
                await question
            assert caught.value.retry_after == 30
        await storage.aclose()

    async def test_one_object_alone(
        self, storage: ObjectStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where the store lets us in, what it refuses us is not there."""

        async def refuse(*_: object, **__: object) -> None:
            raise Refused("no")

        monkeypatch.setattr(Bucket, "head", refuse)
        monkeypatch.setattr(Bucket, "receive", refuse)
        for likely in (None, range(10)):
            with pytest.raises(Denied):
                await storage.open("film.mp4", lambda likely=likely: likely)  # type: ignore[misc]

    async def test_no_such_bucket(self, box: SwiftBox) -> None:
        storage = storage_of(box, bucket="nowhere")
        with pytest.raises(Unavailable, match="no such bucket"):
            await storage.list("")
        with pytest.raises(StorageError):
            await storage.open("film.mp4")
        await storage.aclose()


class TestUnreachable:
    async def test_nobody_listens(self, tap: Tap, storage: ObjectStorage) -> None:
        tap.refuse()
        asked = [storage.open("film.mp4"), storage.stat("film.mp4"), storage.list("")]
        asked.append(storage.open("film.mp4", lambda: range(10)))
        for question in asked:
            with pytest.raises(Unavailable):
                await asyncio.wait_for(question, 30)
        tap.admit()
        await storage.stat("film.mp4")

    async def test_no_answer(self, storage: ObjectStorage, tap: Tap) -> None:
        tap.hold()
        for question in (storage.open("film.mp4"), storage.open("film.mp4", lambda: range(10))):
            with pytest.raises(Unavailable, match="in time"):
                await asyncio.wait_for(question, 30)
        tap.release()
        await storage.stat("film.mp4")

    async def test_before_the_first_byte(self, media: Media, tap: Tap) -> None:
        """There is no waiting for better times while the viewer could be told."""
        tap.refuse()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(media.ready(0, 100), 30)


async def test_what_went_wrong_is_told_without_secrets(box: SwiftBox, tap: Tap) -> None:
    texts = []
    for storage in (
        storage_of(box, secret_access_key=SECRET[:-1]),
        storage_of(box, bucket="nowhere"),
        storage_of(box, tap.port),
    ):
        tap.refuse()
        texts.append(repr(storage))
        for question in (storage.open("film.mp4"), storage.list(""), storage.open("a\nb.mp4")):
            with pytest.raises(StorageError) as caught:
                await question
            texts.append(str(caught.value))
            assert caught.value.__suppress_context__
        await storage.aclose()
    for text in texts:
        for secret in (SECRET[:-1], KEY, "127.0.0.1", "Signature"):
            assert secret not in text


@pytest.mark.parametrize(
    ("location", "options", "words"),
    [
        (Location("s3", "b"), {"nonsense": "SECRET"}, "nonsense"),
        (Location("s3", "b"), {"virtual_hosted_style_request": "SECRET"}, "cannot be used"),
        (Location("s3", "b"), {"connect_timeout": "SECRET"}, "cannot be used"),
        (Location("gs", "b"), {"service_account_key": "SECRET"}, "service account"),
        (Location("az", "b", "", "a"), {"account_key": "SECRET!"}, "Access Key"),
    ],
)
async def test_options_that_cannot_be(
    location: Location, options: dict[str, str], words: str
) -> None:
    with pytest.raises(BadOption, match=words) as caught:
        Bucket(location, options, connections=1, timeout=1)
    assert "SECRET" not in str(caught.value)


async def test_every_kind_of_store_can_be_set_up() -> None:
    for location in (
        Location("s3", "bucket", "a folder"),
        Location("gs", "bucket"),
        Location("az", "container", "", "account"),
    ):
        Bucket(location, {"proxy_url": "http://127.0.0.1:1"}, connections=1, timeout=1)


async def test_names_that_the_client_takes_for_impossible(storage: ObjectStorage) -> None:
    for name in ("line\nbreak.mp4", "bell\x07.mp4"):
        with pytest.raises(NotFound):
            await storage.open(name, lambda: range(10))
        with pytest.raises(NotFound):
            await storage.stat(name)


class TestOddKeys:
    """One that obstore cannot bear is left out; all else is listed."""

    KEYS = ("ok.mp4", "a b+c%41&d.mp4", "sub/1.mp4", "caf\u00e9.mp4")
    ODD = (
        "/double.mp4",
        "../up.mp4",
        "./here.mp4",
        "line\nbreak.mp4",
        "tab\there/2.mp4",
        "bell\x07",
    )

    @pytest.fixture(params=["", "a folder/deep"])
    async def odd(
        self, request: pytest.FixtureRequest, box: SwiftBox
    ) -> AsyncIterator[ObjectStorage]:
        prefix = request.param
        bucket = "odd" + str(len(prefix))
        box.make_bucket(bucket)
        for key in (*self.KEYS, *self.ODD, "plain/3.mp4"):
            inside = "" if key.startswith("plain") else "odd/"
            box.put(bucket, f"{prefix}/{inside}{key}".lstrip("/"), key.encode())
        location = Location("s3", bucket, prefix)
        storage = ObjectStorage(Bucket(location, box.options(), connections=2, timeout=5))
        yield storage
        await storage.aclose()

    @pytest.mark.sample(1)
    async def test_listed_without_them(
        self, odd: ObjectStorage, caplog: pytest.LogCaptureFixture
    ) -> None:
        for _ in range(2):
            entries = {entry.path: entry for entry in await odd.list("odd")}
            assert entries.keys() == {
                "odd/ok.mp4",
                "odd/a b+c%41&d.mp4",
                "odd/sub",
                "odd/caf\u00e9.mp4",
            }
        assert entries["odd/ok.mp4"] == await odd.stat("odd/ok.mp4")
        assert entries["odd/sub"].is_folder
        left_out = [record.getMessage() for record in caplog.records]
        assert len(left_out) == 4  # once each, and hidden names are not told of
        assert all("rename it" in text for text in left_out)

    @pytest.mark.sample(1)
    async def test_what_is_beside_them(self, odd: ObjectStorage) -> None:
        assert [entry.path for entry in await odd.list("plain")] == ["plain/3.mp4"]
        assert {entry.path for entry in await odd.list("")} == {"odd", "plain"}
        assert (await odd.stat("odd")).is_folder
        await odd.check()

    @pytest.mark.sample(1)
    async def test_there_is_no_walking_through_them(self, odd: ObjectStorage) -> None:
        with pytest.raises(CannotWalk):
            [folder async for folder in odd.walk()]

    @pytest.mark.sample(1)
    async def test_a_catalogue_has_all_the_rest(self, odd: ObjectStorage) -> None:
        catalogue = Catalogue(odd, VIDEO_TYPES, fresh=0.1)
        async with asyncio.timeout(60):
            while True:
                page = await catalogue.page(Query(recursive=True))
                if not page.scanning and page.total == 5:
                    break
                await asyncio.sleep(0.1)
        await catalogue.aclose()


def test_pages_of_odd_keys() -> None:
    """More than a store lists at once."""
    first = (
        "<ListBucketResult xmlns='s3'><NextContinuationToken>t+/=</NextContinuationToken>"
        "<CommonPrefixes><Prefix>a%2F</Prefix></CommonPrefixes></ListBucketResult>"
    )
    second = (
        "<ListBucketResult xmlns='s3'><Contents><Key>b+%2B%0A</Key><Size>5</Size><ETag>e</ETag>"
        "<LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents></ListBucketResult>"
    )
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(parse_qs(urlsplit(self.path).query))
            self.send_response(200)
            self.end_headers()
            self.wfile.write((first if len(asked) == 1 else second).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/bucket"
        rows = list(rows_of(base, "a b/", lambda url: url, {}, 5))
        server.shutdown()
    assert rows == [Row("a/"), Row("b +\n", 5, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "e")]
    assert [query["prefix"] for query in asked] == [["a b/"], ["a b/"]]
    assert asked[1]["continuation-token"] == ["t+/="]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"<ListBucketResult", id="half of it"),
        pytest.param(
            b"<ListBucketResult><Contents><Key>a</Key><Size>5</Size></Contents></ListBucketResult>",
            id="no time",
        ),
        pytest.param(
            b"<ListBucketResult><Contents><Key>a</Key><Size>-5</Size></Contents></ListBucketResult>",
            id="no size",
        ),
        pytest.param(
            b"<ListBucketResult><NextContinuationToken>t</NextContinuationToken></ListBucketResult>",
            id="without end",
        ),
        pytest.param(b"", id="cut off"),
        pytest.param(b"<html><body>Sign in.</body></html>", id="a page for people"),
        pytest.param(
            b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            id="a page of it",
        ),
    ],
)
def test_a_listing_that_is_none(answer: bytes) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer) or 100))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/bucket"
        try:
            with pytest.raises(Unavailable):
                list(rows_of(base, "", lambda url: url, {}, 5))
        finally:
            server.shutdown()


async def test_odd_keys_elsewhere_than_in_s3() -> None:
    bucket = Bucket(Location("gs", "bucket"), {}, connections=1, timeout=1)
    with pytest.raises(Unavailable, match="rename it"):
        await bucket.folder_with_odd_keys("odd")
    bucket.close()


@pytest.mark.parametrize("how", ["list", "walk"])
async def test_long_listings_leave_others_their_turn(how: str) -> None:
    """The event loop is held for a few hundred rows, however many come at once."""
    lister = Lister(f"folder/{number:05d}.mp4" for number in range(5000))
    options = {"connections": 1, "timeout": 10}
    storage = ObjectStorage(Bucket(Location("s3", "long"), lister.options(), **options))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    rows: list[int] = []

    def noted(found: Object) -> FileFacts:
        rows.append(turns)
        return facts_of(found)

    with mock.patch.object(object_storage, "facts_of", noted):
        if how == "list":
            assert len(await storage.list("folder")) == 5000
        else:
            assert [len(found) async for _, found in storage.walk()] == [5000, 1]
    counting.cancel()
    assert len(rows) == 5000
    assert max(Counter(rows).values()) <= 250
    await storage.aclose()
    lister.close()


async def test_a_key_that_is_no_path_costs_its_folder_alone(azure: Azurite) -> None:
    """Where there is no other way to list it: in Azure."""
    azure.make_container("odd")
    for key in ("clip.mp4", "folder/clip.mp4", "folder//clip.mp4"):
        azure.put("odd", key, b"clip")
    options = {"connections": 1, "timeout": 10}
    storage = ObjectStorage(Bucket(Location("az", "odd", "", ACCOUNT), azure.options(), **options))
    with pytest.raises(Unavailable, match="rename it"):
        await storage.list("folder")
    with pytest.raises(CannotWalk):
        [folder async for folder in storage.walk()]
    assert [entry.path for entry in await storage.list("")] == ["folder", "clip.mp4"]
    assert await storage.stat("folder/clip.mp4")
    await storage.aclose()


async def test_nobody_holds_up_a_sign_of_life(box: SwiftBox) -> None:
    storage = storage_of(box, timeout=30)
    waiting = storage._bucket._asking  # noqa: SLF001 - what visitors can fill
    try:
        while not waiting.locked():
            await waiting.acquire()
        await storage.check()
    finally:
        await storage.aclose()
