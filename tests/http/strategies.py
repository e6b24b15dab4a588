"""What hypothesis draws: field values from right to nonsense, and facts of any size.

Most of what is drawn is right, or nearly so: nonsense is refused at the first character, and what
lies behind would never be tried. ``test_plan`` checks that every kind of answer is reached.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from quart_video.http import EntityTag, MediaFacts, RequestFacts
from tests.http.make import (
    ASCTIME,
    BOUNDARY,
    EARLIER,
    IMF,
    LATER,
    MODIFIED,
    NOW,
    RFC850,
    STRONG,
    WEAK,
)

small_sizes = st.integers(0, 60)
sizes = st.one_of(
    small_sizes,
    st.sampled_from([2**31 - 1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63]),
    st.integers(0, 2**63),
)

_blanks = st.sampled_from(["", "", "", " ", "\t", " \t "])
_commas = st.tuples(_blanks, st.sampled_from([",", ",", ",", ", ,"]), _blanks).map("".join)
_written = st.sampled_from(["{}", "{}", "{}", "{}", "{:030}", "{:05000}"])
_mistakes = st.sampled_from(
    [
        "-",
        "x",
        "+1-2",
        "1_0-",
        "1-2-3",
        "0 -4",
        "9-8",
        "\N{SUPERSCRIPT TWO}-",
        "\N{NO-BREAK SPACE}0-4",
    ]
)


def _weighed(*choices: tuple[int, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Draw from one of several, each as often as its weight says; ``one_of`` drops repeats."""
    return st.sampled_from([choice for weight, choice in choices for _ in range(weight)]).flatmap(
        lambda choice: choice
    )


@st.composite
def _specs(draw: st.DrawFn, size: int) -> str:
    """Draw one range-spec, of a place in a file of *size*, around its edges or far behind."""
    near = st.integers(0, min(size, 60))
    edge = st.integers(max(size - 20, 0), size + 2)
    huge = st.integers(0, 2**65) | st.just(10**4000)
    first = draw(_weighed((12, near), (4, edge), (1, huge)))
    last = first + draw(_weighed((12, st.integers(0, 3)), (2, near), (1, huge)))
    numbers = [draw(_written).format(number) for number in (first, last)]
    kind = draw(st.sampled_from(["{0}-{1}"] * 12 + ["{0}-", "-{0}"]))
    return kind.format(*numbers)


@st.composite
def range_fields(draw: st.DrawFn, size: int) -> str:
    """Draw a ``Range`` field of nine range-specs at most."""
    specs = [draw(_specs(size)) for _ in range(draw(st.integers(1, 8)))]
    unit = "bytes="
    if draw(st.integers(0, 5)) == 5:
        unit = draw(st.sampled_from([unit, unit, "Bytes=", "BYTES=", "items=", "bytes =", ""]))
        specs.insert(draw(st.integers(0, len(specs))), draw(_mistakes | st.just("")))
    value = draw(st.sampled_from(["", "", "", ",", " ,", " "]))
    for spec in specs[:-1]:
        value += spec + draw(_commas)
    return unit + value + specs[-1] + draw(st.sampled_from(["", "", "", " ,", ",,"]))


def ranges_and_sizes(of: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[str, int]]:
    """Draw a ``Range`` field and the size of the file that it is about."""
    return of.flatmap(lambda size: st.tuples(range_fields(size), st.just(size)))


_etagc = st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters='"\x7f')
tags = st.builds(EntityTag, st.text(_etagc, max_size=8), weak=st.booleans())

_words = st.sampled_from(
    ["bytes", "=", "-", ",", " ", "\t", '"', "W/", "w/", "*", '"v1"', "0", "9" * 20, "\0", "\r\n"]
)
_dates = st.sampled_from([IMF, RFC850, ASCTIME, EARLIER, LATER])
_tag_lists = st.one_of(
    st.sampled_from(["*", '"v1"', 'W/"v1"', '"v0", "v1"', '"v2"']),
    st.lists(tags.map(str), max_size=4).map(", ".join),
)
_nonsense = st.text(max_size=30) | st.lists(_words | _dates, max_size=10).map("".join)


def _perhaps(value: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    """Draw a field that is mostly absent, else right, or neither."""
    return _weighed((12, st.none()), (4, value), (1, _nonsense))


_methods = _weighed(
    (12, st.just("GET")),
    (4, st.sampled_from(["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"])),
    (1, st.text(max_size=8)),
)


@st.composite
def questions(draw: st.DrawFn) -> tuple[RequestFacts, MediaFacts]:
    """Draw a request and the media that it is about."""
    size = draw(_weighed((8, small_sizes), (4, sizes), (1, st.none())))
    ranges = range_fields(60 if size is None else size)
    media = MediaFacts(
        size=size,
        media_type=draw(st.sampled_from([None, "video/mp4", "text/vtt; charset=utf-8"])),
        etag=draw(_weighed((8, st.just(STRONG)), (1, st.sampled_from([WEAK, None])), (1, tags))),
        modified=draw(
            _weighed(
                (8, st.just(MODIFIED)),
                (2, st.sampled_from([NOW, None])),
                (1, st.integers(0, 2**33)),
                (1, st.integers(-(2**70), 2**70)),
            )
        ),
    )
    request = RequestFacts(
        method=draw(_methods),
        now=draw(_weighed((8, st.just(NOW)), (1, st.integers(0, 2**33)))),
        if_match=draw(_perhaps(_tag_lists)),
        if_none_match=draw(_perhaps(_tag_lists)),
        if_modified_since=draw(_perhaps(_dates)),
        if_unmodified_since=draw(_perhaps(_dates)),
        if_range=draw(_perhaps(_tag_lists | _dates)),
        range=draw(_weighed((2, ranges), (1, _perhaps(ranges)))),
        open_range_limit=draw(_weighed((4, st.none()), (1, st.integers(1, 80)))),
    )
    return request, media


boundaries = st.sampled_from([BOUNDARY, "0", "a" * 70])
