"""What is known of the inside of a video, and how that is kept as JSON. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """A sound track."""

    codec: str
    language: str | None
    """As the file has it, mostly three letters (ISO 639-2): ``eng``."""
    title: str | None
    channels: int | None
    sample_rate: int | None
    """Samples a second."""
    default: bool
    codecs: str | None = None
    """RFC 6381, for ``canPlayType`` and the like: ``mp4a.40.2``. ``None``: there is no name."""


@dataclass(frozen=True, slots=True)
class TextTrack:
    """A track of captions inside the file."""

    index: int
    """Number of the stream in the file."""
    codec: str
    language: str | None
    """As the file has it, mostly three letters (ISO 639-2): ``eng``."""
    title: str | None
    default: bool
    forced: bool
    """Only what has to be read by those who understand the sound: foreign dialogue, signs."""
    sdh: bool
    """For the deaf and hard of hearing: sounds are told, too."""
    supported: bool
    """Whether it is text that can be shown."""
    problem: str | None = None
    """Why it cannot be shown: ``pictures``, which it is made of as on DVD and Blu-ray, or
    ``unknown``, in a form that is not read; ``None`` where it can."""
    in_picture: bool = False
    """Whether it is no track of its own, but closed captions (CEA-608) among the data of the
    picture, whose stream ``index`` is then."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter; times are seconds from the start."""

    start: float
    stop: float
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is inside a video. ``None`` is what the file does not tell."""

    container: str
    """``mp4``, ``mov``, ``matroska``, ``webm``, ``avi``, ``mpegts``, ``ogg``, ``flv`` ..."""
    duration: float | None
    """Seconds from the start."""
    start: float = 0.0
    """What the clock of the file tells when it begins, in seconds; mostly 0. Chromium leaves that
    much of its time line empty, Firefox begins at 0. Times of chapters, captions and storyboards
    count from here."""
    width: int | None
    """Pixels as shown: upright, and with square pixels."""
    height: int | None
    rotation: int
    """Degrees that the picture is turned clockwise for showing, already counted in width and
    height: 0, 90, 180 or 270."""
    mirrored: bool = False
    """Whether left and right are swapped for showing, before it is turned."""
    frame_rate: float | None
    """Pictures a second, on average. ``None`` where it is not told, and where there are too few of
    them to count."""
    video_codec: str | None
    """Name of the codec as FFmpeg has it: ``h264``, ``hevc``, ``av1``, ``vp9`` ..."""
    audio_codec: str | None
    """That of the sound track that plays by itself."""
    codecs: str | None
    """RFC 6381, for ``canPlayType`` and the like: ``avc1.64001f, mp4a.40.2``. ``None`` where one of
    the codecs has no such name."""
    video_codecs: str | None = None
    """The part of it that names the codec of the picture."""
    bit_rate: int | None
    """Bits a second, on average, of all together."""
    hdr: str | None
    """``pq`` (HDR10), ``hlg`` or ``dolby-vision``; ``None``: the usual range."""
    audio_tracks: tuple[AudioTrack, ...]
    text_tracks: tuple[TextTrack, ...]
    chapters: tuple[Chapter, ...]
    title: str | None
    """As it is written inside the file."""
    date: str | None
    """As it is written inside the file, mostly ISO 8601."""


_LISTS = frozenset({"audio_tracks", "text_tracks", "chapters"})


def form_of_details() -> str:
    """Return what differs whenever older details cannot be read any more, or tell less."""
    kinds = (Details, AudioTrack, TextTrack, Chapter)
    return ";".join(",".join(field.name for field in fields(kind)) for kind in kinds)


def encode_details(details: Details) -> bytes:
    """Write *details* as JSON."""
    return json.dumps(_values(details), ensure_ascii=True, separators=(",", ":")).encode()


def _values(each: Details | AudioTrack | TextTrack | Chapter) -> dict[str, Any]:
    """Return what is in *each*, as ``asdict()`` does, which copies all of it."""
    values = {field.name: getattr(each, field.name) for field in fields(each)}
    for name in _LISTS.intersection(values):
        values[name] = [_values(one) for one in values[name]]
    return values


def decode_details(data: bytes) -> Details:
    """Read what :func:`encode_details` wrote.

    :raises ValueError: it is something else, from another version of this package perhaps.
    """
    try:
        known: dict[str, Any] = json.loads(data)
        known["audio_tracks"] = tuple(AudioTrack(**track) for track in known["audio_tracks"])
        known["text_tracks"] = tuple(TextTrack(**track) for track in known["text_tracks"])
        known["chapters"] = tuple(Chapter(**chapter) for chapter in known["chapters"])
        return Details(**known)
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("not the details of a video") from error
