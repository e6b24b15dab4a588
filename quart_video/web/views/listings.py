"""The views that list: the gallery, its JSON, and the index for programs."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

from quart import Response, current_app, request, url_for
from quart.typing import ResponseReturnValue
from quart_schema import document_querystring, document_response
from werkzeug.exceptions import Forbidden

from quart_video import catalogue
from quart_video.access.guard import LibraryAccess, current_access
from quart_video.library.listing_cache import CachedListing
from quart_video.models import GalleryQuery, Listing, ListingQuery, as_json
from quart_video.policy.cache_control import Answer, caching_fields
from quart_video.web import folder_index, pages, serializers
from quart_video.web.language import texts_for_programs
from quart_video.web.listing_query import GALLERY, LISTING, page_of, query_of_request
from quart_video.web.openapi import Link, answers, links_of_video
from quart_video.web.page_response import page_response
from quart_video.web.streamed import streamed


@document_querystring(GalleryQuery)
@answers("text/html", "The page.", query=True)
async def gallery(folder: str = "") -> ResponseReturnValue:
    """Page that lists a folder, or what a search finds below it.

    What does not ask for HTML is no browser: to programs it is an index of the whole folder.
    """
    access = await current_access()
    if not request.query_string and not pages.is_wanted():
        return await _index(access, folder)
    query = query_of_request(GALLERY, fixed={"folder": folder})
    serializer = serializers.ListingSerializer(access.library)
    page = await page_of(access, query)
    listing = serializers.listing(page, query, serializer)
    response = await page_response(
        access, await pages.gallery(listing, page.types, query, access.library)
    )
    response.vary.add("Accept")
    return response


async def _index(access: LibraryAccess, folder: str) -> Response:
    """Answer with links to all that is in a folder.

    :raises Forbidden: the addresses are signed. To programs that drop the signature, as most do,
        the folder would be empty, and they would delete the copy that they keep.
    """
    settings = access.library.settings
    if settings.signed_urls:
        raise Forbidden(
            "There is no index for programs here, as the addresses are signed. The listing as "
            f"JSON is at {url_for('.api_videos')}, a playlist at {url_for('.playlist')}."
        )
    language = texts_for_programs(settings).text("language")

    async def pieces() -> AsyncGenerator[str, None]:
        async with aclosing(access.whole_folder(folder)) as batches:
            start = folder_index.head(folder.rpartition("/")[2] or settings.title, language)
            async for folders, items in batches:
                yield (
                    start
                    + folder_index.links((entry.name for entry in folders), are_folders=True)
                    + folder_index.links(item.entry.name for item in items)
                )
                start = ""
        yield folder_index.FOOT

    response = await streamed(
        pieces(),
        folder_index.MEDIA_TYPE,
        name=request.path,
        stall_timeout=settings.stall_timeout,
    )
    for name, value in caching_fields(Answer.PAGE, access.audience):
        response.headers[name] = value
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.vary.add("Accept")
    return response


@document_querystring(ListingQuery)
@document_response(Listing)
@answers(
    "application/json",
    "A page of the listing.",
    query=True,
    links=[
        *links_of_video("/videos/0/path"),
        Link("api_videos", "A folder's videos.", {"folder": "$response.body#/folders/0/path"}),
    ],
)
async def api_videos() -> ResponseReturnValue:
    """List videos."""
    access = await current_access()
    query = query_of_request(LISTING)
    return await page_response(
        access, await _listing_json(access, query, await page_of(access, query))
    )


async def _listing_json(
    access: LibraryAccess, query: ListingQuery, page: catalogue.Page
) -> Response:
    """Write a listing as JSON, unless that is the last thing that was done of it."""
    serializer = serializers.ListingSerializer(access.library)
    key = (query, serializer.urls.key)
    body = None if access.library.protected else access.library.listing_cache.get(key, page)
    if body is not None:
        return current_app.response_class(body.data, content_type=body.content_type)
    listing = serializers.listing(page, query, serializer)
    response = cast(Response, await current_app.make_response(as_json(listing)))
    if not access.library.protected:
        data = await response.get_data(as_text=False)
        access.library.listing_cache.put(key, CachedListing(page, data, response.content_type))
    return response
