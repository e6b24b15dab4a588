"""The fixtures and the library in memory, as the tests of an app use them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from quart import Quart

from quart_video import VideoBlueprint, library
from quart_video.testing import make_film, sample_videos, serve_from_memory
from tests.support.asgi import call

OUTSIDE = """
import pytest
from quart_video import library
from quart_video.testing import serve_from_memory


@pytest.fixture
def video_files(video_files):
    return {**video_files, "Mine.mp4": b"mine"}


async def test_videos_are_served(video_app, video_files):
    client = video_app.test_client()
    response = await client.get("/videos/Welcome.mp4", headers={"Range": "bytes=4-7"})
    assert response.status_code == 206
    assert await response.get_data() == b"ftyp"
    response = await video_app.test_client().get("/videos/Mine.mp4")
    assert await response.get_data() == b"mine"


async def test_storage(video_app, video_storage):
    video_storage.put("New.mp4", b"new")
    async with video_app.app_context():
        paths = [video.path async for video in library().walk()]
    assert "New.mp4" in paths
    assert len(paths) == 6


def test_it_can_fail(video_app):
    assert video_app is None
"""


@pytest.mark.thorough
def test_fixtures_from_outside(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["quart_video.testing.plugin"]\n')
    (tmp_path / "test_app.py").write_text(OUTSIDE)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
        "filterwarnings = error\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    ran = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False
    )
    assert "1 failed, 2 passed" in ran.stdout, ran.stdout + ran.stderr
    assert "FAILED test_app.py::test_it_can_fail" in ran.stdout


@pytest.fixture
def app(tmp_path: Path) -> Quart:
    (tmp_path / "on disk.mp4").write_bytes(b"on disk")
    app = Quart(__name__)
    app.register_blueprint(VideoBlueprint(media_root=tmp_path))
    return app


async def listed(app: Quart) -> list[Any]:
    sent = await call(app, "/videos/-/api/videos", query="recursive=1")
    return [video["path"] for video in json.loads(sent.body)["videos"]]


async def test_an_app_as_it_is_shows_files_in_memory_meanwhile(app: Quart) -> None:
    assert await listed(app) == ["on disk.mp4"]
    async with serve_from_memory(app, {"a.mp4": b"a"}) as storage:
        assert await listed(app) == ["a.mp4"]
        storage.put("New/b.mp4", b"b")
        assert await listed(app) == ["a.mp4", "New/b.mp4"]
        storage.put("b.mp4", b"b")
        storage.remove("New/b.mp4")
        assert await listed(app) == ["a.mp4", "b.mp4"]
        assert (await call(app, "/videos/b.mp4")).body == b"b"
        storage.remove("a.mp4")
        assert (await call(app, "/videos/a.mp4")).status == 404
    assert await listed(app) == ["on disk.mp4"]


async def test_other_settings_go_before_its_own(app: Quart) -> None:
    async with serve_from_memory(app, signed_urls=True, signing_keys="a key for the tests alone"):
        assert (await call(app, "/videos/Welcome.mp4")).status == 403
    async with serve_from_memory(app):
        assert (await call(app, "/videos/Welcome.mp4")).body == sample_videos()["Welcome.mp4"]


async def test_it_ends_where_a_test_fails(app: Quart) -> None:
    with pytest.raises(RuntimeError, match="as tests do"):
        async with serve_from_memory(app):
            raise RuntimeError("as tests do")
    assert await listed(app) == ["on disk.mp4"]


async def test_of_which_mount(app: Quart) -> None:
    with pytest.raises(KeyError):
        async with serve_from_memory(app, mount="none"):
            pass


async def test_what_is_inside_is_found_out(app: Quart) -> None:
    pytest.importorskip("av")
    files = {"a.mp4": make_film(3, chapters=[(0, "One"), (1, "Two")])}
    async with serve_from_memory(app, files, media_processes=1), app.app_context():
        assert b"Two" in (await call(app, "/videos/-/chapters/a.mp4")).body  # which waits for it
        video = await library().get("a.mp4")
        assert video.details is not None
        assert (video.duration, video.details.width) == (3.0, 64)
        assert [chapter.title for chapter in video.details.chapters] == ["One", "Two"]
        assert (await call(app, "/videos/-/poster/a.mp4")).status == 200
