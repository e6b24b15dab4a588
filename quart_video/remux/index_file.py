"""The index of a virtual file, as it is kept: what stands at which of its bytes. Pure.

It is a head, a directory and blocks. The head tells where the directory is, and the directory where
each block is and with which byte of the virtual file it begins, so that a range takes the reading
of a few blocks and never of the whole. A block holds either bytes, or pieces: runs of bytes that
are elsewhere. All parts have checksums, and no part, decompressed, is longer than
:data:`LONGEST`.

Numbers are little-endian. Of the pieces of a block there are, compressed by zlib together:

- the sizes, four bytes each;
- the distances of each piece's offset from the end of the piece before of the same source, eight
  bytes each, signed;
- the sources, two bytes each;
- the bytes of those pieces whose source is the block itself.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate
from typing import NamedTuple

from quart_video.remux.movie import Movie
from quart_video.remux.track import LITERAL

MAGIC = b"QVMP4\r\n\x01"
"""The last byte is the version: another one is not read, but made anew."""

LONGEST = 4 * 1024 * 1024
"""Bytes of a part, decompressed, at most."""

_BYTES_IN_BLOCK = 64 * 1024
_PIECES_IN_BLOCK = 1024
_LITERALS_IN_BLOCK = 256 * 1024
_LARGEST = 1 << 62

_HEAD = struct.Struct("<8sQQIII20s")
_ROW = struct.Struct("<QQIIB")
_COUNT = struct.Struct("<I")
HEAD_SIZE = _HEAD.size + 4
"""Bytes to read first."""

_BYTES, _PIECES = 0, 1


class BrokenIndexError(ValueError):
    """The bytes are no index, of another version, or not as they were written."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is read of an index first."""

    size: int
    """Bytes of the virtual file."""
    directory: range
    """Where the directory is in the index."""
    checksum: int
    sources: int
    """How many sources there are, the index itself among them."""
    digest: str
    """Of all that the index says."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block is."""

    start: int
    stop: int
    """Bytes of the virtual file that it tells of."""
    stored: range
    """Where it is in the index."""
    checksum: int
    is_bytes: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A block: bytes, or pieces."""

    start: int
    """Byte of the virtual file that it begins with."""
    data: bytes
    """What it holds; of pieces, those bytes that are in no other source."""
    sources: array[int] | None = None
    offsets: array[int] | None = None
    sizes: array[int] | None = None
    starts: array[int] | None = None
    """Byte of the virtual file that each piece begins with."""

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes."""
        return 200 + len(self.data) + (22 * len(self.sizes) if self.sizes is not None else 0)


