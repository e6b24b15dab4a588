"""How to come by the rows of a listing. Pure.

Rule 1: whichever way is taken finds the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from quart_video.catalogue.index.segments import Segment

FEW = 5000
"""Rows that are fetched and sorted within some milliseconds."""


class Way(Enum):
    """How to come by the rows."""

    FOLDERS = "folder f CROSS JOIN video v ON v.folder = f.id"
    """Folder by folder, each by name."""
    ORDER = "video v CROSS JOIN folder f ON f.id = v.folder"
    """All there are, to be sorted."""
    ALONG = "video v INDEXED BY {index} CROSS JOIN folder f ON f.id = v.folder"
    """All there are, in the order of a column, to the end of the page. SQLite would rather sort all
    where it has a condition that it takes for one that few rows fulfil."""
    MATCHES = (
        "search CROSS JOIN video v ON v.id = search.rowid CROSS JOIN folder f ON f.id = v.folder"
    )
    """What the full-text index finds."""
    MATCHES_ALONE = "search CROSS JOIN video_size_type v ON v.id = search.rowid"
    """The same, of which nothing but the size and the type is known."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is to look at."""

    inside: int
    """Videos in the scope."""
    matches: int | None
    """Those that the full-text index finds, in the scope or not; more than are :func:`few` or
    :func:`many`, roughly. ``None``: it is not asked."""
    lasting: int | None
    """Those that last as long as asked for, at least :data:`FEW` where they are more; ``None``: any
    will do."""
    has_orders: bool
    """Whether there are indexes of the columns yet."""


def way(segment: Segment, extent: Extent) -> Way:
    """Choose how to come by the first rows of a segment."""
    if extent.inside <= FEW:
        return Way.FOLDERS
    if extent.matches is not None and extent.matches <= few(segment, extent.inside):
        return Way.MATCHES
    if extent.lasting is not None and extent.lasting <= FEW:
        return Way.ORDER
    if segment.column is None:
        return Way.FOLDERS
    return Way.ALONG if extent.has_orders else Way.ORDER


def few_to_rank() -> int:
    """Return how many matches are soon put in order by rank, all at once."""
    return FEW // 5


def few(segment: Segment, inside: int) -> int:
    """Return how many matches are soon looked at, rather than to go along the order."""
    return max(FEW, inside // 8) if segment.is_picky else FEW


def count_way(extent: Extent) -> Way:
    """Choose how to come by all rows of a listing."""
    if extent.inside <= FEW or (extent.matches is None and extent.lasting is None):
        return Way.FOLDERS
    if extent.matches is not None and extent.matches <= FEW:
        return Way.MATCHES
    if extent.lasting is not None:
        return Way.ORDER
    return Way.MATCHES if (extent.matches or 0) <= many(extent.inside) else Way.FOLDERS


def many(inside: int) -> int:
    """Return how many matches are no better than to look at all there is in the scope."""
    return max(FEW, inside // 2)
