"""RFC 9110 sections 14.1, 14.2, 14.4 and 15.3.7.2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.http.ranges import MAX_SPECS, ByteRange, RangeSpec, parse_range, select
from tests.http import peers, strategies
from tests.http.effort import assert_linear

PARSED = [
    pytest.param("bytes=0-499", [RangeSpec(0, 499)], id="14.1.2-int-range"),
    pytest.param("bytes=0-0", [RangeSpec(0, 0)], id="14.1.2-one-byte"),
    pytest.param("bytes=500-", [RangeSpec(500)], id="14.1.2-open-ended"),
    pytest.param("bytes=-500", [RangeSpec(suffix=500)], id="14.1.2-suffix"),
    pytest.param("bytes=-0", [RangeSpec(suffix=0)], id="14.1.2-suffix-of-nothing"),
    pytest.param(
        "bytes=0-0,-1", [RangeSpec(0, 0), RangeSpec(suffix=1)], id="14.1.2-first-and-last"
    ),
    pytest.param("bytes=5-9,0-4", [RangeSpec(5, 9), RangeSpec(0, 4)], id="14.1.1-any-order"),
    pytest.param("bytes=0-4,0-4", [RangeSpec(0, 4)] * 2, id="14.1.1-repeated"),
    pytest.param("BYTES=0-4", [RangeSpec(0, 4)], id="14.1-unit-in-capitals"),
    pytest.param("bYtEs=0-4", [RangeSpec(0, 4)], id="14.1-unit-in-mixed-case"),
    pytest.param("bytes=007-0010", [RangeSpec(7, 10)], id="14.1.1-leading-zeros"),
    pytest.param("bytes=00-00", [RangeSpec(0, 0)], id="14.1.1-only-zeros"),
    pytest.param("bytes=0-4 , 6-9", [RangeSpec(0, 4), RangeSpec(6, 9)], id="5.6.1-spaces"),
    pytest.param("bytes=0-4\t,\t6-9", [RangeSpec(0, 4), RangeSpec(6, 9)], id="5.6.1-tabs"),
    pytest.param("bytes=0-4,\t \t6-9", [RangeSpec(0, 4), RangeSpec(6, 9)], id="5.6.1-many-spaces"),
    pytest.param("bytes=,0-4", [RangeSpec(0, 4)], id="5.6.1.2-empty-first"),
    pytest.param("bytes=, 0-4 ,", [RangeSpec(0, 4)], id="5.6.1.2-empty-around"),
    pytest.param("bytes= , 0-4", [RangeSpec(0, 4)], id="5.6.1.2-space-before-a-comma"),
    pytest.param(
        "bytes=0-4,,, ,6-9", [RangeSpec(0, 4), RangeSpec(6, 9)], id="5.6.1.2-empty-between"
    ),
    pytest.param("bytes=0-18446744073709551615", [RangeSpec(0, 2**64 - 1)], id="14.1.1-64-bits"),
    pytest.param("bytes=0-18446744073709551617", [RangeSpec(0, 2**64)], id="14.1.1-beyond-64-bits"),
    pytest.param(f"bytes=0-{'9' * 9999}", [RangeSpec(0, 2**64)], id="14.1.1-9999-digits"),
    pytest.param(f"bytes={'9' * 9999}-", [RangeSpec(2**64)], id="14.1.1-first-of-9999-digits"),
    pytest.param(
        f"bytes=-{'9' * 9999}", [RangeSpec(suffix=2**64)], id="14.1.1-suffix-of-9999-digits"
    ),
    pytest.param(f"bytes={'0' * 9999}5-6", [RangeSpec(5, 6)], id="14.1.1-9999-zeros"),
    pytest.param(
        f"bytes={'8' * 9999}-{'9' * 9999}",
        [RangeSpec(2**64, 2**64)],
        id="14.1.1-both-of-9999-digits",
    ),
]


@pytest.mark.parametrize(("value", "expected"), PARSED)
def test_valid(value: str, expected: list[RangeSpec]) -> None:
    assert parse_range(value) == tuple(expected)


INVALID = [
    pytest.param("", id="empty"),
    pytest.param("bytes", id="14.1-unit-alone"),
    pytest.param("bytes=", id="14.1.1-no-spec"),
    pytest.param("bytes=,", id="14.1.1-only-a-comma"),
    pytest.param("bytes= , ,", id="14.1.1-only-commas"),
    pytest.param("bytes=-", id="14.1.1-only-a-dash"),
    pytest.param("bytes=--1", id="14.1.1-two-dashes"),
    pytest.param("bytes=0--1", id="14.1.1-negative-last"),
    pytest.param("bytes=0", id="14.1.1-no-dash"),
    pytest.param("bytes=5-4", id="14.1.1-last-before-first"),
    pytest.param("bytes=10-9", id="14.1.1-last-before-first-as-numbers"),
    pytest.param("bytes=0-4,9-5", id="14.1.1-one-of-them-last-before-first"),
    pytest.param(f"bytes={'9' * 9999}-{'8' * 9999}", id="14.1.1-last-before-first-9999-digits"),
    pytest.param(f"bytes={'9' * 9999}-5", id="14.1.1-last-before-first-9999-digits-and-1"),
    pytest.param("bytes=0-4-9", id="14.1.1-two-dashes-inside"),
    pytest.param("bytes=a-b", id="14.1.1-letters"),
    pytest.param("bytes=0x0-0x4", id="14.1.1-hexadecimal"),
    pytest.param("bytes=0-1e3", id="14.1.1-exponent"),
    pytest.param("bytes=0-4.5", id="14.1.1-fraction"),
    pytest.param("bytes=+0-4", id="14.1.1-plus"),
    pytest.param("bytes=0-+4", id="14.1.1-plus-last"),
    pytest.param("bytes=-+4", id="14.1.1-plus-suffix"),
    pytest.param("bytes=1_0-2_0", id="14.1.1-underscore"),
    pytest.param("bytes=0-\N{SUPERSCRIPT FOUR}", id="14.1.1-superscript"),
    pytest.param("bytes=\u0660-\u0664", id="14.1.1-arabic-digits"),
    pytest.param("bytes=\uff10-\uff14", id="14.1.1-full-width-digits"),
    pytest.param("bytes=\N{NO-BREAK SPACE}0-4", id="14.1.1-no-break-space"),
    pytest.param("bytes=0-4\N{NO-BREAK SPACE}", id="14.1.1-no-break-space-behind"),
    pytest.param("bytes=0 -4", id="14.1.1-space-before-dash"),
    pytest.param("bytes=0- 4", id="14.1.1-space-behind-dash"),
    pytest.param("bytes=- 4", id="14.1.1-space-in-suffix"),
    pytest.param("bytes= 0-4", id="14.1.1-space-behind-equals"),
    pytest.param("bytes=\t0-4,", id="14.1.1-tab-behind-equals"),
    pytest.param("bytes =0-4", id="14.1-space-before-equals"),
    pytest.param(" bytes=0-4", id="14.1-space-before-unit"),
    pytest.param("bytes:0-4", id="14.1-colon"),
    pytest.param("bytes 0-4", id="14.1-no-equals"),
    pytest.param("bytes 0-4/10", id="14.4-content-range"),
    pytest.param("bytes==0-4", id="14.1-two-equals"),
    pytest.param("bytes=bytes=0-4", id="14.1-unit-twice"),
    pytest.param("bytes=0-4, bytes=6-9", id="14.1-two-lines-with-units"),
    pytest.param("bytes=0-4;6-9", id="14.1.1-semicolon"),
    pytest.param("bytes=0-4 6-9", id="5.6.1-no-comma"),
    pytest.param("bytes=0-4, abc", id="14.1.1-one-of-them-nonsense"),
    pytest.param("bytes=0-4,\n6-9", id="5.6.1-newline"),
    pytest.param("bytes=0-4,\x0b6-9", id="5.6.1-vertical-tab"),
    pytest.param("bytes=0-4\n", id="5.6.1-newline-at-the-end"),
    pytest.param("bytes=0-4\0", id="14.1.1-nul"),
    pytest.param('bytes="0-4"', id="14.1.1-quotes"),
    pytest.param("bytes=*", id="14.1.1-star"),
    pytest.param("byte=0-4", id="14.2-unit-cut-short"),
    pytest.param("bytess=0-4", id="14.2-unit-and-more"),
    pytest.param("byte\N{LATIN SMALL LETTER LONG S}=0-4", id="14.2-unit-with-a-long-s"),
    pytest.param("items=0-4", id="14.2-other-unit"),
    pytest.param("seconds=1-2", id="14.2-time"),
    pytest.param("none=0-4", id="14.2-none"),
    pytest.param("=0-4", id="14.2-no-unit"),
    pytest.param("0-4", id="14.2-neither-unit-nor-equals"),
]


@pytest.mark.parametrize("value", INVALID)
def test_invalid_is_ignored(value: str) -> None:
    assert parse_range(value) is None


def test_a_flood_is_ignored() -> None:
    many = ",".join(["0-4"] * MAX_SPECS)
    assert parse_range(f"bytes={many}") == (RangeSpec(0, 4),) * MAX_SPECS
    assert parse_range(f"bytes={many},0-4") is None
    assert parse_range("bytes=" + "," * 500 + "0-4" + "," * 500) == (RangeSpec(0, 4),)
    assert parse_range("bytes=" + "," * 100_000 + "0-4") is None


RESOLVED = [
    pytest.param(RangeSpec(0, 499), 1000, (0, 500), id="14.1.2-int-range"),
    pytest.param(RangeSpec(999, 999), 1000, (999, 1000), id="14.1.2-last-byte"),
    pytest.param(RangeSpec(500, 999), 1000, (500, 1000), id="14.1.2-up-to-the-end"),
    pytest.param(RangeSpec(500, 1000), 1000, (500, 1000), id="14.1.2-last-at-the-end"),
    pytest.param(RangeSpec(500, 2**64), 1000, (500, 1000), id="14.1.2-last-past-the-end"),
    pytest.param(RangeSpec(999), 1000, (999, 1000), id="14.1.2-open-ended-last-byte"),
    pytest.param(RangeSpec(0), 1000, (0, 1000), id="14.1.2-open-ended-all"),
    pytest.param(RangeSpec(1000), 1000, None, id="14.1.2-first-at-the-end"),
    pytest.param(RangeSpec(1000, 1000), 1000, None, id="14.1.2-both-at-the-end"),
    pytest.param(RangeSpec(2**64, 2**64), 1000, None, id="14.1.2-both-past-the-end"),
    pytest.param(RangeSpec(suffix=500), 1000, (500, 1000), id="14.1.2-suffix"),
    pytest.param(RangeSpec(suffix=1), 1000, (999, 1000), id="14.1.2-suffix-of-one"),
    pytest.param(RangeSpec(suffix=1000), 1000, (0, 1000), id="14.1.2-suffix-of-all"),
    pytest.param(RangeSpec(suffix=1001), 1000, (0, 1000), id="14.1.2-suffix-longer-than-all"),
    pytest.param(RangeSpec(suffix=2**64), 1000, (0, 1000), id="14.1.2-suffix-huge"),
    pytest.param(RangeSpec(suffix=0), 1000, None, id="14.1.2-suffix-of-nothing"),
    pytest.param(RangeSpec(0, 0), 1, (0, 1), id="one-byte-of-one"),
    pytest.param(RangeSpec(0), 0, None, id="14.1.2-empty-open-ended"),
    pytest.param(RangeSpec(0, 0), 0, None, id="14.1.2-empty-first-byte"),
    pytest.param(RangeSpec(suffix=1), 0, None, id="14.1.2-empty-suffix"),
    pytest.param(RangeSpec(0), 2**63, (0, 2**63), id="more-than-any-file"),
]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param(RangeSpec(0), True, id="14.1.2-open-ended"),
        pytest.param(RangeSpec(500), True, id="14.1.2-open-ended-later"),
        pytest.param(RangeSpec(0, 0), False, id="14.1.2-int-range"),
        pytest.param(RangeSpec(0, 2**64), False, id="14.1.2-last-past-the-end"),
        pytest.param(RangeSpec(suffix=0), False, id="14.1.2-suffix-of-nothing"),
        pytest.param(RangeSpec(suffix=5), False, id="14.1.2-suffix"),
    ],
)
def test_is_open(spec: RangeSpec, *, expected: bool) -> None:
    assert spec.is_open is expected


@pytest.mark.parametrize(
    ("length", "stop"), [(1, 6), (4, 9), (5, 10), (6, 10), (2**64, 10)], ids=str
)
def test_first(length: int, stop: int) -> None:
    assert ByteRange(5, 10).first(length) == ByteRange(5, stop)


@pytest.mark.parametrize(("spec", "size", "expected"), RESOLVED)
def test_resolve(spec: RangeSpec, size: int, expected: tuple[int, int] | None) -> None:
    assert spec.resolve(size) == (ByteRange(*expected) if expected else None)


SELECTED = [
    pytest.param("0-4", [(0, 5)], id="single"),
    pytest.param("0-4,6-9", [(0, 5), (6, 10)], id="15.3.7.2-apart"),
    pytest.param("6-9,0-4", [(6, 10), (0, 5)], id="15.3.7.2-order-asked"),
    pytest.param("20-,10-14,0-4", [(20, 100), (10, 15), (0, 5)], id="15.3.7.2-descending"),
    pytest.param("0-4,5-9", [(0, 10)], id="15.3.7.2-adjoining"),
    pytest.param("5-9,0-4", [(0, 10)], id="15.3.7.2-adjoining-backwards"),
    pytest.param("0-5,5-9", [(0, 10)], id="15.3.7.2-overlapping"),
    pytest.param("0-9,2-4", [(0, 10)], id="15.3.7.2-inside"),
    pytest.param("2-4,0-9", [(0, 10)], id="15.3.7.2-around"),
    pytest.param("0-4,0-4,0-4", [(0, 5)], id="15.3.7.2-repeated"),
    pytest.param("0-,0-,0-", [(0, 100)], id="cve-2011-3192"),
    pytest.param("0-4,8-9,4-8", [(0, 10)], id="15.3.7.2-third-bridges"),
    pytest.param("50-54,8-9,0-4,5-7", [(50, 55), (0, 10)], id="15.3.7.2-place-of-the-first-member"),
    pytest.param("0-4,50-54,5-9", [(0, 10), (50, 55)], id="15.3.7.2-later-member-joins-the-first"),
    pytest.param("0-0,-1", [(0, 1), (99, 100)], id="14.1.2-first-and-last"),
    pytest.param("-5,90-", [(90, 100)], id="15.3.7.2-suffix-inside"),
    pytest.param("0-4,100-", [(0, 5)], id="14.1.2-one-satisfiable"),
    pytest.param("100-,-0,6-9,200-300", [(6, 10)], id="14.1.2-one-satisfiable-among-many"),
    pytest.param("100-,-0", [], id="14.1.2-none-satisfiable"),
]


@pytest.mark.parametrize(("ranges", "expected"), SELECTED)
def test_select(ranges: str, expected: list[tuple[int, int]]) -> None:
    specs = parse_range(f"bytes={ranges}")
    assert specs is not None
    assert select(specs, 100) == tuple(ByteRange(*pair) for pair in expected)


@pytest.mark.parametrize(
    ("part", "size", "expected"),
    [
        pytest.param(ByteRange(0, 500), 1234, "bytes 0-499/1234", id="14.4-first-500"),
        pytest.param(ByteRange(734, 1234), 1234, "bytes 734-1233/1234", id="14.4-last-500"),
        pytest.param(ByteRange(0, 1), 1, "bytes 0-0/1", id="14.4-one-byte"),
        pytest.param(ByteRange(0, 2**63), 2**63, f"bytes 0-{2**63 - 1}/{2**63}", id="14.4-huge"),
    ],
)
def test_content_range(part: ByteRange, size: int, expected: str) -> None:
    assert part.content_range(size) == expected


@pytest.mark.parametrize("length", [1, 2**31, 2**63, 2**65])
def test_length_of_any_size(length: int) -> None:
    """More than ``len`` may tell, which on small machines ends at 2 GiB."""
    assert ByteRange(5, 5 + length).length == length


@given(strategies.ranges_and_sizes(strategies.sizes))
def test_agrees_with_a_plain_reader(case: tuple[str, int]) -> None:
    value, size = case
    asked = peers.asked_ranges(value, size)
    specs = parse_range(value)
    assert (specs is None) == (asked is None)
    if specs is not None and asked is not None:
        expected = [ByteRange(low, high + 1) for low, high in peers.coalesced(asked)]
        assert select(specs, size) == tuple(expected)


@given(st.text() | st.text("bytes=0123456789-, \t").map("bytes={}".format), strategies.sizes)
def test_any_text(value: str, size: int) -> None:
    specs = parse_range(value)
    assert (specs is None) == (peers.asked_ranges(value, size) is None)


_pairs = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda p: (p[0], p[0] + p[1]))


@given(st.lists(_pairs, min_size=1, max_size=12), st.integers(0, 60))
def test_selects_the_union_once(pairs: list[tuple[int, int]], size: int) -> None:
    found = select(tuple(RangeSpec(*pair) for pair in pairs), size)
    sent = [position for part in found for position in range(part.start, part.stop)]
    asked = {at for low, high in pairs for at in range(low, high + 1) if at < size}
    assert len(sent) == len(set(sent)) <= size
    assert set(sent) == asked
    # Nothing adjoins what is sent beside it,
    assert not {part.stop for part in found} & {part.start for part in found}
    # and each comes where its first member was asked for.
    first_asked = [
        next(place for place, (low, _) in enumerate(pairs) if part.start <= low < part.stop)
        for part in found
    ]
    assert first_asked == sorted(first_asked)


SHAPES = [
    pytest.param("", ",", id="commas"),
    pytest.param("", " ", id="spaces"),
    pytest.param("", " ,\t", id="spaces-and-commas"),
    pytest.param("0-4", " ", id="spaces-behind"),
    pytest.param("", "9", id="digits"),
    pytest.param("", "0", id="zeros"),
    pytest.param("-", "9", id="suffix-digits"),
    pytest.param("0-", "9", id="last-digits"),
    pytest.param("", "-", id="dashes"),
    pytest.param("", "0-", id="digits-and-dashes"),
    pytest.param("", "0-,", id="open-ended"),
    pytest.param("", "5-9,0-4,", id="overlapping"),
    pytest.param("", "0-4 ", id="no-commas"),
    pytest.param("", "9" * 1000 + "-,", id="many-digits-many-times"),
    pytest.param("", "bytes=", id="units"),
]


@pytest.mark.parametrize(("start", "shape"), SHAPES)
@pytest.mark.parametrize("end", ["", "x", "-"])
def test_work_is_linear(start: str, shape: str, end: str) -> None:
    def read(length: int) -> None:
        value = "bytes=" + start + shape * (length // len(shape)) + end
        if specs := parse_range(value):
            select(specs, 1000)

    assert_linear(read)


def test_digits_on_both_sides_are_linear() -> None:
    assert_linear(lambda length: parse_range(f"bytes={'9' * length}-{'9' * length}"))
    assert_linear(lambda length: parse_range(f"bytes={'9' * length}-{'9' * length}x"))


def test_selecting_is_linear_in_what_was_asked() -> None:
    """Up to sorting, which no list of this length makes felt."""

    def choose(length: int) -> None:
        count = min(length, 100_000)
        select(tuple(RangeSpec(start, start + 2) for start in range(3 * count, 0, -4)), 10**9)

    assert_linear(choose)
