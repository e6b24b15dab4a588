"""Errors of the JSON API, as programs read them: RFC 9457. Pure."""

from __future__ import annotations

import json

from werkzeug.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"

_OF_A_BODY = {"content-type", "content-length"}


def problem(failure: HTTPException) -> tuple[bytes, int, list[tuple[str, str]]]:
    """Return an error as the body, status and fields of a response.

    The type of the problem is that of its status (section 4.2.1): there is nothing to tell beyond
    what that and the text say.

    :param failure: with a status of 400 or more. Its fields, such as ``Retry-After``, are kept.
    """
    status = failure.code or 500
    told = {"type": "about:blank", "title": failure.name, "status": status}
    if failure.description:
        told["detail"] = failure.description
    kept = [
        (name, value) for name, value in failure.get_headers() if name.lower() not in _OF_A_BODY
    ]
    return json.dumps(told).encode(), status, [*kept, ("Content-Type", MEDIA_TYPE)]
