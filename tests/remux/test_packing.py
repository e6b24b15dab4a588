from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.remux.packing import pack, unpack

HEAD = 5


@given(st.lists(st.integers(-(2**63), 2**63 - 1)), st.binary())
def test_numbers_are_read_as_they_were_written(numbers: list[int], behind: bytes) -> None:
    found, rest = unpack(memoryview(pack(numbers) + behind))
    assert list(found) == numbers
    assert bytes(rest) == behind


@pytest.mark.parametrize(
    ("numbers", "size"),
    [
        ([], 0),
        ([127, -128], 1),
        ([128, 0], 2),
        ([0, -129], 2),
        ([0, 2**15], 4),
        ([-(2**31)], 4),
        ([0, 2**31], 8),
    ],
)
def test_numbers_take_as_few_bytes_as_all_of_them_fit_into(numbers: list[int], size: int) -> None:
    assert len(pack(numbers)) == HEAD + size * len(numbers)
