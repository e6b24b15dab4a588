"""Ranges over the wire: RFC 9110 section 14, If-Range of 13.1.5, answers of 15.3.7 and 15.5.17."""

from __future__ import annotations

import pytest

from tests.e2e.harness import Peer
from tests.e2e.reply import content_range, parse_multipart
from tests.e2e.site import CLIP, CLIP_DATE, SPARSE_SIZE, SPARSE_TAIL

pytestmark = pytest.mark.over_a_store

URL = "/videos/clip.mp4"
SIZE = len(CLIP)
LONG = "9" * 3000  # digits

WHOLE, NOTHING = "200", "416"
Expected = str | tuple[int, int] | list[tuple[int, int]]
"""The whole file; 416; one range, half-open; or the parts of a multipart answer in their order."""

CASES: dict[str, tuple[str, Expected]] = {
    # One range, 14.1.2
    "14.1.2-first-last": ("bytes=0-4", (0, 5)),
    "14.1.2-one-byte": ("bytes=0-0", (0, 1)),
    "14.1.2-safari-probe": ("bytes=0-1", (0, 2)),
    "14.1.2-middle": ("bytes=500-999", (500, 1000)),
    "14.1.2-last-byte": ("bytes=9999-9999", (9999, 10000)),
    "14.1.2-open": ("bytes=9990-", (9990, 10000)),
    "14.1.2-open-from-0": ("bytes=0-", (0, 10000)),
    "14.1.2-open-last-byte": ("bytes=9999-", (9999, 10000)),
    "14.1.2-whole-by-numbers": ("bytes=0-9999", (0, 10000)),
    "14.1.2-suffix": ("bytes=-500", (9500, 10000)),
    "14.1.2-suffix-1": ("bytes=-1", (9999, 10000)),
    "14.1.2-suffix-of-size": ("bytes=-10000", (0, 10000)),
    "14.1.2-suffix-past-size": ("bytes=-10001", (0, 10000)),
    "14.1.2-leading-zeros": ("bytes=0000-00004", (0, 5)),
    "14.1.2-suffix-leading-zeros": ("bytes=-0005", (9995, 10000)),
    "14.1.2-many-leading-zeros": (f"bytes={'0' * 3000}1-{'0' * 3000}2", (1, 3)),
    # Past the end, and past 2**63 and 2**64
    "14.1.2-clamp": ("bytes=9000-10000", (9000, 10000)),
    "14.1.2-clamp-far": ("bytes=9000-999999", (9000, 10000)),
    "14.1.2-clamp-2^63": (f"bytes=5-{2**63}", (5, 10000)),
    "14.1.2-clamp-2^64": (f"bytes=5-{2**64}", (5, 10000)),
    "14.1.2-clamp-2^64+4": (f"bytes=5-{2**64 + 4}", (5, 10000)),
    "14.1.2-clamp-2^128": (f"bytes=5-{2**128}", (5, 10000)),
    "14.1.2-clamp-thousands-of-digits": (f"bytes=5-{LONG}", (5, 10000)),
    "14.1.2-suffix-2^64+5": (f"bytes=-{2**64 + 5}", (0, 10000)),
    "14.1.2-suffix-thousands-of-digits": (f"bytes=-{LONG}", (0, 10000)),
    # Unsatisfiable
    "15.5.17-first-at-size": ("bytes=10000-", NOTHING),
    "15.5.17-first-at-size-closed": ("bytes=10000-10000", NOTHING),
    "15.5.17-first-past-size": ("bytes=20000-30000", NOTHING),
    "15.5.17-suffix-0": ("bytes=-0", NOTHING),
    "15.5.17-suffix-00": ("bytes=-000", NOTHING),
    "15.5.17-first-2^63": (f"bytes={2**63}-", NOTHING),
    "15.5.17-first-2^64": (f"bytes={2**64}-", NOTHING),
    "15.5.17-first-2^64+5": (f"bytes={2**64 + 5}-{2**64 + 9}", NOTHING),
    "15.5.17-first-thousands-of-digits": (f"bytes={LONG}-", NOTHING),
    "15.5.17-all-of-several": ("bytes=10000-, -0, 20000-20001", NOTHING),
    # Not valid, so ignored, 14.2
    "14.2-first-past-last": ("bytes=5-4", WHOLE),
    "14.2-first-past-last-past-size": ("bytes=20000-10000", WHOLE),
    "14.2-first-past-last-2^64": (f"bytes={2**64 + 1}-{2**64}", WHOLE),
    "14.2-first-past-last-long": (f"bytes={LONG}1-{LONG}0", WHOLE),
    "14.2-first-past-last-among-others": ("bytes=0-4, 9-8", WHOLE),
    "14.2-empty": ("", WHOLE),
    "14.2-no-set": ("bytes=", WHOLE),
    "14.2-no-equals": ("bytes", WHOLE),
    "14.2-no-unit": ("=0-4", WHOLE),
    "14.2-only-commas": ("bytes=,", WHOLE),
    "14.2-only-commas-and-spaces": ("bytes=, ,\t,", WHOLE),
    "14.2-only-dash": ("bytes=-", WHOLE),
    "14.2-two-dashes": ("bytes=--5", WHOLE),
    "14.2-three-numbers": ("bytes=0-4-8", WHOLE),
    "14.2-number-without-dash": ("bytes=5", WHOLE),
    "14.2-plus-sign": ("bytes=+0-4", WHOLE),
    "14.2-plus-sign-last": ("bytes=0-+4", WHOLE),
    "14.2-minus-sign-last": ("bytes=0--4", WHOLE),
    "14.2-plus-sign-suffix": ("bytes=-+4", WHOLE),
    "14.2-underscore": ("bytes=0-1_0", WHOLE),
    "14.2-underscore-first": ("bytes=1_0-20", WHOLE),
    "14.2-superscript": ("bytes=0-\xb2", WHOLE),
    "14.2-superscript-first": ("bytes=\xb9-5", WHOLE),
    "14.2-superscript-suffix": ("bytes=-\xb3", WHOLE),
    "14.2-utf-8-arabic-digit": ("bytes=0-\xd9\xa4", WHOLE),
    "14.2-utf-8-fullwidth-digit": ("bytes=0-\xef\xbc\x94", WHOLE),
    "14.2-no-break-space": ("bytes=\xa00-4", WHOLE),
    "14.2-no-break-space-behind": ("bytes=0-4\xa0,9-9", WHOLE),
    "14.2-next-line": ("bytes=0-4\x85", WHOLE),
    "14.2-hexadecimal": ("bytes=0x0-0x4", WHOLE),
    "14.2-exponent": ("bytes=0-1e3", WHOLE),
    "14.2-fraction": ("bytes=0-4.0", WHOLE),
    "14.2-letters": ("bytes=a-b", WHOLE),
    "14.2-words-behind": ("bytes=0-4 please", WHOLE),
    "14.2-parameter": ("bytes=0-4;q=1", WHOLE),
    "14.2-quoted": ('bytes="0-4"', WHOLE),
    "14.2-space-before-equals": ("bytes =0-4", WHOLE),
    "14.2-colon": ("bytes:0-4", WHOLE),
    "14.2-space-as-equals": ("bytes 0-4", WHOLE),
    "14.2-as-in-content-range": ("bytes 0-4/10000", WHOLE),
    "14.2-space-before-dash": ("bytes=0 -4", WHOLE),
    "14.2-space-behind-dash": ("bytes=0- 4", WHOLE),
    "14.2-space-in-number": ("bytes=1 0-20", WHOLE),
    "14.2-space-in-suffix": ("bytes=- 5", WHOLE),
    "14.2-semicolon-for-comma": ("bytes=0-4;9-9", WHOLE),
    "14.2-one-invalid-of-several": ("bytes=0-4, x, 9-9", WHOLE),
    "14.2-one-invalid-last": ("bytes=0-4,9", WHOLE),
    "14.2-unit-twice": ("bytes=0-4, bytes=9-9", WHOLE),
    "14.2-garbage": ("\xff\xfe\x80\x81", WHOLE),
    # Units, 14.1
    "14.1-upper-case": ("BYTES=0-4", (0, 5)),
    "14.1-mixed-case": ("Bytes=0-4", (0, 5)),
    "14.1-unknown": ("items=0-4", WHOLE),
    "14.1-unknown-singular": ("byte=0-4", WHOLE),
    "14.1-unknown-longer": ("bytesx=0-4", WHOLE),
    "14.1-unknown-none": ("none=0-4", WHOLE),
    "14.1-unknown-other-range": ("lines=a,b;c", WHOLE),
    # Lists, 5.6.1
    "5.6.1-empty-first": ("bytes=,0-4", (0, 5)),
    "5.6.1-empty-last": ("bytes=0-4,", (0, 5)),
    "5.6.1-empty-everywhere": ("bytes=, 0-4 ,", (0, 5)),
    "5.6.1-empty-many": ("bytes=,,,, ,\t,0-4,, ,,", (0, 5)),
    "5.6.1-tabs": ("bytes=0-4\t,\t10-14", [(0, 5), (10, 15)]),
    "5.6.1-spaces": ("bytes=0-4   ,   10-14", [(0, 5), (10, 15)]),
    "5.6.1-no-space": ("bytes=0-4,10-14", [(0, 5), (10, 15)]),
    # Several ranges, 15.3.7.2
    "15.3.7.2-two": ("bytes=0-4, 10-14", [(0, 5), (10, 15)]),
    "15.3.7.2-order-asked": ("bytes=10-14, 0-4", [(10, 15), (0, 5)]),
    "15.3.7.2-order-of-three": (
        "bytes=500-509, 0-4, 100-104",
        [(500, 510), (0, 5), (100, 105)],
    ),
    "15.3.7.2-suffix-first": ("bytes=-5, 0-4", [(9995, 10000), (0, 5)]),
    "15.3.7.2-open-last": ("bytes=0-4, 9990-", [(0, 5), (9990, 10000)]),
    "15.3.7.2-clamped": ("bytes=0-4, 9990-99999", [(0, 5), (9990, 10000)]),
    "15.3.7.2-one-satisfiable": ("bytes=10000-, 0-4, -0", (0, 5)),
    "15.3.7.2-two-satisfiable": ("bytes=10000-, 0-4, 20-24", [(0, 5), (20, 25)]),
    "15.3.7.2-overlapping": ("bytes=0-9, 5-14", (0, 15)),
    "15.3.7.2-adjoining": ("bytes=0-4, 5-9", (0, 10)),
    "15.3.7.2-within": ("bytes=0-99, 10-19", (0, 100)),
    "15.3.7.2-around": ("bytes=10-19, 0-99", (0, 100)),
    "15.3.7.2-same-twice": ("bytes=0-4, 0-4", (0, 5)),
    "15.3.7.2-all-and-some": ("bytes=0-, 5-9, -100", (0, 10000)),
    "15.3.7.2-overlapping-beside-another": (
        "bytes=100-109, 0-4, 105-114",
        [(100, 115), (0, 5)],
    ),
}