class Directory:
    """Where which block is.

    :param size: bytes of the virtual file.
    :raises BrokenIndexError: the data is no directory for it.
    """

    def __init__(self, data: bytes, size: int) -> None:
        if len(data) % _ROW.size:
            raise BrokenIndexError("a directory that is cut short")
        self._data = data
        self._starts = array("Q", [row[0] for row in _ROW.iter_unpack(data)])
        self._size = size
        rising = zip(self._starts, [*self._starts[1:], size], strict=True)
        if not self._starts or self._starts[0] or any(before >= after for before, after in rising):
            raise BrokenIndexError("a directory whose blocks do not follow one another")

    def __len__(self) -> int:
        return len(self._starts)

    def number_at(self, position: int) -> int:
        """Return the number of the block that tells of a byte of the virtual file."""
        return bisect_right(self._starts, position) - 1

    def place(self, number: int) -> Place:
        """Return where a block is."""
        start, at, length, checksum, kind = _ROW.unpack_from(self._data, number * _ROW.size)
        last = number + 1 == len(self._starts)
        stop = self._size if last else self._starts[number + 1]
        return Place(start, stop, range(at, at + length), checksum, kind == _BYTES)

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes."""
        return 300 + len(self._data) + 8 * len(self._starts)


def write_index(movie: Movie, sources: int) -> bytes:
    """Write the index of *movie*.

    :param sources: how many sources the pieces of its tracks are of, the index itself among them.
    """
    head = movie.head()
    return build_index([head], _pieces(movie), len(head) + movie.content, sources)


class Piece(NamedTuple):
    """A run of bytes."""

    source: int
    offset: int
    size: int
    data: bytes = b""
    """The bytes themselves, if the source is :data:`LITERAL`."""


def build_index(
    literals: Iterable[bytes], pieces: Iterable[Piece], size: int, sources: int
) -> bytes:
    """Write the index of a virtual file of *size* bytes: first *literals*, then *pieces*.

    :raises ValueError: they have not as many bytes.
    """
    blocks: list[bytes] = []
    rows: list[bytes] = []
    at, position = HEAD_SIZE, 0
    parts = ((_BYTES, *each) for each in _byte_blocks(literals))
    parts_of_pieces = ((_PIECES, *each) for each in _piece_blocks(pieces))
    for group in (parts, parts_of_pieces):
        for kind, length, raw in group:
            block = zlib.compress(raw, 6)
            rows.append(_ROW.pack(position, at, len(block), zlib.crc32(block), kind))
            blocks.append(block)
            at += len(block)
            position += length
    if position != size:
        raise ValueError(f"pieces of {position} bytes for a file of {size}")
    directory = b"".join(rows)
    digest = blake2b(directory, digest_size=20, salt=MAGIC).digest()
    head = _HEAD.pack(MAGIC, size, at, len(directory), zlib.crc32(directory), sources, digest)
    return b"".join([head, _COUNT.pack(zlib.crc32(head)), *blocks, directory])


def read_head(data: bytes) -> Head:
    """Read the first :data:`HEAD_SIZE` bytes of an index.

    :raises BrokenIndexError: they are no head.
    """
    if len(data) < HEAD_SIZE or data[: len(MAGIC)] != MAGIC:
        raise BrokenIndexError("no index, or one of another version")
    if _COUNT.unpack_from(data, _HEAD.size)[0] != zlib.crc32(data[: _HEAD.size]):
        raise BrokenIndexError("the head of an index that was changed")
    _, size, at, length, checksum, sources, digest = _HEAD.unpack_from(data)
    if size > _LARGEST or at > _LARGEST or length > LONGEST * 16:
        raise BrokenIndexError("an index of impossible size")
    return Head(size, range(at, at + length), checksum, sources, digest.hex())


def read_directory(head: Head, data: bytes) -> Directory:
    """Read the bytes of an index that are its directory.

    :raises BrokenIndexError: they are none.
    """
    if zlib.crc32(data) != head.checksum:
        raise BrokenIndexError("the directory of an index that was changed")
    return Directory(data, head.size)


def read_block(place: Place, data: bytes) -> Block:
    """Read the bytes of an index that are a block.

    :raises BrokenIndexError: they are none.
    """
    if len(data) != len(place.stored) or zlib.crc32(data) != place.checksum:
        raise BrokenIndexError("a block of an index that was changed")
    inflate = zlib.decompressobj()
    try:
        raw = inflate.decompress(data, LONGEST)
    except zlib.error as error:
        raise BrokenIndexError("a block of an index that is none") from error
    if not inflate.eof:
        raise BrokenIndexError("a block of an index that is too long")
    if place.is_bytes:
        if len(raw) != place.stop - place.start:
            raise BrokenIndexError("a block of an index that has other bytes than it should")
        return Block(place.start, raw)
    return _read_pieces(place, raw)


def _read_pieces(place: Place, raw: bytes) -> Block:
    count = _COUNT.unpack_from(raw)[0] if len(raw) >= _COUNT.size else 0
    sizes_at = _COUNT.size
    steps_at = sizes_at + 4 * count
    sources_at = steps_at + 8 * count
    data_at = sources_at + 2 * count
    if not count or data_at > len(raw):
        raise BrokenIndexError("a block of an index that is cut short")
    sizes = _little("I", raw[sizes_at:steps_at])
    steps = _little("q", raw[steps_at:sources_at])
    sources = _little("H", raw[sources_at:data_at])
    offsets = array("Q")
    ends: dict[int, int] = {}
    data_size = len(raw) - data_at
    for source, step, size in zip(sources, steps, sizes, strict=True):
        offset = ends.get(source, 0) + step
        if not 0 <= offset <= (data_size - size if source == LITERAL else _LARGEST):
            raise BrokenIndexError("a piece that begins nowhere")
        offsets.append(offset)
        ends[source] = offset + size
    starts = array("Q", accumulate(sizes, initial=place.start))
    if starts.pop() != place.stop or 0 in sizes:
        raise BrokenIndexError("a block of an index that has other bytes than it should")
    return Block(place.start, raw[data_at:], sources, offsets, sizes, starts)


def _byte_blocks(literals: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for literal in literals:
        for start in range(0, len(literal), _BYTES_IN_BLOCK):
            part = literal[start : start + _BYTES_IN_BLOCK]
            yield len(part), part


def _piece_blocks(pieces: Iterable[Piece]) -> Iterator[tuple[int, bytes]]:
    block = _Draft()
    for piece in _merged(pieces):
        if block.is_full:
            yield block.length, block.encode()
            block = _Draft()
        block.add(piece)
    if block.length:
        yield block.length, block.encode()


class _Draft:
    """Pieces that will be a block."""

    def __init__(self) -> None:
        self.length = 0
        self._data = bytearray()
        self._known: dict[bytes, int] = {}
        self._sizes = array("I")
        self._steps = array("q")
        self._sources = array("H")
        self._ends: dict[int, int] = {}

    @property
    def is_full(self) -> bool:
        return len(self._sizes) >= _PIECES_IN_BLOCK or len(self._data) >= _LITERALS_IN_BLOCK

    def add(self, piece: Piece) -> None:
        offset = piece.offset
        if piece.source == LITERAL:
            found = self._known.get(piece.data)
            offset = len(self._data) if found is None else found
            if found is None:
                self._data += piece.data
                self._known[piece.data] = offset
        self._steps.append(offset - self._ends.get(piece.source, 0))
        self._sizes.append(piece.size)
        self._sources.append(piece.source)
        self._ends[piece.source] = offset + piece.size
        self.length += piece.size

    def encode(self) -> bytes:
        count = _COUNT.pack(len(self._sizes))
        arrays = map(_little_bytes, (self._sizes, self._steps, self._sources))
        return b"".join([count, *arrays, self._data])


def _merged(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Make one piece of those that follow one another in their source, too, and split long ones."""
    last: Piece | None = None
    for piece in _split(pieces):
        if (
            last is not None
            and piece.source == last.source != LITERAL
            and piece.offset == last.offset + last.size
            and last.size + piece.size <= _LONGEST_PIECE
        ):
            last = Piece(last.source, last.offset, last.size + piece.size)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


_LONGEST_PIECE = 1 << 30


def _split(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        if piece.source == LITERAL and piece.size > _BYTES_IN_BLOCK:
            for at in range(0, piece.size, _BYTES_IN_BLOCK):
                part = piece.data[at : at + _BYTES_IN_BLOCK]
                yield Piece(LITERAL, 0, len(part), part)
        elif piece.size > _LONGEST_PIECE:
            for at in range(0, piece.size, _LONGEST_PIECE):
                size = min(_LONGEST_PIECE, piece.size - at)
                yield Piece(piece.source, piece.offset + at, size)
        elif piece.size:
            yield piece


def _pieces(movie: Movie) -> Iterator[Piece]:
    for chunk in movie.chunks:
        track = movie.tracks[chunk.track]
        pieces = track.pieces
        for number in track.pieces_of(chunk.start, chunk.stop):
            source, offset = pieces.sources[number], pieces.offsets[number]
            size = pieces.sizes[number]
            data = track.literals[offset : offset + size] if source == LITERAL else b""
            yield Piece(source, offset, size, data)


def _little(code: str, data: bytes) -> array[int]:
    numbers = array(code)
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _little_bytes(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()
