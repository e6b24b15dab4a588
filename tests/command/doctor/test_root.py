"""The folder with the videos, with each fault in its place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from quart_video.command.doctor import root as root_module
from quart_video.command.doctor.file_system import kind_of
from quart_video.command.doctor.finding import Finding
from quart_video.command.doctor.root import Walked, judge_file_system, judge_watches, walk

TYPES = {".mp4": "video/mp4", ".mkv": "video/x-matroska"}


def look(folder: Path, but: str | None = None) -> dict[str, Finding]:
    return {each.check: each for each in root_module.look_at_root(str(folder), TYPES, but)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in ("a.mp4", "b.txt", "below/c.MKV", ".hidden/d.mp4", "cache/e.mp4"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    return tmp_path


def test_a_folder_that_works(folder: Path) -> None:
    found = look(folder, str(folder / "cache"))
    assert {each.state for each in found.values()} == {"ok"}
    assert found["videos"].told == f"2 in 2 folders of {folder}"


def test_there_are_no_videos(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert found["videos"].state == "warning"
    assert "reading" not in found


def test_what_cannot_be_read_is_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir, access = os.scandir, os.access

    def scan(path: str) -> object:
        if path.endswith("below"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)
    monkeypatch.setattr(
        os, "access", lambda path, mode: not path.endswith("a.mp4") and access(path, mode)
    )
    found = look(folder)["permissions"]
    assert found.state == "warning"
    assert found.told.startswith("2 folders or videos cannot be read, such as ")


def test_a_folder_that_takes_too_long(folder: Path) -> None:
    walked = walk(str(folder), TYPES, seconds=-1)
    assert not walked.is_whole
    (told,) = root_module.judge_walk("/v", Walked(videos=3, is_whole=False))
    assert told.told == "at least 3 in at least 1 folders of /v"


def test_a_disk_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walked = Walked(videos=1, first="/proc/self/mem")  # what is at its beginning is nowhere
    monkeypatch.setattr(root_module, "walk", lambda *_: walked)
    found = look(folder)["reading"]
    assert found.state == "failure"
    assert "Input/output error" in found.told


@pytest.mark.parametrize(
    ("kind", "state"),
    [("ext4", "ok"), ("overlay", "ok"), (None, "ok"), ("nfs4", "warning"), ("fuse.x", "warning")],
)
def test_file_systems(kind: str | None, state: str) -> None:
    assert judge_file_system(kind).state == state


def test_the_file_system_of_this_machine(tmp_path: Path) -> None:
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    kind = kind_of("/proc")
    assert kind == "proc"
    assert f" - {kind_of(str(tmp_path))} " in mounts
    assert kind_of(str(tmp_path / "nowhere")) is None


def test_there_are_more_folders_than_are_watched(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(root_module, "_watches", lambda: 1)
    found = look(folder)["changes"]
    assert found.state == "warning"
    assert found.remedy.startswith("sysctl fs.inotify.max_user_watches=")
    assert judge_watches(Walked(folders=10), 10, None).state == "ok"
    assert judge_watches(Walked(folders=10), None, None).state == "ok"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('{"problem": "there are more folders than fs.inotify.max_user_watches"}', "max_user_w"),
        ('{"over": "Too many open files (fs.inotify.max_user_instances)"}', "max_user_instances"),
        ("", "has ended"),
    ],
)
def test_the_system_does_not_tell(
    folder: Path, monkeypatch: pytest.MonkeyPatch, said: str, words: str
) -> None:
    def started(*_: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", f"print({said!r})"], stdout=subprocess.PIPE)

    monkeypatch.setattr(root_module, "started", started)
    found = look(folder)["changes"]
    assert found.state == "warning"
    assert words in found.told


def test_nobody_is_there_to_tell(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(root_module, "find_spec", lambda _: None)
    assert "changes" not in look(folder)
