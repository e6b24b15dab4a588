"""The views of the sitemap: an index, and the sitemaps that it names."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

from quart import Response, request
from quart.typing import ResponseReturnValue
from quart_schema import hide
from werkzeug.exceptions import BadRequest, NotFound

from quart_video.access.guard import LibraryAccess, current_access
from quart_video.catalogue import BadCursor, Page, Query
from quart_video.delivery.response import http_errors
from quart_video.library.routes import mount_url
from quart_video.policy.cache_control import Answer, caching_fields
from quart_video.storage.base import Unavailable
from quart_video.web import feeds, sitemap
from quart_video.web.page_response import page_response
from quart_video.web.serializers import iso_time
from quart_video.web.streamed import streamed

_QUERY = Query(recursive=True, sort="name", limit=sitemap.ENTRIES, contents=False)
_LONGEST_CURSOR = sitemap.LONGEST_URL // 2
_TRIES = 20  # for an end that is not too long
_PATIENCE = 60  # seconds after which to come again while folders are being read


@hide
async def sitemap_index() -> ResponseReturnValue:
    """Name the sitemaps that have all videos."""
    access = await _access()
    library = access.library
    server = feeds.origin(library)

    async def pieces() -> AsyncGenerator[str, None]:
        start = sitemap.INDEX_HEAD
        cursor: str | None = None
        while True:
            url = server + mount_url(library.mount, "sitemap_videos", cursor=cursor)
            cursor = await _end_of_sitemap(access, cursor)
            yield start + sitemap.index_entry(url)
            start = ""
            if cursor is None:
                break
        yield sitemap.INDEX_FOOT

    response = await streamed(
        pieces(),
        f"{sitemap.MEDIA_TYPE}; charset=utf-8",
        name=request.path,
        stall_timeout=library.settings.stall_timeout,
    )
    return _for_everybody(response, access)


@hide
async def sitemap_videos() -> ResponseReturnValue:
    """List a thousand videos for search engines."""
    access = await _access()
    page = await _page(access, replace(_QUERY, cursor=request.args.get("cursor") or None))
    modified = (
        iso_time(item.entry.facts.modified_ns)
        for item in page.items
        if item.entry.facts is not None
    )
    text = sitemap.write(zip(feeds.episodes(page.items, access.library), modified, strict=True))
    fields = {"Content-Type": f"{sitemap.MEDIA_TYPE}; charset=utf-8"}
    return await page_response(access, (text, fields))


async def _access() -> LibraryAccess:
    """Return the way to a library that search engines may know.

    :raises NotFound: it is none, or there are no full addresses to name.
    """
    access = await current_access()
    library = access.library
    if not library.settings.sitemap or library.protected or not feeds.origin(library):
        raise NotFound("There is no sitemap here.")
    return access


async def _page(access: LibraryAccess, query: Query) -> Page:
    """Return a part of the library.

    :raises werkzeug.exceptions.HTTPException: the cursor is none of ours; or not all folders have
        been read, so that search engines would forget videos that are there.
    """
    try:
        page = await access.page(query)
    except BadCursor as error:
        raise BadRequest(str(error)) from error
    if page.scanning:
        with http_errors():
            raise Unavailable("not all folders have been read yet", retry_after=_PATIENCE)
    return page


async def _end_of_sitemap(access: LibraryAccess, cursor: str | None) -> str | None:
    """Return where the sitemap at *cursor* ends; ``None``: it is the last one.

    A cursor holds a path. Where that is too long for an address, the next sitemap begins with some
    videos that are in this one, too.
    """
    end = None
    for limit in range(sitemap.ENTRIES, max(0, sitemap.ENTRIES - _TRIES), -1):
        end = (await _page(access, replace(_QUERY, cursor=cursor, limit=limit))).next_cursor
        if end is None or len(end) <= _LONGEST_CURSOR:
            break
    return end


def _for_everybody(response: Response, access: LibraryAccess) -> Response:
    for name, value in caching_fields(Answer.PAGE, access.audience):
        response.headers[name] = value
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
