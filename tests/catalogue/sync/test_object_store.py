"""A storage that is read in one go, again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from quart_video.catalogue import Catalogue, Query
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.base import CannotWalk, Entry, Unavailable
from quart_video.storage.memory import MemoryStorage


class Remote(MemoryStorage):
    """A storage that would rather be walked through."""

    def __init__(self, *paths: str) -> None:
        super().__init__(dict.fromkeys(paths, b"x"))
        self.walks = 0
        self.listed: list[str] = []
        self.failures: list[Exception] = []

    async def list(self, folder: str) -> Sequence[Entry]:
        self.listed.append(folder)
        return await super().list(folder)

    async def walk(self) -> AsyncIterator[tuple[str, Sequence[Entry]]]:
        self.walks += 1
        if self.failures:
            raise self.failures.pop(0)
        folders = [""]
        for folder in folders:
            folders += [e.path for e in await super().list(folder) if e.is_folder]
        for folder in reversed(folders):
            yield folder, await super().list(folder)


async def names(catalogue: Catalogue, **query: object) -> list[str]:
    page = await catalogue.page(Query(**query, recursive=True))  # type: ignore[arg-type]
    return [] if page.scanning else [item.entry.path for item in page.items]


async def until(catalogue: Catalogue, expected: list[str]) -> None:
    for _ in range(500):
        if await names(catalogue) == expected:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"{await names(catalogue)} and not {expected}")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quart_video.catalogue.sync.scanner._POLL", 0.01)
    monkeypatch.setattr("quart_video.catalogue.sync.scanner._RETRY", 0.01)


async def test_what_is_deep_down_comes_and_goes() -> None:
    storage = Remote("a/b/c/1.mp4", "a/2.mp4", "d/3.mp4")
    catalogue = Catalogue(storage, VIDEO_TYPES, fresh=0.05)
    await until(catalogue, ["a/2.mp4", "a/b/c/1.mp4", "d/3.mp4"])
    storage.put("a/b/x/4.mp4", b"new")
    storage.remove("d/3.mp4")
    await until(catalogue, ["a/2.mp4", "a/b/c/1.mp4", "a/b/x/4.mp4"])
    assert await names(catalogue, q="4") == ["a/b/x/4.mp4"]
    assert set(storage.listed) <= {""}  # the folder that was asked for
    await catalogue.aclose()


async def test_many_folders() -> None:
    paths = sorted(f"{n % 50:02}/{n % 7}/{n:04}.mp4" for n in range(3000))
    catalogue = Catalogue(Remote(*paths), VIDEO_TYPES)
    await catalogue.page(Query())
    for _ in range(500):
        page = await catalogue.page(Query(recursive=True, limit=1))
        if not page.scanning:
            break
        await asyncio.sleep(0.02)
    assert page.total == 3000
    await catalogue.aclose()


async def test_away_for_a_while() -> None:
    storage = Remote("a/1.mp4")
    storage.failures = [Unavailable("away"), Unavailable("away")]
    catalogue = Catalogue(storage, VIDEO_TYPES, fresh=0.05)
    await until(catalogue, ["a/1.mp4"])
    await catalogue.aclose()


async def test_folder_by_folder_where_it_cannot_be_walked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    storage = Remote("a/b/1.mp4", "c/2.mp4")
    storage.failures = [CannotWalk("an odd key")]
    catalogue = Catalogue(storage, VIDEO_TYPES, fresh=0.05)
    await until(catalogue, ["a/b/1.mp4", "c/2.mp4"])
    storage.put("a/b/3.mp4", b"new")
    await until(catalogue, ["a/b/1.mp4", "a/b/3.mp4", "c/2.mp4"])
    assert storage.walks == 1
    assert "folder by folder" in caplog.text
    await catalogue.aclose()


async def test_a_big_folder_is_read_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a hundred pages of a store's listing who has seen them before."""
    monkeypatch.setattr("quart_video.catalogue.sync.synchronizer.SMALL", 2)
    storage = Remote("1.mp4", "2.mp4", "3.mp4")
    catalogue = Catalogue(storage, VIDEO_TYPES, fresh=0.01)
    await until(catalogue, ["1.mp4", "2.mp4", "3.mp4"])
    listed = asyncio.Event()
    real, waiting = MemoryStorage.list, asyncio.Event()

    async def slow(self: MemoryStorage, folder: str) -> Sequence[Entry]:
        listed.set()
        await waiting.wait()
        return await real(self, folder)

    monkeypatch.setattr(Remote, "list", slow)
    for _ in range(100):
        page = await asyncio.wait_for(catalogue.page(Query()), 30)
        assert page.total == 3
        await asyncio.sleep(0.01)
        if listed.is_set():
            break
    assert listed.is_set()
    waiting.set()
    await catalogue.aclose()
