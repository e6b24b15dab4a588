"""From the facts of a request and a representation to the answer: status, fields, what to send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quart_video.http import multipart
from quart_video.http.dates import format_date
from quart_video.http.facts import MediaFacts, RequestFacts
from quart_video.http.preconditions import Outcome, evaluate, range_applies
from quart_video.http.ranges import MAX_PARTS, ByteRange, RangeSpec, parse_range, select

Fields = tuple[tuple[str, str], ...]
Segment = bytes | ByteRange

_FAR = 2**62  # bytes; behind the end of any media


@dataclass(frozen=True, slots=True)
class Plan:
    """An answer. Its ``segments`` add up to its Content-Length, but for HEAD, which sends none."""

    status: int
    fields: Fields
    """Fields that follow from the facts. Content-Length is among them where it must be sent."""
    segments: tuple[Segment, ...] = ()
    """What to send: literal bytes, and ranges of the media."""

    @property
    def length(self) -> int:
        """How many bytes are sent."""
        return length_of(self.segments)

    @property
    def reads_media(self) -> bool:
        """Whether any byte of the media is sent."""
        return any(isinstance(segment, ByteRange) for segment in self.segments)


def plan(request: RequestFacts, media: MediaFacts, *, boundary: str) -> Plan:
    """Decide how to answer *request* with *media*, which exists and may be seen.

    :param boundary: separates the parts of a multipart answer: random, of token characters.
    """
    outcome = evaluate(request, media)
    if outcome is Outcome.FAILED:
        return Plan(412, (("Content-Length", "0"),))
    if outcome is Outcome.NOT_MODIFIED:
        return Plan(304, _validators(media, request.now, not_modified=True))
    if media.size is None:
        return Plan(200, (*_media_type(media), *_validators(media, request.now)))
    if request.method == "GET" and request.range is not None and range_applies(request, media):
        specs = parse_range(request.range)
        ranges = select(specs, media.size) if specs else ()
        if specs and not ranges:
            return _unsatisfiable(media.size)
        if len(ranges) == 1:
            part = ranges[0].first(limit) if (limit := _limit(request, specs)) else ranges[0]
            return _single(request, media, part, media.size)
        if 1 < len(ranges) <= MAX_PARTS:
            return _multiple(request, media, ranges, media.size, boundary)
    return _whole(request, media, media.size)


def likely(request: RequestFacts) -> ByteRange | None:
    """Guess, with nothing known of the media, which bytes of it the answer will begin with.

    :returns: a range that may begin or end behind the end of the media; ``None``: probably none
        will be sent, or nothing tells which.
    """
    if request.method != "GET" or request.if_none_match or request.if_modified_since:
        return None
    specs = parse_range(request.range) if request.range is not None else None
    if specs is None:
        return ByteRange(0, _FAR)
    asked = specs[0].resolve(_FAR) if len(specs) == 1 and specs[0].suffix is None else None
    return asked.first(limit) if asked and (limit := _limit(request, specs)) else asked


def _whole(request: RequestFacts, media: MediaFacts, size: int) -> Plan:
    fields = (*_media_type(media), *_validators(media, request.now), ("Content-Length", str(size)))
    sends = request.method != "HEAD" and size > 0
    return Plan(200, (_ACCEPT, *fields), (ByteRange(0, size),) if sends else ())


def _single(request: RequestFacts, media: MediaFacts, part: ByteRange, size: int) -> Plan:
    fields = (
        _ACCEPT,
        *_media_type(media),
        *_validators(media, request.now),
        ("Content-Range", part.content_range(size)),
        ("Content-Length", str(part.length)),
    )
    return Plan(206, fields, (part,))


def _limit(request: RequestFacts, specs: tuple[RangeSpec, ...] | None) -> int | None:
    """Return the most bytes to send of a range that was asked for by *specs*.

    A 206 may hold less than was asked for, and its ``Content-Range`` says so (section 15.3.7). Only
    for players, which ask on: for a browser's, which says what it is, and for whoever begins at the
    beginning. Someone who completes a file, with ``If-Range`` (section 13.1.5) or without, might
    take this part for all that was missing.
    """
    if specs is None or len(specs) > 1 or not specs[0].is_open or request.if_range is not None:
        return None
    plays = specs[0].first == 0 or request.fetch_dest in ("audio", "video")
    return request.open_range_limit if plays else None


def _multiple(
    request: RequestFacts,
    media: MediaFacts,
    ranges: tuple[ByteRange, ...],
    size: int,
    boundary: str,
) -> Plan:
    body = multipart.segments(ranges, size=size, media_type=media.media_type, boundary=boundary)
    fields = (
        _ACCEPT,
        ("Content-Type", multipart.content_type(boundary)),
        *_validators(media, request.now),
        ("Content-Length", str(length_of(body))),
    )
    return Plan(206, fields, body)


def length_of(body: Iterable[Segment]) -> int:
    """Add up how many bytes are sent."""
    return sum(part.length if isinstance(part, ByteRange) else len(part) for part in body)


def _unsatisfiable(size: int) -> Plan:
    text = f"The range asked for lies outside of this media, which has {size} bytes.\n".encode()
    fields = (
        _ACCEPT,
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Range", f"bytes */{size}"),
        ("Content-Length", str(len(text))),
    )
    return Plan(416, fields, (text,))


_ACCEPT = ("Accept-Ranges", "bytes")


def _media_type(media: MediaFacts) -> Fields:
    return (("Content-Type", media.media_type),) if media.media_type else ()


def _validators(media: MediaFacts, now: int, *, not_modified: bool = False) -> Fields:
    """Return ETag and Last-Modified; in a 304 the date only where there is no tag (15.4.5)."""
    fields: list[tuple[str, str]] = []
    if media.etag is not None:
        fields.append(("ETag", str(media.etag)))
    modified = media.last_modified(now)
    if modified is not None and not (not_modified and media.etag is not None):
        date = format_date(modified)
        if date is not None:
            fields.append(("Last-Modified", date))
    return tuple(fields)
