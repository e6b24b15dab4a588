from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator

import pytest

from quart_video.delivery.body import Outcome, Transfer, TransferBrokenError
from quart_video.http import ByteRange
from quart_video.storage.base import Changed, FileFacts
from quart_video.storage.local.chunk_size import SMALL
from quart_video.storage.memory import BytesMedia

DATA = bytes(range(100))


class FakeMedia:
    """A media that tells whether it was closed, and can fail on the way."""

    def __init__(self, fails_at: int = len(DATA), waits: float = 0) -> None:
        self.facts = FileFacts(len(DATA), 0, "v")
        self.closed = 0
        self._fails_at = fails_at
        self._waits = waits

    async def ready(self, start: int, stop: int) -> None:
        self.asked_for = range(start, stop)

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        for position in range(start, stop, 10):
            await asyncio.sleep(self._waits)
            if position >= self._fails_at:
                raise Changed("cut short")
            yield DATA[position : min(position + 10, stop)]

    def close(self) -> None:
        self.closed += 1


def transfer(
    media: FakeMedia, *segments: bytes | ByteRange, stall_timeout: float | None = None
) -> Transfer:
    return Transfer(media, segments, name="clip.mp4", stall_timeout=stall_timeout)


async def test_segments_in_order() -> None:
    media = FakeMedia()
    body = transfer(media, b"<", ByteRange(5, 27), b"|", ByteRange(0, 1), b">")
    async with body as chunks:
        received = b"".join([chunk async for chunk in chunks])
    assert received == b"<" + DATA[5:27] + b"|" + DATA[:1] + b">"
    assert media.closed


async def test_closed_when_the_sender_fails() -> None:
    media = FakeMedia()

    async def send() -> None:
        async with transfer(media, ByteRange(0, 100)) as chunks:
            async for _ in chunks:
                raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await send()
    assert media.closed


async def test_closed_when_the_media_fails(caplog: pytest.LogCaptureFixture) -> None:
    media = FakeMedia(fails_at=30)
    received = []

    async def send() -> None:
        async with transfer(media, ByteRange(0, 100)) as chunks:
            async for chunk in chunks:
                received.append(chunk)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(TransferBrokenError) as caught:
        await send()
    assert caught.value.__suppress_context__  # the reason is logged once, and not by the server
    assert b"".join(received) == DATA[:30]
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "Broke off sending: cut short")
    assert media.closed


async def test_closed_when_it_is_entered_and_left() -> None:
    media = FakeMedia()
    async with transfer(media, ByteRange(0, 100)):
        pass
    assert media.closed


async def test_others_get_their_turn() -> None:
    """Neither the media nor the client ever waits, and yet the event loop goes on."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    size = 16 * 1024 * 1024
    media = BytesMedia(bytes(size), version="v")
    body = Transfer(media, [ByteRange(0, size)], name="clip.mp4", stall_timeout=None)
    task = asyncio.create_task(other())
    async with body as chunks:
        assert sum([len(chunk) async for chunk in chunks]) == size
    task.cancel()
    assert turns >= size // SMALL - 1


class TestWatchdog:
    async def test_stalled_client_is_given_up(self, caplog: pytest.LogCaptureFixture) -> None:
        media = FakeMedia()

        async def send() -> None:
            async with transfer(media, ByteRange(0, 100), stall_timeout=0.05) as chunks:
                async for _ in chunks:
                    await asyncio.sleep(60)

        with pytest.raises(TransferBrokenError):
            await asyncio.wait_for(send(), 30)
        (record,) = caplog.records
        assert record.levelname == "WARNING"
        for words in ("'clip.mp4'", "0.05 seconds", "VIDEO_STALL_TIMEOUT"):
            assert words in record.getMessage()
        assert media.closed
        task = asyncio.current_task()
        assert task is not None
        assert not task.cancelling()

    async def test_client_that_goes_away_is_not(self) -> None:
        media = FakeMedia()

        async def send() -> None:
            async with transfer(media, ByteRange(0, 100), stall_timeout=30) as chunks:
                async for _ in chunks:
                    await asyncio.sleep(60)

        task = asyncio.create_task(send())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert media.closed

    async def test_slow_client_is_not(self) -> None:
        """It takes longer than the timeout in all, but something now and then."""
        media = FakeMedia()
        received = []
        async with transfer(media, ByteRange(0, 100), stall_timeout=0.4) as chunks:
            async for chunk in chunks:
                received.append(chunk)
                await asyncio.sleep(0.08)
        assert b"".join(received) == DATA

    async def test_slow_storage_is_not(self) -> None:
        media = FakeMedia(waits=0.15)
        received = []
        async with transfer(media, ByteRange(0, 40), stall_timeout=0.1) as chunks:
            received = [chunk async for chunk in chunks]
        assert b"".join(received) == DATA[:40]

    async def test_nothing_is_left_behind(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        async with transfer(FakeMedia(), ByteRange(0, 100), stall_timeout=0.02) as chunks:
            assert [chunk async for chunk in chunks]
        await asyncio.sleep(0.1)
        assert not task.cancelling()


class TransferObserver:
    """Notes what it is told, and may fail at it."""

    def __init__(self, fails: str = "") -> None:
        self.told: list[object] = []
        self._fails = fails

    def started(self) -> None:
        self.told.append("started")
        if self._fails == "started":
            raise ZeroDivisionError

    def ended(self, sent: int, outcome: Outcome) -> None:
        self.told.append((sent, outcome))
        if self._fails == "ended":
            raise ZeroDivisionError


class FailsToClose(FakeMedia):
    """A file of a network that says only at its end that something was lost."""

    def close(self) -> None:
        super().close()
        raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("fails", ["started", "ended"])
async def test_all_are_told_of_the_end_whatever_one_of_them_does(
    fails: str, caplog: pytest.LogCaptureFixture
) -> None:
    media = FailsToClose()
    body = transfer(media, ByteRange(0, 100))
    first, second = TransferObserver(fails), TransferObserver()
    body.observers = (first, second)
    async with body as chunks:
        received = b"".join([chunk async for chunk in chunks])
    assert received == DATA
    assert media.closed
    assert first.told == second.told == ["started", (100, Outcome.FINISHED)]
    assert "ZeroDivisionError" in caplog.text
    assert "Input/output error" in caplog.text


async def test_told_of_the_end_when_the_media_fails_and_cannot_be_closed() -> None:
    class Fails(FailsToClose):
        def __init__(self) -> None:
            super().__init__(fails_at=40)

    body = transfer(Fails(), ByteRange(0, 100))
    observer = TransferObserver()
    body.observers = (observer,)

    async def send() -> None:
        async with body as chunks:
            async for _ in chunks:
                pass

    with pytest.raises(TransferBrokenError):
        await send()
    assert observer.told == ["started", (40, Outcome.FAILED)]
