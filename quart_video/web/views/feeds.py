"""The views that list for players and feed readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from quart import Response
from quart.typing import ResponseReturnValue
from quart_schema import document_querystring

from quart_video.access.guard import LibraryAccess, current_access
from quart_video.http import content_disposition
from quart_video.library.routes import mount_url
from quart_video.models import ListingQuery
from quart_video.web import feeds, m3u, rss, tracks, urls, xspf
from quart_video.web.descriptions import listed
from quart_video.web.language import texts_for_programs
from quart_video.web.listing_query import LISTING, page_of, query_of_request
from quart_video.web.openapi import answers
from quart_video.web.page_response import page_response
from quart_video.web.tracks import Track

_NEWEST_FIRST = {"sort": "-modified", "recursive": "1"}
_OF_FEEDS = {*_NEWEST_FIRST, "limit"}


@document_querystring(ListingQuery)
@answers(m3u.MEDIA_TYPE, "The playlist.", query=True)
async def playlist() -> ResponseReturnValue:
    """List all pages for a player, 10,000 videos at most; limit and cursor do not count."""
    return await _playlist(m3u.MEDIA_TYPE, "m3u", m3u.write)


@document_querystring(ListingQuery)
@answers(xspf.MEDIA_TYPE, "The playlist.", query=True)
async def xspf_playlist() -> ResponseReturnValue:
    """List all pages as XSPF, 10,000 videos at most; limit and cursor do not count."""
    return await _playlist(xspf.MEDIA_TYPE, "xspf", xspf.write, images=True)


async def _playlist(
    media_type: str,
    extension: str,
    write: Callable[[str, Iterable[Track]], str],
    *,
    images: bool = False,
) -> Response:
    access = await current_access()
    query = query_of_request(LISTING)
    items = await access.every(listed(access, query), tracks.MAX_TRACKS)
    title = access.library.settings.title
    text = write(title, feeds.tracks(items, access.library, images=images))
    fields = {
        "Content-Type": f"{media_type}; charset=utf-8",
        # To be saved, or opened by a player: a browser that plays HLS takes it for a film.
        "Content-Disposition": content_disposition(
            "attachment", f"{title or 'playlist'}.{extension}"
        ),
    }
    return await page_response(access, (text, fields))


@document_querystring(ListingQuery)
@answers(rss.MEDIA_TYPE, "A page of the feed.", query=True)
async def feed() -> ResponseReturnValue:
    """List videos as RSS, the newest first and with those below, unless told otherwise."""
    access = await current_access()
    query = query_of_request(LISTING, defaults=_NEWEST_FIRST)
    page = await page_of(access, query)
    channel = _channel(access, query, page.next_cursor)
    text = rss.write(channel, feeds.episodes(page.items, access.library))
    return await page_response(access, (text, {"Content-Type": f"{rss.MEDIA_TYPE}; charset=utf-8"}))


def _channel(access: LibraryAccess, query: ListingQuery, next_cursor: str | None) -> rss.Channel:
    library = access.library
    server = feeds.origin(library)
    texts = texts_for_programs(library.settings)
    title = library.settings.title
    name = query.folder.rpartition("/")[2] or title
    if query.q:
        name = texts.text("results_title", words=query.q, folder=name)
    parameters = _parameters(query)

    def page(cursor: str | None) -> str:
        return server + mount_url(library.mount, "feed", **parameters, cursor=cursor)

    # The page of the folder, in its usual order: there people begin.
    shown = {name: value for name, value in parameters.items() if name not in _OF_FEEDS}
    return rss.Channel(
        title=f"{name} · {title}" if query.folder else name,
        description=texts.text("feed", title=name),
        page=server + mount_url(library.mount, "gallery", **shown),
        url=page(query.cursor),
        next_url=None if next_cursor is None else page(next_cursor),
        language=texts.text("language"),
    )


def _parameters(query: ListingQuery) -> dict[str, Any]:
    """Return what stands in the address of the first page of a feed."""
    given = {**urls.parameters(query), "recursive": int(bool(query.recursive)), "sort": query.sort}
    return {name: value for name, value in given.items() if str(value) != _NEWEST_FIRST.get(name)}
