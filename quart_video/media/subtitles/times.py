"""Times as people and programs write them into subtitles. Pure."""

from __future__ import annotations

import re

# The parts of seconds are a decimal fraction, of one digit or of many. Between all of them there
# may be blanks, and a colon where a comma belongs.
CLOCK = r"(?:(\d{1,6})\s*:\s*)?(\d{1,3})\s*:\s*(\d{1,2})(?!\d)(?:\s*[.,:;]\s*(\d{1,9})(?!\d))?"
_CLOCK = re.compile(CLOCK)


def clock(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    """Return seconds; the arguments are the groups of :data:`CLOCK`."""
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole + (float(f"0.{fraction}") if fraction else 0.0)


def read_clock(text: str) -> float | None:
    """Return the seconds that *text* stands for, ``None`` if it is no time."""
    match = _CLOCK.fullmatch(text.strip())
    return clock(*match.groups()) if match else None
