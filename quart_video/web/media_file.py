"""A file of the library becomes an answer: the one way from a view to ``delivery``."""

from __future__ import annotations

import time

from quart import Response, request

from quart_video.access.guard import LibraryAccess, Opens
from quart_video.delivery.body import Transfer
from quart_video.delivery.response import (
    closed_on_error,
    empty_response,
    file_fields,
    http_errors,
    likely_range,
    media_facts,
    redirect_response,
    respond,
    with_first_chunk,
    x_sendfile_response,
)
from quart_video.http import Fields
from quart_video.library.library import Library
from quart_video.storage.base import FileFacts, Media, Signer, nothing
from quart_video.web.transfers import apply_transfer_policy


async def serve_file(
    access: LibraryAccess,
    opens: Opens,
    path: str,
    media_type: str,
    fields: Fields = (),
    *,
    is_virtual: bool = False,
) -> Response:
    """Answer the current request with a file of the library.

    :param opens: a way of *access* to open it.
    :param path: of the file, below the media root.
    :param fields: what this answer says beside the fields that all files are sent with.
    :param is_virtual: whether it is a file that no server in front could find.
    :raises werkzeug.exceptions.HTTPException: it is not there, not to be had, or too many are being
        sent.
    """
    library = access.library

    async def open_and_respond() -> Response:
        limit = library.settings.open_range_limit
        media = await opens(path, lambda: likely_range(limit))
        with closed_on_error(media):
            headers = (*_fields(access, media.facts), *fields)
            if library.sendfile_header is None or is_virtual:
                return _respond(library, media, path, media_type, headers)
            field = library.sendfile_header.field(path)
        media.close()
        return x_sendfile_response(field, media_type, headers)

    with http_errors():
        response = await with_first_chunk(open_and_respond)
    if library.media_type(path) is None:  # captions are small, and do not count
        return response
    return await apply_transfer_policy(response, library, path, media_type)


async def redirect_to_store(
    access: LibraryAccess, signer: Signer, path: str, media_type: str
) -> Response:
    """Send the client on to the object store, unless there is nothing to fetch.

    :raises werkzeug.exceptions.HTTPException: it is not there, or not to be had.
    """
    with http_errors():
        media = await access.open(path, nothing)
        with closed_on_error(media):
            fields = _fields(access, media.facts)
            response = _respond(access.library, media, path, media_type, fields)
        if not isinstance(response.response, Transfer):
            return response  # HEAD, or a condition or range that we can answer as well
        media.close()
        seconds = access.library.settings.store_expiry
        return redirect_response(await signer.presign("GET", path, seconds=seconds))


def _fields(access: LibraryAccess, facts: FileFacts) -> Fields:
    """Return what a file is sent with; *facts* are those of what has been opened."""
    audience = access.audience
    names_version = (
        audience.max_age is not None
        and request.args.get("v") == facts.version != ""
        and facts.is_settled(time.time_ns())
    )
    policy = access.library.settings.cross_origin_resource_policy
    return file_fields(audience, policy, names_version=names_version)


def _respond(
    library: Library, media: Media, path: str, media_type: str, headers: Fields
) -> Response:
    return respond(
        empty_response(media_type),
        media,
        media_facts(media.facts, media_type),
        headers=headers,
        name=path,
        stall_timeout=library.settings.stall_timeout,
        open_range_limit=library.settings.open_range_limit,
    )
