"""Folders that are named like videos, and files that the server may not read."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from quart import Quart

from quart_video import MemoryStorage, VideoBlueprint, video_bp
from quart_video.storage.local import safe_open
from tests.support.asgi import call

PICTURE = b"no picture at all"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "videos"
    for folder in ("Film.mkv", "plain"):
        (root / folder).mkdir(parents=True)
        (root / folder / "a.mp4").write_bytes(b"film")
        (root / folder / "poster.jpg").write_bytes(PICTURE)
    (root / "closed.mp4").write_bytes(b"film")
    (root / "closed.vtt").write_bytes(b"WEBVTT\n")
    (root / "long.mp4").write_bytes(b"film")
    return root


@pytest.fixture
async def app(root: Path, tmp_path: Path) -> AsyncIterator[Quart]:
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=str(root), VIDEO_CACHE=str(tmp_path / "cache"))
    app.register_blueprint(video_bp)
    async with app.test_app():
        yield app


async def test_a_folder_that_is_named_like_a_video(app: Quart) -> None:
    # An address that can name a video names nothing else; the page of a folder ends in a slash.
    assert (await call(app, "/videos/plain")).status == 308
    assert (await call(app, "/videos/Film.mkv")).status == 404
    for folder in ("plain", "Film.mkv"):
        assert (await call(app, f"/videos/{folder}/")).status == 200
        assert (await call(app, f"/videos/-/watch/{folder}")).status == 404
        sent = await call(app, f"/videos/-/poster/{folder}")
        assert (sent.status, sent["content-type"].split("/")[0]) == (200, "image")
        assert (await call(app, f"/videos/{folder}/a.mp4")).body == b"film"
    assert (await call(app, "/videos/none.mkv")).status == 404
    assert (await call(app, "/videos/-/poster/none.mkv")).status == 404


@pytest.fixture
def _closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what is called "closed" not be readable, as for somebody who is not root."""
    real = os.open

    def open_it(path: Any, flags: int, *args: Any, **given: Any) -> int:
        if "closed" in str(path) and not flags & os.O_PATH:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), path)
        return real(path, flags, *args, **given)

    monkeypatch.setattr(safe_open.os, "open", open_it)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("_closed")
async def test_a_file_that_may_not_be_read(app: Quart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quart_video.storage.local.openat2.CachedOpener.open", lambda *_: None)
    for target in ("closed.mp4", "-/captions/closed.vtt"):
        sent = await call(app, f"/videos/{target}")
        assert sent.status == 403
        assert b"may not read" in sent.body
    assert (await call(app, "/videos/-/watch/closed.mp4")).status == 200
    sent = await call(app, "/videos/-/poster/closed.mp4")
    assert (sent.status, sent["content-type"].split("/")[0]) == (200, "image")
    assert (await call(app, "/videos/long.mp4")).status == 200


async def test_names_of_more_than_255_bytes() -> None:
    """NTFS, exFAT and SMB have names of 255 letters, which may be three bytes each."""
    name = "\u6620" * 250
    app = Quart(__name__)
    files = {
        f"{name}/{name}.mp4": b"film",
        f"{name}/{name}.de.vtt": b"WEBVTT\n\n00:00.000 --> 00:01.000\nhi\n",
    }
    app.register_blueprint(VideoBlueprint(media_root=MemoryStorage(files)))
    folder = f"/videos/{name}"
    path = f"{name}/{name}.mp4"
    for address in (
        *(f"{folder}/", f"/videos/{path}", f"/videos/-/watch/{path}", f"/videos/-/embed/{path}"),
        *(f"/videos/-/api/videos/{path}", f"/videos/-/poster/{path}", "/videos/-/playlist.m3u"),
        f"/videos/-/captions/{name}/{name}.de.vtt",
    ):
        assert (await call(app, address)).status == 200, address
    sent = await call(app, "/videos/-/api/videos", query="recursive=true")
    (video,) = json.loads(sent.body)["videos"]
    assert video["path"] == f"{name}/{name}.mp4"
    assert [each["language"] for each in video["captions"]] == ["de"]
    # One that is longer than any system has is no name.
    assert (await call(app, f"/videos/{name + name}.mp4")).status == 404
