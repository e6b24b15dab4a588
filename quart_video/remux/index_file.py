"""The index of a virtual file, as it is kept: what stands at which of its bytes. Pure.

It is a head, a directory and blocks. The head tells where the directory is, and the directory where
each block is and with which byte of the virtual file it begins, so that a range takes the reading
of a few blocks and never of the whole. A block holds either bytes, or pieces: runs of bytes that
are elsewhere. All parts have checksums, and no part, decompressed, is longer than
:data:`LONGEST`.

Of the pieces of a block there are, compressed by zlib together, as :mod:`.packing` writes numbers:
the sizes; how far each piece is from the end of the one before of the same source; the sources; and
then the bytes of those pieces whose source is the block itself.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate, chain
from operator import add, eq, sub

from quart_video.remux.movie import Movie
from quart_video.remux.packing import pack, unpack
from quart_video.remux.track import LITERAL, Pieces

MAGIC = b"QVMP4\r\n\x01"
"""The last byte is the version: another one is not read, but made anew."""

LONGEST = 4 * 1024 * 1024
"""Bytes of a part, decompressed, at most."""

_BYTES_IN_BLOCK = 64 * 1024
_PIECES_IN_BLOCK = 1024
_LITERALS_IN_BLOCK = 256 * 1024
_LONGEST_PIECE = 1 << 30
_LARGEST = 1 << 62
_LEVEL = 3

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
    literals = b"".join(track.literals for track in movie.tracks)
    return build_index(head, movie.pieces(), literals, len(head) + movie.content, sources)


def build_index(head: bytes, pieces: Pieces, literals: bytes, size: int, sources: int) -> bytes:
    """Write the index of a virtual file of *size* bytes: first *head*, then *pieces*.

    :param literals: what pieces are of whose source is :data:`LITERAL`.
    :raises ValueError: they have not as many bytes.
    """
    blocks: list[bytes] = []
    rows: list[bytes] = []
    at, position = HEAD_SIZE, 0
    of_bytes = ((_BYTES, *each) for each in _byte_blocks(head))
    of_pieces = ((_PIECES, *each) for each in _piece_blocks(_merged(pieces), literals))
    for kind, length, raw in chain(of_bytes, of_pieces):
        block = zlib.compress(raw, _LEVEL)
        rows.append(_ROW.pack(position, at, len(block), zlib.crc32(block), kind))
        blocks.append(block)
        at += len(block)
        position += length
    if position != size:
        raise ValueError(f"pieces of {position} bytes for a file of {size}")
    directory = b"".join(rows)
    digest = blake2b(directory, digest_size=20, salt=MAGIC).digest()
    start = _HEAD.pack(MAGIC, size, at, len(directory), zlib.crc32(directory), sources, digest)
    return b"".join([start, _COUNT.pack(zlib.crc32(start)), *blocks, directory])


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
    try:
        sizes, rest = unpack(memoryview(raw))
        steps, rest = unpack(rest)
        sources, rest = unpack(rest)
    except ValueError as error:
        raise BrokenIndexError(f"a block of an index that is none: {error}") from error
    if not len(sizes) == len(steps) == len(sources) or min(sizes, default=0) < 1:
        raise BrokenIndexError("a block of an index whose pieces are none")
    offsets = array("Q")
    ends: dict[int, int] = {}
    for source, step, size in zip(sources, steps, sizes, strict=True):
        offset = ends.get(source, 0) + step
        if not 0 <= offset <= (len(rest) - size if source == LITERAL else _LARGEST):
            raise BrokenIndexError("a piece that begins nowhere")
        offsets.append(offset)
        ends[source] = offset + size
    if sum(sizes) != place.stop - place.start:
        raise BrokenIndexError("a block of an index that has other bytes than it should")
    starts = array("Q", accumulate(sizes, initial=place.start))
    starts.pop()
    return Block(place.start, bytes(rest), sources, offsets, sizes, starts)


def _byte_blocks(head: bytes) -> Iterator[tuple[int, bytes]]:
    for start in range(0, len(head), _BYTES_IN_BLOCK):
        part = head[start : start + _BYTES_IN_BLOCK]
        yield len(part), part


def _piece_blocks(pieces: Pieces, literals: bytes) -> Iterator[tuple[int, bytes]]:
    start = 0
    while start < len(pieces):
        stop = min(start + _PIECES_IN_BLOCK, len(pieces))
        sources, offsets = pieces.sources[start:stop], pieces.offsets[start:stop]
        sizes = pieces.sizes[start:stop]
        if min(sources) == max(sources) != LITERAL:
            ends = array("q", map(add, offsets, sizes))
            steps = array("q", map(sub, offsets, [0, *ends[:-1]]))
            data = b""
        else:
            steps, data = _steps(sources, offsets, sizes, literals)
            stop = start + len(steps)
            sources, sizes = sources[: len(steps)], sizes[: len(steps)]
        yield sum(sizes), b"".join([pack(sizes), pack(steps), pack(sources), data])
        start = stop


def _steps(
    sources: array[int], offsets: array[int], sizes: array[int], literals: bytes
) -> tuple[array[int], bytes]:
    """Return how far each piece is from the one before of its source, and the bytes of the block.

    Of so many pieces as there is room for the bytes of.
    """
    steps = array("q")
    data = bytearray()
    known: dict[bytes, int] = {}
    ends: dict[int, int] = {}
    for source, begins, size in zip(sources, offsets, sizes, strict=True):
        offset = begins
        if source == LITERAL:
            literal = literals[begins : begins + size]
            if literal not in known:
                if len(data) + size > _LITERALS_IN_BLOCK:
                    break
                known[literal] = len(data)
                data += literal
            offset = known[literal]
        steps.append(offset - ends.get(source, 0))
        ends[source] = offset + size
    return steps, bytes(data)


def _merged(pieces: Pieces) -> Pieces:
    """Make one piece of those that follow one another in their source, too, and split long ones."""
    sources, offsets, sizes = pieces.sources, pieces.offsets, pieces.sizes
    follow = map(eq, map(add, offsets, sizes), offsets[1:])
    if not any(follow) and LITERAL not in sources and max(sizes, default=0) <= _LONGEST_PIECE:
        return pieces
    merged = Pieces()
    last, start, stop = -1, 0, 0
    for source, offset, size in zip(sources, offsets, sizes, strict=True):
        if source == last and offset == stop and source != LITERAL:
            stop += size
            continue
        _add_split(merged, last, start, stop)
        last, start, stop = source, offset, offset + size
    _add_split(merged, last, start, stop)
    return merged


def _add_split(pieces: Pieces, source: int, start: int, stop: int) -> None:
    most = _BYTES_IN_BLOCK if source == LITERAL else _LONGEST_PIECE
    while start < stop:
        size = min(most, stop - start)
        pieces.add(source, start, size)
        start += size
