from __future__ import annotations

import asyncio
import errno
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quart_video.storage.base import Changed, NotFound, Unavailable
from quart_video.storage.local import disk as disk_module
from quart_video.storage.local.chunk_size import LARGE
from quart_video.storage.local.disk import Disk, OpenFile
from quart_video.storage.local.file_systems import UNKNOWN, known
from tests.support.waiting import until

DATA = os.urandom(3 * LARGE + 17)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def disk() -> Disk:
    return Disk(2)


def open_file(path: Path, disk: Disk) -> OpenFile:
    return OpenFile(os.open(path, os.O_RDONLY), disk, path.name)


async def read(media: OpenFile, start: int, stop: int) -> bytes:
    return b"".join([chunk async for chunk in media.chunks(start, stop)])


@pytest.fixture(params=["cached", "not cached", "no such flag", "not supported"])
def reads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way in which the bytes may have to be read."""

    def fail(code: int) -> None:
        def preadv(*_: object) -> int:
            raise OSError(code, os.strerror(code))  # BlockingIOError, for EAGAIN

        monkeypatch.setattr("os.preadv", preadv)

    match request.param:
        case "not cached":
            fail(errno.EAGAIN)
        case "not supported":
            fail(errno.EOPNOTSUPP)
        case "no such flag":
            monkeypatch.setattr(disk_module, "_NOWAIT", None)


@pytest.mark.usefixtures("reads")
@pytest.mark.parametrize(
    ("start", "stop"),
    [
        (0, len(DATA)),
        (0, 1),
        (len(DATA) - 1, len(DATA)),
        (LARGE - 1, LARGE + 1),
        (5, 5),
        (7, 2 * LARGE + 7),
    ],
)
async def test_chunks(path: Path, disk: Disk, start: int, stop: int) -> None:
    media = open_file(path, disk)
    assert await read(media, start, stop) == DATA[start:stop]
    media.close()


async def test_part_of_a_chunk_is_cached(
    path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.preadv

    def preadv(descriptor: int, buffers: list[memoryview], *rest: int) -> int:
        return real(descriptor, [buffers[0][:100]], *rest)

    monkeypatch.setattr("os.preadv", preadv)
    media = open_file(path, disk)
    assert await read(media, 0, 1000) == DATA[:1000]
    media.close()


@pytest.mark.usefixtures("reads")
async def test_file_that_shrinks(path: Path, disk: Disk) -> None:
    media = open_file(path, disk)
    chunks = media.chunks(0, len(DATA))
    await anext(chunks)
    os.truncate(path, LARGE + 5)
    assert len(await anext(chunks)) == 5
    with pytest.raises(Changed, match=r"clip\.mp4.*cut short"):
        await anext(chunks)
    media.close()


@pytest.mark.parametrize("code", [errno.EIO, errno.ETIMEDOUT])
async def test_error_of_the_disk(
    path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Not an OSError: Quart swallows a TimeoutError and ends the response as if it were whole."""

    def pread(*_: object) -> bytes:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(disk_module, "_NOWAIT", None)
    monkeypatch.setattr("os.pread", pread)
    media = open_file(path, disk)
    with pytest.raises(Unavailable, match=r"clip\.mp4") as caught:
        await read(media, 0, 1)
    assert not isinstance(caught.value, OSError)
    media.close()


