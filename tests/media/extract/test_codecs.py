"""Names of codecs, beside those that other tools and the specifications give."""

from __future__ import annotations

from fractions import Fraction

import pytest

from quart_video.media.extract.codecs import StreamFacts, codec_name, codecs_parameter
from quart_video.media.extract.dump import DolbyVision

SPS = bytes.fromhex("0000000167640028acd940780227e5c04400000300040000")
HVCC = bytes.fromhex("0122200000009000000000009600")
NAMES = {
    "avcC": (StreamFacts("h264", "avc1", extradata=b"\x01\x64\x00\x1f\xff"), "avc1.64001f"),
    "avcC, parameters in band": (
        StreamFacts("h264", "avc3", extradata=b"\x01\x4d\x40\x1e"),
        "avc3.4d401e",
    ),
    "H.264 with start codes": (StreamFacts("h264", "", extradata=SPS), "avc1.640028"),
    "H.264 without anything": (StreamFacts("h264"), None),
    "H.264 cut short": (StreamFacts("h264", extradata=b"\x01\x64"), None),
    "hvcC, main 10 at high tier": (
        StreamFacts("hevc", "hvc1", extradata=HVCC),
        "hvc1.2.4.H150.90",
    ),
    "hvcC, parameters in band": (
        StreamFacts("hevc", "hev1", extradata=HVCC),
        "hev1.2.4.H150.90",
    ),
    "HEVC without anything": (StreamFacts("hevc"), None),
    "av1C, main": (StreamFacts("av1", extradata=b"\x81\x04\x0c\x00"), "av01.0.04M.08"),
    "av1C, ten bits": (StreamFacts("av1", extradata=b"\x81\x08\x4c\x00"), "av01.0.08M.10"),
    "av1C, professional, high tier": (
        StreamFacts("av1", extradata=b"\x81\x4d\xe0\x00"),
        "av01.2.13H.12",
    ),
    "AV1 as a sequence header": (
        StreamFacts("av1", extradata=bytes.fromhex("0a0b000000043cffbcfbf90040")),
        "av01.0.00M.08",
    ),
    "AV1 as a sequence header, ten bits": (
        StreamFacts("av1", extradata=bytes.fromhex("0a0b000000043cffbcfbf94040")),
        "av01.0.00M.10",
    ),
    "AV1 as a sequence header cut short": (
        StreamFacts("av1", extradata=bytes.fromhex("0a0b0000")),
        None,
    ),
    "AV1 without anything": (StreamFacts("av1"), None),
    "VP9 1080p30": (
        StreamFacts("vp9", profile="Profile 0", width=1920, height=1080, frame_rate=Fraction(30)),
        "vp09.00.40.08",
    ),
    "VP9 2160p60, ten bits": (
        StreamFacts(
            "vp9",
            profile="Profile 2",
            width=3840,
            height=2160,
            frame_rate=Fraction(60),
            bit_depth=10,
        ),
        "vp09.02.51.10",
    ),
    "VP9 beyond all levels": (
        StreamFacts("vp9", width=30_000, height=30_000, frame_rate=Fraction(60)),
        "vp09.00.62.08",
    ),
    "VP9 that tells its level": (
        StreamFacts("vp9", profile="Profile 0", level=31, width=320, height=240),
        "vp09.00.31.08",
    ),
    "VP8": (StreamFacts("vp8"), "vp8"),
    "MPEG-4, advanced simple": (
        StreamFacts("mpeg4", extradata=b"\0\0\1\xb0\xf5\0\0\1\xb5"),
        "mp4v.20.245",
    ),
    "MPEG-4 without anything": (StreamFacts("mpeg4"), "mp4v.20"),
    "MPEG-2": (StreamFacts("mpeg2video", profile="Main"), "mp4v.61"),
    "AAC-LC": (StreamFacts("aac", profile="LC"), "mp4a.40.2"),
    "HE-AAC v2": (StreamFacts("aac", profile="HE-AACv2"), "mp4a.40.29"),
    "AAC in LATM": (StreamFacts("aac_latm", profile="LC"), "mp4a.40.2"),
    "AAC by its configuration": (StreamFacts("aac", extradata=b"\x12\x08"), "mp4a.40.2"),
    "xHE-AAC by its configuration": (StreamFacts("aac", extradata=b"\xf9\x46"), "mp4a.40.42"),
    "AAC-LC that FFmpeg takes for more, as its configuration does not": (
        StreamFacts("aac", profile="HE-AAC", extradata=b"\x12\x08"),
        "mp4a.40.2",
    ),
    "MP3": (StreamFacts("mp3"), "mp3"),
    "MP2": (StreamFacts("mp2"), "mp2"),
    "FLAC": (StreamFacts("flac", "fLaC"), "flac"),
    "PCM": (StreamFacts("pcm_s24be", "in24"), "1"),
    "PCM of floating point": (StreamFacts("pcm_f32le"), "3"),
    "PCM of floating point, big-endian": (StreamFacts("pcm_f32be"), "3"),
    "G.711": (StreamFacts("pcm_mulaw", "ulaw"), "7"),
    "ProRes": (StreamFacts("prores", "apcn"), "apcn"),
    "spatial sound of Apple": (StreamFacts("", "apac"), "apac"),
    "Dolby Vision in HEVC": (
        StreamFacts("hevc", "dvh1", extradata=HVCC, dolby_vision=DolbyVision(5, 6, 0)),
        "dvh1.05.06",
    ),
    "Dolby Vision in AV1": (
        StreamFacts("", "dav1", dolby_vision=DolbyVision(10, 9, 0)),
        "dav1.10.09",
    ),
    "HEVC with Dolby Vision beside it": (
        StreamFacts("hevc", "hvc1", extradata=HVCC, dolby_vision=DolbyVision(8, 6, 4)),
        "hvc1.2.4.H150.90",
    ),
    "AAC without anything": (StreamFacts("aac"), None),
    "Opus": (StreamFacts("opus"), "opus"),
    "AC-3": (StreamFacts("ac3"), "ac-3"),
    "of no name": (StreamFacts("wmv2"), None),
}


@pytest.mark.parametrize(("facts", "name"), NAMES.values(), ids=NAMES)
def test_names(facts: StreamFacts, name: str | None) -> None:
    assert codec_name(facts) == name


@pytest.mark.parametrize(
    ("names", "parameter"),
    [
        ([], None),
        (["avc1.64001f"], "avc1.64001f"),
        (["avc1.64001f", "mp4a.40.2"], "avc1.64001f, mp4a.40.2"),
        (["avc1.64001f", None], None),
        ([None], None),
    ],
)
def test_the_parameter_names_all_or_nothing(names: list[str | None], parameter: str | None) -> None:
    assert codecs_parameter(names) == parameter
