"""What playlists of all forms are made of. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MAX_TRACKS = 10_000
"""Most videos in a playlist."""


@dataclass(frozen=True, slots=True)
class Track:
    """A video in a playlist. Its URLs are absolute."""

    url: str
    title: str
    page: str
    """URL of the page that plays it."""
    duration: float | None = None
    """Seconds; ``None``: not known."""
    image: str | None = None
    """URL of a picture; ``None``: there is none."""
