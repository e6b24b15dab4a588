"""Timed text of MP4 (3GPP TS 26.245, "tx3g", "mov_text"): the bytes of a sample become a cue. Pure.

FFmpeg makes SubStation Alpha of it, in which a brace that is text looks like markup.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from quart_video.media.subtitles.place import BOTTOM_CENTRE, settings
from quart_video.media.subtitles.richtext import RichText
from quart_video.media.vtt import Cue

_FLAGS = ((1, "b"), (2, "i"), (4, "u"))
_STYLE = struct.Struct(">HHHBB4s")
_ROWS = {0: 7, 1: 4}  # by vertical justification; all else is at the bottom
_COLUMNS = {0: 0, 1: 1}  # by horizontal justification; all else is at the right


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the description of the samples says of all of them."""

    on: tuple[str, ...] = ()
    """What is turned on: ``b``, ``i``, ``u``."""
    alignment: int = BOTTOM_CENTRE


def read_description(data: bytes) -> Defaults:
    """Read the sample description, without its header."""
    if len(data) < 30:
        return Defaults()
    horizontal, vertical = struct.unpack_from(">bb", data, 4)
    flags = data[24]
    return Defaults(_on(flags), _ROWS.get(vertical, 1) + _COLUMNS.get(horizontal, 2))


def read_sample(data: bytes, start: float, stop: float, defaults: Defaults) -> Cue:
    """Read one sample; one without text makes what was there before go away."""
    size = int.from_bytes(data[:2], "big")
    raw, boxes = data[2 : 2 + size], data[2 + size :]
    wide = raw.startswith((b"\xfe\xff", b"\xff\xfe"))
    text = raw.decode("utf-16" if wide else "utf-8", "replace")
    rich = RichText(defaults.on)
    end = 0
    for first, last, on in _styles(boxes):
        if first < end or last <= first:
            continue
        rich.reset(defaults.on)
        rich.add(text[end:first])
        rich.reset(on)
        rich.add(text[first:last])
        end = last
    rich.reset(defaults.on)
    rich.add(text[end:])
    shown = rich.finish()
    return Cue(start, stop, shown, settings(defaults.alignment, lines=shown.count("\n") + 1))


def _styles(boxes: bytes) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    position = 0
    while position + 8 <= len(boxes):
        size, name = struct.unpack_from(">I4s", boxes, position)
        if name == b"styl":
            content = boxes[position + 10 : position + max(size, 8)]
            for offset in range(0, len(content) - _STYLE.size + 1, _STYLE.size):
                first, last, _, flags, _, _ = _STYLE.unpack_from(content, offset)
                yield first, last, _on(flags)
        position += max(size, 8)


def _on(flags: int) -> tuple[str, ...]:
    return tuple(tag for bit, tag in _FLAGS if flags & bit)
