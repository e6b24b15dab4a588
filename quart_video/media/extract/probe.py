"""Details out of an opened container. Runs in a child process, as libav does.

They are never all or nothing: what cannot be told of one track leaves the others as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from av.container import InputContainer

from quart_video.media.details import AudioTrack, Chapter, Details
from quart_video.media.extract.beside import Beside, nothing_beside, read_beside
from quart_video.media.extract.clock import MICROSECONDS, duration_of, start_of
from quart_video.media.extract.codecs import codecs_parameter
from quart_video.media.extract.dump import Dumped
from quart_video.media.extract.frames import dump_of, picture_stream
from quart_video.media.extract.source import SourceFile
from quart_video.media.extract.tracks import (
    CLOSED,
    TEXT_CODECS,
    Picture,
    attempt,
    describe_captions,
    describe_picture,
    describe_sound,
    describe_text,
    text_codec,
    text_of,
    text_streams,
)

_MOST_TRACKS = 200
_MOST_CHAPTERS = 2000
_LONGEST = 100 * 365 * 86400.0  # seconds; more is a mistake of the file
_FAMILIES = {"mov": "mp4"}


def describe(container: InputContainer, source: SourceFile) -> Details:
    """Describe what is in *container*, which was opened out of *source*."""
    dump: dict[int, Dumped] = attempt(lambda: dump_of(container), {})
    beside = _beside(container, source)
    stream = attempt(lambda: picture_stream(container), None)
    picture = Picture()
    if stream is not None:
        picture = describe_picture(container, stream, dump.get(stream.index, Dumped()))
    sounds = [
        describe_sound(sound, dump.get(sound.streams[0].index, Dumped()), beside)
        for sound in beside.sounds[:_MOST_TRACKS]
    ]
    texts = [
        describe_text(text, dump.get(text.index, Dumped()), beside)
        for text in text_streams(container, dump)[:_MOST_TRACKS]
    ]
    # Of those in a track, the ones in the picture are a copy.
    if stream and picture.is_captioned and all(text.codec != CLOSED for text in texts):
        texts.append(describe_captions(stream))
    main = _main(sounds, is_matroska=beside.doc_type is not None)
    playing = [picture.codecs] if stream is not None else []
    playing += [main.codecs] if main is not None else []
    duration = attempt(lambda: duration_of(container, source), None)
    return Details(
        container=_container_name(container, beside),
        duration=duration,
        start=round(start_of(container), 3),
        width=picture.width,
        height=picture.height,
        rotation=picture.orientation.degrees,
        mirrored=picture.orientation.mirrored,
        frame_rate=picture.frame_rate,
        video_codec=picture.codec,
        audio_codec=main.codec if main is not None else None,
        codecs=codecs_parameter(playing),
        video_codecs=picture.codecs,
        bit_rate=_bit_rate(source, duration),
        hdr=picture.hdr,
        audio_tracks=tuple(sounds),
        text_tracks=tuple(texts),
        chapters=attempt(lambda: tuple(_chapters(container)), ()),
        title=attempt(lambda: text_of(container.metadata, "title"), None),
        date=attempt(lambda: text_of(container.metadata, "date", "creation_time", "year"), None),
    )


def find_texts(container: InputContainer, source: SourceFile) -> dict[int, str]:
    """Return the codecs of the tracks that can be shown, by the numbers of their streams."""
    dump: dict[int, Dumped] = attempt(lambda: dump_of(container), {})
    beside = _beside(container, source)
    found = {
        stream.index: text_codec(stream, dump.get(stream.index, Dumped()), beside)
        for stream in text_streams(container, dump)[:_MOST_TRACKS]
    }
    return {index: codec for index, codec in found.items() if codec in TEXT_CODECS}


def _beside(container: InputContainer, source: SourceFile) -> Beside:
    return attempt(lambda: read_beside(container, source), nothing_beside(container))


def _bit_rate(source: SourceFile, duration: float | None) -> int | None:
    return round(source.size() * 8 / duration) or None if duration else None


def _main(sounds: list[AudioTrack], *, is_matroska: bool) -> AudioTrack | None:
    """Return the sound track that plays by itself: of Matroska the first one, in browsers."""
    if not sounds:
        return None
    return next((track for track in sounds if track.default and not is_matroska), sounds[0])


def _container_name(container: InputContainer, beside: Beside) -> str:
    first = container.format.name.partition(",")[0]
    if beside.doc_type == "webm":
        return "webm"
    brand = attempt(lambda: container.metadata.get("major_brand", ""), "")
    if first == "mov" and brand.strip() == "qt":
        return "mov"
    return _FAMILIES.get(first, first)


def _chapters(container: InputContainer) -> Iterator[Chapter]:
    begin = start_of(container)
    for number, chapter in enumerate(container.chapters()[:_MOST_CHAPTERS], 1):
        base = chapter["time_base"] or Fraction(1, MICROSECONDS)
        start, stop = (float(chapter[edge] * base) - begin for edge in ("start", "end"))
        if -1 < start < stop < _LONGEST:
            title = text_of(chapter["metadata"], "title") or f"Chapter {number}"
            yield Chapter(max(0.0, round(start, 3)), round(stop, 3), title)
