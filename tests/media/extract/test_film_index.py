"""Virtual MP4s of real films: all packets, in order, at their times; or a refusal in words."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import pytest

from quart_video.media import FILM, DerivativeService, Failed
from quart_video.media.extract import film_packets
from quart_video.media.extract.film_index import film_index, movie_index
from quart_video.media.extract.source import SourceFile
from tests.e2e.harness import need_tool
from tests.media.films import AAC, H264, TIMEOUT, Film, ffmpeg, ffprobe
from tests.media.make import details_of, elsewhere, on_disk
from tests.media.movies import facts_of_film, packets, pictures, write_movie

pytestmark = pytest.mark.asyncio(loop_scope="session")

FILM_RATE = "testsrc2=s=160x90:r=24000/1001"
TONE_48 = "sine=f=440:r=48000"
BFRAMES = [*H264, "-bf", "2", "-preset", "veryfast"]
HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"]
VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]
AV1 = ["-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p"]
OPUS = ["-c:a", "libopus"]
MP3 = ["-c:a", "libmp3lame"]
FLAC = ["-c:a", "flac"]
AC3 = ["-c:a", "ac3"]


def merged(*options: str) -> Callable[[Path], None]:
    """Return what passes a file through mkvmerge, which laces."""

    def pass_through(path: Path) -> None:
        draft = path.with_name(f"draft-{path.name}")
        path.rename(draft)
        command = [need_tool("mkvmerge"), "-q", "-o", str(path), *options, str(draft)]
        subprocess.run(command, check=True, timeout=TIMEOUT)
        draft.unlink()

    return pass_through


def again(*options: str) -> Callable[[Path], None]:
    def pass_through(path: Path) -> None:
        draft = path.with_name(f"draft-{path.name}")
        path.rename(draft)
        ffmpeg("-i", str(draft), "-c", "copy", *options, str(path))
        draft.unlink()

    return pass_through


def film(name: str, options: list[str], after: Callable[[Path], None] | None = None) -> Film:
    return Film(f"remux-{name}", options, picture=FILM_RATE, tone=TONE_48, after=after)


FILMS = [
    film("h264-aac.mkv", BFRAMES + AAC),
    film("h264-aac-44100.mkv", [*BFRAMES, *AAC, "-ar", "44100"]),
    film("h264-aac-24000.mkv", [*BFRAMES, *AAC, "-ar", "24000"]),
    film("h264-ac3.mkv", BFRAMES + AC3),
    film("h264-eac3.mkv", [*BFRAMES, "-c:a", "eac3"]),
    film("h264-mp3.mkv", BFRAMES + MP3),
    film("h264-flac.mkv", BFRAMES + FLAC),
    film("h264-opus.mkv", BFRAMES + OPUS),
    film("h264-alac.mkv", [*BFRAMES, "-c:a", "alac"]),
    film("h264.mkv", [*BFRAMES, "-an"]),
    film("h264-50.mkv", [*BFRAMES, *AAC, "-r", "50"]),
    film("hevc-aac.mkv", HEVC + AAC),
    film("hevc-flac.mkv", HEVC + FLAC),
    film("vp9-opus.webm", VP9 + OPUS),
    film("vp9-aac.mkv", VP9 + AAC),
    film("av1-opus.mkv", AV1 + OPUS),
    film("av1-aac.mkv", AV1 + AAC),
    film("merged-h264-aac.mkv", BFRAMES + AAC, merged()),
    film("merged-h264-ac3.mkv", BFRAMES + AC3, merged()),
    film("merged-h264-mp3.mkv", BFRAMES + MP3, merged()),
    film("merged-h264-flac.mkv", BFRAMES + FLAC, merged()),
    film("merged-vp9-opus.mkv", VP9 + OPUS, merged()),
    film("merged-av1-opus.mkv", AV1 + OPUS, merged()),
    film("merged-hevc-ac3.mkv", HEVC + AC3, merged()),
    film("unlaced.mkv", BFRAMES + AAC, merged("--disable-lacing")),
    film("late-sound.mkv", BFRAMES + AAC, merged("--sync", "1:1500")),
    film("early-sound.mkv", BFRAMES + AAC, merged("--sync", "1:-700")),
    film("zlib.mkv", BFRAMES + AAC, merged("--compression", "-1:zlib")),
    film("live.mkv", BFRAMES + AAC, again("-live", "1")),
    film("small-clusters.mkv", BFRAMES + AAC, again("-cluster_time_limit", "100")),
    film("cut.mkv", BFRAMES + AAC, again("-ss", "1", "-copyts")),
    film("h264-aac.mov", BFRAMES + AAC),
    film("h264-aac.mp4", BFRAMES + AAC),
    film("fragmented.mp4", [*BFRAMES, *AAC, "-movflags", "frag_keyframe+empty_moov"]),
    film("hev1-aac.mp4", HEVC + AAC),
    film("h264-mp3.mp4", BFRAMES + MP3),
    film("first.mp4", [*BFRAMES, *AAC, "-movflags", "+faststart"]),
    film("edited.mp4", BFRAMES + AAC, again("-ss", "0.7")),
    film("hevc-flac.mp4", [*HEVC, "-tag:v", "hvc1", *FLAC, "-strict", "-2"]),
    film("av1-opus.mp4", AV1 + OPUS),
    film("vp9-alac.mp4", [*VP9, "-c:a", "alac"]),
    film("hevc-44100.mov", [*HEVC, *AAC, "-ar", "44100", "-ac", "1"]),
    film("h264.mov", [*BFRAMES, "-an", "-movflags", "+faststart"]),
    film("h264-aac.flv", [*BFRAMES, *AAC, "-ar", "44100"]),
    film("h264-mp3.flv", [*BFRAMES, *MP3, "-ar", "44100"]),
    film("vfr.mkv", [*BFRAMES, "-an", "-vf", "select='not(mod(n,7))+mod(n,3)'", "-vsync", "vfr"]),
]
LACED = 3.0
"""Milliseconds by which FFmpeg is off in a lace."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.mark.parametrize("made", FILMS, ids=lambda made: made.name)
@pytest.mark.sample(3)
async def test_all_packets_are_there_at_their_times(
    derivatives: DerivativeService, folder: Path, made: Film
) -> None:
    path = made.make(folder)
    written = await write_movie(derivatives, on_disk(path), folder / f"{path.name}.mp4")
    shifts = []
    for stream in ("v:0", "a:0"):
        before, after = packets(path, stream), packets(written, stream)
        assert after.hashes == before.hashes
        off = [b - a for a, b in zip(before.times, after.times, strict=True)]
        if off:
            laced = stream == "a:0" and "merged" in str(made.after) + made.name
            assert max(off) - min(off) <= (LACED if laced else 1.1)
            shifts.append(mean(off))
    # Opus begins with samples that are not heard, which FFmpeg counts in one and not in the other.
    assert max(shifts) - min(shifts) <= 2.5
    assert packets(written, "v:0").hashes