def _body(expected: tuple[int, int]) -> bytes:
    return CLIP[slice(*expected)]


@pytest.mark.table
@pytest.mark.parametrize(("value", "expected"), CASES.values(), ids=CASES)
def test_range(peer: Peer, value: str, expected: Expected) -> None:
    reply = peer.get(URL, ("Range", value))
    assert reply.complete
    assert not reply.all("Transfer-Encoding")
    assert reply["Content-Length"] == str(len(reply.body))
    if expected == WHOLE:
        assert reply.status == 200
        assert reply.body == CLIP
        assert not reply.all("Content-Range")
    elif expected == NOTHING:
        assert reply.status == 416
        assert reply["Content-Range"] == f"bytes */{SIZE}"
        assert CLIP[:16] not in reply.body
    elif isinstance(expected, tuple):
        assert reply.status == 206
        assert content_range(reply["Content-Range"]) == (*expected, SIZE)
        assert reply["Content-Type"] == "video/mp4"
        assert reply.body == _body(expected)
    else:
        assert reply.status == 206
        assert not reply.all("Content-Range")
        parts = parse_multipart(reply)
        assert [(part.start, part.stop) for part in parts] == expected
        assert [part.body for part in parts] == [_body(part) for part in expected]
        for part in parts:
            assert part.size == SIZE
            assert [name for name, _ in part.fields] == ["Content-Type", "Content-Range"]
            assert part.fields[0][1] == "video/mp4"


