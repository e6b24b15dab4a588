"""From the settings to a storage, and what an app does with one."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest
from quart import Quart

from quart_video import ConfigurationError, MemoryStorage, video_bp
from quart_video.library import health as health_module
from quart_video.library.health import Health
from quart_video.storage.base import Changed, FileFacts, NotFound, Unavailable
from quart_video.storage.memory import BytesMedia
from tests.support.asgi import call

DATA = bytes(range(256)) * 1000


def app_with(root: object, **config: object) -> Quart:
    app = Quart(__name__)
    app.config["MEDIA_ROOT"] = root
    app.config.update(config)
    app.register_blueprint(video_bp)
    return app


class TestMemoryStorage:
    async def test_in_an_app(self) -> None:
        storage = MemoryStorage({"Course/Lesson 1.mp4": DATA, "-/x.mp4": b"reserved"})
        app = app_with(storage)
        for _ in range(2):  # it outlives the app, which does not own it
            async with app.test_app():
                part = await call(app, "/videos/Course/Lesson 1.mp4", headers={"Range": "bytes=-9"})
                assert (part.status, part.body) == (206, DATA[-9:])
                assert (await call(app, "/videos/")).status == 200
                assert (await call(app, "/videos/-/x.mp4")).status == 404
        storage.put("new.mp4", b"new", modified=0)
        async with app.test_app():
            whole = await call(app, "/videos/new.mp4")
            assert whole.body == b"new"
            assert whole["Last-Modified"] == "Thu, 01 Jan 1970 00:00:00 GMT"

    async def test_there_is_no_file_for_a_server_in_front(self) -> None:
        app = app_with(MemoryStorage(), VIDEO_SENDFILE="x-sendfile")
        with pytest.raises(ConfigurationError, match=r'VIDEO_SENDFILE.*"off"'):
            await app.startup()


class TestCacheInTheRoot:
    @pytest.mark.parametrize("cache", ["cache", "deep/down/cache", "link"])
    async def test_is_not_there(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, cache: str
    ) -> None:
        (tmp_path / "deep" / "down").mkdir(parents=True)
        if cache == "link":
            (tmp_path / "cached").mkdir()
            (tmp_path / "link").symlink_to("cached")
        (tmp_path / "clip.mp4").touch()
        app = app_with(str(tmp_path), VIDEO_CACHE=str(tmp_path / cache))
        for _ in range(2):  # there is an index the second time
            async with app.test_app():
                for query in ("", "folder=deep/down", "recursive=1"):
                    sent = await call(app, "/videos/-/api/videos", query=query)
                    listed = json.loads(sent.body)
                    paths = [each["path"] for each in listed["folders"] + listed["videos"]]
                    assert not any(path.startswith((cache, "cached")) for path in paths)
                assert (tmp_path / cache / "catalogue").is_dir()
                (tmp_path / cache / "catalogue" / "x.mp4").touch()
                for path in (f"{cache}/", f"{cache}/catalogue/", f"{cache}/catalogue/x.mp4"):
                    assert (await call(app, f"/videos/{path}")).status == 404
        assert caplog.text == ""

    @pytest.mark.parametrize("root", ["", "media", "media/ab"])
    async def test_does_not_hold_the_videos(self, tmp_path: Path, root: str) -> None:
        (tmp_path / "media" / "ab").mkdir(parents=True)
        (tmp_path / "link").symlink_to(".")
        for cache in (tmp_path, tmp_path / "link"):
            app = app_with(str(tmp_path / root), VIDEO_CACHE=str(cache))
            with pytest.raises(ConfigurationError, match=r"VIDEO_CACHE.*a folder of its own"):
                await app.startup()


class Fickle(MemoryStorage):
    """A storage whose media fail a few times before the first byte."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__({"clip.mp4": DATA})
        self.failures = list(failures)
        self.closed = 0

    async def open(self, *_: object) -> Any:
        return FickleMedia(self)


class FickleMedia(BytesMedia):
    def __init__(self, storage: Fickle) -> None:
        super().__init__(DATA, version="v")
        self.facts = FileFacts(len(DATA), 0, f"v{len(storage.failures)}")
        self._storage = storage

    async def ready(self, *_: object) -> None:
        if self._storage.failures:
            raise self._storage.failures.pop(0)

    def close(self) -> None:
        self._storage.closed += 1


