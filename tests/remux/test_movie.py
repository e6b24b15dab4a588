from __future__ import annotations

import struct
from array import array
from itertools import pairwise

import pytest

from quart_video.remux.boxes import boxes, find
from quart_video.remux.languages import packed
from quart_video.remux.movie import TIMESCALE, Chapter, Movie
from quart_video.remux.packet_file import Film, SoundTrack, decode_film, encode_film
from tests.remux.movies import make_film, track
from tests.remux.test_tables import numbers


def content(data: bytes, *path: bytes) -> bytes:
    found = find(data, *path)
    assert found is not None, path
    return data[found.content : found.stop]


def edits(movie: Movie, number: int) -> list[tuple[int, int]]:
    """Return duration and media time of each edit of a track."""
    moov = content(movie.head(), b"moov")
    trak = [each for each in boxes(moov) if each.kind == b"trak"][number]
    rows = content(moov[trak.content : trak.stop], b"edts", b"elst")[8:]
    return [row[:2] for row in struct.iter_unpack(">Qqhh", rows)]


def test_head_is_a_head_and_the_samples_come_behind_it() -> None:
    film = make_film()
    head = film.movie.head()
    kinds = [each.kind for each in boxes(film.whole)]
    assert kinds == [b"ftyp", b"moov", b"mdat"]
    assert len(film.whole) == len(head) + film.movie.content


def test_tables_lead_to_every_sample() -> None:
    film = make_film()
    moov = content(film.movie.head(), b"moov")
    for number, each in enumerate(row for row in boxes(moov) if row.kind == b"trak"):
        stbl = content(moov[each.content : each.stop], b"mdia", b"minf", b"stbl")
        parts = {row.kind: stbl[row.start : row.stop] for row in boxes(stbl)}
        sizes = numbers(parts[b"stsz"])[2:]
        assert sizes == list(film.movie.tracks[number].sample_sizes())
        offsets = numbers(parts[b"stco"])[1:]
        chunks = [chunk for chunk in film.movie.chunks if chunk.track == number]
        assert len(offsets) == len(chunks)
        for offset, chunk in zip(offsets, chunks, strict=True):
            begins = sum(
                sum(film.movie.tracks[other.track].sample_sizes()[other.start : other.stop])
                for other in film.movie.chunks[: film.movie.chunks.index(chunk)]
            )
            assert offset == len(film.movie.head()) + begins


def test_samples_of_one_time_stand_together() -> None:
    video = track([10] * 100, step=40)
    audio = track([5] * 200, step=20, kind="audio")
    movie = Movie([video, audio])
    for before, after in pairwise(movie.chunks):
        assert before.track != after.track
        apart = abs(
            movie.tracks[before.track].decode[before.start]
            - movie.tracks[after.track].decode[after.start]
        )
        assert apart <= 540


def test_gap_of_a_day_takes_no_longer_than_a_second() -> None:
    audio = track([5] * 3, kind="audio")
    audio.presentation = audio.decode = array("q", [0, 86_400_000, 2 * 86_400_000])
    assert len(Movie([track([1] * 5), audio]).chunks) <= 8


