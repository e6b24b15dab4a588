"""The orders a listing can have, and where a video stands in one. Pure."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from quart_video.catalogue.natural import NaturalKey
from quart_video.storage.base import Entry

Sort = Literal[
    "name",
    "-name",
    "modified",
    "-modified",
    "size",
    "-size",
    "duration",
    "-duration",
    "relevance",
]

SORTS: tuple[Sort, ...] = get_args(Sort)

Place = tuple[int, tuple[NaturalKey, ...], NaturalKey]
"""Where a video stands: a number that counts first, then its path. No two share a place."""


@dataclass(frozen=True, slots=True)
class Order:
    """How places follow upon each other."""

    number: Callable[[Entry], int]
    """Gives the first part of a video's place."""
    descending: bool = False
    """Whether the greatest place comes first."""

    @property
    def precedes(self) -> Callable[[Any, Any], bool]:
        """Says whether one place, or its first part, comes before another."""
        return operator.gt if self.descending else operator.lt


def _size(video: Entry) -> int:
    return video.facts.size if video.facts else 0


def _modified(video: Entry) -> int:
    return video.facts.modified_ns if video.facts else 0


# Where the number alone is turned round, videos of one size or time still go by name.
ORDERS: Mapping[Sort, Order] = {
    "name": Order(lambda _: 0),
    "-name": Order(lambda _: 0, descending=True),
    "modified": Order(_modified),
    "-modified": Order(lambda video: -_modified(video)),
    "size": Order(_size),
    "-size": Order(lambda video: -_size(video)),
    # Nothing is known of any video but its name and facts: there they all stand together.
    "duration": Order(lambda _: 0),
    "-duration": Order(lambda _: 0),
    "relevance": Order(lambda _: 0),
}
