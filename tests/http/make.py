"""Requests and media to decide about, and what comes out of a plan."""

from __future__ import annotations

from collections import Counter
from typing import Any

from quart_video.http import ByteRange, EntityTag, MediaFacts, Plan, RequestFacts, plan

NOW = 1_795_354_496
"""Sun, 22 Nov 2026 13:34:56 GMT"""

MODIFIED = 784_111_777
"""The example of section 5.6.7."""

IMF = "Sun, 06 Nov 1994 08:49:37 GMT"
RFC850 = "Sunday, 06-Nov-94 08:49:37 GMT"
ASCTIME = "Sun Nov  6 08:49:37 1994"
EARLIER = "Sun, 06 Nov 1994 08:49:36 GMT"
LATER = "Sun, 06 Nov 1994 08:49:38 GMT"

BOUNDARY = "THIS_STRING_SEPARATES"
STRONG = EntityTag("v1")
WEAK = EntityTag("v1", weak=True)


def a_request(method: str = "GET", **facts: Any) -> RequestFacts:
    return RequestFacts(method, **{"now": NOW, **facts})


def a_media(**facts: Any) -> MediaFacts:
    usual = {"size": 1000, "media_type": "video/mp4", "etag": STRONG, "modified": MODIFIED}
    return MediaFacts(**{**usual, **facts})


def answer(request: RequestFacts, media: MediaFacts) -> Plan:
    return plan(request, media, boundary=BOUNDARY)


def fields_of(decided: Plan) -> dict[str, str]:
    """Return the fields by name, of which none may come twice."""
    repeated = [name for name, times in Counter(n for n, _ in decided.fields).items() if times > 1]
    assert not repeated
    return dict(decided.fields)


def ranges_of(decided: Plan) -> list[tuple[int, int]]:
    return [(s.start, s.stop) for s in decided.segments if isinstance(s, ByteRange)]


def content_of(decided: Plan, data: bytes) -> bytes:
    """Send the plan out of *data*."""
    return b"".join(s if isinstance(s, bytes) else data[s.start : s.stop] for s in decided.segments)
