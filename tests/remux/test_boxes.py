from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.remux.boxes import Box, box, boxes, find, full_box, large_header


def test_box_has_its_size_and_kind_in_front() -> None:
    assert box(b"free", b"ab", b"c") == b"\0\0\0\x0bfreeabc"


def test_full_box_has_version_and_flags() -> None:
    assert full_box(b"vmhd", 1, 0x203, b"x") == b"\0\0\0\x0dvmhd\1\0\2\3x"


def test_large_header_counts_itself() -> None:
    assert large_header(b"mdat", 2**32) == b"\0\0\0\1mdat" + (2**32 + 16).to_bytes(8, "big")


def test_boxes_follow_one_another() -> None:
    data = box(b"aaaa", b"12") + large_header(b"bbbb", 3) + b"123" + b"\0\0\0\0cccc12345"
    assert list(boxes(data)) == [
        Box(b"aaaa", 0, 8, 10),
        Box(b"bbbb", 10, 26, 29),
        Box(b"cccc", 29, 37, 42),
    ]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\0\0\0\x08fre", id="header cut short"),
        pytest.param(b"\0\0\0\x07free", id="shorter than its header"),
        pytest.param(b"\0\0\0\x09free", id="longer than what holds it"),
        pytest.param(b"\0\0\0\1free\0\0", id="large size cut short"),
        pytest.param(b"\0\0\0\1free" + bytes(8), id="large size shorter than its header"),
    ],
)
def test_broken_box_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="a box"):
        list(boxes(data))


def test_find_goes_from_box_to_box() -> None:
    data = box(b"free") + box(b"moov", box(b"mvhd"), box(b"trak", box(b"tkhd", b"here")))
    found = find(data, b"moov", b"trak", b"tkhd")
    assert found is not None
    assert data[found.content : found.stop] == b"here"
    assert find(data, b"moov", b"udta") is None


@given(st.binary(max_size=100))
def test_any_bytes_are_boxes_or_an_error(data: bytes) -> None:
    try:
        found = list(boxes(data))
    except ValueError:
        return
    assert [each.start for each in found] + [len(data)] == [0, *(each.stop for each in found)]