async def test_closed_while_a_thread_reads(
    path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The descriptor stays until the thread is done: its number may be another file's by then."""
    started, go_on = threading.Event(), threading.Event()
    real = os.pread

    def pread(*args: int) -> bytes:
        started.set()
        go_on.wait(10)
        return real(*args)

    monkeypatch.setattr(disk_module, "_NOWAIT", None)
    monkeypatch.setattr("os.pread", pread)
    descriptor = os.open(path, os.O_RDONLY)
    media = OpenFile(descriptor, disk, path.name)
    task = asyncio.create_task(read(media, 0, 1))
    await asyncio.to_thread(started.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    media.close()
    os.fstat(descriptor)
    go_on.set()
    for _ in range(200):
        try:
            os.fstat(descriptor)
        except OSError:
            break
        await asyncio.sleep(0.01)
    else:
        pytest.fail("the descriptor was never closed")


async def test_dropped_unread(path: Path, disk: Disk) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    media = OpenFile(descriptor, disk, path.name)
    del media
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(descriptor)


class TestClosingThatTakesItsTime:
    """As it does over FUSE, where whoever has the file is asked, and over networks."""

    @pytest.fixture
    def hanging(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
        """Have closing a file wait for an event, and then fail."""
        real, go_on = os.close, threading.Event()

        def close(descriptor: int) -> None:
            if threading.current_thread() is not threading.main_thread():
                go_on.wait(10)
            real(descriptor)
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        monkeypatch.setattr("os.close", close)
        yield go_on
        go_on.set()

    @staticmethod
    def is_open(descriptor: int) -> bool:
        try:
            os.fstat(descriptor)
        except OSError:
            return False
        return True

    @pytest.mark.parametrize("how", ["closed", "dropped", "closed after the disk"])
    async def test_is_not_waited_for(
        self, path: Path, disk: Disk, hanging: threading.Event, how: str
    ) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        media = OpenFile(descriptor, disk, path.name, UNKNOWN)
        if how == "closed after the disk":
            disk.close()
        if how != "dropped":
            media.close()
        del media, disk
        assert self.is_open(descriptor)
        hanging.set()
        await until(lambda: not self.is_open(descriptor))

    async def test_takes_no_thread_from_those_who_read(
        self, path: Path, disk: Disk, hanging: threading.Event
    ) -> None:
        medias = [OpenFile(os.open(path, os.O_RDONLY), disk, path.name, UNKNOWN) for _ in range(9)]
        descriptors = [media.fileno() for media in medias]
        for media in medias:
            media.close()
        assert await disk.run(lambda _: "read", "") == "read"
        assert all(map(self.is_open, descriptors))
        hanging.set()
        await until(lambda: not any(map(self.is_open, descriptors)))

    async def test_on_a_disk_of_this_machine_it_is_done_at_once(
        self, path: Path, disk: Disk, hanging: threading.Event
    ) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        OpenFile(descriptor, disk, path.name, known("ext4")).close()
        assert not self.is_open(descriptor)
        assert not hanging.is_set()

    async def test_while_there_is_no_thread_for_it_nothing_is_opened(
        self, path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def start(_: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(threading.Thread, "start", start)
        descriptor = os.open(path, os.O_RDONLY)
        with pytest.raises(Unavailable, match="no thread"):
            OpenFile(descriptor, disk, path.name, UNKNOWN)
        assert not self.is_open(descriptor)
        monkeypatch.undo()
        OpenFile(os.open(path, os.O_RDONLY), disk, path.name, UNKNOWN).close()


async def test_not_a_regular_file(tmp_path: Path, disk: Disk) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(NotFound):
        OpenFile(descriptor, disk, "folder")
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(descriptor)


class TestWaiting:
    """The log tells what is waited for."""

    @pytest.fixture(autouse=True)
    def _impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(disk_module, "LONG", 0.02)
        monkeypatch.setattr(disk_module, "_NOWAIT", None)

    async def test_for_a_read_once_for_each_media(
        self,
        path: Path,
        disk: Disk,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        real = os.pread

        def pread(*args: int) -> bytes:
            threading.Event().wait(0.1)
            return real(*args)

        monkeypatch.setattr("os.pread", pread)
        media = open_file(path, disk)
        with caplog.at_level(logging.WARNING, "quart_video"):
            assert await read(media, 5, 2 * LARGE) == DATA[5 : 2 * LARGE]
        (record,) = caplog.records
        assert "'clip.mp4' at byte 5," in record.getMessage()
        assert "VIDEO_READ_THREADS" in record.getMessage()
        media.close()

    async def test_for_all_else(self, disk: Disk, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING, "quart_video"):
            await disk.run(lambda _: threading.Event().wait(0.1), "a/folder")
        (record,) = caplog.records
        assert "'a/folder'" in record.getMessage()

    async def test_not_if_it_was_short(
        self, path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(disk_module, "LONG", 3600)
        loop = asyncio.get_running_loop()
        real, timers = loop.call_later, []

        def call_later(*args: Any, **given: Any) -> asyncio.TimerHandle:
            timers.append(real(*args, **given))
            return timers[-1]

        monkeypatch.setattr(loop, "call_later", call_later)
        media = open_file(path, disk)
        assert await read(media, 0, 10) == DATA[:10]
        (timer,) = timers
        assert timer.cancelled()
        media.close()


class TestCachedUntil:
    async def test_all_that_was_just_written(self, path: Path, disk: Disk) -> None:
        media = open_file(path, disk)
        for start, stop in ((0, len(DATA)), (5, 6), (LARGE - 1, 2 * LARGE + 1)):
            assert media.cached_until(start, stop) == stop
        media.close()

    async def test_behind_the_end(self, path: Path, disk: Disk) -> None:
        media = open_file(path, disk)
        assert media.cached_until(len(DATA), len(DATA) + 10) == len(DATA)
        assert media.cached_until(LARGE, len(DATA) + 10) <= len(DATA)
        media.close()

    @pytest.mark.parametrize("hole", [0, 5, LARGE, LARGE + 4096, len(DATA) - 1])
    async def test_up_to_what_is_not(
        self, path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch, hole: int
    ) -> None:
        def preadv(_: int, buffers: list[bytearray], offset: int, *__: int) -> int:
            if offset >= hole:
                raise BlockingIOError
            return len(buffers[0])

        monkeypatch.setattr("os.preadv", preadv)
        media = open_file(path, disk)
        found = media.cached_until(0, len(DATA))
        assert hole - 64 * 1024 <= found <= hole
        media.close()

    async def test_where_nobody_can_tell(
        self, path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        def preadv(*_: object) -> int:
            asked.append(1)
            raise OSError(errno.EOPNOTSUPP, "")

        monkeypatch.setattr("os.preadv", preadv)
        media = open_file(path, disk)
        assert media.cached_until(7, len(DATA)) == 7
        assert media.cached_until(7, len(DATA)) == 7
        assert len(asked) == 1
        media.close()
