"""The views, one for each route. Short: what is decided is decided elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from quart import Response, current_app, redirect, request
from quart.typing import ResponseReturnValue
from quart_schema import document_querystring, document_response, hide
from quart_schema.validation import QuerystringValidationError
from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.exceptions import NotFound as HTTPNotFound

from quart_video import catalogue
from quart_video.access.guard import LibraryAccess, Opens, current_access
from quart_video.delivery.body import Transfer
from quart_video.delivery.response import (
    closed_on_error,
    http_errors,
    likely_range,
    media_response,
    redirect_response,
    with_first_chunk,
    x_sendfile_response,
)
from quart_video.http import Fields, content_disposition
from quart_video.library import media_info
from quart_video.library.library import Library, current_library
from quart_video.library.listing_cache import CachedListing
from quart_video.media_types import extension
from quart_video.models import FullVideo, GalleryQuery, Listing, ListingQuery, as_json
from quart_video.storage.base import Media, Signer, nothing
from quart_video.web import m3u, pages, serializers, video_details
from quart_video.web.openapi import answers
from quart_video.web.request_limits import accepted_languages
from quart_video.web.send_file import make_conditional, send_from_directory
from quart_video.web.transfers import apply_transfer_policy

_STATIC = Path(__file__).parents[2] / "static"
# Not left to the host's table of types: a module of another type does not run.
_STATIC_TYPES = {".js": "text/javascript"}
Query = TypeVar("Query", bound=ListingQuery)
_QUERY: TypeAdapter[ListingQuery] = TypeAdapter(ListingQuery)
_GALLERY_QUERY: TypeAdapter[GalleryQuery] = TypeAdapter(GalleryQuery)


@document_querystring(GalleryQuery)
@answers("text/html", "The page.", query=True)
async def gallery(folder: str = "") -> ResponseReturnValue:
    """Page that lists a folder, or what a search finds below it."""
    access = await current_access()
    query = _query(_GALLERY_QUERY, folder=folder)
    describer = serializers.ListingSerializer(access.library)
    page = await _page(access, query)
    listing = serializers.listing(page, query, describer)
    return await _fresh(access, await pages.gallery(listing, page.types, query, access.library))


@answers("video/*", "The media.", ranges=True)
async def media(path: str) -> ResponseReturnValue:
    """Bytes of a video, whole or in ranges."""
    access = await current_access()
    media_type = access.library.media_type(path)
    if media_type is None:
        return await _to_folder(access, path)
    disposition = _disposition(access.library, path)
    if access.library.signer is not None and not disposition:
        return await _redirect(access, access.library.signer, path, media_type)
    response = await send(access, access.open, path, media_type, disposition)
    return await apply_transfer_policy(response, access.library, path, media_type)


@answers("text/html", "The page.")
async def watch(path: str) -> ResponseReturnValue:
    """Page that plays a video."""
    access = await current_access()
    video = await _full_video(access, path)
    beside = await access.neighbours(path)
    describer = serializers.ListingSerializer(access.library)
    neighbours = {
        rel: describer.video(each)
        for rel, each in {"prev": beside.previous, "next": beside.next}.items()
        if each
    }
    page = await pages.watch(video, neighbours, access.library)
    return await _in_language(await _fresh(access, page))


@document_querystring(ListingQuery)
@document_response(Listing)
@answers("application/json", "A page of the listing.", query=True)
async def api_videos() -> ResponseReturnValue:
    """List videos."""
    access = await current_access()
    query = _query(_QUERY)
    return await _fresh(access, await _written(access, query, await _page(access, query)))


@document_querystring(ListingQuery)
@answers(m3u.MEDIA_TYPE, "The playlist.", query=True)
async def playlist() -> ResponseReturnValue:
    """List all pages for a player, 10,000 videos at most; limit and cursor do not count."""
    access = await current_access()
    items = await access.every(_listed(access, _query(_QUERY)), m3u.MAX_TRACKS)
    text = m3u.write(access.library.settings.title, serializers.tracks(items, access.library))
    return await _fresh(access, (text, {"Content-Type": f"{m3u.MEDIA_TYPE}; charset=utf-8"}))


@document_response(FullVideo)
@answers("application/json", "The video.")
async def api_video(path: str) -> ResponseReturnValue:
    """Describe one video, and what is inside it."""
    access = await current_access()
    return await _in_language(await _fresh(access, as_json(await _full_video(access, path))))


@hide
async def health() -> ResponseReturnValue:
    """Say whether the storage answers, for load balancers and monitors.

    Folders that cannot be read are counted; what is in them is shown as it was.

    With ``?verbose``, also how what runs in the background stands. Of what is wrong the log tells.
    """
    fields = {"Cache-Control": "no-store"}
    library = await current_library()
    failure = await library.health.failure()
    answer: dict[str, Any] = {"status": "ok" if failure is None else "unavailable"}
    if library.catalogue.unreadable:
        answer["unreadable_folders"] = library.catalogue.unreadable
    if "verbose" in request.args:
        answer["background"] = [
            {
                "name": each.name,
                "state": each.state,
                "trouble": each.problem is not None,
                "restarts": each.restarts,
            }
            for each in library.activities
        ]
    if failure is None:
        return answer, 200, fields
    return answer, 503, fields | {"Retry-After": str(failure.retry_after)}


@hide
async def static(filename: str) -> ResponseReturnValue:
    """Style and scripts of the pages."""
    media_type = _STATIC_TYPES.get(extension(filename))
    return await send_from_directory(_STATIC, filename, mimetype=media_type)


def _query(kind: TypeAdapter[Query], **fixed: str) -> Query:
    """Read the parameters of a listing; an empty one, as forms send it, counts as absent.

    :raises QuerystringValidationError: a parameter is wrong, which is a 400 that says what to do.
    """
    given = {name: value for name, value in request.args.items() if value != ""}
    try:
        return kind.validate_python(given | fixed)
    except ValidationError as error:
        raise _bad_query(
            error, *(f"{'.'.join(map(str, e['loc']))}: {e['msg']}." for e in error.errors())
        ) from error


def _bad_query(error: Exception, *problems: str) -> BadRequest:
    """Make a 400 that tells what is wrong, as quart-schema's own would be handled by the host."""
    result = QuerystringValidationError(error)
    result.description = " ".join(problems)
    return result


