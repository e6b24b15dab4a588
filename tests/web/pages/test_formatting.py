from __future__ import annotations

from datetime import UTC, datetime

import pytest

from quart_video.web.formatting import (
    drawing,
    for_terminal,
    format_date,
    format_duration,
    format_size,
    is_new,
    parse_time,
)


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


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (7.9, "0:07"),
        (61, "1:01"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (90_061, "25:01:01"),
    ],
)
def test_a_duration_is_shown_as_players_do(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90.5", 90.5),
        ("90s", 90),
        ("1m30s", 90),
        ("1M30S", 90),
        (" 2m ", 120),
        ("1h", 3600),
        ("1h2m3s", 3723),
        ("1h3s", 3603),
        ("1:30", 90),
        ("1:02:03", 3723),
        ("90:00", 5400),
        ("0", 0),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "soon",
        "-5",
        "1e3",
        "nan",
        "inf",
        "1,5",
        "s",
        "m",
        "1s1m",
        "1:2:3:4",
        ":30",
        "\u0665",
        "9" * 5000,
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert parse_time(text) is None


def test_new_is_what_changed_in_the_week_before() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert is_new("2026-11-22T11:00:00Z", now)
    assert is_new("2026-11-15T12:00:01Z", now)
    assert not is_new("2026-11-15T12:00:00Z", now)
    assert not is_new("2026-11-22T12:00:01Z", now)
    assert not is_new("yesterday", now)


def test_a_drawing_stays_the_same_and_differs_from_others() -> None:
    assert drawing("a/clip.mp4") == drawing("a/clip.mp4")
    assert drawing("\udcff.mp4")
    assert len({drawing(f"clip {number}.mp4") for number in range(500)}) == 32


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Café 映画 #1.mp4", "Café 映画 #1.mp4"),
        ("\x1b]0;owned\x07.mp4", r"\x1b]0;owned\x07.mp4"),
        ("a\r\nb\t.mp4", r"a\r\nb\t.mp4"),
        ("\x9b2J\u202egp.4pm", r"\x9b2J\u202egp.4pm"),
        ("\udcff", r"\udcff"),
        ("👩\u200d💻 می\u200cر", "👩\u200d💻 می\u200cر"),
    ],
)
def test_a_terminal_obeys_no_name(name: str, shown: str) -> None:
    assert for_terminal(name) == shown
