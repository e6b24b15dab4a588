"""The facts a decision is made of."""

from __future__ import annotations

from dataclasses import dataclass

from quart_video.http.validators import EntityTag

DATE_LAG = 60
"""Seconds that the ``Date`` of an answer may be behind our clock.

A server may write it from a clock that it has read before: Gunicorn and Granian once in a second,
Uvicorn at every tenth of the turns that it takes on the event loop, a tenth of a second apart. Each
turn is late by as long as the loop is busy, so that a second of it makes ten. RFC 7232 (2.2.2) had
the same minute, for the same reason.
"""


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What counts in a request.

    Field values have their surrounding white space removed; several lines of one field are one
    value, joined by ``", "``; an absent field is ``None``, which is not the same as an empty one.
    """

    method: str
    now: int
    """When the answer is made, whole seconds since the epoch."""
    if_match: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    if_unmodified_since: str | None = None
    if_range: str | None = None
    range: str | None = None
    fetch_dest: str | None = None
    """``Sec-Fetch-Dest`` (Fetch Metadata): what a browser wants it for, as ``video``."""
    open_range_limit: int | None = None
    """Most bytes to answer one open-ended range of a player with; ``None``: all there are."""


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What counts of the media, as a 200 would describe it."""

    size: int | None
    """Length in bytes; ``None`` where nobody knows it, and then there are no ranges."""
    media_type: str | None
    etag: EntityTag | None = None
    modified: int | None = None
    """When it was last modified, whole seconds since the epoch; may lie in the future."""

    def last_modified(self, now: int) -> int | None:
        """Return the date to announce as ``Last-Modified`` in an answer made at *now*.

        It never names a second that is not over: the media may change again within it, and the date
        would not tell (section 8.8.2.2). And a time of the future is none that anybody can rely on:
        what stands in its place is not later than the ``Date`` of the answer, whichever clock the
        server has that from (section 8.8.2.1).
        """
        if self.modified is None:
            return None
        return now - DATE_LAG if self.modified > now else min(self.modified, now - 1)
