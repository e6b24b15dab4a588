"""Details of real files, beside what ffprobe says of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from quart_video.media import DETAILS, Chapter, DerivativeService, Failed
from tests.media.films import TRUNCATED, WHOLE, ffprobe
from tests.media.make import details_of, elsewhere, made, on_disk

Films = Callable[[str], Path]
pytestmark = pytest.mark.asyncio(loop_scope="session")


def _first(facts: dict[str, Any], kind: str) -> dict[str, Any] | None:
    return next((s for s in facts["streams"] if s["codec_type"] == kind), None)


def _rotation(stream: dict[str, Any]) -> int:
    sides = stream.get("side_data_list", [])
    return -next((side["rotation"] for side in sides if "rotation" in side), 0) % 360


@pytest.mark.parametrize("name", [film.name for film in WHOLE + TRUNCATED])
@pytest.mark.sample(5)
async def test_details_are_those_of_ffprobe(
    derivatives: DerivativeService, films: Films, name: str
) -> None:
    path = films(name)
    details, peer = await details_of(derivatives, path), ffprobe(path)
    assert details.duration == pytest.approx(float(peer["format"]["duration"]), abs=0.15)
    video, audio = _first(peer, "video"), _first(peer, "audio")
    assert details.video_codec == (video and video["codec_name"])
    assert details.audio_codec == (audio and audio["codec_name"])
    if video:
        aspect = Fraction(video.get("sample_aspect_ratio", "1:1").replace(":", "/"))
        size = [round(video["width"] * aspect), video["height"]]
        assert details.rotation == _rotation(video)
        assert [details.width, details.height] == (
            size[::-1] if details.rotation in (90, 270) else size
        )
        rates = [video["avg_frame_rate"], video["r_frame_rate"]]
        rate = next(rate for rate in rates if rate != "0/0")
        assert details.frame_rate == pytest.approx(float(Fraction(rate)), rel=0.02)
    assert len(details.audio_tracks) == sum(s["codec_type"] == "audio" for s in peer["streams"])
    if audio:
        track = details.audio_tracks[0]
        assert (track.channels, track.sample_rate) == (
            audio["channels"],
            int(audio["sample_rate"]),
        )
    if "bit_rate" in peer["format"]:
        assert details.bit_rate == pytest.approx(int(peer["format"]["bit_rate"]), rel=0.1)


@pytest.mark.parametrize(
    ("name", "container", "codecs"),
    [
        ("h264.mp4", "mp4", "avc1.42c00a, mp4a.40.2"),
        ("h264.mov", "mov", "avc1.42c00a, mp4a.40.2"),
        ("h264.mkv", "matroska", "avc1.42c00a, mp4a.40.2"),
        ("h264.ts", "mpegts", "avc1.42c00a, mp4a.40.2"),
        ("h264.flv", "flv", "avc1.42c00a, mp4a.40.2"),
        ("fragmented.mp4", "mp4", "avc1.42c00a, mp4a.40.2"),
        ("hevc.mp4", "mp4", "hvc1.1.6.L30.90, mp4a.40.2"),
        ("hevc.ts", "mpegts", "hvc1.1.6.L30.90, mp4a.40.2"),
        ("ten.mkv", "matroska", "hvc1.2.4.L30.90, vorbis"),
        ("av1.mp4", "mp4", "av01.0.00M.08, mp4a.40.2"),
        ("vp9.webm", "webm", "vp09.00.10.08, opus"),
        ("vp8.webm", "webm", "vp8, vorbis"),
        ("mpeg4.mp4", "mp4", "mp4v.20.1, mp4a.40.2"),
        ("mpeg4.avi", "avi", "mp4v.20.1, mp3"),
        ("mpeg2.mpg", "mpeg", "mp4v.61, mp2"),
        ("theora.ogv", "ogg", "theora, vorbis"),
        ("wmv2.wmv", "asf", None),
        ("sorenson.flv", "flv", None),
        ("sound.mp4", "mp4", "mp4a.40.2"),
        ("silent.mp4", "mp4", "avc1.42c00a"),
    ],
)
async def test_codecs_have_the_names_that_browsers_ask_for(
    derivatives: DerivativeService, films: Films, name: str, container: str, codecs: str | None
) -> None:
    details = await details_of(derivatives, films(name))
    assert details.container == container
    assert details.codecs == codecs


async def test_tags_tracks_and_chapters_are_told(
    derivatives: DerivativeService, films: Films
) -> None:
    for name in ("texts.mkv", "texts.mp4"):
        details = await details_of(derivatives, films(name))
        assert details.title == "The title"
        assert details.date == "2021-03-04"
        assert details.chapters == (
            Chapter(0.0, 0.8, "Beginning"),
            Chapter(0.8, 2.0, "End & after"),
        )
        assert [track.language for track in details.text_tracks] == ["eng", "ger"]
        assert [track.supported for track in details.text_tracks] == [True, True]
        assert [track.forced for track in details.text_tracks] == [False, True]


async def test_high_dynamic_range_is_told(derivatives: DerivativeService, films: Films) -> None:
    assert (await details_of(derivatives, films("hlg.mp4"))).hdr == "hlg"
    assert (await details_of(derivatives, films("h264.mp4"))).hdr is None


@pytest.mark.parametrize("name", ["h264.mp4", "h264.mkv", "h264.ts", "vp9.webm"])
async def test_a_file_elsewhere_is_described_alike(
    derivatives: DerivativeService, films: Films, name: str
) -> None:
    here = await made(derivatives, films(name), DETAILS)
    assert await derivatives.get(elsewhere(films(name)), DETAILS) == here


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 5000,
        b"no video at all",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'></MPD>",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    ],
    ids=["empty", "zeros", "text", "playlist", "concat", "dash", "sdp"],
)
async def test_what_is_no_video_fails(
    derivatives: DerivativeService, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(data)
    for source in (on_disk(path), elsewhere(path)):
        with pytest.raises(Failed):
            await derivatives.get(source, DETAILS)
