"""MP4s are made ready by command: what is there stays, and what is ended goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from click.testing import CliRunner, Result
from quart import Quart

from quart_video import video_bp
from quart_video.library.background_probe import prepare
from quart_video.library.library import Library
from quart_video.library.mp4_preparation import Mp4Preparation
from quart_video.library.state import app_state
from quart_video.media.workers.pool import WorkerPool
from quart_video.media.workers.protocol import Failed, Task
from quart_video.serve import main
from tests.media.films import H264, Film
from tests.media.movies import make_parts_short

pytestmark = pytest.mark.thorough

AC3 = Film("prepare-ac3.mkv", [*H264, "-c:a", "ac3"], 4, tone="sine=f=440:r=48000")


@pytest.fixture
def folder(tmp_path: Path, films: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    videos = tmp_path / "videos"
    videos.mkdir()
    AC3.make(tmp_path).rename(videos / "ac3.mkv")
    copy(films("h264.mp4"), videos / "plain.mp4")
    copy(films("h264.mkv"), videos / "reads-all.mkv")
    monkeypatch.setenv("QUART_VIDEO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("QUART_VIDEO_MEDIA_PROCESSES", "2")
    monkeypatch.setattr("quart_video.cli.output.SELDOM", 3600)  # however busy the machine is
    return videos


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


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_what_needs_an_mp4_has_one(folder: Path, jobs: list[str]) -> None:
    done = call("prepare", folder, "--mp4")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "Prepared 3 of 3 videos\n2 of 2 MP4s are ready\n"
    assert (jobs.count("film"), jobs.count("sound"), jobs.count("movie")) == (2, 1, 1)
    jobs.clear()
    again = call("prepare", folder, "--mp4")
    assert (again.exit_code, again.stdout, jobs) == (0, done.stdout, [])


def test_of_one_file(folder: Path, jobs: list[str]) -> None:
    done = call("prepare", folder, "reads-all.mkv", "--mp4")
    assert done.stdout == "Prepared 1 of 1 videos\n1 of 1 MP4s are ready\n"
    assert (jobs.count("film"), jobs.count("sound")) == (1, 0)
    assert call("prepare", folder, "plain.mp4").stdout == "Prepared 1 of 1 videos\n"
    assert jobs.count("film") == 1


def test_sound_that_is_to_stay_as_it_is(
    folder: Path, jobs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUART_VIDEO_MP4_AUDIO", "off")
    assert call("prepare", folder, "ac3.mkv", "--mp4").exit_code == 0
    assert jobs.count("sound") == 0


def test_none_are_offered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUART_VIDEO_MP4", "false")
    done = call("prepare", folder, "--mp4")
    assert done.exit_code == 1
    assert done.stderr == "Error: No MP4s are made ready, as QUART_VIDEO_MP4 is False.\n"


def test_a_check_says_which_need_one(folder: Path) -> None:
    lines = call("check", folder).stdout.splitlines()
    assert "  2 play in all browsers as an MP4 alone" in lines
    told = lines[lines.index(next(line for line in lines if "prepare --mp4" in line)) + 1 :][:2]
    built = "not all know how the file is built (matroska)"
    assert told == [
        f"  ac3.mkv: {built}; its sound (ac3) is not heard",
        f"  reads-all.mkv: {built}; Firefox reads all of it before it shows anything",
    ]


async def run(
    folder: Path, use: Callable[[Library, Mp4Preparation], Any], *, room: int | None = None
) -> Any:
    """Do something with a library and what makes its MP4s."""
    app = Quart(__name__)
    app.config.from_prefixed_env()
    app.config["MEDIA_ROOT"] = str(folder)
    app.register_blueprint(video_bp)
    (mount,) = app_state(app).mounts.values()
    library = await mount.library(app)
    assert library.derivatives is not None
    if room is None:
        room = await library.derivatives.room()
    told: list[float] = []
    preparation = Mp4Preparation(library, room, retry=False, told=lambda _, part: told.append(part))
    try:
        return await use(library, preparation), told
    finally:
        await mount.close()


async def prepared(library: Library, preparation: Mp4Preparation) -> dict[str, str | None]:
    assert library.derivatives is not None
    reports = prepare(
        library, library.derivatives, retry=False, mp4=preparation, begin=lambda _: None
    )
    return {report.path: report.problem async for report in reports}


async def test_nothing_is_thrown_out_for_it(folder: Path, jobs: list[str]) -> None:
    found, _ = await run(folder, prepared, room=100_000)
    assert found["ac3.mkv"] == (
        "no MP4: it would take about 0 MB, and VIDEO_CACHE_SIZE has room for 0 MB more"
    )
    assert found["reads-all.mkv"] is None
    assert (jobs.count("film"), jobs.count("sound")) == (1, 0)


async def test_what_is_ended_goes_on_there(
    folder: Path, jobs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_parts_short(monkeypatch, 40)

    async def ended(library: Library, preparation: Mp4Preparation) -> None:
        task = asyncio.create_task(prepared(library, preparation))
        async with asyncio.timeout(60):
            while jobs.count("sound") < 3 and not task.done():
                await asyncio.sleep(0.01)
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    await run(folder, ended)
    jobs.clear()
    _, told = await run(folder, prepared)
    parts = round(1 / told[0])
    assert parts == len(told) == 5
    assert told == pytest.approx([part / parts for part in range(1, parts + 1)])
    assert 0 < jobs.count("sound") <= parts - 2


async def test_why_there_is_none_is_told_in_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_: WorkerPool, task: Task, *__: object) -> dict[str, bytes]:
        if task.kind == "film":
            raise Failed("InvalidDataError: [Errno 1] Invalid data: 'fd:'")
        return await real(_, task, *__)  # type: ignore[arg-type]

    real = WorkerPool.do
    monkeypatch.setattr(WorkerPool, "do", refuse)
    for _ in range(2):  # the second time it is known
        found, _told = await run(folder, prepared)
        assert found["ac3.mkv"] == "no MP4: it is damaged, or no video"
        assert found["plain.mp4"] is None
