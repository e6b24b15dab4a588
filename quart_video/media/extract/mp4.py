"""What an MP4 tells that FFmpeg leaves unread (ISO/IEC 14496-12). Pure.

Only what is asked for is read, so it takes some kilobytes of a file of any size.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from quart_video.media.extract.ebml import ReadAt

_MOST_READS = 20_000  # a film of fragments has some thousand boxes, behind its head
_MOST_TRACKS = 1000
_LONGEST_LANGUAGE = 100  # bytes
_LONGEST_SETUP = 64 * 1024  # bytes
_SOUND_ENTRY = 28
"""Bytes of an AudioSampleEntry in front of the boxes in it (section 12.2.3)."""
_CODEC_CONFIG, _AUDIO_ELEMENT, _SEQUENCE_HEADER = 0, 1, 31  # types of OBUs
_IAMF_CODECS = {b"Opus": "Opus", b"fLaC": "fLaC", b"ipcm": "ipcm", b"mp4a": "mp4a.40.2"}


@dataclass(frozen=True, slots=True)
class Iamf:
    """What a track of immersive sound is made of (IAMF 1.1, section 3)."""

    profiles: tuple[int, int]
    """The primary one, and the additional one."""
    codec: str
    """As section 6.4 has it: ``Opus``."""
    elements: int
    """Parts that are mixed when it is played."""
    substreams: int
    """Streams of one or two channels, which FFmpeg tells as so many tracks."""

    @property
    def name(self) -> str:
        """Return its name by RFC 6381, as section 6.4 has it: ``iamf.000.000.Opus``."""
        primary, additional = self.profiles
        return f"iamf.{primary:03}.{additional:03}.{self.codec}"


@dataclass(frozen=True, slots=True)
class Mp4Track:
    """What is told of one track."""

    language: str | None = None
    """BCP 47, where it is told that way."""
    iamf: Iamf | None = None


class _Box(NamedTuple):
    kind: bytes
    start: int
    """Of what is in it."""
    stop: int


def read_tracks(read: ReadAt, size: int) -> list[Mp4Track]:
    """Return the tracks of a file in their order; none, where it has no head.

    :param size: of the file, in bytes.
    """
    left = _MOST_READS

    def limited(offset: int, size: int) -> bytes:
        nonlocal left
        left -= 1
        return read(offset, size) if left >= 0 else b""

    movie = next((each for each in _boxes(limited, 0, size) if each.kind == b"moov"), None)
    if movie is None:
        return []
    tracks = (each for each in _boxes(limited, movie.start, movie.stop) if each.kind == b"trak")
    return [_track(limited, track) for track in islice(tracks, _MOST_TRACKS)]


def _boxes(read: ReadAt, start: int, stop: int) -> Iterator[_Box]:
    """Yield the boxes from *start* on, up to one that is broken; what is cut short is there."""
    while start + 8 <= stop:
        header = read(start, 16)
        if len(header) < 8:
            return
        size, content = int.from_bytes(header[:4], "big"), start + 8
        if size == 1:
            size, content = int.from_bytes(header[8:], "big"), start + 16
        elif size == 0:  # to the end
            size = stop - start
        if size < content - start:
            return
        yield _Box(header[4:8], content, min(start + size, stop))
        start += size


def _track(read: ReadAt, track: _Box) -> Mp4Track:
    language, iamf = None, None
    for media in _boxes(read, track.start, track.stop):
        if media.kind != b"mdia":
            continue
        for each in _boxes(read, media.start, media.stop):
            if each.kind == b"elng":
                language = _language(read, each)
            elif each.kind == b"minf":
                iamf = _iamf(read, each)
    return Mp4Track(language, iamf)


def _language(read: ReadAt, box: _Box) -> str | None:
    """Read an ExtendedLanguageBox (section 8.4.6)."""
    data = read(box.start, min(box.stop - box.start, _LONGEST_LANGUAGE))
    return data[4:].partition(b"\0")[0].decode("ascii", "replace") or None


def _iamf(read: ReadAt, media: _Box) -> Iamf | None:
    table = media
    for kind in (b"stbl", b"stsd"):
        inner = _boxes(read, table.start, table.stop)
        found = next((each for each in inner if each.kind == kind), None)
        if found is None:
            return None
        table = found
    entry = next(_boxes(read, table.start + 8, table.stop), None)  # behind version and count
    if entry is None or entry.kind != b"iamf":
        return None
    for each in _boxes(read, entry.start + _SOUND_ENTRY, entry.stop):
        if each.kind == b"iacb":
            with suppress(EOFError):
                return _setup(_Bytes(read(each.start, min(each.stop - each.start, _LONGEST_SETUP))))
    return None


class _Bytes:
    """Bytes, from the first of them on."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def take(self, count: int) -> bytes:
        """Return the next bytes.

        :raises EOFError: there are fewer.
        """
        if len(self._data) - self._at < count:
            raise EOFError
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self) -> int:
        """Return a number in LEB128, which has eight bytes at most.

        :raises EOFError: it is longer, or cut short.
        """
        value = 0
        for place in range(8):
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << 7 * place
            if not byte & 0x80:
                return value
        raise EOFError


def _setup(data: _Bytes) -> Iamf | None:
    """Read an IAConfigurationBox (IAMF 1.1, section 6.2.3); ``None``: it tells too little.

    :raises EOFError: it is cut short.
    """
    data.take(1)  # its version
    rest = _Bytes(data.take(data.number()))
    profiles, codec, elements, substreams = None, None, 0, 0
    while rest:
        kind, content = _obu(rest)
        if kind == _SEQUENCE_HEADER and content.take(4) == b"iamf":
            primary, additional = content.take(2)
            profiles = primary, additional
        elif kind == _CODEC_CONFIG and codec is None:
            content.number()  # by which elements name it
            codec = _IAMF_CODECS.get(content.take(4))
        elif kind == _AUDIO_ELEMENT:
            content.number(), content.take(1), content.number()  # number, type, number of the codec
            elements += 1
            substreams += content.number()
    if profiles is None or codec is None or not substreams:
        return None
    return Iamf(profiles, codec, elements, substreams)


def _obu(data: _Bytes) -> tuple[int, _Bytes]:
    """Read an open bitstream unit (section 3.2): its type, and what is in it.

    :raises EOFError: it is cut short.
    """
    (header,) = data.take(1)
    content = _Bytes(data.take(data.number()))
    if header & 2:  # obu_trimming_status_flag
        content.number(), content.number()
    if header & 1:  # obu_extension_flag
        content.take(content.number())
    return header >> 3, content
