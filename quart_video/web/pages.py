"""What the templates are given, and the page for what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from quart import current_app, request
from werkzeug.exceptions import HTTPException

from quart_video.access.signed_urls import full_url
from quart_video.library.library import Library
from quart_video.library.routes import mount_url
from quart_video.library.state import current_library
from quart_video.messages import Texts
from quart_video.models import FullVideo, GalleryQuery, Listing, Video
from quart_video.web import feeds, filters, serializers, urls
from quart_video.web.embedding import frame, frame_size
from quart_video.web.formatting import (
    is_new,
    parse_time,
    template_functions,
)
from quart_video.web.language import texts_for_request
from quart_video.web.link_preview import LinkPreview, Links, link_preview, poster_size
from quart_video.web.player import player_context
from quart_video.web.problem import problem
from quart_video.web.rendering import render

_SORTS = ("name", "-name", "-modified", "modified", "-size", "size")
_SORTS_OF_RESULTS = ("relevance",)
_SORTS_BY_DURATION = ("-duration", "duration")
_CHOSEN = {"folder", *filters.NAMES}
_CARRIED = ("sort", "limit", "view")
_NO_MATTER_TO_FEEDS = {"sort", "recursive", "limit"}
_API = {"api_videos", "api_video", "oembed"}
"""Endpoints that speak JSON, in their errors, too."""
_API_PREFIX = "-/api/"
_EXPLAINED = {400, 401, 403, 404, 429, 503}
"""Errors that there are texts for."""
_KEPT_FIELDS = {"Retry-After", "WWW-Authenticate"}
"""What an error says beside its text."""


async def gallery(
    listing: Listing, types: Iterable[str], query: GalleryQuery, library: Library
) -> str:
    """Make the page that shows a listing.

    :param types: extensions of all videos that it might show, as far as they are to be told.
    """
    parameters = urls.parameters(query)
    given = parameters | ({"view": query.view} if query.view != "grid" else {})
    carried = {name: value for name, value in given.items() if name in _CARRIED}
    searched = {name: value for name, value in given.items() if name not in {"folder", "q"}}
    unfiltered = {name: value for name, value in given.items() if name not in _CHOSEN}
    subscribed = {k: value for k, value in parameters.items() if k not in _NO_MATTER_TO_FEEDS}
    feed_url = mount_url(library.mount, "feed", **subscribed)
    texts = texts_for_request(library.settings)

    def link(**changes: str | int | None) -> str:
        return mount_url(library.mount, "gallery", **(given | changes))

    return await render(
        library,
        "quart_video/gallery.html",
        **_common(library, texts, query.folder),
        listing=listing,
        query=query,
        api_url=mount_url(library.mount, "api_videos", **parameters, cursor=query.cursor),
        filters=filters.filters_of(listing, query, types, texts),
        unfiltered=unfiltered,
        search_fields=searched | {"recursive": 1},
        sort=query.sort or ("relevance" if query.q else "name"),
        sorts=[(sort, texts.text(f"sort_{sort}")) for sort in _sorts(listing, query)],
        link=link,
        carry=f"?{urlencode(carried)}" if carried else "",
        robots=_robots(query, given),
        feed_url=feed_url,
        has_index=not library.settings.signed_urls,
        other_apps=[
            (texts.text("m3u"), mount_url(library.mount, "playlist", **parameters)),
            (texts.text("xspf"), mount_url(library.mount, "xspf_playlist", **parameters)),
            (texts.text("rss"), feed_url),
        ],
        is_new=lambda video: is_new(video.modified, datetime.now(UTC)),
    )


def _robots(query: GalleryQuery, given: Mapping[str, Any]) -> str | None:
    """Tell crawlers what not to do: the orders, views and searches of a folder have no end.

    :param given: what the address has beside the cursor.
    """
    if given.keys() - {"folder"}:
        return "noindex, nofollow"
    # Further pages lead to videos that no other page leads to.
    return "noindex" if query.cursor else None


def _sorts(listing: Listing, query: GalleryQuery) -> tuple[str, ...]:
    """Return the orders that make a difference."""
    timed = any(video.duration is not None for video in listing.videos)
    return (
        *(_SORTS_OF_RESULTS if query.q else ()),
        *_SORTS,
        *(_SORTS_BY_DURATION if timed or query.sort in _SORTS_BY_DURATION else ()),
    )


async def watch(
    video: FullVideo, neighbours: Mapping[str, Video], library: Library, *, has_own_poster: bool
) -> str:
    """Make the page that plays a video, from the time that the address names.

    :param neighbours: by ``prev`` and ``next``, as links name them, the videos beside it.
    :param has_own_poster: whether its poster is an image beside it.
    """
    settings = library.settings
    texts = texts_for_request(settings)
    # An address that ends is of no use in a page that does not.
    embeds = bool(settings.embed_origins) and not settings.signed_urls
    context = player_context(video, library, texts, _start())
    if context["mp4"] and video.mp4 is not None and video.mp4.sound == "preparing":
        context["sounds"] = ""  # the page tells of it below the player: once is enough
    return await render(
        library,
        "quart_video/watch.html",
        **context,
        neighbours=neighbours,
        # The same page, from another time: one address for each video is enough.
        robots="noindex, nofollow" if request.query_string else None,
        embed_code=_embed_code(video, library) if embeds else None,
        preview=_link_preview(video, library, has_own_poster=has_own_poster),
        oembed_url=_oembed_url(video, library) if offers_oembed(library) else None,
    )


async def embed(video: FullVideo, library: Library) -> str:
    """Make the page that has the player alone, from the time that the address names."""
    context = player_context(video, library, texts_for_request(library.settings), _start())
    return await render(library, "quart_video/embed.html", **context)


async def piece(name: str, library: Library) -> str:
    """Make what the watch page fetches when somebody opens it.

    :param name: of the template, without ``_`` and ``.html``.
    """
    functions = template_functions(texts_for_request(library.settings))
    return await render(library, f"quart_video/_{name}.html", **functions)


def _start() -> float | None:
    """Return the seconds that the address names; what cannot be read is left out."""
    return parse_time(request.args.get("t", ""))


def _link_preview(
    video: FullVideo, library: Library, *, has_own_poster: bool
) -> LinkPreview | None:
    """Return what shows a video where somebody names its address; ``None``: it is not for all."""
    server = feeds.origin(library)
    if library.protected or not server:
        return None
    mp4 = video.mp4.url if video.mp4 else None
    # Before anybody has looked into the video there is a picture of nothing.
    poster = video.large_poster_url if video.details is not None else None
    player = mount_url(library.mount, "embed", path=video.path)
    links = Links(
        page=server + video.watch_url,
        file=server + (mp4 or video.url),
        file_type="video/mp4" if mp4 else video.media_type,
        image=server + poster if poster else None,
        image_size=None if has_own_poster else poster_size(video),
        player=server + player if "*" in library.settings.embed_origins else None,
    )
    return link_preview(video, library.settings.title, links)


def offers_oembed(library: Library) -> bool:
    """Tell whether other sites may show the player, and all who look at them."""
    return bool(library.settings.embed_origins) and not library.protected


def _oembed_url(video: FullVideo, library: Library) -> str:
    server = feeds.origin(library)
    # Complete, as those who look for it do not complete it.
    return server + mount_url(library.mount, "oembed", url=server + video.watch_url)


def _embed_code(video: FullVideo, library: Library) -> Markup:
    url = full_url(mount_url(library.mount, "embed", path=video.path, external=True))
    return frame(video, url, frame_size(video))


async def error(failure: HTTPException) -> Any:
    """Answer with a page that helps on, or with JSON, unless the host has an answer of its own."""
    for name in (*request.blueprints[1:], None):  # without ours, which comes first for Quart
        handlers = current_app.error_handler_spec[name][None]
        for kind in type(failure).__mro__:
            if kind in handlers:
                return await current_app.ensure_async(handlers[kind])(failure)
    # A redirect, or what the app raised with an answer of its own, is no problem to describe.
    if _is_api() and failure.response is None and (failure.code or 500) >= 400:
        return problem(failure)
    if failure.code not in _EXPLAINED or failure.response is not None or not is_wanted():
        return failure
    library = await current_library()
    html = await render(
        library,
        "quart_video/error.html",
        **_common(library, texts_for_request(library.settings), ""),
        code=failure.code,
        reason=failure.description or "",
    )
    kept = [(name, value) for name, value in failure.get_headers() if name in _KEPT_FIELDS]
    return html, failure.code, [("Vary", "Accept"), *kept]


def _is_api() -> bool:
    if (request.endpoint or "").rpartition(".")[2] in _API:
        return True
    # What is beside its addresses, such as one with a slash at its end, is asked for by a program.
    return any(str(value).startswith(_API_PREFIX) for value in (request.view_args or {}).values())


def is_wanted() -> bool:
    """Tell whether a person looks at it: players and programs do not ask for HTML."""
    return "text/html" in request.headers.get("Accept", "")


def _common(library: Library, texts: Texts, folder: str) -> dict[str, Any]:
    return {
        "title": library.settings.title,
        "crumbs": serializers.crumbs(folder, library),
        **template_functions(texts),
    }
