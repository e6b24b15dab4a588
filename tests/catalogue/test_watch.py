"""With the extra ``watch``: what changes on disk is shown though nobody looks for it."""

from __future__ import annotations

import asyncio
import logging
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
    await asyncio.sleep(0.3)  # for the system to begin to watch
    yield catalogue
    await catalogue.aclose()
    await storage.aclose()


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

    monkeypatch.setattr(watch, "watchfiles", None)
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