def test_track_that_begins_late_begins_with_an_empty_edit() -> None:
    movie = Movie([track([1] * 10, start=500), track([1] * 10, start=2000, kind="audio")])
    assert edits(movie, 0) == [(400 * TIMESCALE // 1000, 0)]
    gap, sound = edits(movie, 1)
    assert gap == (1500 * TIMESCALE // 1000, -1)
    assert sound == (400 * TIMESCALE // 1000, 0)


def test_what_is_not_heard_is_left_out() -> None:
    audio = track([1] * 10, step=1024, timescale=48000, kind="audio", start=-1024)
    audio.start_skip = 1024
    movie = Movie([track([1] * 10), audio])
    assert edits(movie, 1) == [(9 * 1024 * TIMESCALE // 48000, 1024)]
    assert movie.begins == 0


def test_pictures_shown_out_of_order_begin_with_the_first_that_is_shown() -> None:
    video = track([1] * 3)
    video.presentation = array("q", [40, 120, 80])
    movie = Movie([video])
    assert edits(movie, 0)[0][1] == 40
    stbl = content(movie.head(), b"moov", b"trak", b"mdia", b"minf", b"stbl")
    table = find(stbl, b"ctts")
    assert table is not None
    assert numbers(stbl[table.start : table.stop]) == [3, 1, 40, 1, 80, 1, 0]


def test_large_movie_has_large_offsets() -> None:
    movie = Movie([track([2**31] * 3, offsets=[0, 2**31, 2**32])])
    stbl = content(movie.head(), b"moov", b"trak", b"mdia", b"minf", b"stbl")
    assert find(stbl, b"co64")
    assert movie.content == 3 * 2**31


def test_title_and_chapters_are_told() -> None:
    movie = Movie([track([1])], "Títle", [Chapter(0, "One"), Chapter(61.5, "Zwei " * 100)])
    udta = content(movie.head(), b"moov", b"udta")
    assert "Títle".encode() in content(udta, b"meta")
    chapters = content(udta, b"chpl")
    assert chapters[8] == 2
    assert chapters[9:18] == struct.pack(">QB", 0, 3)
    assert struct.pack(">QB", 615_000_000, 255) in chapters


def test_movie_without_a_sample_is_none() -> None:
    for tracks in ([], [track([])]):
        with pytest.raises(ValueError, match="needs a track"):
            Movie(tracks)


@pytest.mark.parametrize(
    ("language", "letters"),
    [
        *(("eng", "eng"), ("ger", "deu"), ("und", "und"), ("ENG", "eng"), ("ñañ", "und")),
        *(("de", "deu"), ("pt-BR", "por"), ("zh-Hant", "zho"), ("ZH-hant", "zho"), ("chi", "zho")),
        *(("yue", "zho"), ("zh-yue", "zho"), ("iw", "heb"), ("es-419", "spa"), ("fil-PH", "fil")),
        *(("", "und"), ("x-own", "und"), ("xx", "und"), ("deutsch", "und"), ("-", "und")),
    ],
)
def test_language_is_three_letters(language: str, letters: str) -> None:
    (bits,) = struct.unpack(">H", packed(language))
    assert "".join(chr((bits >> shift & 31) + 0x60) for shift in (10, 5, 0)) == letters


@pytest.mark.parametrize(
    ("language", "told"),
    [
        *(("zh-Hant", "zh-Hant"), ("pt-BR", "pt-BR"), ("yue", "yue"), ("sl-rozaj", "sl-rozaj")),
        *(("deu", None), ("ger", None), ("de", None), ("und", None), ("", None)),
        *(("zh-" + "a" * 9, None), ("zh-é", None), ("a" + "-bcdefgh" * 9, None), ("zh-\0", None)),
    ],
)
def test_language_is_told_in_full_where_three_letters_are_not_all(
    language: str, told: str | None
) -> None:
    """ISO/IEC 14496-12, section 8.4.6."""
    spoken = track([1])
    spoken.language = language
    movie = Movie([spoken])
    head = movie.head()
    found = find(head, b"moov", b"trak", b"mdia", b"elng")
    text = head[found.content : found.stop] if found is not None else None
    assert text == (bytes(4) + told.encode() + b"\0" if told else None)


def test_film_is_read_as_it_was_written() -> None:
    video, audio = make_film().movie.tracks
    film = Film(
        video,
        [SoundTrack(audio, plays=True, sample_rate=48000, stream=1)],
        "A",
        [Chapter(1.5, "B")],
    )
    assert decode_film(encode_film(film)) == film


def test_film_that_was_changed_is_none() -> None:
    video, _ = make_film(count=30).movie.tracks
    data = bytearray(encode_film(Film(video, [])))
    for position in range(0, len(data), 7):
        changed = data[:]
        changed[position] ^= 4
        with pytest.raises(ValueError, match=r"film|line"):
            decode_film(bytes(changed))
        with pytest.raises(ValueError, match=r"film|line"):
            decode_film(bytes(data[:position]))