@pytest.mark.parametrize("made", FILMS[:3], ids=lambda made: made.name)
async def test_film_that_is_not_on_disk_is_indexed_as_well(
    derivatives: DerivativeService, folder: Path, made: Film
) -> None:
    path = made.make(folder)
    here = await write_movie(derivatives, on_disk(path), folder / "here.mp4")
    there = await write_movie(derivatives, elsewhere(path), folder / "there.mp4")
    assert here.read_bytes() == there.read_bytes()


async def test_movie_is_described_as_the_film_is(
    derivatives: DerivativeService, folder: Path
) -> None:
    made = film(
        "described.mkv",
        [
            *BFRAMES,
            *AAC,
            *("-vf", "setsar=4/3", "-metadata", "title=A film", "-metadata:s:a:0", "language=ger"),
        ],
    )
    path = made.make(folder)
    written = await write_movie(derivatives, on_disk(path), folder / "described.mp4")
    facts = ffprobe(written)
    video, audio = facts["streams"]
    assert video["sample_aspect_ratio"] == "4:3"
    assert video["avg_frame_rate"] == "24000/1001"
    assert video["codec_tag_string"] == "avc1"
    assert float(facts["format"]["duration"]) == pytest.approx(
        float(ffprobe(path)["format"]["duration"]), abs=0.1
    )
    assert audio["tags"]["language"] == "deu"
    assert facts["format"]["tags"]["title"] == "A film"