class TestBeforeTheFirstByte:
    """What goes wrong there is still told by a status."""

    @pytest.mark.parametrize(
        ("failures", "status"),
        [
            ([Changed("once")], 200),
            ([Changed("once"), Changed("twice")], 200),
            ([Changed("once"), Changed("twice"), Changed("thrice")], 503),
            ([NotFound("gone")], 404),
            ([Unavailable("away", retry_after=7)], 503),
            ([Changed("once"), NotFound("gone")], 404),
        ],
    )
    async def test_status(self, failures: list[Exception], status: int) -> None:
        storage = Fickle(*failures)
        sent = await call(app_with(storage), "/videos/clip.mp4")
        assert sent.status == status
        if status == 200:
            assert (sent.body, sent["ETag"]) == (DATA, '"v0"')
        if status == 503:
            assert int(sent["Retry-After"]) == (7 if len(failures) == 1 else 1)
        assert storage.closed == len(failures) + (status == 200)

    async def test_nothing_is_made_ready_where_nothing_is_sent(self) -> None:
        storage = Fickle(Unavailable("away"))
        app = app_with(storage)
        assert (await call(app, "/videos/clip.mp4", "HEAD")).status == 200
        assert (await call(app, "/videos/clip.mp4", headers={"If-None-Match": "*"})).status == 304
        assert storage.failures


class TestBucket:
    async def test_a_store_that_is_away(self, caplog: pytest.LogCaptureFixture) -> None:
        options = {"endpoint": "http://127.0.0.1:1", "allow_http": True, "access_key_id": "KEY"}
        options |= {"secret_access_key": "SECRET"}
        app = app_with("s3://bucket/folder", VIDEO_STORE_OPTIONS=options)
        async with app.test_app():
            for target in ("/videos/", "/videos/clip.mp4", "/videos/-/health"):
                sent = await call(app, target)
                assert sent.status == 503
                assert int(sent["Retry-After"]) > 0
                assert b"SECRET" not in sent.body
        assert "MEDIA_ROOT s3://bucket/folder cannot be used now" in caplog.text
        assert "SECRET" not in caplog.text

    async def test_the_extra_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "obstore", None)
        monkeypatch.delitem(sys.modules, "quart_video.storage.object_store.client", raising=False)
        monkeypatch.delitem(sys.modules, "quart_video.storage.object_store.storage", raising=False)
        with pytest.raises(ConfigurationError, match=r"pip install .quart-video\[cloud\]"):
            await app_with("s3://bucket").startup()

    async def test_options_that_cannot_be(self) -> None:
        app = app_with("s3://bucket", VIDEO_STORE_OPTIONS={"sekret": "SECRET"})
        with pytest.raises(ConfigurationError, match=r"'sekret'.*VIDEO_STORE_OPTIONS") as caught:
            await app.startup()
        assert "SECRET" not in str(caught.value)


class TestHealth:
    async def test_of_a_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health_module, "_FRESH", 0.0)
        root = tmp_path / "root"
        root.mkdir()
        app = app_with(root)
        sent = await call(app, "/videos/-/health")
        assert (sent.status, sent["Cache-Control"]) == (200, "no-store")
        root.rmdir()
        assert (await call(app, "/videos/-/health")).status == 503
        root.mkdir()
        assert (await call(app, "/videos/-/health")).status == 200

    async def test_asked_no_more_often_than_it_changes_anything(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        asked = 0
        failing = True

        async def check() -> None:
            nonlocal asked
            asked += 1
            if failing:
                raise Unavailable("away", retry_after=3)

        health = Health("s3://bucket", check)
        with caplog.at_level(logging.WARNING, "quart_video"):
            for _ in range(5):
                failure = await health.failure()
                assert failure is not None
                assert failure.retry_after == 3
            assert asked == 1
            monkeypatch.setattr(health_module, "_FRESH", 0.0)
            await health.failure()
            failing = False
            assert await health.failure() is None
            assert await health.failure() is None
        assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]

    async def test_no_answer_is_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health_module, "_LONGEST", 0.01)

        async def check() -> None:
            await asyncio.sleep(60)

        failure = await Health("s3://bucket", check).failure()
        assert str(failure) == "it does not answer"
