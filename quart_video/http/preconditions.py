"""Preconditions, RFC 9110 section 13, in the order of section 13.2.2.

Each rule returns what it finds; nothing is folded into a bool that could not tell 304 from 412.
"""

from __future__ import annotations

from enum import Enum, auto

from quart_video.http.dates import parse_date
from quart_video.http.facts import MediaFacts, RequestFacts
from quart_video.http.validators import parse_tag, parse_tags

# Methods that neither select nor change a representation: conditions are ignored (section 13.2.1).
_SELECT_NOTHING = ("CONNECT", "OPTIONS", "TRACE")


class Outcome(Enum):
    """What the preconditions of a request come to."""

    PROCEED = auto()
    """Answer as if there were none."""
    NOT_MODIFIED = auto()
    """304: the client has it already."""
    FAILED = auto()
    """412: the client spoke of another version."""


def evaluate(request: RequestFacts, media: MediaFacts) -> Outcome:
    """Evaluate steps 1 to 4 of section 13.2.2 against a representation that exists.

    ``If-Range``, step 5, only decides over a range: see :func:`range_applies`.
    """
    if request.method in _SELECT_NOTHING:
        return Outcome.PROCEED

    if request.if_match is not None:
        if not _if_match(request.if_match, media):
            return Outcome.FAILED
    elif request.if_unmodified_since is not None and not _if_unmodified_since(request, media):
        return Outcome.FAILED

    safe = request.method in ("GET", "HEAD")
    if request.if_none_match is not None:
        if not _if_none_match(request.if_none_match, media):
            return Outcome.NOT_MODIFIED if safe else Outcome.FAILED
    elif safe and request.if_modified_since is not None and not _if_modified_since(request, media):
        return Outcome.NOT_MODIFIED
    return Outcome.PROCEED


def range_applies(request: RequestFacts, media: MediaFacts) -> bool:
    """Say whether ``Range`` counts: ``If-Range`` is absent or matches exactly (section 13.1.5)."""
    value = request.if_range
    if value is None:
        return True
    tag = parse_tag(value)
    if tag is not None:
        return media.etag is not None and media.etag.matches_strongly(tag)
    date = parse_date(value, now=request.now)
    # A date is a strong validator only once the second it names is over (section 8.8.2.2).
    return date is not None and date == media.modified and date < request.now


def _if_match(value: str, media: MediaFacts) -> bool:
    """Section 13.1.1: ``*``, or one of the tags matches strongly."""
    if value == "*":
        return True
    tags = parse_tags(value) or ()
    return media.etag is not None and any(media.etag.matches_strongly(tag) for tag in tags)


def _if_none_match(value: str, media: MediaFacts) -> bool:
    """Section 13.1.2: not ``*``, and none of the tags matches, weak or not."""
    if value == "*":
        return False
    tags = parse_tags(value) or ()
    return media.etag is None or not any(media.etag.matches_weakly(tag) for tag in tags)


def _if_modified_since(request: RequestFacts, media: MediaFacts) -> bool:
    """Section 13.1.3: true, too, where the value is no date or the media has none."""
    date = parse_date(request.if_modified_since or "", now=request.now)
    return date is None or media.modified is None or media.modified > date


def _if_unmodified_since(request: RequestFacts, media: MediaFacts) -> bool:
    """Section 13.1.4: true, too, where the value is no date or the media has none."""
    date = parse_date(request.if_unmodified_since or "", now=request.now)
    return date is None or media.modified is None or media.modified <= date
