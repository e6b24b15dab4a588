"""Sizes, dates, times and drawings as the pages show them. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from quart_video.messages import ENGLISH, Texts

_UNITS = ("kB", "MB", "GB", "TB", "PB")
_NEW = timedelta(days=7)
_TINTS, _SHAPES = 8, 4
_JOINERS = "\u200c\u200d"

_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_UNITS_OF_TIME = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,6}):)?(\d{1,6}):(\d{1,2})", re.ASCII)


def format_size(size: int, texts: Texts = ENGLISH) -> str:
    """Return *size*, in bytes, as people read it: ``812 bytes``, ``4.2 MB``, ``17 GB``.

    Units are powers of 1000, as in the specifications of disks, networks and most file managers.
    """
    if size < 1000:
        return texts.text("bytes", number=size)
    value, power = size / 1000, 0
    while value >= 999.5 and power + 1 < len(_UNITS):  # it would be rounded to 1000
        value, power = value / 1000, power + 1
    digits = 1 if value < 9.95 else 0
    number = f"{value:.{digits}f}".replace(".", texts.text("decimal"))
    return texts.text("size", number=number, unit=_UNITS[power])


def format_date(text: str, texts: Texts = ENGLISH, *, time: bool = False) -> str:
    """Return *text*, a time in ISO 8601, as ``22 Nov 2026``, in UTC.

    :param time: add the time of day: ``22 Nov 2026, 13:15 UTC``.

    A time without an offset is taken as UTC. A text that is no time is returned as it is: a
    page is not worth failing over a date.
    """
    moment = _moment(text)
    if moment is None:
        return text
    # Not strftime, which follows the server's locale.
    month = texts.text("months").split()[moment.month - 1]
    date = texts.text("date", day=str(moment.day), month=month, year=str(moment.year))
    return texts.text("date_and_time", date=date, time=f"{moment:%H:%M}") if time else date


def is_new(text: str, now: datetime) -> bool:
    """Tell whether *text*, a time in ISO 8601, lies in the week before *now*."""
    moment = _moment(text)
    return moment is not None and timedelta(0) <= now - moment < _NEW


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def format_duration(seconds: float) -> str:
    """Return a duration as players show it: ``0:07``, ``12:34``, ``1:02:03``."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def format_length(seconds: float, texts: Texts = ENGLISH) -> str:
    """Return a length to choose, in words where it is round: ``5 min``, ``2 h``, ``1:30``."""
    minutes, rest = divmod(seconds, 60)
    if rest or not minutes:
        return format_duration(seconds)
    hours, odd = divmod(minutes, 60)
    if odd:
        return texts.text("minutes", number=int(minutes))
    return texts.text("hours", number=int(hours))


def for_terminal(text: str) -> str:
    """Return *text* with all escaped that a terminal would obey: a file's name may hold anything.

    Joiners stay, which emoji and some scripts are written with.
    """
    return "".join(
        letter if letter.isprintable() or letter in _JOINERS else ascii(letter)[1:-1]
        for letter in text
    )


def parse_time(text: str) -> float | None:
    """Return the seconds that ``90``, ``90.5``, ``1m30s``, ``1h2m`` or ``1:30`` speak of.

    ``None``: it speaks of no time.
    """
    text = text.strip().lower()
    if _SECONDS.fullmatch(text):
        return float(text)
    parts = _CLOCK.fullmatch(text) or (_UNITS_OF_TIME.fullmatch(text) if text else None)
    if parts is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def drawing(path: str) -> str:
    """Return the classes of the drawing that stands for the video at *path*: always the same."""
    name = path.encode(errors="surrogatepass")
    tint, shape = hashlib.blake2b(name, digest_size=2).digest()
    return f"qv-tint-{tint % _TINTS} qv-shape-{shape % _SHAPES}"


def at_time(url: str, start: float | None) -> str:
    """Have a player begin at a time, by the fragment of a media URL (Media Fragments, 4.2.1)."""
    return url if start is None else f"{url}#t={start:g}"


def template_functions(texts: Texts) -> dict[str, Any]:
    """Return what every template of ours may call, by its name there."""
    return {
        "text": texts.text,
        "phrase": texts.phrase,
        "drawing": drawing,
        "format_size": partial(format_size, texts=texts),
        "format_date": partial(format_date, texts=texts),
        "format_duration": format_duration,
    }
