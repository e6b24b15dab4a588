"""The routes, one short view each, and what happens when they are registered."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Unpack
from urllib.parse import urlsplit, urlunsplit

from flask.sansio.scaffold import setupmethod
from quart import Blueprint, Quart, Request, Response, request
from quart.blueprints import BlueprintSetupState
from quart.typing import ResponseTypes
from quart_schema import tag_blueprint
from werkzeug.exceptions import HTTPException
from werkzeug.utils import redirect

from quart_video import settings
from quart_video.cli import commands
from quart_video.delivery.context import this_app, this_request
from quart_video.delivery.response import NoBody
from quart_video.library.authorization import Authorize, AuthorizeMany, Authorizer
from quart_video.library.background_probe import survey
from quart_video.library.mount import Mount
from quart_video.library.state import app_state, current_library
from quart_video.options import Options
from quart_video.policy.cache_control import Answer, caching_fields
from quart_video.policy.cors import cors_fields
from quart_video.web import openapi, pages
from quart_video.web.converters import CONVERTERS
from quart_video.web.request_limits import keep_no_body, refuse_long_queries
from quart_video.web.static_files import name_version
from quart_video.web.template_api import TemplateLibrary
from quart_video.web.views import (
    derivatives,
    feeds,
    listings,
    media,
    oembed,
    service,
    sitemaps,
    video,
)

_TEMPLATES = Path(__file__).parent / "templates"
_ROUTES = (
    ("/", listings.gallery),
    ("/<quart_video_folder:folder>", listings.gallery),
    ("/<quart_video_file:path>", media.media),
    ("/-/watch/<quart_video_file:path>", video.watch),
    ("/-/embed/<quart_video_file:path>", video.embed),
    ("/-/api/videos", listings.api_videos),
    ("/-/api/videos/<quart_video_file:path>", video.api_video),
    ("/-/playlist.m3u", feeds.playlist),
    ("/-/playlist.xspf", feeds.xspf_playlist),
    ("/-/feed.rss", feeds.feed),
    ("/-/mp4/<quart_video_file:path>", media.mp4),
    ("/-/captions/<quart_video_file:path>", derivatives.captions),
    ("/-/chapters/<quart_video_file:path>", derivatives.chapters),
    ("/-/poster/<quart_video_file:path>", derivatives.poster),
    ("/-/storyboard/<quart_video_file:path>", derivatives.storyboard),
    ("/-/oembed", oembed.oembed),
    ("/-/sitemap.xml", sitemaps.sitemap_index),
    ("/-/sitemap-videos.xml", sitemaps.sitemap_videos),
    ("/-/health", service.health),
    ("/-/piece/<any(caption_style, keys):name>", service.piece),
    ("/-/static/<quart_video_file:filename>", service.static),
)
_IN_PATHS = frozenset("/\\~:")
"""What a name has not, and a path or an address may have."""
_INIT_OPTIONS = {*Options.__annotations__, "authorize", "authorize_many"}
_REGISTER_OPTIONS = {"name", "name_prefix", "url_prefix", "subdomain", "url_defaults", "cli_group"}


class VideoBlueprint(Blueprint):
    """A library of videos, to be registered in an app.

    :param name: of the blueprint, the first part of its endpoints: ``url_for("video.gallery")``.
    :param import_name: as of every blueprint; the default is right.
    :param url_prefix: where the library is mounted.
    :param authorize: see :meth:`authorize`.
    :param authorize_many: see :meth:`authorize_many`.
    :param options: settings by name, as ``media_root="/srv/videos"``, which go before those given
        to ``register_blueprint`` and those in ``app.config``; and what :class:`quart.Blueprint`
        takes.
    :raises TypeError: there is no option of a name. The message says which may be meant.
    :raises ValueError: the name is a path, or an address.
    """

    def __init__(
        self,
        name: str = "video",
        import_name: str = __name__,
        *,
        url_prefix: str | None = "/videos",
        authorize: Authorize | None = None,
        authorize_many: AuthorizeMany | None = None,
        **options: Unpack[Options],
    ) -> None:
        _refuse_unknown("VideoBlueprint()", options, _INIT_OPTIONS)
        if not _IN_PATHS.isdisjoint(name):
            raise ValueError(
                f"The first argument of a VideoBlueprint is its name, and {name!r} is none. Give a "
                f"folder as media_root={name!r}, and where it is mounted as url_prefix=."
            )
        self._authorizer: Authorizer | None = None
        given = {"template_folder": str(_TEMPLATES), **options}
        self._arguments = {key: given.pop(key) for key in settings.names() & given.keys()}
        super().__init__(name, import_name, url_prefix=url_prefix, **given)
        if authorize is not None:
            self.authorize(authorize)
        if authorize_many is not None:
            self.authorize_many(authorize_many)
        self.record(self._mount)
        for rule, view in _ROUTES:
            self.add_url_rule(rule, view_func=view, endpoint=view.__name__, merge_slashes=False)
        # Quart looks for what is asked by a name that is not SERVER_NAME in a subdomain of no name.
        self.add_url_rule(
            "/-/health",
            view_func=service.health_by_any_name,
            endpoint="health_by_any_name",
            subdomain="<quart_video_name>",
        )
        self.register_error_handler(HTTPException, pages.error)
        self.before_request(_begin)
        self.after_request(_finish)
        self.url_defaults(name_version)
        self.cli.help = "Index, list, prepare and check the videos."
        for command in commands:
            self.cli.add_command(command)
        tag_blueprint(self, ["Videos"])

    def register(self, app: Any, options: dict[str, Any]) -> None:
        """Register it in an app; :meth:`quart.Quart.register_blueprint` calls this.

        :raises TypeError: the app is not one of Quart.
        :raises ValueError: there is no place for it at its prefix.
        """
        if not isinstance(app, Quart):
            kind = f"{type(app).__module__}.{type(app).__qualname__}"
            raise TypeError(f"A VideoBlueprint needs an app of Quart, and this is a {kind}.")
        super().register(app, options)

    @setupmethod
    def authorize(self, function: Authorize) -> Authorize:
        """Let ``function(request, resource)`` decide who may have what; to be used as a decorator.

        It is called with the request of Quart and a :class:`Resource`, and returns ``True``,
        ``False`` or an :class:`Access`, or raises an exception of HTTP.
        """
        self._decide_by(Authorizer(one=function))
        return function

    @setupmethod
    def authorize_many(self, function: AuthorizeMany) -> AuthorizeMany:
        """Let ``function(request, resources)`` decide, as :meth:`authorize`, on many at once.

        It returns as many answers, in the same order.
        """
        self._decide_by(Authorizer(many=function))
        return function

    def _decide_by(self, authorizer: Authorizer) -> None:
        if self._authorizer is not None:
            raise TypeError(
                "A VideoBlueprint has one function to decide who may have what: authorize, or "
                "authorize_many."
            )
        self._authorizer = authorizer

    def _mount(self, setup: BlueprintSetupState) -> None:
        """Keep what belongs to this registration where the app keeps its state."""
        _refuse_unknown(
            "register_blueprint() of a VideoBlueprint",
            setup.options,
            settings.names() | _REGISTER_OPTIONS,
        )
        app: Any = setup.app
        name = f"{setup.name_prefix}.{setup.name}".lstrip(".")
        prefix = _prefix_of(setup)
        other = app_state(app).places.setdefault((setup.subdomain, prefix), name)
        if other != name:
            raise ValueError(
                f"The libraries {other!r} and {name!r} are both at url_prefix={prefix or '/'!r}, "
                "and nobody would come to the second. Give one of them another."
            )
        mount = Mount(name, self._arguments, setup.options, self._authorizer)
        if not app_state(app).mounts:
            app.after_request(_finish_what_has_no_route)
        app_state(app).mounts[name] = mount
        app_state(app).prefixes.add(prefix)
        app.url_map.converters.update(CONVERTERS)
        app.jinja_env.globals["quart_video"] = TemplateLibrary()

        async def start() -> None:
            library = await mount.library(app)
            library.catalogue.start()
            mount.accompany("Looking into videos", survey)

        app.before_serving(start)
        app.after_serving(mount.close)
        app.after_serving(app_state(app).announcer.aclose)
        openapi.describe_binary_routes(app)


def _prefix_of(setup: BlueprintSetupState) -> str:
    prefix = (setup.url_prefix or "").rstrip("/")
    if prefix and not prefix.startswith("/"):
        raise ValueError(f'url_prefix={prefix!r} has no slash in front: call it "/{prefix}".')
    return prefix


def _refuse_unknown(what: str, options: Mapping[str, object], known: Collection[str]) -> None:
    for name in options.keys() - known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise TypeError(f"{what} has no option {name!r}.{hint}")


async def _begin() -> ResponseTypes | None:
    """Do what comes before every view, in one step: each costs as much as what is done in it."""
    request = this_request()
    keep_no_body(request)
    refuse_long_queries(request)
    return await _answer_preflight() if _is_preflight(request) else None


async def _finish(response: ResponseTypes) -> ResponseTypes:
    """Add to every answer below the mount, errors too, what does not depend on the route."""
    request = this_request()
    if request.method == "HEAD":  # granian would send the body of an error on over HTTP/2
        response.response = NoBody() if isinstance(response, Response) else []
    library = await current_library()
    if "Cache-Control" not in response.headers:
        kind = Answer.ERROR if response.status_code >= 400 else Answer.PAGE
        response.headers.extend(caching_fields(kind, library.audience()))
    origins = library.settings.cors_origins
    if origins:
        fields = cors_fields(
            origins,
            request.headers.get("Origin"),
            preflight=_is_preflight(request),
            credentials=library.settings.cors_credentials,
        )
        for name, value in fields:
            response.headers.add(name, value)
    return response


async def _finish_what_has_no_route(response: ResponseTypes) -> ResponseTypes:
    """See to what no view below a mount was asked for, and is ours all the same.

    That is a method that there is not, an address without its slash, or a 404 by the form of the
    address alone. All three may be kept for as long as a cache sees fit (RFC 9110, section 15.1),
    so each gets a caching rule.
    """
    request = this_request()
    if request.url_rule is not None:  # as of nearly all that the app is asked
        return response
    path = f"{request.path}/"
    prefixes = app_state(this_app()).prefixes
    if not any(path.startswith(f"{prefix}/") for prefix in prefixes):
        return response
    if "Location" in response.headers and request.path in prefixes:
        _lead_to_a_path(response, request)
    if "Cache-Control" not in response.headers:
        kind = Answer.ERROR if response.status_code >= 400 else Answer.PAGE
        # The same for everybody: nobody has looked at what there is.
        response.headers.extend(caching_fields(kind))
    return response


def _lead_to_a_path(response: ResponseTypes, request: Request) -> None:
    """Have the redirect to the slash of a mount name no server: a client knows whom it asks.

    Werkzeug makes a full address of what a front tells of name and scheme, or does not. Where it
    does not know the form of a name, as that of a container with an underscore, it names none.
    """
    to = urlsplit(response.headers["Location"])
    path = to.path if to.path.startswith("/") else f"/{to.path}"  # "http:videos/" of Python 3.13
    if to.netloc not in ("", request.host) or path.startswith("//"):
        return  # to another server, as one of a subdomain
    location = urlunsplit(("", "", path, *to[3:]))
    response.set_data(redirect(location, response.status_code).get_data())
    response.headers["Location"] = location


def _is_preflight(request: Request) -> bool:
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


async def _answer_preflight() -> ResponseTypes | None:
    """Tell a browser what it may ask for, before any login: it sends no cookies with this."""
    if (await current_library()).settings.cors_origins:
        # Not by the app's own answer to OPTIONS: Quart 0.23 has changed what that is called with.
        allowed = request.url_rule.methods if request.url_rule else None
        return Response(b"", headers={"Allow": ", ".join(sorted(allowed or ()))})
    return None


video_bp = VideoBlueprint()
"""A blueprint with everything as it is configured, mounted at ``/videos``."""
