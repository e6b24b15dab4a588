"""Films that are made by nothing but Python, as those see them that play and decode them."""

from __future__ import annotations

import io
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.testing import make_film, sample_videos
from quart_video.testing.h264 import Encoder, _Bits

av = pytest.importorskip("av")


def decoded(data: bytes) -> list[Any]:
    with av.open(io.BytesIO(data)) as film:
        return list(film.decode(video=0))


@pytest.mark.parametrize(
    ("seconds", "width", "height", "pictures"),
    [(0.1, 16, 16, 1), (2.0, 64, 48, 20), (1.26, 320, 240, 13), (3, 48, 160, 30)],
)
def test_every_picture_is_decoded(seconds: float, width: int, height: int, pictures: int) -> None:
    frames = decoded(make_film(seconds, width=width, height=height))
    assert [round(frame.time, 3) for frame in frames] == [n / 10 for n in range(pictures)]
    assert {(frame.width, frame.height) for frame in frames} == {(width, height)}


def test_a_square_tells_the_second() -> None:
    for number, frame in enumerate(decoded(make_film(4, width=64, height=48, tint="dark"))):
        plane = frame.planes[0]
        lines = [bytes(plane)[y * plane.line_size :][:64] for y in range(48)]
        bright = [
            (y, x)
            for y, x in itertools.product(range(0, 48, 16), range(0, 64, 16))
            if min(min(line[x : x + 16]) for line in lines[y : y + 16]) > 230
        ]
        second = number // 10
        assert bright == [(second // 4 * 16, second % 4 * 16)]


def test_what_is_inside() -> None:
    data = make_film(3, title="Café", chapters=[(0, "One"), (1.5, "Two")])
    with av.open(io.BytesIO(data)) as film:
        assert film.metadata["title"] == "Café"
        assert [each["metadata"]["title"] for each in film.chapters()] == ["One", "Two"]
        assert film.duration == 3_000_000
        assert film.streams.video[0].codec_context.profile.endswith("Baseline")
        film.seek(2_500_000)
        assert next(film.decode(video=0)).time == 2.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"seconds": 0},
        {"seconds": -1},
        {"seconds": float("nan")},
        {"seconds": 3601},
        {"width": 65},
        {"width": 0},
        {"height": -16},
        {"height": 1296},
    ],
)
def test_what_no_film_is(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"a film lasts|multiples of 16"):
        make_film(**wrong)


def test_tints_differ() -> None:
    assert len({make_film(0.1, tint=str(number)) for number in range(20)}) == 20


def test_samples() -> None:
    files = sample_videos()
    assert {path for path in files if "/" not in path} == {"Welcome.mp4", "Welcome.en.vtt"}
    assert all(decoded(data) for path, data in files.items() if path.endswith(".mp4"))
    assert sum(map(len, files.values())) < 50_000


@given(st.lists(st.integers(0, 2**20), max_size=20))
def test_numbers_are_read_as_written(numbers: list[int]) -> None:
    """Section 9.1: as many zeros as bits that follow the first 1."""
    data = _Bits().golomb(*numbers).stop()
    bits = "".join(format(byte, "08b") for byte in data)
    found = []
    for _ in numbers:
        zeros = bits.index("1")
        found.append(int(bits[zeros : 2 * zeros + 1], 2) - 1)
        bits = bits[2 * zeros + 1 :]
    assert found == numbers
    assert bits.rstrip("0") == "1"


def test_nothing_looks_like_the_beginning_of_a_unit() -> None:
    """Section 7.4.1: samples of 0, which none of ours are, would."""
    unit = Encoder(2, 1).picture([(0, 0, 1), (0, 2, 0)])
    assert not any(mark in unit[1:] for mark in (b"\0\0\0", b"\0\0\1", b"\0\0\2"))
    assert unit.count(b"\0\0\3") > 100
