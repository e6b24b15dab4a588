"""The parameters of a listing, out of the address of the current request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from quart import request
from quart_schema.validation import QuerystringValidationError
from werkzeug.exceptions import BadRequest

from quart_video import catalogue
from quart_video.access.guard import LibraryAccess
from quart_video.models import GalleryQuery, ListingQuery
from quart_video.web.descriptions import listed

Query = TypeVar("Query", bound=ListingQuery)
LISTING: TypeAdapter[ListingQuery] = TypeAdapter(ListingQuery)
GALLERY: TypeAdapter[GalleryQuery] = TypeAdapter(GalleryQuery)
_NOTHING: Mapping[str, str] = {}


def query_of_request(
    kind: TypeAdapter[Query],
    *,
    defaults: Mapping[str, str] = _NOTHING,
    fixed: Mapping[str, str] = _NOTHING,
) -> Query:
    """Read the parameters of a listing; an empty one, as forms send it, counts as absent.

    :param defaults: what counts where a parameter is absent.
    :param fixed: what counts in any case.
    :raises QuerystringValidationError: a parameter is wrong, which is a 400 that says what to do.
    """
    given = {name: value for name, value in request.args.items() if value != ""}
    try:
        query = kind.validate_python({**defaults, **given, **fixed})
    except ValidationError as error:
        raise _bad_query(
            error, *(f"{'.'.join(map(str, e['loc']))}: {e['msg']}." for e in error.errors())
        ) from error
    return replace(query, recursive=query.reaches_below) if query.recursive is None else query


async def page_of(access: LibraryAccess, query: ListingQuery) -> catalogue.Page:
    """Return the page of a listing that a query asks for.

    :raises QuerystringValidationError: the cursor is none that this listing gave.
    :raises werkzeug.exceptions.HTTPException: the folder is not there, or not to be had.
    """
    try:
        return await access.page(listed(access, query))
    except catalogue.BadCursor as error:
        raise _bad_query(error, str(error)) from error


def _bad_query(error: Exception, *problems: str) -> BadRequest:
    """Make a 400 that tells what is wrong, as quart-schema's own would be handled by the host."""
    result = QuerystringValidationError(error)
    result.description = " ".join(problems)
    return result
