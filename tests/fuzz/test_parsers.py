"""Every parser of bytes from outside, given what it is made for and what it stumbles over.

`make fuzz` tries a thousand inputs of each, and the other tests a hundred. What Hypothesis finds it
keeps in `.hypothesis`, and tries first the next time; what was worth finding stands in ``CORPUS``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue.pagination import BadCursor, decode_cursor, encode_cursor
from quart_video.catalogue.sidecars.languages import language_of, normalise_tag
from quart_video.catalogue.sidecars.marks import read_marks
from quart_video.catalogue.sidecars.titles import title_of
from quart_video.catalogue.text import terms, words
from quart_video.catalogue.text.natural import name_bytes, natural_key
from quart_video.catalogue.types import SORTS
from quart_video.http import (
    ByteRange,
    EntityTag,
    MediaFacts,
    RequestFacts,
    content_disposition,
    parse_host,
    plan,
)
from quart_video.http.dates import format_date, parse_date
from quart_video.media import Failed
from quart_video.media.subtitles.convert import convert
from quart_video.policy.url_signer import UrlSigner
from quart_video.remux.boxes import boxes
from quart_video.storage.base import BadName
from quart_video.storage.names import MAX_PATH_BYTES, name_problem, split_path
from quart_video.web import m3u, rss, xspf
from quart_video.web.formatting import for_terminal, parse_time
from quart_video.web.tracks import Track

NOW = 1_800_000_000
SIZE = 1000

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
    media = MediaFacts(size, "video/mp4", EntityTag("a"), modified)
    answer = plan(request, media, boundary="boundary")
    fields = dict(answer.fields)
    assert answer.status in {200, 206, 304, 412, 416}
    sent = [each for each in answer.segments if isinstance(each, ByteRange)]
    if size is not None:
        assert all(0 <= each.start < each.stop <= size for each in sent)
        assert sum(each.stop - each.start for each in sent) <= size
    if answer.segments and "Content-Length" in fields:
        assert int(fields["Content-Length"]) == answer.length
    assert request.method != "HEAD" or not answer.segments
    assert answer.status != 206 or request.method == "GET"
    assert all("\n" not in value and "\r" not in value for value in fields.values())


@given(like("dates"))
def test_dates(text: str) -> None:
    seconds = parse_date(text, now=NOW)
    if seconds is not None:
        written = format_date(seconds)
        assert written is None or parse_date(written, now=NOW) == seconds


@given(st.sampled_from(SORTS), anything)
def test_cursors(sort: Any, text: str) -> None:
    with suppress(BadCursor):
        assert encode_cursor(sort, decode_cursor(sort, text)) == text


@given(anything, anything)
def test_signatures(token: str, path: str) -> None:
    signer = UrlSigner(["k" * 32], "video")
    assert signer.problem("media", path, token, now=0, client="192.0.2.1")


@given(like("hosts"))
def test_hosts(text: str) -> None:
    host = parse_host(text)
    assert host is None or parse_host(str(host)) == host


@given(like("names"))
def test_paths(text: str) -> None:
    try:
        components = split_path(text)
    except BadName:
        return
    assert "/".join(components) == text
    assert len(text.encode()) <= MAX_PATH_BYTES
    assert not any(map(name_problem, components))


@given(like("names"), like("names"))
def test_orders(one: str, other: str) -> None:
    assert (natural_key(one) == natural_key(other)) == (one == other)
    if not {"\0", "\ud800"} & {*one, *other} and one.isprintable() and other.isprintable():
        assert (name_bytes(one) < name_bytes(other)) == (
            [part.encode() for part in natural_key(one)]
            < [part.encode() for part in natural_key(other)]
        )


@given(like("names", "times"))
def test_searches(text: str) -> None:
    typed = [word for term in terms.searched(text) or () for word in term.words]
    assert len(typed) <= terms.MOST_WORDS
    assert all(word and " " not in word for word in typed)
    assert words.words_of(text) == "" or words.words_of(text).startswith(" ")


@given(like("names", "captions"), st.floats() | st.none())
def test_playlists(title: str, duration: float | None) -> None:
    with suppress(ValueError, OverflowError):  # no length of a video
        written = m3u.write(title, [Track("http://localhost/a", title, "/a", duration)])
        assert len(written.splitlines()) == 4


@given(like("names", "captions"), like("names", "captions"), st.integers(-(2**63), 2**63))
def test_feeds(title: str, url: str, modified: int) -> None:
    """Each is XML, and no text in it becomes anything else; but for what XML cannot hold."""
    channel = rss.Channel(title, title, url, url, url, "en")
    episode = rss.Episode(title, url, url, title, modified, url, 1, title, 1.5, url, 640)
    playlist = ET.fromstring(xspf.write(title, [Track(url, title, url)]).encode())
    assert len(playlist) == 2
    feed = ET.fromstring(rss.write(channel, [episode]).encode())[0]
    assert [child.tag for child in feed][-1] == "item"
    if title.isprintable() and url.isprintable():
        assert (playlist[0].text or "") == (feed.findtext("item/title") or "") == title
        enclosure = feed.find("item/enclosure")
        assert enclosure is not None
        assert enclosure.get("url") == url


@given(like("names", "captions"))
def test_names_for_people(text: str) -> None:
    assert title_of(text) or not text
    shown = for_terminal(text)
    assert "\x1b" not in shown
    assert all(
        character not in value
        for character in "\r\n\0"
        for value in [content_disposition("attachment", text)]
    )


@given(st.lists(like("names"), max_size=5))
def test_marks(parts: list[str]) -> None:
    marks = read_marks(parts)
    assert marks.label
    for part in parts:
        language_of(part)
        tag = normalise_tag(part)
        assert tag is None or normalise_tag(tag) == tag


@given(like("times"))
def test_times(text: str) -> None:
    seconds = parse_time(text)
    assert seconds is None or 0 <= seconds < float("inf")


@given(like("captions"), st.sampled_from(["utf-8", "utf-16", "cp1252", "utf-8-sig"]))
def test_captions(text: str, encoding: str) -> None:
    data = text.encode(encoding, "ignore")
    with suppress(Failed):
        written = convert(data)
        assert written.startswith("WEBVTT")
        assert written.count("-->") >= 1
        assert "\0" not in written


@given(st.binary(max_size=200) | like("captions").map(lambda text: text.encode("utf-8", "ignore")))
def test_boxes(data: bytes) -> None:
    with suppress(ValueError):
        stop = 0
        for found in boxes(data):
            assert found.start == stop
            assert found.start < found.content <= found.stop <= len(data)
            stop = found.stop
        assert stop == len(data)


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
