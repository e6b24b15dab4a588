"""Kinds of files, as people have them: what a container is given, and how ffmpeg makes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.media.films import ffmpeg

_X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "10"]
_X265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"]
_AV1 = ["-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p", "-svtav1-params", "keyint=10"]
_VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-pix_fmt", "yuv420p"]
_VP8 = ["-c:v", "libvpx", "-deadline", "realtime"]
PICTURES: dict[str, list[str]] = {
    "h264": _X264,
    "h264-10bit": ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv422p10le"],
    "hevc": [*_X265, "-tag:v", "hvc1", "-pix_fmt", "yuv420p"],
    "hev1": [*_X265, "-tag:v", "hev1", "-pix_fmt", "yuv420p"],
    "av1": _AV1,
    "vp9": _VP9,
    "vp8": _VP8,
    "mpeg4": ["-c:v", "mpeg4"],
    "mpeg2": ["-c:v", "mpeg2video", "-r", "25"],
    "mpeg1": ["-c:v", "mpeg1video", "-r", "25"],
    "theora": ["-c:v", "libtheora"],
    "prores": ["-c:v", "prores_ks"],
    "mjpeg": ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"],
    "wmv2": ["-c:v", "wmv2"],
    "flv1": ["-c:v", "flv"],
    "none": ["-vn"],
}
SOUNDS: dict[str, list[str]] = {
    "aac": ["-c:a", "aac"],
    "mp3": ["-c:a", "libmp3lame"],
    "mp2": ["-c:a", "mp2"],
    "ac3": ["-c:a", "ac3"],
    "eac3": ["-c:a", "eac3"],
    "dts": ["-c:a", "dca", "-strict", "-2"],
    "opus": ["-c:a", "libopus"],
    "vorbis": ["-c:a", "libvorbis"],
    "flac": ["-c:a", "flac", "-strict", "-2"],
    "alac": ["-c:a", "alac"],
    "pcm": ["-c:a", "pcm_s16le"],
    "pcm24": ["-c:a", "pcm_s24le"],
    "wma": ["-c:a", "wmav2"],
    "ac3+aac": ["-map", "0:v", "-map", "1:a", "-map", "1:a", "-c:a:0", "ac3", "-c:a:1", "aac"],
    "none": ["-an"],
}


@dataclass(frozen=True)
class Kind:
    """A container with what is in it."""

    suffix: str
    picture: str
    sound: str

    @property
    def name(self) -> str:
        return f"{self.picture}_{self.sound}{self.suffix}"

    def make(self, folder: Path, seconds: int = 3) -> Path:
        """Write it, unless it is there."""
        path = folder / self.name
        if not path.exists():
            source = ["-f", "lavfi", "-i", f"testsrc2=s=128x96:r=10:d={seconds}"]
            tone = ["-f", "lavfi", "-i", f"sine=r=48000:d={seconds}"]
            codecs = [*PICTURES[self.picture], *SOUNDS[self.sound], "-ac", "2"]
            ffmpeg(*source, *tone, *codecs, str(path))
        return path


def _kinds(suffix: str, *pairs: str) -> list[Kind]:
    return [Kind(suffix, *pair.split(" ")) for pair in pairs]


KINDS = [
    *_kinds(
        ".mp4",
        *(f"h264 {sound}" for sound in SOUNDS if sound not in ("pcm", "pcm24", "wma")),
        *("h264-10bit aac", "hevc aac", "hev1 none", "av1 opus", "vp9 opus", "mpeg4 aac"),
        *("none aac", "mpeg2 mp2"),
    ),
    *_kinds(".mov", "h264 aac", "h264 pcm", "h264 pcm24", "prores pcm", "h264 ac3", "mjpeg pcm"),
    *_kinds(
        ".mkv",
        *(f"h264 {sound}" for sound in SOUNDS),
        *("hevc aac", "av1 opus", "vp9 flac", "vp8 vorbis", "mpeg4 mp3", "mpeg2 ac3"),
    ),
    *_kinds(".webm", "vp8 vorbis", "vp9 opus", "av1 opus", "vp9 none"),
    *_kinds(".avi", "mpeg4 mp3", "h264 aac", "mjpeg pcm"),
    *_kinds(".ts", "h264 aac", "mpeg2 mp2", "hevc ac3"),
    *_kinds(".mpg", "mpeg2 mp2", "mpeg1 mp2"),
    *_kinds(".ogv", "theora vorbis", "theora flac"),
    *_kinds(".wmv", "wmv2 wma"),
    *_kinds(".flv", "flv1 mp3", "h264 aac"),
]
