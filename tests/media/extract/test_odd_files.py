"""Files that are right, and yet are not as most are: each is told and shown as players show it."""

from __future__ import annotations

import io
import re
import struct
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from quart_video.media import STORYBOARD, DerivativeService, decode_storyboard, poster, sheet
from quart_video.media.extract.beside import Beside, SoundStreams
from quart_video.media.extract.dump import Dumped
from quart_video.media.extract.tracks import describe_sound
from tests.e2e.harness import need_tool
from tests.media.films import AAC, H264, Film, ffmpeg
from tests.media.make import details_of, made
from tests.media.paff import paff

pytestmark = pytest.mark.asyncio(loop_scope="session")

PICTURE = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=2"]
TONE = ["-f", "lavfi", "-i", "sine=d=2"]
Make = Callable[[Path], Path]


def _boxes(data: bytes | bytearray, kind: bytes) -> list[int]:
    return [found.start() for found in re.finditer(kind, data)]


def spatial(folder: Path) -> Path:
    """Make what a telephone records: its second sound track is of a kind that nobody else knows."""
    plain = folder / "plain.mov"
    ffmpeg(
        *PICTURE, *TONE, *TONE, *("-map", "0", "-map", "1", "-map", "2"), *H264, *AAC, str(plain)
    )
    data = plain.read_bytes()
    entry = data.index(b"mp4a", _boxes(data, b"stsd")[2])
    setup = data.index(b"esds", entry)
    path = folder / "spatial.mov"
    path.write_bytes(data[:entry] + b"apac" + data[entry + 4 : setup] + b"dapa" + data[setup + 4 :])
    return path


def numbered(folder: Path) -> Path:
    """Make a file that names a codec by a number which is no text."""
    path = folder / "number.avi"
    ffmpeg(*PICTURE, *TONE, "-c:v", "mpeg4", *AAC, str(path))
    return path


def _turned(folder: Path, source: Path, matrix: tuple[int, int, int, int]) -> Path:
    data = bytearray(source.read_bytes())
    start = data.index(b"tkhd") + 4 + 40  # to where the matrix is
    for place, value in zip((0, 4, 12, 16), matrix, strict=True):
        data[start + place : start + place + 4] = (value << 16).to_bytes(4, "big", signed=True)
    path = folder / f"turned{matrix}.mp4"
    path.write_bytes(data)
    return path


def _plain(folder: Path, *, gop: int = 10, seconds: float = 2, size: str = "160x90") -> Path:
    path = folder / f"plain-{gop}-{seconds}-{size}.mp4"
    source = f"testsrc2=s={size}:r=10:d={seconds}"
    ffmpeg("-f", "lavfi", "-i", source, *H264, "-g", str(gop), str(path))
    return path


def trimmed_portrait(folder: Path) -> Path:
    """Cut a clip with one key frame, which is before the cut."""
    whole, turned, path = _plain(folder, gop=250, seconds=6), folder / "t.mp4", folder / "cut.mp4"
    ffmpeg("-i", str(whole), "-c", "copy", "-metadata:s:v", "rotate=90", str(turned))
    ffmpeg("-ss", "2", "-i", str(turned), "-c", "copy", str(path))
    return path


def trimmed(folder: Path) -> Path:
    whole, path = _plain(folder, gop=50, seconds=30), folder / "cut.mp4"
    ffmpeg("-ss", "2", "-i", str(whole), "-c", "copy", str(path))
    return path


def fields(folder: Path) -> Path:
    (folder / "p.h264").write_bytes(paff(50))
    path = folder / "fields.ts"
    ffmpeg("-f", "h264", "-r", "25", "-i", str(folder / "p.h264"), "-c", "copy", str(path))
    return path


