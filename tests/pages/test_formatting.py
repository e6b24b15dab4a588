from __future__ import annotations

import pytest

from quart_video.formatting import format_date, format_size


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (4_212_331, "4.2 MB"),
        (17_179_869_184, "17 GB"),
        (10**12, "1.0 TB"),
        (10**19, "10000 PB"),
    ],
)
def test_a_size_has_two_or_three_digits_and_a_unit(size: int, text: str) -> None:
    assert format_size(size) == text.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("iso", "date", "with_time"),
    [
        ("2026-11-22T13:15:59Z", "22 Nov 2026", "22 Nov 2026, 13:15 UTC"),
        ("2026-01-02T03:04:05.678901Z", "2 Jan 2026", "2 Jan 2026, 03:04 UTC"),
        ("2026-01-01T00:30:00+02:00", "31 Dec 2025", "31 Dec 2025, 22:30 UTC"),
        ("2026-01-01T00:30:00", "1 Jan 2026", "1 Jan 2026, 00:30 UTC"),
        ("1969-12-31T23:59:59Z", "31 Dec 1969", "31 Dec 1969, 23:59 UTC"),
        ("0001-01-01T00:00:00Z", "1 Jan 1", "1 Jan 1, 00:00 UTC"),
    ],
)
def test_a_date_is_the_same_in_every_locale_and_time_zone(
    iso: str, date: str, with_time: str
) -> None:
    assert format_date(iso).replace("\N{NO-BREAK SPACE}", " ") == date
    assert format_date(iso, time=True).replace("\N{NO-BREAK SPACE}", " ") == with_time


@pytest.mark.parametrize("text", ["", "yesterday", "0001-01-01T00:00:00+02:00"])
def test_what_is_no_date_is_shown_as_it_is(text: str) -> None:
    assert format_date(text) == text
