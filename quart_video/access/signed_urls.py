"""Addresses of media, signed where the mount says so or the app asks for it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from quart import current_app, has_request_context, request, url_for

from quart_video.http import parse_host
from quart_video.library.library import Library
from quart_video.library.state import app_state
from quart_video.models import Video
from quart_video.policy.transfer_limits import client_key
from quart_video.policy.url_signer import PARAMETER, round_expiry
from quart_video.settings import ConfigurationError


async def sign_url(
    video: Video | str,
    *,
    expires: float | timedelta | datetime | None = None,
    client: str | None = None,
    mount: str | None = None,
    external: bool = False,
) -> str:
    """Return an address of a video that needs no login, until it expires.

    Whoever knows the address may have the video: the app is not asked again. A transfer that has
    begun goes on to its end.

    :param video: or its path below the media root. Nothing need be there.
    :param expires: seconds from now, or when; left out, ``VIDEO_SIGNED_URL_LIFETIME``.
    :param client: the address of the only client that it is for.
    :param mount: full name of the blueprint as registered; left out, that of the current request,
        or the only one there is.
    :param external: whether to return a full URL, as players elsewhere need it. A path is returned
        where the client asks by a name that is none.
    :raises ConfigurationError: there is no key to sign with.
    :raises ValueError: it cannot be told which mount is meant; or a time has no time zone.
    """
    path = video if isinstance(video, str) else video.path
    name = _mount_name(mount)
    library = await app_state(current_app).mounts[name].library(current_app)
    if library.url_signer is None:
        raise ConfigurationError(
            'There is no key to sign with. Set app.config["VIDEO_SIGNING_KEYS"] to a list of one '
            "long random text, or app.secret_key."
        )
    signature = library.url_signer.sign(
        "media",
        path,
        expires=_moment(expires, library.settings.signed_url_lifetime),
        client=None if client is None else client_key(client),
    )
    values = {"path": path, PARAMETER: signature}
    url = url_for(f"{name}.media", **values, _external=external)
    return full_url(url) if external else url


def full_url(url: str) -> str:
    """Complete what ``url_for(..., _external=True)`` returns.

    Werkzeug leaves the name out where a client asks by one that it does not take for one, with an
    underscore for example.

    :returns: the URL with the name that the current request came by; a path, if that is none.
    """
    scheme, _, rest = url.partition("://")
    if not rest.startswith("/"):
        return url
    fields = request.headers.getlist("Host") if has_request_context() else []
    host = parse_host(fields[0]) if len(fields) == 1 else None
    return rest if host is None else f"{scheme}://{host}{rest}"


def _mount_name(given: str | None) -> str:
    mounts = app_state(current_app).mounts
    if given is None and has_request_context() and request.blueprint in mounts:
        return request.blueprint
    if given is None and len(mounts) == 1:
        return next(iter(mounts))
    if given not in mounts:
        raise ValueError(f"mount has to be one of {sorted(mounts)}, and is {given!r}")
    return given


def _moment(expires: float | timedelta | datetime | None, lifetime: int) -> int:
    if isinstance(expires, datetime):
        if expires.tzinfo is None:
            raise ValueError("expires needs a time zone, as datetime.now(UTC) has one")
        return int(expires.timestamp())
    if expires is None:
        expires = lifetime
    seconds = expires.total_seconds() if isinstance(expires, timedelta) else expires
    return int(time.time() + seconds)


def with_signature(url: str, library: Library, kind: str, path: str) -> str:
    """Return *url* as pages and JSON have it: signed, if the mount hands out such addresses.

    :param kind: endpoint of the file, without the name of the mount.
    """
    if not library.settings.signed_urls or library.url_signer is None:
        return url
    expires = round_expiry(time.time(), library.settings.signed_url_lifetime)
    signature = library.url_signer.sign(kind, path, expires=expires)
    return f"{url}{'&' if '?' in url else '?'}{PARAMETER}={signature}"
