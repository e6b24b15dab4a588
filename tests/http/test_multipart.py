"""RFC 9110 section 14.6, RFC 2046 section 5.1."""

from __future__ import annotations

from email import policy
from email.parser import BytesParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quart_video.http import ByteRange
from quart_video.http.multipart import content_type, segments
from tests.http import peers, strategies
from tests.http.make import BOUNDARY, a_media, a_request, answer, content_of, fields_of

TWO = (ByteRange(500, 1000), ByteRange(7000, 8000))


def test_layout() -> None:
    """The example of section 14.6, but for the preamble and what is always there."""
    body = segments(TWO, size=8000, media_type="application/pdf", boundary="SEPARATES")
    assert [part for part in body if isinstance(part, ByteRange)] == list(TWO)
    assert b"".join(part if isinstance(part, bytes) else b"(...)" for part in body) == (
        b"--SEPARATES\r\n"
        b"Content-Type: application/pdf\r\n"
        b"Content-Range: bytes 500-999/8000\r\n"
        b"\r\n"
        b"(...)\r\n"
        b"--SEPARATES\r\n"
        b"Content-Type: application/pdf\r\n"
        b"Content-Range: bytes 7000-7999/8000\r\n"
        b"\r\n"
        b"(...)\r\n"
        b"--SEPARATES--\r\n"
    )


def test_layout_without_a_media_type() -> None:
    first, *_ = segments(TWO, size=8000, media_type=None, boundary="SEPARATES")
    assert first == b"--SEPARATES\r\nContent-Range: bytes 500-999/8000\r\n\r\n"


def test_content_type_has_no_quotes() -> None:
    assert content_type("SEPARATES") == "multipart/byteranges; boundary=SEPARATES"


def test_the_standard_library_reads_it() -> None:
    """A peer that was not written for this."""
    data = bytes(range(256)) * 4
    body = b"".join(
        part if isinstance(part, bytes) else data[part.start : part.stop]
        for part in segments(
            (ByteRange(900, 1024), ByteRange(0, 300)), size=1024, media_type="a/b", boundary="x"
        )
    )
    head = f"Content-Type: {content_type('x')}\r\n\r\n".encode()
    message = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    assert not message.defects
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["a/b", "a/b"]
    assert [part["Content-Range"] for part in parts] == ["bytes 900-1023/1024", "bytes 0-299/1024"]
    assert [part.get_payload(decode=True) for part in parts] == [data[900:], data[:300]]


# What looks like a boundary, too, but for its end: what is data is told by its length.
_patterns = st.sampled_from([bytes(range(256)), f"\r\n--{BOUNDARY[:-1]}".encode(), b"\r\n\r\n--"])


@settings(max_examples=250)
@given(
    strategies.ranges_and_sizes(strategies.small_sizes),
    _patterns,
    st.sampled_from([None, "video/mp4"]),
)
def test_reassembled_it_is_the_union_asked_for(
    case: tuple[str, int], pattern: bytes, media_type: str | None
) -> None:
    value, size = case
    data = (pattern * size)[:size]
    decided = answer(a_request(range=value), a_media(size=size, media_type=media_type))
    fields, body = fields_of(decided), content_of(decided, data)
    asked = peers.asked_ranges(value, size) or []
    expected = peers.coalesced(asked)
    if len(expected) < 2:
        assert "boundary" not in fields.get("Content-Type", "")
        return
    assert decided.status == 206
    assert int(fields["Content-Length"]) == len(body)
    assert "Content-Range" not in fields
    parts = peers.read_multipart(fields["Content-Type"], body)
    assert [(part.first, part.last) for part in parts] == expected
    names = ["Content-Type", "Content-Range"] if media_type else ["Content-Range"]
    for part in parts:
        assert [name for name, _ in part.fields] == names
        assert dict(part.fields).get("Content-Type") == media_type
        assert part.size == size
        assert part.content == data[part.first : part.last + 1]
    pieces = {at: part.content[at - part.first] for part in parts for at in _positions(part)}
    assert pieces == {at: data[at] for low, high in asked for at in range(low, high + 1)}


def _positions(part: peers.Part) -> range:
    return range(part.first, part.last + 1)


@pytest.mark.parametrize("size", [2**31, 2**63])
def test_content_length_of_huge_parts(size: int) -> None:
    decided = answer(a_request(range="bytes=0-0,2-"), a_media(size=size))
    framing = sum(len(part) for part in decided.segments if isinstance(part, bytes))
    assert int(fields_of(decided)["Content-Length"]) == size - 1 + framing
