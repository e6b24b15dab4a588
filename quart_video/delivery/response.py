"""Glue: an opened media and the current request become a Quart response.

The only file that knows both sides. What is decided is decided in :mod:`quart_video.http`.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from functools import lru_cache

from quart import Response
from quart.wrappers.response import DataBody
from werkzeug.datastructures import Headers
from werkzeug.exceptions import Forbidden, ServiceUnavailable
from werkzeug.exceptions import NotFound as HTTPNotFound

from quart_video import http
from quart_video.delivery import backlog, kernel
from quart_video.delivery.body import Transfer
from quart_video.delivery.context import this_app, this_request
from quart_video.delivery.flow_control import waits_for_client, warn_of_buffering
from quart_video.policy.cache_control import Answer, Audience, caching_fields
from quart_video.storage.base import (
    Changed,
    Denied,
    FileFacts,
    Media,
    NotFound,
    StorageError,
    Unavailable,
    Unreadable,
)

logger = logging.getLogger("quart_video")

# What a 200 says of its content, and what no other answer than 200 and 206 may repeat.
_CONTENT_FIELDS = frozenset(
    {
        "accept-ranges",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-type",
        "last-modified",
    }
)
# What a 304 has to repeat of the 200 (section 15.4.5); of an error it would be untrue.
_CACHE_FIELDS = frozenset({"cache-control", "content-location", "etag", "expires"})

_REQUEST_FIELDS = {
    "if-match": "if_match",
    "if-modified-since": "if_modified_since",
    "if-none-match": "if_none_match",
    "if-range": "if_range",
    "if-unmodified-since": "if_unmodified_since",
    "range": "range",
    "sec-fetch-dest": "fetch_dest",
}


def request_facts(
    *, conditional: bool = True, open_range_limit: int | None = None
) -> http.RequestFacts:
    """Gather what counts in the current request; several lines of a field become one value.

    :param conditional: whether preconditions and ranges count. They never do where a method with
        effects has been carried out already, and what it answers is not what it was aimed at.
    :param open_range_limit: most bytes to answer an open-ended range with, on a server that does
        not wait for its client; ``None``: all there are.
    """
    request = this_request()
    method = request.method
    values: dict[str, list[str]] = {}
    if conditional and method in ("GET", "HEAD"):
        # One pass over all: looking the names up, one after the other, costs as much as the rest.
        for name, value in request.headers:
            fact = _REQUEST_FIELDS.get(name.lower())
            if fact is not None:
                values.setdefault(fact, []).append(value)
    limit = open_range_limit
    if limit is not None and ("range" not in values or waits_for_client()):
        limit = None
    stripped = {fact: ", ".join(lines).strip(" \t") for fact, lines in values.items()}
    return http.RequestFacts(
        method=method, now=int(time.time()), open_range_limit=limit, **stripped
    )


def likely_range(open_range_limit: int | None) -> range | None:
    """Guess which bytes the answer to the current request will begin with; ``None``: none."""
    found = http.likely(request_facts(open_range_limit=open_range_limit))
    return range(found.start, found.stop) if found else None


def media_facts(facts: FileFacts, media_type: str | None) -> http.MediaFacts:
    """Say in the terms of HTTP what a storage knows of a file."""
    return http.MediaFacts(
        size=facts.size,
        media_type=media_type,
        # RFC 9110, section 8.8.1: a strong one changes whenever the bytes do.
        etag=http.EntityTag(facts.version, weak=not facts.is_settled(time.time_ns()))
        if facts.version
        else None,
        modified=facts.modified_ns // 1_000_000_000,
    )


class closed_on_error:  # noqa: N801 - it is used as a statement
    """Close *media* unless what is done here goes well: then it has another owner."""

    __slots__ = ("_media",)

    def __init__(self, media: Media) -> None:
        self._media = media

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Close it where there was an error."""
        if error is not None:
            self._media.close()


@lru_cache(maxsize=64)  # they depend on settings, and are sent with every file
def file_fields(
    audience: Audience,
    resource_policy: str | None = None,
    *,
    answer: Answer = Answer.FILE,
    names_version: bool = False,
) -> http.Fields:
    """Return the fields that a file is sent with and that do not follow from the file itself.

    :param names_version: whether it was asked for by an address with its version.
    :param resource_policy: value of ``Cross-Origin-Resource-Policy``; ``None``: it is not sent.
    """
    fields = [
        *caching_fields(answer, audience, names_version=names_version),
        ("X-Content-Type-Options", "nosniff"),
        # Else nginx in front reads ahead into a file and cuts off what is over a gigabyte.
        ("X-Accel-Buffering", "no"),
    ]
    if resource_policy is not None:
        fields.append(("Cross-Origin-Resource-Policy", resource_policy))
    return tuple(fields)


class NoBody(DataBody):
    """A body of nothing, which a server is told of in one message.

    Quart tells of an empty text in two, and middlewares that compress take that for the beginning
    of something long, and put a body on a 304.
    """

    def __init__(self) -> None:
        super().__init__(b"")

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _nothing()


async def _nothing() -> AsyncIterator[bytes]:
    for data in tuple[bytes]():
        yield data


def empty_response(media_type: str | None = None) -> Response:
    """Return a response without a body."""
    # Given a body object, Quart does not wrap an empty list in an iterator that runs in a thread.
    body = NoBody()
    # Nor, given a type, does Werkzeug make one up, for fields that are all replaced later.
    return this_app().response_class(body, content_type=media_type)


