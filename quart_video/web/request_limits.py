"""How much of a request is read: what takes long to take apart is refused, or taken as absent."""

from __future__ import annotations

from quart import Request, request
from quart.wrappers.request import Body
from werkzeug.exceptions import BadRequest, RequestURITooLarge

MAX_QUERY_BYTES = 64 * 1024
"""Longest query of an address: a folder, a search and a cursor fit in, as long as they can be and
with every byte escaped."""

MAX_PARAMETERS = 100

_LONGEST_ACCEPT = 4096
"""Characters of a field that says what a client would like. Browsers send some hundred."""


class _BodyThrownAway(Body):
    """The body of a request of which nothing is kept, and that is taken for complete."""

    def append(self, data: bytes) -> None:
        """Take a piece from Quart before 0.23."""

    async def put(self, data: bytes) -> None:
        """Take a piece from later ones."""


def keep_no_body(request: Request) -> None:
    """Have what a client sends behind the head of its request thrown away as it comes.

    No address of ours takes a body, and Quart would keep 16 MiB of it for as long as the answer is
    sent, which for a film may be hours.
    """
    request.body = _BodyThrownAway(None, None)
    request.body.set_complete()


def refuse_long_queries(request: Request) -> None:
    """Refuse what nobody asks by, before it is taken apart.

    :raises werkzeug.exceptions.HTTPException: the query is too long, or has too many parameters.
    """
    query: bytes = request.query_string
    if len(query) > MAX_QUERY_BYTES:
        raise RequestURITooLarge(
            f"The query of this address has more than {MAX_QUERY_BYTES} bytes. Shorten it."
        )
    if query.count(b"&") >= MAX_PARAMETERS:
        raise BadRequest(
            f"This address has more than {MAX_PARAMETERS} parameters. Leave out all but those of "
            "the documentation."
        )


def accepts(media_type: str) -> bool:
    """Tell whether the client names *media_type*; not for ``*``, which says little of new types."""
    if len(request.headers.get("Accept", "")) > _LONGEST_ACCEPT:
        return False
    return media_type in (kind for kind, quality in request.accept_mimetypes if quality > 0)


def accepted_languages() -> list[str]:
    """Return the tags of the languages that the client's user reads, the best first."""
    if len(request.headers.get("Accept-Language", "")) > _LONGEST_ACCEPT:
        return []
    # A quality of 0 says "not acceptable" (RFC 9110, section 12.4.2).
    return [tag for tag, quality in request.accept_languages if tag != "*" and quality > 0]
