"""``quart-video scan``, ``list`` and ``prepare``: the same as those of an app, without one."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copy

import pytest
from click.testing import CliRunner, Result

from quart_video.cli import output
from quart_video.command.folder_app import Given, given_folder, make_app
from quart_video.media.workers.pool import WorkerPool
from quart_video.serve import main
from tests.e2e.harness import REPOSITORY, wait_until
from tests.support import asgi
from tests.support.asgi import Sent

Films = Callable[[str], Path]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "videos"
    (folder / "below").mkdir(parents=True)
    for name, size in (("Clip 10.mp4", 1000), ("Clip 2.webm", 20), ("below/Été.mp4", 3)):
        (folder / name).write_bytes(b"x" * size)
    monkeypatch.setenv("QUART_VIDEO_CACHE", str(tmp_path / "cache"))
    return folder


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_what_a_scan_finds_is_kept(folder: Path, tmp_path: Path) -> None:
    done = call("scan", folder)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "Found 3 videos, 1.0 kB\n", "")
    assert list((tmp_path / "cache").rglob("*.sqlite3"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ["below/", "Clip 2.webm", "Clip 10.mp4"]),
        (("below",), ["below/Été.mp4"]),
        (("--search", "ete"), ["below/Été.mp4"]),
        (("--recursive", "--sort=-size"), ["Clip 10.mp4", "Clip 2.webm", "below/Été.mp4"]),
        (("-r", "--limit", "1"), ["Clip 2.webm"]),
        (("--type", "avi"), ["below/"]),
    ],
)
def test_what_is_listed(folder: Path, words: tuple[str, ...], expected: list[str]) -> None:
    done = call("list", folder, *words, "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row.get("path", f"{row.get('folder')}/") for row in rows] == expected
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["list", "prepare"])
def test_a_folder_that_is_not_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("QUART_VIDEO_MEDIA_PROCESSES", "1")
    done = call(command, folder, "nowhere")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: There is no folder ")
    assert call(command, folder / "nowhere").exit_code == 2


@pytest.mark.parametrize("command", ["scan", "list", "prepare", "check"])
def test_an_error_names_what_was_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("QUART_VIDEO_PAGE_SIZE", "many")
    done = call(command, folder)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: QUART_VIDEO_PAGE_SIZE must be a whole number")


def test_nothing_looks_into_videos(folder: Path) -> None:
    done = call("prepare", folder)
    assert done.exit_code == 1
    assert 'pip install "quart-video[media]"' in done.stderr
    assert "QUART_VIDEO_MEDIA_PROCESSES is 0" in done.stderr


@pytest.fixture
def films_there(folder: Path, films: Films, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder with videos that are some."""
    monkeypatch.setenv("QUART_VIDEO_MEDIA_PROCESSES", "2")
    for path in folder.glob("**/*.*"):
        path.unlink()
    copy(films("h264.mp4"), folder / "a.mp4")
    copy(films("h264.mp4"), folder / "below/b.mp4")
    return folder


def made(tmp_path: Path, name: str) -> int:
    return sum(path.name == name for path in (tmp_path / "cache/media").glob("*/*/*"))


def test_a_part_is_prepared(films_there: Path, tmp_path: Path) -> None:
    (films_there / "broken.mp4").write_bytes(b"no video")
    for words, count in ((["below"], 1), (["a.mp4"], 2)):
        done = call("prepare", films_there, *words)
        assert (done.exit_code, done.stdout, done.stderr) == (0, "Prepared 1 of 1 videos\n", "")
        assert made(tmp_path, "storyboard") == count
    done = call("prepare", films_there)
    assert (done.exit_code, done.stdout) == (1, "Prepared 2 of 3 videos\n")
    assert done.stderr == "broken.mp4: it is damaged, or no video\n"
    row = json.loads(call("list", films_there, "--json", "--sort=duration").stdout.splitlines()[1])
    assert row["duration"] == pytest.approx(2, abs=0.1)


def test_what_is_made_is_what_is_served(films_there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object) -> dict[str, bytes]:
        raise AssertionError("it was made already")

    async def ask(path: str) -> Sent:
        app = make_app(Given(given_folder(films_there)))
        return await asgi.call(app, path, headers={"Accept": "image/webp,*/*"})

    assert call("prepare", films_there).exit_code == 0
    monkeypatch.setattr(WorkerPool, "do", refuse)
    video = json.loads(asyncio.run(ask("/-/api/videos/below/b.mp4")).body)
    assert video["details"]["width"] == 160
    poster = asyncio.run(ask("/-/poster/below/b.mp4"))
    assert (poster.status, poster["content-type"]) == (200, "image/webp")


def test_what_cannot_be_kept_is_a_failure(
    films_there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").mkdir(mode=0o700)
    (tmp_path / "cache/media").write_text("in the way")
    done = call("prepare", films_there)
    assert (done.exit_code, done.stdout) == (1, "Prepared 2 of 2 videos\n")
    assert "QUART_VIDEO_CACHE cannot be written, so nothing is kept: " in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.sample(1)
def test_it_ends_well_and_goes_on(
    films_there: Path, tmp_path: Path, number: signal.Signals
) -> None:
    for each in range(60):
        copy(films_there / "a.mp4", films_there / f"{each}.mp4")
    log = tmp_path / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "quart_video.serve", "prepare", str(films_there)],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: made(tmp_path, "storyboard") > 1, 60, "it is at work")
        children = _children_of(process.pid)
        assert children
        process.send_signal(number)
        assert process.wait(timeout=30) == 128 + number
    finally:
        process.kill()
    wait_until(lambda: not any(map(_lives, children)), 20, "its children have ended")
    done = made(tmp_path, "storyboard")
    assert 1 < done < 62
    assert log.read_text().startswith("Ended after ")
    assert "Traceback" not in log.read_text()
    assert not list((tmp_path / "cache/media").glob("*/*/.*"))  # nothing is half written


def _children_of(pid: int) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found.append(int(process.name))
    return found


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_log_has_lines_of_how_far_it_is(
    films_there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "SELDOM", 0)
    done = call("prepare", films_there)
    assert done.stderr.splitlines() == ["1 of 2 videos", "2 of 2 videos"]


@pytest.mark.slow
def test_a_reader_that_goes_ends_it_without_a_word(films_there: Path) -> None:
    command = [sys.executable, "-m", "quart_video.serve", "prepare", str(films_there)]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdout=pipe,
            stderr=subprocess.PIPE,
            timeout=100,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"")
