"""The folder of the cache, with each fault in its place."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from quart_video.catalogue.index import schema
from quart_video.command.doctor.cache import (
    Trial,
    judge_inodes,
    judge_space,
    judge_trial,
    look_at_cache,
    try_out,
)
from quart_video.command.doctor.finding import Finding

WELL = Trial(0.0, None, None)


def look(folder: Path, most: int = 1_000_000) -> dict[str, Finding]:
    return {each.check: each for each in look_at_cache(str(folder), most)}


def refusing(code: int) -> Any:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    return folder


def test_a_folder_that_works(folder: Path) -> None:
    found = look(folder)
    assert {each.state for each in found.values()} == {"ok"}
    assert set(found) == {"cache", "cache: room", "cache: inodes"}
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_not_there_yet(folder: Path) -> None:
    found = look(folder / "in/it")
    assert found["cache"].state == "ok"
    assert "which is not there yet" in found["cache"].told
    assert list(folder.iterdir()) == []


def test_others_may_write(folder: Path) -> None:
    folder.chmod(0o777)
    (found,) = look(folder).values()
    assert found.state == "failure"
    assert "everybody may write to it" in found.told


def test_a_file_is_in_the_way(folder: Path) -> None:
    (folder / "file").touch()
    found = look(folder / "file")["cache"]
    assert found.state == "failure"
    assert "Not a directory" in found.told


@pytest.mark.parametrize(
    ("module", "name", "code"),
    [
        (tempfile, "mkdtemp", errno.EACCES),
        (tempfile, "mkdtemp", errno.EROFS),
        (os, "fsync", errno.ENOSPC),
        (os, "fsync", errno.EIO),
        (os, "fsync", errno.EDQUOT),
    ],
)
def test_nothing_can_be_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, code: int
) -> None:
    monkeypatch.setattr(module, name, refusing(code))
    found = look(folder)["cache"]
    assert found.state == "failure"
    assert os.strerror(code) in found.told
    assert list(folder.iterdir()) == []


def test_nothing_can_be_locked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "lockf", refusing(errno.ENOLCK))
    found = look(folder)
    assert (found["cache"].state, found["cache: locks"].state) == ("ok", "warning")


def test_no_index_can_be_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(schema, "create", refuse)
    assert look(folder)["cache: index"].state == "warning"


@pytest.mark.parametrize(
    ("skew", "words"),
    [(100.0, "100 seconds ahead of"), (-7.0, "7 seconds behind"), (1.5, None), (-1.5, None)],
)
def test_its_clock_is_another(skew: float, words: str | None) -> None:
    found = list(judge_trial(Trial(skew, None, None), "ext4"))
    assert [words in each.told for each in found if words] == ([True] if words else [])
    assert bool(found) is (words is not None)


def test_the_clock_of_a_disk_is_compared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = try_out(str(folder))
    assert isinstance(tried, Trial)
    assert abs(tried.skew) < 1
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 1000)
    tried = try_out(str(folder))
    assert isinstance(tried, Trial)
    assert tried.skew == pytest.approx(1000, abs=20)


@pytest.mark.parametrize(
    ("kind", "is_told"),
    [("ext4", False), ("nfs4", True), ("cifs", True), ("fuse.rclone", True), ("fuseblk", False)],
)
def test_a_disk_elsewhere(kind: str, *, is_told: bool) -> None:
    assert [each.check for each in judge_trial(WELL, kind)] == ["cache: file system"] * is_told


@pytest.mark.parametrize(
    ("free", "state"), [(10**7, "failure"), (10**8, "warning"), (10**9, "ok"), (10**12, "ok")]
)
def test_room(free: int, state: str) -> None:
    assert judge_space(free, 10**10).state == state


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [(0, 0, "ok"), (50, 10**6, "failure"), (5000, 10**6, "warning"), (10**5, 10**6, "ok")],
)
def test_inodes(free: int, total: int, state: str) -> None:
    assert judge_inodes(free, total).state == state


def test_a_disk_that_is_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs(folder)
    full = os.statvfs_result([*real[:4], 0, *real[5:7], 0, *real[8:]])
    monkeypatch.setattr(os, "statvfs", lambda _: full)
    found = look(folder)
    assert found["cache: room"].state == "failure"
