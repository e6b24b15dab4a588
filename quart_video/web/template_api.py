"""What the macros in ``quart_video/player.html`` are made of, for pages of the app."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from jinja2 import Undefined, UndefinedError, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from quart import current_app, has_request_context, request

from quart_video.library.library import Library
from quart_video.library.routes import mount_url
from quart_video.library.state import app_state, library_of
from quart_video.models import FullVideo, Listing, Video
from quart_video.web.formatting import is_new, template_functions
from quart_video.web.language import texts_for_request
from quart_video.web.library_api import library
from quart_video.web.player import player_context
from quart_video.web.rendering import render

_STYLES = ("quart-video.css", "gallery.css", "player.css", "watch.css", "embedded.css")
_INSTEAD = {
    "_card.html": "video_card",
    "_cards.html": "video_grid",
    "_player.html": "video_player",
    "_controls.html": "video_player",
    "_problem.html": "video_player",
    "_status.html": "video_player",
    "_thumb.html": "video_card",
    "_video.html": "video_player",
}
"""Templates that are no use in a page of the app, and the macro that is."""


class TemplateLibrary:
    """The global ``quart_video`` of templates. Macros call it, with no context of their own."""

    def styles(self, mount: str | None = None) -> list[str]:
        """Return the URLs of the style sheets that the pieces need.

        :raises ValueError: as of :func:`library`.
        """
        name = library(mount).mount
        return [mount_url(name, "static", filename=each) for each in _STYLES]

    def script(self, mount: str | None = None) -> str:
        """Return the URL of the module that the players of a page need.

        :raises ValueError: as of :func:`library`.
        """
        return mount_url(library(mount).mount, "static", filename="players.js")

    async def player(
        self, video: Video | str, mount: str | None = None, start: float | None = None
    ) -> Markup:
        """Return a player.

        :param video: or its path below the media root.
        :param start: seconds to begin at, 0 or more.
        :raises ValueError: *start* is negative; or as of :func:`library`.
        :raises werkzeug.exceptions.HTTPException: the video is not there, or not to be had.
        """
        if start is not None and not start >= 0:
            raise ValueError(f"start has to be 0 seconds or more, and is {start!r}")
        wanted = library(mount)
        if not isinstance(video, FullVideo):
            video = await wanted.get(video if isinstance(video, str) else video.path)
        assert isinstance(video, FullVideo)
        found = await library_of(wanted.mount)
        texts = texts_for_request(found.settings)
        return await _rendered(
            found, "quart_video/_player.html", player_context(video, found, texts, start)
        )

    async def cards(
        self, videos: Listing | Iterable[Video | str], mount: str | None = None
    ) -> Markup:
        """Return cards that lead to the pages of videos.

        :param videos: a listing; or videos, or their paths below the media root.
        :raises ValueError: as of :func:`library`.
        :raises werkzeug.exceptions.HTTPException: one of them is not there, or not to be had.
        """
        wanted = library(mount)
        given = videos.videos if isinstance(videos, Listing) else videos
        shown = [await wanted.get(each) if isinstance(each, str) else each for each in given]
        now = datetime.now(UTC)
        found = await library_of(wanted.mount)
        texts = texts_for_request(found.settings)
        context = {
            "videos": shown,
            "listing": None,
            "is_new": lambda video: is_new(video.modified, now),
            **template_functions(texts),
        }
        return await _rendered(found, "quart_video/_cards.html", context)

    @pass_context
    def needs(self, context: Context, template: str, *names: str, page: bool = False) -> str:
        """Return nothing, if a template of ours has what it is made for.

        Without this it might show half of a page, where the app includes or extends it.

        :param template: its name below ``quart_video/``.
        :param names: what it has to be given.
        :param page: whether it is for pages of a library alone, as it links to what is beside it.
        :raises jinja2.UndefinedError: it has not; the message says what is missing, and what to do.
        """
        missing = [name for name in names if isinstance(context.resolve(name), Undefined)]
        strange = page and not _is_of_library()
        if not missing and not strange:
            return ""
        wanted = [", ".join(missing)] if missing else []
        if strange:
            wanted.append("the request of a page of a library")
        raise UndefinedError(
            f'"quart_video/{template}" needs {" and ".join(wanted)}{_by_whom(context, template)}. '
            f"{_remedy(template, strange=strange)} "
            'The guide "Templates, styles and translations" has what each template needs.'
        )


def _is_of_library() -> bool:
    return has_request_context() and request.blueprint in app_state(current_app).mounts


def _by_whom(context: Context, template: str) -> str:
    """Return who does not give it, where that can be told: who extends it."""
    own = {f"quart_video/{name}" for name in (template, template.removeprefix("default/"))}
    name = context.name
    return "" if name is None or name in own else f', which "{name}" does not give it'


def _remedy(template: str, *, strange: bool) -> str:
    if template in _INSTEAD:
        return (
            f'In a page of your own, take {_INSTEAD[template]} from "quart_video/player.html", '
            "which needs nothing."
        )
    if strange:
        return (
            'In a page of your own, take the macros of "quart_video/player.html"; your own layout '
            'around the pages of the library is "quart_video/base.html" in your templates.'
        )
    return "Give it with render_template(), or around the include by {% with %}."


async def _rendered(found: Library, template: str, context: dict[str, Any]) -> Markup:
    html = await render(found, template, **context)
    return Markup(html)  # noqa: S704 - a template has escaped it
