"""Heads of MP4s and QuickTime films that are set right: their samples are those of the film."""

from __future__ import annotations

import dataclasses
import random
import struct
from collections import Counter
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.remux.boxes import box, boxes, find, full_box
from quart_video.remux.index_cache import IndexCache
from quart_video.remux.index_file import build_index
from quart_video.remux.languages import packed, unpacked
from quart_video.remux.layout import NoMovieError, NotPatchableError, read_layout
from quart_video.remux.patched import PatchedFilm, is_patched, read_patched
from quart_video.remux.sample_entries import sound_entry, video_entry
from quart_video.remux.virtual import VirtualMedia
from quart_video.storage.memory import BytesMedia
from tests.remux.mp4_files import (
    AAC,
    ELSEWHERE,
    ESDS,
    FTYP,
    SETS,
    Mp4,
    Trak,
    audio,
    chunks_of,
    hevc,
    moov,
    sample,
    u32,
    visual,
)
from tests.support.mutations import mutate

FREE = box(b"free", bytes(30))


def video(**changes: Any) -> Trak:
    return dataclasses.replace(Trak(), **changes)


def sound(**changes: Any) -> Trak:
    return dataclasses.replace(Trak(b"soun", AAC, 2), **changes)


def written(film: PatchedFilm, data: bytes, sound: int | None = 0) -> bytes:
    pieces = film.pieces()
    parts = [data[at : at + size] for at, size in zip(pieces.offsets, pieces.sizes, strict=True)]
    return b"".join([film.head(sound), *parts])


def patched(mp4: Mp4) -> PatchedFilm:
    return read_patched(mp4.read, len(mp4.data))


Part = bytes | int | None
LAYOUTS: dict[str, tuple[Part, ...]] = {
    "head last": (FTYP, 3, b"moov"),
    "head first": (FTYP, b"moov", 3),
    "head between": (FTYP, 1, b"moov", 2),
    "head between with others": (FTYP, 1, FREE, b"moov", box(b"uuid", bytes(20)), 2),
    "several": (FTYP, b"moov", 1, FREE, 1, box(b"skip", bytes(9)), box(b"uuid", bytes(16)), 1),
    "empty ones": (FTYP, box(b"mdat"), 1, box(b"mdat"), b"moov", box(b"mdat"), 2, box(b"mdat")),
    "size of 64 bits": (FTYP, -3, b"moov"),
    "both sizes": (FTYP, 1, -1, b"moov", -1),
    "to the end": (FTYP, b"moov", None),
    "no brand": (box(b"wide"), 3, b"moov"),
    "other boxes around": (FTYP, FREE, FREE, 3, FREE, b"moov", FREE),
    "less than a box behind": (FTYP, 3, b"moov", b"\0\0\0"),
    "no box behind": (FTYP, 3, b"moov", b"a trailer of some camera"),
    "a box behind that is cut short": (FTYP, 3, b"moov", u32(500) + b"free"),
}


