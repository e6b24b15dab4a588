"""URLs of the routes of a mount, in a request and outside of one."""

from __future__ import annotations

from typing import Any

from quart import current_app, has_request_context, request, url_for

from quart_video.settings import ConfigurationError


def mount_url(mount: str, endpoint: str, *, external: bool = False, **values: Any) -> str:
    """Return the URL of a route: a path on this server, unless it is to be a full one.

    :param mount: full name of the blueprint as registered.
    :param endpoint: without the name of the mount.
    :param values: of the route, and parameters.
    :raises ConfigurationError: a full URL is wanted outside of a request, and the app does not know
        its own name.
    """
    name = f"{mount}.{endpoint}"
    server: str | None = current_app.config["SERVER_NAME"]
    if has_request_context() or server:
        scheme = _scheme() if external and has_request_context() else None
        return _without_quotes(url_for(name, **values, _external=external, _scheme=scheme))
    if external:
        raise ConfigurationError(
            "A full URL needs the name of the server, which a request tells. Outside of one, set "
            'app.config["SERVER_NAME"], as "videos.example.com".'
        )
    # As url_for does, but for the name of a server, which no path has.
    current_app.inject_url_defaults(name, values)
    root: str = current_app.config["APPLICATION_ROOT"]
    return _without_quotes(current_app.url_map.bind("", script_name=root).build(name, values))


def _scheme() -> str:
    """Return the scheme by which the current request came, as far as anybody knows.

    Servers and middlewares pass on what a proxy says of it as it is: in capitals, as a list with
    the client's first, or empty.
    """
    told = request.scheme.partition(",")[0].strip().lower()
    if told in ("http", "https"):
        return told
    preferred: str = current_app.config.get("PREFERRED_URL_SCHEME", "http")  # Quart 0.20 has none
    return preferred


def _without_quotes(url: str) -> str:
    """Escape what Werkzeug leaves, and is the same to it: HTML would need a reference for it.

    Programs that look for links in a page need not know character references: lftp cuts the address
    off at ``&#39;``.
    """
    return url.replace("'", "%27")
