"""The library for code of the app: what views are made of, without a request to ourselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Literal

from pydantic import TypeAdapter, ValidationError
from quart import current_app, has_request_context

from quart_video.access.guard import LibraryAccess
from quart_video.access.signed_urls import Kind, full_url, mount_name, signed
from quart_video.library import media_info
from quart_video.library.routes import mount_url
from quart_video.library.state import app_state, library_of
from quart_video.models import FullVideo, Listing, ListingQuery, Video
from quart_video.storage.base import Media, nothing
from quart_video.web.descriptions import full_video, listed
from quart_video.web.request_limits import accepted_languages
from quart_video.web.serializers import ListingSerializer, listing

UrlKind = Literal[
    "media",
    "mp4",
    "poster",
    "storyboard",
    "captions",
    "embed",
    "watch",
    "api",
    "gallery",
    "playlist",
    "xspf",
    "feed",
]
"""What :meth:`VideoLibrary.url` leads to."""

_QUERY: TypeAdapter[ListingQuery] = TypeAdapter(ListingQuery)
_OF_FOLDERS = ("gallery", "playlist", "xspf", "feed")
"""What lists a folder."""
_ENDPOINTS = {"api": "api_video", "xspf": "xspf_playlist"}
"""Of the kinds that are not called as their endpoint."""


class VideoLibrary:
    """The library of one mount, for views, templates, commands and tasks of the app.

    In a request, what its user may not have is not there: the app's own ``authorize`` is asked, as
    for any request at the mount. Outside of one it cannot be, and where there is such a function,
    ``as_system=True`` says that everything may be had. It says so in a request, too.

    What is not there, or not to be had, is raised as an exception of HTTP: in a view, it becomes
    the response.
    """

    def __init__(self, mount: str) -> None:
        self.mount = mount
        """Full name of the blueprint as registered."""

    async def list(self, query: ListingQuery | None = None, *, as_system: bool = False) -> Listing:
        """Return a page of a listing, as the JSON API has it.

        :param query: what to list; left out, the first page of the root.
        :raises ValueError: a parameter is none that a listing has, as a negative limit.
        :raises werkzeug.exceptions.HTTPException: the folder is not there, or not to be had.
        """
        access = await self._access(as_system=as_system)
        query = _checked(query)
        page = await access.page(listed(access, query))
        return listing(page, query, ListingSerializer(access.library))

    async def walk(
        self, query: ListingQuery | None = None, *, as_system: bool = False
    ) -> AsyncIterator[Video]:
        """Yield all videos that a listing has, on all its pages; ``limit`` does not count.

        :param query: what to list; left out, everything.
        :raises ValueError: as for :meth:`list`.
        :raises werkzeug.exceptions.HTTPException: the folder is not there, or not to be had.
        """
        access = await self._access(as_system=as_system)
        serializer = ListingSerializer(access.library)
        wanted = listed(access, _checked(query or ListingQuery(recursive=True)))
        async with aclosing(access.walk(wanted)) as batches:
            async for _, items in batches:
                for item in items:
                    yield serializer.video(item)

    async def get(self, path: str, *, as_system: bool = False) -> FullVideo:
        """Return one video, and what is inside it.

        :param path: below the media root.
        :raises werkzeug.exceptions.HTTPException: it is not there, or not to be had.
        """
        access = await self._access(as_system=as_system)
        languages = accepted_languages() if has_request_context() else []
        return await full_video(access, path, languages)

    async def open(self, path: str, *, as_system: bool = False) -> Media:
        """Open a video, to read its bytes; to be closed by whoever has it.

        :param path: below the media root.
        :returns: ``media.facts.size`` tells how long it is, ``media.chunks(start, stop)`` yields
            bytes, ``media.close()`` lets it go.
        :raises werkzeug.exceptions.HTTPException: it is not there, or not to be had.
        """
        access = await self._access(as_system=as_system)
        await access.item(path)
        return await access.open(path, nothing)

    async def url(
        self,
        path: str,
        kind: UrlKind = "media",
        *,
        external: bool = False,
        expires: float | timedelta | datetime | None = None,
        as_system: bool = False,
    ) -> str:
        """Return an address of a video, of what is made of it, or of a folder.

        It is signed where ``VIDEO_SIGNED_URLS`` is on, and where *expires* is given.

        :param path: below the media root: that of a folder for what lists one, that
            of a caption file for ``captions``, that of a video for all others.
        :param external: whether to return a full URL, which outside of a request needs
            ``SERVER_NAME``.
        :param expires: as :func:`sign_url` takes it, for addresses of files.
        :raises ConfigurationError: there is no key to sign with, or no name of the server.
        :raises ValueError: there is no such kind; the time is over; pages are not signed.
        :raises werkzeug.exceptions.HTTPException: it is not there, or not to be had.
        """
        access = await self._access(as_system=as_system)
        library = access.library
        endpoint = _ENDPOINTS.get(kind, kind)
        if kind in _OF_FOLDERS:
            await access.folder(path)
            values = {"folder": path or None}
        elif kind == "captions":
            version = media_info.caption_version(library, await access.captions(path))
            values = {"path": path, "v": version or None}
        elif kind in ("media", "poster", "storyboard"):
            values = {"path": path, "v": await _version(access, path, kind) or None}
        elif kind in ("mp4", "embed", "watch", "api"):
            await access.item(path)
            values = {"path": path}
        else:
            raise ValueError(f"kind has to be one of {', '.join(_KINDS)}, and is {kind!r}")
        url = full_url(mount_url(self.mount, endpoint, external=external, **values))
        if kind not in _SIGNED:
            if expires is not None:
                raise ValueError(f"a {kind} is not signed, and has no time that it expires at")
            return url
        if expires is None and not library.settings.signed_urls:
            return url
        return signed(url, library, _SIGNED[kind], path, expires=expires)

    async def aclose(self) -> None:
        """Release what the library holds, as commands and tests have to; it opens again by itself.

        While the app is served this is done at its end.
        """
        await app_state(current_app).mounts[self.mount].close()

    async def _access(self, *, as_system: bool) -> LibraryAccess:
        library = await library_of(self.mount)
        if library.authorizer is not None and not as_system and not has_request_context():
            raise RuntimeError(
                f"The app decides by request who may have what of {self.mount!r}, and there is no "
                "request. Say as_system=True to have everything."
            )
        return LibraryAccess(library, asks=not as_system)


_SIGNED: dict[str, Kind] = {
    "media": "media",
    "mp4": "mp4",
    "poster": "poster",
    "storyboard": "storyboard",
    "captions": "captions",
    "embed": "embed",
}
_KINDS = (*_SIGNED, "watch", "api", *_OF_FOLDERS)


def library(mount: str | None = None) -> VideoLibrary:
    """Return the library of a mount, for code of the app.

    :param mount: full name of the blueprint as registered, ``"video"`` by default; left out, that
        of the current request, else the only one there is.
    :raises ValueError: there is none of this name, or it cannot be told which one is meant.
    """
    return VideoLibrary(mount_name(mount))


def current_library() -> VideoLibrary:
    """Return the library of the mount that the current request came in by, else the only one.

    :raises ValueError: it cannot be told which one is meant.
    """
    return library()


def _checked(query: ListingQuery | None) -> ListingQuery:
    """Have a query of code meet the bounds of a query of the API.

    :raises ValueError: it does not.
    """
    try:
        return _QUERY.validate_python(asdict(query or ListingQuery()))
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ValueError("; ".join(problems)) from None


async def _version(access: LibraryAccess, path: str, kind: str) -> str:
    """Return what changes with a video, or its picture, as it stands in the address."""
    item = await access.item(path)
    if kind == "media":
        facts, max_age = item.entry.facts, access.library.settings.max_age
        return facts.version if facts is not None and max_age is not None else ""
    if kind == "poster":
        return media_info.poster_source(access.library, item).tag
    return media_info.source_of(access.library, item).tag