@pytest.mark.table(odd=False)
@pytest.mark.parametrize(("value", "expected"), CASES.values(), ids=CASES)
def test_head_has_no_ranges(peer: Peer, value: str, expected: Expected) -> None:
    reply = peer.request("HEAD", URL, ("Range", value))
    assert expected
    assert reply.status == 200
    assert reply["Content-Length"] == str(SIZE)
    assert reply["Content-Type"] == "video/mp4"
    assert not reply.all("Content-Range")
    assert reply.body == b""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["bytes=0-4", "10-14"], [(0, 5), (10, 15)], id="list-goes-on"),
        pytest.param(["bytes=0-4,", "5-9"], (0, 10), id="list-goes-on-comma"),
        pytest.param(["bytes=0-4", "bytes=10-14"], WHOLE, id="unit-twice"),
        pytest.param(["bytes=0-4", "items=1-2"], WHOLE, id="two-units"),
        pytest.param(["bytes=0-4", ""], (0, 5), id="empty-second"),
    ],
)
def test_several_lines_are_one_list(peer: Peer, lines: list[str], expected: Expected) -> None:
    """Section 5.3."""
    reply = peer.get(URL, *[("Range", line) for line in lines])
    if expected == WHOLE:
        assert reply.status == 200
        assert reply.body == CLIP
    elif isinstance(expected, tuple):
        assert reply.status == 206
        assert reply.body == _body(expected)
    else:
        assert [(part.start, part.stop) for part in parse_multipart(reply)] == expected


