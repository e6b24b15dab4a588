"""Bodies that the kernel sends: by what servers offer, and with what they do not take."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from quart import Quart, Response

from quart_video import (
    MediaTransfer,
    Outcome,
    VideoBlueprint,
    send_file,
    transfer_aborted,
    transfer_finished,
)
from quart_video.delivery import kernel as module
from quart_video.delivery.body import TransferBrokenError
from quart_video.delivery.kernel import ASGI, OURS, STRETCH, KernelTransfer
from quart_video.http import ByteRange
from quart_video.policy.transfer_limits import Pacer
from quart_video.storage.local.disk import Disk, OpenFile
from tests.support.asgi import all_closed, call

SIZE = 3 * STRETCH + 17
DATA = os.urandom(SIZE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def media(path: Path) -> Iterator[OpenFile]:
    media = OpenFile(os.open(path, os.O_RDONLY), Disk(2), path.name)
    yield media
    media.close()


@dataclass
class Kernel:
    """A kernel that takes as much at a time as the test says, and all of it from then on."""

    takes: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    received: bytearray = field(default_factory=bytearray)
    chunks: list[int] = field(default_factory=list)
    """Lengths of what was sent in the ordinary way."""
    send: Any = None

    async def __call__(self, descriptor: int, offset: int, count: int) -> int:
        await asyncio.sleep(0)
        self.asked.append(count)
        data = os.pread(descriptor, min(count, self.takes.pop(0) if self.takes else count), offset)
        self.received += data
        return len(data)

    def transfer(
        self, media: OpenFile, *segments: bytes | ByteRange, stall_timeout: float | None = None
    ) -> KernelTransfer:
        return KernelTransfer(
            media, segments, name="clip.mp4", stall_timeout=stall_timeout, sendfile=self
        )

    async def run(self, body: KernelTransfer) -> bytes:
        async with body as chunks:
            async for chunk in chunks:
                self.received += chunk
                self.chunks.append(len(chunk))
        return bytes(self.received)


async def test_all_of_it(media: OpenFile) -> None:
    kernel = Kernel()
    body = kernel.transfer(media, b"<", ByteRange(5, SIZE), b"|", ByteRange(0, 1_000_000), b">")
    assert await kernel.run(body) == b"<" + DATA[5:] + b"|" + DATA[:1_000_000] + b">"
    assert kernel.chunks == [1, 1, 1]
    assert body.sent == len(kernel.received)


@pytest.mark.parametrize("takes", [[1], [100_000, 0, 100_000, 5], [0, 7, 0, 7], [STRETCH - 1] * 3])
async def test_what_it_does_not_take_goes_the_ordinary_way(
    media: OpenFile, takes: list[int]
) -> None:
    kernel = Kernel([*takes])
    body = kernel.transfer(media, ByteRange(0, SIZE))
    assert await kernel.run(body) == DATA
    assert len(kernel.chunks) == takes.count(0)
    assert body.sent == SIZE


async def test_a_kernel_that_takes_nothing_is_not_asked_on(media: OpenFile) -> None:
    kernel = Kernel([0] * 100)
    assert await kernel.run(kernel.transfer(media, ByteRange(0, SIZE))) == DATA
    assert len(kernel.asked) == 2
    assert sum(kernel.chunks) == SIZE


async def test_short_ranges_are_not_worth_it(media: OpenFile) -> None:
    kernel = Kernel()
    assert await kernel.run(kernel.transfer(media, ByteRange(7, 107))) == DATA[7:107]
    assert not kernel.asked


def only_cached(monkeypatch: pytest.MonkeyPatch, cached: range, code: int = errno.EAGAIN) -> None:
    real = os.preadv

    def preadv(descriptor: int, buffers: list[Any], offset: int, flags: int = 0) -> int:
        if offset not in cached:
            raise OSError(code, os.strerror(code))
        size = min(len(buffers[0]), cached.stop - offset)
        return real(descriptor, [memoryview(buffers[0])[:size]], offset, flags)

    monkeypatch.setattr("os.preadv", preadv)


@pytest.mark.parametrize("code", [errno.EAGAIN, errno.EOPNOTSUPP])
async def test_what_is_not_in_memory_is_read_by_a_thread(
    media: OpenFile, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    only_cached(monkeypatch, range(0), code)
    kernel = Kernel()
    assert await kernel.run(kernel.transfer(media, ByteRange(0, SIZE))) == DATA
    assert not kernel.asked


@pytest.mark.parametrize(
    "cached", [range(STRETCH), range(STRETCH + 5, 2 * STRETCH + 99), range(SIZE - 300_000, SIZE)]
)
async def test_the_part_that_is_in_memory_is_sent_from_there(
    media: OpenFile, monkeypatch: pytest.MonkeyPatch, cached: range
) -> None:
    only_cached(monkeypatch, cached)
    kernel = Kernel()
    assert await kernel.run(kernel.transfer(media, ByteRange(0, SIZE))) == DATA
    assert len(cached) - 2 * 64 * 1024 <= sum(kernel.asked) <= len(cached)


async def test_in_time(media: OpenFile) -> None:
    """No more at once than is due, and none of it twice where some is left over."""
    waited = []

    class Recorded(Pacer):
        async def turn(self, count: int) -> None:
            waited.append(count)

    kernel = Kernel([10_000, 20_000])
    body = kernel.transfer(media, ByteRange(0, SIZE))
    body.pacer = Recorded(2_000_000)
    assert await kernel.run(body) == DATA
    assert max(kernel.asked) == body.pacer.size == 100_000
    assert sum(waited) == SIZE


async def test_cut_short(media: OpenFile, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kernel = Kernel([STRETCH, 1000, 0])
    body = kernel.transfer(media, ByteRange(0, SIZE))

    async def send() -> None:
        async with body as chunks:
            async for _ in chunks:
                os.truncate(path, 5000)

    with pytest.raises(TransferBrokenError):
        await send()
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    for words in ("'clip.mp4'", "cut short", str(SIZE)):
        assert words in record.getMessage()
    assert body.sent == STRETCH + 1000 + 64 * 1024


async def test_stalled(media: OpenFile, caplog: pytest.LogCaptureFixture) -> None:
    class Stalled(Kernel):
        async def __call__(self, *_: int) -> int:
            await asyncio.Event().wait()
            return 0

    kernel = Stalled()
    with pytest.raises(TransferBrokenError):
        await kernel.run(kernel.transfer(media, ByteRange(0, SIZE), stall_timeout=0.05))
    assert "VIDEO_STALL_TIMEOUT" in caplog.text


async def test_slow_is_not_stalled(media: OpenFile) -> None:
    class Slow(Kernel):
        async def __call__(self, descriptor: int, offset: int, count: int) -> int:
            await asyncio.sleep(0.1)
            return await super().__call__(descriptor, offset, min(count, STRETCH // 2))

    kernel = Slow()
    body = kernel.transfer(media, ByteRange(0, SIZE), stall_timeout=0.4)
    assert await kernel.run(body) == DATA


class TestApp:
    @pytest.fixture
    def app(self, path: Path) -> Quart:
        os.utime(path, (1_700_000_000,) * 2)  # a time of this second is told as that of the answer
        app = Quart(__name__)
        app.config["MEDIA_ROOT"] = path.parent
        app.register_blueprint(VideoBlueprint())

        @app.get("/own")
        async def own() -> Response:
            return await send_file(path)

        return app

    @pytest.mark.parametrize("url", ["/videos/clip.mp4", "/own"])
    @pytest.mark.parametrize("span", [None, (0, SIZE), (12_345, 2_345_678)])
    async def test_by_the_messages_of_asgi(
        self, app: Quart, url: str, span: tuple[int, int] | None
    ) -> None:
        fields = {"Range": f"bytes={span[0]}-{span[1] - 1}"} if span else {}
        sent = await call(app, url, headers=fields, extensions=(ASGI,))
        plain = await call(app, url, headers=fields)
        assert sent.out_of_files > 3
        assert (plain.out_of_files, plain.status) == (0, sent.status)
        assert sent.body == plain.body
        undated = [[line for line in one.lines if line[0] != "date"] for one in (sent, plain)]
        assert undated[0] == undated[1]
        assert await all_closed("clip.mp4")

    async def test_several_parts(self, app: Quart) -> None:
        fields = {"Range": "bytes=0-99999, 200000-200001, 1000000-"}
        sent = await call(app, "/videos/clip.mp4", headers=fields, extensions=(ASGI,))
        assert sent.out_of_files > 1
        assert len(sent.body) == int(sent["content-length"])
        assert DATA[:100_000] in sent.body
        assert DATA[1_000_000:] in sent.body

    @pytest.mark.parametrize(
        ("method", "options"),
        [
            ("GET", {"http_version": "2"}),
            ("HEAD", {}),
            ("GET", {"headers": {"Range": "bytes=1-9"}}),
        ],
    )
    async def test_where_it_does_not_apply(
        self, app: Quart, method: str, options: dict[str, Any]
    ) -> None:
        sent = await call(app, "/videos/clip.mp4", method, extensions=(ASGI,), **options)
        assert sent.complete
        assert not sent.out_of_files

    async def test_what_it_sent_is_told_of(self, app: Quart) -> None:
        told = []

        async def note(_: Quart, transfer: MediaTransfer) -> None:
            told.append((transfer.outcome, transfer.sent))

        with transfer_finished.connected_to(note), transfer_aborted.connected_to(note):
            await call(app, "/videos/clip.mp4", extensions=(ASGI,))
            await call(app, "/videos/clip.mp4", extensions=(ASGI,), disconnect_after=2)
            await asyncio.sleep(0.05)
        (finished, sent), (left, some) = told
        assert (finished, sent) == (Outcome.FINISHED, SIZE)
        assert left is Outcome.LEFT
        assert 0 < some < SIZE
        assert await all_closed("clip.mp4")

    async def test_a_server_that_finds_the_file_cut_short(self, app: Quart, path: Path) -> None:
        async def cutting(scope: Any, receive: Any, send: Any) -> None:
            async def cut_then_send(message: Any) -> None:
                if message["type"] == ASGI:
                    os.truncate(path, 1000)
                await send(message)

            await app(scope, receive, cut_then_send)

        with pytest.raises(TransferBrokenError):
            await call(cutting, "/videos/clip.mp4", extensions=(ASGI,))

    async def test_others_get_their_turn(self, app: Quart) -> None:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        sent = await call(app, "/videos/clip.mp4", extensions=(ASGI,))
        task.cancel()
        assert turns >= sent.out_of_files > 1

    @pytest.mark.parametrize("between", [False, True])
    async def test_only_if_nothing_stands_between(self, app: Quart, *, between: bool) -> None:
        """What does may count the bytes, or change them."""
        kernels = []

        async def offering(scope: Any, receive: Any, send: Any) -> None:
            async def pass_on(message: Any) -> None:
                await send(message)

            kernels.append(Kernel(send=send))
            scope["extensions"][OURS] = kernels[0]
            await app(scope, receive, pass_on if between else send)

        sent = await call(offering, "/videos/clip.mp4")
        assert sent.body if between else not sent.body
        assert (sent.body or kernels[0].received) == DATA

    async def test_quart_that_keeps_its_send_to_itself(
        self, app: Quart, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "partial", int)  # so that nothing is one
        sent = await call(app, "/videos/clip.mp4", extensions=(ASGI,))
        assert sent.body == DATA
        assert not sent.out_of_files
