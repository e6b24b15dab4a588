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
    MemoryCache,
    Source,
    poster,
    sheet,
    text,
)
from quart_video.media import derivative as derivative_module
from quart_video.media.again import Again
from quart_video.media.workers.protocol import Interrupted, Task
from quart_video.storage.base import Changed, Media, NotFound, Unavailable
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


@pytest.mark.usefixtures("own_fork_servers")  # there is time to close it while one begins
async def test_nothing_is_left_of_a_studio_that_closes(tmp_path: Path, films: Films) -> None:
    derivatives = new_service(tmp_path)
    waiting = asyncio.create_task(derivatives.get(on_disk(films("h264.mp4")), STORYBOARD))
    await asyncio.sleep(0.05)
    await derivatives.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not derivatives.pids


async def test_what_a_job_did_not_make_is_not_looked_for_again(
    tmp_path: Path, films: Films
) -> None:
    counted = Counted(films("h264.mp4"))
    for _ in range(2):  # in another process it is known, too
        derivatives = new_service(tmp_path)
        assert await derivatives.get(counted.source, sheet(0))
        for absent in [sheet(1), sheet(99), text(0), text(99)] * 2:
            with pytest.raises(Failed, match=r"no such thing|no text"):
                await derivatives.get(counted.source, absent)
        await derivatives.aclose()
    assert counted.opened == 2  # one storyboard, one reading for texts


async def test_what_failed_is_tried_again_with_another_version_of_ffmpeg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"no video")
    counted = Counted(path)
    derivatives = new_service(tmp_path / "cache")
    for makers in ("one", "one", "other", "other"):
        monkeypatch.setattr(derivative_module, "makers", lambda makers=makers: makers)
        with pytest.raises(Failed):
            await derivatives.get(counted.source, DETAILS)
    await derivatives.aclose()
    assert counted.opened == 2


async def test_what_was_interrupted_is_tried_again_later(
    tmp_path: Path, films: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(films("h264.mp4"))
    derivatives = new_service(tmp_path)
    real, left = derivatives._workers.do, 2  # noqa: SLF001 - there is no other way to have one killed

    async def killed(task: Task, media: Media) -> dict[str, bytes]:
        nonlocal left
        if left:
            left -= 1
            raise Interrupted("killed")
        return await real(task, media)

    now = 0.0
    monkeypatch.setattr("quart_video.media.again.monotonic", lambda: now)
    monkeypatch.setattr(derivatives._workers, "do", killed)  # noqa: SLF001
    waits = []
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            await derivatives.get(counted.source, DETAILS)
        waits.append(caught.value.retry_after)
        with pytest.raises(Unavailable):
            await derivatives.get(counted.source, DETAILS)
        now += caught.value.retry_after
    assert waits == [10, 20]
    assert counted.opened == 2
    assert await derivatives.get(counted.source, DETAILS)
    await derivatives.aclose()


def test_pauses_grow_up_to_an_hour_and_few_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("quart_video.media.again.monotonic", lambda: 0.0)
    again = Again()
    pauses = []
    for _ in range(12):
        again.interrupted(("key", "job"))
        pauses.append(again.seconds(("key", "job")))
    assert pauses[:3] == [10, 20, 40]
    assert pauses[-1] == 3600
    for number in range(20_000):
        again.interrupted((str(number), "job"))
    assert again.seconds(("key", "job")) == 0
    assert again.seconds(("19999", "job")) == 10


@pytest.mark.parametrize("most", [1, 3])
@pytest.mark.sample(1)
async def test_what_is_quick_does_not_wait_for_what_takes_long(
    tmp_path: Path, films: Films, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    derivatives = new_service(tmp_path, most=most)
    real = derivatives._workers.do  # noqa: SLF001
    stuck = asyncio.Event()

    async def slow(task: Task, media: Media) -> dict[str, bytes]:
        if task.kind == "storyboard":
            await stuck.wait()
        return await real(task, media)

    monkeypatch.setattr(derivatives._workers, "do", slow)  # noqa: SLF001
    names = ["h264.mp4", "h264.mkv", "h264.ts", "h264.mov"]
    long = [
        asyncio.create_task(derivatives.get(on_disk(films(name)), STORYBOARD)) for name in names
    ]
    await asyncio.sleep(0.2)
    assert await derivatives.get(on_disk(films("h264.mp4")), poster(320, "webp"))
    assert not any(task.done() for task in long)
    stuck.set()
    await asyncio.gather(*long)
    await derivatives.aclose()


async def test_a_lock_that_is_being_given_back_is_not_taken() -> None:
    """The kernel gives a process what it has already, and takes it away at the first return."""

    class Slow(MemoryCache):
        def __init__(self) -> None:
            super().__init__()
            self.done: list[str] = []
            self.go_on = asyncio.Event()

        async def lock(self, _: int) -> bool:
            self.done.append("lock")
            return True

        async def unlock(self, _: int) -> None:
            await self.go_on.wait()
            self.done.append("unlock")

    cache = Slow()
    service = DerivativeService(cache, most=1)

    async def hold() -> None:
        async with service.turn("scan"):
            pass

    first = asyncio.create_task(hold())
    await asyncio.sleep(0)
    first.cancel()  # even so
    second = asyncio.create_task(hold())
    await asyncio.sleep(0.05)
    assert cache.done == ["lock"]
    cache.go_on.set()
    await asyncio.wait_for(second, 30)
    assert cache.done == ["lock", "unlock", "lock", "unlock"]
    await service.aclose()
