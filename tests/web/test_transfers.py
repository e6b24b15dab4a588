"""What is told of transfers: by signals, which never get in their way, and in the access log."""

from __future__ import annotations

import asyncio
import functools
import logging
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from blinker import NamedSignal
from quart import Quart, current_app, request

from quart_video import (
    MediaTransfer,
    Outcome,
    VideoBlueprint,
    transfer_aborted,
    transfer_finished,
    transfer_started,
)
from quart_video.delivery import signals
from tests.support.asgi import call

SIZE = 4 << 20
CLIP = "/videos/a/clip.mp4"
SIGNALS = (transfer_started, transfer_finished, transfer_aborted)


@pytest.fixture
def app(tmp_path: Path) -> Quart:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "clip.mp4").write_bytes(bytes(SIZE))
    (tmp_path / "a" / "clip.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    app = Quart(__name__)
    app.config["MEDIA_ROOT"] = tmp_path
    app.register_blueprint(VideoBlueprint())
    return app


Told = list[tuple[str, MediaTransfer]]


@contextmanager
def listening(app: Quart) -> Iterator[Told]:
    told: Told = []

    async def note(signal: NamedSignal, _: Quart, transfer: MediaTransfer) -> None:
        told.append((signal.name, transfer))

    receivers = [functools.partial(note, signal) for signal in SIGNALS]
    for signal, receiver in zip(SIGNALS, receivers, strict=True):
        signal.connect(receiver, app)
    yield told


async def names(told: Told, count: int) -> list[str]:
    """Wait for so many signals; return their names, and those of any that come after them."""
    for _ in range(500):
        if len(told) >= count:
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    return [name for name, _ in told]


@pytest.fixture
async def told(app: Quart) -> AsyncIterator[Told]:
    with listening(app) as told:
        yield told


async def test_whole(app: Quart, told: Told) -> None:
    await call(app, CLIP)
    assert await names(told, 2) == ["transfer-started", "transfer-finished"]
    (_, started), (_, finished) = told
    assert (started.sent, started.seconds, started.outcome) == (0, 0, None)
    assert finished.mount == "video"
    assert finished.path == "a/clip.mp4"
    assert finished.media_type == "video/mp4"
    assert finished.status == 200
    assert finished.ranges == ((0, SIZE),)
    assert finished.size == finished.length == finished.sent == SIZE
    assert finished.seconds > 0
    assert finished.client == "127.0.0.1"
    assert finished.outcome == "finished"


async def test_ranges(app: Quart, told: Told) -> None:
    sent = await call(app, CLIP, headers={"Range": "bytes=5-9,-10"})
    assert await names(told, 2) == ["transfer-started", "transfer-finished"]
    transfer = told[1][1]
    assert (transfer.status, transfer.ranges) == (206, ((5, 10), (SIZE - 10, SIZE)))
    assert transfer.sent == transfer.length == len(sent.body)


async def test_client_that_leaves(app: Quart, told: Told) -> None:
    await call(app, CLIP, disconnect_after=2)
    assert await names(told, 2) == ["transfer-started", "transfer-aborted"]
    transfer = told[1][1]
    assert transfer.outcome is Outcome.LEFT
    assert 0 < transfer.sent < SIZE


async def test_client_that_stalls(app: Quart, told: Told) -> None:
    app.config["VIDEO_STALL_TIMEOUT"] = 0.2
    with pytest.raises(Exception, match="the log of quart_video"):
        await call(app, CLIP, stop_taking_after=1)
    assert await names(told, 2) == ["transfer-started", "transfer-aborted"]
    assert told[1][1].outcome is Outcome.STALLED


async def test_file_that_shrinks(app: Quart, told: Told) -> None:
    async def cut(_: Quart, transfer: MediaTransfer) -> None:
        (Path(app.config["MEDIA_ROOT"]) / transfer.path).write_bytes(b"short")

    transfer_started.connect(cut, app)
    with pytest.raises(Exception, match="the log of quart_video"):
        await call(app, CLIP, pause=0.01)
    assert await names(told, 2) == ["transfer-started", "transfer-aborted"]
    assert told[1][1].outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        (CLIP, "HEAD", {}),
        (CLIP, "GET", {"If-None-Match": "*"}),
        (CLIP, "GET", {"If-Match": '"other"'}),
        (CLIP, "GET", {"Range": f"bytes={SIZE}-"}),
        ("/videos/", "GET", {}),
        ("/videos/-/captions/a/clip.vtt", "GET", {}),
        ("/videos/no.mp4", "GET", {}),
    ],
)
async def test_what_sends_no_media_is_no_transfer(
    app: Quart, told: Told, path: str, method: str, headers: dict[str, str]
) -> None:
    await call(app, path, method, headers)
    await call(app, CLIP, headers={"Range": "bytes=0-0"})
    await names(told, 2)
    assert {transfer.ranges for _, transfer in told} == {((0, 1),)}


