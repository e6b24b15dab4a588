"""How long a client may take nothing, by default; on a clock that can be put forward."""

from __future__ import annotations

import asyncio

import pytest

from quart_video.delivery.body import Transfer
from quart_video.http import ByteRange
from quart_video.settings import resolve
from quart_video.storage.memory import BytesMedia

DATA = bytes(range(256)) * 1024
MINUTE = 60


@pytest.mark.parametrize(
    ("pauses", "survives"),
    [
        pytest.param([10 * MINUTE], True, id="a-pause-of-ten-minutes"),
        pytest.param([28 * MINUTE] * 3, True, id="a-little-now-and-then"),
        pytest.param([1, 31 * MINUTE], False, id="more-than-half-an-hour"),
    ],
)
async def test_default(
    monkeypatch: pytest.MonkeyPatch, pauses: list[int], *, survives: bool
) -> None:
    loop = asyncio.get_running_loop()
    real, ahead = loop.time, 0.0
    monkeypatch.setattr(loop, "time", lambda: real() + ahead)
    timeout = resolve({"media_root": "/srv/videos"}, {}, {}).stall_timeout
    media = BytesMedia(DATA, version="v")
    received = bytearray()

    async def send() -> None:
        nonlocal ahead
        body = Transfer(media, [ByteRange(0, len(DATA))], name="clip.mp4", stall_timeout=timeout)
        left = iter(pauses)
        async with body as chunks:
            async for chunk in chunks:
                ahead += next(left, 0)
                for _ in range(10):
                    await asyncio.sleep(0)  # what is due by now is done
                received.extend(chunk)
        assert next(left, None) is None

    (outcome,) = await asyncio.gather(asyncio.create_task(send()), return_exceptions=True)
    assert (outcome is None) is survives
    assert (received == DATA) is survives
