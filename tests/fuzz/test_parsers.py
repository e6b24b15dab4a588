"""Every parser of bytes from outside, given what it is made for and what it stumbles over.

`make fuzz` tries a thousand inputs of each, and the other tests a hundred. What Hypothesis finds it
keeps in `.hypothesis`, and tries first the next time; what was worth finding stands in ``CORPUS``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue.pagination import BadCursor, decode_cursor
from quart_video.catalogue.sidecars.titles import title_of
from quart_video.catalogue.text import terms
from quart_video.catalogue.text.natural import natural_key
from quart_video.http import RequestFacts, parse_host
from quart_video.http.dates import parse_date
from quart_video.media import Failed
from quart_video.media.subtitles.convert import convert
from quart_video.storage.base import BadName
from quart_video.storage.names import split_path
from quart_video.web.formatting import parse_time
from tests.fuzz import targets
from tests.fuzz.targets import NOW, SIZE

CORPUS = {
    "range": [
        *("bytes=0-", "bytes=-1", "bytes=0-0,-1", "bytes=, 0-4 ,", "BYTES=5-3", "bytes=1-2,1-2"),
        *("bytes=" + "0-," * 50, "bytes=" + "9" * 5000 + "-", "bytes=\u0661-", "items=0-1"),
    ],
    "tags": ["*", '"a"', 'W/"a", "b"', '"a,b"', '"', "W/", ',,"a",,', '"\xff"', '"a""a"'],
    "dates": [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Mon, 31 Feb 2000 00:00:60 GMT",
        "Fri, 31 Dec 9999 23:59:60 GMT",
    ],
    "captions": [
        "1\n00:00:01,000 --> 00:00:02,000\n<b>a {\\an8}\n\n",
        "WEBVTT\n\nSTYLE\n::cue{}\n\n00:01.000 --> 00:02.000 line:0\n<v A>a</v>\n",
        "[Events]\nFormat: Start, End, Text\nDialogue: 0:00:01.00,0:00:02.00,{\\b1}a\\N",
        '<tt xmlns="http://www.w3.org/ns/ttml"><body><p begin="1s" end="2s">a</p></body></tt>',
        "\0\x80",
        "<SAMI><BODY><SYNC Start=1><P>a<SYNC Start=2000><P>&nbsp;</BODY></SAMI>",
        "{1}{50}a|b\n",
    ],
    "names": [
        *("clip 10.mp4", "BigBuckBunny", "\u0661\u0662", "\u0130\u0131", "e\u0301", "\u6f22\u5b57"),
        *("a" * 255, "1a" * 100, "..", "a/../b", "\ufffd", "\ud800", "\0", "C:\\", "-"),
    ],
    "hosts": ["localhost:80", "[::1]", "a_b", "[v1.x]", "a..b", "127.0.0.1.", "\u2024"],
    "times": ["1h2m3s", "90", "1:02:03.5", "-1", "1e9", "nan", "\u0661"],
}


def like(*kinds: str) -> st.SearchStrategy[str]:
    """Make texts of pieces of the corpus, put together and broken in any way."""
    whole = [text for kind in kinds for text in CORPUS[kind]]
    pieces = sorted({text[at : at + 6] for text in whole for at in range(0, len(text), 3)})
    part = st.sampled_from(whole) | st.sampled_from(pieces) | st.text(max_size=4)
    return st.sampled_from(whole) | st.lists(part, max_size=12).map("".join)


anything = like(*CORPUS)
maybe = st.none()


@given(
    st.builds(
        RequestFacts,
        method=st.sampled_from(["GET", "HEAD", "POST", "OPTIONS"]),
        now=st.just(NOW),
        if_match=maybe | like("tags", "dates"),
        if_none_match=maybe | like("tags"),
        if_modified_since=maybe | like("dates"),
        if_unmodified_since=maybe | like("dates"),
        if_range=maybe | like("tags", "dates"),
        range=maybe | like("range"),
        fetch_dest=maybe | st.sampled_from(["video", "empty", "\0"]),
        open_range_limit=maybe | st.integers(1, 2 * SIZE),
    ),
    st.integers(0, SIZE) | st.none(),
    st.none() | st.integers(-(10**12), 10**12),
)
def test_an_answer_holds_together(
    request: RequestFacts, size: int | None, modified: int | None
) -> None:
    targets.check_answer(request, size, modified)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("dates", ["dates"]),
        ("cursors", [*CORPUS]),
        ("signatures", [*CORPUS]),
        ("hosts", ["hosts"]),
        ("paths", ["names"]),
        ("searches", ["names", "times"]),
        ("names_for_people", ["names", "captions"]),
        ("times", ["times"]),
        ("box_headers", ["captions"]),
    ],
)
def test_texts(name: str, kinds: list[str]) -> None:
    @given(like(*kinds))
    def each(text: str) -> None:
        targets.TARGETS[name](text.encode("utf-8", "surrogatepass"))

    each()


@given(like("names"), like("names"))
def test_orders(one: str, other: str) -> None:
    targets.check_order(one, other)


@given(like("names", "captions"), st.floats() | st.none())
def test_playlists(title: str, duration: float | None) -> None:
    targets.check_playlist(title, duration)


@given(like("names", "captions"), like("names", "captions"), st.integers(-(2**63), 2**63))
def test_feeds(title: str, url: str, modified: int) -> None:
    targets.check_feeds(title, url, modified)


@given(st.lists(like("names"), max_size=5))
def test_marks(parts: list[str]) -> None:
    targets.check_marks(parts)


@given(like("captions"), st.sampled_from(["utf-8", "utf-16", "cp1252", "utf-8-sig"]))
def test_captions(text: str, encoding: str) -> None:
    targets.check_captions(text.encode(encoding, "ignore"))


@given(st.binary(max_size=200))
def test_boxes(data: bytes) -> None:
    targets.box_headers(data)


def _no_other_error(call: Callable[[str], object], text: str) -> None:
    with suppress(BadName, BadCursor, Failed, ValueError):
        call(text)


@pytest.mark.parametrize("text", [text for kind in CORPUS.values() for text in kind])
def test_the_corpus_by_itself(text: str) -> None:
    """What is meant for one parser is given to all."""
    for call in (
        parse_host,
        split_path,
        natural_key,
        terms.searched,
        parse_time,
        title_of,
        lambda each: parse_date(each, now=NOW),
        lambda each: decode_cursor("name", each),
        lambda each: convert(each.encode("utf-8", "ignore")),
    ):
        _no_other_error(call, text)
