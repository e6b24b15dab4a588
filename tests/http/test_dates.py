"""RFC 9110 section 5.6.7."""

from __future__ import annotations

import calendar
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import formatdate, parsedate_to_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quart_video.http.dates import format_date, parse_date
from tests.http.effort import assert_linear
from tests.http.make import ASCTIME, IMF, MODIFIED, NOW, RFC850


def seconds(*moment: int) -> int:
    return calendar.timegm((*moment, 0, 0, 0)[:6])


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = seconds(1, 1, 1), seconds(9999, 12, 31, 23, 59, 59)

VALID = [
    pytest.param(IMF, MODIFIED, id="5.6.7-imf-fixdate"),
    pytest.param(RFC850, MODIFIED, id="5.6.7-rfc850"),
    pytest.param(ASCTIME, MODIFIED, id="5.6.7-asctime"),
    pytest.param("Wed Nov 16 08:49:37 1994", MODIFIED + 10 * 86400, id="5.6.7-asctime-two-digits"),
    pytest.param("Sun Nov 06 08:49:37 1994", MODIFIED, id="5.6.7-asctime-zero-digit"),
    pytest.param("Thu, 01 Jan 1970 00:00:00 GMT", 0, id="epoch"),
    pytest.param("Wed, 31 Dec 1969 23:59:59 GMT", -1, id="before-the-epoch"),
    pytest.param("Tue, 19 Jan 2038 03:14:08 GMT", 2**31, id="beyond-32-bits"),
    pytest.param("Mon, 01 Jan 0001 00:00:00 GMT", FIRST, id="first-year"),
    pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", LAST, id="last-year"),
    pytest.param("Tue, 29 Feb 2000 12:00:00 GMT", seconds(2000, 2, 29, 12), id="leap-day"),
    pytest.param("Sat, 31 Dec 2016 23:59:60 GMT", seconds(2017, 1, 1), id="5.6.7-leap-second"),
    pytest.param("Fri, 31 Dec 9999 23:59:60 GMT", LAST + 1, id="leap-second-of-the-last-year"),
]


@pytest.mark.parametrize(("value", "expected"), VALID)
def test_valid(value: str, expected: int) -> None:
    assert parse_date(value, now=NOW) == expected


