"""SubRip, read as loosely as players read it. Pure.

Rule 1: a line with two times and an arrow begins a cue, whatever is missing around it: the number,
hours, milliseconds, empty lines. What stands before the first one is left out.
Rule 2: a cue has all lines up to the next one, but for its number. Empty lines end nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from quart_video.media.subtitles.markup import read_markup
from quart_video.media.subtitles.place import BOTTOM_CENTRE, settings
from quart_video.media.subtitles.times import CLOCK, clock
from quart_video.media.vtt import Cue

TIMING = re.compile(
    rf"\s*+{CLOCK}\s*(?:-{{1,3}}\s?>|\u2192|\u2013>|\u2014>)\s*{CLOCK}(?P<rest>.*)", re.DOTALL
)
_LONGEST_TIMING = 1000  # letters
_SETTINGS = re.compile(
    r"(?:line:-?[0-9.]+%?|position:[0-9.]+%|size:[0-9.]+%"
    r"|align:(?:start|center|end|left|right)|vertical:(?:rl|lr))(?!\S)"
)
_WIDTH, _HEIGHT = 384, 288  # what a point counts in where no script says otherwise


def is_timing(line: str) -> re.Match[str] | None:
    """Return the two times of *line*, ``None`` if it is another line."""
    head = line[:_LONGEST_TIMING]
    return TIMING.match(head) if ">" in head or "\u2192" in head else None


def read_subrip(text: str) -> Iterator[Cue]:
    """Read a file of SubRip, or what is left of WebVTT without its first line."""
    timing: re.Match[str] | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        found = is_timing(line)
        if found is None:
            lines.append(line)
            continue
        if timing is not None:
            yield _cue(timing, _without_number(lines))
        timing, lines = found, []
    if timing is not None:
        yield _cue(timing, lines)


def _without_number(lines: list[str]) -> list[str]:
    """Leave out the number of the next cue, which stands right before its times."""
    number = lines[-1].strip() if lines else ""
    return lines[:-1] if number.isascii() and number.isdigit() else lines


def _cue(timing: re.Match[str], lines: list[str]) -> Cue:
    groups = timing.groups()
    return subrip_cue(clock(*groups[:4]), clock(*groups[4:8]), "\n".join(lines), timing["rest"])


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
