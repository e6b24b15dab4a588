from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from quart_video.remux.window import RUN, Window

FILM = random.Random(18).randbytes(3 * RUN + 1000)


class Counted:
    """A film that counts how often it is read."""

    def __init__(self, data: bytes = FILM) -> None:
        self.data = data
        self.asked: list[int] = []

    def read(self, size: int, position: int) -> bytes:
        self.asked.append(size)
        return self.data[position : position + size]


@given(st.lists(st.tuples(st.integers(0, len(FILM) + 10), st.integers(1, 2 * RUN))))
def test_bytes_are_those_of_the_film_wherever_they_are_asked_for(
    wanted: list[tuple[int, int]],
) -> None:
    window = Window(Counted().read)
    for position, size in wanted:
        part = FILM[position : position + size]
        assert window.read(size, position) == part
        assert window.has(memoryview(part), position)


def test_one_read_does_for_many_packets_in_a_row() -> None:
    film = Counted()
    window = Window(film.read)
    for position in range(0, len(FILM), 1000):
        assert window.has(FILM[position : position + 1000], position)
    assert len(film.asked) == 4


def test_packets_in_two_places_by_turns_are_not_read_over_and_over() -> None:
    film = Counted()
    window = Window(film.read)
    for at in range(0, RUN, 1000):
        for position in (at + 2 * RUN, at):
            assert window.has(FILM[position : position + 100], position)
    assert sum(film.asked) < 3 * RUN


def test_another_packet_and_one_that_goes_on_behind_the_film_are_not_there() -> None:
    window = Window(Counted(b"the film").read)
    assert window.has(b"film", 4)
    assert not window.has(b"fill", 4)
    assert not window.has(b"films", 4)
    assert not window.has(b"f", 8)
    assert not window.has(b"f", 900_000)
