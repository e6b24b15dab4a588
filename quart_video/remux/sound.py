"""Sound that browsers cannot decode, made AAC in parts: which packets each part is made of. Pure.

The AAC of a track is one row of frames of 1,024 samples, the first of which is not heard. A part is
some frames of it, and made without the others: decoding and encoding begin a little before what is
kept, so that parts fit together as if they had been made in one go. Positions are samples of the
film's sound, from where it begins.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate, pairwise
from typing import Any, Literal

from quart_video.remux.packing import pack, unpack
from quart_video.remux.track import FILM, LITERAL, Pieces, Track

FRAME = 1024
"""Samples of a frame of AAC."""

Mode = Literal["stereo", "surround"]
"""What becomes of more than two channels."""

BIT_RATES: dict[int, int] = {1: 96_000, 2: 160_000, 6: 384_000}
"""Bits a second, by the number of channels."""

_FRAMES_IN_PART = 24_576  # less than nine minutes
_PACKETS_IN_PART = 32_768
_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
_LEAD = 16  # frames that are encoded before those that are kept
_TAIL = 4  # frames behind them: an encoder looks ahead
_WARM_UP = 1 / 2
"""Seconds that are decoded before that: some codecs tell only now and then all that they need."""
_HEAD = struct.Struct("<II")
_LONGEST = 1 << 28


def aac_rate(rate: int) -> int:
    """Return the samples a second of AAC that is made of sound with *rate*, which it divides."""
    return next((each for each in _RATES if rate % each == 0), 48_000)


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What a part is made of, and what is kept of it."""

    number: int
    """Of the sound track among those of the film, from 0."""
    codec: str
    rate: int
    """Samples a second of the film's sound."""
    aac_rate: int
    """Samples a second of the AAC."""
    first: int
    stop: int
    """Frames that are kept, half-open. Frame 0 is not heard; the sound begins with frame 1."""
    begin: int
    """Position in the AAC at which encoding begins."""
    end: int
    """And at which it ends: that of the sound, if not before."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part to be made."""

    facts: PartFacts
    pieces: Pieces
    firsts: array[int]
    """Number of each packet's first piece."""
    positions: array[int]
    """Sample at which each packet's sound begins; may be negative."""
    literals: bytes

    def packets(self) -> Sequence[range]:
        """Return which pieces each packet has."""
        edges = [*self.firsts, len(self.pieces)]
        return [range(start, stop) for start, stop in pairwise(edges)]