def spoken(name: str, tag: str, *options: str) -> Film:
    """Return a film whose tracks have a language as Matroska has it in full."""
    after = merged("--language", f"0:{tag}", "--language", f"1:{tag}")
    return film(name, [*BFRAMES, *options], after)


@pytest.mark.parametrize(("tag", "code"), [("zh-Hant", "zho"), ("pt-BR", "por"), ("yue", "zho")])
async def test_language_stays_the_same_in_full(
    derivatives: DerivativeService, folder: Path, tag: str, code: str
) -> None:
    path = spoken(f"{tag}.mkv", tag, *AAC).make(folder)
    written = await write_movie(derivatives, on_disk(path), folder / f"{tag}.mp4")
    tracks = ffprobe(written)["streams"]
    assert [each["tags"]["language"] for each in tracks] == [code, code]
    for each in (path, written):
        details = await details_of(derivatives, each)
        assert [track.language for track in details.audio_tracks] == [tag], each.name


async def test_picture_stays_turned(derivatives: DerivativeService, folder: Path) -> None:
    made = film("turned.mov", BFRAMES + AAC, again("-metadata:s:v:0", "rotate=90"))
    written = await write_movie(derivatives, on_disk(made.make(folder)), folder / "turned.mp4")
    sides = ffprobe(written)["streams"][0]["side_data_list"]
    assert [abs(side["rotation"]) for side in sides if "rotation" in side] == [90]


async def test_hevc_is_called_what_safari_takes(
    derivatives: DerivativeService, folder: Path
) -> None:
    path = film("hev1-aac.mp4", HEVC + AAC).make(folder)
    assert ffprobe(path)["streams"][0]["codec_tag_string"] == "hev1"
    written = await write_movie(derivatives, on_disk(path), folder / "hvc1.mp4")
    assert ffprobe(written)["streams"][0]["codec_tag_string"] == "hvc1"
    assert pictures(written) == pictures(path)


