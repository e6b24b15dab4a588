"""How much of two hours of Matroska comes before Firefox, which reads all of it, shows a frame."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.e2e.engines import Engine, firefox
from tests.e2e.harness import Servers, wait_until
from tests.media.films import ffmpeg
from tests.support.tap import Tap

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

MOST = 5_000_000
MINUTES = 120
FRAME = """
const video = document.querySelector('video');
while (video.readyState < 2) await new Promise(done => setTimeout(done, 10));
return [video.currentSrc, video.videoWidth];
"""


def make(folder: Path) -> Path:
    """Make a film of two hours and about 750 MB."""
    minute, film = folder / "minute.mkv", folder / "film.mkv"
    picture = "testsrc2=s=320x180:r=24,noise=alls=60:allf=t"
    given = ["-f", "lavfi", "-t", "60", "-i", picture, "-f", "lavfi", "-t", "60", "-i", "sine"]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "48"]
    bits = ["-b:v", "730k", "-minrate", "730k", "-maxrate", "730k", "-bufsize", "730k"]
    ffmpeg(*given, *codec, *bits, "-c:a", "aac", str(minute))
    ffmpeg("-stream_loop", str(MINUTES - 1), "-i", str(minute), "-c", "copy", str(film))
    minute.unlink()
    return film


def test_firefox_shows_two_hours_of_matroska_at_once(servers: Servers, tmp_path: Path) -> None:
    film = make(tmp_path)
    assert 600_000_000 < film.stat().st_size < 900_000_000
    server = servers.server(
        "uvicorn",
        QUART_MEDIA_ROOT=str(tmp_path),
        QUART_VIDEO_MEDIA_PROCESSES="1",
        QUART_VIDEO_TRANSFER_RATE="1000000",  # so that little more comes while it is looked at
    )
    address = "/videos/-/mp4/film.mkv"

    def is_ready() -> bool:
        with suppress(HTTPError), urlopen(Request(server.url + address, method="HEAD")) as answer:
            return int(answer.status) == 200
        return False

    wait_until(is_ready, 120, "the index")
    tap = Tap(server.address[1])
    with Engine(firefox) as engine:
        before, began = tap.received, time.monotonic()
        engine.visit(f"http://127.0.0.1:{tap.port}/videos/-/watch/film.mkv")
        source, width = engine.do(FRAME)
        came = tap.received - before
        assert address in source
        assert width == 320
        assert came <= MOST, f"{came:,} bytes in {time.monotonic() - began:.1f} s"
