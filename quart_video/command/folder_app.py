"""The app of one folder, which all that ``quart-video`` does is done with."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from quart import Quart, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from quart_video import video_bp
from quart_video.access.signed_urls import full_url
from quart_video.command.option_names import CommandHandler
from quart_video.http import parse_host
from quart_video.library.config_keys import misspelled
from quart_video.library.mount import Mount
from quart_video.library.routes import mount_url
from quart_video.library.state import app_state

_VARIABLE = "QV_SERVE"
"""Carries the configuration to the processes that serve, as JSON."""

_LOCAL = "LOCAL_NAMES_ONLY"
"""Key of the configuration: whether no name but those of this machine alone is answered."""

_LOG_FORM = "[%(asctime)s] %(levelname)s: %(message)s"


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed."""

    folder: Path
    """With the videos; it may be a link that is turned to another folder meanwhile."""
    title: str | None = None
    is_local: bool = True
    """Whether it is for this machine alone."""
    cache: str | None = None
    """Path of the cache; ``None``: it is what the environment or the default says."""
    has_sitemap: bool = False
    """Whether search engines get a sitemap; else it is what the environment says."""

    @property
    def options(self) -> dict[str, str]:
        """What was typed for the keys of the configuration."""
        title = {"VIDEO_TITLE": "--title"} if self.title else {}
        return {"MEDIA_ROOT": "DIR", **title}

    def to_json(self) -> str:
        """Write it for another process."""
        return json.dumps(
            [str(self.folder), self.title, self.is_local, self.cache, self.has_sitemap]
        )

    @classmethod
    def from_json(cls, text: str) -> Given:
        """Read what :meth:`to_json` wrote."""
        folder, *rest = json.loads(text)
        return cls(Path(folder), *rest)


def given_folder(folder: Path) -> Path:
    """Return the folder that somebody typed: a link stays one, and may be turned to another."""
    return folder.resolve() if ".." in folder.parts else folder.absolute()


def make_app(given: Given) -> Quart:
    """Make the app of a folder; ``QUART_*`` variables configure the rest of it."""
    app = Quart(__name__, static_folder=None)
    app.config.from_prefixed_env()
    app.config["MEDIA_ROOT"] = str(given.folder)
    app.config[_LOCAL] = given.is_local
    if given.title or "VIDEO_TITLE" not in app.config:
        # The name of a link says little; that of a folder need not be text.
        name = os.fsencode(given.folder.resolve().name).decode(errors="replace")
        app.config["VIDEO_TITLE"] = given.title or name or "Videos"
    if given.has_sitemap:
        app.config["VIDEO_SITEMAP"] = True
    if given.cache is not None:
        app.config["VIDEO_CACHE"] = given.cache
    if "VIDEO_CACHE" not in app.config and (cache := _default_cache()) is not None:
        app.config["VIDEO_CACHE"] = str(cache)
    app.register_blueprint(video_bp, url_prefix="/")
    app.add_url_rule("/robots.txt", view_func=_robots)
    app.add_url_rule("/favicon.ico", view_func=_icon)
    if given.is_local:
        app.before_request(_answer_local_names)
    return app


def mount_of(app: Quart) -> Mount:
    """Return the only library of such an app."""
    (mount,) = app_state(app).mounts.values()
    return mount


def hand_on(given: Given) -> None:
    """Have :func:`app_in_worker` of the processes that are started from now on make this app."""
    os.environ[_VARIABLE] = given.to_json()


def app_in_worker() -> Quart:
    """Make the app in a process that serves."""
    given = Given.from_json(os.environ[_VARIABLE])
    log_for_command(_LOG_FORM, given.options)
    app = make_app(given)
    for key in misspelled(app.config):  # who began this process has said so
        del app.config[key]
    return app


def log_for_command(form: str, options: Mapping[str, str]) -> Callable[[], None]:
    """Have what is logged be written in the words of who typed the command.

    :return: puts back what was before.
    """
    logger = logging.getLogger("quart_video")
    before = logger.handlers[:]
    logger.handlers[:] = [CommandHandler(form, options)]

    def put_back() -> None:
        logger.handlers[:] = before

    return put_back


def _robots() -> tuple[str, dict[str, str]]:
    """Keep crawlers (RFC 9309) to one address for each folder, page and video."""
    rules = ["Disallow: /-/api/", "Disallow: /-/playlist.", "Disallow: /*?", "Allow: /-/poster/"]
    if current_app.config.get("VIDEO_SITEMAP"):
        url = full_url(mount_url("video", "sitemap_index", external=True))
        rules += ["Allow: /-/sitemap", f"Sitemap: {url}"]
    return "\n".join(("User-agent: *", *rules, "")), {"Content-Type": "text/plain; charset=utf-8"}


def _icon() -> Response:
    """Lead those who look for an icon at its old place to the one that the pages have."""
    return redirect(url_for("video.static", filename="icon.svg"), 308)


def _answer_local_names() -> tuple[str, int] | None:
    """Refuse what was asked of another name: a page elsewhere has given its own our address.

    To the browser that is one site, and it would let the page read all of it.
    """
    # As it was sent: request.host is empty for what Werkzeug does not take for a name.
    fields = request.headers.getlist("Host")
    # HTTP/1.0 has no such field, so Quart adds an empty one; no browser speaks it.
    if request.http_version == "1.0" and not any(fields):
        return None
    host = parse_host(fields[0]) if len(fields) == 1 else None
    if host is not None and host.is_local:
        return None
    # RFC 9110, section 15.5.20
    return "These videos are for this machine alone. To change that, serve them with --host.\n", 421


def _default_cache() -> Path | None:
    """Return where what is found out is kept; ``None``: this user has no place of their own."""
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "quart-video"
    try:
        return Path.home() / ".cache" / "quart-video"
    except RuntimeError:  # as in a container, by a user whom it does not know
        return None
