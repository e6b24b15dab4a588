"""An empty folder in the place of the one that a disk would be mounted over.

Another folder stands for it: that is all that anybody sees of a disk that is not mounted.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio
from quart import Quart

from quart_video import video_bp
from quart_video.storage.base import NotFound, Unavailable
from quart_video.storage.local.storage import LocalStorage
from tests.support.asgi import Sent, call

Switch = Callable[[], None]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "videos"
    (root / "folder").mkdir(parents=True)
    (root / "film.mp4").write_bytes(b"film")
    (root / "folder/part.mp4").write_bytes(b"part")
    return root


@pytest.fixture
def unmount(root: Path) -> Switch:
    def unmount() -> None:
        root.rename(root.with_name("disk"))
        root.mkdir()

    return unmount


@pytest.fixture
def mount(root: Path) -> Switch:
    def mount() -> None:
        shutil.rmtree(root)
        root.with_name("disk").rename(root)

    return mount


@pytest_asyncio.fixture
async def storage(root: Path) -> AsyncIterator[LocalStorage]:
    async with aclosing(LocalStorage(str(root))) as storage:
        yield storage


async def test_nothing_is_gone_that_is_on_a_disk_that_is_not_mounted(
    storage: LocalStorage, unmount: Switch, mount: Switch
) -> None:
    await storage.check()
    unmount()
    with pytest.raises(Unavailable, match="mount its disk"):
        await storage.check()
    with pytest.raises(Unavailable):
        await storage.open("film.mp4")
    with pytest.raises(Unavailable):
        await storage.stat("folder/part.mp4")
    for folder in ("", "folder"):
        with pytest.raises(Unavailable):
            await storage.list(folder)
    (found,) = await storage.fingerprints(["folder"])
    assert isinstance(found, Unavailable)
    mount()
    await storage.check()
    (await storage.open("film.mp4")).close()


async def test_a_folder_that_is_emptied_is_empty(storage: LocalStorage, root: Path) -> None:
    await storage.check()
    for each in root.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    await storage.check()
    assert await storage.list("") == []
    with pytest.raises(NotFound):
        await storage.open("film.mp4")


async def test_another_folder_with_something_in_it_takes_its_place(
    storage: LocalStorage, root: Path, unmount: Switch
) -> None:
    await storage.check()
    unmount()
    (root / "other.mp4").write_bytes(b"other")
    await storage.check()
    assert [entry.path for entry in await storage.list("")] == ["other.mp4"]
    (root / "other.mp4").unlink()
    await storage.check()  # it is the one now


async def test_one_that_has_never_held_anything_may_be_empty(tmp_path: Path) -> None:
    async with aclosing(LocalStorage(str(tmp_path))) as storage:
        await storage.check()
        assert await storage.list("") == []


def make_app(root: Path) -> Quart:
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=str(root), VIDEO_CACHE=str(root.with_name("cache")))
    app.register_blueprint(video_bp)
    return app


def paths(sent: Sent) -> list[str]:
    assert sent.status == 200
    return [row["path"] for row in json.loads(sent.body)["videos"]]


async def test_the_index_knows_it_at_the_next_start(
    root: Path, unmount: Switch, mount: Switch
) -> None:
    everything = "/videos/-/api/videos"
    app = make_app(root)
    async with app.test_app():
        before = paths(await call(app, everything, query="recursive=1"))
        assert set(before) == {"film.mp4", "folder/part.mp4"}
    unmount()
    app = make_app(root)
    async with app.test_app():
        health = await call(app, "/videos/-/health")
        assert (health.status, json.loads(health.body)["status"]) == (503, "unavailable")
        for path in ("/videos/film.mp4", everything, "/videos/-/api/videos/film.mp4"):
            assert (await call(app, path)).status == 503
    mount()
    app = make_app(root)
    async with app.test_app():
        assert (await call(app, "/videos/-/health")).status == 200
        assert paths(await call(app, everything, query="recursive=1")) == before
        assert (await call(app, "/videos/film.mp4")).body == b"film"
