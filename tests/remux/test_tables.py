from __future__ import annotations

from array import array
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from quart_video.remux import tables


def numbers(table: bytes, code: str = "I", start: int = 12) -> list[int]:
    """Return the numbers of a table, which begin at byte *start*."""
    found = array(code, table[start:])
    found.byteswap()
    return list(found)


def test_equal_durations_are_one_row() -> None:
    assert numbers(tables.time_to_sample([40, 40, 40, 20])) == [2, 3, 40, 1, 20]


@given(st.lists(st.integers(0, 3) | st.sampled_from([2**31, 2**32 - 1])))
def test_rows_tell_all_offsets(offsets: list[int]) -> None:
    count, *rows = numbers(tables.composition_offsets(offsets))
    assert count == len(rows) // 2
    assert [v for n, v in zip(rows[::2], rows[1::2], strict=True) for _ in range(n)] == offsets


def test_samples_count_from_one_where_decoding_may_begin() -> None:
    assert numbers(tables.sync_samples([1, 0, 0, 1])) == [2, 1, 4]


def test_one_size_does_for_samples_that_are_all_as_long() -> None:
    assert numbers(tables.sample_sizes([7, 7, 7])) == [7, 3]
    assert numbers(tables.sample_sizes([7, 8])) == [0, 2, 7, 8]
    assert numbers(tables.sample_sizes([])) == [0, 0]


@given(st.lists(st.integers(1, 3), min_size=1))
def test_rows_tell_how_many_samples_each_chunk_has(counts: list[int]) -> None:
    _, *rows = numbers(tables.sample_to_chunk(counts))
    firsts, per_chunk, entries = rows[::3], rows[1::3], rows[2::3]
    lasts = [*(first - 1 for first in firsts[1:]), len(counts)]
    told = [
        count
        for first, last, count in zip(firsts, lasts, per_chunk, strict=True)
        for _ in range(first, last + 1)
    ]
    assert told == counts
    assert set(entries) == {1}
    assert all(a != b for a, b in pairwise(per_chunk))


def test_offsets_are_large_where_they_have_to_be() -> None:
    offsets = list(accumulate([5, 6]))
    assert tables.chunk_offsets(offsets, large=False)[4:8] == b"stco"
    assert numbers(tables.chunk_offsets(offsets, large=False)) == [2, 5, 11]
    assert tables.chunk_offsets(offsets, large=True)[4:8] == b"co64"
    assert numbers(tables.chunk_offsets([2**40], large=True), "Q", 16) == [2**40]
    assert not tables.needs_large_offsets(2**32 - 1)
    assert tables.needs_large_offsets(2**32)
