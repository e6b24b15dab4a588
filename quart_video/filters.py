"""Which filters a gallery offers: those that make a difference. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quart_video.media_types import extension
from quart_video.models import Listing, ListingQuery

NAMES = ("type", "min_duration", "max_duration")
"""The parameters that filter."""

_LENGTHS = (60, 300, 600, 1200, 1800, 3600, 7200)


@dataclass(frozen=True, slots=True)
class Filters:
    """The choices there are; where both are empty, there is nothing to filter."""

    types: tuple[str, ...]
    """Values of ``type``."""
    lengths: tuple[float, ...]
    """Seconds, for ``min_duration`` and ``max_duration``."""
    number: int
    """How many are in use."""


def offered(listing: Listing, query: ListingQuery, extensions: Iterable[str]) -> Filters:
    """Return the filters for a page of a listing.

    :param extensions: those that videos may have, each with its dot. Where the page does not show
        all that there is, it cannot tell which of them there are.
    """
    in_use = [getattr(query, name) not in ("", None) for name in NAMES]
    here = {extension(video.name) for video in listing.videos}
    is_all = not any(in_use) and query.cursor is None and listing.next_cursor is None
    types = {kind[1:] for kind in (here if is_all else extensions)}
    if query.type:
        types.add(query.type)
    given = {value for value in (query.min_duration, query.max_duration) if value is not None}
    is_timed = any(video.duration is not None for video in listing.videos)
    is_worth_it = any(in_use) or len(listing.videos) > 1
    return Filters(
        types=tuple(sorted(types)) if is_worth_it and len(types) > 1 else (),
        lengths=tuple(sorted({*_LENGTHS, *given})) if is_worth_it and (is_timed or given) else (),
        number=sum(in_use),
    )