INVALID = [
    pytest.param("", id="empty"),
    pytest.param("0", id="zero"),
    pytest.param("784111777", id="seconds"),
    pytest.param("yesterday", id="word"),
    pytest.param(f"{IMF}, {IMF}", id="13.1.3-two-members"),
    pytest.param(f"{RFC850}, {RFC850}", id="13.1.3-two-members-rfc850"),
    pytest.param(f"{IMF};length=1000", id="netscape-length"),
    pytest.param(f"{IMF} ", id="trailing-space"),
    pytest.param(f"{IMF}\n", id="trailing-newline"),
    pytest.param(f" {IMF}", id="leading-space"),
    pytest.param(f'"{IMF}"', id="quoted"),
    pytest.param("sun, 06 nov 1994 08:49:37 gmt", id="5.6.7-case-sensitive"),
    pytest.param("Sun, 06 Nov 1994 08:49:37 gmt", id="5.6.7-case-sensitive-zone"),
    pytest.param("Sun, 06 Nov 1994 08:49:37", id="no-zone"),
    pytest.param("Sun, 06 Nov 1994 08:49:37 UTC", id="other-zone"),
    pytest.param("Sun, 06 Nov 1994 08:49:37 +0000", id="offset"),
    pytest.param("Sun, 06 Nov 1994 08:49:37 +999999999999", id="huge-offset"),
    pytest.param("Sun, 6 Nov 1994 08:49:37 GMT", id="one-digit-day"),
    pytest.param("06 Nov 1994 08:49:37 GMT", id="no-day-name"),
    pytest.param("Sun 06 Nov 1994 08:49:37 GMT", id="no-comma"),
    pytest.param("Sun,06 Nov 1994 08:49:37 GMT", id="no-space"),
    pytest.param("Sun,  06 Nov 1994 08:49:37 GMT", id="two-spaces"),
    pytest.param("Sun, 06-Nov-1994 08:49:37 GMT", id="netscape-cookie"),
    pytest.param("Sun, 06-Nov-94 08:49:37 GMT", id="rfc850-short-day"),
    pytest.param("Sunday, 06-Nov-1994 08:49:37 GMT", id="rfc850-long-year"),
    pytest.param("Sun, 06 Nov 94 08:49:37 GMT", id="rfc822-short-year"),
    pytest.param("Sun Nov 6 08:49:37 1994", id="asctime-one-digit-day"),
    pytest.param("Sun Nov  6 08:49:37 1994 GMT", id="asctime-zone"),
    pytest.param("Sun Nov  6 08:49:37 94", id="asctime-short-year"),
    pytest.param("Xxx, 06 Nov 1994 08:49:37 GMT", id="no-such-day-name"),
    pytest.param("Sun, 06 Xxx 1994 08:49:37 GMT", id="no-such-month"),
    pytest.param("Sun, 00 Nov 1994 08:49:37 GMT", id="day-0"),
    pytest.param("Sun, 31 Nov 1994 08:49:37 GMT", id="day-31-of-30"),
    pytest.param("Sun, 99 Nov 1994 08:49:37 GMT", id="day-99"),
    pytest.param("Mon, 29 Feb 1900 12:00:00 GMT", id="no-leap-year"),
    pytest.param("Sun, 06 Nov 0000 08:49:37 GMT", id="year-0"),
    pytest.param("Sun, 06 Nov 99999 08:49:37 GMT", id="year-of-5-digits"),
    pytest.param(f"Sun, 06 Nov {'9' * 5000} 08:49:37 GMT", id="year-of-5000-digits"),
    pytest.param("Sun, 06 Nov 1994 24:00:00 GMT", id="hour-24"),
    pytest.param("Sun, 06 Nov 1994 08:60:00 GMT", id="minute-60"),
    pytest.param("Sun, 06 Nov 1994 08:49:61 GMT", id="second-61"),
    pytest.param("Sun, 06 Nov 1994 8:49:37 GMT", id="one-digit-hour"),
    pytest.param("Sun, 06 Nov 1994 08:49 GMT", id="no-seconds"),
    pytest.param("Sun, 06 Nov 1994 08:49:37.0 GMT", id="fraction"),
    pytest.param("Sun, -6 Nov 1994 08:49:37 GMT", id="sign"),
    pytest.param("Sun, \u0660\u0666 Nov 1994 08:49:37 GMT", id="digits-beyond-ascii"),
    pytest.param("1994-11-06T08:49:37Z", id="iso-8601"),
    pytest.param('"v1"', id="entity-tag"),
]


@pytest.mark.parametrize("value", INVALID)
def test_invalid(value: str) -> None:
    assert parse_date(value, now=NOW) is None


CENTURIES = [
    pytest.param("Sunday, 06-Nov-94", 1994, id="last-century"),
    pytest.param("Friday, 31-Dec-99", 1999, id="end-of-last-century"),
    pytest.param("Saturday, 01-Jan-00", 2000, id="this-century"),
    pytest.param("Sunday, 22-Nov-26", 2026, id="today"),
    pytest.param("Monday, 23-Nov-26", 2026, id="tomorrow"),
    pytest.param("Wednesday, 01-Jan-76", 2076, id="less-than-50-years-ahead"),
    pytest.param("Sunday, 22-Nov-76", 2076, id="50-years-ahead"),
    pytest.param("Monday, 23-Nov-76", 1976, id="50-years-and-a-day-ahead"),
    pytest.param("Friday, 01-Jan-77", 1977, id="more-than-50-years-ahead"),
    pytest.param("Sunday, 01-Jan-77", 1977, id="more-than-50-years-ahead-with-its-day"),
    pytest.param("Thursday, 01-Jan-70", 1970, id="day-name-of-the-past"),
    pytest.param("Wednesday, 01-Jan-70", 2070, id="day-name-of-the-future"),
    pytest.param("Monday, 01-Jan-70", 2070, id="day-name-of-neither"),
    pytest.param("Tuesday, 06-Nov-94", 1994, id="day-name-of-the-century-before"),
]


