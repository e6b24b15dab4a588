from __future__ import annotations

import pytest

from benchmarks.bodies import Chunks, Text
from benchmarks.load import Wrong, drive, text_request
from tests.benchmarks.scripted import answering

CHUNKED = b"5\r\nhello\r\n1;name=value\r\n \r\n00C\r\nworld\r\nagain\r\n0\r\n\r\n"
BODY = b"hello world\r\nagain"


@pytest.mark.parametrize("size", [1, 2, 3, 7, len(CHUNKED)])
def test_chunks_may_come_in_any_pieces(size: int) -> None:
    chunks = Chunks()
    body = b""
    for start in range(0, len(CHUNKED), size):
        assert not chunks.is_over
        body += chunks.feed(CHUNKED[start : start + size])
    assert chunks.is_over
    assert body == BODY


def test_what_is_no_chunk_is_refused() -> None:
    with pytest.raises(ValueError, match="hello"):
        Chunks().feed(b"hello\r\n")


ANSWERS = [
    b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    b"HTTP/1.1 200 \r\nContent-Length: 18\r\n\r\n" + BODY,
]


@pytest.mark.parametrize("answer", ANSWERS, ids=["chunked", "length"])
def test_the_first_text_is_what_the_others_have_to_be(answer: bytes) -> None:
    text = Text()
    with answering(*[answer] * 3) as address:
        tally = drive(address, [text_request("/", text)] * 3, connections=1)
    assert text.body == BODY
    assert (tally.requests, tally.bytes) == (3, 3 * len(BODY))


@pytest.mark.parametrize("answer", ANSWERS, ids=["chunked", "length"])
def test_another_text_is_wrong(answer: bytes) -> None:
    with answering(answer) as address, pytest.raises(Wrong, match="another text"):
        drive(address, [text_request("/", Text(BODY.upper()))], connections=1)


@pytest.mark.parametrize(
    "head", [b"Transfer-Encoding: chunked", b"Content-Length: many", b"X-Length: 5"]
)
def test_a_text_of_no_known_length_is_wrong(head: bytes) -> None:
    answer = b"HTTP/1.1 200 \r\n" + head + b"\r\n\r\nhello\r\n"
    with answering(answer) as address, pytest.raises(Wrong, match="no end of the text"):
        drive(address, [text_request("/", Text())], connections=1)
