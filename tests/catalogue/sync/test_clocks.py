"""Clocks that are off, jump, or tick slowly, and files with times of them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from quart import Quart

from quart_video import video_bp
from quart_video.catalogue import Catalogue, Query
from quart_video.catalogue.sync import synchronizer
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.local import storage as local_storage
from tests.catalogue.shelves import paths
from tests.support.asgi import call

YEAR = 365 * 86_400
TIMES = {
    "begin.mp4": -60 * YEAR,
    "before.mp4": -1,
    "zero.mp4": 0,
    "now.mp4": int(time.time()),
    "soon.mp4": int(time.time()) + 3600,
    "late.mp4": int(time.time()) + 100 * YEAR,
}


@pytest.mark.parametrize("times", [TIMES, {**TIMES, "end.mp4": 1 << 55, "start.mp4": -(1 << 55)}])
async def test_times_of_any_clock(tmp_path: Path, times: dict[str, int]) -> None:
    for name, seconds in times.items():
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (seconds, seconds))
    kept = {name: (tmp_path / name).stat().st_mtime for name in times}  # which not all disks do
    app = Quart(__name__)
    app.config["MEDIA_ROOT"] = str(tmp_path)
    app.register_blueprint(video_bp)
    async with app.test_app():
        for sort in ("modified", "-modified"):
            found: list[str] = []
            cursor = ""
            while len(found) < len(times):
                query = f"sort={sort}&limit=2" + (f"&cursor={cursor}" if cursor else "")
                page = json.loads((await call(app, "/videos/-/api/videos", query=query)).body)
                found += [video["path"] for video in page["videos"]]
                cursor = page["next_cursor"]
            assert sorted(found) == sorted(times)
            in_order = [kept[name] for name in found]
            assert in_order == sorted(in_order, reverse=sort == "-modified")
        assert (await call(app, "/videos/")).status == 200
        for name in times:
            for path in (name, f"-/watch/{name}", f"-/api/videos/{name}"):
                sent = await call(app, f"/videos/{path}")
                assert sent.status == 200, (path, sent.body)
            tag = (await call(app, f"/videos/{name}"))["ETag"]
            again = await call(app, f"/videos/{name}", headers={"If-None-Match": tag})
            assert again.status == 304


class Wall:
    """Clocks of the machine, and of a disk that has one tick in two seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall = 1_000_000.0
        self.steady = 50.0
        self.changed = self.wall
        monkeypatch.setattr(synchronizer, "monotonic", lambda: self.steady)
        monkeypatch.setattr(
            local_storage, "time", SimpleNamespace(time_ns=lambda: int(self.wall * 1e9))
        )
        monkeypatch.setattr(
            local_storage, "os", SimpleNamespace(**{**vars(os), "fstat": self._fstat})
        )

    def _fstat(self, descriptor: int) -> object:
        result = os.fstat(descriptor)
        tick = int(self.changed // 2 * 2 * 1e9)
        return SimpleNamespace(
            **{name: getattr(result, name) for name in dir(result) if name.startswith("st_")}
            | {"st_mtime_ns": tick, "st_ctime_ns": tick}
        )

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    monkeypatch.setattr(
        synchronizer, "SMALL", 0
    )  # only what the times of a folder tell is looked at
    return Wall(monkeypatch)


@pytest.fixture
async def catalogue(tmp_path: Path, wall: Wall) -> AsyncIterator[Catalogue]:
    storage = local_storage.LocalStorage(str(tmp_path))
    catalogue = Catalogue(storage, VIDEO_TYPES)
    assert paths(await catalogue.page(Query())) == []
    yield catalogue
    await catalogue.aclose()
    await storage.aclose()


@pytest.mark.parametrize("jump", [0, 3600, -3600, -5, 5, -10 * YEAR], ids=lambda each: f"{each} s")
@pytest.mark.parametrize("recursive", [False, True], ids=["folder", "below"])
async def test_what_comes_within_a_tick_shows(
    tmp_path: Path, catalogue: Catalogue, wall: Wall, *, recursive: bool, jump: float
) -> None:
    query = Query(recursive=recursive)
    for number in range(1, 4):
        for name in (f"{number} first.mp4", f"{number} second.mp4"):
            (tmp_path / name).touch()
            wall.changed = wall.wall  # the second one within the tick of the first
            wall.pass_by(0.2)
            await catalogue.page(query)
        wall.wall += jump
        wall.pass_by(100)
        assert len(paths(await catalogue.page(query))) == 2 * number