def respond(
    response: Response,
    media: Media,
    facts: http.MediaFacts,
    *,
    headers: Iterable[tuple[str, str]],
    name: str,
    stall_timeout: float | None,
    open_range_limit: int | None,
    conditional: bool = True,
) -> Response:
    """Turn *response* into the right answer to the current request, by RFC 9110.

    :param media: read for the body, and owned from now on: closed at once where none of it is sent.
    :param headers: what a 200 would say beside the fields that follow from *facts*.
    :param name: what to call the media in the log.
    :param stall_timeout: seconds after which a client that takes nothing is given up; ``None``:
        never.
    :param open_range_limit: most bytes to answer an open-ended range with, on a server that takes
        them all at once; ``None``: all there are.
    :param conditional: whether preconditions and ranges count.
    """
    asked = request_facts(conditional=conditional, open_range_limit=open_range_limit)
    # Random bytes are dear next to the rest; only an answer in several parts has a use for them.
    boundary = secrets.token_hex(16) if asked.range and "," in asked.range else ""
    plan = http.plan(asked, facts, boundary=boundary)
    apply(plan, response, headers)
    # Quart's timeout counts from the start of the response: a long film would be cut off, and the
    # client be left with a short body. The transfer has a watchdog of its own.
    response.timeout = None
    if plan.reads_media:
        warn_of_buffering(name, plan.length)
        transfer = kernel.transfer_of(media) or Transfer
        body = transfer(media, plan.segments, name=name, stall_timeout=stall_timeout)
        scope = this_request().scope
        if backlog.counts(scope, plan.length):
            record = backlog.server_record(scope["http_version"])
            body.backlog = backlog.Backlog(scope, record, name)
        response.response = body
    else:
        media.close()
        literals = (segment for segment in plan.segments if isinstance(segment, bytes))
        data = b"".join(literals)
        response.response = response.data_body_class(data) if data else NoBody()
    return response


_TRIES = 3
"""Times that a request is answered afresh because the media changed in between."""


async def with_first_chunk(make: Callable[[], Awaitable[Response]]) -> Response:
    """Return the answer that *make* makes, of which the first bytes are at hand.

    While its fields are not sent yet, an answer can be thrown away. That is done where the media
    has changed since it was described.

    :raises Unavailable: it changes all the time.
    :raises StorageError: as making the answer and reading do.
    """
    for _ in range(_TRIES):
        try:
            response = await make()
            if isinstance(response.response, Transfer):
                await response.response.ready()
        except Changed as error:
            logger.info("Answered afresh: %s", error)
        else:
            return response
    raise Unavailable("the media changes faster than it can be read", retry_after=1)


def x_sendfile_response(field: tuple[str, str], media_type: str, headers: http.Fields) -> Response:
    """Leave the answer, preconditions and ranges included, to the server in front.

    :param field: tells that server what to send.
    :param headers: what every answer says beside the fields that follow from the media. Those are
        left out: they would be ours, and the media is another's to send.
    """
    response = empty_response()
    ours = [("Content-Type", media_type), ("Content-Length", "0")]
    response.headers = Headers([*ours, *headers, field])
    return response


def redirect_response(url: str) -> Response:
    """Send the client on to where the media can be fetched, for now.

    Whoever keeps the address gives away what it leads to, and finds it expired one day.
    """
    response = empty_response()
    fields = [("Location", url), ("Referrer-Policy", "no-referrer"), ("Content-Length", "0")]
    response.headers = Headers([*caching_fields(Answer.PASSING), *fields])
    response.status_code = 302
    return response


def apply(plan: http.Plan, response: Response, headers: Iterable[tuple[str, str]]) -> None:
    """Set status and fields of *response* as planned.

    :param headers: what a 200 would say.
    """
    left_out = {name.lower() for name, _ in plan.fields}
    if plan.status == 304:
        left_out |= _CONTENT_FIELDS
    elif plan.status >= 400:
        left_out |= _CONTENT_FIELDS | _CACHE_FIELDS
    kept = [field for field in headers if field[0].lower() not in left_out]
    # Made anew, in one pass: each field set in a Headers of Werkzeug is a search through all.
    response.headers = Headers([*kept, *plan.fields])
    response.status_code = plan.status


class _HTTPErrors:
    """What :func:`http_errors` gives: one for all, as nothing is kept in it."""

    __slots__ = ()

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Raise another error in the place of that of a storage."""
        if isinstance(error, StorageError):
            _raise_http(error)


_HTTP_ERRORS = _HTTPErrors()


def http_errors() -> _HTTPErrors:
    """Turn the errors of a storage into those of HTTP, which the host may have pages for.

    :raises werkzeug.exceptions.NotFound: there is nothing that may be served.
    :raises werkzeug.exceptions.Forbidden: there is, and the server may not read it.
    :raises werkzeug.exceptions.ServiceUnavailable: the storage cannot answer now.
    """
    return _HTTP_ERRORS


def _raise_http(error: StorageError) -> None:
    if isinstance(error, Unreadable):
        logger.info("Not served: %s", error)
        raise Forbidden("The server may not read this: its permissions do not let it.") from error
    if isinstance(error, Denied):
        logger.warning("Not served: %s", error)
        raise HTTPNotFound("There is nothing at this address.") from error
    if isinstance(error, NotFound):
        raise HTTPNotFound("There is nothing at this address.") from error
    if isinstance(error, Unavailable):
        logger.error("The storage cannot answer: %s", error)
        raise ServiceUnavailable(
            "The library cannot be read just now. Try again in a moment.",
            retry_after=error.retry_after,
        ) from error
