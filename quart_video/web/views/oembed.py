"""The view that tells other sites how to show the player of a page."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from quart import abort, current_app, request
from quart.typing import ResponseReturnValue
from quart_schema import document_querystring
from werkzeug.exceptions import BadRequest, HTTPException, NotFound

from quart_video.access.guard import LibraryAccess, current_access
from quart_video.catalogue import Item
from quart_video.http import Host, parse_host
from quart_video.library.library import Library
from quart_video.library.routes import mount_url
from quart_video.models import FullVideo, OEmbedQuery
from quart_video.web import feeds, pages
from quart_video.web.descriptions import description_of
from quart_video.web.embedding import WIDTH, frame, frame_size
from quart_video.web.link_preview import poster_size
from quart_video.web.oembed import JSON_TYPE, XML_TYPE, Thumbnail, as_xml, document
from quart_video.web.openapi import answers
from quart_video.web.page_response import page_response

_PIXELS = re.compile(r"[1-9][0-9]{0,4}")
_USUAL_PORTS = {None, 80, 443}


@document_querystring(OEmbedQuery)
@answers(JSON_TYPE, "What to show for the page.", query=True)
async def oembed() -> ResponseReturnValue:
    """Tell how to show the player of a page, as oEmbed 1.0."""
    access = await current_access()
    if not pages.offers_oembed(access.library):
        raise NotFound("Other sites may not show the videos of this library.")
    most = _most_size()
    form = request.args.get("format") or "json"
    if form not in ("json", "xml"):
        abort(501, f"format has to be json or xml, and is {form!r}.")
    item = await access.item(_path_of_page(access.library))
    answer = await _document(access, item, most)
    if form == "json":
        return await page_response(access, answer)
    fields = {"Content-Type": f"{XML_TYPE}; charset=utf-8"}
    return await page_response(access, (as_xml(answer), fields))


async def _document(
    access: LibraryAccess, item: Item, most: tuple[int, int]
) -> dict[str, str | int]:
    library = access.library
    video = await description_of(access, item)
    server = feeds.origin(library)
    size = frame_size(video, *most)
    player = server + mount_url(library.mount, "embed", path=video.path)
    thumbnail = None if item.poster is not None else _thumbnail(video, server)
    site = library.settings.title, server + mount_url(library.mount, "gallery")
    return document(video.title, site, frame(video, player, size), size, thumbnail)


def _thumbnail(video: FullVideo, server: str) -> Thumbnail | None:
    url, size = video.large_poster_url, poster_size(video)
    return Thumbnail(server + url, size) if url and size else None


def _most_size() -> tuple[int, int]:
    """Return the largest width and height that are asked for."""
    width, height = _pixels("maxwidth"), _pixels("maxheight")
    return width or WIDTH, height or max(WIDTH, width or 0)


def _pixels(name: str) -> int | None:
    given = request.args.get(name)
    if not given:
        return None
    if not _PIXELS.fullmatch(given):
        raise BadRequest(f"{name} has to be a number of pixels, and is {given!r}.")
    return int(given)


def _path_of_page(library: Library) -> str:
    """Return the path of the video whose page or player *url* is.

    :raises werkzeug.exceptions.HTTPException: it is none of this library.
    """
    given = request.args.get("url")
    if not given:
        raise BadRequest("url is missing: the address of the page of a video.")
    none = NotFound("url is not the address of the page of a video here.")
    try:
        parts = urlsplit(given)
        path = unquote(parts.path, errors="strict")
    except ValueError:
        raise none from None
    is_ours = parts.scheme in ("http", "https") and _is_ours(parse_host(parts.netloc))
    if not is_ours or not path.startswith(request.root_path):
        raise none
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    try:
        endpoint, values = adapter.match(path.removeprefix(request.root_path), method="GET")
    except HTTPException:
        raise none from None
    if endpoint not in (f"{library.mount}.watch", f"{library.mount}.embed"):
        raise none
    return str(values["path"])


def _is_ours(host: Host | None) -> bool:
    """Tell whether the current request came by this name; the scheme need not be known here."""
    ours = parse_host(request.headers.get("Host", ""))
    if host is None or ours is None or host.name != ours.name:
        return False
    return host.port == ours.port or {host.port, ours.port} <= _USUAL_PORTS
