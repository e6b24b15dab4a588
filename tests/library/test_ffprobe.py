"""What ffprobe tells, beside details: what is a difference, and what is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from quart_video.library.ffprobe import differences
from quart_video.media import AudioTrack, Details, TextTrack

AAC = AudioTrack("aac", None, None, 2, 48_000, default=True, codecs="mp4a.40.2")
TEXT = TextTrack(2, "wvtt", None, None, default=True, forced=False, sdh=False, supported=True)
DETAILS = Details(
    container="mp4",
    duration=10.0,
    width=640,
    height=360,
    rotation=0,
    frame_rate=25.0,
    video_codec="h264",
    audio_codec="aac",
    codecs="avc1.64001f, mp4a.40.2",
    bit_rate=1,
    hdr=None,
    audio_tracks=(AAC,),
    text_tracks=(),
    chapters=(),
    title=None,
    date=None,
)


def told(
    duration: str = "10.0", start: str = "0.0", streams: int = 2, **picture: Any
) -> dict[str, Any]:
    video = {"codec_type": "video", "codec_name": "h264", "width": 640, "height": 360, **picture}
    video.setdefault("avg_frame_rate", "25/1")
    audio = {"codec_type": "audio", "codec_name": "aac"}
    return {
        "format": {"duration": duration, "start_time": start},
        "streams": [video, audio][:streams],
    }


CASES: dict[str, tuple[Details, dict[str, Any], list[str]]] = {
    "the same": (DETAILS, told(), []),
    "rounded": (DETAILS, told("10.15", width=641), []),
    "another duration": (DETAILS, told("14"), ["duration 10 s, ffprobe 14 s"]),
    "counted from 0": (DETAILS, told("14", start="4"), []),
    "a duration that only we know": (DETAILS, told("N/A"), []),
    "a duration that only it knows": (replace(DETAILS, duration=None), told(), []),
    "another size": (DETAILS, told(height=480), ["size 640x360, ffprobe 640x480"]),
    "wide pixels": (DETAILS, told(width=480, sample_aspect_ratio="4:3"), []),
    "narrow pixels": (DETAILS, told(height=180, sample_aspect_ratio="1:2"), []),
    "turned": (DETAILS, told(width=360, height=640, side_data_list=[{"rotation": -90}]), []),
    "another rate": (
        DETAILS,
        told(avg_frame_rate="50/1"),
        ["25 pictures a second, ffprobe 50"],
    ),
    "a rate that is none": (DETAILS, told(avg_frame_rate="1000/1"), []),
    "a rate that is not told": (DETAILS, told(avg_frame_rate="0/0"), []),
    "another codec": (DETAILS, told(codec_name="hevc"), ["pictures h264, ffprobe hevc"]),
    "a track that we miss": (
        replace(DETAILS, audio_tracks=()),
        told(),
        ["0 sound tracks, ffprobe 1"],
    ),
    "a track that it misses": (DETAILS, told(streams=1), ["1 sound tracks, ffprobe 0"]),
    "a track that nobody knows": (
        replace(DETAILS, audio_tracks=(replace(AAC, codec="unknown"),)),
        told(),
        [],
    ),
    "a track of another codec": (
        replace(DETAILS, audio_tracks=(replace(AAC, codec="mp3"),)),
        told(),
        ["sound track 0 mp3, ffprobe aac"],
    ),
    "a codec that it does not know": (
        replace(DETAILS, video_codec="vvc", audio_tracks=(replace(AAC, codec="iamf"),)),
        {
            "format": {"duration": "10.0"},
            "streams": [{"codec_type": "video"}, *([{"codec_type": "audio"}] * 4)],
        },
        [],
    ),
    "text that it takes for data": (
        replace(DETAILS, text_tracks=(TEXT,)),
        {
            **told(),
            "streams": [
                *told()["streams"],
                {"codec_type": "data", "codec_tag_string": "wvtt"},
            ],
        },
        [],
    ),
    "text that it misses": (
        replace(DETAILS, text_tracks=(TEXT,)),
        told(),
        ["1 text tracks, ffprobe 0"],
    ),
    "turned by the Exif data of its pictures": (
        replace(DETAILS, width=360, height=640, rotation=90, video_codec="mjpeg"),
        told(codec_name="mjpeg"),
        [],
    ),
    "a cover": (DETAILS, told(disposition={"attached_pic": 1}, width=1), []),
}


@pytest.mark.parametrize(("details", "probed", "expected"), CASES.values(), ids=CASES)
def test_differences(details: Details, probed: dict[str, Any], expected: list[str]) -> None:
    assert differences(details, probed) == expected
