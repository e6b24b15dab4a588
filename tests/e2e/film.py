"""A real film whose every frame tells its number, so that what a seek shows can be read."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.harness import need_tool

WIDTH, HEIGHT = 320, 192
BITS = 10
BLOCK = WIDTH // BITS
FRAMES_PER_SECOND = 10
SECONDS = 40
FRAMES = SECONDS * FRAMES_PER_SECOND
CUE_SECONDS = 4

TIMEOUT = 60


def make(path: Path) -> None:
    """Write the film, H.264 and AAC in MP4 with the index at its end, and its captions."""
    command = [
        *(need_tool("ffmpeg"), "-nostdin", "-loglevel", "error", "-y"),
        *("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}"),
        *("-r", str(FRAMES_PER_SECOND), "-i", "pipe:"),
        *("-f", "lavfi", "-i", f"sine=frequency=440:duration={SECONDS}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-g", "20"),
        *("-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "64k", "-shortest", str(path)),
    ]
    pictures = b"".join(_frames())
    subprocess.run(command, input=pictures, check=True, timeout=TIMEOUT, stdin=None)
    data = path.read_bytes()
    assert data.rindex(b"moov") > data.index(b"mdat"), "the index must stand at the end"
    path.with_suffix(".en.vtt").write_text(_captions())


def _frames() -> Iterator[bytes]:
    """Draw the frames: above a bar code of the number, below noise, which keeps the film large."""
    for number in range(FRAMES):
        row = b"".join(
            (b"\xff" if number >> bit & 1 else b"\0") * BLOCK for bit in reversed(range(BITS))
        )
        yield row * (HEIGHT // 2)
        yield hashlib.shake_128(str(number).encode()).digest(WIDTH * HEIGHT // 2)


def read_number(picture: bytes) -> int:
    """Read the number off a picture of one byte per pixel and of the film's own size."""
    line = HEIGHT // 4 * WIDTH
    number = 0
    for block in range(BITS):
        number = number << 1 | (picture[line + block * BLOCK + BLOCK // 2] > 127)
    return number


def _captions() -> str:
    cues = (
        f"00:{start:02}.000 --> 00:{start + CUE_SECONDS:02}.000\n{caption_at(start)}\n"
        for start in range(0, SECONDS, CUE_SECONDS)
    )
    return "\n".join(["WEBVTT\n", *cues])


def caption_at(seconds: float) -> str:
    """Return the caption that shows at a time."""
    start = int(seconds) // CUE_SECONDS * CUE_SECONDS
    return f"from second {start}"
