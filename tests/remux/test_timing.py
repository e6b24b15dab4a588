from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.remux.timing import (
    UNKNOWN,
    BadTimesError,
    audio_times,
    samples_in_packets,
    video_times,
)

MS = Fraction(1, 1000)
FILM = Fraction(24000, 1001)


def rounded(count: int, rate: Fraction, start: int = 0) -> list[int]:
    return [start + round(number * 1000 / rate) for number in range(count)]


def test_rounded_times_are_put_on_the_rate_that_all_agree_with() -> None:
    times = video_times(rounded(100, FILM), [UNKNOWN] * 100, MS, FILM)
    assert times.timescale == 24000
    assert list(times.presentation) == [1001 * number for number in range(100)]
    assert times.end == 100100


def test_clock_of_pictures_is_fine_enough_for_sound() -> None:
    times = video_times(rounded(50, Fraction(25), start=7), [UNKNOWN] * 50, MS, Fraction(25))
    assert times.timescale >= 12_000
    assert Fraction(times.presentation[0], times.timescale) == pytest.approx(0.007, abs=0.0001)
    steps = {b - a for a, b in pairwise(times.presentation)}
    assert steps == {times.timescale // 25}


def test_times_of_no_constant_rate_stay_as_they_are() -> None:
    shown = [0, 40, 95, 130, 200]
    times = video_times(shown, [UNKNOWN] * 5, MS, Fraction(25))
    assert (times.timescale, list(times.presentation)) == (1000, shown)


def test_pictures_are_decoded_before_they_are_shown_in_an_order_of_their_own() -> None:
    shown = [0, 120, 40, 80, 240, 160, 200]  # I P B B P B B
    times = video_times(shown, [UNKNOWN] * 7, MS, Fraction(25))
    ms = [1000 * Fraction(time, times.timescale) for time in times.decode]
    assert ms == [-40, 0, 40, 80, 120, 160, 200]


def test_times_of_decoding_that_are_told_are_kept() -> None:
    shown, decoded = [1024, 3072, 2048], [0, 1024, 2048]
    times = video_times(shown, decoded, Fraction(1, 25600), Fraction(25))
    assert (list(times.presentation), list(times.decode)) == (shown, decoded)


@given(st.permutations(range(12)), st.integers(-500, 500))
def test_whatever_the_order_decoding_comes_first(order: list[int], start: int) -> None:
    times = video_times([start + 40 * n for n in order], [UNKNOWN] * 12, MS, Fraction(25))
    assert all(a < b for a, b in pairwise(times.decode))
    assert all(d <= s for d, s in zip(times.decode, times.presentation, strict=True))
    assert any(d == s for d, s in zip(times.decode, times.presentation, strict=True))


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        pytest.param([0, UNKNOWN], "no times", id="unknown"),
        pytest.param([0, 60_000, 0], "begins anew", id="films put together"),
        pytest.param([0, 2**61], "beyond all measure", id="no such time"),
        pytest.param([0, 3_000_000_000], "gap", id="gap of a month"),
    ],
)
def test_times_that_no_movie_can_have_are_refused(shown: list[int], reason: str) -> None:
    with pytest.raises(BadTimesError, match=reason):
        video_times(shown, [UNKNOWN] * len(shown), MS, None)


def test_time_of_decoding_does_not_go_back() -> None:
    """Less than what pictures may be out of order by: two recordings in one file."""
    turns = [*range(0, 3000, 40), *range(0, 3000, 40)]
    with pytest.raises(BadTimesError, match="begins anew"):
        video_times(turns, turns, MS, None)
    turns = [*range(0, 3000, 40), *range(2500, 5000, 40)]
    assert video_times(turns, turns, MS, None).end


@pytest.mark.parametrize("known", ["all", "some"])
def test_sound_goes_on_where_one_packet_is_late(known: str) -> None:
    """As in what is recorded live: it is no gap, and no reason to be late for good."""
    shown = [20 * number for number in range(200)]
    shown[50] += 45
    shown[120] += 45
    shown[121] += 40
    if known == "some":
        shown[52] = shown[123] = UNKNOWN
    assert list(audio_times(shown, MS, 48000, 960).presentation) == [960 * n for n in range(200)]


@pytest.mark.parametrize("samples", [960, [960] * 200])
def test_a_gap_in_sound_stays(samples: int | list[int]) -> None:
    shown = [20 * number + (45 if number >= 50 else 0) for number in range(200)]
    times = audio_times(shown, MS, 48000, samples).presentation
    assert list(times) == [960 * n + (2160 if n >= 50 else 0) for n in range(200)]


def test_sound_is_counted_by_its_samples() -> None:
    shown = [round(number * 1024 * 1000 / 44100) for number in range(200)]
    times = audio_times(shown, MS, 44100, 1024)
    assert list(times.presentation) == [1024 * number for number in range(200)]
    assert times.end == 1024 * 200


def test_gap_in_sound_stays() -> None:
    shown = [0, 32, 64, 4064, 4096]
    assert list(audio_times(shown, MS, 48000, 1536).presentation) == [
        0,
        1536,
        3072,
        195072,
        196608,
    ]


def test_lace_has_one_time_for_all_its_packets() -> None:
    shown = [0, UNKNOWN, UNKNOWN, 64, UNKNOWN, UNKNOWN]
    assert list(audio_times(shown, MS, 48000, 1024).presentation) == [
        1024 * number for number in range(6)
    ]


def test_packets_may_each_have_another_number_of_samples() -> None:
    times = audio_times([0, 20, 60], MS, 48000, [960, 1920, 480])
    assert list(times.presentation) == [0, 960, 2880]
    assert times.end == 3360


@given(st.lists(st.integers(-5, 5), min_size=2, max_size=50), st.sampled_from([0, 960, 1024]))
def test_sound_never_goes_back(jitter: list[int], samples: int) -> None:
    shown = [20 * number + off for number, off in enumerate(jitter)]
    times = audio_times(shown, MS, 48000, samples)
    assert all(a <= b for a, b in pairwise(times.decode))
    assert times.end > times.presentation[-1]


@pytest.mark.parametrize(
    ("samples", "guesses", "found"),
    [(1024, [1024, 2048], 1024), (2048, [1024, 2048], 2048), (1536, [1024, 2048], 0)],
)
def test_times_tell_which_guess_is_right(samples: int, guesses: list[int], found: int) -> None:
    shown = [round(number * samples / 48) for number in range(60)]
    assert samples_in_packets(shown, MS, 48000, guesses) == found


def test_gap_does_not_change_how_many_samples_there_are() -> None:
    shown = [round(number * 1024 / 48) + (9000 if number > 30 else 0) for number in range(60)]
    assert samples_in_packets(shown, MS, 48000, [1024, 2048]) == 1024
