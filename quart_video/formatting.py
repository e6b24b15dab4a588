"""Sizes and dates as the pages show them. Pure; the pages are in English."""

from __future__ import annotations

from datetime import UTC, datetime

# Spelled out, because strftime follows the server's locale.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = ("kB", "MB", "GB", "TB", "PB")
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def format_size(size: int) -> str:
    """Return *size*, in bytes, as people read it: ``812 bytes``, ``4.2 MB``, ``17 GB``.

    Units are powers of 1000, as in the specifications of disks, networks and most file managers.
    """
    if size < 1000:
        return f"{size}{_NO_BREAK_SPACE}{'byte' if size == 1 else 'bytes'}"
    value, power = size / 1000, 0
    while value >= 999.5 and power + 1 < len(_UNITS):  # it would be rounded to 1000
        value, power = value / 1000, power + 1
    digits = 1 if value < 9.95 else 0
    return f"{value:.{digits}f}{_NO_BREAK_SPACE}{_UNITS[power]}"


def format_date(text: str, *, time: bool = False) -> str:
    """Return *text*, a time in ISO 8601, as ``22 Nov 2026``, in UTC.

    :param time: add the time of day: ``22 Nov 2026, 13:15 UTC``.

    A time without an offset is taken as UTC. A text that is no time is returned as it is: a
    page is not worth failing over a date.
    """
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return text
    day = f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    day = day.replace(" ", _NO_BREAK_SPACE)
    return f"{day}, {moment:%H:%M}{_NO_BREAK_SPACE}UTC" if time else day
