"""From the cache, or made: once, whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from quart_video.media import (
    DETAILS,
    STORYBOARD,
    DerivativeService,
    Failed,
    FolderCache,
    Source,
    poster,
)
from quart_video.storage.base import Changed, Media, NotFound
from tests.media.make import on_disk

Films = Callable[[str], Path]


class Counted:
    """A subject that counts how often it is opened."""

    def __init__(self, path: Path, version: str | None = None) -> None:
        self._subject = on_disk(path)
        self.opened = 0
        self.source = Source("counted", version or self._subject.version, self._open)

    async def _open(self) -> Media:
        self.opened += 1
        return await self._subject.open()


def new_service(folder: Path, most: int = 2) -> DerivativeService:
    return DerivativeService(FolderCache(str(folder), 10**8), most=most)


async def test_what_was_made_is_kept(tmp_path: Path, films: Films) -> None:
    counted = Counted(films("h264.mp4"))
    for _ in range(2):
        derivatives = new_service(tmp_path)
        first = await derivatives.get(counted.source, DETAILS)
        assert await derivatives.get(counted.source, DETAILS) == first
        assert await derivatives.find(counted.source, DETAILS) == first
        await derivatives.aclose()
    assert counted.opened == 1


async def test_many_who_ask_share_one_job(tmp_path: Path, films: Films) -> None:
    counted = Counted(films("h264.mp4"))
    derivatives = new_service(tmp_path)
    products = [poster(320, "webp"), poster(640, "webp")] * 20
    await asyncio.gather(*(derivatives.get(counted.source, derivative) for derivative in products))
    await derivatives.aclose()
    assert counted.opened == 1


async def test_processes_with_one_cache_share_one_job_and_the_places(
    tmp_path: Path, films: Films
) -> None:
    counted = Counted(films("h264.mp4"))
    services = [new_service(tmp_path, most=1) for _ in range(2)]
    # In one process the kernel grants both the locks: what is tested is that none is left waiting.
    await asyncio.gather(*(derivatives.get(counted.source, DETAILS) for derivatives in services))
    for derivatives in services:
        await derivatives.aclose()


async def test_a_failure_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"no video")
    counted = Counted(path)
    for _ in range(2):
        derivatives = new_service(tmp_path / "cache")
        for _ in range(2):
            with pytest.raises(Failed):
                await derivatives.get(counted.source, DETAILS)
        await derivatives.aclose()
    assert counted.opened == 1
    derivatives = new_service(tmp_path / "cache")
    with pytest.raises(Failed):
        await derivatives.get(counted.source, DETAILS, retry=True)
    assert counted.opened == 2
    path.write_bytes(b"still no video")
    changed = Counted(path)
    with pytest.raises(Failed):
        await derivatives.get(changed.source, DETAILS)
    assert changed.opened == 1
    await derivatives.aclose()


async def test_a_failure_to_open_is_not(tmp_path: Path, films: Films) -> None:
    async def missing() -> Media:
        raise NotFound("gone")

    derivatives = new_service(tmp_path)
    source = on_disk(films("h264.mp4"))
    with pytest.raises(NotFound):
        await derivatives.get(Source(source.identity, source.version, missing), DETAILS)
    assert await derivatives.get(source, DETAILS)
    await derivatives.aclose()


async def test_a_file_that_was_replaced_is_not_taken_for_the_old_one(
    tmp_path: Path, films: Films
) -> None:
    derivatives = new_service(tmp_path)
    counted = Counted(films("h264.mp4"), version="old")
    with pytest.raises(Changed):
        await derivatives.get(counted.source, STORYBOARD)
    await derivatives.aclose()
    assert not list(tmp_path.rglob("storyboard"))


async def test_nothing_is_left_of_a_studio_that_closes(tmp_path: Path, films: Films) -> None:
    derivatives = new_service(tmp_path)
    waiting = asyncio.create_task(derivatives.get(on_disk(films("h264.mp4")), STORYBOARD))
    await asyncio.sleep(0.05)
    await derivatives.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not derivatives.pids
