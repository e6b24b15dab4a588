"""With the extra ``watch``: what changes on disk is shown though nobody looks for it."""

from __future__ import annotations

import asyncio
import logging
import subprocess
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from quart_video.catalogue import Catalogue, Query, gathering, watch
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.local import LocalStorage
from tests.catalogue.shelves import paths

needs_the_extra = pytest.mark.skipif(
    find_spec("watchfiles") is None, reason="Install it with: pip install 'quart-video[watch]'"
)


@pytest.fixture
async def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Catalogue]:
    """Return a catalogue that looks for changes once in a thousand seconds."""
    monkeypatch.setattr(gathering, "FRESH", 1000)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "1.mp4").touch()
    storage = LocalStorage(str(tmp_path))
    catalogue = Catalogue(storage, VIDEO_TYPES, root=str(tmp_path))
    await catalogue.page(Query(recursive=True))
    if find_spec("watchfiles") is not None:
        await until_it_is_told(catalogue, tmp_path / "first.mp4")
    yield catalogue
    await catalogue.aclose()
    await storage.aclose()


async def until_it_is_told(catalogue: Catalogue, path: Path) -> None:
    """Wait until the system tells of changes."""
    for number in range(400):
        path.write_bytes(bytes(number))
        await asyncio.sleep(0.05)
        if path.name in paths(await catalogue.page(Query(recursive=True))):
            break
    path.unlink()
    await becomes(catalogue, ["a/b/1.mp4"])


async def becomes(catalogue: Catalogue, expected: list[str]) -> None:
    for _ in range(400):
        found = paths(await catalogue.page(Query(recursive=True)))
        if found == expected:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"{found} does not become {expected}")


@needs_the_extra
async def test_changes_are_shown(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "2.mp4").touch()
    (tmp_path / "a" / "b" / "2.mp4").touch()
    await becomes(catalogue, ["2.mp4", "a/b/1.mp4", "a/b/2.mp4"])
    (tmp_path / "c" / "d").mkdir(parents=True)
    (tmp_path / "c" / "d" / "3.mp4").touch()
    (tmp_path / "a").rename(tmp_path / "e")
    await becomes(catalogue, ["2.mp4", "c/d/3.mp4", "e/b/1.mp4", "e/b/2.mp4"])


async def test_without_it_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def never(_: set[str]) -> None:
        raise AssertionError

    monkeypatch.setattr(watch, "find_spec", lambda _: None)
    await watch.watch(str(tmp_path), never)
    assert not caplog.records


@needs_the_extra
async def test_what_cannot_be_watched_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def never(_: set[str]) -> None:
        raise AssertionError

    with caplog.at_level(logging.WARNING, "quart_video"):
        task = asyncio.create_task(watch.watch(str(tmp_path / "missing"), never))
        for _ in range(400):
            await asyncio.sleep(0.01)
            if caplog.records:
                break
        task.cancel()
    assert len(caplog.records) == 1


@needs_the_extra
async def test_the_process_ends_with_what_asked_for_it(tmp_path: Path) -> None:
    process = watch.started(str(tmp_path))
    assert process.stdin is not None
    process.stdin.close()
    assert await asyncio.to_thread(process.wait, 20) == 0
    assert process.stdout is not None
    process.stdout.close()


@needs_the_extra
async def test_it_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    start = watch.started

    def noted(root: str, but: str | None) -> subprocess.Popen[bytes]:
        started.append(start(root, but))
        return started[-1]

    async def never(_: set[str]) -> None:
        raise AssertionError

    monkeypatch.setattr(watch, "started", noted)
    task = asyncio.create_task(watch.watch(str(tmp_path), never))
    while not started:
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await asyncio.to_thread(started[0].wait, 20) != 0


@needs_the_extra
async def test_one_that_dies_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def never(_: set[str]) -> None:
        raise AssertionError

    monkeypatch.setattr(watch, "_PROGRAM", "-c pass")
    with caplog.at_level(logging.WARNING, "quart_video"):
        task = asyncio.create_task(watch.watch(str(tmp_path), never))
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if caplog.records:
                break
        task.cancel()
    assert "has ended" in caplog.text


@needs_the_extra
async def test_the_cache_wakes_nobody(tmp_path: Path) -> None:
    told: set[str] = set()
    (tmp_path / "cache" / "below").mkdir(parents=True)
    (tmp_path / "cache beside").mkdir()

    async def note(folders: set[str]) -> None:
        told.update(folders)

    task = asyncio.create_task(watch.watch(str(tmp_path), note, but=str(tmp_path / "cache")))
    for number in range(400):
        for folder in ("cache", "cache/below", "cache beside"):
            (tmp_path / folder / "1.mp4").write_bytes(bytes(number))
        await asyncio.sleep(0.05)
        if told:
            break
    task.cancel()
    assert told == {"cache beside"}
