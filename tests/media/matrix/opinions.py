"""What other programs say of a file, in our terms, and where they differ from what we say."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from pymediainfo import MediaInfo, Track

from quart_video.media import Details
from tests.e2e.harness import need_tool
from tests.media.films import ffprobe
from tests.support.npm import unpack

BUNNY = "mediabunny@1.61.0"
BOX = "mp4box@2.4.1"
_ASK = Path(__file__).with_name("ask.mjs")
_SECONDS = 120

Facts = dict[str, Any]
"""What one of them tells of a file; what it does not tell is missing, or ``None``."""


@dataclass(frozen=True)
class Difference:
    """Somebody tells something else of a file than we do."""

    file: str
    fact: str
    who: str
    ours: Any
    theirs: Any


def ours(details: Details) -> Facts:
    sounds = details.audio_tracks
    return {
        "duration": details.duration,
        "size": (details.width, details.height) if details.width else None,
        "rotation": details.rotation if details.width else None,
        "rate": details.frame_rate,
        "picture": details.video_codec,
        "picture name": details.video_codecs,
        "hdr": details.hdr or "",
        "sounds": [track.codec for track in sounds],
        "sound names": [track.codecs for track in sounds],
        "channels": [track.channels for track in sounds],
        "sample rates": [track.sample_rate for track in sounds],
        "languages": [track.language or "" for track in sounds],
        "texts": sum(not track.in_picture for track in details.text_tracks),
        "chapters": len(details.chapters),
    }


def differences(file: str, known: Facts, told: Mapping[str, Facts]) -> Iterator[Difference]:
    for who, facts in told.items():
        for fact, theirs in facts.items():
            if theirs is not None and not _same(fact, known[fact], theirs):
                yield Difference(file, fact, who, known[fact], theirs)


def _same(fact: str, one: Any, other: Any) -> bool:
    if isinstance(other, list):
        return (
            isinstance(one, list)
            and len(one) == len(other)
            and all(
                theirs is None or _same("", mine, theirs)
                for mine, theirs in zip(one, other, strict=True)
            )
        )
    if one is None:
        return False
    if fact == "duration":
        return bool(abs(one - other) <= 0.05)
    if fact == "rate":
        return bool(abs(one / other - 1) < 0.005)
    if fact == "size":  # a side that pixels are made square by is rounded
        return all(abs(mine - theirs) <= 1 for mine, theirs in zip(one, other, strict=True))
    return bool(one == other)


def told_by_ffprobe(path: Path) -> Facts:
    told = ffprobe(path)
    streams = told["streams"]
    kinds: dict[str, list[Mapping[str, Any]]] = {"video": [], "audio": [], "subtitle": []}
    for stream in streams:
        if not stream["disposition"]["attached_pic"]:
            kinds.setdefault(stream["codec_type"], []).append(stream)
    sounds = kinds["audio"]
    facts: Facts = {
        "duration": _number(told["format"].get("duration")),
        "sounds": [each.get("codec_name") for each in sounds],
        "channels": [each.get("channels") for each in sounds],
        "sample rates": [int(each["sample_rate"]) for each in sounds],
        "languages": [_language(each.get("tags", {}).get("language")) for each in sounds],
        "texts": len(kinds["subtitle"]),
        "chapters": len(told["chapters"]),
    }
    if kinds["video"]:
        facts |= _picture_by_ffprobe(kinds["video"][0])
    return facts


def _picture_by_ffprobe(stream: Mapping[str, Any]) -> Facts:
    sides = [side for side in stream.get("side_data_list", []) if "rotation" in side]
    turned = -int(sides[0]["rotation"]) % 360 if sides else 0
    width, height = _square(
        stream["width"], stream["height"], stream.get("sample_aspect_ratio", "1:1")
    )
    rate = stream["avg_frame_rate"]
    transfer = stream.get("color_transfer", "")
    return {
        "picture": stream["codec_name"],
        "size": (height, width) if turned % 180 else (width, height),
        "rotation": turned,
        "rate": float(Fraction(rate)) if rate != "0/0" else None,
        "hdr": {"smpte2084": "pq", "arib-std-b67": "hlg"}.get(transfer, ""),
    }


def _square(width: int, height: int, aspect: str) -> tuple[int, int]:
    """Make pixels square; nothing of the picture is lost."""
    across, _, down = aspect.partition(":")
    if "0" in (across, down):
        return width, height
    wide = Fraction(int(across), int(down))
    return (width, round(height / wide)) if wide < 1 else (round(width * wide), height)


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def _language(told: str | None) -> str:
    return "" if told in (None, "und") else str(told)


_PICTURES = {
    "AVC": "h264",
    "HEVC": "hevc",
    "AV1": "av1",
    "VP8": "vp8",
    "VP9": "vp9",
    "Theora": "theora",
    "ProRes": "prores",
    "JPEG": "mjpeg",
    "FFV1": "ffv1",
    "HuffYUV": "huffyuv",
    "DV": "dvvideo",
    "VC-3": "dnxhd",
    "Cinepak": "cinepak",
    "PNG": "png",
    "H.263": "h263",
    "Sorenson Spark": "flv1",
    "Sorenson 1": "svq1",
    "Screen video": "flashsv",
    "WMV1": "wmv1",
    "WMV2": "wmv2",
    "MPEG Video 1": "mpeg1video",
    "MPEG Video 2": "mpeg2video",
    "MPEG-4 Visual": "mpeg4",
}
_SOUNDS = {
    "AAC": "aac",
    "MPEG Audio 1 Layer 3": "mp3",
    "MPEG Audio 2 Layer 3": "mp3",
    "MPEG Audio 1 Layer 2": "mp2",
    "AC-3": "ac3",
    "E-AC-3": "eac3",
    "DTS": "dts",
    "Opus": "opus",
    "Vorbis": "vorbis",
    "FLAC": "flac",
    "ALAC": "alac",
    "MLP FBA": "truehd",
    "WavPack": "wavpack",
    "TTA": "tta",
    "WMA": "wmav2",
}


def told_by_mediainfo(path: Path) -> Facts:
    tracks = MediaInfo.parse(path).tracks
    kinds: dict[str, list[Track]] = {}
    for track in tracks:
        kinds.setdefault(track.track_type, []).append(track)
    sounds = kinds.get("Audio", [])
    facts: Facts = {
        "duration": _milliseconds(kinds["General"][0].duration),
        "sounds": [_named(_SOUNDS, track) for track in sounds],
        "channels": [int(track.channel_s) if track.channel_s else None for track in sounds],
        "sample rates": [_first_number(track.sampling_rate) for track in sounds],
        "texts": len(kinds.get("Text", [])),
    }
    if "Video" in kinds:
        facts |= _picture_by_mediainfo(kinds["Video"][0])
    return facts


def _picture_by_mediainfo(track: Track) -> Facts:
    turned = round(float(track.rotation or 0))
    aspect = Fraction(track.pixel_aspect_ratio or "1").limit_denominator(120)
    width, height = _square(track.width, track.height, f"{aspect.numerator}:{aspect.denominator}")
    transfer = str(track.transfer_characteristics or "").partition(" / ")[0]
    return {
        "picture": _named(_PICTURES, track),
        "size": (height, width) if turned % 180 else (width, height),
        "rotation": turned,
        "rate": _number(track.frame_rate),
        "hdr": {"PQ": "pq", "HLG": "hlg"}.get(transfer, ""),
    }


def _named(names: Mapping[str, str], track: Track) -> str | None:
    """Return the codec as FFmpeg calls it; ``None``: it is called by its FourCC alone."""
    version = str(track.format_version or "").removeprefix("Version ")
    profile = str(track.format_profile or "")
    for name in (f"{track.format} {version} {profile}", f"{track.format} {version}", track.format):
        if name in names:
            return names[name]
    return None


def _milliseconds(told: object) -> float | None:
    return float(str(told)) / 1000 if told else None


def _first_number(told: object) -> int | None:
    return round(float(str(told).partition("/")[0])) if told else None


def told_by_scripts(paths: Sequence[Path], folder: Path) -> list[dict[str, Facts]]:
    """Ask mediabunny and mp4box.js, all in one go."""
    packages = [str(unpack(package, folder)) for package in (BUNNY, BOX)]
    command = [need_tool("node"), str(_ASK), *packages, *map(str, paths)]
    answer = subprocess.run(
        command, check=True, timeout=_SECONDS, capture_output=True, encoding="utf-8"
    )
    told = [json.loads(line) for line in answer.stdout.splitlines()]
    return [
        {
            "mediabunny": _by_bunny(each["bunny"]) if each["bunny"] else {},
            "mp4box.js": _by_box(each["box"]) if each["box"] else {},
        }
        for each in told
    ]


def _by_bunny(told: Mapping[str, Any]) -> Facts:
    sounds = told["sounds"]
    facts: Facts = {
        # It counts from where the clock is 0.
        "duration": told["duration"] and told["duration"] - max(0, told["start"] or 0),
        "sounds": [_codec_of_bunny(each["codec"]) for each in sounds],
        "sound names": [each["codecs"] for each in sounds],
        "channels": [each["channels"] for each in sounds],
        "sample rates": [each["rate"] for each in sounds],
        "languages": [_language(each["language"]) for each in sounds],
    }
    if told.get("picture"):
        facts |= {
            "picture": _codec_of_bunny(told["picture"]),
            "picture name": told["codecs"],
            "size": (told["width"], told["height"]),
            "rotation": told["rotation"],
            "rate": told["rate"],
        }
    return facts


def _codec_of_bunny(name: str | None) -> str | None:
    if name is None:
        return None
    known = {"avc": "h264", "mpeg2": "mpeg2video", "ulaw": "pcm_mulaw", "alaw": "pcm_alaw"}
    if name.startswith("pcm-"):  # little-endian, unless it says so
        plain = name.replace("-", "_")
        return plain if plain.endswith(("8", "be")) else f"{plain}le"
    return known.get(name, name)


def _by_box(told: Sequence[Mapping[str, Any]]) -> Facts:
    pictures = [each for each in told if each["type"] == "video"]
    sounds = [each for each in told if each["type"] == "audio"]
    return {
        "picture name": pictures[0]["codec"] if pictures else None,
        "sound names": [each["codec"] for each in sounds],
    }
