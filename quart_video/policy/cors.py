"""Which fields of the Fetch standard's CORS protocol an answer carries. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from quart_video.http import Fields

_EXPOSED = "Accept-Ranges, Content-Length, Content-Range, ETag"
_ALLOWED = (
    "Authorization, If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, "
    "Range"
)
_MAX_AGE = "86400"  # seconds a browser may remember a preflight; it caps this itself


def cors_fields(
    origins: Sequence[str], origin: str | None, *, preflight: bool, credentials: bool = False
) -> Fields:
    """Return the fields to add to an answer.

    :param origins: that may read, ``"*"`` among them for every one; empty: CORS is off.
    :param origin: the ``Origin`` of the request.
    :param preflight: the request asks, by OPTIONS, what would be allowed.
    :param credentials: requests may come with cookies; never for every origin.
    """
    if not origins:
        return ()
    if "*" in origins:
        fields = [("Access-Control-Allow-Origin", "*")]
    else:
        # Without it a cache would give one origin's answer to another.
        fields = [("Vary", "Origin")]
        if origin is None or origin not in origins:
            return tuple(fields)
        fields.append(("Access-Control-Allow-Origin", origin))
        if credentials:
            fields.append(("Access-Control-Allow-Credentials", "true"))
    if preflight:
        fields += [
            ("Access-Control-Allow-Methods", "GET, HEAD"),
            ("Access-Control-Allow-Headers", _ALLOWED),
            ("Access-Control-Max-Age", _MAX_AGE),
        ]
    else:
        fields.append(("Access-Control-Expose-Headers", _EXPOSED))
    return tuple(fields)
