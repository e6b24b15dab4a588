"""RFC 9110 section 8.8.3, and the lists of sections 5.6.1, 13.1.1 and 13.1.2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.http.validators import EntityTag, parse_tag, parse_tags
from tests.http.effort import assert_linear
from tests.http.strategies import tags as any_tag

A, B, WEAK_A = EntityTag("a"), EntityTag("b"), EntityTag("a", weak=True)

ONE = [
    pytest.param('"xyzzy"', EntityTag("xyzzy"), id="8.8.3-strong"),
    pytest.param('W/"xyzzy"', EntityTag("xyzzy", weak=True), id="8.8.3-weak"),
    pytest.param('""', EntityTag(""), id="8.8.3-empty"),
    pytest.param('W/""', EntityTag("", weak=True), id="8.8.3-weak-empty"),
    pytest.param('"a,b"', EntityTag("a,b"), id="8.8.3-comma"),
    pytest.param('"W/"', EntityTag("W/"), id="8.8.3-weak-mark-inside"),
    pytest.param(r'"a\b"', EntityTag(r"a\b"), id="8.8.3-backslash-is-no-escape"),
    pytest.param('"!#~*"', EntityTag("!#~*"), id="8.8.3-etagc-edges"),
    pytest.param('"\x80\xe9\xff"', EntityTag("\x80\xe9\xff"), id="8.8.3-obs-text"),
    pytest.param(f'"{"x" * 9999}"', EntityTag("x" * 9999), id="8.8.3-long"),
]


@pytest.mark.parametrize(("value", "expected"), ONE)
def test_one_tag(value: str, expected: EntityTag) -> None:
    assert parse_tag(value) == expected
    assert parse_tags(value) == (expected,)


NONE = [
    pytest.param("xyzzy", id="8.8.3-unquoted"),
    pytest.param('w/"xyzzy"', id="8.8.3-lower-case-weak"),
    pytest.param('W "xyzzy"', id="8.8.3-weak-without-slash"),
    pytest.param('W/ "xyzzy"', id="8.8.3-space-after-weak"),
    pytest.param("W/xyzzy", id="8.8.3-weak-unquoted"),
    pytest.param("W/", id="8.8.3-weak-of-nothing"),
    pytest.param('W/W/"xyzzy"', id="8.8.3-weak-twice"),
    pytest.param("'xyzzy'", id="8.8.3-single-quotes"),
    pytest.param('"', id="8.8.3-one-quote"),
    pytest.param('"xyzzy', id="8.8.3-unclosed"),
    pytest.param('xyzzy"', id="8.8.3-unopened"),
    pytest.param('"xy zzy"', id="8.8.3-space-inside"),
    pytest.param('"xy\tzzy"', id="8.8.3-tab-inside"),
    pytest.param('"xy"zzy"', id="8.8.3-quote-inside"),
    pytest.param(r'"xy\"zzy"', id="8.8.3-escaped-quote-inside"),
    pytest.param('"xy\x7fzzy"', id="8.8.3-delete-inside"),
    pytest.param('"xy\x00zzy"', id="8.8.3-nul-inside"),
    pytest.param('"xy\u0100zzy"', id="8.8.3-beyond-latin-1"),
    pytest.param('"xyzzy"\n', id="8.8.3-newline-behind"),
    pytest.param("*", id="13.1.1-star-is-no-tag"),
    pytest.param('*, "a"', id="13.1.1-star-in-a-list"),
    pytest.param('"a", *', id="13.1.1-star-at-the-end"),
    pytest.param('"a" "b"', id="5.6.1-no-comma"),
    pytest.param('"a""b"', id="5.6.1-nothing-between"),
    pytest.param('"a"; "b"', id="5.6.1-semicolon"),
    pytest.param('"a", b', id="5.6.1-second-is-none"),
    pytest.param('"a",\n"b"', id="5.6.1-newline-between"),
    pytest.param('"a",\xa0"b"', id="5.6.1-no-break-space-between"),
    pytest.param('"a" x, "b"', id="5.6.1-word-between"),
]


@pytest.mark.parametrize("value", NONE)
def test_no_tag(value: str) -> None:
    assert parse_tag(value) is None
    assert parse_tags(value) is None


LISTS = [
    pytest.param("", (), id="5.6.1-empty"),
    pytest.param(",", (), id="5.6.1.2-only-a-comma"),
    pytest.param(" , ,\t,, ", (), id="5.6.1.2-only-commas"),
    pytest.param('"a", "b"', (A, B), id="5.6.1-comma-space"),
    pytest.param('"a","b"', (A, B), id="5.6.1-comma"),
    pytest.param('"a" ,"b"', (A, B), id="5.6.1-space-comma"),
    pytest.param('"a"\t \t,\t "b"', (A, B), id="5.6.1-tabs"),
    pytest.param(', "a"', (A,), id="5.6.1.2-empty-first"),
    pytest.param('"a",', (A,), id="5.6.1.2-empty-last"),
    pytest.param('"a" , ', (A,), id="5.6.1.2-empty-last-with-space"),
    pytest.param('"a", , ,,"b"', (A, B), id="5.6.1.2-empty-between"),
    pytest.param('"a", W/"a"', (A, WEAK_A), id="13.1.2-strong-and-weak"),
    pytest.param('"b", "a", "b"', (B, A, B), id="5.6.1-order-and-repeats"),
    pytest.param('"a,b"', (EntityTag("a,b"),), id="13.1.2-commas-in-tag"),
    pytest.param('",", "a"', (EntityTag(","), A), id="13.1.2-tag-of-a-comma"),
    pytest.param('"a,W/", "b"', (EntityTag("a,W/"), B), id="13.1.2-commas-and-weak-in-tag"),
]


@pytest.mark.parametrize(("value", "expected"), LISTS)
def test_list(value: str, expected: tuple[EntityTag, ...]) -> None:
    assert parse_tags(value) == expected


@pytest.mark.parametrize("value", ['"a", "b"', '"a",', ',"a"', ' "a"', '"a" ', ""])
def test_list_is_no_single_tag(value: str) -> None:
    assert parse_tag(value) is None


# The table of section 8.8.3.2.
COMPARED = [
    pytest.param('W/"1"', 'W/"1"', False, True, id="8.8.3.2-both-weak"),
    pytest.param('W/"1"', 'W/"2"', False, False, id="8.8.3.2-both-weak-and-different"),
    pytest.param('W/"1"', '"1"', False, True, id="8.8.3.2-one-weak"),
    pytest.param('"1"', '"1"', True, True, id="8.8.3.2-both-strong"),
    pytest.param('"1"', '"2"', False, False, id="different"),
    pytest.param('"a"', '"A"', False, False, id="8.8.3-case-sensitive"),
    pytest.param('""', '""', True, True, id="8.8.3-both-empty"),
]


@pytest.mark.parametrize(("one", "other", "strongly", "weakly"), COMPARED)
def test_comparison(*, one: str, other: str, strongly: bool, weakly: bool) -> None:
    left, right = parse_tag(one), parse_tag(other)
    assert left is not None
    assert right is not None
    assert left.matches_strongly(right) is right.matches_strongly(left) is strongly
    assert left.matches_weakly(right) is right.matches_weakly(left) is weakly


@given(any_tag)
def test_round_trip_of_one(tag: EntityTag) -> None:
    assert parse_tag(str(tag)) == tag


@given(st.lists(any_tag), st.text(" \t,"), st.text(" \t,"), st.sampled_from([",", ", ", " ,\t,"]))
def test_round_trip_of_a_list(
    tags: list[EntityTag], before: str, behind: str, separator: str
) -> None:
    written = separator.join(map(str, tags))
    assert parse_tags(written) == tuple(tags)
    assert parse_tags(f"{before}{written},{behind}") == tuple(tags)


@given(st.text() | st.text('"W/, \ta\x7f'))
def test_any_text(value: str) -> None:
    """What is read as tags was written as tags: nothing is made up, nothing left out."""
    tags = parse_tags(value)
    if tags is not None:
        assert [character for character in value if character not in ", \t"] == [
            character for character in "".join(map(str, tags)) if character not in ", \t"
        ]
    if (tag := parse_tag(value)) is not None:
        assert tags == (tag,)


SHAPES = [
    pytest.param("", ",", id="commas"),
    pytest.param("", " ", id="spaces"),
    pytest.param("", '"', id="quotes"),
    pytest.param('"', "a", id="unclosed"),
    pytest.param('"a', ",", id="commas-unclosed"),
    pytest.param("", "W/", id="weak-marks"),
    pytest.param("", 'W/"', id="weak-quotes"),
    pytest.param("", '"a",', id="tags"),
    pytest.param("", '"a" ', id="tags-without-commas"),
    pytest.param('"a"', " ", id="spaces-before-no-comma"),
    pytest.param('"a"', "\t ,", id="spaces-and-commas"),
    pytest.param("", '"a"' + " " * 50 + ",", id="tags-and-many-spaces"),
]


@pytest.mark.parametrize(("start", "shape"), SHAPES)
@pytest.mark.parametrize("end", ["", "x"])
def test_work_is_linear(start: str, shape: str, end: str) -> None:
    assert_linear(lambda length: parse_tags(start + shape * (length // len(shape)) + end))
    assert_linear(lambda length: parse_tag(start + shape * (length // len(shape)) + end))
