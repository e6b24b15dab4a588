"""SubRip, read as loosely as players read it. Pure.

Rule 1: a line with two times and an arrow begins a cue, whatever is missing around it: the number,
hours, milliseconds, empty lines. What stands before the first one is left out.
Rule 2: a cue has all lines up to the next one, but for its number. Empty lines end nothing.
Rule 3: a line with less exact times than the first one has, and no empty line above it, is text:
"12:00 -> 13:00".
Rule 4: a line with an arrow and one time costs itself, and the text below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from quart_video.media.subtitles.markup import read_markup
from quart_video.media.subtitles.place import BOTTOM_CENTRE, settings
from quart_video.media.subtitles.times import CLOCK, clock
from quart_video.media.vtt import Cue

TIMING = re.compile(
    rf"[\s\"'\[(]*+(?:\d{{1,6}}[.):]?[ \t]++)??{CLOCK}[\s\"']*"
    rf"(?:(?:[-=\u2013\u2014]{{1,9}}\s?(?:>|&gt;)\s*){{1,2}}|\u2192)[\s\"']*{CLOCK}"
    r"[\"'\])]?(?P<rest>.*)",
    re.DOTALL,
)
_HALF = re.compile(rf"\s*(?:{CLOCK}\s*-->|-->\s*{CLOCK})\s*")
_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.(\d\d)\.(\d\d)(?=[.,]\d{1,3}(?!\d))")
_NO_WORDS = re.compile(r"\b[A-Za-z]\w*:\S*|[\W\d_]+")
_NUMBER = re.compile(r"\s*\d+\s*", re.ASCII)
_ODD_NUMBER = re.compile(r"\s*[#\[(]?\d{1,6}[\])]?[.:]?\s*", re.ASCII)
_LONGEST_TIMING = 1000  # letters
_SETTINGS = re.compile(
    r"(?:line:-?[0-9.]+%?|position:[0-9.]+%|size:[0-9.]+%"
    r"|align:(?:start|center|end|left|right)|vertical:(?:rl|lr))(?!\S)"
)
_WIDTH, _HEIGHT = 384, 288  # what a point counts in where no script says otherwise


def is_timing(line: str) -> re.Match[str] | None:
    """Return the two times of *line*, ``None`` if it is another line."""
    head = line[:_LONGEST_TIMING]
    if ">" not in head and "\u2192" not in head and "&gt;" not in head:
        return None
    if not head.isascii():
        head = _UNSEEN.sub("", head)
    if ":" not in head:
        head = _DOTTED.sub(r"\1:\2:\3", head)
    return TIMING.match(head)


def read_subrip(text: str) -> Iterator[Cue]:
    """Read a file of SubRip, or what is left of WebVTT without its first line."""
    timing: re.Match[str] | None = None
    is_exact = False  # as the first times are
    is_spaced = False  # as below the first number: by an empty line
    lines: list[str] = []
    for line in text.split("\n"):
        found = is_timing(line)
        if found and timing is None:
            is_exact = _is_exact(found)
            is_spaced = _is_number(lines[:-1]) and not lines[-1].strip()
        is_half = found is None and "-->" in line and _HALF.fullmatch(line[:_LONGEST_TIMING])
        if found is None and not is_half:
            lines.append(line)
            continue
        above = _without_number(lines, is_spaced=is_spaced)
        if found and is_exact and not _is_exact(found) and not _is_apart(lines, above):
            lines.append(line)
            continue
        if timing is not None:
            yield _cue(timing, above)
        timing, lines = found, []
    if timing is not None:
        yield _cue(timing, lines)


def _is_exact(timing: re.Match[str]) -> bool:
    return timing[4] is not None and "-->" in timing[0]


def _is_number(lines: list[str]) -> bool:
    return bool(lines) and _NUMBER.fullmatch(lines[-1]) is not None


def _is_apart(lines: list[str], above: list[str]) -> bool:
    """Say whether what stands above a line sets it apart: an empty line, or a number below one."""
    return bool(lines) and (len(above) < len(lines) or not lines[-1].strip())


def _without_number(lines: list[str], *, is_spaced: bool = False) -> list[str]:
    """Leave out the number of the next cue, which stands right before its times.

    :param is_spaced: whether there is an empty line between them.
    """
    if is_spaced and _is_number(lines[:-1]) and not lines[-1].strip():
        return lines[:-2]
    if lines and _NUMBER.fullmatch(lines[-1]):
        return lines[:-1]
    if len(lines) > 1 and not lines[-2].strip() and _ODD_NUMBER.fullmatch(lines[-1]):
        return lines[:-1]
    return lines


def _cue(timing: re.Match[str], lines: list[str]) -> Cue:
    groups = timing.groups()
    text = "\n".join(lines)
    if not text.strip() and _NO_WORDS.sub("", timing["rest"]):
        text = timing["rest"].strip()  # of a line with all of a cue in it
    return subrip_cue(clock(*groups[:4]), clock(*groups[4:8]), text, timing["rest"])


def subrip_cue(start: float, stop: float, text: str, rest: str = "") -> Cue:
    """Make a cue of the text of SubRip.

    :param rest: what stands behind the times.
    """
    styled = read_markup(text)
    placed = " ".join(_SETTINGS.findall(rest))
    if not placed and (styled.overrides.alignment or styled.overrides.point):
        point = styled.overrides.point
        placed = settings(
            styled.overrides.alignment or BOTTOM_CENTRE,
            (point[0] / _WIDTH * 100, point[1] / _HEIGHT * 100) if point else None,
            lines=styled.text.count("\n") + 1,
        )
    return Cue(start, stop, styled.text, placed)