async def test_other_apps_are_not_told(app: Quart, told: Told) -> None:
    other = Quart("other")
    other.config["MEDIA_ROOT"] = app.config["MEDIA_ROOT"]
    other.register_blueprint(VideoBlueprint())
    await call(other, CLIP)
    assert await names(told, 0) == []


async def test_what_receivers_may_ask(app: Quart) -> None:
    """The request is over for Quart when the transfer goes on, and can still be looked at."""
    seen: dict[str, Any] = {}

    async def look(_: Quart, transfer: MediaTransfer) -> None:
        seen["async"] = (request.headers["X-Who"], current_app.name, transfer.path)

    def look_in_thread(_: Quart, transfer: MediaTransfer) -> None:
        here = threading.current_thread() is not threading.main_thread()
        seen["sync"] = (request.headers["X-Who"], here, transfer.path)

    transfer_finished.connect(look, app)
    transfer_finished.connect(look_in_thread, app)
    await call(app, CLIP, headers={"X-Who": "ali"})
    for _ in range(500):
        if len(seen) == 2:
            break
        await asyncio.sleep(0.01)
    assert seen["async"] == ("ali", app.name, "a/clip.mp4")
    assert seen["sync"] == ("ali", True, "a/clip.mp4")


async def test_receivers_that_raise_or_are_slow_hurt_nobody(
    app: Quart, caplog: pytest.LogCaptureFixture
) -> None:
    release = threading.Event()
    slow = asyncio.Event()

    def raises(_: Quart, **__: object) -> None:
        raise RuntimeError("broken receiver")

    async def raises_too(_: Quart, **__: object) -> None:
        raise RuntimeError("broken coroutine")

    async def hangs(_: Quart, **__: object) -> None:
        await slow.wait()

    def blocks(_: Quart, **__: object) -> None:
        release.wait(60)

    try:
        for receiver in (raises, raises_too, hangs, blocks):
            transfer_started.connect(receiver, app)
        with listening(app) as told:
            assert (await call(app, CLIP)).complete
            await call(app, CLIP, disconnect_after=1)
            for _ in range(500):
                if len(caplog.records) >= 4:
                    break
                await asyncio.sleep(0.01)
            assert "transfer-finished" not in await names(told, 0)  # started comes first
            release.set()
            slow.set()
            assert sorted(await names(told, 4)) == [
                "transfer-aborted",
                "transfer-finished",
                "transfer-started",
                "transfer-started",
            ]
    finally:
        release.set()
    assert {record.levelname for record in caplog.records} == {"ERROR"}
    assert len([r for r in caplog.records if "broken receiver" in str(r.exc_info)]) == 2


async def test_receivers_that_never_keep_up(
    app: Quart, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "_MOST_WAITING", 3)
    never = asyncio.Event()
    count = 0

    async def hangs(_: Quart, **__: object) -> None:
        nonlocal count
        count += 1
        await never.wait()

    transfer_started.connect(hangs, app)
    async with app.test_app():
        for _ in range(6):
            assert (await call(app, CLIP, headers={"Range": "bytes=0-9"})).complete
        await asyncio.sleep(0.05)
        monkeypatch.setattr(signals, "_PATIENCE", 0.05)
    assert count == 3
    assert [record.getMessage()[:21] for record in caplog.records] == ["Receivers do not keep"]


async def test_the_end_of_the_app_waits_for_receivers(app: Quart) -> None:
    seen = []

    async def slow(_: Quart, transfer: MediaTransfer) -> None:
        await asyncio.sleep(0.1)
        seen.append(transfer.outcome)

    transfer_finished.connect(slow, app)
    async with app.test_app():
        await call(app, CLIP)
    assert seen == ["finished"]


class TestAccessLog:
    @pytest.fixture
    def log(self, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
        caplog.set_level(logging.INFO, "quart_video.access")
        return caplog

    async def test_line(self, app: Quart, log: pytest.LogCaptureFixture) -> None:
        await call(app, CLIP, headers={"Range": "bytes=0-4,10-"})
        (record,) = log.records
        line = (
            rf"127\.0\.0\.1 'a/clip\.mp4' 206 0-4,10-{SIZE - 1}/{SIZE} \d+ bytes \d\.\d+ s finished"
        )
        assert re.fullmatch(line, record.getMessage())

    async def test_names_cannot_forge_a_line(
        self, app: Quart, log: pytest.LogCaptureFixture
    ) -> None:
        (Path(app.config["MEDIA_ROOT"]) / "a\n127.0.0.1 x.mp4").write_bytes(b"x")
        await call(app, "/videos/a\n127.0.0.1 x.mp4")
        (record,) = log.records
        assert "\n" not in record.getMessage()

    async def test_client_that_leaves(self, app: Quart, log: pytest.LogCaptureFixture) -> None:
        await call(app, CLIP, disconnect_after=1)
        (record,) = log.records
        assert record.getMessage().endswith(" s left")

    async def test_silent_by_default(self, app: Quart, caplog: pytest.LogCaptureFixture) -> None:
        await call(app, CLIP)
        assert not caplog.records
