"""Frames of real films by their blocks: all that a demuxer returns, or the film is left to it."""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from quart_video.media.extract import blocks, film_blocks, film_packets
from quart_video.media.extract.beside import sound_tracks
from quart_video.media.extract.blocks import Blocks, BlockTrack, UnusualError, read_blocks
from quart_video.media.extract.ebml import ReadAt
from quart_video.media.extract.film_blocks import frames_by_blocks
from quart_video.media.extract.film_packets import FoundTrack, read_packets
from quart_video.media.extract.frames import picture_stream
from quart_video.media.extract.source import SourceFile
from quart_video.remux.timing import UNKNOWN
from tests.media.extract.test_film_index import BFRAMES, FILMS, MP3, OPUS, film, merged
from tests.media.films import AAC, Film, ffmpeg
from tests.media.gstreamer import Made
from tests.media.matroska import Changes, rewritten

pytestmark = pytest.mark.thorough

UNPLAIN = {"remux-zlib.mkv"}
BY_BLOCKS: list[Film | Made] = [
    *(each for each in FILMS if each.name.endswith(("mkv", "webm")) and each.name not in UNPLAIN),
    Made("aac.mkv", "matroskamux"),
    Made("opus.mkv", "matroskamux", sound="opus"),
    Made("live.mkv", "matroskamux streamable=true"),
    Made("vp9.webm", "webmmux", "vp9", "opus"),
    *(
        film(f"opus-{lace}.mkv", BFRAMES + OPUS, rewritten({2: Changes(lace, 5)}))
        for lace in ("xiph", "ebml")
    ),
]
WITHIN_A_LACE = 2
"""Milliseconds by which two may be apart that count from the time of a lace."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("blocks")


@contextmanager
def opened(path: Path) -> Iterator[SourceFile]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield SourceFile(descriptor, None)
    finally:
        os.close(descriptor)


def tracks_of(path: Path) -> list[FoundTrack]:
    with opened(path) as source, source.open() as container:
        video = picture_stream(container)
        assert video is not None
        streams = [each.whole for each in sound_tracks(container, source)]
        sounds = [(number, each) for number, each in enumerate(streams) if each is not None]
        picture, found = read_packets(source, container, video, sounds)
        return [picture, *found]


def read_alone(path: Path, wanted: Sequence[int] = (0, 1)) -> list[BlockTrack]:
    with opened(path) as source:
        return frames_by_blocks(source, wanted, 10_000)


def leave_all(*_: object) -> list[BlockTrack]:
    raise UnusualError("left to the demuxer")


def demux_nothing(*_: object) -> None:
    raise AssertionError("the demuxer reads the film")


@pytest.mark.parametrize("made", BY_BLOCKS, ids=lambda made: made.name)
@pytest.mark.sample(4)
def test_blocks_tell_what_a_demuxer_returns(
    folder: Path, made: Film | Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made.make(folder)
    with monkeypatch.context() as patch:
        patch.setattr(film_packets, "_read_all", demux_nothing)
        found = tracks_of(path)
    monkeypatch.setattr(film_packets, "frames_by_blocks", leave_all)
    expected = tracks_of(path)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert len(one)
        assert one.locator.pieces == other.locator.pieces
        assert one.locator.firsts == other.locator.firsts
        assert (one.keys, one.samples, one.first) == (other.keys, other.samples, other.first)
        pairs = zip(one.shown, other.shown, strict=True)
        off = [abs(ours - told) for ours, told in pairs if told != UNKNOWN]
        assert max(off) <= (WITHIN_A_LACE if one is not found[0] else 0)


ODD = {
    "zlib": (film("zlib.mkv", BFRAMES + AAC, merged("--compression", "-1:zlib")), "not as they"),
    "stripped": (
        film("stripped.mkv", BFRAMES + AAC, rewritten({1: Changes(strip=b"\0\0")})),
        "not as they",
    ),
    "lace": (
        film("lace.mkv", BFRAMES + AAC, rewritten({2: Changes("xiph", 3)})),
        "no duration",
    ),
    "mov": (film("h264-aac.mov", BFRAMES + AAC), "no Matroska"),
}


@pytest.mark.parametrize(("made", "reason"), ODD.values(), ids=ODD)
def test_what_is_not_plain_is_left_to_a_demuxer(folder: Path, made: Film, reason: str) -> None:
    with pytest.raises(UnusualError, match=reason):
        read_alone(made.make(folder))


def test_packets_that_a_demuxer_alters_are_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ODD["zlib"][0].make(folder)
    monkeypatch.setattr(blocks, "_ALTERED", frozenset())
    with pytest.raises(UnusualError, match="not as in the file"):
        read_alone(path)


def late(track: BlockTrack) -> None:
    track.times = array("q", [time + 1 for time in track.times])


def all_keys(track: BlockTrack) -> None:
    track.keys = array("B", [1]) * len(track.keys)


def without_the_last(track: BlockTrack) -> None:
    track.offsets.pop()


def elsewhere(track: BlockTrack) -> None:
    track.offsets[-1] += 1


def without_any(track: BlockTrack) -> None:
    del track.sizes[:]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (late, "other times"),
        (all_keys, "keys"),
        (without_the_last, "other packets"),
        (elsewhere, "not as in the file"),
        (without_any, "other packets|nowhere"),
    ],
)
def test_whatever_differs_from_what_a_demuxer_returns_is_noticed(
    folder: Path,
    change: Callable[[BlockTrack], None],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = film("h264-mp3.mkv", BFRAMES + MP3).make(folder)

    def changed(read: ReadAt, size: int, most: int) -> Blocks:
        found = read_blocks(read, size, most)
        change(found.tracks[0])
        return found

    assert [len(track.sizes) > 0 for track in read_alone(path)] == [True, True]
    monkeypatch.setattr(film_blocks, "read_blocks", changed)
    with pytest.raises(UnusualError, match=reason):
        read_alone(path)


def test_tracks_are_those_of_the_streams_that_are_asked_for(folder: Path) -> None:
    one = film("h264-mp3.mkv", BFRAMES + MP3).make(folder)
    two = film("h264-aac.mkv", BFRAMES + AAC).make(folder)
    path = folder / "three.mkv"
    ffmpeg(
        *("-i", str(one), "-i", str(two), "-map", "1:a", "-map", "0:v", "-map", "0:a"),
        *("-c", "copy", str(path)),
    )
    codecs = ["A_AAC", "V_MPEG4/ISO/AVC", "A_MPEG/L3"]
    for wanted in ((1, 0, 2), (1, 2), (2, 1), (0,)):
        assert [each.codec for each in read_alone(path, wanted)] == [codecs[at] for at in wanted]
    with pytest.raises(UnusualError, match="cannot be read"):
        read_alone(path, (0, 3))


def test_sample_is_of_all_parts_of_a_film_and_bounded() -> None:
    film = [range(start, start + 1_000_000) for start in range(0, 200_000_000, 1_000_000)]
    sample = film_blocks._sample(film)  # noqa: SLF001 - that it is small is the point
    assert sample == sorted(sample, key=lambda each: each.start)
    assert {film[0], film[1], film[-1]} < {*sample}
    assert 4 <= len(sample) <= 5
    assert film_blocks._sample(film[:2]) == film[:2]  # noqa: SLF001 - as above
    assert film_blocks._sample([]) == []  # noqa: SLF001 - as above
    short = [range(start, start + 1000) for start in range(0, 5_000_000, 1000)]
    assert 900_000 < sum(map(len, film_blocks._sample(short))) < 1_200_000  # noqa: SLF001 - as above
    with pytest.raises(UnusualError, match="too long"):
        film_blocks._sample([range(100_000_000)])  # noqa: SLF001 - as above
