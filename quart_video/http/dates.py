"""HTTP dates, RFC 9110 section 5.6.7. Whole seconds since the epoch on our side."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_DAY = "(?:" + "|".join(_DAYS) + ")"
_LONG_DAY = "(?P<weekday>" + "|".join(_LONG_DAYS) + ")"
_MONTH = "(?P<month>" + "|".join(_MONTHS) + ")"
# time-of-day = hour ":" minute ":" second ; 00:00:00 - 23:59:60 (leap second)
_TIME = "(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9]|60)"

# Names of days and months are case-sensitive, and a sender of anything else sent no HTTP-date.
_FORMATS = tuple(
    re.compile(pattern)
    for pattern in (
        # IMF-fixdate = day-name "," SP day SP month SP year SP time-of-day SP GMT
        rf"{_DAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT",
        # rfc850-date = day-name-l "," SP day "-" month "-" 2DIGIT SP time-of-day SP GMT
        rf"{_LONG_DAY}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT",
        # asctime-date = day-name SP month SP ( 2DIGIT / ( SP DIGIT )) SP time-of-day SP year
        rf"{_DAY} {_MONTH} (?P<day>[0-9]{{2}}| [0-9]) {_TIME} (?P<year>[0-9]{{4}})",
    )
)


def parse_date(value: str, *, now: int) -> int | None:
    """Parse an HTTP-date in any of its three formats.

    :param value: the field value.
    :param now: the present in seconds since the epoch, which tells the century of a two-digit year.
    :returns: seconds since the epoch, or ``None`` for anything that is no HTTP-date.
    """
    for pattern in _FORMATS:
        if match := pattern.fullmatch(value):
            break
    else:
        return None
    short = len(match["year"]) == 2  # an rfc850-date
    moment = _of_short_year(match, now) if short else _moment(match, int(match["year"]))
    if moment is None:
        return None
    return _seconds(moment) + (match["second"] == "60")  # a leap second is the next one


@lru_cache(maxsize=1024)
def format_date(seconds: int) -> str | None:
    """Format as IMF-fixdate, or return ``None`` outside of the years 1 to 9999."""
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return (
        f"{_DAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]} "
        f"{moment.year:04} {moment:%H:%M:%S} GMT"
    )


def _seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(seconds=1)


def _moment(match: re.Match[str], year: int) -> datetime | None:
    try:
        return datetime(
            year,
            _MONTHS.index(match["month"]) + 1,
            int(match["day"]),
            int(match["hour"]),
            int(match["minute"]),
            min(int(match["second"]), 59),
            tzinfo=UTC,
        )
    except ValueError:  # year 0, or a 31st of February
        return None


def _of_short_year(match: re.Match[str], now: int) -> datetime | None:
    """Choose the century of an rfc850-date.

    More than 50 years in the future is the most recent such year in the past. A date less far ahead
    may be either, and its day of the week tells: no century begins on the day the last one did.
    """
    present = _EPOCH + timedelta(seconds=now)
    horizon = (present.year + 50, *present.timetuple()[1:6])
    latest = horizon[0] - (horizon[0] - int(match["year"])) % 100
    found = [
        moment
        for year in (latest, latest - 100)
        if (moment := _moment(match, year)) and moment.timetuple()[:6] <= horizon
    ]
    ahead = len(found) == 2 and found[0] > present
    if ahead and _LONG_DAYS[found[1].weekday()] == match["weekday"]:
        return found[1]
    return found[0] if found else None
