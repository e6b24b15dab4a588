from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.films import Films
from benchmarks.load import Request, Wrong, drive, fields_of, range_request, request
from tests.benchmarks.scripted import answering

WANTED = range_request("/film.mp4", 100, 1100)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder: Path = tmp_path_factory.mktemp("films")
    return Films(folder, 1).of_size(1).path.read_bytes()


def answer(body: bytes, *, status: int = 206, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status} \r\nContent-Length: {size}\r\n\r\n".encode() + body


def test_a_range_is_asked_for_as_the_rfc_has_it() -> None:
    assert b"\r\nRange: bytes=100-1099\r\n" in WANTED.wire
    assert WANTED.wire.startswith(b"GET /film.mp4 HTTP/1.1\r\n")
    assert WANTED.wire.endswith(b"\r\n\r\n")


def test_all_requests_are_sent_and_counted(film: bytes) -> None:
    told: list[Request] = []
    with answering(*[answer(film[100:1100])] * 9) as address:
        tally = drive(address, [WANTED] * 9, connections=3, before=told.append)
    assert told == [WANTED] * 9
    assert (tally.requests, tally.bytes, len(tally.first_bytes)) == (9, 9000, 9)
    assert all(0 < seconds < 10 for seconds in tally.first_bytes)


def test_there_may_be_more_connections_than_requests(film: bytes) -> None:
    with answering(answer(film[100:1100])) as address:
        assert drive(address, [WANTED] * 2, connections=8).requests == 2


def test_a_long_body_is_received_to_its_end(film: bytes) -> None:
    wanted = request("GET", "/", status=200, length=len(film))
    with answering(answer(film, status=200)) as address:
        assert drive(address, [wanted], connections=1).bytes == len(film)


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_response_without_a_body_may_tell_its_length(method: str) -> None:
    wanted = request(method, "/", status=304)
    with answering(*[answer(b"", status=304, length=1000)] * 2) as address:
        assert drive(address, [wanted] * 2, connections=1).bytes == 0


def test_the_fields_of_one_response_can_be_read(film: bytes) -> None:
    head = b'HTTP/1.1 206 \r\netag:  "a:b" \r\nContent-Length: 1000\r\n\r\n'
    with answering(head + film[100:1100]) as address:
        assert fields_of(address, WANTED)["etag"] == '"a:b"'


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("shifted", "other bytes than those of the film"),
        ("status", "answered 200 in place of 206"),
        ("length", "said Content-Length 999 in place of 1000"),
        ("no length", "said Content-Length nothing in place of 1000"),
        ("long", "sent 1 bytes too many"),
        ("short", "closed the connection after 999 bytes"),
        ("endless head", "head without an end"),
    ],
)
def test_what_is_wrong_is_said(film: bytes, wrong: str, reason: str) -> None:
    body = film[100:1100]
    answers = {
        "shifted": answer(film[101:1101]),
        "status": answer(body, status=200),
        "length": answer(body[:-1]),
        "no length": b"HTTP/1.1 206 \r\n\r\n" + body,
        "long": answer(film[100:1101], length=1000),
        "short": answer(body[:-1], length=1000),
        "endless head": b"HTTP/1.1 206 \r\nX: " + b"x" * 10_000,
    }
    with (
        answering(answers[wrong], stay=False) as address,
        pytest.raises(Wrong, match=reason),
    ):
        drive(address, [WANTED], connections=1)


def test_silence_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.load.PATIENCE", 0.1)
    with answering(b"") as address, pytest.raises(Wrong, match="nothing for"):
        drive(address, [WANTED], connections=1)


def test_nobody_there_is_wrong() -> None:
    with answering() as address:
        pass
    with pytest.raises(Wrong, match="Connection refused"):
        drive(address, [WANTED], connections=1)