def refreshed(folder: Path) -> Path:
    """Make a stream that is refreshed part by part, from where no picture is whole."""
    whole, path = folder / "whole.ts", folder / "refreshed.ts"
    parameters = "intra-refresh=1:keyint=20:repeat-headers=1:bframes=0"
    source = "testsrc2=s=160x90:r=10:d=10"
    ffmpeg("-f", "lavfi", "-i", source, *H264, "-x264-params", parameters, "-g", "20", str(whole))
    packets = whole.read_bytes()
    path.write_bytes(packets[: 3 * 188] + packets[len(packets) // 188 // 3 * 188 :])
    return path


def narrow_pixels(folder: Path) -> Path:
    path = folder / "narrow.mp4"
    ffmpeg(*PICTURE, "-vf", "setsar=8/9", *H264, str(path))
    return path


def cropped(folder: Path) -> Path:
    path = folder / "cropped.mkv"
    merge(path, "--cropping", "0:40,0,40,0", str(_plain(folder)))
    return path


def merge(path: Path, *arguments: str) -> None:
    command = [need_tool("mkvmerge"), "-q", "-o", str(path), *arguments]
    subprocess.run(command, check=True, timeout=60, capture_output=True)


def languages(folder: Path) -> Path:
    captions, path = folder / "c.srt", folder / "languages.mkv"
    captions.write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    merge(
        path,
        *("--language", "0:zh-Hans", str(_plain(folder))),
        *("--language", "0:pt-BR", str(captions), "--language", "0:zh-Hant", str(captions)),
    )
    return path


def no_language(folder: Path) -> Path:
    """Make a file whose language is three control characters."""
    plain, path = folder / "s.mp4", folder / "language.mp4"
    ffmpeg(*PICTURE, *TONE, *H264, *AAC, str(plain))
    data = bytearray(plain.read_bytes())
    for start in _boxes(data, b"mdhd"):
        data[start + 24 : start + 26] = b"\x7f\xff"
    path.write_bytes(data)
    return path


def live(folder: Path) -> Path:
    path = folder / "live.webm"
    ffmpeg(*PICTURE, "-c:v", "libvpx", "-deadline", "realtime", "-live", "1", str(path))
    return path


def untimed(folder: Path) -> Path:
    """Make what a browser records: neither the duration nor the rate is told."""
    plain, path = live(folder), folder / "untimed.webm"
    data = bytearray(plain.read_bytes())
    # DefaultDuration becomes an element that means nothing.
    start = data.index(b"\x23\xe3\x83")
    data[start : start + 3] = b"\x23\xe3\x82"
    path.write_bytes(data)
    return path


def padded_type(folder: Path) -> Path:
    plain, path = live(folder), folder / "padded.webm"
    data = plain.read_bytes()
    assert data[4] == 0x9F  # the size of the EBML header, in one byte
    data = data[:4] + b"\xa0" + data[5:]
    path.write_bytes(data.replace(b"\x42\x82\x84webm", b"\x42\x82\x85webm\0", 1))
    return path


def two_pictures(folder: Path) -> Path:
    path = folder / "two.mkv"
    ffmpeg(
        *PICTURE,
        *("-f", "lavfi", "-i", "testsrc=s=80x60:r=10:d=2", "-map", "0", "-map", "1", *H264),
        *("-disposition:v:0", "0", "-disposition:v:1", "default", str(path)),
    )
    return path


def late(suffix: str) -> Make:
    def make(folder: Path) -> Path:
        plain, path = folder / "plain.mp4", folder / f"late{suffix}"
        ffmpeg(*PICTURE, *TONE, *H264, *AAC, str(plain))
        ffmpeg("-itsoffset", "3", "-i", str(plain), "-c", "copy", str(path))
        return path

    return make


def before_zero(suffix: str, *options: str) -> Make:
    """Return what makes a file of six seconds, one of which has times below 0."""

    def make(folder: Path) -> Path:
        plain, path = folder / f"plain{suffix}", folder / f"early{suffix}"
        ffmpeg(*_for(PICTURE, 6), *_for(TONE, 6), *options, str(plain))
        early = ("-avoid_negative_ts", "disabled")
        ffmpeg("-itsoffset", "-1", "-i", str(plain), "-c", "copy", *early, str(path))
        return path

    return make


def _for(source: Sequence[str], seconds: float) -> list[str]:
    return [re.sub(r"\bd=\d+", f"d={seconds}", part) for part in source]


def delays_alone(*, sound: bool) -> Make:
    """Return what makes a clip whose edit list has nothing but two delays of a second."""

    def make(folder: Path) -> Path:
        plain, path = folder / "plain.mp4", folder / "delays.mp4"
        ffmpeg(*PICTURE, *(TONE if sound else ()), *H264, *AAC, str(plain))
        beside = ("-i", str(plain), "-map", "0:v", "-map", "1:a?", "-c", "copy")
        ffmpeg("-itsoffset", "2", "-i", str(plain), *beside, str(path))
        data = bytearray(path.read_bytes())
        table = data.index(b"elst") + 8
        assert data[table : table + 4] == b"\0\0\0\2"
        data[table + 4 : table + 28] = 2 * struct.pack(">IiI", 1000, -1, 0x10000)
        path.write_bytes(data)
        return path

    return make


def dolby_av1(folder: Path) -> Path:
    plain, path = folder / "av1.mp4", folder / "dolby.mp4"
    ffmpeg(*PICTURE, "-frames:v", "2", "-c:v", "libsvtav1", "-preset", "12", str(plain))
    data = plain.read_bytes()
    entry = data.index(b"av01", data.index(b"stsd"))
    path.write_bytes(data[:entry] + b"dav1" + data[entry + 4 :])
    return path


def palette(suffix: str) -> Make:
    def make(folder: Path) -> Path:
        path = folder / f"palette{suffix}"
        ffmpeg(*PICTURE, "-pix_fmt", "pal8", "-c:v", "rawvideo", str(path))
        return path

    return make


def slow_motion(folder: Path) -> Path:
    path = folder / "slow.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=480:d=1", *H264, str(path))
    return path


def fades_in(folder: Path) -> Path:
    path = folder / "fades.mp4"
    black = "color=black:s=160x90:r=10:d=1[a];testsrc2=s=160x90:r=10:d=2[b];[a][b]concat"
    ffmpeg("-f", "lavfi", "-i", black, *H264, "-g", "250", "-sc_threshold", "0", str(path))
    return path


def piped(name: str, *options: str) -> Make:
    """Return what makes a file whose head could not be written again when it was done."""

    def make(folder: Path) -> Path:
        path = folder / name
        ffmpeg(*PICTURE, *TONE, *options, "-seekable", "0", str(path))
        return path

    return make


def unfinished(folder: Path) -> Path:
    """Make what is left of a recording whose program was ended: nothing was counted."""
    plain, path = folder / "plain.avi", folder / "unfinished.avi"
    ffmpeg(*PICTURE, *TONE, "-c:v", "mpeg4", "-c:a", "libmp3lame", str(plain))
    data = bytearray(plain.read_bytes())
    main, movie = data.index(b"avih") + 8, data.index(b"movi")
    data[main + 16 : main + 20] = data[movie - 4 : movie] = data[4:8] = bytes(4)
    for header in _boxes(data, b"strh"):
        data[header + 8 + 32 : header + 8 + 36] = bytes(4)
    path.write_bytes(data[: data.index(b"idx1")])
    return path


def sound_alone(folder: Path) -> Path:
    path = folder / "sound.mp4"
    ffmpeg(*TONE, *AAC, str(path))
    return path


ODD: dict[str, tuple[Make, dict[str, Any]]] = {
    "a sound track without a decoder": (
        spatial,
        {"duration": 2.0, "audio_codec": "aac", "codecs": "avc1.42c00a, mp4a.40.2"},
    ),
    "a tag that is no text": (numbered, {"codecs": "mp4v.20.1, mp4a.40.2", "width": 160}),
    "cut where no key frame is": (
        trimmed_portrait,
        {"width": 90, "height": 160, "rotation": 270, "duration": 4.0},
    ),
    "a long one, cut": (trimmed, {"width": 160, "duration": 28.0}),
    "pictures of two fields": (
        fields,
        {"width": 64, "height": 64, "rotation": 0, "frame_rate": 25.0},
    ),
    "refreshed part by part": (refreshed, {"width": 160, "height": 90}),
    "narrow pixels": (narrow_pixels, {"width": 160, "height": 101}),
    "cropped": (cropped, {"width": 160, "height": 90}),
    "no language": (no_language, {"codecs": "avc1.42c00a, mp4a.40.2"}),
    "written while recorded": (
        live,
        {"container": "webm", "duration": 2.0, "frame_rate": 10.0},
    ),
    "neither duration nor rate": (untimed, {"duration": 2.0, "frame_rate": 10.0}),
    "an AVI out of a pipe": (
        piped("pipe.avi", "-c:v", "mpeg4", "-c:a", "libmp3lame"),
        {"duration": 2.05, "frame_rate": 10.0},
    ),
    "an AVI without an end": (unfinished, {"duration": 2.05, "frame_rate": 10.0}),
    "ASF out of a pipe": (
        piped("pipe.wmv", "-c:v", "wmv2", "-c:a", "wmav2"),
        {"duration": 2.05, "frame_rate": 10.0},
    ),
    "pictures without a container": (
        piped("elementary.m2v", "-an", "-r", "25", "-c:v", "mpeg2video"),
        {"duration": 2.0, "frame_rate": 25.0},
    ),
    "a very slow motion": (slow_motion, {"duration": 1.0, "frame_rate": 480.0}),
    "a type with a NUL": (padded_type, {"container": "webm"}),
    "two tracks of pictures": (two_pictures, {"width": 160, "height": 90}),
    "late, MP4": (late(".mp4"), {"duration": 2.0, "start": 3.0}),
    "late, Matroska": (late(".mkv"), {"duration": 2.0, "start": 3.0}),
    # FFmpeg, MediaInfo, Chromium and Firefox know of no time before 0.
    "before 0, Matroska": (before_zero(".mkv", *H264, *AAC), {"duration": 5.037, "start": 0.0}),
    "before 0, WebM": (
        before_zero(".webm", "-c:v", "libvpx", "-g", "10", "-c:a", "libopus"),
        {"duration": 5.021, "start": 0.0},
    ),
    "delays alone": (delays_alone(sound=True), {"duration": 4.0, "width": 160}),
    "delays alone, no sound": (delays_alone(sound=False), {"width": 160, "frame_rate": 10.0}),
    "256 colours, AVI": (palette(".avi"), {"width": 160}),
    "256 colours, MOV": (palette(".mov"), {"width": 160}),
    "one key frame, which is black": (fades_in, {"duration": 3.0}),
}


def shown(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    small = [image.resize((32, 32), Image.Resampling.BOX) for image in (one, other)]
    return sum(ImageStat.Stat(ImageChops.difference(*small)).mean) / 3


@pytest.mark.parametrize(("make", "known"), ODD.values(), ids=ODD)
@pytest.mark.sample(6)
async def test_it_is_told_and_shown(
    derivatives: DerivativeService, tmp_path: Path, make: Make, known: dict[str, Any]
) -> None:
    path = make(tmp_path)
    details = await details_of(derivatives, path)
    told = asdict(details)
    approximate = {
        name: pytest.approx(value, abs=0.06) if isinstance(value, float) else value
        for name, value in known.items()
    }
    assert {name: told[name] for name in known} == approximate
    image = shown(await made(derivatives, path, poster(640, "jpeg")))
    assert image.size == (details.width, details.height)
    assert ImageStat.Stat(image.convert("L")).stddev[0] > 15
    board = decode_storyboard(await made(derivatives, path, STORYBOARD))
    tiles = shown(await made(derivatives, path, sheet(0)))
    left, top = board.place(board.count - 1)
    last = tiles.crop((left, top, left + board.width, top + board.height))
    assert ImageStat.Stat(last.convert("L")).stddev[0] > 15


async def test_a_picture_that_fades_in_is_shown_when_it_is_light(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    path = tmp_path / "fades.mp4"
    source = "testsrc2=s=160x90:r=10:d=8,fade=in:d=3"
    ffmpeg("-f", "lavfi", "-i", source, *H264, "-g", "250", "-sc_threshold", "0", str(path))
    image = shown(await made(derivatives, path, poster(640, "jpeg")))
    assert ImageStat.Stat(image.convert("L")).mean[0] > 45


@pytest.mark.parametrize(
    ("rate", "told"), [(0, ("unknown", None)), (44_100, ("mp3", "mp3"))], ids=["nothing", "sound"]
)
async def test_what_is_taken_for_mp3_and_has_no_sound_is_not_known(
    rate: int, told: tuple[str, str | None]
) -> None:
    """So libav takes MPEG-H in a transport stream."""
    codec = SimpleNamespace(canonical_name="mp3")
    context = SimpleNamespace(
        codec=codec, channels=0, sample_rate=rate, codec_tag="", profile="", extradata=None
    )
    stream: Any = SimpleNamespace(
        codec_context=context, index=0, language=None, metadata={}, disposition=0
    )
    track = describe_sound(SoundStreams((stream,)), Dumped(), Beside())
    assert (track.codec, track.codecs) == told


async def test_a_track_without_a_decoder_is_listed(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    tracks = (await details_of(derivatives, spatial(tmp_path))).audio_tracks
    assert [(track.codec, track.codecs, track.default) for track in tracks] == [
        ("aac", "mp4a.40.2", True),
        ("unknown", "apac", False),
    ]
    assert (tracks[1].channels, tracks[1].sample_rate) == (1, 44100)


async def test_what_has_no_decoder_has_a_size(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    details = await details_of(derivatives, dolby_av1(tmp_path))
    assert (details.width, details.height, details.hdr) == (160, 90, "dolby-vision")
    assert (details.video_codec, details.frame_rate) == ("av1", 10)


async def test_languages_are_told_as_they_were_written(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    details = await details_of(derivatives, languages(tmp_path))
    assert [track.language for track in details.text_tracks] == ["pt-BR", "zh-Hant"]


async def test_a_language_is_letters(derivatives: DerivativeService, tmp_path: Path) -> None:
    details = await details_of(derivatives, no_language(tmp_path))
    assert [track.language for track in details.audio_tracks] == [None]


async def test_sound_alone_is_told(derivatives: DerivativeService, tmp_path: Path) -> None:
    details = await details_of(derivatives, sound_alone(tmp_path))
    assert (details.video_codec, details.width, details.codecs) == (None, None, "mp4a.40.2")


@pytest.mark.parametrize(
    ("matrix", "told", "change"),
    [
        ((-1, 0, 0, 1), (0, True), ImageOps.mirror),
        ((1, 0, 0, -1), (180, True), ImageOps.flip),
        ((0, 1, -1, 0), (90, False), lambda image: image.rotate(-90, expand=True)),
        ((0, 1, 1, 0), (270, True), lambda image: image.transpose(Image.Transpose.TRANSPOSE)),
    ],
    ids=["hflip", "vflip", "right", "transposed"],
)
async def test_pictures_are_mirrored_and_turned(
    derivatives: DerivativeService,
    tmp_path: Path,
    matrix: tuple[int, int, int, int],
    told: tuple[int, bool],
    change: Callable[[Image.Image], Image.Image],
) -> None:
    plain = _plain(tmp_path)
    path = _turned(tmp_path, plain, matrix)
    details = await details_of(derivatives, path)
    assert (details.rotation, details.mirrored) == told
    straight = shown(await made(derivatives, plain, poster(640, "jpeg")))
    image = shown(await made(derivatives, path, poster(640, "jpeg")))
    assert image.size == (details.width, details.height)
    assert difference(image, change(straight)) < 4 < difference(image, straight.resize(image.size))


async def test_what_is_cropped_is_not_shown(derivatives: DerivativeService, tmp_path: Path) -> None:
    path = cropped(tmp_path)
    image = shown(await made(derivatives, path, poster(640, "jpeg")))
    whole = shown(await made(derivatives, _plain(tmp_path), poster(640, "jpeg")))
    part = whole.crop((40, 0, 120, 90)).resize(image.size)
    assert difference(image, part) < 8 < difference(image, whole)


async def test_of_two_pictures_the_first_is_shown(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    image = shown(await made(derivatives, two_pictures(tmp_path), poster(640, "jpeg")))
    first = shown(await made(derivatives, _plain(tmp_path), poster(640, "jpeg")))
    assert difference(image, first) < 6


async def test_a_header_without_pictures_has_no_rate(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    whole, path = tmp_path / "whole.mp4", tmp_path / "init.mp4"
    ffmpeg(*PICTURE, *H264, "-movflags", "frag_keyframe+empty_moov", str(whole))
    data = whole.read_bytes()
    path.write_bytes(data[: data.index(b"moof") - 4])
    details = await details_of(derivatives, path)
    assert (details.width, details.frame_rate, details.duration) == (160, None, None)


async def test_an_odd_film_made_of_every_kind_has_names(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    film = Film("pcm.mov", [*H264, "-c:a", "pcm_s16le"])
    details = await details_of(derivatives, film.make(tmp_path))
    assert details.codecs == "avc1.42c00a, 1"
