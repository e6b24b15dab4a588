"""Files as other writers make them than those of the table: what is known of one holds for them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from quart_video.media import FILM, DerivativeService, Failed
from tests.media.films import AAC, H264, Film, ffmpeg
from tests.media.flv import (
    followed_by,
    read_tags,
    with_heads_before,
    without_sound,
    write_tags,
)
from tests.media.make import on_disk
from tests.media.matroska import Changes, Lace, rewritten
from tests.media.movies import Packets, packets, pictures, write_movie

pytestmark = pytest.mark.asyncio(loop_scope="session")

BFRAMES = [*H264, "-bf", "2", "-preset", "veryfast"]
RATE = "testsrc2=s=160x90:r=24000/1001"
TONE = "sine=f=440:r=48000"
HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hevc"]
VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]
MP3 = ["-c:a", "libmp3lame"]


def film(name: str, *options: str) -> Film:
    return Film(f"sibling-{name}", [*options], picture=RATE, tone=TONE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("siblings")


async def movie_of(derivatives: DerivativeService, path: Path) -> Path:
    return await write_movie(derivatives, on_disk(path), path.with_name(f"{path.name}.mp4"))


def far_apart(one: Packets, other: Packets) -> float:
    assert len(one.times) == len(other.times) > 20
    return max(abs(a - b) for a, b in zip(one.times, other.times, strict=True))


@pytest.mark.parametrize(
    "made",
    [
        film("cbr.avi", *H264, "-bf", "0", *MP3),
        film("vbr.avi", *H264, "-bf", "0", *MP3, "-q:a", "4"),
        film("aud.avi", *H264, "-bf", "0", "-x264-params", "aud=1:slices=4", "-c:a", "ac3"),
        film("aac.avi", *H264, "-bf", "0", *AAC),
        film("hevc.avi", *HEVC, "-x265-params", "bframes=0:log-level=none", *MP3),
        film("vp9.avi", *VP9, *MP3),
        film("av1.avi", "-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p", *MP3),
    ],
    ids=lambda made: made.name,
)
@pytest.mark.sample(3)
async def test_pictures_of_an_avi_are_shown_in_their_turn(
    derivatives: DerivativeService, folder: Path, made: Film
) -> None:
    """FFmpeg tells of H.264 that it is shown a picture or two late, and the sound is not."""
    path = made.make(folder)
    written = await movie_of(derivatives, path)
    assert pictures(written) == pictures(path)
    times = packets(written, "v:0").times
    assert times[0] == 0
    turns = [round(time * 24 / 1001, 3) for time in times]
    assert turns == [round(turn) for turn in turns]
    # ffmpeg leaves a turn of an AVI empty where its encoder was late.
    assert all(1 <= after - before <= 2 for before, after in pairwise(turns))
    if "ac3" not in str(made.options):
        assert packets(written, "a:0") == packets(path, "a:0")


AC3_SYNC = b"\x0b\x77"
DTS_SYNC = b"\x7f\xfe\x80\x01"


@pytest.mark.parametrize(
    ("codec", "changes"),
    [
        *((AAC, Changes(lace, 5)) for lace in ("xiph", "ebml")),
        *((MP3, Changes(lace, 8)) for lace in ("xiph", "ebml", "fixed")),
        *((("-c:a", "ac3"), Changes(lace, 8, AC3_SYNC)) for lace in ("none", "xiph", "ebml")),
        (("-c:a", "ac3"), Changes("fixed", 8, AC3_SYNC)),
        (AAC, Changes("ebml", 3, squeeze=True)),
        (("-c:a", "flac", "-strict", "-2"), Changes("xiph", 7)),
    ],
    ids=str,
)
@pytest.mark.sample(4)
async def test_laces_and_what_is_stripped_make_no_difference(
    derivatives: DerivativeService, folder: Path, codec: list[str], changes: Changes
) -> None:
    one = film(f"{codec[1]}.mkv", *BFRAMES, *codec)
    plain = one.make(folder)
    name = f"{codec[1]}-{changes.lace}-{len(changes.strip)}-{changes.squeeze}.mkv"
    path = folder / name
    path.write_bytes(plain.read_bytes())
    rewritten({2: changes, 1: Changes(strip=b"\0\0")})(path)
    expected, written = await movie_of(derivatives, plain), await movie_of(derivatives, path)
    for stream in ("v:0", "a:0"):
        before, after = packets(expected, stream), packets(written, stream)
        assert before.hashes
        assert after.hashes == before.hashes
        # Matroska has a time for a whole lace, of milliseconds.
        assert far_apart(before, after) <= 1.1


EARLY = 700  # milliseconds


@pytest.mark.parametrize("coder", [[*H264, "-bf", "0"], BFRAMES], ids=["in order", "reordered"])
async def test_what_is_before_0_is_left_out_of_matroska(
    derivatives: DerivativeService, folder: Path, coder: list[str]
) -> None:
    """FFmpeg and the browsers do so, too: they begin at the first key frame behind it."""
    name = f"early-{'bf' in str(coder[-4:])}"
    plain = film(f"{name}-plain.mkv", *coder, *AAC).make(folder)
    path = folder / f"{name}.mkv"
    early = ("-avoid_negative_ts", "disabled", "-itsoffset", f"-{EARLY / 1000}")
    ffmpeg(*early[2:], "-i", str(plain), "-c", "copy", *early[:2], str(path))
    known, written = packets(plain, "v:0"), packets(await movie_of(derivatives, path), "v:0")
    left = len(known.hashes) - len(written.hashes)
    assert 10 < left < 30
    assert written.hashes == known.hashes[left:]
    assert min(known.times[left:]) >= EARLY
    pairs = zip(known.times[left:], written.times, strict=True)
    assert all(abs(before - EARLY - after) < 1.1 for before, after in pairs)


@pytest.mark.parametrize("lace", ["none", "ebml"])
async def test_several_bytes_are_stripped_of_sound_that_is_made_aac(
    derivatives: DerivativeService, folder: Path, lace: Lace
) -> None:
    path = film(f"dts-{lace}.mkv", *BFRAMES, "-c:a", "dca", "-strict", "-2").make(folder)
    rewritten({2: Changes(lace, 4, DTS_SYNC)})(path)
    assert await derivatives.get(on_disk(path), FILM)
    written = await movie_of(derivatives, path)
    assert packets(written, "v:0").hashes == packets(path, "v:0").hashes


@pytest.mark.parametrize("keys", [True, False])
async def test_codec_that_is_told_again_in_an_flv_is_no_other(
    derivatives: DerivativeService,
    folder: Path,
    keys: bool,  # noqa: FBT001
) -> None:
    plain = film("aac.flv", *BFRAMES, *AAC, "-ar", "44100").make(folder)
    again = with_heads_before(read_tags(plain), keys=keys)
    path = write_tags(folder / f"again-{keys}.flv", again)
    assert len(again) > len(read_tags(plain))
    expected, written = await movie_of(derivatives, plain), await movie_of(derivatives, path)
    for stream in ("v:0", "a:0"):
        assert packets(written, stream) == packets(expected, stream)


async def test_hole_in_the_sound_of_an_flv_stays(
    derivatives: DerivativeService, folder: Path
) -> None:
    plain = film("aac.flv", *BFRAMES, *AAC, "-ar", "44100").make(folder)
    path = write_tags(folder / "hole.flv", without_sound(read_tags(plain), 700, 1500))
    expected, written = await movie_of(derivatives, plain), await movie_of(derivatives, path)
    known = dict(zip(*vars_of(packets(expected, "a:0")), strict=True))
    heard = dict(zip(*vars_of(packets(written, "a:0")), strict=True))
    assert 20 < len(heard) < len(known) - 20
    assert all(abs(known[each] - time) <= 1.5 for each, time in heard.items())


def vars_of(found: Packets) -> tuple[list[str], list[float]]:
    return found.hashes, found.times


@pytest.mark.parametrize(
    ("other", "by", "reason"),
    [
        (["-s", "320x180", *AAC, "-ar", "44100"], 2100, "parameter sets change"),
        ([*AAC, "-ar", "22050"], 2100, "another kind of sound"),
        ([*AAC, "-ar", "44100"], 0, "begins anew"),
    ],
    ids=["larger", "slower", "anew"],
)
async def test_flv_that_becomes_another_is_refused(
    derivatives: DerivativeService, tmp_path: Path, other: list[str], by: int, reason: str
) -> None:
    plain = film("aac.flv", *BFRAMES, *AAC, "-ar", "44100").make(tmp_path)
    then = film("then.flv", *BFRAMES, *other).make(tmp_path)
    path = write_tags(plain, followed_by(read_tags(plain), read_tags(then), by=by))
    with pytest.raises(Failed, match=reason):
        await derivatives.get(on_disk(path), FILM)
