"""Real files of every kind that ffmpeg makes, tiny, each made once in a run of the tests."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.e2e.harness import need_tool

TIMEOUT = 60
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "10"]
AAC = ["-c:a", "aac"]
PICTURE = "testsrc2=s=160x90:r=10"
TONE = "sine=f=440:r=44100"


@dataclass(frozen=True)
class Film:
    """How to make one file."""

    name: str
    options: list[str]
    seconds: float = 2
    picture: str | None = PICTURE
    tone: str | None = TONE
    after: Callable[[Path], None] | None = field(default=None, compare=False)

    def make(self, folder: Path) -> Path:
        """Write it, unless it is there."""
        path = folder / self.name
        if not path.exists():
            inputs = [part for part in (self.picture, self.tone) if part]
            command = []
            for source in inputs:
                command += ["-f", "lavfi", "-t", str(self.seconds), "-i", source]
            ffmpeg(*command, *self.options, str(path))
            if self.after:
                self.after(path)
        return path


def ffmpeg(*arguments: str) -> None:
    command = [need_tool("ffmpeg"), "-nostdin", "-v", "error", "-y", *arguments]
    subprocess.run(command, check=True, timeout=TIMEOUT, capture_output=True)


@cache
def ffprobe(path: Path) -> dict[str, Any]:
    command = [need_tool("ffprobe"), "-v", "error", "-of", "json", "-show_format"]
    command += ["-show_streams", "-show_chapters", str(path)]
    answer = subprocess.run(command, check=True, timeout=TIMEOUT, capture_output=True)
    facts: dict[str, Any] = json.loads(answer.stdout)
    return facts


def again(*options: str) -> Callable[[Path], None]:
    """Return what passes a file through ffmpeg once more, its streams as they are."""

    def pass_through(path: Path) -> None:
        draft = path.with_name(f"draft-{path.name}")
        path.rename(draft)
        ffmpeg("-i", str(draft), "-c", "copy", *options, str(path))
        draft.unlink()

    return pass_through


def _cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


SRT = """1
00:00:00,500 --> 00:00:01,000
Hello <i>there</i> & you

2
00:00:01,200 --> 00:00:01,900
Second line
of two
"""
METADATA = """;FFMETADATA1
title=The title
date=2021-03-04
[CHAPTER]
TIMEBASE=1/1000
START=0
END=800
title=Beginning
[CHAPTER]
TIMEBASE=1/1000
START=800
END=2000
title=End & after
"""


def with_texts(path: Path) -> None:
    """Add two tracks of captions and chapters."""
    draft, srt, meta = (path.with_name(f"draft{suffix}") for suffix in (".mkv", ".srt", ".txt"))
    path.rename(draft)
    srt.write_text(SRT)
    meta.write_text(METADATA)
    codec = "mov_text" if path.suffix == ".mp4" else "srt"
    ffmpeg(
        *("-i", str(draft), "-i", str(srt), "-i", str(srt), "-i", str(meta)),
        *("-map", "0", "-map", "1", "-map", "2", "-map_metadata", "3", "-map_chapters", "3"),
        *("-c", "copy", "-c:s", codec),
        *("-metadata:s:s:0", "language=eng", "-metadata:s:s:1", "language=ger"),
        *("-disposition:s:1", "forced", str(path)),
    )
    for part in (draft, srt, meta):
        part.unlink()


WHOLE = [
    Film("h264.mp4", H264 + AAC),  # moov at the end
    Film("faststart.mp4", [*H264, *AAC, "-movflags", "+faststart"]),
    Film("fragmented.mp4", [*H264, *AAC, "-movflags", "frag_keyframe+empty_moov"]),
    Film("h264.mov", H264 + AAC),
    Film("h264.mkv", H264 + AAC),
    Film("h264.ts", H264 + AAC),
    Film("h264.flv", H264 + AAC),
    Film("hevc.mp4", ["-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", *AAC]),
    Film("hevc.ts", ["-c:v", "libx265", "-preset", "ultrafast", *AAC]),
    Film("ten.mkv", ["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"]),
    Film("av1.mp4", ["-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p", *AAC], 1),
    Film("vp9.webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-c:a", "libopus"]),
    Film("vp8.webm", ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis"]),
    Film("mpeg4.avi", ["-c:v", "mpeg4", "-c:a", "libmp3lame"]),
    Film("mpeg4.mp4", ["-c:v", "mpeg4", *AAC]),
    Film("mpeg2.mpg", ["-c:v", "mpeg2video", "-c:a", "mp2", "-r", "25"]),
    Film("theora.ogv", ["-c:v", "libtheora", "-c:a", "libvorbis"]),
    Film("wmv2.wmv", ["-c:v", "wmv2", "-c:a", "wmav2"]),
    Film("sorenson.flv", ["-c:v", "flv", "-c:a", "libmp3lame"]),
    Film("silent.mp4", H264, tone=None),
    Film("sound.mp4", AAC, picture=None),
    Film("one.mp4", [*H264, "-frames:v", "1"], tone=None),
    Film("wide.mp4", [*H264, *AAC, "-vf", "setsar=4/3"]),
    Film("rotated.mov", H264, tone=None, after=again("-metadata:s:v:0", "rotate=90")),
    Film("upside.mp4", H264, tone=None, after=again("-metadata:s:v:0", "rotate=180")),
    Film("vfr.mkv", [*H264, "-vf", "select='not(mod(n,3))+lt(n,8)'", "-vsync", "vfr"], tone=None),
    Film("texts.mkv", H264 + AAC, after=with_texts),
    Film("texts.mp4", H264 + AAC, after=with_texts),
    Film(
        "hlg.mp4",
        [
            "-c:v",
            "libx265",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p10le",
            "-x265-params",
            "transfer=arib-std-b67:colorprim=bt2020:log-level=none",
            "-color_trc",
            "arib-std-b67",
        ],
        1,
        tone=None,
    ),
]
"""Files that are as they should be."""

TRUNCATED = [
    Film("truncated.mkv", H264 + AAC, after=_cut),
    Film("truncated.ts", H264 + AAC, after=_cut),
    Film("truncated-fast.mp4", [*H264, *AAC, "-movflags", "+faststart"], after=_cut),
]
"""Files with something left to show."""

BY_NAME = {film.name: film for film in WHOLE + TRUNCATED}
