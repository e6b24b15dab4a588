"""What is told of each track of an opened container. Runs in a child process."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from quart_video.media.details import AudioTrack, TextTrack
from quart_video.media.extract.beside import Beside, SoundStreams
from quart_video.media.extract.cc_data import Coding, read_pairs
from quart_video.media.extract.codecs import StreamFacts, codec_name
from quart_video.media.extract.dump import Dumped
from quart_video.media.extract.frames import first_picture, orientation_of, packets_of, shape_of
from quart_video.media.extract.orientation import UPRIGHT, Orientation

T = TypeVar("T")

TEXT_CODECS = frozenset(
    {"ass", "eia_608", "mov_text", "srt", "ssa", "subrip", "text", "ttml", "webvtt", "wvtt"}
)
CLOSED = "eia_608"
"""Closed captions, in a track or in the picture."""
_PICTURE_CODECS = frozenset({"dvb_subtitle", "dvd_subtitle", "hdmv_pgs_subtitle", "xsub"})
# Text that libav has no name for: as Matroska calls it, and by the sample entry of MP4.
_MATROSKA_CODECS = {"S_TEXT/WEBVTT": "webvtt"}
_SAMPLE_ENTRIES = {"dfxp": "ttml", "stpp": "ttml", "wvtt": "wvtt"}
_UNKNOWN = "unknown"
_LONGEST_TEXT = 1000
_COUNTED = 120  # pictures, to find out how many there are in a second
_FASTEST = 240  # pictures a second; more may be true, and is counted
_USUAL = [Fraction(*rate) for rate in ((24000, 1001), (30000, 1001), (60000, 1001))]
_USUAL += [Fraction(rate) for rate in (24, 25, 30, 48, 50, 60, 90, 100, 120, 240, 480, 960)]
_ROUNDING = Fraction(4, 10_000)
"""How far a counted rate is off a usual one, at most, where times are told in milliseconds."""
_TRANSFERS = {16: "pq", 18: "hlg"}  # ITU-T H.273
_DOLBY_VISION = {"dav1": "av1", "dva1": "h264", "dvav": "h264", "dvh1": "hevc", "dvhe": "hevc"}
"""Sample entries of Dolby Vision, and what the pictures in them are coded as."""
# A language as ISO 639 or BCP 47 has it; what a file says may be anything.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_LONGEST_LANGUAGE = 20
_NO_LANGUAGE = "und"


def attempt(function: Callable[[], T], default: T) -> T:
    """Return what *function* returns, *default* where it fails: so much of a file is not known."""
    try:
        return function()
    except Exception:  # noqa: BLE001 - PyAV raises anything for a file that is broken
        return default


@dataclass(frozen=True, slots=True)
class Picture:
    """What is told of the pictures; ``None`` is what is not known."""

    codec: str | None = None
    codecs: str | None = None
    width: int | None = None
    height: int | None = None
    orientation: Orientation = UPRIGHT
    frame_rate: float | None = None
    hdr: str | None = None
    is_captioned: bool = False
    """Whether closed captions come with it, or the filling that stands where there are none."""


def describe_picture(container: InputContainer, stream: VideoStream, dumped: Dumped) -> Picture:
    """Describe the pictures of a track."""
    first = attempt(lambda: _first_picture(container, stream), None)
    orientation = attempt(lambda: orientation_of(first[1]), UPRIGHT) if first else UPRIGHT
    size = attempt(lambda: _shown_size(stream, dumped, orientation), None)
    width, height = size or (None, None)
    return Picture(
        codec=attempt(lambda: _codec(stream), None) or _DOLBY_VISION.get(dumped.tag),
        codecs=attempt(lambda: codec_name(_picture_facts(stream, dumped)), None),
        width=width,
        height=height,
        orientation=orientation,
        frame_rate=attempt(lambda: _rate(container, stream, dumped), None),
        hdr=attempt(lambda: _hdr(stream, dumped), None),
        is_captioned=bool(first and attempt(lambda: _pairs_of(first[0], stream), b"")),
    )


def describe_sound(sound: SoundStreams, dumped: Dumped, beside: Beside) -> AudioTrack:
    """Describe a sound track."""
    stream = sound.streams[0]
    context = stream.codec_context
    track = AudioTrack(
        codec=attempt(lambda: _codec(stream), None) or _UNKNOWN,
        language=language_of(stream, beside),
        title=attempt(lambda: text_of(stream.metadata, "title"), None),
        channels=attempt(lambda: context.channels, 0) or dumped.channels or None,
        sample_rate=attempt(lambda: context.sample_rate, 0) or dumped.sample_rate,
        default=bool(Disposition.default & stream.disposition),
        codecs=attempt(lambda: codec_name(_facts(stream, dumped)), None),
    )
    if _is_guess(track):
        return replace(track, codec=_UNKNOWN, codecs=None)
    iamf = sound.iamf
    if iamf is None:
        return track
    channels = attempt(lambda: sum(each.codec_context.channels for each in sound.streams), 0)
    # Of several parts that are mixed, who plays it decides how many come of them.
    return replace(
        track,
        codec="iamf",
        codecs=iamf.name,
        channels=channels or None if iamf.elements == 1 else None,
    )


def _is_guess(track: AudioTrack) -> bool:
    """Tell whether libav took sound for MP3 for lack of a better one, and has not found any in it.

    In MPEG streams it does that with what nobody else knows either, such as MPEG-H.
    """
    return track.codec == "mp3" and not track.sample_rate


def describe_text(stream: Stream, dumped: Dumped, beside: Beside) -> TextTrack:
    """Describe a track of captions."""
    marks = stream.disposition
    codec = attempt(lambda: text_codec(stream, dumped, beside), None)
    title = attempt(lambda: text_of(stream.metadata, "title"), None)
    words = (title or "").casefold()
    return TextTrack(
        index=stream.index,
        codec=codec or _UNKNOWN,
        language=language_of(stream, beside),
        title=title,
        default=bool(Disposition.default & marks),
        forced=bool(Disposition.forced & marks) or "forced" in words,
        sdh=bool((Disposition.hearing_impaired | Disposition.captions) & marks) or "sdh" in words,
        supported=codec in TEXT_CODECS,
        problem=None if codec in TEXT_CODECS else _problem(codec),
    )


def describe_captions(stream: VideoStream) -> TextTrack:
    """Describe the closed captions among the data of the pictures of a track.

    Neither a language nor anything else is told there of the first channel, CC1.
    """
    return TextTrack(
        index=stream.index,
        codec=CLOSED,
        language=None,
        title="CC1",
        default=False,
        forced=False,
        sdh=False,
        supported=True,
        in_picture=True,
    )


def text_streams(container: InputContainer, dump: Mapping[int, Dumped]) -> list[Stream]:
    """Return the tracks of captions; libav takes some of MP4 for any data."""
    return [
        stream
        for stream in container.streams
        if stream.type == "subtitle"
        or (stream.type == "data" and dump.get(stream.index, Dumped()).tag in _SAMPLE_ENTRIES)
    ]


def text_codec(stream: Stream, dumped: Dumped, beside: Beside) -> str | None:
    """Return the codec of a track of captions, ``None`` where nobody knows it."""
    told = beside.codecs.get(stream.index, "")
    return _codec(stream) or _MATROSKA_CODECS.get(told) or _SAMPLE_ENTRIES.get(dumped.tag)


def _problem(codec: str | None) -> str:
    return "pictures" if codec in _PICTURE_CODECS else _UNKNOWN


def text_of(metadata: Mapping[str, str], *names: str) -> str | None:
    """Return the first of the tags that is there, whatever the case of its name."""
    lower = {key.casefold(): value for key, value in metadata.items()}
    for name in names:
        text = " ".join(lower.get(name, "").split())
        if text:
            return text[:_LONGEST_TEXT]
    return None


def language_of(stream: Stream, beside: Beside) -> str | None:
    """Return the language of a track as the file has it, ``None`` where it tells none."""
    told = beside.languages.get(stream.index) or (stream.language or "").strip()
    if not _LANGUAGE.fullmatch(told) or len(told) > _LONGEST_LANGUAGE or told == _NO_LANGUAGE:
        return None
    return told


def _codec(stream: Stream) -> str | None:
    context = stream.codec_context
    return context.codec.canonical_name if context is not None else None


def _facts(stream: Stream, dumped: Dumped) -> StreamFacts:
    context = stream.codec_context
    if context is None:
        return StreamFacts("", tag=dumped.tag, dolby_vision=dumped.dolby_vision)
    return StreamFacts(
        codec=_codec(stream) or "",
        tag=_tag(stream),
        profile=context.profile or "",
        level=getattr(context, "level", 0),
        extradata=bytes(context.extradata or b""),
        dolby_vision=dumped.dolby_vision,
    )


def _picture_facts(stream: VideoStream, dumped: Dumped) -> StreamFacts:
    facts = _facts(stream, dumped)
    context = stream.codec_context
    if context is None:
        return facts
    pixels = context.format
    return replace(
        facts,
        width=context.width,
        height=context.height,
        frame_rate=stream.average_rate,
        bit_depth=pixels.components[0].bits if pixels and pixels.components else 8,
    )


def _tag(stream: Stream) -> str:
    try:
        return stream.codec_context.codec_tag or ""
    except UnicodeDecodeError:  # it is a number, as in AVI and MPEG-TS
        return ""


def _first_picture(
    container: InputContainer, stream: VideoStream
) -> tuple[Packet[VideoStream], VideoFrame] | None:
    """Return the first picture: PyAV tells of a decoded frame alone how it is turned."""
    return first_picture(container, stream) if stream.codec_context is not None else None


def _pairs_of(packet: Packet[VideoStream], stream: VideoStream) -> bytes:
    return read_pairs(bytes(packet), coding_of(stream))


def coding_of(stream: VideoStream) -> Coding:
    """Return how the pictures of a track are coded."""
    context = stream.codec_context
    extra = bytes(context.extradata or b"") if context is not None else b""
    return Coding(_codec(stream) or "", extra)


def _shown_size(
    stream: VideoStream, dumped: Dumped, orientation: Orientation
) -> tuple[int, int] | None:
    context = stream.codec_context
    width = (context.width if context else 0) or dumped.width
    height = (context.height if context else 0) or dumped.height
    if not width or not height:
        return None
    return shape_of(stream, dumped).shown(width, height, orientation)


def _rate(container: InputContainer, stream: VideoStream, dumped: Dumped) -> float | None:
    if stream.codec_context is None:
        return dumped.frame_rate
    rate = stream.average_rate
    # Where none is told, what libav guesses is how finely times are told.
    if not rate or not 0 < rate <= _FASTEST:
        rate = _counted_rate(container, stream)
    return round(float(rate), 3) if rate else None


def _counted_rate(container: InputContainer, stream: VideoStream) -> Fraction | None:
    """Count the pictures that follow."""
    times = [packet.pts for packet in packets_of(container, stream, _COUNTED)]
    known = sorted(time for time in times if time is not None)
    base = stream.time_base
    if len(known) < 2 or known[0] == known[-1] or not base:
        return None
    rate = Fraction(len(known) - 1) / ((known[-1] - known[0]) * base)
    close = [usual for usual in _USUAL if abs(rate / usual - 1) < _ROUNDING]
    return min(close, key=lambda usual: abs(usual - rate)) if close else rate


def _hdr(stream: VideoStream, dumped: Dumped) -> str | None:
    vision = dumped.dolby_vision
    context = stream.codec_context
    tag = _tag(stream) if context else dumped.tag
    if tag in _DOLBY_VISION or (vision and not vision.compatibility):
        return "dolby-vision"
    return _TRANSFERS.get(context.color_trc) if context else None