FLOODS = {
    "tiny": ",".join(f"{start}-{start}" for start in range(0, 4000, 2)),
    "tiny-backwards": ",".join(f"{start}-{start}" for start in range(1800, 0, -2)),
    "overlapping": ",".join(f"0-{stop}" for stop in range(1300)),
    "overlapping-open": ",".join(f"{start}-" for start in range(1300)),
    "overlapping-suffixes": ",".join(f"-{length}" for length in range(1, 1300)),
    "the-whole-again-and-again": "0-," * 3000,
    "unsatisfiable-and-one": "10000-," * 900 + "0-0",
    "commas": "," * 7000 + "0-4",
    "commas-and-spaces": ", " * 3500 + "0-4",
    "spaces": "0-4," + " " * 7000 + "9-9",
    "dashes": "-" * 7000,
    "digits-and-no-dash": "1" * 7000,
}


@pytest.mark.table
@pytest.mark.parametrize("ranges", FLOODS.values(), ids=FLOODS)
def test_flood(peer: Peer, ranges: str) -> None:
    """Section 14.2: never more than the file goes out, and little beside it."""
    reply = peer.get(URL, ("Range", f"bytes={ranges}"))
    assert reply.status in (200, 206)
    assert reply.complete
    if reply.status == 200:
        assert reply.body == CLIP
    elif reply.all("Content-Range"):
        start, stop, _ = content_range(reply["Content-Range"])
        assert reply.body == CLIP[start:stop]
    else:
        parts = parse_multipart(reply)
        assert sum(part.stop - part.start for part in parts) <= SIZE
        assert len(reply.body) <= 2 * SIZE
        assert all(part.body == CLIP[part.start : part.stop] for part in parts)


def test_boundary_differs_and_is_not_in_the_data(peer: Peer) -> None:
    replies = [peer.get(URL, ("Range", "bytes=0-4, 5000-9000")) for _ in range(2)]
    boundaries = {reply["Content-Type"].partition("boundary=")[2] for reply in replies}
    assert len(boundaries) == 2
    assert all(boundary.encode() not in CLIP for boundary in boundaries)