@pytest.mark.parametrize(("day", "year"), CENTURIES)
def test_two_digit_year(day: str, year: int) -> None:
    """More than 50 years in the future is the most recent such year in the past."""
    parsed = parse_date(f"{day} 13:34:56 GMT", now=NOW)
    assert parsed is not None
    assert datetime.fromtimestamp(parsed, UTC).year == year


def test_two_digit_year_to_the_second() -> None:
    assert parse_date("Sunday, 22-Nov-76 13:34:56 GMT", now=NOW) == seconds(
        2076, 11, 22, 13, 34, 56
    )
    assert parse_date("Monday, 22-Nov-76 13:34:57 GMT", now=NOW) == seconds(
        1976, 11, 22, 13, 34, 57
    )


def test_two_digit_year_of_a_leap_day() -> None:
    """Which century it is in decides whether there is such a day."""
    assert parse_date("Tuesday, 29-Feb-00 00:00:00 GMT", now=NOW) == seconds(2000, 2, 29)
    assert parse_date("Tuesday, 29-Feb-00 00:00:00 GMT", now=seconds(2060, 1, 1)) == seconds(
        2000, 2, 29
    )
    assert parse_date("Monday, 29-Feb-99 00:00:00 GMT", now=NOW) is None


FORMATTED = [
    pytest.param(MODIFIED, IMF, id="5.6.7-imf-fixdate"),
    pytest.param(0, "Thu, 01 Jan 1970 00:00:00 GMT", id="epoch"),
    pytest.param(-1, "Wed, 31 Dec 1969 23:59:59 GMT", id="before-the-epoch"),
    pytest.param(FIRST, "Mon, 01 Jan 0001 00:00:00 GMT", id="four-digits-of-year"),
    pytest.param(LAST, "Fri, 31 Dec 9999 23:59:59 GMT", id="last"),
    pytest.param(FIRST - 1, None, id="before-the-first-year"),
    pytest.param(LAST + 1, None, id="after-the-last-year"),
    pytest.param(10**30, None, id="huge"),
    pytest.param(-(10**30), None, id="hugely-negative"),
]


@pytest.mark.parametrize(("moment", "expected"), FORMATTED)
def test_format(moment: int, expected: str | None) -> None:
    assert format_date(moment) == expected


@given(st.integers(FIRST, LAST))
def test_round_trip(moment: int) -> None:
    formatted = format_date(moment)
    assert formatted is not None
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", formatted)
    assert parse_date(formatted, now=NOW) == moment


@given(st.integers(FIRST, LAST))
def test_round_trip_of_asctime(moment: int) -> None:
    written = time.asctime((EPOCH + timedelta(seconds=moment)).timetuple())
    day, _, year = written.rpartition(" ")
    assert parse_date(f"{day} {int(year):04}", now=NOW) == moment


@given(st.integers(seconds(1927, 1, 1), seconds(2076, 11, 22, 13, 34, 56)))
@example(seconds(1977, 1, 1))
@example(seconds(2076, 11, 22, 13, 34, 56))
def test_round_trip_of_rfc850(moment: int) -> None:
    written = datetime.fromtimestamp(moment, UTC).strftime("%A, %d-%b-%y %H:%M:%S GMT")
    assert parse_date(written, now=NOW) == moment


@given(st.integers(0, seconds(2500, 1, 1)))
def test_agrees_with_the_standard_library(moment: int) -> None:
    written = formatdate(moment, usegmt=True)
    assert format_date(moment) == written
    assert parse_date(written, now=NOW) == parsedate_to_datetime(written).timestamp()


@given(st.text(), st.integers(0, 2**33))
def test_any_text(value: str, now: int) -> None:
    parsed = parse_date(value, now=now)
    assert parsed is None or FIRST <= parsed <= LAST + 1


@pytest.mark.parametrize("shape", ["Sun, ", "Sunday, ", "0", "Sun Nov ", " ", IMF, ","])
def test_work_is_linear(shape: str) -> None:
    assert_linear(lambda length: parse_date(shape * (length // len(shape)), now=NOW))