def parts_of(track: Track, number: int, rate: int) -> list[Part]:
    """Return the parts that the AAC of a sound track is made in.

    :param rate: its samples a second, which are the ticks of its clock.
    """
    target = aac_rate(rate)
    begins = min(track.presentation) + track.start_skip
    samples = -(-(track.end - begins) * target // rate)
    frames = max(1, -(-samples // FRAME)) + 1
    positions = array("q", [time - begins for time in track.presentation])
    found = []
    first = 0
    while first < frames:
        begin = max(0, first - _LEAD) * FRAME
        start = _packet_at(positions, begin * rate // target - int(_WARM_UP * rate))
        stop = min(first + _FRAMES_IN_PART, frames)
        last = _behind(positions, (stop + _TAIL) * FRAME * rate // target)
        if last - start > _PACKETS_IN_PART:
            at = positions[start + _PACKETS_IN_PART] * target // rate
            stop = min(stop, max(first + _LEAD, at // FRAME - _TAIL))
            last = _behind(positions, (stop + _TAIL) * FRAME * rate // target)
        end = min((stop + _TAIL) * FRAME, samples)
        facts = PartFacts(number, track.codec, rate, target, first, stop, begin, end)
        found.append(_part(track, facts, positions, start, last))
        first = stop
    return found


def _packet_at(positions: array[int], position: int) -> int:
    return max(0, bisect_right(positions, position) - 1)


def _behind(positions: array[int], position: int) -> int:
    return bisect_left(positions, position)


def _part(track: Track, facts: PartFacts, positions: array[int], start: int, stop: int) -> Part:
    run = track.pieces_of(start, stop) if stop > start else range(0)
    pieces, literals = Pieces(), bytearray()
    for number in run:
        offset, size = track.pieces.offsets[number], track.pieces.sizes[number]
        if track.pieces.sources[number] == LITERAL:
            pieces.add(LITERAL, len(literals), size)
            literals += track.literals[offset : offset + size]
        else:
            pieces.add(FILM, offset, size)
    firsts = track.first_pieces or range(len(track))
    kept = array("q", [firsts[number] - run.start for number in range(start, stop)])
    return Part(facts, pieces, kept, positions[start:stop], bytes(literals))


def encode_parts(parts: Sequence[Part]) -> bytes:
    """Write *parts*, each as :func:`encode_part` does."""
    blobs = [encode_part(part) for part in parts]
    sizes = pack([len(blob) for blob in blobs])
    return b"".join([sizes, *blobs])


def split_parts(data: bytes) -> list[bytes]:
    """Return each of the parts that :func:`encode_parts` wrote, encoded.

    :raises ValueError: the data is something else, or changed.
    """
    sizes, rest = unpack(memoryview(data))
    edges = [0, *accumulate(sizes)]
    if edges[-1] != len(rest) or min(sizes, default=0) < 0:
        raise ValueError("not the parts of a sound track")
    parts = [bytes(rest[start:stop]) for start, stop in pairwise(edges)]
    for part in parts:
        _check(part)
    return parts


def encode_part(part: Part) -> bytes:
    """Write *part*."""
    head = json.dumps(asdict(part.facts)).encode()
    pieces = part.pieces
    arrays = (pieces.sources, pieces.offsets, pieces.sizes, part.firsts, part.positions)
    body = b"".join([*map(pack, arrays), part.literals])
    packed = zlib.compress(head + body, 3)
    return _HEAD.pack(len(head), zlib.crc32(packed)) + packed


def decode_part(data: bytes) -> Part:
    """Read what :func:`encode_part` wrote.

    :raises ValueError: the data is something else, or changed.
    """
    size = _check(data)
    raw = zlib.decompressobj().decompress(data[_HEAD.size :], _LONGEST)
    facts: dict[str, Any] = json.loads(raw[:size])
    rest = memoryview(raw)[size:]
    found = []
    for _ in range(5):
        numbers, rest = unpack(rest)
        found.append(numbers)
    sources, offsets, sizes, firsts, positions = found
    pieces = Pieces(array("H", sources), array("Q", offsets), array("I", sizes))
    return Part(PartFacts(**facts), pieces, array("q", firsts), array("q", positions), bytes(rest))


def _check(part: bytes) -> int:
    """Return how long the first of what is in a part is.

    :raises ValueError: the data is something else, or changed.
    """
    if len(part) < _HEAD.size:
        raise ValueError("not a part of a sound track")
    size: int
    size, checksum = _HEAD.unpack_from(part)
    if zlib.crc32(memoryview(part)[_HEAD.size :]) != checksum:
        raise ValueError("a part of a sound track that was changed")
    return size


@dataclass(frozen=True, slots=True)
class MadePart:
    """What is known of a part that was made."""

    sample_entry: bytes
    """The box ``stsd``."""
    sizes: array[int]
    """Bytes of each frame."""


def encode_made(made: MadePart) -> bytes:
    """Write *made*."""
    packed = zlib.compress(pack(made.sizes) + made.sample_entry)
    return struct.pack("<II", len(packed), zlib.crc32(packed)) + packed


def decode_all_made(data: bytes) -> list[MadePart]:
    """Read what :func:`encode_made` wrote, of several parts one after the other.

    :raises ValueError: the data is something else, or changed.
    """
    found = []
    while data:
        if len(data) < _HEAD.size:
            raise ValueError("a part of a sound track that is cut short")
        size, checksum = _HEAD.unpack_from(data)
        packed = data[_HEAD.size : _HEAD.size + size]
        if zlib.crc32(packed) != checksum:
            raise ValueError("a part of a sound track that was changed")
        sizes, rest = unpack(memoryview(zlib.decompressobj().decompress(packed, _LONGEST)))
        found.append(MadePart(bytes(rest), array("I", sizes)))
        data = data[_HEAD.size + size :]
    return found


def made_size(data: bytes) -> int | None:
    """Return how many bytes the frames have of the part that *data* tells of.

    :returns: ``None``: it is not one part as :func:`encode_made` wrote it.
    """
    try:
        (made,) = decode_all_made(data)
    except (ValueError, zlib.error):
        return None
    return sum(made.sizes)


def aac_track(track: Track, rate: int, parts: Sequence[MadePart]) -> Track:
    """Return the track of AAC that was made of *track*.

    :param rate: samples a second of that.
    """
    target = aac_rate(rate)
    pieces = Pieces()
    for source, part in enumerate(parts, FILM + 1):
        offset = 0
        for size in part.sizes:
            pieces.add(source, offset, size)
            offset += size
    start = min(track.presentation) + track.start_skip
    begins = round(start * target / rate)
    times = array("q", range(begins - FRAME, begins + FRAME * (len(pieces) - 1), FRAME))
    length = -(-(track.end - start) * target // rate)
    return Track(
        kind="audio",
        codec="aac",
        timescale=target,
        sample_entry=parts[0].sample_entry,
        pieces=pieces,
        presentation=times,
        decode=times,
        keys=array("B", [1]) * len(pieces),
        end=begins + length,
        language=track.language,
        title=track.title,
        start_skip=FRAME,
    )