IF_RANGE: dict[str, tuple[str, str, Expected]] = {
    "13.1.5-same-tag": ("ETAG", "bytes=0-4", (0, 5)),
    "13.1.5-other-tag": ('"other"', "bytes=0-4", WHOLE),
    "13.1.5-weak-tag": ("W/ETAG", "bytes=0-4", WHOLE),
    "13.1.5-empty-tag": ('""', "bytes=0-4", WHOLE),
    "13.1.5-list": ('ETAG, "other"', "bytes=0-4", WHOLE),
    "13.1.5-list-of-same": ("ETAG, ETAG", "bytes=0-4", WHOLE),
    "13.1.5-star": ("*", "bytes=0-4", WHOLE),
    "13.1.5-unquoted": ("ETAG-without-quotes", "bytes=0-4", WHOLE),
    "13.1.5-half-quoted": ('"', "bytes=0-4", WHOLE),
    "13.1.5-obs-text": ('"\xe9"', "bytes=0-4", WHOLE),
    "13.1.5-empty": ("", "bytes=0-4", WHOLE),
    "13.1.5-date": (CLIP_DATE, "bytes=0-4", (0, 5)),
    "13.1.5-date-earlier": ("Thu, 02 Jan 2020 03:04:04 GMT", "bytes=0-4", WHOLE),
    "13.1.5-date-later": ("Thu, 02 Jan 2020 03:04:06 GMT", "bytes=0-4", WHOLE),
    "13.1.5-date-far-later": ("Fri, 31 Dec 9999 23:59:59 GMT", "bytes=0-4", WHOLE),
    "13.1.5-date-invalid": ("Thu, 32 Jan 2020 03:04:05 GMT", "bytes=0-4", WHOLE),
    "13.1.5-date-huge-year": (f"Thu, 02 Jan {LONG} 03:04:05 GMT", "bytes=0-4", WHOLE),
    "13.1.5-date-with-offset": ("Thu, 02 Jan 2020 03:04:05 +0000", "bytes=0-4", WHOLE),
    "13.1.5-words": ("yesterday", "bytes=0-4", WHOLE),
    "13.1.5-same-several": ("ETAG", "bytes=0-4, 10-14", [(0, 5), (10, 15)]),
    "13.1.5-other-several": ('"other"', "bytes=0-4, 10-14", WHOLE),
    "13.1.5-same-unsatisfiable": ("ETAG", "bytes=10000-", NOTHING),
    "13.1.5-other-unsatisfiable": ('"other"', "bytes=10000-", WHOLE),
    "13.1.5-weak-unsatisfiable": ("W/ETAG", "bytes=10000-", WHOLE),
    "13.1.5-date-earlier-unsatisfiable": ("Wed, 01 Jan 2020 03:04:05 GMT", "bytes=-0", WHOLE),
    "13.1.5-same-invalid-range": ("ETAG", "bytes=5-4", WHOLE),
}


@pytest.mark.table
@pytest.mark.parametrize(("validator", "value", "expected"), IF_RANGE.values(), ids=IF_RANGE)
def test_if_range(peer: Peer, validator: str, value: str, expected: Expected) -> None:
    tag = peer.tag(URL)
    if validator == "ETAG-without-quotes":
        validator = tag.strip('"')
    fields = ("If-Range", validator.replace("ETAG", tag)), ("Range", value)
    reply = peer.get(URL, *fields)
    if expected == WHOLE:
        assert (reply.status, reply.body) == (200, CLIP)
    elif expected == NOTHING:
        assert reply.status == 416
    elif isinstance(expected, tuple):
        assert (reply.status, reply.body) == (206, _body(expected))
    else:
        assert [(part.start, part.stop) for part in parse_multipart(reply)] == expected
    head = peer.request("HEAD", URL, *fields)
    assert (head.status, head["Content-Length"]) == (200, str(SIZE))


@pytest.mark.table
@pytest.mark.parametrize("validator", ["ETAG", '"other"', "W/ETAG", CLIP_DATE, "yesterday"])
def test_if_range_without_range(peer: Peer, validator: str) -> None:
    tag = peer.tag(URL)
    reply = peer.get(URL, ("If-Range", validator.replace("ETAG", tag)))
    assert (reply.status, reply.body) == (200, CLIP)


def test_if_range_two_lines(peer: Peer) -> None:
    tag = peer.tag(URL)
    reply = peer.get(URL, ("If-Range", tag), ("If-Range", '"other"'), ("Range", "bytes=0-4"))
    assert (reply.status, reply.body) == (200, CLIP)


