"""What an MP4 tells beside what FFmpeg reads of it: languages, and immersive sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from quart_video.media import FILM, DerivativeService, mp4_offer, poster
from quart_video.media.extract.mp4 import Iamf, Mp4Track, read_tracks
from quart_video.remux.boxes import box, boxes, full_box, large_header
from quart_video.remux.film_facts import decode_film_facts
from tests.media.films import AAC, H264, PICTURE, TONE, ffmpeg
from tests.media.iamf import (
    HEADER,
    PCM,
    RATE,
    STEREO,
    SURROUND,
    configuration,
    entry,
    leb128,
    obu,
    with_immersive_sound,
)
from tests.media.make import details_of, made, on_disk
from tests.media.movies import write_movie

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIVE_ONE = Iamf((0, 1), "ipcm", 1, 4)


def track(sample_entry: bytes = b"", language: bytes = b"") -> bytes:
    table = box(b"stbl", full_box(b"stsd", 0, 0, b"\0\0\0\1", sample_entry))
    parts = [full_box(b"elng", 0, 0, language)] if language else []
    return box(b"trak", box(b"tkhd"), box(b"mdia", *parts, box(b"minf", table)))


def told(data: bytes) -> list[Mp4Track]:
    return read_tracks(lambda offset, size: data[offset : offset + size], len(data))


def movie(*tracks: bytes) -> bytes:
    return box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd"), *tracks)


@pytest.mark.parametrize(
    ("data", "tracks"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(b"\0\0\0\7moov", [], id="smaller than its header"),
        pytest.param(movie(), [], id="no tracks"),
        pytest.param(movie(track()), [Mp4Track()], id="nothing told"),
        pytest.param(
            movie(track(), track(language=b"zh-Hant\0")),
            [Mp4Track(), Mp4Track("zh-Hant")],
            id="8.4.6-language",
        ),
        pytest.param(movie(track(language=b"\0")), [Mp4Track()], id="8.4.6-no-language"),
        pytest.param(
            large_header(b"mdat", 4) + b"data" + movie(track(language=b"cy\0")),
            [Mp4Track("cy")],
            id="4.2-behind-a-large-box",
        ),
        pytest.param(
            movie(track(entry(SURROUND))), [Mp4Track(iamf=FIVE_ONE)], id="iamf-6.2-surround"
        ),
        pytest.param(
            movie(track(entry(SURROUND, STEREO))),
            [Mp4Track(iamf=Iamf((0, 1), "ipcm", 2, 5))],
            id="iamf-6.2-two-elements",
        ),
        pytest.param(movie(track(entry(SURROUND)[:-9])), [Mp4Track()], id="iamf-cut-short"),
        pytest.param(movie(track(entry())), [Mp4Track()], id="iamf-without-elements"),
        pytest.param(
            movie(track(box(b"mp4a", bytes(28), configuration(SURROUND)))),
            [Mp4Track()],
            id="another-codec",
        ),
    ],
)
async def test_what_is_told(data: bytes, tracks: list[Mp4Track]) -> None:
    assert told(data) == tracks


async def test_units_may_have_extensions() -> None:
    """IAMF 3.2: a trimmed one has two numbers first, and an extension has a length."""
    content = PCM[2:]
    odd = bytes([0 << 3 | 2 | 1]) + leb128(len(content) + 5) + leb128(0) * 2 + b"\2ab" + content
    obus = HEADER + odd + obu(4, b"\0") + SURROUND
    setup = box(b"iacb", b"\1", leb128(len(obus)), obus)
    assert told(movie(track(box(b"iamf", bytes(28), setup)))) == [Mp4Track(iamf=FIVE_ONE)]


async def test_a_size_of_zero_reaches_to_the_end() -> None:
    data = movie(track(language=b"nl\0"))
    start = data.index(b"moov") - 4
    assert told(data[:start] + bytes(4) + data[start + 4 :]) == [Mp4Track("nl")]


async def test_of_a_head_of_nothing_but_boxes_some_are_read() -> None:
    data = movie(*([track(language=b"nl\0")] * 500), box(b"free") * 100_000)
    reads = 0

    def read(offset: int, size: int) -> bytes:
        nonlocal reads
        reads += 1
        return data[offset : offset + size]

    assert read_tracks(read, len(data)) == [Mp4Track("nl")] * 500
    assert reads <= 20_000


def plain(folder: Path, *options: str) -> bytes:
    path = folder / "plain.mp4"
    inputs = ["-f", "lavfi", "-t", "2", "-i", PICTURE, "-f", "lavfi", "-t", "2", "-i", TONE]
    ffmpeg(*inputs, *H264, *options, str(path))
    return path.read_bytes()


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


async def test_immersive_sound_is_one_track(derivatives: DerivativeService, tmp_path: Path) -> None:
    film = with_immersive_sound(plain(tmp_path, "-map", "0:v"), [2, 2, 1, 1], SURROUND)
    path = write(tmp_path / "immersive.mp4", film)
    details = await details_of(derivatives, path)
    (sound,) = details.audio_tracks
    assert (sound.codec, sound.codecs) == ("iamf", "iamf.000.001.ipcm")
    assert (sound.channels, sound.sample_rate) == (6, RATE)
    assert details.audio_codec == "iamf"
    assert details.codecs == "avc1.42c00a, iamf.000.001.ipcm"
    assert await made(derivatives, path, poster(320, "jpeg"))
    # Its parts are no tracks to make AAC of, each by itself.
    assert not mp4_offer(details).helps


async def test_several_elements_have_no_number_of_channels(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    film = with_immersive_sound(plain(tmp_path, *AAC), [2, 2, 1, 1, 2], SURROUND, STEREO)
    details = await details_of(derivatives, write(tmp_path / "two.mp4", film))
    assert [(each.codec, each.channels) for each in details.audio_tracks] == [
        ("aac", 1),
        ("iamf", None),
    ]
    assert details.codecs == "avc1.42c00a, mp4a.40.2"


async def test_other_sound_keeps_its_number(derivatives: DerivativeService, tmp_path: Path) -> None:
    """What is numbered in the details is what an MP4 is made with."""
    film = with_immersive_sound(plain(tmp_path, *AAC), [2, 2, 1, 1], SURROUND)
    path = write(tmp_path / "both.mp4", film)
    facts = decode_film_facts(await made(derivatives, path, FILM))
    assert [(sound.number, sound.codec) for sound in facts.sounds] == [(0, "aac")]


async def test_a_language_in_full(derivatives: DerivativeService, tmp_path: Path) -> None:
    """FFmpeg reads the old code of three letters alone, which stands beside it."""
    film = plain(tmp_path, *AAC, "-metadata:s:a", "language=por")
    head = next(each for each in boxes(film) if each.kind == b"moov")
    parts = []
    for each in boxes(film, head.content, head.stop):
        part = film[each.start : each.stop]
        if each.kind == b"trak":
            media = next(box for box in boxes(part, 8) if box.kind == b"mdia")
            longer = box(
                b"mdia", part[media.content : media.stop], full_box(b"elng", 0, 0, b"pt-BR\0")
            )
            part = box(b"trak", part[8 : media.start], longer, part[media.stop :])
        parts.append(part)
    path = write(tmp_path / "language.mp4", film[: head.start] + box(b"moov", *parts))
    details = await details_of(derivatives, path)
    assert [each.language for each in details.audio_tracks] == ["pt-BR"]
    movie = await write_movie(derivatives, on_disk(path), tmp_path / "movie.mp4")
    details = await details_of(derivatives, movie)
    assert [each.language for each in details.audio_tracks] == ["pt-BR"]


@pytest.mark.parametrize("codec", ["unknown", "iamf"])
async def test_no_mp4_is_offered_for_sound_that_nothing_decodes(
    derivatives: DerivativeService, tmp_path: Path, codec: str
) -> None:
    film = plain(tmp_path, *AAC)
    if codec == "unknown":
        film = film.replace(b"mp4a", b"ac-4", 1).replace(b"esds", b"dac4", 1)
    else:
        film = with_immersive_sound(plain(tmp_path, "-map", "0:v"), [2], STEREO)
    details = await details_of(derivatives, write(tmp_path / "sound.mp4", film))
    assert details.audio_codec == codec
    assert mp4_offer(details).reasons == ()
