from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.films import LONGEST, MIB, PERIOD, Films, can_be_dropped, is_of_film


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return Films(tmp_path, 3).of_size(3).path.read_bytes()


@pytest.mark.parametrize("offset", [0, 1, 12345, PERIOD - 1, PERIOD, MIB, 2 * MIB + 7])
@pytest.mark.parametrize("length", [0, 1, 1000, LONGEST])
def test_every_byte_is_known(data: bytes, offset: int, length: int) -> None:
    assert is_of_film(memoryview(data)[offset : offset + length], offset)


@pytest.mark.parametrize("shift", [1, -1, 4096, 65536, 256 * 1024, MIB, -MIB])
def test_bytes_from_elsewhere_are_not_taken(data: bytes, shift: int) -> None:
    offset = MIB + 4321
    assert not is_of_film(memoryview(data)[offset : offset + 1000], offset + shift)


def test_one_wrong_bit_is_seen(data: bytes) -> None:
    wrong = bytearray(data[:LONGEST])
    wrong[-1] ^= 1
    assert not is_of_film(memoryview(wrong), 0)


def test_a_film_has_its_size_and_is_made_once(tmp_path: Path) -> None:
    films = Films(tmp_path, 2)
    film = films.of_size(2)
    assert film.path.stat().st_size == film.size == 2 * MIB
    assert films.of_size(2.2) is film
    assert [film.name] == [path.name for path in tmp_path.iterdir()]


def test_there_is_no_empty_film(tmp_path: Path) -> None:
    assert Films(tmp_path, 1).of_size(0.01).size == MIB


def test_what_is_in_memory_for_good_cannot_be_cold() -> None:
    memory = Path("/dev/shm")  # noqa: S108 - there, files are in memory
    if not memory.is_dir():
        pytest.skip("there is no /dev/shm")
    path = memory / f"quart-video-{id(memory)}.mp4"
    try:
        film = Films(memory, 1).of_size(1)
        path = film.path
        assert not can_be_dropped(film)
    finally:
        path.unlink(missing_ok=True)
