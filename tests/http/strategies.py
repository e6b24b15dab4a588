"""What hypothesis draws: field values from nearly right to nonsense, and facts of any size."""

from __future__ import annotations

from hypothesis import strategies as st

from quart_video.http import EntityTag, MediaFacts, RequestFacts
from tests.http.make import ASCTIME, BOUNDARY, EARLIER, IMF, LATER, RFC850

ETAGC = st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters='"\x7f')

tags = st.builds(EntityTag, st.text(ETAGC, max_size=8), weak=st.booleans())

sizes = st.one_of(
    st.integers(0, 40),
    st.sampled_from([2**31 - 1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63]),
    st.integers(0, 2**63),
)

_numbers = st.one_of(
    st.integers(0, 45).map(str),
    st.integers(0, 2**64 + 5).map(str),
    st.integers(0, 45).map("{:030}".format),
    st.sampled_from(["9" * 25, "9" * 5000, "0" * 5000, "1" + "0" * 4999]),
)
_specs = st.one_of(
    st.tuples(_numbers, _numbers).map("-".join),
    _numbers.map("{}-".format),
    _numbers.map("-{}".format),
)
_spaces = st.sampled_from(["", "", "", " ", "\t", " \t "])
_commas = st.tuples(_spaces, st.just(","), _spaces).map("".join)
_mistakes = st.sampled_from(
    ["", "-", "x", "+1-2", "1_0-", "1-2-3", "0 -4", "\N{SUPERSCRIPT TWO}-", "\N{NO-BREAK SPACE}0-4"]
)


@st.composite
def range_fields(draw: st.DrawFn) -> str:
    """Draw a ``Range`` field, mostly right, of some ten range-specs at most."""
    unit = draw(st.sampled_from(["bytes=", "bytes=", "bytes=", "Bytes=", "BYTES=", "items=", ""]))
    element = st.one_of(_specs, _specs, _specs, _specs, _mistakes)
    value = draw(_spaces)
    for text in draw(st.lists(element, min_size=1, max_size=10)):
        value += text + draw(_commas)
    return unit + (value if draw(st.booleans()) else value.strip(" \t,"))


_dates = st.sampled_from([IMF, RFC850, ASCTIME, EARLIER, LATER])
_words = st.sampled_from(
    ["bytes", "=", "-", ",", " ", "\t", '"', "W/", "w/", "*", '"v1"', "0", "9" * 20, "\0", "\r\n"]
)
field_values = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.lists(_words | _dates, max_size=10).map("".join),
    range_fields(),
    st.lists(tags.map(str), max_size=4).map(", ".join),
)

methods = st.one_of(
    st.sampled_from(["GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"]),
    st.text(max_size=8),
)

requests = st.builds(
    RequestFacts,
    method=methods,
    now=st.integers(0, 2**33),
    if_match=field_values,
    if_none_match=field_values,
    if_modified_since=field_values,
    if_unmodified_since=field_values,
    if_range=field_values,
    range=field_values,
)

media = st.builds(
    MediaFacts,
    size=st.none() | sizes,
    media_type=st.sampled_from([None, "video/mp4", "text/vtt; charset=utf-8"]),
    etag=st.none() | tags,
    modified=st.one_of(st.none(), st.integers(-(2**70), 2**70), st.integers(0, 2**33)),
)

boundaries = st.sampled_from([BOUNDARY, "0", "a" * 70])
