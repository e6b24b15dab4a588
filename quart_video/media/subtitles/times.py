"""Times as people and programs write them into subtitles. Pure."""

from __future__ import annotations

import re

# The parts of seconds are a decimal fraction, of one digit or of many. Between all of them there
# may be blanks, and a colon where a comma belongs, each of them as wide as a Chinese letter. What
# somebody has shifted too far has a minus before one of the parts.
_COLON = r"\s*[:\uff1a]\s*"
CLOCK = (
    rf"(?:(-?\d{{1,6}}){_COLON})?(-?\d{{1,3}}){_COLON}(-?\d{{1,2}})(?!\d)"
    r"(?:\s*[.,:;\uff0c\uff0e\uff1a]\s*(\d{1,9})(?!\d))?"
)
_CLOCK = re.compile(CLOCK)


def clock(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    """Return seconds; the arguments are the groups of :data:`CLOCK`."""
    whole = (abs(int(hours or 0)) * 60 + abs(int(minutes))) * 60 + abs(int(seconds))
    value = whole + (float(f"0.{fraction}") if fraction else 0.0)
    return -value if "-" in f"{hours}{minutes}{seconds}" else value


def read_clock(text: str) -> float | None:
    """Return the seconds that *text* stands for, ``None`` if it is no time."""
    match = _CLOCK.fullmatch(text.strip())
    return clock(*match.groups()) if match else None