@pytest.mark.parametrize("suffix", ["mov", "mp4"])
async def test_head_is_all_that_is_read_of_a_film_that_is_an_mp4(
    derivatives: DerivativeService, folder: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tracks of sound, and chapters, of which the movies have what they should."""
    one = film("h264-aac.mkv", BFRAMES + AAC).make(folder)
    two = film("h264-aac-24000.mkv", [*BFRAMES, *AAC, "-ar", "24000"]).make(folder)
    meta = folder / "patched.txt"
    meta.write_text(
        ";FFMETADATA1\ntitle=A film\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=500\nEND=2000\ntitle=End & after\n"
    )
    path = folder / f"patched.{suffix}"
    ffmpeg(
        *("-i", str(one), "-i", str(two), "-i", str(meta), "-map", "0:v", "-map", "0:a"),
        *("-map", "1:a", "-map_metadata", "2", "-c", "copy", "-metadata:s:a:1", "language=ger"),
        str(path),
    )
    source = on_disk(path)
    for number in (0, 1):
        written = await write_movie(derivatives, source, folder / "one.mp4", sound=number)
        for stream, own in (("v:0", "v:0"), ("a:0", f"a:{number}")):
            assert packets(written, stream) == packets(path, own)
        told = ffprobe.__wrapped__(written)
        assert [each["codec_type"] for each in told["streams"]][:2] == ["video", "audio"]
        assert told["streams"][1]["tags"]["language"] == ("deu" if number else "und")
        assert told["format"]["tags"]["title"] == "A film"
        titles = [each["tags"]["title"] for each in told["chapters"]]
        assert titles[-1] == "End & after"
    # The child would have nothing to open it with.
    monkeypatch.setattr(SourceFile, "open", None)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        made = film_index(SourceFile(descriptor, None))
        assert movie_index(on_memory(made["film"]), 0, "movie-0", b"") == {
            "movie-0": made["movie-0"]
        }
        with pytest.raises(Failed, match="no sound track 2"):
            movie_index(on_memory(made["film"]), 2, "movie-2", b"")
    finally:
        os.close(descriptor)


def on_memory(data: bytes) -> SourceFile:
    descriptor = os.memfd_create("made")
    os.write(descriptor, data)
    return SourceFile(descriptor, None)


async def test_encrypted_mp4_is_refused(derivatives: DerivativeService, folder: Path) -> None:
    key = ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "00" * 16]
    path = folder / "encrypted.mp4"
    ffmpeg(
        *("-i", str(film("h264-aac.mp4", BFRAMES + AAC).make(folder)), "-c", "copy"),
        *(*key, "-encryption_kid", "11" * 16, str(path)),
    )
    with pytest.raises(Failed, match="encrypted"):
        await derivatives.get(on_disk(path), FILM)


async def test_chapters_are_kept(derivatives: DerivativeService, folder: Path) -> None:
    path = film("chapters.mkv", BFRAMES + AAC).make(folder)
    meta = folder / "chapters.txt"
    chapters = ((0, 800, "Beginning"), (800, 2000, "End & after"))
    meta.write_text(
        ";FFMETADATA1\n"
        + "".join(
            f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={stop}\ntitle={title}\n"
            for start, stop, title in chapters
        )
    )
    draft = folder / "with-chapters.mkv"
    ffmpeg("-i", str(path), "-i", str(meta), "-map_metadata", "1", "-c", "copy", str(draft))
    written = await write_movie(derivatives, on_disk(draft), folder / "chapters.mp4")
    assert [
        (float(each["start_time"]), each["tags"]["title"]) for each in ffprobe(written)["chapters"]
    ] == [(0.0, "Beginning"), (0.8, "End & after")]


async def test_start_codes_become_lengths(derivatives: DerivativeService, folder: Path) -> None:
    path = film("h264-mp3.avi", [*H264, "-bf", "0", *MP3]).make(folder)
    written = await write_movie(derivatives, on_disk(path), folder / "avi.mp4")
    assert pictures(written) == pictures(path)
    assert packets(written, "a:0").hashes == packets(path, "a:0").hashes


async def test_each_sound_track_makes_another_movie(
    derivatives: DerivativeService, folder: Path
) -> None:
    path = folder / "two.mkv"
    first = film("h264-aac.mkv", BFRAMES + AAC).make(folder)
    second = film("h264-mp3.mkv", BFRAMES + MP3).make(folder)
    ffmpeg(
        *("-i", str(first), "-i", str(second), "-map", "0:v", "-map", "0:a", "-map", "1:a"),
        *("-c", "copy", "-disposition:a:0", "0", "-disposition:a:1", "default", str(path)),
    )
    source = on_disk(path)
    facts = await facts_of_film(derivatives, source)
    assert facts.main == 1
    assert [(each.number, each.codec, each.plays) for each in facts.sounds] == [
        (0, "aac", True),
        (1, "mp3", True),
    ]
    for number in (0, 1):
        written = await write_movie(derivatives, source, folder / "one.mp4", sound=number)
        assert packets(written, "a:0").hashes == packets(path, f"a:{number}").hashes
        assert packets(written, "v:0").hashes == packets(path, "v:0").hashes


async def test_sound_that_no_mp4_holds_is_left_out(
    derivatives: DerivativeService, folder: Path
) -> None:
    path = film("h264-dts.mkv", [*BFRAMES, "-c:a", "dca", "-strict", "-2"]).make(folder)
    source = on_disk(path)
    (sound,) = (await facts_of_film(derivatives, source)).sounds
    assert (sound.codec, sound.plays, sound.is_carried) == ("dts", False, False)
    written = await write_movie(derivatives, source, folder / "dts.mp4")
    assert [each["codec_type"] for each in ffprobe(written)["streams"]] == ["video"]
    assert packets(written, "v:0").hashes == packets(path, "v:0").hashes


async def test_film_that_is_cut_short_is_one_up_to_there(
    derivatives: DerivativeService, folder: Path
) -> None:
    whole = film("h264-aac.mkv", BFRAMES + AAC).make(folder)
    path = folder / "short.mkv"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    written = await write_movie(derivatives, on_disk(path), folder / "short.mp4")
    hashes = packets(written, "v:0").hashes
    assert 10 < len(hashes) < len(packets(whole, "v:0").hashes)
    assert hashes == packets(whole, "v:0").hashes[: len(hashes)]


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (film("h264.ts", BFRAMES + AAC), "transport stream"),
        (film("mpeg4.avi", ["-c:v", "mpeg4", *MP3]), "no browser plays mpeg4"),
        (film("vp8.webm", ["-c:v", "libvpx", *OPUS]), "no browser plays vp8"),
        (film("mpeg2.mkv", ["-c:v", "mpeg2video", *AAC]), "no browser plays mpeg2video"),
        (film("bframes.avi", BFRAMES + MP3), "out of order"),
        (Film("remux-sound.mkv", AAC, picture=None), "no moving pictures"),
    ],
    ids=lambda value: value.name if isinstance(value, Film) else "",
)
async def test_what_cannot_be_a_movie_is_refused_in_words(
    derivatives: DerivativeService, folder: Path, made: Film, reason: str
) -> None:
    with pytest.raises(Failed, match=reason):
        await derivatives.get(on_disk(made.make(folder)), FILM)


async def test_film_of_too_many_packets_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film_packets, "MOST_PACKETS", 5)
    descriptor = os.open(FILMS[0].make(folder), os.O_RDONLY)
    try:
        with pytest.raises(Failed, match="more than 5 packets"):
            film_index(SourceFile(descriptor, None))
    finally:
        os.close(descriptor)


@pytest.mark.slow
async def test_compressed_film_is_no_index(derivatives: DerivativeService, folder: Path) -> None:
    made = Film(
        "remux-large.mkv",
        [*H264, "-qp", "1", "-an"],
        picture="testsrc2=s=640x360:r=24,noise=alls=40:allf=t",
        tone=None,
        after=merged("--compression", "-1:zlib"),
    )
    path = made.make(folder)
    assert path.stat().st_size > 2 * 1024 * 1024
    with pytest.raises(Failed, match="compressed"):
        await derivatives.get(on_disk(path), FILM)


@pytest.mark.parametrize("name", ["h264-aac.mkv", "merged-h264-ac3.mkv", "h264-aac.mov"])
@pytest.mark.sample(1)
async def test_broken_films_harm_nothing(
    derivatives: DerivativeService, folder: Path, name: str
) -> None:
    made = next(each for each in FILMS if each.name == f"remux-{name}")
    data = made.make(folder).read_bytes()
    random_ = random.Random(name)
    path = folder / f"broken-{name}"
    for _ in range(15):
        broken = bytearray(data)
        for _ in range(random_.choice([1, 5, 50])):
            broken[random_.randrange(len(broken))] = random_.randrange(256)
        path.write_bytes(broken)
        try:
            written = await write_movie(derivatives, on_disk(path), folder / "broken.mp4")
        except Failed:
            continue
        ffprobe.__wrapped__(written)  # it is an MP4
