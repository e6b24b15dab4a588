"""Details out of an opened container. Runs in a child process, as libav does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

import av
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from quart_video.media.codecs import StreamFacts, codec_name, codecs_parameter
from quart_video.media.details import AudioTrack, Chapter, Details, TextTrack
from quart_video.media.frames import first_frame, picture_stream, pixel_aspect, turn

_MICROSECONDS = 1_000_000
_MOST_TRACKS = 200
_MOST_CHAPTERS = 2000
_LONGEST_TEXT = 1000
_LONGEST = 100 * 365 * 86400.0  # seconds; more is a mistake of the file

TEXT_CODECS = frozenset({"ass", "mov_text", "srt", "ssa", "subrip", "text", "webvtt"})
_TRANSFERS = {16: "pq", 18: "hlg"}  # ITU-T H.273
_FAMILIES = {"mov": "mp4", "matroska": "matroska"}


def describe(container: InputContainer, head: bytes) -> Details:
    """Describe what is in *container*.

    :param head: the first bytes of the file.
    """
    video = picture_stream(container)
    sounds = list(container.streams.audio)[:_MOST_TRACKS]
    main = next((stream for stream in sounds if Disposition.default & stream.disposition), None)
    if main is None and sounds:
        main = sounds[0]
    rotation = _rotation(container, video) if video else 0
    width, height = _shown_size(video, rotation) if video else (None, None)
    playing: list[Stream] = [stream for stream in (video, main) if stream]
    return Details(
        container=_container_name(container, head),
        duration=_duration(container),
        width=width,
        height=height,
        rotation=rotation,
        frame_rate=_rate(video) if video else None,
        video_codec=_codec(video) if video else None,
        audio_codec=_codec(main) if main else None,
        codecs=codecs_parameter([codec_name(_facts(stream)) for stream in playing]),
        bit_rate=container.bit_rate or None,
        hdr=_hdr(video) if video else None,
        audio_tracks=tuple(
            AudioTrack(
                codec=_codec(stream) or "unknown",
                language=_language(stream),
                title=_text(stream.metadata, "title"),
                channels=stream.codec_context.channels or None,
                sample_rate=stream.codec_context.sample_rate or None,
                default=bool(Disposition.default & stream.disposition),
            )
            for stream in sounds
        ),
        text_tracks=tuple(_text_tracks(container)),
        chapters=tuple(_chapters(container)),
        title=_text(container.metadata, "title"),
        date=_text(container.metadata, "date", "creation_time", "year"),
    )


def start_of(container: InputContainer) -> float:
    """Return the time that the file calls its start, in seconds."""
    return (container.start_time or 0) / _MICROSECONDS


def _duration(container: InputContainer) -> float | None:
    seconds = (container.duration or 0) / _MICROSECONDS
    return round(seconds, 3) if 0 < seconds < _LONGEST else None


def _container_name(container: InputContainer, head: bytes) -> str:
    first = container.format.name.partition(",")[0]
    if first == "matroska" and b"\x42\x82\x84webm" in head:  # EBML: DocType, four bytes
        return "webm"
    if first == "mov" and container.metadata.get("major_brand", "").strip() == "qt":
        return "mov"
    return _FAMILIES.get(first, first)


def _codec(stream: Stream) -> str | None:
    context = stream.codec_context
    return context.codec.canonical_name if context is not None else None


def _facts(stream: Stream) -> StreamFacts:
    context = stream.codec_context
    facts = StreamFacts(
        codec=_codec(stream) or "",
        tag=context.codec_tag or "",
        profile=context.profile or "",
        extradata=bytes(context.extradata or b""),
    )
    if not isinstance(stream, VideoStream):
        return facts
    return replace(
        facts,
        width=stream.codec_context.width,
        height=stream.codec_context.height,
        frame_rate=stream.average_rate,
        bit_depth=_bit_depth(stream),
    )


def _bit_depth(stream: VideoStream) -> int:
    pixels = stream.codec_context.format
    return pixels.components[0].bits if pixels and pixels.components else 8


def _rate(stream: VideoStream) -> float | None:
    rate = stream.average_rate or stream.guessed_rate
    return round(float(rate), 3) if rate and rate > 0 else None


def _rotation(container: InputContainer, stream: VideoStream) -> int:
    """Return how far the picture is turned clockwise, which only a decoded frame tells."""
    try:
        frame = first_frame(container, stream)
    except (av.FFmpegError, OSError, ValueError):
        return 0  # what cannot be decoded may still have a length
    return turn(frame) if frame else 0


def _shown_size(stream: VideoStream, rotation: int) -> tuple[int | None, int | None]:
    width, height = stream.codec_context.width, stream.codec_context.height
    if not width or not height:
        return None, None
    width = max(1, round(width * pixel_aspect(stream)))
    return (height, width) if rotation in (90, 270) else (width, height)


def _hdr(stream: VideoStream) -> str | None:
    if stream.codec_context.codec_tag in ("dvh1", "dvhe", "dav1"):
        return "dolby-vision"
    return _TRANSFERS.get(stream.codec_context.color_trc)


def _text_tracks(container: InputContainer) -> Iterator[TextTrack]:
    for stream in list(container.streams.subtitles)[:_MOST_TRACKS]:
        marks = stream.disposition
        title = _text(stream.metadata, "title")
        words = (title or "").casefold()
        yield TextTrack(
            index=stream.index,
            codec=_codec(stream) or "unknown",
            language=_language(stream),
            title=title,
            default=bool(Disposition.default & marks),
            forced=bool(Disposition.forced & marks) or "forced" in words,
            sdh=bool((Disposition.hearing_impaired | Disposition.captions) & marks)
            or "sdh" in words,
            supported=_codec(stream) in TEXT_CODECS,
        )


def _chapters(container: InputContainer) -> Iterator[Chapter]:
    begin = start_of(container)
    for number, chapter in enumerate(container.chapters()[:_MOST_CHAPTERS], 1):
        base = chapter["time_base"] or Fraction(1, _MICROSECONDS)
        start, stop = (float(chapter[edge] * base) - begin for edge in ("start", "end"))
        if -1 < start < stop < _LONGEST:
            title = _text(chapter["metadata"], "title") or f"Chapter {number}"
            yield Chapter(max(0.0, round(start, 3)), round(stop, 3), title)


def _language(stream: Stream) -> str | None:
    language = (stream.language or "").strip()
    return language[:20] if language and language != "und" else None


def _text(metadata: Mapping[str, str], *names: str) -> str | None:
    """Return the first of the tags that is there, whatever the case of its name."""
    lower = {key.casefold(): value for key, value in metadata.items()}
    for name in names:
        text = " ".join(lower.get(name, "").split())
        if text:
            return text[:_LONGEST_TEXT]
    return None
