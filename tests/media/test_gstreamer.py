"""Virtual MP4s of what GStreamer writes: all packets, in order, at their times."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

import pytest

from quart_video.media import FILM, DerivativeService, Failed
from tests.media.gstreamer import Made
from tests.media.make import on_disk
from tests.media.movies import facts_of_film, packets, pictures, write_movie

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.thorough]

FILMS = [
    Made("aac.mkv", "matroskamux"),
    Made("ac3.mkv", "matroskamux", sound="ac3"),
    Made("mp3.mkv", "matroskamux", sound="mp3"),
    Made("opus.mkv", "matroskamux", sound="opus"),
    Made("flac.mkv", "matroskamux", sound="flac"),
    Made("vorbis.mkv", "matroskamux", sound="vorbis"),
    Made("vp9.mkv", "matroskamux", "vp9", "opus"),
    Made("live.mkv", "matroskamux streamable=true"),
    Made("vp9.webm", "webmmux", "vp9", "opus"),
    Made("live.webm", "webmmux streamable=true", "vp9", "opus"),
    Made("aac.mp4", "mp4mux"),
    Made("mp3.mp4", "mp4mux", sound="mp3"),
    Made("opus.mp4", "mp4mux", sound="opus"),
    Made("fragments.mp4", "mp4mux fragment-duration=500"),
    Made("first.m4v", "mp4mux faststart=true", "h264-plain"),
    Made("aac.mov", "qtmux"),
    Made("first.mov", "qtmux faststart=true"),
    Made("alac.mov", "qtmux", sound="alac"),
    Made("pcm.mov", "qtmux", sound="pcm"),
    Made("aac.3gp", "3gppmux"),
    Made("aac.flv", "flvmux", rate=44_100),
    Made("live.flv", "flvmux streamable=true", "h264-plain", rate=44_100),
    Made("ac3.avi", "avimux", "h264-plain", "ac3"),
    Made("pcm.avi", "avimux", "h264-plain", "pcm"),
]
COPIED = {"aac", "mp3", "flac", "opus", "alac", "ac3"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gstreamer")


@pytest.mark.parametrize("made", FILMS, ids=lambda made: made.name)
@pytest.mark.sample(4)
async def test_all_packets_are_there_at_their_times(
    derivatives: DerivativeService, folder: Path, made: Made
) -> None:
    path = made.make(folder)
    (sound,) = (await facts_of_film(derivatives, on_disk(path))).sounds
    assert sound.is_carried == (made.sound in COPIED)
    written = await write_movie(derivatives, on_disk(path), folder / f"{path.name}.mp4")
    assert pictures(written) == pictures(path)
    shifts = []
    for stream in ("v:0", "a:0") if sound.is_carried else ("v:0",):
        before, after = packets(path, stream), packets(written, stream)
        # An AVI has start codes, in the place of which an MP4 has lengths.
        assert after.hashes == before.hashes or (made.muxer == "avimux" and stream == "v:0")
        off = [b - a for a, b in zip(before.times, after.times, strict=True)]
        assert max(off) - min(off) <= 1.1
        shifts.append(mean(off))
    assert max(shifts) - min(shifts) <= 1.1


async def test_mp3_of_any_bit_rate_stays_in_time_in_an_avi(
    derivatives: DerivativeService, folder: Path
) -> None:
    """Its header says nothing of how long a frame is, and FFmpeg counts bytes: 200 ms off."""
    path = Made("mp3.avi", "avimux", "h264-plain", "mp3").make(folder)
    written = await write_movie(derivatives, on_disk(path), folder / "mp3-avi.mp4")
    found = packets(written, "a:0")
    assert found.hashes == packets(path, "a:0").hashes
    assert len(found.times) > 50
    frame = 1000 * 1152 / 48_000
    assert all(abs(time - frame * number) <= 1 for number, time in enumerate(found.times))
    assert packets(written, "v:0").times[0] == found.times[0] == 0


async def test_what_no_browser_plays_is_refused(
    derivatives: DerivativeService, folder: Path
) -> None:
    path = Made("vp8.webm", "webmmux", "vp8", "vorbis").make(folder)
    with pytest.raises(Failed, match="no browser plays vp8"):
        await derivatives.get(on_disk(path), FILM)
