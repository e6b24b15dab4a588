"""The whole decision: RFC 9110 sections 13.2.2, 14.2, 15.3.7, 15.4.5 and 15.5.17."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from quart_video.http import ByteRange, EntityTag, MediaFacts, Plan, RequestFacts, likely, plan
from quart_video.http.ranges import MAX_PARTS, MAX_SPECS
from tests.http import peers, strategies
from tests.http.effort import assert_linear
from tests.http.make import (
    BOUNDARY,
    EARLIER,
    IMF,
    LATER,
    MODIFIED,
    NOW,
    a_media,
    a_request,
    answer,
    fields_of,
    ranges_of,
)

VALIDATORS = {"ETag": '"v1"', "Last-Modified": IMF}
WHOLE = {
    "Accept-Ranges": "bytes",
    "Content-Type": "video/mp4",
    **VALIDATORS,
    "Content-Length": "1000",
}


def test_200() -> None:
    decided = answer(a_request(), a_media())
    assert decided.status == 200
    assert fields_of(decided) == WHOLE
    assert decided.segments == (ByteRange(0, 1000),)
    assert decided.reads_media


def test_200_of_head() -> None:
    """The fields of a GET, exactly, and nothing to send (section 9.3.2)."""
    decided = answer(a_request("HEAD"), a_media())
    assert decided.status == 200
    assert fields_of(decided) == WHOLE
    assert decided.segments == ()
    assert not decided.reads_media


def test_200_of_an_empty_file() -> None:
    decided = answer(a_request(), a_media(size=0))
    assert decided.status == 200
    assert fields_of(decided) == {**WHOLE, "Content-Length": "0"}
    assert decided.segments == ()


def test_200_of_a_length_that_nobody_knows() -> None:
    decided = answer(a_request(range="bytes=0-4"), a_media(size=None))
    assert decided.status == 200
    assert fields_of(decided) == {"Content-Type": "video/mp4", **VALIDATORS}


def test_206() -> None:
    """Section 15.3.7: all that a 200 would say, and which part this is."""
    decided = answer(a_request(range="bytes=0-499"), a_media())
    assert decided.status == 206
    assert fields_of(decided) == {
        **WHOLE,
        "Content-Range": "bytes 0-499/1000",
        "Content-Length": "500",
    }
    assert decided.segments == (ByteRange(0, 500),)
    assert decided.reads_media


def test_206_of_several_parts() -> None:
    decided = answer(a_request(range="bytes=-1,0-0"), a_media())
    assert decided.status == 206
    assert list(fields_of(decided).items()) == [
        ("Accept-Ranges", "bytes"),
        ("Content-Type", f"multipart/byteranges; boundary={BOUNDARY}"),
        *VALIDATORS.items(),
        ("Content-Length", str(sent(decided))),
    ]
    assert ranges_of(decided) == [(999, 1000), (0, 1)]
    assert decided.reads_media


def test_304() -> None:
    """Section 15.4.5: the tag; nothing that describes content, no length of 0, nothing to send."""
    decided = answer(a_request(if_none_match='"v1"'), a_media())
    assert decided == Plan(304, (("ETag", '"v1"'),))
    assert not decided.reads_media


def test_304_without_a_tag() -> None:
    decided = answer(a_request(if_modified_since=IMF), a_media(etag=None))
    assert decided == Plan(304, (("Last-Modified", IMF),))


def test_412() -> None:
    decided = answer(a_request(if_match='"v2"'), a_media())
    assert decided == Plan(412, (("Content-Length", "0"),))


@pytest.mark.parametrize("size", [0, 1, 1000, 2**63])
def test_416(size: int) -> None:
    """Section 15.5.17."""
    decided = answer(a_request(range="bytes=-0"), a_media(size=size))
    fields = fields_of(decided)
    assert decided.status == 416
    assert fields["Content-Range"] == f"bytes */{size}"
    assert fields["Accept-Ranges"] == "bytes"
    assert int(fields["Content-Length"]) == sent(decided)
    assert not decided.reads_media
    assert not {"ETag", "Last-Modified"} & set(fields), "they would describe the error's text"


def sent(decided: Plan) -> int:
    """Return how many bytes the segments are together."""
    lengths = [len(s) if isinstance(s, bytes) else s.stop - s.start for s in decided.segments]
    return sum(lengths)


WEAK: dict[str, Any] = {"etag": EntityTag("v1", weak=True)}
EMPTY: dict[str, Any] = {"size": 0}
LAST_MODIFIED = [
    pytest.param({}, IMF, id="8.8.2-past"),
    pytest.param({"modified": None}, None, id="8.8.2-none"),
    pytest.param({"modified": NOW - 1}, "Sun, 22 Nov 2026 13:34:55 GMT", id="8.8.2.2-last-second"),
    pytest.param({"modified": NOW}, "Sun, 22 Nov 2026 13:34:55 GMT", id="8.8.2.2-this-second"),
    pytest.param({"modified": NOW + 1}, "Sun, 22 Nov 2026 13:33:56 GMT", id="8.8.2.1-next-second"),
    pytest.param({"modified": 2**70}, "Sun, 22 Nov 2026 13:33:56 GMT", id="8.8.2.1-far-future"),
    pytest.param({"modified": -1}, "Wed, 31 Dec 1969 23:59:59 GMT", id="before-the-epoch"),
    pytest.param({"modified": -(2**70)}, None, id="before-the-first-year"),
]


@pytest.mark.parametrize(("facts", "expected"), LAST_MODIFIED)
def test_last_modified(facts: dict[str, Any], expected: str | None) -> None:
    decided = answer(a_request(), a_media(**facts))
    assert fields_of(decided).get("Last-Modified") == expected


@pytest.mark.parametrize(
    "request_fields", [{}, {"range": "bytes=0-4"}, {"range": "bytes=0-4,6-9"}], ids=str
)
def test_fields_that_are_not_known_are_left_out(request_fields: dict[str, str]) -> None:
    media = a_media(etag=None, modified=None, media_type=None)
    fields = fields_of(answer(a_request(**request_fields), media))
    assert not {"ETag", "Last-Modified"} & set(fields)
    if request_fields != {"range": "bytes=0-4,6-9"}:
        assert "Content-Type" not in fields


def test_a_weak_tag_is_announced_as_weak() -> None:
    assert fields_of(answer(a_request(), a_media(**WEAK)))["ETag"] == 'W/"v1"'
    assert fields_of(answer(a_request(if_none_match="*"), a_media(**WEAK)))["ETag"] == 'W/"v1"'


RANGES = [
    pytest.param("bytes=0-4", 206, [(0, 5)], id="14.1.2-int-range"),
    pytest.param("bytes=0-1", 206, [(0, 2)], id="safari-probe"),
    pytest.param("bytes=0-", 206, [(0, 1000)], id="chrome-probe"),
    pytest.param("bytes=0-999", 206, [(0, 1000)], id="14.1.2-all-of-it"),
    pytest.param("bytes=999-", 206, [(999, 1000)], id="14.1.2-last-byte"),
    pytest.param("bytes=-500", 206, [(500, 1000)], id="14.1.2-suffix"),
    pytest.param("bytes=-9999", 206, [(0, 1000)], id="14.1.2-suffix-longer-than-all"),
    pytest.param("bytes=0-9999", 206, [(0, 1000)], id="14.1.2-last-past-the-end"),
    pytest.param("BYTES=0-4", 206, [(0, 5)], id="14.1-unit-in-capitals"),
    pytest.param("bytes=0-4,5-9", 206, [(0, 10)], id="15.3.7.2-one-part-is-plain"),
    pytest.param("bytes=0-4,1000-", 206, [(0, 5)], id="15.3.7.2-one-satisfiable-is-plain"),
    pytest.param("bytes=6-9,0-4", 206, [(6, 10), (0, 5)], id="15.3.7.2-order-asked"),
    pytest.param("bytes=1000-", 416, [], id="15.5.17-first-at-the-end"),
    pytest.param("bytes=1000-1001,-0", 416, [], id="15.5.17-none-of-several"),
    pytest.param(f"bytes={'9' * 9999}-", 416, [], id="15.5.17-9999-digits"),
    pytest.param("bytes=5-4", 200, [(0, 1000)], id="14.1.1-last-before-first"),
    pytest.param("bytes=2000-1000", 200, [(0, 1000)], id="14.1.1-last-before-first-past-the-end"),
    pytest.param("bytes=0-4,x", 200, [(0, 1000)], id="14.1.1-one-of-them-invalid"),
    pytest.param("bytes=1000-,x", 200, [(0, 1000)], id="14.1.1-unsatisfiable-and-invalid"),
    pytest.param("bytes=", 200, [(0, 1000)], id="14.1.1-no-spec"),
    pytest.param("items=0-4", 200, [(0, 1000)], id="14.2-other-unit"),
    pytest.param("", 200, [(0, 1000)], id="14.2-empty"),
]


@pytest.mark.parametrize(("value", "status", "expected"), RANGES)
def test_range(value: str, status: int, expected: list[tuple[int, int]]) -> None:
    decided = answer(a_request(range=value), a_media())
    assert decided.status == status
    assert ranges_of(decided) == expected
    named = status == 416 or (status == 206 and len(expected) == 1)
    assert ("Content-Range" in fields_of(decided)) == named


@pytest.mark.parametrize("size", [2**31, 2**32 + 1, 2**63, 2**64])
@pytest.mark.parametrize("value", ["bytes=0-", f"bytes=-{2**65}", f"bytes=0-{2**65}"])
def test_range_of_any_size(size: int, value: str) -> None:
    decided = answer(a_request(range=value), a_media(size=size))
    assert decided.status == 206
    assert fields_of(decided)["Content-Length"] == str(size)
    assert fields_of(decided)["Content-Range"] == f"bytes 0-{size - 1}/{size}"


@pytest.mark.parametrize("value", ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-5", "bytes=0-,1-"])
def test_nothing_of_an_empty_file_is_satisfiable(value: str) -> None:
    decided = answer(a_request(range=value), a_media(**EMPTY))
    assert decided.status == 416
    assert fields_of(decided)["Content-Range"] == "bytes */0"


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get", ""])
@pytest.mark.parametrize("value", ["bytes=0-4", "bytes=0-4,6-9", "bytes=1000-"])
def test_range_is_for_get_alone(method: str, value: str) -> None:
    """Section 14.2."""
    decided = answer(a_request(method, range=value, if_range='"v1"'), a_media())
    assert decided == answer(a_request(method), a_media())
    assert decided.status == 200


ORDER = [
    pytest.param({"if_match": '"v2"', "range": "bytes=0-4"}, 412, id="14.2-412-beats-range"),
    pytest.param({"if_match": '"v2"', "range": "bytes=1000-"}, 412, id="14.2-412-beats-416"),
    pytest.param(
        {"if_unmodified_since": EARLIER, "range": "bytes=0-4"},
        412,
        id="14.2-412-by-date-beats-range",
    ),
    pytest.param({"if_none_match": '"v1"', "range": "bytes=0-4"}, 304, id="14.2-304-beats-range"),
    pytest.param({"if_none_match": '"v1"', "range": "bytes=1000-"}, 304, id="14.2-304-beats-416"),
    pytest.param(
        {"if_modified_since": IMF, "range": "bytes=0-4"}, 304, id="14.2-304-by-date-beats-range"
    ),
    pytest.param(
        {"if_none_match": '"v1"', "if_range": '"v1"', "range": "bytes=0-4"},
        304,
        id="13.2.2-304-beats-if-range",
    ),
    pytest.param({"if_match": '"v2"', "if_none_match": '"v1"'}, 412, id="13.2.2-412-beats-304"),
    pytest.param({"if_match": '"v1"', "range": "bytes=0-4"}, 206, id="13.2.2-if-match-and-range"),
    pytest.param(
        {"if_unmodified_since": LATER, "range": "bytes=0-4"}, 206, id="13.2.2-unmodified-and-range"
    ),
    pytest.param({"if_none_match": '"v2"', "range": "bytes=0-4"}, 206, id="13.2.2-none-and-range"),
    pytest.param(
        {"if_none_match": '"v2"', "if_modified_since": LATER, "range": "bytes=0-4"},
        206,
        id="13.1.3-ignored-beside-none-match",
    ),
    pytest.param({"if_match": '"v1"', "range": "bytes=1000-"}, 416, id="13.2.2-if-match-and-416"),
    pytest.param({"if_range": '"v1"', "range": "bytes=0-4"}, 206, id="13.1.5-matches"),
    pytest.param({"if_range": '"v1"', "range": "bytes=1000-"}, 416, id="13.1.5-matches-416"),
    pytest.param({"if_range": '"v2"', "range": "bytes=0-4"}, 200, id="13.1.5-does-not"),
    pytest.param({"if_range": '"v2"', "range": "bytes=1000-"}, 200, id="13.1.5-does-not-no-416"),
    pytest.param({"if_range": 'W/"v1"', "range": "bytes=0-4"}, 200, id="13.1.5-weak"),
    pytest.param({"if_range": IMF, "range": "bytes=0-4"}, 206, id="13.1.5-date"),
    pytest.param({"if_range": LATER, "range": "bytes=0-4"}, 200, id="13.1.5-date-later"),
    pytest.param({"if_range": "", "range": "bytes=0-4"}, 200, id="13.1.5-empty"),
    pytest.param({"if_range": '"v2"'}, 200, id="13.1.5-without-range"),
    pytest.param({"if_range": '"v2"', "range": "x"}, 200, id="13.1.5-with-invalid-range"),
    pytest.param(
        {"if_match": '"v1"', "if_range": '"v2"', "range": "bytes=0-4"},
        200,
        id="13.2.2-if-match-and-no-if-range",
    ),
]


@pytest.mark.parametrize(("fields", "status"), ORDER)
def test_order(fields: dict[str, str], status: int) -> None:
    decided = answer(a_request(**fields), a_media())
    assert decided.status == status
    if status in (304, 412):
        assert decided.segments == ()


@pytest.mark.parametrize("status", [200, 304, 412])
def test_head_is_a_get_without_content(status: int) -> None:
    fields = {200: {}, 304: {"if_none_match": "*"}, 412: {"if_match": '"v2"'}}[status]
    head, get = (answer(a_request(method, **fields), a_media()) for method in ("HEAD", "GET"))
    assert head == Plan(status, get.fields)


LIMITED = [
    pytest.param("bytes=0-", [(0, 100)], id="from-the-start"),
    pytest.param("bytes=500-", [(500, 600)], id="from-the-middle"),
    pytest.param("bytes=900-", [(900, 1000)], id="just-so-much"),
    pytest.param("bytes=950-", [(950, 1000)], id="less"),
    pytest.param("bytes=, 500- ,", [(500, 600)], id="14.2-empty-elements"),
]
NOT_LIMITED = [
    pytest.param({}, [(0, 1000)], id="no-range"),
    pytest.param({"range": "bytes=x-"}, [(0, 1000)], id="14.2-invalid"),
    pytest.param({"range": "bytes=0-999"}, [(0, 1000)], id="closed-all"),
    pytest.param({"range": "bytes=1-5000"}, [(1, 1000)], id="closed-past-the-end"),
    pytest.param({"range": "bytes=-500"}, [(500, 1000)], id="suffix"),
    pytest.param({"range": "bytes=0-9,500-"}, [(0, 10), (500, 1000)], id="several"),
    pytest.param({"range": "bytes=0-,500-"}, [(0, 1000)], id="several-that-are-one"),
    pytest.param({"range": "bytes=500-", "if_range": '"v1"'}, [(500, 1000)], id="13.1.5-resumes"),
    pytest.param({"range": "bytes=500-"}, [(500, 1000)], id="resumes-without-a-validator"),
    pytest.param({"range": "bytes=500-", "fetch_dest": "empty"}, [(500, 1000)], id="a-script"),
    pytest.param(
        {"range": "bytes=0-", "if_range": '"v1"', "fetch_dest": "video"}, [(0, 1000)], id="both"
    ),
    pytest.param({"range": "bytes=500-", "if_range": '"v2"'}, [(0, 1000)], id="13.1.5-begins-anew"),
]


@pytest.mark.parametrize(("value", "expected"), LIMITED)
def test_an_open_range_is_limited(value: str, expected: list[tuple[int, int]]) -> None:
    """Section 15.3.7: Content-Range tells a client that there is more to ask for."""
    request = a_request(range=value, open_range_limit=100, fetch_dest="video")
    decided = answer(request, a_media())
    [(start, stop)] = expected
    assert decided.status == 206
    assert ranges_of(decided) == expected
    assert fields_of(decided) == {
        **WHOLE,
        "Content-Range": f"bytes {start}-{stop - 1}/1000",
        "Content-Length": str(stop - start),
    }


@pytest.mark.parametrize(("fields", "expected"), NOT_LIMITED)
def test_nothing_else_is_limited(fields: dict[str, str], expected: list[tuple[int, int]]) -> None:
    decided = answer(a_request(**fields, open_range_limit=100), a_media())
    assert ranges_of(decided) == expected
    assert decided == answer(a_request(**fields), a_media())


def test_whoever_begins_at_the_beginning_is_limited() -> None:
    decided = answer(a_request(range="bytes=0-", open_range_limit=100), a_media())
    assert ranges_of(decided) == [(0, 100)]


@given(strategies.sizes, st.integers(1, 2**64))
def test_asking_on_brings_it_all(size: int, limit: int) -> None:
    """Each answer goes on where the one before it ended, up to the end; then there is a 416."""
    limit = max(limit, size // 20)
    reached = 0
    while reached < size:
        request = a_request(range=f"bytes={reached}-", open_range_limit=limit, fetch_dest="video")
        decided = answer(request, a_media(size=size))
        [(start, stop)] = ranges_of(decided)
        assert (decided.status, start) == (206, reached)
        assert stop == size or stop - start == limit
        reached = stop
    last = a_request(range=f"bytes={reached}-", open_range_limit=limit, fetch_dest="video")
    assert answer(last, a_media(size=size)).status == 416


FLOODS = [
    pytest.param(",".join(["0-"] * 200), id="cve-2011-3192-overlapping"),
    pytest.param(",".join(f"{i}-" for i in range(200)), id="cve-2011-3192-nested"),
    pytest.param(",".join(f"{i}-{i}" for i in range(0, 400, 2)), id="tiny"),
    pytest.param(",".join(f"{i}-{i}" for i in range(400, 0, -2)), id="tiny-backwards"),
    pytest.param(",".join(["0-0"] * (MAX_SPECS + 1)), id="too-many-specs"),
    pytest.param(",".join(["0-0", "2-2"] * 100_000), id="cve-2025-62727"),
]


@pytest.mark.parametrize("ranges", FLOODS)
def test_a_flood_is_one_answer_of_the_files_size_at_most(ranges: str) -> None:
    decided = answer(a_request(range=f"bytes={ranges}"), a_media())
    assert decided.status in (200, 206)
    assert len(decided.segments) == 1
    assert sent(decided) <= 1000


def test_as_many_parts_as_are_sent_at_most() -> None:
    asked = [f"{4 * i}-{4 * i}" for i in range(MAX_PARTS + 1)]
    most = answer(a_request(range="bytes=" + ",".join(asked[:-1])), a_media())
    assert most.status == 206
    assert len(ranges_of(most)) == MAX_PARTS
    more = answer(a_request(range="bytes=" + ",".join(asked)), a_media())
    assert more == answer(a_request(), a_media())


@given(strategies.ranges_and_sizes(strategies.sizes))
def test_agrees_with_a_plain_reader(case: tuple[str, int]) -> None:
    value, size = case
    decided = answer(a_request(range=value), a_media(size=size))
    asked = peers.asked_ranges(value, size)
    if asked is None:
        assert decided == answer(a_request(), a_media(size=size))
        return
    expected = peers.coalesced(asked)
    assert decided.status == (206 if expected else 416)
    assert ranges_of(decided) == [(low, high + 1) for low, high in expected]
    if len(expected) == 1:
        [(low, high)] = expected
        assert fields_of(decided)["Content-Range"] == f"bytes {low}-{high}/{size}"
        assert fields_of(decided)["Content-Length"] == str(high - low + 1)


ANSWERS = [
    pytest.param(200, 0, id="200-nothing-to-send"),
    pytest.param(200, 1, id="200"),
    pytest.param(206, 1, id="206"),
    pytest.param(206, 5, id="206-of-several-parts"),
    pytest.param(304, 0, id="304"),
    pytest.param(412, 0, id="412"),
    pytest.param(416, 1, id="416"),
]


@pytest.mark.parametrize(("status", "segments"), ANSWERS)
def test_every_kind_of_answer_is_drawn(status: int, segments: int) -> None:
    """So that the properties below say something."""

    def is_it(question: tuple[RequestFacts, MediaFacts]) -> bool:
        decided = answer(*question)
        return decided.status == status and len(decided.segments) == segments

    bounds = settings(
        max_examples=1000,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        derandomize=True,
    )
    assert find(strategies.questions(), is_it, settings=bounds)


@given(strategies.questions(), strategies.boundaries)
def test_anything(question: tuple[RequestFacts, MediaFacts], boundary: str) -> None:
    """No input raises, and what comes out can be sent."""
    request, media = question
    decided = plan(request, media, boundary=boundary)
    fields, ranges = fields_of(decided), sorted(ranges_of(decided))
    assert decided.status in (200, 206, 304, 412, 416)
    assert request.method == "GET" or decided.status not in (206, 416)
    for value in fields.values():
        assert not set(value) & set("\r\n\0")
        value.encode("latin-1")
    assert decided.reads_media == bool(ranges)
    assert decided.length == sent(decided)
    if decided.status in (304, 412) or request.method == "HEAD":
        assert not decided.segments
    elif media.size is not None:
        assert int(fields["Content-Length"]) == sent(decided)
    if ranges:
        assert media.size is not None
        assert all(start < stop for start, stop in ranges)
        edges = [edge for pair in ranges for edge in pair]
        assert edges == sorted(edges), "they overlap"
        assert 0 <= edges[0] < edges[-1] <= media.size
    if decided.status == 304:
        assert "Content-Length" not in fields
        assert ("ETag" in fields) == (media.etag is not None)
    if decided.status == 206 and media.etag is not None:
        assert fields["ETag"] == str(media.etag)


@given(strategies.questions())
def test_what_was_announced_comes_back_as_not_modified(
    question: tuple[RequestFacts, MediaFacts],
) -> None:
    """A client that sends our own validators back is told that nothing changed."""
    request, media = question
    first = answer(RequestFacts("GET", request.now), media)
    fields = fields_of(first)
    if "ETag" in fields:
        again = RequestFacts("GET", request.now, if_none_match=fields["ETag"])
        assert answer(again, media).status == 304
    modified = media.modified
    if "Last-Modified" in fields and modified is not None and modified < request.now:
        again = RequestFacts("GET", request.now, if_modified_since=fields["Last-Modified"])
        assert answer(again, media).status == 304


def test_a_plan_knows_no_clock() -> None:
    request = a_request(now=MODIFIED + 1, if_range=IMF, range="bytes=0-4")
    assert answer(request, a_media()) == answer(request, a_media())
    assert answer(request, a_media()).status == 206


@pytest.mark.parametrize("name", ["if_match", "if_none_match", "if_modified_since", "if_range"])
def test_work_is_linear(name: str) -> None:
    for shape in ('"a",', "W/", ",", "0", " ", '"'):

        def decide(length: int, shape: str = shape) -> None:
            value = shape * (length // len(shape))
            answer(a_request(**{name: value, "range": f"bytes={value}"}), a_media())

        assert_linear(decide)


FAR = 2**62


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, ByteRange(0, FAR), id="whole"),
        pytest.param({"range": "bytes=5-9"}, ByteRange(5, 10), id="one-range"),
        pytest.param({"range": "bytes=5-"}, ByteRange(5, FAR), id="open"),
        pytest.param({"range": "bytes=0-", "open_range_limit": 9}, ByteRange(0, 9), id="limited"),
        pytest.param({"range": "nonsense"}, ByteRange(0, FAR), id="ignored"),
        pytest.param({"range": "bytes=5-9", "if_range": '"v"'}, ByteRange(5, 10), id="if-range"),
        pytest.param({"range": "bytes=5-9", "if_match": '"v"'}, ByteRange(5, 10), id="if-match"),
        pytest.param({"range": "bytes=-5"}, None, id="suffix"),
        pytest.param({"range": "bytes=0-4, 9-9"}, None, id="several"),
        pytest.param({"range": f"bytes={2**64}-"}, None, id="far-out"),
        pytest.param({"if_none_match": '"v"'}, None, id="if-none-match"),
        pytest.param({"if_modified_since": "x"}, None, id="if-modified-since"),
        pytest.param({"method": "HEAD"}, None, id="head"),
    ],
)
def test_likely(fields: dict[str, Any], expected: ByteRange | None) -> None:
    assert likely(RequestFacts(**{"method": "GET", "now": 0, **fields})) == expected