@pytest.mark.parametrize("parts", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("large", [False, True])
def test_samples_are_where_the_head_says(
    parts: tuple[Part, ...],
    large: bool,  # noqa: FBT001
) -> None:
    mp4 = Mp4([video(large=large), sound(large=large)], *parts)
    whole = written(patched(mp4), mp4.data)
    assert [each.kind for each in boxes(whole)][:2] == [b"ftyp", b"moov"]
    assert b"moov" not in whole[whole.index(b"mdat") :]
    for identity, offsets in enumerate(chunks_of(whole), 1):
        assert [whole[at : at + 10] for at in offsets] == [sample(identity, n) for n in range(3)]


@given(data=st.data())
async def test_any_range_is_that_of_the_file_written_out(data: st.DataObject) -> None:
    mp4 = Mp4([video(), sound()], *data.draw(st.sampled_from([*LAYOUTS.values()])))
    film = patched(mp4)
    whole = written(film, mp4.data)
    index = build_index(film.head(0), film.pieces(), b"", len(whole), 2)

    async def read(start: int, stop: int) -> bytes:
        return index[start:stop]

    async def open_index(_: int) -> BytesMedia:
        return BytesMedia(index, version="index")

    opened = await IndexCache().open("key", read)
    source = BytesMedia(mp4.data, version="film")
    media = VirtualMedia(opened, source, open_index)
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    assert b"".join([chunk async for chunk in media.chunks(start, stop)]) == whole[start:stop]


def test_offsets_become_as_long_as_they_have_to_be() -> None:
    """A head that comes first moves samples beyond what 32 bits can tell, and those there were."""
    size = (1 << 32) - 1000
    trak = video(offsets=[16, size - 10, size - 20])
    tail = moov(trak)
    start = struct.pack(">I4sQ", 1, b"mdat", size)

    def read(count: int, at: int) -> bytes:
        known = {0: start, size: tail}
        return next(
            (
                data[at - p : at - p + count]
                for p, data in known.items()
                if at >= p and at < p + len(data)
            ),
            bytes(count),
        )

    film = read_patched(read, size + len(tail))
    head = film.head(None)
    assert b"co64" in head
    assert b"stco" not in head
    (offsets,) = chunks_of(head)
    assert offsets == [len(head) + 16, len(head) + size - 10, len(head) + size - 20]
    pieces = film.pieces()
    assert sum(pieces.sizes) == size
    assert max(pieces.sizes) <= 1 << 30


def test_edits_tables_and_texts_stay_as_they_are() -> None:
    edits = box(b"edts", full_box(b"elst", 0, 0, u32(2, 50, 0xFFFF_FFFF, 0x10000, 300, 7, 0x10000)))
    offsets = full_box(b"ctts", 1, 0, u32(1, 3, 0xFFFF_FFF0))
    unknown = full_box(b"sgpd", 1, 0, b"roll" + bytes(12))
    udta = box(b"udta", box(b"\xa9nam", b"\0\4\0\0name"))
    meta = full_box(b"meta", 0, 0, box(b"ilst", b""))
    mp4 = Mp4(
        [video(edits=edits, extra=offsets + unknown), sound()], FTYP, 3, b"moov", inside=udta + meta
    )
    head = patched(mp4).head(0)
    for part in (edits, offsets, unknown, udta, meta):
        assert part in head


def test_what_points_into_the_file_is_left_out() -> None:
    meta = full_box(b"meta", 0, 0, full_box(b"iloc", 0, 0, bytes(20)))
    mp4 = Mp4([video()], FTYP, 3, b"moov", inside=meta)
    assert b"iloc" not in patched(mp4).head(None)


def head_of(*traks: Trak, number: int | None = 0, inside: bytes = b"") -> bytes:
    return patched(Mp4(traks, FTYP, 3, b"moov", inside=inside)).head(number)


def test_zeros_of_quicktime_behind_texts_go() -> None:
    text = box(b"\xa9nam", b"\0\4\0\0name")
    assert box(b"udta", text) in head_of(video(), inside=box(b"udta", text, bytes(4)), number=None)


def test_handlers_of_quicktime_become_those_of_an_mp4() -> None:
    head = head_of(video(is_quicktime=True), sound(is_quicktime=True))
    assert b"mhlr" not in head
    assert b"dhlr" not in head
    for kind in (b"vide", b"soun"):
        assert full_box(b"hdlr", 0, 0, bytes(4), kind, bytes(12), b"Handle\0") in head


def identities(head: bytes) -> list[int]:
    outer = find(head, b"moov")
    assert outer is not None
    inner = [each for each in boxes(head, outer.content, outer.stop) if each.kind == b"trak"]
    found = []
    for each in inner:
        trak = head[each.start : each.stop]
        tkhd = find(trak, b"trak", b"tkhd")
        assert tkhd is not None
        found.append(int.from_bytes(trak[tkhd.content + 12 : tkhd.content + 16], "big"))
    return found


def test_one_track_of_sound_is_kept_and_enabled() -> None:
    traks = [video(), sound(identity=2, flags=2), sound(identity=3), sound(identity=4, flags=0)]
    film = patched(Mp4(traks, FTYP, 3, b"moov"))
    assert [each.codec for each in film.sounds] == ["aac"] * 3
    assert film.main == 1
    for number in range(3):
        head = film.head(number)
        assert identities(head) == [1, number + 2]
        assert head.count(b"tkhd\0\0\0\3") + head.count(b"tkhd\0\0\0\1") == 2
    assert identities(film.head(None)) == [1]
    for number in (-1, 3):
        with pytest.raises(ValueError, match="no sound track"):
            film.head(number)


@pytest.mark.parametrize(
    ("flags", "identity"),
    [((3, 3), 1), ((2, 3), 2), ((0, 0), 1)],
    ids=["first", "the one marked", "first if none is"],
)
def test_one_track_of_pictures_is_kept(flags: tuple[int, int], identity: int) -> None:
    traks = [video(flags=flags[0]), video(identity=2, flags=flags[1])]
    assert identities(head_of(*traks, number=None)) == [identity]


def test_tracks_of_chapters_are_kept_and_no_others() -> None:
    named = box(b"tref", box(b"chap", u32(3, 4)), box(b"tmcd", u32(5)))
    words = video(handler=b"text", entry=box(b"text", bytes(6), b"\0\1"), identity=3, flags=0)
    traks = [
        *(video(tref=named), sound(), words),
        video(identity=4, flags=0, entry=visual(b"jpeg")),
        video(identity=5, handler=b"tmcd"),
        video(identity=6, handler=b"meta"),
        dataclasses.replace(words, identity=7),
    ]
    head = head_of(*traks)
    assert identities(head) == [1, 2, 3]
    assert box(b"tref", box(b"chap", u32(3))) in head


def test_movie_is_no_longer_than_what_is_kept() -> None:
    traks = [video(), sound(duration=900), sound(identity=3, duration=7000)]
    mp4 = Mp4(traks, FTYP, 3, b"moov")
    mp4.data = mp4.data.replace(
        full_box(b"mvhd", 0, 0, u32(0, 0, 1000, 1000)),
        full_box(b"mvhd", 0, 0, u32(0, 0, 1000, 7000)),
    ).replace(b"mvhd\0\0\0\0" + u32(0, 0, 1000, 1000), b"mvhd\0\0\0\0" + u32(0, 0, 1000, 7000))
    assert b"mvhd\0\0\0\0" + u32(0, 0, 1000, 1000) in patched(mp4).head(0)
    assert b"mvhd\0\0\0\0" + u32(0, 0, 1000, 7000) in patched(mp4).head(1)


@pytest.mark.parametrize(
    ("told", "language"),
    [
        *((0, "eng"), (2, "deu"), (46, "bel"), (47, "und"), (0x3FF, "und"), (0x7FFF, "und")),
        *((int.from_bytes(packed("jpn"), "big"), "jpn"), (0x1CB2, "deu"), (0x5000, "und")),
    ],
)
def test_languages(told: int, language: str) -> None:
    """0x1CB2 is ``ger``, which an MP4 has not."""
    assert packed(unpacked(told.to_bytes(2, "big"))) == packed(language)
    assert u32(0, 0, 1000, 300) + packed(language) in head_of(video(language=told), number=None)


@pytest.mark.parametrize(
    ("entry", "codec", "name"),
    [
        (Trak().entry, "h264", b"avc1"),
        (hevc(32, 33, 34), "hevc", b"hvc1"),
        (hevc(32, 33, 34, name=b"hvc1"), "hevc", b"hvc1"),
        (hevc(32, 33), "hevc", b"hev1"),
        (hevc(), "hevc", b"hev1"),
        (visual(b"vp09", full_box(b"vpcC", 1, 0, bytes(8))), "vp9", b"vp09"),
        (visual(b"av01", box(b"av1C", b"\x81\0\0\0")), "av1", b"av01"),
        (visual(b"avc1", box(b"colr", b"nclc"), box(b"avcC", SETS), bytes(4)), "h264", b"avc1"),
    ],
)
def test_pictures(entry: bytes, codec: str, name: bytes) -> None:
    stsd = full_box(b"stsd", 0, 0, u32(1), entry)
    found = video_entry(stsd)
    assert found.codec == codec
    assert found.stsd == stsd[:20] + name + stsd[24:]


def esds(kind: int, config: bytes = b"\5\2\x11\x90") -> bytes:
    inner = bytes([kind]) + b"\x15" + bytes(11) + config
    return full_box(b"esds", 0, 0, bytes([3, 5 + len(inner), 0, 0, 0, 4, len(inner)]), inner)


PLAIN = audio(b"mp4a", ESDS)


@pytest.mark.parametrize(
    ("entry", "codec", "plain"),
    [
        (PLAIN, "aac", PLAIN),
        (audio(b"mp4a", ESDS, version=1), "aac", PLAIN),
        (
            audio(b"mp4a", box(b"wave", box(b"frma", b"mp4a"), ESDS, bytes(8)), version=1),
            "aac",
            PLAIN,
        ),
        (audio(b"mp4a", box(b"wave", ESDS)), "aac", PLAIN),
        *((audio(b"mp4a", esds(kind)), "aac", None) for kind in (0x66, 0x67, 0x68)),
        *((audio(b"mp4a", esds(kind, b"")), "mp3", None) for kind in (0x69, 0x6B)),
        (audio(b"Opus", box(b"dOps", bytes(11))), "opus", None),
        (audio(b"fLaC", full_box(b"dfLa", 0, 0, bytes(38))), "flac", None),
        (audio(b"alac", full_box(b"alac", 0, 0, bytes(24))), "alac", None),
    ],
)
def test_sound(entry: bytes, codec: str, plain: bytes | None) -> None:
    found = sound_entry(full_box(b"stsd", 0, 0, u32(1), entry))
    assert found.codec == codec
    assert found.stsd == full_box(b"stsd", 0, 0, u32(1), plain or entry)


def stbl(**replaced: bytes) -> Trak:
    return video(replaced={name.encode(): data for name, data in replaced.items()})


def table(kind: bytes, *numbers: int) -> bytes:
    return full_box(kind, 0, 0, u32(*numbers))


TWO = full_box(b"stsd", 0, 0, u32(2), Trak().entry, Trak().entry)
BY_PACKETS: dict[str, tuple[list[Trak], tuple[Part, ...]]] = {
    "fragments": ([video()], (FTYP, 3, b"moov", box(b"moof"))),
    "an index of fragments": ([video()], (FTYP, box(b"sidx"), 3, b"moov")),
    "no head": ([video()], (FTYP, 3)),
    "two heads": ([video()], (FTYP, b"moov", 3, b"moov")),
    "no samples": ([video()], (FTYP, b"moov")),
    "another file": ([video()], (b"\x1aE\xdf\xa3" + bytes(20), 3, b"moov")),
    "too many boxes": ([video()], (FTYP, box(b"free") * 1000, 3, b"moov")),
    "cut short": ([video()], (FTYP, b"moov", 3, u32(100) + b"mdat")),
    "head cut short": ([video()], (FTYP, 3, u32(100) + b"moov")),
    "no pictures": ([sound()], (FTYP, 3, b"moov")),
    "other pictures": ([video(entry=visual(b"mp4v"))], (FTYP, 3, b"moov")),
    "no sets": ([video(entry=visual(b"avc1"))], (FTYP, 3, b"moov")),
    "start codes": ([video(entry=visual(b"avc1", box(b"avcC", b"\0\0\0\1")))], (FTYP, 3, b"moov")),
    "Dolby Vision": ([video(entry=visual(b"dvhe", box(b"hvcC", SETS)))], (FTYP, 3, b"moov")),
    "sets that change": ([stbl(stsd=TWO)], (FTYP, 3, b"moov")),
    "broken entry": (
        [stbl(stsd=full_box(b"stsd", 0, 0, u32(1, 900), b"avc1"))],
        (FTYP, 3, b"moov"),
    ),
    "other sound": ([video(), sound(entry=audio(b"ac-3", box(b"dac3")))], (FTYP, 3, b"moov")),
    "PCM": ([video(), sound(entry=audio(b"sowt"))], (FTYP, 3, b"moov")),
    "sound of QuickTime 7": (
        [video(), sound(entry=audio(b"mp4a", ESDS, version=2))],
        (FTYP, 3, b"moov"),
    ),
    "ALAC of QuickTime": (
        [video(), sound(entry=audio(b"alac", box(b"wave"), version=1))],
        (FTYP, 3, b"moov"),
    ),
    "ADTS": ([video(), sound(entry=audio(b"mp4a", esds(0x40, b"")))], (FTYP, 3, b"moov")),
    "AC-3 as MPEG": ([video(), sound(entry=audio(b"mp4a", esds(0xA5)))], (FTYP, 3, b"moov")),
    "no descriptor": (
        [video(), sound(entry=audio(b"mp4a", full_box(b"esds", 0, 0)))],
        (FTYP, 3, b"moov"),
    ),
    "empty sound": ([video(), sound(replaced={b"stco": table(b"stco", 0)})], (FTYP, 3, b"moov")),
    "no sizes": ([stbl(stsz=table(b"stsz", 0, 0))], (FTYP, 3, b"moov")),
    "too few sizes": ([stbl(stsz=table(b"stsz", 0, 1 << 31))], (FTYP, 3, b"moov")),
    "too few packed sizes": ([stbl(stsz=table(b"stz2", 4, 100))], (FTYP, 3, b"moov")),
    "too few times": ([stbl(stts=table(b"stts", 1 << 31, 1, 1))], (FTYP, 3, b"moov")),
    "no times": ([stbl(stts=table(b"stts", 0))], (FTYP, 3, b"moov")),
    "no table of times": ([stbl(stts=b"")], (FTYP, 3, b"moov")),
    "table without a count": ([stbl(stts=full_box(b"stts", 0, 0))], (FTYP, 3, b"moov")),
    "too few chunks": ([stbl(stsc=table(b"stsc", 2, 1, 1, 1))], (FTYP, 3, b"moov")),
    "too few keys": ([video(extra=table(b"stss", 5, 1))], (FTYP, 3, b"moov")),
    "too few shifts": ([video(extra=table(b"ctts", 0xFFFF_FFFF, 1, 1))], (FTYP, 3, b"moov")),
    "too few places": ([stbl(stco=table(b"stco", 1 << 30, 50))], (FTYP, 3, b"moov")),
    "a place behind": ([stbl(stco=table(b"stco", 1, 9_999_999))], (FTYP, 3, b"moov")),
    "a place before": ([stbl(stco=table(b"stco", 1, 2))], (FTYP, 3, b"moov")),
    "a place in the head": ([stbl(stco=table(b"stco", 3, 40, 100, 900))], (FTYP, 1, b"moov", 2)),
    "places twice": ([video(extra=table(b"co64", 0))], (FTYP, 3, b"moov")),
    "tables twice": ([video(extra=table(b"stts", 0))], (FTYP, 3, b"moov")),
    "no file": ([video(reference=b"")], (FTYP, 3, b"moov")),
}
"""What is read packet by packet, or refused by who does."""


@pytest.mark.parametrize(("traks", "parts"), BY_PACKETS.values(), ids=BY_PACKETS)
def test_what_has_to_be_read_packet_by_packet(traks: list[Trak], parts: tuple[Part, ...]) -> None:
    with pytest.raises(NotPatchableError):
        patched(Mp4(traks, *parts))


@pytest.mark.parametrize("kind", [b"mvex", b"cmov"])
def test_head_that_is_no_whole_one_is_read_by_packets(kind: bytes) -> None:
    with pytest.raises(NotPatchableError):
        patched(Mp4([video()], FTYP, 3, b"moov", inside=box(kind, bytes(8))))


@pytest.mark.parametrize(
    ("traks", "inside", "reason"),
    [
        ([video(entry=visual(b"encv", box(b"sinf")))], b"", "encrypted"),
        ([video(), sound(entry=audio(b"enca", ESDS))], b"", "encrypted"),
        ([video(), sound(entry=audio(b"drms", ESDS))], b"", "encrypted"),
        ([video(extra=full_box(b"saio", 0, 0, u32(1, 100)))], b"", "encrypted"),
        ([video(reference=ELSEWHERE)], b"", "other files"),
        ([video(reference=full_box(b"alis", 0, 0, bytes(150)))], b"", "other files"),
        ([video(), sound(reference=full_box(b"urn ", 0, 0, b"urn:x\0"))], b"", "other files"),
        ([video()], box(b"rmra", bytes(9)), "other files"),
    ],
)
def test_of_what_there_is_no_movie_at_all(traks: list[Trak], inside: bytes, reason: str) -> None:
    with pytest.raises(NoMovieError, match=reason):
        patched(Mp4(traks, FTYP, 3, b"moov", inside=inside))


def test_reference_that_names_no_file_is_this_one() -> None:
    empty = full_box(b"url ", 0, 0)
    head = head_of(video(reference=empty), number=None)
    assert box(b"dinf", full_box(b"dref", 0, 0, u32(1), full_box(b"url ", 0, 1))) in head


@pytest.mark.parametrize("depth", [1, 500])
def test_boxes_in_boxes_are_not_followed(depth: int) -> None:
    inside = b""
    for _ in range(depth):
        inside = box(b"udta", inside)
    assert inside in head_of(video(), inside=inside, number=None)


def test_more_tracks_and_boxes_than_anyone_has() -> None:
    many = b"".join(video(identity=number).write() for number in range(70))
    for inside in (many, box(b"free") * 2000):
        with pytest.raises(NotPatchableError, match="too many"):
            patched(Mp4([video()], FTYP, 3, b"moov", inside=inside))


def test_long_head_is_not_read() -> None:
    asked = []

    def read(count: int, at: int) -> bytes:
        asked.append(count)
        return {0: u32(0x7000_0000) + b"moov", 0x7000_0000: u32(100) + b"mdat"}[at]

    with pytest.raises(NotPatchableError, match="too long"):
        read_patched(read, 0x7000_0000 + 100)
    assert max(asked) <= 16


def test_layout_takes_a_reading_for_each_box() -> None:
    asked = []
    mp4 = Mp4([video()], FTYP, 3, b"moov", FREE)

    def read(count: int, at: int) -> bytes:
        asked.append(at)
        return mp4.read(count, at)

    read_layout(read, len(mp4.data))
    assert len(asked) == 4


def test_what_is_kept_of_a_film_is_read_again() -> None:
    mp4 = Mp4([video(), sound(), sound(identity=3)], FTYP, 1, b"moov", 2)
    film = patched(mp4)
    kept = film.encode()
    assert is_patched(kept)
    again = PatchedFilm.decode(kept)
    for number in (0, 1, None):
        assert written(again, mp4.data, number) == written(film, mp4.data, number)
    for place in range(len(kept)):
        broken = bytearray(kept)
        broken[place] ^= 1
        assert not is_patched(bytes(broken))
    for length in (0, 10, len(kept) - 1):
        with pytest.raises(ValueError, match="changed"):
            PatchedFilm.decode(kept[:length])


def test_a_thousand_broken_films_are_movies_or_none() -> None:
    draw = random.Random(28)
    seen: Counter[str] = Counter()
    named = box(b"tref", box(b"chap", u32(3)))
    words = video(handler=b"text", entry=box(b"text", bytes(6), b"\0\1"), identity=3)
    udta = box(b"udta", box(b"name", b"x"), bytes(4))
    for turn, parts in zip(range(1000), cycle(LAYOUTS.values()), strict=False):
        traks = [video(tref=named, is_quicktime=turn % 2 == 0), sound(large=turn % 3 == 0), words]
        seed = Mp4(traks, *parts, inside=udta).data
        seen[judge(mutate(seed, draw))] += 1
    assert min(seen[what] for what in ("movie", "by packets")) > 100, seen


def judge(data: bytes) -> str:
    """Say what becomes of a file, and see that it is a movie or an error that is expected."""
    try:
        film = read_patched(lambda count, at: data[at : at + count], len(data))
    except NotPatchableError:
        return "by packets"
    except NoMovieError:
        return "none"
    for number in (None, *(each.number for each in film.sounds)):
        head = film.head(number)
        assert [each.kind for each in boxes(head)] == [b"ftyp", b"moov"]
        whole = written(film, data, number)
        assert len(whole) == len(head) + film.size
        for offsets in chunks_of(whole):
            assert all(len(head) <= offset < len(whole) for offset in offsets)
        assert len(head) <= 2 * len(data) + 500
    return "movie"
