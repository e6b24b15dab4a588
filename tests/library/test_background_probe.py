"""All videos are looked into: in the background, and by command."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from quart import Quart

from quart_video import video_bp
from quart_video.catalogue import Catalogue
from quart_video.catalogue.sync import synchronizer
from quart_video.library import background_probe
from quart_video.library.state import app_state
from quart_video.media import DerivativeService, Source
from quart_video.media.workers.pool import WorkerPool
from quart_video.media.workers.protocol import Task
from tests.media.films import SRT
from tests.support.asgi import call
from tests.support.waiting import until

pytestmark = pytest.mark.thorough

Films = Callable[[str], Path]
APP = """
from quart import Quart
from quart_video import video_bp

app = Quart(__name__)
app.config.from_prefixed_env()
app.register_blueprint(video_bp)
"""


@pytest.fixture
def root(tmp_path: Path, films: Films) -> Path:
    videos = tmp_path / "videos"
    (videos / "below").mkdir(parents=True)
    copy(films("h264.mp4"), videos / "a.mp4")
    copy(films("av1.mp4"), videos / "below/b.mp4")
    copy(films("texts.mkv"), videos / "below/c.mkv")
    (videos / "broken.mp4").write_bytes(b"no video")
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


async def durations(app: Quart) -> dict[str, float | None]:
    sent = await call(app, "/videos/-/api/videos", query="recursive=1")
    return {row["path"]: row["duration"] for row in json.loads(sent.body)["videos"]}


async def test_durations_are_found_in_the_background(
    root: Path, films: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background_probe, "_SETTLE", 0)
    monkeypatch.setattr(background_probe, "_REST", 0.1)
    monkeypatch.setattr(background_probe, "_NOTE_EVERY", 0)
    monkeypatch.setattr(synchronizer, "FRESH", 0.1)
    app = Quart(__name__)
    app.config.update(
        MEDIA_ROOT=str(root / "videos"), VIDEO_CACHE=str(root / "c"), VIDEO_MEDIA_PROCESSES=1
    )
    app.register_blueprint(video_bp)

    async def known(number: int) -> dict[str, float | None]:
        async with asyncio.timeout(60):
            while True:
                found = await durations(app)
                if sum(seconds is not None for seconds in found.values()) == number:
                    return found
                await asyncio.sleep(0.05)

    async with app.test_app():
        found = await known(3)
        assert found["broken.mp4"] is None
        assert found["below/b.mp4"] == pytest.approx(1.0, abs=0.1)
        # What comes later is found, too; what changes is measured again.
        copy(films("h264.mkv"), root / "videos/d.mkv")
        await known(4)
        os.replace(root / "videos/d.mkv", root / "videos/e.mkv")
        (root / "videos/broken.mp4").write_bytes(films("silent.mp4").read_bytes())
        assert (await known(5))["e.mkv"] is not None


@pytest.mark.parametrize("config", [{"VIDEO_SURVEY": False}, {"VIDEO_MEDIA_PROCESSES": 0}])
async def test_it_can_be_turned_off(
    root: Path, monkeypatch: pytest.MonkeyPatch, config: dict[str, Any]
) -> None:
    monkeypatch.setattr(background_probe, "_SETTLE", 0)
    asked: list[object] = []
    monkeypatch.setattr(background_probe, "_measure_all", lambda *args: asked.append(args))
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=str(root / "videos"), VIDEO_MEDIA_PROCESSES=1)
    app.config.update(config)
    app.register_blueprint(video_bp)
    async with app.test_app():
        await durations(app)
        await asyncio.sleep(0.1)
    assert not asked


def prepare(root: Path, *options: str, **config: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "QUART_APP": "app:app",
        "QUART_MEDIA_ROOT": str(root / "videos"),
        "QUART_VIDEO_CACHE": str(root / "cache"),
    }
    return subprocess.run(
        [sys.executable, "-m", "quart", "video", "prepare", *options],
        cwd=root,
        env=environment | config,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def names(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "cache/media").glob("*/*/*"))


def test_a_command_makes_everything(root: Path) -> None:
    (root / "videos/a.en.srt").write_text(SRT)
    first = prepare(root, "--processes", "2")
    assert first.stdout == "Prepared 3 of 4 videos\n"
    assert first.returncode == 1
    # How far it is, it tells as well where it takes many seconds, as on a busy machine.
    told = [
        line for line in first.stderr.splitlines() if not re.match("[0-4] of 4 videos(;|$)", line)
    ]
    assert told == ["broken.mp4: it is damaged, or no video"]
    made = names(root)
    assert made.count("details") == made.count("storyboard") == made.count("sheet-0") == 3
    assert made.count("poster-320-webp") == made.count("poster-640-webp") == 3
    assert made.count("text-2") == made.count("text-3") == 1
    assert sum(name.startswith("failed-details-") for name in made) == 1


def test_a_name_does_nothing_to_the_terminal(root: Path) -> None:
    (root / "videos/broken.mp4").rename(root / "videos/\x1b]0;broken\x07.mp4")
    assert prepare(root).stderr.splitlines()[-1].startswith(r"\x1b]0;broken\x07.mp4: ")


@pytest.mark.slow
def test_it_goes_on_where_it_was(root: Path) -> None:
    prepare(root)
    times = {path: path.stat().st_mtime_ns for path in (root / "cache/media").glob("*/*/*")}
    assert prepare(root).stdout == "Prepared 3 of 4 videos\n"
    assert times == {path: path.stat().st_mtime_ns for path in (root / "cache/media").glob("*/*/*")}
    next((root / "cache/media").glob("*/*/storyboard")).unlink()
    prepare(root)
    assert names(root).count("storyboard") == 3


@pytest.mark.slow
def test_what_failed_is_tried_again_if_asked(root: Path) -> None:
    prepare(root)
    (failed,) = (root / "cache/media").glob("*/*/failed-details-*")
    failed.write_text("once upon a time")
    assert "once upon a time" in prepare(root).stderr
    assert "once upon a time" not in prepare(root, "--retry").stderr


def test_what_cannot_work_says_why(root: Path) -> None:
    off = prepare(root, QUART_VIDEO_MEDIA_PROCESSES="0")
    assert off.returncode == 1
    assert 'pip install "quart-video[media]"' in off.stderr
    missing = prepare(root, QUART_MEDIA_ROOT=str(root / "missing"))
    assert missing.returncode == 1
    assert "does not exist" in missing.stderr


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the kinds of the jobs that child processes do."""
    done: list[str] = []
    real = WorkerPool.do

    async def noted(self: WorkerPool, task: Task, *args: Any, **given: Any) -> dict[str, bytes]:
        done.append(task.kind)
        return await real(self, task, *args, **given)

    monkeypatch.setattr(WorkerPool, "do", noted)
    return done


