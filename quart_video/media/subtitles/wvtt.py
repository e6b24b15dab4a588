"""WebVTT in MP4 (ISO/IEC 14496-30, section 7): the bytes of a sample become cues. Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from quart_video.media.vtt import Cue, join_lines

_CUE, _TEXT, _SETTINGS = b"vttc", b"payl", b"sttg"


def read_sample(data: bytes, start: float, stop: float) -> Iterator[Cue]:
    """Read the cues of one sample; all of them last as long as it does."""
    for name, content in _boxes(data):
        if name == _CUE:
            fields = dict(_boxes(content))
            text = join_lines(fields.get(_TEXT, b"").decode("utf-8", "replace"))
            settings = fields.get(_SETTINGS, b"").decode("utf-8", "replace")
            yield Cue(start, stop, text, " ".join(settings.replace("-->", "").split()))


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, position)
        if size < 8:
            return
        yield name, data[position + 8 : position + size]
        position += size