def test_if_range_with_a_date_that_is_no_strong_validator(peer: Peer) -> None:
    """Section 8.8.2.2: the file says it was modified just now or later, so it may be again."""
    date = peer.request("HEAD", "/videos/future.mp4")["Last-Modified"]
    reply = peer.get("/videos/future.mp4", ("If-Range", date), ("Range", "bytes=0-4"))
    assert (reply.status, reply.body) == (200, CLIP[:100])


@pytest.mark.table
@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("bytes=0-", 416),
        ("bytes=0-0", 416),
        ("bytes=-1", 416),
        ("bytes=-0", 416),
        ("bytes=0-0, -1", 416),
        ("bytes=5-4", 200),
        ("items=0-1", 200),
        (None, 200),
    ],
)
def test_empty_file(peer: Peer, value: str | None, status: int) -> None:
    reply = peer.get("/videos/empty.mp4", *([("Range", value)] if value else []))
    assert reply.status == status
    if status == 416:
        assert reply["Content-Range"] == "bytes */0"
    else:
        assert reply["Content-Length"] == "0"
        assert reply["Accept-Ranges"] == "bytes"


@pytest.mark.table
@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("bytes=0-", 206),
        ("bytes=0-0", 206),
        ("bytes=0-1", 206),
        ("bytes=-1", 206),
        ("bytes=-5", 206),
        ("bytes=0-0, -1", 206),
        ("bytes=1-", 416),
        ("bytes=1-1", 416),
        ("bytes=-0", 416),
    ],
)
def test_file_of_one_byte(peer: Peer, value: str, status: int) -> None:
    reply = peer.get("/videos/one.mp4", ("Range", value))
    assert reply.status == status
    if status == 206:
        assert (reply["Content-Range"], reply.body) == ("bytes 0-0/1", b"1")
    else:
        assert reply["Content-Range"] == "bytes */1"


SPARSE = {
    "suffix": ("bytes=-12", SPARSE_SIZE - 12, SPARSE_TAIL),
    "open-at-the-end": (f"bytes={SPARSE_SIZE - 3}-", SPARSE_SIZE - 3, SPARSE_TAIL[-3:]),
    "last-byte": (f"bytes={SPARSE_SIZE - 1}-{SPARSE_SIZE - 1}", SPARSE_SIZE - 1, SPARSE_TAIL[-1:]),
    "past-2^31": (f"bytes={2**31 - 2}-{2**31 + 1}", 2**31 - 2, bytes(4)),
    "past-2^32": (f"bytes={2**32 - 2}-{2**32 + 1}", 2**32 - 2, bytes(4)),
    "clamped": (f"bytes={SPARSE_SIZE - 12}-{2**40}", SPARSE_SIZE - 12, SPARSE_TAIL),
}


@pytest.mark.parametrize(("value", "start", "body"), SPARSE.values(), ids=SPARSE)
def test_file_of_five_gib(peer: Peer, value: str, start: int, body: bytes) -> None:
    reply = peer.get("/videos/sparse.mp4", ("Range", value))
    assert reply.status == 206
    assert content_range(reply["Content-Range"]) == (start, start + len(body), SPARSE_SIZE)
    assert reply.body == body


def test_file_of_five_gib_in_parts(peer: Peer) -> None:
    reply = peer.get("/videos/sparse.mp4", ("Range", f"bytes=-12, 0-1, {2**32}-{2**32 + 9}"))
    assert [part.body for part in parse_multipart(reply)] == [SPARSE_TAIL, bytes(2), bytes(10)]


def test_file_of_five_gib_whole(peer: Peer) -> None:
    assert peer.request("HEAD", "/videos/sparse.mp4")["Content-Length"] == str(SPARSE_SIZE)
    for fields in ((), (("Range", "bytes=0-"),), (("Range", "bytes=-99999999999"),)):
        client = peer.connect()
        try:
            client.send("GET", "/videos/sparse.mp4", fields)
            head = client.read_head()
            assert int(head["Content-Length"]) <= SPARSE_SIZE
            assert client.read(1000) == bytes(1000)
        finally:
            client.close()
    reply = peer.get("/videos/sparse.mp4", ("Range", f"bytes={SPARSE_SIZE}-"))
    assert (reply.status, reply["Content-Range"]) == (416, f"bytes */{SPARSE_SIZE}")
