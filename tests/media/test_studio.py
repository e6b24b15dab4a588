"""From the cache, or made: once, whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from quart_video.media import DETAILS, STORYBOARD, Failed, FolderCache, Studio, Subject, poster
from quart_video.storage.base import Changed, Media, NotFound
from tests.media.make import on_disk

Films = Callable[[str], Path]


class Counted:
    """A subject that counts how often it is opened."""

    def __init__(self, path: Path, version: str | None = None) -> None:
        self._subject = on_disk(path)
        self.opened = 0
        self.subject = Subject("counted", version or self._subject.version, self._open)

    async def _open(self) -> Media:
        self.opened += 1
        return await self._subject.open()


def new_studio(folder: Path, most: int = 2) -> Studio:
    return Studio(FolderCache(str(folder), 10**8), most=most)


async def test_what_was_made_is_kept(tmp_path: Path, films: Films) -> None:
    counted = Counted(films("h264.mp4"))
    for _ in range(2):
        studio = new_studio(tmp_path)
        first = await studio.get(counted.subject, DETAILS)
        assert await studio.get(counted.subject, DETAILS) == first
        assert await studio.find(counted.subject, DETAILS) == first
        await studio.aclose()
    assert counted.opened == 1


async def test_many_who_ask_share_one_job(tmp_path: Path, films: Films) -> None:
    counted = Counted(films("h264.mp4"))
    studio = new_studio(tmp_path)
    products = [poster(320, "webp"), poster(640, "webp")] * 20
    await asyncio.gather(*(studio.get(counted.subject, product) for product in products))
    await studio.aclose()
    assert counted.opened == 1


async def test_processes_with_one_cache_share_one_job_and_the_places(
    tmp_path: Path, films: Films
) -> None:
    counted = Counted(films("h264.mp4"))
    studios = [new_studio(tmp_path, most=1) for _ in range(2)]
    # In one process the kernel grants both the locks: what is tested is that none is left waiting.
    await asyncio.gather(*(studio.get(counted.subject, DETAILS) for studio in studios))
    for studio in studios:
        await studio.aclose()


async def test_a_failure_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"no video")
    counted = Counted(path)
    for _ in range(2):
        studio = new_studio(tmp_path / "cache")
        for _ in range(2):
            with pytest.raises(Failed):
                await studio.get(counted.subject, DETAILS)
        await studio.aclose()
    assert counted.opened == 1
    studio = new_studio(tmp_path / "cache")
    with pytest.raises(Failed):
        await studio.get(counted.subject, DETAILS, retry=True)
    assert counted.opened == 2
    path.write_bytes(b"still no video")
    changed = Counted(path)
    with pytest.raises(Failed):
        await studio.get(changed.subject, DETAILS)
    assert changed.opened == 1
    await studio.aclose()


async def test_a_failure_to_open_is_not(tmp_path: Path, films: Films) -> None:
    async def missing() -> Media:
        raise NotFound("gone")

    studio = new_studio(tmp_path)
    subject = on_disk(films("h264.mp4"))
    with pytest.raises(NotFound):
        await studio.get(Subject(subject.identity, subject.version, missing), DETAILS)
    assert await studio.get(subject, DETAILS)
    await studio.aclose()


async def test_a_file_that_was_replaced_is_not_taken_for_the_old_one(
    tmp_path: Path, films: Films
) -> None:
    studio = new_studio(tmp_path)
    counted = Counted(films("h264.mp4"), version="old")
    with pytest.raises(Changed):
        await studio.get(counted.subject, STORYBOARD)
    await studio.aclose()
    assert not list(tmp_path.rglob("storyboard"))


async def test_nothing_is_left_of_a_studio_that_closes(tmp_path: Path, films: Films) -> None:
    studio = new_studio(tmp_path)
    waiting = asyncio.create_task(studio.get(on_disk(films("h264.mp4")), STORYBOARD))
    await asyncio.sleep(0.05)
    await studio.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not studio.pids
