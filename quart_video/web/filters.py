"""Which filters a gallery offers: those that make a difference. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quart_video.media_types import extension
from quart_video.messages import Texts
from quart_video.models import Listing, ListingQuery
from quart_video.web.formatting import format_length

NAMES = ("type", "min_duration", "max_duration")
"""The parameters that filter."""

_LENGTHS = (60, 300, 600, 1200, 1800, 3600, 7200)


@dataclass(frozen=True, slots=True)
class Filter:
    """One parameter that filters, and what it may be."""

    name: str
    """That of the parameter, and the key of the text that says what it is."""
    choices: tuple[tuple[str, str], ...]
    """Pairs of a value and what it is called."""
    chosen: str
    """The value in use, ``""`` for none."""


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a gallery."""

    offered: tuple[Filter, ...]
    number: int
    """How many are in use."""


def filters_of(
    listing: Listing, query: ListingQuery, extensions: Iterable[str], texts: Texts
) -> Filters:
    """Return the filters for a page of a listing.

    :param extensions: those of all videos that the listing might show, each with its dot; beside
        those on the page, which are there in any case.
    """
    number = sum(getattr(query, name) not in ("", None) for name in NAMES)
    is_all = query.cursor is None and listing.next_cursor is None
    if not number and is_all and len(listing.videos) < 2:
        return Filters((), 0)
    found = [_of_types(listing, query, extensions)]
    if query.min_duration is not None or query.max_duration is not None or _is_timed(listing):
        found += _of_lengths(query, texts)
    return Filters(
        offered=tuple(each for each in found if each.chosen or len(each.choices) > 1), number=number
    )


def _of_types(listing: Listing, query: ListingQuery, extensions: Iterable[str]) -> Filter:
    chosen = query.type.lower()
    there = {*extensions, *(extension(video.name) for video in listing.videos)}
    kinds = sorted({kind[1:] for kind in there} | ({chosen} if chosen else set()))
    return Filter("type", tuple((kind, _called(kind)) for kind in kinds), chosen)


def _called(kind: str) -> str:
    return kind if "/" in kind else kind.upper()


def _is_timed(listing: Listing) -> bool:
    return any(video.duration is not None for video in listing.videos)


def _of_lengths(query: ListingQuery, texts: Texts) -> list[Filter]:
    given = {"min_duration": query.min_duration, "max_duration": query.max_duration}
    lengths = sorted({*_LENGTHS, *(value for value in given.values() if value is not None)})
    choices = tuple((f"{seconds:g}", format_length(seconds, texts)) for seconds in lengths)
    return [
        Filter(name, choices, "" if value is None else f"{value:g}")
        for name, value in given.items()
    ]
