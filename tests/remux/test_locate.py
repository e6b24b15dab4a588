from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from quart_video.remux.locate import (
    Budget,
    Locator,
    MatroskaLocator,
    NotPlainError,
    StartCodeLocator,
    block_header,
    unit_ranges,
)
from quart_video.remux.samples import guesses, opus_samples
from quart_video.remux.track import LITERAL
from quart_video.remux.window import Window


def film_of(data: bytes) -> Window:
    return Window(lambda size, position: data[position : position + size])  # what os.pread does


def found(locator: Locator, data: bytes) -> list[bytes]:
    """Return each packet as its pieces make it."""
    pieces = locator.pieces
    parts = [
        (bytes(locator.literals) if source == LITERAL else data)[offset : offset + size]
        for source, offset, size in zip(pieces.sources, pieces.offsets, pieces.sizes, strict=True)
    ]
    edges = [*locator.firsts, len(parts)]
    return [b"".join(parts[start:stop]) for start, stop in pairwise(edges)]


def literal_bytes(locator: Locator) -> int:
    return len(locator.literals)


def block(content: bytes, *, track: bytes = b"\x81", flags: int = 0) -> bytes:
    """Return the content of a SimpleBlock."""
    return track + b"\0\0" + bytes([flags]) + content


@pytest.mark.parametrize(
    ("data", "length"),
    [
        (block(b"frame"), 4),
        (block(b"frame", track=b"\x40\xff"), 5),
        (block(b"\2\3\xff\4" + b"frames", flags=0x02), 8),  # Xiph, 3 frames
        (block(b"\2\x83\x5f\xff" + b"frames", flags=0x06), 8),  # EBML
        (block(b"\2" + b"frames", flags=0x04), 5),  # all as long
        (block(b"\2\xff", flags=0x02), None),
        (b"\x81", None),
        (b"", None),
    ],
)
def test_header_of_a_block_ends_where_the_frames_begin(data: bytes, length: int | None) -> None:
    assert block_header(data) == length


def test_blocks_with_one_frame_each() -> None:
    frames = [b"first frame", b"second", b"third frame"]
    data = b"".join(b"junk" + block(frame) for frame in frames)
    locator = MatroskaLocator(film_of(data), Budget(0))
    position = 0
    for frame in frames:
        locator.locate(frame, position + 4)
        position += 8 + len(frame)
    assert found(locator, data) == frames
    assert literal_bytes(locator) == 0


@pytest.mark.parametrize(
    ("flags", "sizes"), [(0x02, b"\2\5\3"), (0x04, b"\2"), (0x06, b"\2\x85\x5f\xfd")]
)
def test_frames_of_a_lace_follow_one_another(flags: int, sizes: bytes) -> None:
    frames = [b"aaaaa", b"bbb", b"cccc"]
    data = b"junk" + block(sizes + b"".join(frames), flags=flags)
    locator = MatroskaLocator(film_of(data), Budget(0))
    for frame in frames:
        locator.locate(frame, 4)
    assert found(locator, data) == frames


def test_header_that_was_stripped_is_put_back() -> None:
    frames = [b"\x0b\x77" + bytes([number]) * 20 for number in range(5)]
    data = b"".join(block(frame[2:]) for frame in frames)
    locator = MatroskaLocator(film_of(data), Budget(0))
    for number, frame in enumerate(frames):
        locator.locate(frame, 24 * number)
    assert found(locator, data) == frames
    assert bytes(locator.literals) == b"\x0b\x77"


def test_stripped_header_of_laced_frames_is_put_back() -> None:
    frames = [b"\x0b\x77aaa", b"\x0b\x77bb", b"\x0b\x77cccc"]
    data = block(b"\2\3\2" + b"".join(frame[2:] for frame in frames), flags=0x02)
    locator = MatroskaLocator(film_of(data), Budget(0))
    for frame in frames:
        locator.locate(frame, 0)
    assert found(locator, data) == frames


def test_what_was_altered_is_kept_within_a_budget() -> None:
    data = block(b"compressed")
    locator = MatroskaLocator(film_of(data), Budget(20))
    locator.locate(b"something else", 0)
    assert found(locator, data) == [b"something else"]
    with pytest.raises(NotPlainError, match="compressed or encrypted"):
        locator.locate(b"something more", 0)


def test_packet_that_was_altered_among_plain_ones_is_kept() -> None:
    frames = [b"first frame", b"second", b"third frame"]
    data = b"".join(block(frame) for frame in frames)
    told = [b"first frame", b"sEcond", b"third frame"]
    locator = MatroskaLocator(film_of(data), Budget(6))
    for frame, position in zip(told, (0, 15, 25), strict=True):
        locator.locate(memoryview(frame), position)
    assert found(locator, data) == told
    assert literal_bytes(locator) == 6


def test_packets_stand_always_as_far_behind_their_place() -> None:
    packets = [b"tag one", b"and two", b"three"]
    data = b"".join(bytes(13) + packet for packet in packets)
    locator = Locator(film_of(data), Budget(0))
    position = 0
    for packet in packets:
        locator.locate(packet, position)
        position += 13 + len(packet)
    assert found(locator, data) == packets


def test_packet_without_a_place_is_looked_for_behind_the_one_before() -> None:
    data = b"onetwo"
    locator = Locator(film_of(data), Budget(3))
    locator.locate(b"one", 0)
    locator.locate(b"two", None)
    locator.locate(b"nil", None)
    assert found(locator, data) == [b"one", b"two", b"nil"]
    assert literal_bytes(locator) == 3


@pytest.mark.parametrize(
    ("data", "units"),
    [
        (b"\0\0\1ab\0\0\1c", [b"ab", b"c"]),
        (b"\0\0\0\1ab\0\0\0\1c\0\0", [b"ab", b"c"]),
        (b"no code", []),
        (b"", []),
    ],
)
def test_units_stand_between_start_codes(data: bytes, units: Sequence[bytes]) -> None:
    assert [data[start:stop] for start, stop in unit_ranges(data)] == units


def test_start_codes_become_lengths() -> None:
    packet = b"\0\0\1abc\0\0\0\1de"
    data = bytes(8) + packet
    locator = StartCodeLocator(film_of(data), Budget(100))
    locator.locate(packet, 8)
    assert found(locator, data) == [b"\0\0\0\3abc\0\0\0\2de"]
    with pytest.raises(NotPlainError, match="start codes"):
        locator.locate(b"nothing", 0)


@pytest.mark.parametrize(
    ("packet", "samples"),
    [
        (b"\xfc", 960),  # CELT, fullband, 20 ms
        (b"\xfd", 1920),
        (b"\xff\x03", 2880),
        (b"\x00", 480),  # SILK, 10 ms
        (b"\xe0", 120),  # CELT, 2.5 ms
        (b"\xff", 0),
        (b"", 0),
    ],
)
def test_opus_tells_how_many_samples_it_has(packet: bytes, samples: int) -> None:
    assert opus_samples(packet) == samples


def test_codecs_have_their_usual_number_of_samples() -> None:
    assert guesses("mp3", 22_050, 0)[0] == 576
    assert guesses("mp3", 44_100, 0)[0] == 1152
    assert guesses("flac", 48_000, 4608) == (4608,)
    assert guesses("vorbis", 48_000, 0) == ()
