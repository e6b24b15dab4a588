"""The best few of many videos, without sorting them all. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from quart_video.catalogue.natural import natural_key
from quart_video.catalogue.order import Order, Place
from quart_video.catalogue.shelf import Shelf
from quart_video.storage.base import Entry


@dataclass(frozen=True, slots=True)
class Found:
    """A video that may be on the page."""

    place: Place
    entry: Entry
    shelf: Shelf
    """All of its folder; let go of when none of its videos makes it to the page."""


class Selection:
    """The first *size* videos after a place, out of all that are offered."""

    def __init__(self, order: Order, size: int, after: Place | None) -> None:
        self._order = order
        self._size = size
        self._after = after
        self._last: Place | None = None
        """Place of the last that can still be among the first, once there are enough."""
        self._found: list[Found] = []

    def offer(self, shelf: Shelf, videos: Iterable[Entry]) -> None:
        """Take *videos* of *shelf* into account."""
        number_of, precedes = self._order.number, self._order.precedes
        for video in videos:
            number = number_of(video)
            # Sorted by size or time, most of a big folder ends here and costs no natural key.
            if self._last and precedes(self._last[0], number):
                continue
            if self._after and precedes(number, self._after[0]):
                continue
            place = (number, shelf.key, natural_key(video.name))
            if self._after and not precedes(self._after, place):
                continue
            if self._last and precedes(self._last, place):
                continue
            self._found.append(Found(place, video, shelf))
            if len(self._found) >= 2 * self._size + 100:
                self._cut()

    def first(self) -> list[Found]:
        """Return the first of all that were offered, in order."""
        self._cut()
        return self._found

    def _cut(self) -> None:
        self._found.sort(key=attrgetter("place"), reverse=self._order.descending)
        del self._found[self._size :]
        if len(self._found) == self._size:
            self._last = self._found[-1].place
