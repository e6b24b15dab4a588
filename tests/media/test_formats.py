"""What is written without looking into a file: WebVTT, storyboards, details and tasks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.media import (
    Chapter,
    Details,
    Storyboard,
    TextTrack,
    chapters_vtt,
    decode_details,
    decode_storyboard,
    storyboard_vtt,
)
from quart_video.media.details import AudioTrack, encode_details
from quart_video.media.storyboards import MOST_TILES, TILE, encode_storyboard, lay_out
from quart_video.media.vtt import Cue, timestamp, write_vtt
from quart_video.media.workers.protocol import (
    Failed,
    Interrupted,
    Limits,
    Task,
    decode_answer,
    decode_task,
    encode_answer,
    encode_failure,
    encode_task,
)

CUE = re.compile(r"\d\d+:[0-5]\d:[0-5]\d\.\d{3} --> \d\d+:[0-5]\d:[0-5]\d\.\d{3}")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "00:00:00.000"),
        (-5, "00:00:00.000"),
        (0.0005, "00:00:00.000"),
        (59.9996, "00:01:00.000"),
        (3599.9999, "01:00:00.000"),
        (3723.4567, "01:02:03.457"),
        (360_000, "100:00:00.000"),
    ],
)
def test_times(seconds: float, text: str) -> None:
    assert timestamp(seconds) == text


@given(st.lists(st.builds(Chapter, st.floats(0, 1e6), st.floats(0, 1e6), st.text())))
def test_no_title_breaks_a_track_of_chapters(chapters: list[Chapter]) -> None:
    head, *blocks = chapters_vtt(chapters).removesuffix("\n").split("\n\n")
    assert head == "WEBVTT"
    for block in blocks:
        first, *rest = block.split("\n")
        assert CUE.fullmatch(first)
        assert rest
        assert not any("-->" in line or "<" in line or not line for line in rest)


def test_cues_without_text_or_time_are_left_out() -> None:
    cues = [Cue(1, 1, "never"), Cue(2, 1, "backwards"), Cue(1, 2, ""), Cue(1, 2, "a --> b")]
    assert write_vtt(cues) == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\na → b\n"


@given(st.floats(0.001, 1e6), st.integers(1, 10_000), st.integers(1, 10_000))
def test_storyboards_are_bounded_and_whole(duration: float, width: int, height: int) -> None:
    board = lay_out(duration, width, height)
    assert decode_storyboard(encode_storyboard(board)) == board
    assert 1 <= board.count <= MOST_TILES
    assert max(board.width, board.height) <= TILE
    tiles = [tile for sheet in range(board.sheets) for tile in board.tiles_on(sheet)]
    assert tiles == list(range(board.count))
    for sheet in range(board.sheets):
        right, bottom = board.size_of(sheet)
        for tile in board.tiles_on(sheet):
            left, top = board.place(tile)
            assert left + board.width <= right
            assert top + board.height <= bottom
    moments = [board.moment(tile) for tile in range(board.count)]
    assert moments == sorted(moments)
    assert 0 < moments[0] <= moments[-1] < duration


@pytest.mark.parametrize(
    ("duration", "count"),
    [(0.04, 1), (3, 2), (60, 30), (600, 100), (3600, 360), (7200, 400), (36_000, 400)],
)
def test_how_many_tiles(duration: float, count: int) -> None:
    assert lay_out(duration, 1920, 1080).count == count


def test_a_storyboard_as_players_read_it() -> None:
    board = Storyboard(duration=404.0, count=101, width=160, height=90)
    lines = storyboard_vtt(board, lambda sheet: f"/s?n={sheet}").split("\n")
    assert lines[:3] == ["WEBVTT", "", "00:00:00.000 --> 00:00:04.000"]
    assert lines[3] == "/s?n=0#xywh=0,0,160,90"
    assert lines[36] == "/s?n=0#xywh=160,90,160,90"
    assert lines[-2] == "/s?n=1#xywh=0,0,160,90"


DETAILS = Details(
    container="mp4",
    duration=1.5,
    width=None,
    height=2,
    rotation=90,
    frame_rate=29.97,
    video_codec="h264",
    audio_codec=None,
    codecs=None,
    bit_rate=5,
    hdr="pq",
    audio_tracks=(AudioTrack("aac", "eng", None, 2, 48_000, default=True),),
    text_tracks=(
        TextTrack(2, "srt", None, "x", default=False, forced=True, sdh=False, supported=True),
    ),
    chapters=(Chapter(0.0, 1.0, "\N{SNOWMAN}"),),
    title="t",
    date=None,
)


def test_details_are_kept() -> None:
    assert decode_details(encode_details(DETAILS)) == DETAILS


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b'{"container": 1}', b"\xff"])
def test_details_of_another_kind_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - decoding fails in many ways
        decode_details(data)


def test_tasks_and_answers_travel() -> None:
    task = Task("caption", {"extension": ".srt"}, Limits(cpu=1))
    frame = encode_task(task, remote_size=5)
    assert decode_task(frame[8:], b"") == (task, 5)
    blobs = {"a": b"\0\1", "b": b"", "c": b"{}"}
    assert decode_answer(encode_answer(blobs)) == blobs
    assert decode_answer(encode_answer({})) == {}


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (encode_failure("no"), Failed),
        (encode_failure("no", "machine"), Interrupted),
        (encode_failure("no", "process"), InterruptedError),
        (encode_answer({"a": b"12345"})[:-1], ValueError),
        (b"", ValueError),
        (b"\0\0", ValueError),
    ],
)
def test_answers_that_are_none(frame: bytes, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        decode_answer(frame)


def test_a_reason_of_any_length_travels() -> None:
    text: Any = "é" * 10_000
    with pytest.raises(Failed) as caught:
        decode_answer(encode_failure(text))
    assert len(str(caught.value)) == 500