def _listed(access: LibraryAccess, query: ListingQuery) -> catalogue.Query:
    """Say in the terms of the catalogue what a query asks for."""
    return catalogue.Query(
        folder=query.folder,
        q=query.q,
        recursive=query.recursive,
        type=query.type,
        min_duration=query.min_duration,
        max_duration=query.max_duration,
        sort=query.sort,
        limit=query.limit or access.library.settings.page_size,
        cursor=query.cursor,
    )


async def _page(access: LibraryAccess, query: ListingQuery) -> catalogue.Page:
    try:
        return await access.page(_listed(access, query))
    except catalogue.BadCursor as error:
        raise _bad_query(error, str(error)) from error


async def _written(access: LibraryAccess, query: ListingQuery, page: catalogue.Page) -> Response:
    """Write a listing as JSON, unless that is the last thing that was done of it."""
    describer = serializers.ListingSerializer(access.library)
    key = (query, describer.addresses)
    body = None if access.library.protected else access.library.listing_cache.get(key, page)
    if body is not None:
        return current_app.response_class(body.data, content_type=body.content_type)
    listing = serializers.listing(page, query, describer)
    response = cast(Response, await current_app.make_response(as_json(listing)))
    if not access.library.protected:
        data = await response.get_data(as_text=False)
        access.library.listing_cache.put(key, CachedListing(page, data, response.content_type))
    return response


async def send(
    access: LibraryAccess, opens: Opens, path: str, media_type: str, fields: Fields = ()
) -> Response:
    """Answer with a file of the library.

    :param opens: a way of *visit* to open it.
    :raises werkzeug.exceptions.HTTPException: it is not there, or not to be had.
    """
    headers = (*access.media_headers, *fields)
    with http_errors():
        return await with_first_chunk(
            lambda: _answer(access.library, opens, path, media_type, headers)
        )


async def _answer(
    library: Library, opens: Opens, path: str, media_type: str, headers: Fields
) -> Response:
    limit = library.settings.open_range_limit
    media = await opens(path, lambda: likely_range(limit))
    with closed_on_error(media):
        if library.sendfile_header is None:
            return _media_response(library, media, path, media_type, headers)
        field = library.sendfile_header.field(path)
    media.close()
    return x_sendfile_response(field, media_type, headers)


def _media_response(
    library: Library, media: Media, path: str, media_type: str, headers: Fields
) -> Response:
    return media_response(
        media,
        media_type=media_type,
        headers=headers,
        name=path,
        stall_timeout=library.settings.stall_timeout,
        open_range_limit=library.settings.open_range_limit,
    )


async def _redirect(
    access: LibraryAccess, signer: Signer, path: str, media_type: str
) -> ResponseReturnValue:
    """Send the client on to the store, unless there is nothing to fetch."""
    with http_errors():
        media = await access.open(path, nothing)
        with closed_on_error(media):
            response = _media_response(
                access.library, media, path, media_type, access.media_headers
            )
        if not isinstance(response.response, Transfer):
            return response  # HEAD, or a condition or range that we can answer as well
        media.close()
        seconds = access.library.settings.store_expiry
        return redirect_response(await signer.presign("GET", path, seconds=seconds))


def _disposition(library: Library, path: str) -> Fields:
    """Have the browser save what it asks for with ``?download=1``.

    :raises werkzeug.exceptions.Forbidden: downloads are turned off.
    """
    if request.args.get("download", "0") in ("", "0"):
        return ()
    if not library.settings.downloads:
        raise Forbidden("Downloads are turned off here.")
    return (("Content-Disposition", content_disposition("attachment", path)),)


async def _to_folder(access: LibraryAccess, path: str) -> ResponseReturnValue:
    """Lead from the name of a folder to its page, which has a slash behind it."""
    entry = await access.folder(path)
    if not entry.is_folder:
        raise HTTPNotFound("There is nothing at this address.")
    return redirect(serializers.gallery_url(path), 308)


async def _full_video(access: LibraryAccess, path: str) -> FullVideo:
    library = access.library
    item = await access.item(path)
    details = await media_info.details_of(library, item)
    captions = (
        *media_info.captions_shown(library, item),
        *await media_info.captions_elsewhere(library, item),
    )
    return video_details.full_video(item, details, captions, accepted_languages(), library)


async def _in_language(response: Response) -> Response:
    """Note that what was chosen depends on the languages that the client speaks."""
    response.vary.add("Accept-Language")
    return response


async def _fresh(access: LibraryAccess, content: ResponseReturnValue) -> Response:
    """Answer with something that is made anew each time, and sent only where it differs."""
    response = await make_conditional(content)
    for name, value in access.page_headers:
        response.headers[name] = value
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
