"""What libav knows of a stream and PyAV does not tell, out of what ``av_dump_format`` prints. Pure.

That is: anything of a stream without a decoder, the part of the picture that is shown, and Dolby
Vision.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DolbyVision:
    """A configuration record of Dolby Vision."""

    profile: int
    level: int
    compatibility: int
    """What the picture is without it: 0 nothing, 1 HDR10, 2 the usual range, 4 HLG."""


@dataclass(slots=True)
class Dumped:
    """What is printed of one stream. ``None`` and empty: nothing."""

    tag: str = ""
    """FourCC of the container, where it is text."""
    width: int | None = None
    height: int | None = None
    frame_rate: float | None = None
    channels: int | None = None
    sample_rate: int | None = None
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Pixels not to be shown: left, right, top, bottom."""
    dolby_vision: DolbyVision | None = field(default=None)


_STREAM = re.compile(r"  Stream #0:(\d+)(?:\[0x[0-9a-f]+\])?(?:\([^)]*\))?: \w+: (.*)")
_TAG = re.compile(r"^[^,]*\(([\x21-\x7e]{4}) / 0x[0-9A-F]{8}\)")
_SIZE = re.compile(r", (\d{1,6})x(\d{1,6})\b")
_RATE = re.compile(r", ([\d.]+)(k?) fps\b")
_SOUND = re.compile(r", (\d+) Hz(?:, (?:(\d+) channels|(mono)|(stereo)|(\d)\.(\d)\b))?")
_CROP = re.compile(r"      Frame Cropping: (\d+)/(\d+)/(\d+)/(\d+)")
_DOLBY = re.compile(
    r"      DOVI configuration record: .*\bprofile: (\d+), level: (\d+),.*compatibility id: (\d+).*"
)


def parse_dump(text: str) -> dict[int, Dumped]:
    """Read what was printed of the streams of a file; the keys are their numbers."""
    streams: dict[int, Dumped] = {}
    current = Dumped()  # of none: what comes before the first stream
    for line in text.split("\n"):
        if stream := _STREAM.fullmatch(line):
            current = streams[int(stream[1])] = _stream(stream[2])
        elif crop := _CROP.fullmatch(line):
            left, right, top, bottom = (int(part) for part in crop.groups())
            current.crop = left, right, top, bottom
        elif dolby := _DOLBY.fullmatch(line):
            current.dolby_vision = DolbyVision(*(int(part) for part in dolby.groups()))
    return streams


def _stream(line: str) -> Dumped:
    stream = Dumped()
    if tag := _TAG.match(line):
        stream.tag = tag[1]
    if size := _SIZE.search(line):
        stream.width, stream.height = int(size[1]), int(size[2])
    if rate := _RATE.search(line):
        stream.frame_rate = float(rate[1]) * (1000 if rate[2] else 1)
    if sound := _SOUND.search(line):
        stream.sample_rate = int(sound[1]) or None
        count, mono, stereo, full, low = sound.groups()[1:]
        named = 1 if mono else 2 if stereo else int(full) + int(low) if full else None
        stream.channels = int(count) if count else named
    return stream
