"""URLs below the current mount, made here and nowhere else, and signed where signing is on."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import quote, quote_plus

from quart import request

from quart_video.access.signed_urls import Grant, with_signature, with_signature_like
from quart_video.bounded import Memo
from quart_video.library.library import Library
from quart_video.library.routes import mount_url
from quart_video.media import WIDTHS
from quart_video.models import ListingQuery

_PARAMETERS = [field for field in fields(ListingQuery) if field.name != "cursor"]
_VERSION = "5e4d3c2b1a0f"  # in the place of a version, to find it again in a URL
_PATH = "0a1b2c3d4e5f"  # in the place of a path


@dataclass(frozen=True, slots=True)
class _Template:
    """What stands before and behind a path in the URLs of one route, as escaped."""

    before: str
    behind: str

    @classmethod
    def of(cls, mount: str, endpoint: str, name: str = "path", **values: Any) -> _Template:
        """Ask Werkzeug, once for all paths: fifty videos have three hundred URLs."""
        url = mount_url(mount, endpoint, **{**values, name: _PATH})
        before, _, behind = url.partition(_PATH)
        return cls(before, behind)

    def with_width(self, width: int) -> _Template:
        """Add the width to a URL that has a version in it, where ``url_for`` has it."""
        return _Template(self.before, self.behind.replace(_VERSION, f"{_VERSION}&w={width}"))

    def __call__(self, escaped: str) -> str:
        return f"{self.before}{escaped}{self.behind}"

    def of_version(self, escaped: str, version: str) -> str:
        """Return a URL with a version in it."""
        # Not by way of the whole URL, as a path may hold anything.
        return f"{self.before}{escaped}{self.behind.replace(_VERSION, version)}"


class MountURLs:
    """Makes the URLs of what lies below a mount, all of them paths on this server.

    Paths are those of files and folders below the media root; versions are tags of sources.

    :param grant: what the player that they are for was let have; ``None``: it was no signature that
        let it in.
    """

    def __init__(self, library: Library, grant: Grant | None = None) -> None:
        self._library = library
        self._grant = grant
        self._mount = mount = library.mount
        self._signs = library.settings.signed_urls
        self._media = _Template.of(mount, "media")
        downloads = library.settings.downloads
        self._download = _Template.of(mount, "media", download=1) if downloads else None
        self._watch = _Template.of(mount, "watch")
        self._api_video = _Template.of(mount, "api_video")
        self._captions = _Template.of(mount, "captions")
        poster = _Template.of(mount, "poster", v=_VERSION) if library.derivatives else None
        # The smallest is what a URL without a width leads to: pages are full of them.
        self._posters = [poster, *map(poster.with_width, WIDTHS[1:])] if poster else []
        self._gallery = _Template.of(mount, "gallery", "folder")
        self._api_videos = _Template.of(mount, "api_videos", "folder")

    @property
    def key(self) -> tuple[_Template | None, ...]:
        """Return what tells apart two requests that the same video has different URLs for."""
        return (
            self._media,
            self._download,
            self._watch,
            self._api_video,
            self._captions,
            *self._posters,
            self._gallery,
            self._api_videos,
        )

    @property
    def has_posters(self) -> bool:
        """Whether videos have posters here."""
        return bool(self._posters)

    def media(self, path: str, version: str) -> str:
        """Return the URL of a video itself, with its version where caches may keep it."""
        url = self._media(_escape(path)) + version_query(self._library, version)
        return self._sign("media", path, url)

    def download(self, path: str, version: str) -> str | None:
        """Return the URL that has a browser save a video; ``None``: downloads are turned off."""
        if self._download is None:
            return None
        url = self._download(_escape(path)) + version_query(self._library, version, "&")
        return self._sign("media", path, url)

    def mp4(
        self,
        path: str,
        *,
        audio: int | None = None,
        original: bool = False,
        download: bool = False,
        version: str = "",
    ) -> str:
        """Return the URL of a video as an MP4.

        :param audio: number of its sound track; ``None``: the one that plays by itself.
        :param original: whether its sound stays as it is.
        :param download: whether a browser is to save it.
        :param version: of that MP4; empty: it is not known.
        """
        values: dict[str, Any] = {"path": path}
        if audio is not None:
            values["audio"] = audio
        if original:
            values["sound"] = "original"
        if download:
            values["download"] = 1
        if version and self._library.settings.max_age is not None:
            values["v"] = version
        return self._sign("mp4", path, mount_url(self._mount, "mp4", **values))

    def watch(self, path: str) -> str:
        """Return the URL of the page that plays a video."""
        return self._watch(_escape(path))

    def api_video(self, path: str, *, audio: int | None = None) -> str:
        """Return the URL of the JSON about a video.

        :param audio: number of the sound track that it is to be about; ``None``: the one that plays
            by itself.
        """
        url = self._api_video(_escape(path))
        return url if audio is None else f"{url}?audio={audio}"

    def captions(self, path: str, version: str = "") -> str:
        """Return the URL of a caption file; *version* is that of it, empty if not known."""
        url = self._captions(_escape(path)) + (f"?v={quote(version)}" if version else "")
        return self._sign("captions", path, url)

    def posters(self, path: str, version: str) -> list[str]:
        """Return the URLs of the posters at *path*, one for each of the widths there are."""
        escaped = _escape(path)
        return [
            self._sign("poster", path, template.of_version(escaped, version))
            for template in self._posters
        ]

    def inner_captions(self, path: str, track: int, version: str) -> str:
        """Return the URL of a text track inside a video."""
        url = mount_url(self._mount, "captions", path=path, track=track, v=version)
        return self._sign("captions", path, url)

    def storyboard(self, path: str, version: str) -> str:
        """Return the URL of the storyboard of a video."""
        return self._sign(
            "storyboard", path, mount_url(self._mount, "storyboard", path=path, v=version)
        )

    def chapters(self, path: str, version: str) -> str:
        """Return the URL of the chapters of a video."""
        return self._sign(
            "chapters", path, mount_url(self._mount, "chapters", path=path, v=version)
        )

    def gallery(self, path: str) -> str:
        """Return the URL of the page that lists a folder below the root."""
        return self._gallery(_escape(path))

    def api_videos(self, folder: str) -> str:
        """Return the URL of the JSON that lists a folder."""
        return self._api_videos(quote_plus(folder, safe=_SAFE_IN_QUERIES))

    def next_page(self, cursor: str | None, query: ListingQuery) -> str | None:
        """Return the URL of the page of the JSON listing at *cursor*; ``None``: there is none."""
        if cursor is None:
            return None
        return mount_url(self._mount, "api_videos", **parameters(query), cursor=cursor)

    def _sign(self, kind: str, path: str, url: str) -> str:
        if self._grant is not None:
            return with_signature_like(url, self._library, kind, path, self._grant)
        return with_signature(url, self._library, kind, path) if self._signs else url


# As mount_url() escapes them; a test compares.
_SAFE_IN_PATHS = "!$&()*+,/:;=@"
_SAFE_IN_QUERIES = "!$()*,/:;?@"
_ODD = re.compile(rf"[^A-Za-z0-9_.~ {re.escape(_SAFE_IN_PATHS)}-]+")
_escaped_odd: Memo[str, str] = Memo(quote, 512 * 1024)


def _escape(path: str) -> str:
    return _escaped[path]


def _escape_anew(path: str) -> str:
    # quote() looks at each letter by itself, and most of a description's time would go there. What
    # is odd in one name is odd in the next, too.
    return _ODD.sub(lambda found: _escaped_odd[found[0]], path).replace(" ", "%20")


# The same pages come again and again; it took a quarter of their time.
_escaped = Memo(_escape_anew, 2 * 1024 * 1024)


def version_query(library: Library, version: str, before: str = "?") -> str:
    """Return what the URL of a file ends with where caches may keep it, else nothing.

    The file can be replaced under its name. A cache that keeps its parts knows the new one by
    another address.
    """
    if library.settings.max_age is None or not version:
        return ""
    return f"{before}v={quote(version)}"


def gallery_url(library: Library, path: str) -> str:
    """Return the URL of the page that lists a folder, the root being ``""``."""
    # None, as "" would be looked for under the rule with a folder in it, and not be found.
    return mount_url(library.mount, "gallery", folder=path or None)


def without_dot(library: Library, path: str) -> str | None:
    """Return the URL of the video at *path*, where ``./`` stands before a colon; else ``None``.

    So rclone asks for a name that could be taken for a scheme (RFC 3986, section 4.2), and does not
    take the dot out again. It finds nothing in a folder that it asks for so, whatever that answers,
    and had better be told that it is not there.
    """
    if not path.startswith("./") or ":" not in path[2:].partition("/")[0]:
        return None
    url = mount_url(library.mount, "media", path=path[2:])
    return f"{url}?{request.query_string.decode('latin-1')}" if request.query_string else url


def parameters(query: ListingQuery) -> dict[str, Any]:
    """Return what stands in the address of the first page of a listing, as ``url_for`` takes it."""
    given = {field.name: (getattr(query, field.name), field.default) for field in _PARAMETERS}
    given["recursive"] = query.recursive, query.reaches_below
    return {
        name: int(value) if isinstance(value, bool) else value
        for name, (value, default) in given.items()
        if value != default
    }
