"""All that is known of a film's packets, as it is kept: what movies are made of. Pure.

One reading of a film finds it; after that, a movie with another sound track takes none. It is a
line of JSON and, compressed by zlib, the arrays of all tracks.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import add, sub
from typing import Any

from quart_video.remux.movie import Chapter
from quart_video.remux.packing import pack, unpack
from quart_video.remux.track import Pieces, Track

MAGIC = b"QVPKT\r\n\x01"
"""The last byte is the version."""

_SIZES = struct.Struct("<8sII")
_LONGEST = 1 << 30
_LEVEL = 3
_ARRAYS = 7  # of each track
_FACTS = (
    "kind",
    "codec",
    "timescale",
    "end",
    "width",
    "height",
    "language",
    "title",
    "start_skip",
)
_BLOBS = ("sample_entry", "matrix", "literals")


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """A sound track of the film."""

    track: Track
    plays: bool
    """Whether browsers decode it, so that it is copied."""
    sample_rate: int
    """Samples a second."""
    stream: int
    """Its number in the film."""


@dataclass(frozen=True, slots=True)
class Film:
    """What there is in a film to make a movie of."""

    video: Track
    sounds: Sequence[SoundTrack]
    title: str = ""
    chapters: Sequence[Chapter] = ()


def encode_film(film: Film) -> bytes:
    """Write *film*."""
    tracks = [film.video, *(sound.track for sound in film.sounds)]
    head = json.dumps(
        {
            "title": film.title,
            "chapters": [[each.start, each.title] for each in film.chapters],
            "tracks": [
                {name: getattr(track, name) for name in _FACTS}
                | {name: b64encode(getattr(track, name)).decode() for name in _BLOBS}
                for track in tracks
            ],
            "sounds": [[sound.plays, sound.sample_rate, sound.stream] for sound in film.sounds],
        }
    ).encode()
    packer = zlib.compressobj(_LEVEL)
    body = [packer.compress(pack(part)) for track in tracks for part in _arrays(track)]
    data = b"".join([head, *body, packer.flush()])
    return _SIZES.pack(MAGIC, len(head), zlib.crc32(data)) + data


def decode_film(data: bytes) -> Film:
    """Read what :func:`encode_film` wrote.

    :raises ValueError: it is something else, or not as it was written.
    """
    if not is_whole(data):
        raise ValueError("no film, or one that was changed")
    _, size, _ = _SIZES.unpack_from(data)
    body = _SIZES.size + size
    head: dict[str, Any] = json.loads(data[_SIZES.size : body])
    rest = memoryview(_inflate(data[body:]))
    tracks = []
    for facts in head["tracks"]:
        parts = []
        for _ in range(_ARRAYS):
            part, rest = unpack(rest)
            parts.append(part)
        tracks.append(_track(facts, parts))
    return Film(
        tracks[0],
        [
            SoundTrack(track, *facts)
            for track, facts in zip(tracks[1:], head["sounds"], strict=True)
        ],
        head["title"],
        [Chapter(*each) for each in head["chapters"]],
    )


def is_whole(data: bytes) -> bool:
    """Tell whether :func:`encode_film` wrote *data*, and it was not changed since."""
    if len(data) < _SIZES.size:
        return False
    magic, _, checksum = _SIZES.unpack_from(data)
    return bool(magic == MAGIC and zlib.crc32(memoryview(data)[_SIZES.size :]) == checksum)


def _inflate(data: bytes) -> bytes:
    inflate = zlib.decompressobj()
    raw = inflate.decompress(data, _LONGEST)
    if not inflate.eof:
        raise ValueError("a film that is cut short, or too long")
    return raw


def _arrays(track: Track) -> list[array[int]]:
    pieces = track.pieces
    shown = array("q", map(sub, track.presentation, track.decode))
    ends = array("q", map(add, pieces.offsets, pieces.sizes))
    gaps = array("q", map(sub, pieces.offsets, _shifted(ends)))
    firsts = track.first_pieces
    return [
        pieces.sources,
        gaps,
        pieces.sizes,
        _steps(track.decode),
        shown,
        track.keys,
        _steps(firsts) if firsts is not None else array("q"),
    ]


def _track(facts: dict[str, Any], parts: Sequence[array[int]]) -> Track:
    sources, gaps, sizes, steps, shown, keys, firsts = parts
    offsets = array("Q")
    end = 0
    for gap, size in zip(gaps, sizes, strict=True):
        offset = end + gap
        offsets.append(offset)
        end = offset + size
    decode = array("q", accumulate(steps))
    known: dict[str, Any] = {name: facts[name] for name in _FACTS}
    known |= {name: b64decode(facts[name]) for name in _BLOBS}
    return Track(
        **known,
        pieces=Pieces(array("H", sources), offsets, array("I", sizes)),
        presentation=array("q", [d + s for d, s in zip(decode, shown, strict=True)]),
        decode=decode,
        keys=array("B", keys),
        first_pieces=array("Q", accumulate(firsts)) if firsts else None,
    )


def _steps(values: array[int]) -> array[int]:
    return array("q", map(sub, values, _shifted(values)))


def _shifted(values: array[int]) -> Iterator[int]:
    """Yield 0, and then the values."""
    return chain((0,), values)
