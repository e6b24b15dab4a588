from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from benchmarks import viewers
from benchmarks.films import Film, Films
from benchmarks.load import Wrong, request
from benchmarks.viewers import BYTES_PER_SECOND, Audience, stalled
from tests.benchmarks.scripted import answering


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    folder: Path = tmp_path_factory.mktemp("films")
    return Films(folder, 8).of_size(8)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewers, "FILLING", 0.3)


def answer(film: Film, body: bytes) -> bytes:
    return f"HTTP/1.1 206 \r\nContent-Length: {film.size}\r\n\r\n".encode() + body


@contextmanager
def audience(film: Film, body: bytes) -> Iterator[Audience]:
    """One viewer of what is sent, from the beginning of the film."""
    with answering(answer(film, body)) as address:
        watching = Audience(address, film, "/film.mp4", 1)
        try:
            yield watching
        finally:
            watching.close()


def test_a_viewer_takes_what_is_due_and_no_more(film: Film) -> None:
    with audience(film, film.path.read_bytes()) as watching:
        began = time.perf_counter()
        received = watching.watch(1.0, nullcontext(), arrival=0.2)
        elapsed = time.perf_counter() - began
        assert elapsed >= 1.5
        assert 0.5 * BYTES_PER_SECOND < received <= elapsed * BYTES_PER_SECOND
        assert watching.behind == [0.0]
        assert len(watching.first_bytes) == 1


def test_a_viewer_who_gets_nothing_falls_behind(film: Film) -> None:
    # Enough for 0.9 of the 1.5 seconds that are watched.
    with audience(film, film.path.read_bytes()[: BYTES_PER_SECOND * 9 // 10]) as watching:
        watching.watch(1.0, nullcontext(), arrival=0.2)
        assert 0.3 < watching.behind[0] < 1.0


def test_no_film_at_all_is_wrong(film: Film) -> None:
    with audience(film, b"") as watching, pytest.raises(Wrong, match="nothing to any viewer"):
        watching.watch(0.5, nullcontext(), arrival=0.2)


def test_another_film_is_wrong(film: Film) -> None:
    with audience(film, bytes(100_000)) as watching, pytest.raises(Wrong, match="other bytes"):
        watching.watch(0.5, nullcontext(), arrival=0.2)


def test_those_who_stall_take_the_first_bytes_only(film: Film) -> None:
    wanted = request("GET", "/film.mp4", status=206, length=film.size)
    with (
        answering(answer(film, film.path.read_bytes())) as address,
        stalled(address, wanted, 5) as first_bytes,
    ):
        assert len(first_bytes) == 5
        assert all(0 < seconds < 10 for seconds in first_bytes)


def test_one_that_is_not_answered_is_wrong(film: Film) -> None:
    wanted = request("GET", "/film.mp4", status=206, length=film.size)
    with (
        answering(stay=False) as address,
        pytest.raises(Wrong, match=r"closed the connection|does not answer 5 clients"),
        stalled(address, wanted, 5),
    ):
        pass
