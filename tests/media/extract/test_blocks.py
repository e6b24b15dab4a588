"""Blocks of Matroska that are read without libav, out of files made here by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.media.extract import blocks
from quart_video.media.extract.blocks import Blocks, UnusualError, lace_sizes, read_blocks
from tests.http.effort import assert_linear

HEAD, SEGMENT, CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
INFO, TRACKS, ENTRY = 0x1549A966, 0x1654AE6B, 0xAE
TIME, SIMPLE, GROUP, BLOCK, DURATION, REFERENCE = 0xE7, 0xA3, 0xA0, 0xA1, 0x9B, 0xFB
LACES = {"none": 0, "xiph": 2, "fixed": 4, "ebml": 6}
OPUS_20_MS = b"\x78"
MOST = 10_000


def number(value: int, width: int | None = None) -> bytes:
    width = width or next(each for each in range(1, 9) if value < (1 << 7 * each) - 1)
    return (value | 1 << 7 * width).to_bytes(width, "big")


def element(kind: int, content: bytes, width: int | None = None) -> bytes:
    return (
        kind.to_bytes((kind.bit_length() + 7) // 8, "big") + number(len(content), width) + content
    )


def endless(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(4, "big") + b"\x01" + b"\xff" * 7 + content


def unsigned(kind: int, value: int) -> bytes:
    return element(kind, value.to_bytes(8, "big"))


def entry(track: int, kind: int, codec: str, *more: bytes) -> bytes:
    told = unsigned(0xD7, track) + unsigned(0x83, kind) + element(0x86, codec.encode())
    return element(ENTRY, told + b"".join(more))


PICTURES = entry(1, 1, "V_VP9")
SOUND = entry(2, 2, "A_AAC", unsigned(0x23E383, 20_000_000))
WORDS = entry(3, 17, "S_TEXT/UTF8")
SCALE = unsigned(0x2AD7B1, 1_000_000)
DEFAULT = (element(INFO, SCALE), element(TRACKS, PICTURES + SOUND + WORDS))


def film(*parts: bytes, head: Sequence[bytes] = DEFAULT, is_endless: bool = False) -> bytes:
    content = b"".join([*head, *parts])
    segment = endless(SEGMENT, content) if is_endless else element(SEGMENT, content, 8)
    return element(HEAD, element(0x4282, b"matroska")) + segment


def block(track: int, time: int, data: bytes, flags: int = 0x80) -> bytes:
    return bytes([128 | track]) + time.to_bytes(2, "big", signed=True) + bytes([flags]) + data


def simple(track: int, time: int, data: bytes, flags: int = 0x80) -> bytes:
    return element(SIMPLE, block(track, time, data, flags))


def cluster(time: int, *parts: bytes, is_endless: bool = False) -> bytes:
    content = unsigned(TIME, time) + b"".join(parts)
    return endless(CLUSTER, content) if is_endless else element(CLUSTER, content)


def laced(kind: str, frames: Sequence[bytes]) -> bytes:
    """Write what stands behind the header of a block (RFC 9559, section 10.3)."""
    sizes = [len(frame) for frame in frames]
    head = bytes([len(frames) - 1])
    if kind == "xiph":
        head += b"".join(b"\xff" * (size // 255) + bytes([size % 255]) for size in sizes[:-1])
    elif kind == "ebml":
        head += b"".join(number(size) for size in sizes[:1] if len(sizes) > 1)
        for before, after in pairwise(sizes[:-1]):
            step = after - before
            width = next(each for each in range(1, 9) if abs(step) < (1 << 7 * each - 1) - 1)
            head += number(step + (1 << 7 * width - 1) - 1, width)
    return head + b"".join(frames)


def read(data: bytes, most: int = MOST) -> Blocks:
    return read_blocks(lambda at, size: data[at : at + size], len(data), most)


def frames(data: bytes, found: Blocks, track: int) -> list[tuple[bytes, int, int]]:
    told = found.tracks[track]
    places = zip(told.offsets, told.sizes, told.times, told.keys, strict=True)
    return [(data[at : at + size], time, key) for at, size, time, key in places]


def refuses(data: bytes, reason: str, most: int = MOST) -> None:
    with pytest.raises(UnusualError, match=reason):
        read(data, most)


@pytest.mark.parametrize("is_endless", [True, False])
def test_frames_are_where_the_blocks_are(is_endless: bool) -> None:  # noqa: FBT001 - a row
    group = element(GROUP, element(BLOCK, block(1, 40, b"inter", 0)) + unsigned(REFERENCE, 1))
    other = element(GROUP, unsigned(DURATION, 40) + element(BLOCK, block(1, -40, b"intra", 0)))
    void = element(0xEC, bytes(5000))
    data = film(
        void,
        cluster(
            100,
            simple(1, 0, b"key"),
            simple(3, 0, b"words"),
            simple(2, -3, b"sound", 0),
            element(0xAB, b"\1"),
            group,
            is_endless=is_endless,
        ),
        void,
        cluster(1000, void, simple(1, 0, b"p" * 70_000, 0), other, is_endless=is_endless),
        element(0x1C53BB6B, b"cues"),
        is_endless=is_endless,
    )
    found = read(data)
    assert [track.is_film for track in found.tracks] == [True, False]
    assert frames(data, found, 0) == [
        *((b"key", 100, 1), (b"inter", 140, 0)),
        *((b"p" * 70_000, 1000, 0), (b"intra", 960, 1)),
    ]
    assert frames(data, found, 1) == [(b"sound", 97, 0)]
    starts = [data.index(CLUSTER.to_bytes(4, "big"))]
    starts.append(data.index(CLUSTER.to_bytes(4, "big"), starts[0] + 1))
    assert [each.start for each in found.clusters] == starts
    # What is found is read alike when clusters stand alone behind the head.
    again = found.head + b"".join(data[each.start : each.stop] for each in found.clusters)
    assert frames(again, read(again), 0) == frames(data, found, 0)


@given(
    st.sampled_from(["xiph", "ebml", "fixed"]),
    st.lists(st.integers(1, 1000), min_size=1, max_size=40),
)
def test_frames_of_a_lace_are_told_apart(kind: str, sizes: list[int]) -> None:
    draw = random.Random(0)
    parts = [draw.randbytes(sizes[0] if kind == "fixed" else size) for size in sizes]
    data = film(cluster(0, simple(2, 7, laced(kind, parts), LACES[kind])))
    told = frames(data, read(data), 1)
    assert [frame for frame, *_ in told] == parts
    assert [time for _, time, _ in told] == [7 + 20 * each for each in range(len(parts))]


def test_length_of_a_lace_is_that_of_its_group_where_it_is_told() -> None:
    lace = block(2, 0, laced("xiph", [b"a", b"b", b"c"]), LACES["xiph"])
    data = film(cluster(0, element(GROUP, element(BLOCK, lace) + unsigned(DURATION, 100))))
    assert [time for _, time, _ in frames(data, read(data), 1)] == [0, 33, 66]


def test_opus_tells_itself_how_long_it_is() -> None:
    opus = entry(1, 2, "A_OPUS", unsigned(0x56AA, 6_500_000))
    two = [OPUS_20_MS + b"one", OPUS_20_MS + b"three"]
    data = film(
        cluster(0, simple(1, 0, laced("ebml", two), LACES["ebml"]), simple(1, 40, OPUS_20_MS)),
        head=(DEFAULT[0], element(TRACKS, opus)),
    )
    found = read(data)
    assert found.tracks[0].delay == 7
    assert list(found.tracks[0].samples) == [960] * 3
    assert [time for _, time, _ in frames(data, found, 0)] == [0, 20, 40]


FILMS = {
    "plain": film(
        cluster(0, *(simple(1 + each % 2, each, bytes(each + 1)) for each in range(20))),
        cluster(20, *(simple(1 + each % 2, each, bytes(5000)) for each in range(5))),
    ),
    "endless": film(
        cluster(0, simple(1, 0, bytes(300)), is_endless=True),
        cluster(5, simple(2, 0, bytes(300)), simple(1, 0, b"a"), is_endless=True),
        is_endless=True,
    ),
}


@pytest.mark.parametrize("name", FILMS)
def test_film_that_is_cut_short_has_the_frames_up_to_there(name: str) -> None:
    whole = FILMS[name]
    expected = [frames(whole, read(whole), track) for track in range(2)]
    read_at_all = 0
    sizes = [*range(200, len(whole), 13)]
    for size in sizes:
        data = whole[:size]
        try:
            found = read(data)
        except UnusualError:
            continue
        read_at_all += 1
        for track in range(2):
            told = frames(data, found, track)
            assert told == expected[track][: len(told)]
    assert read_at_all > len(sizes) // 2


@pytest.mark.parametrize("name", FILMS)
def test_frames_of_broken_films_are_in_the_film(name: str) -> None:
    draw = random.Random(name)
    for _ in range(300):
        data = bytearray(FILMS[name])
        for _ in range(draw.choice([1, 3, 20])):
            data[draw.randrange(len(data))] = draw.randrange(256)
        try:
            found = read(bytes(data))
        except UnusualError:
            continue
        for track in found.tracks:
            ends = [at + size for at, size in zip(track.offsets, track.sizes, strict=True)]
            assert max(ends, default=0) <= len(data)
            assert min(track.sizes, default=1) > 0
            assert min(track.times, default=0) >= 0
            assert all(end <= at for end, at in zip(ends, track.offsets[1:], strict=False))


ONE = cluster(0, simple(1, 0, b"frame"))
SCALED = element(INFO, unsigned(0x2AD7B1, 100_000))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no Matroska"),
        (b"RIFF" + bytes(100), "no Matroska"),
        (element(HEAD, b"") + ONE, "no segment"),
        (film(ONE) + film(ONE), "behind the segment"),
        (film(ONE, head=DEFAULT[:1]), "before the head"),
        (film(ONE, head=DEFAULT[1:]), "before the head"),
        (film(ONE, head=[SCALED, DEFAULT[1]]), "milliseconds"),
        (film(*DEFAULT, ONE), "more of a head"),
        (film(element(0x80, b""), ONE), "an element 80"),
        (film(endless(0x1C53BB6B, b"")), "an element 1C53BB6B"),
        (film(ONE, b"\0\0"), "no element"),
        (film(ONE, head=[DEFAULT[0], element(TRACKS, PICTURES * 2)]), "odd numbers"),
        (film(ONE, head=[DEFAULT[0], element(TRACKS, entry(200, 1, "V_VP9"))]), "odd numbers"),
        (film(ONE, head=[DEFAULT[0], element(TRACKS, entry(127, 1, "V_VP9"))]), "odd numbers"),
        (film(ONE, head=[DEFAULT[0], element(TRACKS, PICTURES + b"\x86\x90")]), "longer than"),
        (film(ONE, head=[DEFAULT[0], element(TRACKS, element(0x80, b""))]), "among the tracks"),
        *(
            (film(ONE, head=[DEFAULT[0], element(TRACKS, entry(1, 1, codec, more))]), "not as they")
            for codec, more in [
                ("V_VP9", element(0x6D80, b"")),
                ("V_VP9", element(0x23314F, b"\x3f\x80\0\0")),
                ("V_VP9", element(0xE2, b"")),
                ("V_MS/VFW/FOURCC", b""),
            ]
        ),
        (film(cluster(0, simple(4, 0, b"frame"))), "no track"),
        (film(cluster(0, simple(1, 0, b"frame", 0x90))), "no track"),
        (film(cluster(0, element(SIMPLE, b"\x40\x01\0\0\x80frame"))), "no track"),
        (film(cluster(0, simple(1, 0, b""))), "without a frame"),
        (film(cluster(0, element(SIMPLE, b"\x81"))), "without a frame"),
        (film(cluster(5, simple(1, -6, b"frame"))), "without a time"),
        (film(element(CLUSTER, simple(1, 0, b"frame"))), "without a time"),
        (film(cluster(1 << 50, simple(1, 0, b"frame"))), "beyond all measure"),
        (film(cluster(0, b"\xa3\xff\x81\0\0\x80frame")), "unknown size"),
        (film(cluster(0, simple(1, 0, b"a"), b"\xa3\x8a\x81\0\0\x80a"), ONE), "longer than its"),
        (film(cluster(0, element(0xAF, b"encrypted"))), "an element AF"),
        (film(cluster(0, element(GROUP, b""))), "not one block"),
        (film(cluster(0, element(GROUP, element(BLOCK, block(1, 0, b"a")) * 2))), "not one block"),
        (film(cluster(0, element(GROUP, element(0xA4, b"state")))), "beside a block"),
        (film(cluster(0, simple(1, 0, laced("xiph", [b"a", b"b"]), 2))), "no duration"),
        (film(cluster(0, simple(2, 0, b"\x07\xff\xff", 2))), "cut short"),
        (film(cluster(0, simple(2, 0, b"\x01\x09abc", 2))), "add up"),
        (film(cluster(0, simple(2, 0, b"\x02abcd", 4))), "not as long"),
        (film(cluster(0, simple(2, 0, b"\x02\x81\0abc", 6))), "without sizes"),
        (film(cluster(0, simple(2, 0, b"\x02\x81\x40", 6))), "without sizes"),
    ],
)
def test_what_is_not_plainly_understood_is_left_to_a_demuxer(data: bytes, reason: str) -> None:
    refuses(data, reason)


def test_frames_and_elements_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = film(cluster(0, *(simple(1, 0, bytes(500)) for _ in range(500))))
    refuses(data, "too many frames", 100)
    monkeypatch.setattr(blocks, "_OTHERS", 100)
    read(data)
    refuses(film(*[element(0xEC, b"")] * 100), "too many elements")
    refuses(film(cluster(0, *[element(0xEC, b"")] * 100)), "too many elements")
    refuses(film(cluster(0, element(GROUP, element(0xEC, b"") * 100))), "too many elements")
    refuses(film(ONE, head=[element(INFO, element(0xEC, b"") * 100)]), "too many elements")


@dataclass
class Counting:
    data: bytes
    reads: int = 0
    size: int = 0

    def __call__(self, at: int, size: int) -> bytes:
        self.reads += 1
        self.size += size
        return self.data[at : at + size]


@pytest.mark.parametrize(
    ("size", "most_read", "most_reads"),
    [(40_000, 0.15, 1.1), (1500, 1.1, 0.1)],
    ids=["what is between is left out", "many are read at once"],
)
def test_as_little_is_read_as_can_be(size: int, most_read: float, most_reads: float) -> None:
    count = 200
    counting = Counting(film(cluster(0, *(simple(1, 0, bytes(size)) for _ in range(count)))))
    found = read_blocks(counting, len(counting.data), MOST)
    assert len(found.tracks[0].sizes) == count
    assert counting.size <= most_read * len(counting.data)
    assert counting.reads <= most_reads * count + 40


@pytest.mark.parametrize(
    "part",
    [
        simple(1, 0, b"a"),
        simple(2, 0, laced("xiph", [b"a", b"b"]), 2),
        element(GROUP, element(BLOCK, block(1, 0, b"a"))),
        element(0xEC, b""),
    ],
    ids=["block", "lace", "group", "void"],
)
def test_work_grows_no_faster_than_the_film(part: bytes) -> None:
    def work(count: int) -> None:
        data = film(cluster(0, part * min(count, 30_000)))
        read(data, 1_000_000)

    assert_linear(work)


def test_sizes_of_a_lace_add_up_to_the_whole() -> None:
    assert lace_sizes(b"\x02\x02\x01", 2, 10) == (3, [2, 1, 4])
    assert list(accumulate(lace_sizes(b"\x03\x84\xc0\xbe", 6, 20)[1])) == [4, 9, 13, 16]
