"""Addresses of media, signed where the mount says so or the app asks for it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from quart import current_app, has_request_context, request

from quart_video.http import parse_host
from quart_video.library.library import Library
from quart_video.library.routes import mount_url
from quart_video.library.state import app_state, library_of
from quart_video.models import Video
from quart_video.policy.transfer_limits import client_key
from quart_video.policy.url_signer import PARAMETER, round_expiry
from quart_video.settings import ConfigurationError
from quart_video.storage.base import BadName
from quart_video.storage.names import split_path

_LATEST = 253_370_764_800  # seconds; the year 9999


Kind = Literal["media", "mp4", "poster", "storyboard", "captions", "chapters", "embed"]
"""What is signed: the endpoint of a file, or of its player, without the name of the mount."""


async def sign_url(
    video: Video | str,
    kind: Kind = "media",
    *,
    expires: float | timedelta | datetime | None = None,
    client: str | None = None,
    mount: str | None = None,
    external: bool = False,
) -> str:
    """Return an address of a video, or of what is made of it, that needs no login until it expires.

    Whoever knows the address may have the video: the app is not asked again. A transfer that has
    begun goes on to its end.

    :param video: or its path below the media root. Nothing need be there. Of ``captions`` it may
        be the path of a caption file.
    :param kind: what of it the address is for, which opens nothing else; but ``embed``, a page with
        a player, hands out addresses of all that the player needs, which end when it does.
    :param expires: seconds from now, above 0, or when; left out, ``VIDEO_SIGNED_URL_LIFETIME``.
    :param client: the address of the only client that it is for.
    :param mount: full name of the blueprint as registered; left out, that of the current request,
        or the only one there is.
    :param external: whether to return a full URL, as players elsewhere need it. A path is returned
        where the client asks by a name that is none.
    :raises ConfigurationError: there is no key to sign with; or a full URL is wanted outside of a
        request, and ``SERVER_NAME`` is not set.
    :raises ValueError: it cannot be told which mount is meant; a time has no time zone, or is over;
        nothing can have such a path; or there is no such kind.
    """
    path = video if isinstance(video, str) else video.path
    name = mount_name(mount)
    library = await library_of(name)
    url = mount_url(name, _known(kind), path=_possible(path), external=external)
    return signed(url, library, kind, path, expires=expires, client=client)


def signed(
    url: str,
    library: Library,
    kind: Kind,
    path: str,
    *,
    expires: float | timedelta | datetime | None = None,
    client: str | None = None,
) -> str:
    """Return a URL of ours with a signature, as :func:`sign_url` does.

    :raises ConfigurationError: there is no key to sign with.
    :raises ValueError: a time has no time zone, or is over.
    """
    if library.url_signer is None:
        raise ConfigurationError(
            'There is no key to sign with. Set app.config["VIDEO_SIGNING_KEYS"] to a list of one '
            "long random text, or app.secret_key."
        )
    signature = library.url_signer.sign(
        kind,
        path,
        expires=_moment(expires, library.settings.signed_url_lifetime),
        client=None if client is None else client_key(client),
    )
    return full_url(_with_parameter(url, signature))


def _with_parameter(url: str, signature: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{PARAMETER}={signature}"


def _known(kind: Kind) -> Kind:
    if kind not in get_args(Kind):
        raise ValueError(f"kind has to be one of {', '.join(get_args(Kind))}, and is {kind!r}")
    return kind


def _possible(path: str) -> str:
    """Refuse a path that leads nowhere, as it would be found out only by whoever has the address.

    :raises ValueError: nothing can have it.
    """
    try:
        possible = bool(split_path(path))
    except BadName as error:
        raise ValueError(f"no video can be called {path!r}: {error}") from None
    if not possible:
        raise ValueError("the path of a video is needed, and is empty")
    return path


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


def mount_name(given: str | None) -> str:
    """Return the full name of a mount of the current app.

    :param given: the same; ``None``: that of the current request, else the only one there is.
    :raises ValueError: it cannot be told which one is meant, or there is none of this name.
    """
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
        moment = expires.timestamp()
    else:
        seconds = lifetime if expires is None else expires
        seconds = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
        moment = time.time() + seconds
    if not time.time() < moment < _LATEST:  # which is false of what is no number, too
        raise ValueError(f"expires has to be after now, and before year 9999; it is {expires!r}")
    return int(moment)


@dataclass(frozen=True, slots=True)
class Grant:
    """What the address of a player lets who has it have: all that the player needs."""

    signature: str
    """Of that address; nothing is wrong with it."""
    client: str
    """Who uses it."""


def with_signature_like(url: str, library: Library, kind: str, path: str, grant: Grant) -> str:
    """Return *url* signed for as long, and for whom, the address of the player is.

    :param kind: endpoint of the file, without the name of the mount.
    """
    assert library.url_signer is not None  # the grant has been looked at with it
    signature = library.url_signer.sign_alike(kind, path, grant.signature, client=grant.client)
    return _with_parameter(url, signature)


def with_signature(url: str, library: Library, kind: str, path: str) -> str:
    """Return *url* as pages and JSON have it: signed, if the mount hands out such addresses.

    :param kind: endpoint of the file, without the name of the mount.
    """
    if not library.settings.signed_urls or library.url_signer is None:
        return url
    expires = round_expiry(time.time(), library.settings.signed_url_lifetime)
    signature = library.url_signer.sign(kind, path, expires=expires)
    return _with_parameter(url, signature)