@pytest.mark.slow
async def test_what_nobody_can_tell_is_not_asked_again(
    root: Path, films: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not each minute, nor after a restart; but where it has changed it is."""
    monkeypatch.setattr(background_probe, "_SETTLE", 0)
    monkeypatch.setattr(background_probe, "_REST", 0.01)
    monkeypatch.setattr(background_probe, "_NOTE_EVERY", 0)
    monkeypatch.setattr(synchronizer, "FRESH", 0.1)
    asked: list[str] = []
    passes = 0
    real = DerivativeService.get

    async def get(self: DerivativeService, source: Source, *args: Any, **given: Any) -> bytes:
        asked.append(source.identity.rpartition("/")[2])
        return await real(self, source, *args, **given)

    unmeasured = Catalogue.unmeasured

    async def counted(self: Catalogue, after: int, limit: int, by: str) -> Any:
        nonlocal passes
        passes += 1
        return await unmeasured(self, after, limit, by)

    monkeypatch.setattr(DerivativeService, "get", get)
    monkeypatch.setattr(Catalogue, "unmeasured", counted)
    broken = root / "videos" / "broken.mp4"

    async def run(expected: int) -> None:
        nonlocal passes
        app = Quart(__name__)
        app.config.update(
            MEDIA_ROOT=str(root / "videos"), VIDEO_CACHE=str(root / "c"), VIDEO_MEDIA_PROCESSES=1
        )
        app.register_blueprint(video_bp)
        async with app.test_app():
            await until(lambda: len(asked) >= expected)
            passes = 0
            await until(lambda: passes > 5)
        assert len(asked) == expected

    await run(4)
    await run(4)
    os.utime(broken, (1, 1))  # it is another one now
    await run(5)
    assert asked.count("broken.mp4") == 2


async def test_of_a_copy_on_another_disk_nothing_is_made_again(
    root: Path, jobs: list[str], tmp_path: Path
) -> None:
    """Nor of one that was given to somebody else, or is linked to from elsewhere."""

    async def look(videos: Path, cache: str) -> dict[str, float | None]:
        app = Quart(__name__)
        app.config.update(
            MEDIA_ROOT=str(videos), VIDEO_CACHE=str(root / cache), VIDEO_MEDIA_PROCESSES=1
        )
        app.register_blueprint(video_bp)
        async with app.test_app():
            library = await app_state(app).mounts["video"].library(app)
            assert library.derivatives is not None
            reports = [
                report
                async for report in background_probe.prepare(
                    library, library.derivatives, retry=False, begin=lambda _: None
                )
            ]
            assert len(reports) == 4
            return await durations(app)

    before = await look(root / "videos", "c")
    assert jobs
    jobs.clear()
    subprocess.run(["cp", "-a", root / "videos", tmp_path / "copy"], check=True)
    assert await look(tmp_path / "copy", "c") == before
    for path in (root / "videos").rglob("*.m*"):
        os.chown(path, os.getuid(), os.getgid())
        path.chmod(0o600)
        os.link(path, f"{path}.link")
    assert await look(root / "videos", "c") == before
    assert jobs == []
