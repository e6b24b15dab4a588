r"""WebVTT, made valid where it is not. Pure.

All that is valid stays as it is: styles, regions, notes, classes, voices, places. What is mended is
what browsers would drop: marks and empty lines before the first line, commas in times, parts of
seconds without three digits, lines of nothing but blanks, a first cue right below the first line,
text below an empty line, signs in a text that would begin a tag or other times. "{\an8}" of
SubStation, which programs leave in, becomes a place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from quart_video.media.subtitles.markup import TAGS
from quart_video.media.subtitles.place import settings
from quart_video.media.subtitles.subrip import is_timing
from quart_video.media.subtitles.times import clock
from quart_video.media.vtt import Cue, is_shown, timestamp

_HEADER = re.compile(r"WEBVTT(?=[ \t\n]|$)")
_NO_TEXT = re.compile(r"(?:NOTE|STYLE|REGION|WEBVTT|X-TIMESTAMP-MAP)(?![a-z])")
_NO_TAG = re.compile(
    rf"<(?!/?(?:{'|'.join(sorted(TAGS))})(?:[.\s/][^<>]*+)?>|(?:\d+:){{1,2}}\d+\.\d+>)",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\s{0,9}/?>", re.IGNORECASE)
# What scripts read from a track: addresses of pictures, and objects.
_DATA = re.compile(
    r"\S+#xywh=[\w:,.%-]+|data:image/\S+|\S+\.(?:avif|gif|jpe?g|png|webp)(?:\?\S*)?"
    r"|\{\s*(?:\"[^\"]*\"\s*:.*)?\}",
    re.IGNORECASE | re.DOTALL,
)
_ALIGNMENT = re.compile(r"\{\\an([1-9])\}")
_VALID = re.compile(
    r"(?:\d\d+:)?[0-5]\d:[0-5]\d\.\d{3}[ \t]*-->[ \t]*(?:\d\d+:)?[0-5]\d:[0-5]\d\.\d{3}(?:[ \t]|$)"
)


def begins_webvtt(text: str) -> bool:
    """Say whether *text* names itself WebVTT, perhaps below empty lines and marks."""
    return _HEADER.match(text.lstrip(" \t\n\ufeff")) is not None


def read_webvtt(text: str) -> tuple[str, int]:
    """Return *text* as browsers read it, and how many cues with text for people it has."""
    written: list[list[str]] = []  # the lines of each block
    home = 0  # of text that no times stand above, as soon as there is a cue
    last: Cue | None = None
    count = 0
    for block in _blocks(text.lstrip(" \t\n\ufeff")):
        starts = _starts(block)
        is_header = not written
        if not starts and home and _is_lost_text(block):
            more = _mended(block)
            written[home] += more
            if last and not _is_text(last):
                last = replace(last, text="\n".join(more))
                count += _is_text(last)
            continue
        if not starts or is_header:
            head = block[: starts[0]] if starts else block
            written.append(head)
            if home and not starts and not _is_number(block):
                home, last = len(written) - 1, None  # notes go on below an empty line, too
        for start, stop in pairwise([*starts, len(block)]):
            timing = is_timing(block[start])
            assert timing is not None
            name = block[start - 1 : start] if start == starts[0] and not is_header else []
            lines, place = _placed(block[start + 1 : stop])
            lines = _mended(lines)
            times = _valid(block[start], timing) + ("" if timing["rest"].strip() else place)
            written.append([*name, times, *lines])
            begin, end = clock(*timing.groups()[:4]), clock(*timing.groups()[4:8])
            home, last = len(written) - 1, Cue(begin, end, "\n".join(lines))
            count += _is_text(last)
    return "\n\n".join("\n".join(lines) for lines in written) + "\n", count


def is_data(text: str) -> bool:
    """Say whether the text of a cue is for scripts: an address of a picture, or an object."""
    return _DATA.fullmatch(text.strip()) is not None


def _is_text(cue: Cue) -> bool:
    return is_shown(cue) and not is_data(cue.text)


def _starts(block: Sequence[str]) -> list[int]:
    """Return which lines have the times of a cue. Below others, "12:00 -> 13:00" is text."""
    found: list[int] = []
    for index, line in enumerate(block):
        if is_timing(line) and ("-->" in line or not found):
            found.append(index)
    return found


def _is_lost_text(block: Sequence[str]) -> bool:
    """Say whether lines that no times stand above are text, and neither a number nor notes."""
    is_text = _NO_TEXT.match(block[0]) is None and not any("->" in line for line in block[:2])
    return is_text and not _is_number(block)


def _is_number(block: Sequence[str]) -> bool:
    return len(block) == 1 and block[0].strip().isdigit()


def _placed(lines: Sequence[str]) -> tuple[Sequence[str], str]:
    """Take the tags for a place out of the lines of a cue, and return what it becomes."""
    found = next(filter(None, map(_ALIGNMENT.search, lines)), None)
    if found is None:
        return lines, ""
    kept = [_ALIGNMENT.sub("", line) for line in lines]
    place = settings(int(found[1]))
    return [line for line in kept if line.strip()], f" {place}" if place else ""


def _mended(lines: Sequence[str]) -> Sequence[str]:
    """Write what is no tag so that it can be read."""
    if not any("<" in line or "-->" in line for line in lines):
        return lines
    text = _BREAK.sub("\n", "\n".join(lines).replace("-->", "--&gt;"))
    return [line for line in _NO_TAG.sub("&lt;", text).split("\n") if line]


def _blocks(text: str) -> Iterator[list[str]]:
    """Yield the lines between empty lines, but for those that are nothing but blanks."""
    lines = text.split("\n")
    block: list[str] = []
    for index, line in enumerate(lines):
        if line and not line.isspace():
            block.append(line)
        elif block and (not line or any(map(is_timing, lines[index + 1 : index + 3]))):
            yield block
            block = []
    if block:
        yield block


def _valid(line: str, timing: re.Match[str]) -> str:
    """Return the line of a cue's times as it has to be."""
    if _VALID.match(line):
        return line
    start, stop = clock(*timing.groups()[:4]), clock(*timing.groups()[4:8])
    return f"{timestamp(start)} --> {timestamp(stop)} {timing['rest'].strip()}".rstrip()
