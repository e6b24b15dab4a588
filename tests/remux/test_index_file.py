from __future__ import annotations

import random
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.remux.index_file import (
    HEAD_SIZE,
    BrokenIndexError,
    Directory,
    Head,
    read_block,
    read_directory,
    read_head,
    write_index,
)
from quart_video.remux.index_file import build_index as write
from quart_video.remux.track import LITERAL, Pieces
from tests.remux.movies import make_film


class Piece(NamedTuple):
    source: int
    offset: int
    size: int
    data: bytes = b""


def build_index(literals: list[bytes], pieces: list[Piece], size: int, sources: int) -> bytes:
    found, own = Pieces(), bytearray()
    for piece in pieces:
        found.add(piece.source, piece.offset if piece.source else len(own), piece.size)
        own += piece.data
    return write(b"".join(literals), found, bytes(own), size, sources)


def opened(data: bytes) -> tuple[Head, Directory]:
    head = read_head(data[:HEAD_SIZE])
    return head, read_directory(head, data[head.directory.start : head.directory.stop])


def pieces_in(data: bytes) -> list[tuple[int, bytes | range]]:
    """Return what an index says, as its source and offsets, or the bytes themselves."""
    _, directory = opened(data)
    found: list[tuple[int, bytes | range]] = []
    for number in range(len(directory)):
        place = directory.place(number)
        block = read_block(place, data[place.stored.start : place.stored.stop])
        if block.sizes is None or block.offsets is None or block.sources is None:
            found.append((LITERAL, block.data))
            continue
        for source, offset, size in zip(block.sources, block.offsets, block.sizes, strict=True):
            run = range(offset, offset + size)
            found.append((source, block.data[offset : run.stop] if source == LITERAL else run))
    return found


_pieces = st.lists(
    st.one_of(
        st.builds(Piece, st.integers(1, 3), st.integers(0, 2**40), st.integers(1, 2**31)),
        st.binary(min_size=1, max_size=9).map(lambda data: Piece(LITERAL, 0, len(data), data)),
    ),
    max_size=60,
)


@given(st.binary(min_size=1, max_size=50), _pieces)
def test_what_is_written_is_read(literal: bytes, pieces: list[Piece]) -> None:
    size = len(literal) + sum(piece.size for piece in pieces)
    data = build_index([literal], pieces, size, 4)
    head, _ = opened(data)
    assert (head.size, head.sources) == (size, 4)
    told = pieces_in(data)
    assert told[0] == (LITERAL, literal)
    expected: list[tuple[int, int]] = []
    for piece in pieces:
        if piece.source != LITERAL:
            expected += [(piece.source, piece.offset), (piece.source, piece.offset + piece.size)]
    edges = []
    for source, run in told[1:]:
        if isinstance(run, range):
            edges += [(source, run.start), (source, run.stop)]
    assert merged(edges) == merged(expected)
    assert [run for _, run in told[1:] if isinstance(run, bytes)] == [
        piece.data for piece in pieces if piece.source == LITERAL
    ]


def merged(edges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out where one run ends and the next begins at the same place."""
    found: list[tuple[int, int]] = []
    for edge in edges:
        if found and found[-1] == edge and len(found) % 2 == 0:
            found.pop()
        else:
            found.append(edge)
    return found


def test_runs_that_follow_one_another_are_one_piece() -> None:
    data = build_index([b"x"], [Piece(1, 10, 5), Piece(1, 15, 5), Piece(1, 21, 5)], 16, 2)
    assert pieces_in(data) == [(0, b"x"), (1, range(10, 20)), (1, range(21, 26))]


def test_long_runs_and_bytes_are_split() -> None:
    zeros = bytes(200_000)
    size = 3 * 2**30 + len(zeros)
    data = build_index([], [Piece(1, 7, 3 * 2**30), Piece(0, 0, len(zeros), zeros)], size, 2)
    told = pieces_in(data)
    runs = [run for _, run in told if isinstance(run, range)]
    assert runs[0].start == 7
    assert runs[-1].stop == 7 + 3 * 2**30
    assert all(before.stop == after.start for before, after in pairwise(runs))
    assert b"".join(run for _, run in told if isinstance(run, bytes)) == zeros


def test_sizes_that_do_not_add_up_are_an_error() -> None:
    with pytest.raises(ValueError, match="pieces of 5 bytes for a file of 6"):
        build_index([], [Piece(1, 0, 5)], 6, 2)


def test_position_leads_to_its_block() -> None:
    pieces = [Piece(1, 2 * number, 1) for number in range(5000)]
    data = build_index([bytes(100)], pieces, 5100, 2)
    _, directory = opened(data)
    for position in (0, 99, 100, 1123, 1124, 5099):
        place = directory.place(directory.number_at(position))
        assert place.start <= position < place.stop
        block = read_block(place, data[place.stored.start : place.stored.stop])
        if block.starts is not None:
            assert block.starts[0] == place.start


def test_same_bytes_twice_are_kept_once() -> None:
    prefix = Piece(LITERAL, 0, 2, b"\x0b\x77")
    some = [piece for number in range(400) for piece in (prefix, Piece(1, 9 * number, 5))]
    others = [
        piece
        for number in range(400)
        for piece in (Piece(0, 0, 2, number.to_bytes(2, "big")), Piece(1, 9 * number, 5))
    ]
    assert len(build_index([], some, 2800, 2)) < len(build_index([], others, 2800, 2))


def test_any_changed_byte_is_found_out() -> None:
    film = make_film(count=40)
    data = write_index(film.movie, 2)
    random_ = random.Random(3)
    for position in [*range(HEAD_SIZE), *random_.sample(range(len(data)), 300)]:
        changed = bytearray(data)
        changed[position] ^= 1 << random_.randrange(8)
        with pytest.raises(BrokenIndexError):
            pieces_in(bytes(changed))


@given(st.integers(0, 10_000))
def test_index_that_is_cut_short_is_found_out(length: int) -> None:
    data = build_index([b"abc"], [Piece(1, 3 * n, 2) for n in range(900)], 1803, 2)
    with pytest.raises(BrokenIndexError):
        pieces_in(data[: min(length, len(data) - 1)])


def test_digest_tells_one_index_from_another() -> None:
    some = opened(build_index([b"x"], [Piece(1, 10, 5)], 6, 2))[0].digest
    others = opened(build_index([b"x"], [Piece(1, 11, 5)], 6, 2))[0].digest
    assert some != others
    assert some == opened(build_index([b"x"], [Piece(1, 10, 5)], 6, 2))[0].digest
