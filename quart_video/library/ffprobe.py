"""What ``ffprobe`` says of a file, beside what we do: a second opinion, where it is installed."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from quart_video.media import Details

_SECONDS = 60.0  # for one file
_SHORT = 0.2  # seconds that durations may differ by, or a hundredth of them
_PIXELS = 2  # by which sizes may differ: they are rounded
_MOST_FAST = 240.0  # pictures a second; more is how finely times are told
_LATE = 0.1  # seconds
_TEXTS = {"dfxp", "stpp", "wvtt"}  # sample entries of MP4


def find_ffprobe() -> str | None:
    """Return the path of the program; ``None``: it is not installed."""
    return shutil.which("ffprobe")


async def ask_ffprobe(program: str, path: str) -> dict[str, Any] | None:
    """Return what the program says of the file at *path*; ``None``: nothing."""
    process = await asyncio.create_subprocess_exec(
        program,
        *("-v", "error", "-of", "json", "-show_format", "-show_streams", f"file:{path}"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    try:
        told: dict[str, Any] = json.loads(output)
    except ValueError:
        return None
    return told if "format" in told else None


def differences(details: Details, told: Mapping[str, Any]) -> list[str]:
    """Return in what *details* differ from what ``ffprobe`` has told, each in words.

    What both tell is compared. Where one of them is known to be right, it is none.
    """
    return list(_differences(details, told))


def _differences(details: Details, told: Mapping[str, Any]) -> Iterator[str]:
    streams: list[Mapping[str, Any]] = told.get("streams", [])
    pictures = [each for each in streams if each.get("codec_type") == "video" and not _cover(each)]
    sounds = [each for each in streams if each.get("codec_type") == "audio"]
    texts = [each for each in streams if _is_text(each)]
    duration = _number(told["format"].get("duration"))
    if details.duration is not None and duration and not _same_duration(details, told, duration):
        yield f"duration {details.duration:g} s, ffprobe {duration:g} s"
    tracks = [track for track in details.text_tracks if not track.in_picture]
    counts = [("text tracks", len(tracks), len(texts))]
    # Of immersive sound it tells each part as a track, or nothing.
    if all(track.codec != "iamf" for track in details.audio_tracks):
        counts.insert(0, ("sound tracks", len(details.audio_tracks), len(sounds)))
        yield from _sound_differences(details, sounds)
    for name, ours, theirs in counts:
        if ours != theirs:
            yield f"{ours} {name}, ffprobe {theirs}"
    if pictures:
        yield from _picture_differences(details, pictures)


def _sound_differences(details: Details, sounds: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for number, (track, sound) in enumerate(zip(details.audio_tracks, sounds, strict=False)):
        codec = sound.get("codec_name", "unknown")
        if track.codec != codec and "unknown" not in (track.codec, codec):
            yield f"sound track {number} {track.codec}, ffprobe {codec}"


def _picture_differences(details: Details, pictures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    codecs = [each["codec_name"] for each in pictures if "codec_name" in each]
    if codecs and details.video_codec not in (None, *codecs):
        yield f"pictures {details.video_codec}, ffprobe {codecs[0]}"
    sizes = [size for size in map(_size, pictures) if size]
    if details.width and details.height and sizes:
        shown = details.width, details.height
        if details.video_codec == "mjpeg" and details.rotation in (90, 270):
            sizes += [(height, width) for width, height in sizes]  # it reads no Exif
        if not any(_same_size(shown, size) for size in sizes):
            yield f"size {shown[0]}x{shown[1]}, ffprobe {sizes[0][0]}x{sizes[0][1]}"
    rates = [rate for rate in (_rate(each.get("avg_frame_rate")) for each in pictures) if rate]
    ours = details.frame_rate
    if ours and rates and not any(_same_rate(ours, rate) for rate in rates):
        yield f"{ours:g} pictures a second, ffprobe {rates[0]:g}"


def _is_text(stream: Mapping[str, Any]) -> bool:
    """Tell whether a stream is one of text, which it may take for any data."""
    return stream.get("codec_type") == "subtitle" or (
        stream.get("codec_type") == "data" and stream.get("codec_tag_string") in _TEXTS
    )


def _cover(stream: Mapping[str, Any]) -> bool:
    return bool(stream.get("disposition", {}).get("attached_pic"))


def _number(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        return 0.0


def _same_duration(details: Details, told: Mapping[str, Any], theirs: float) -> bool:
    assert details.duration is not None
    # Some count from where the clock would be 0, others from the first picture.
    begin = _number(told["format"].get("start_time"))
    known = [theirs, theirs - begin] if begin > _LATE else [theirs]
    allowed = max(_SHORT, details.duration / 100)
    return any(abs(details.duration - each) <= allowed for each in known)


def _size(stream: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the size of the picture as shown."""
    width, height = stream.get("width", 0), stream.get("height", 0)
    if not width or not height:
        return None
    aspect = _rate(str(stream.get("sample_aspect_ratio", "1:1")).replace(":", "/")) or 1.0
    if aspect < 1:  # nothing of the picture is lost
        height = round(height / aspect)
    else:
        width = round(width * aspect)
    sides = stream.get("side_data_list", [])
    turned = next((side["rotation"] for side in sides if "rotation" in side), 0)
    return (height, width) if round(turned / 90) % 2 else (width, height)


def _same_size(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return all(abs(ours - theirs) <= _PIXELS for ours, theirs in zip(one, other, strict=True))


def _same_rate(one: float, other: float) -> bool:
    return other > _MOST_FAST or abs(one / other - 1) < 0.03


def _rate(text: object) -> float:
    try:
        return float(Fraction(str(text)))
    except (ValueError, ZeroDivisionError):
        return 0.0
