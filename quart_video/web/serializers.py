"""Rows of the catalogue in the words of the API: models with URLs below the current mount."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, quote_plus

from quart import url_for

from quart_video.access.signed_urls import full_url, with_signature
from quart_video.bounded import Memo
from quart_video.catalogue import Caption, Contents, Item, Page, title_of
from quart_video.http import EntityTag
from quart_video.library import media_info
from quart_video.library.library import Library
from quart_video.media import WIDTHS, Source
from quart_video.models import CaptionTrack, Folder, Listing, ListingQuery, Video
from quart_video.storage.base import Entry
from quart_video.web.m3u import Track

_PARAMETERS = [field for field in fields(ListingQuery) if field.name != "cursor"]
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - all here is UTC, and sooner written without saying so


@dataclass(frozen=True, slots=True)
class _Address:
    """What stands before and behind a path in the addresses of one route, as escaped."""

    before: str
    behind: str

    @classmethod
    def of(cls, endpoint: str, name: str = "path", **values: Any) -> _Address:
        """Ask ``url_for``, once for all paths: fifty videos have three hundred addresses."""
        url: str = url_for(endpoint, **{**values, name: _PATH})
        before, _, behind = url.partition(_PATH)
        return cls(before, behind)

    def with_width(self, width: int) -> _Address:
        """Add the width to an address that has a version in it, where ``url_for`` has it."""
        return _Address(self.before, self.behind.replace(_TAG, f"{_TAG}&w={width}"))

    def __call__(self, escaped: str) -> str:
        return f"{self.before}{escaped}{self.behind}"

    def of_version(self, escaped: str, version: str) -> str:
        """Return an address with a version in it."""
        # Not by way of the whole address, as a path may hold anything.
        return f"{self.before}{escaped}{self.behind.replace(_TAG, version)}"


_UNKNOWN = Contents(None, None)


class ListingSerializer:
    """Describes what a page or a listing has, all of it below the mount of the current request."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._signs = library.settings.signed_urls
        self._media = _Address.of(".media")
        self._download = _Address.of(".media", download=1) if library.settings.downloads else None
        self._watch = _Address.of(".watch")
        self._api_video = _Address.of(".api_video")
        self._captions = _Address.of(".captions")
        poster = _Address.of(".poster", v=_TAG) if library.derivatives else None
        # The smallest is what an address without a width leads to: pages are full of them.
        self._posters = [poster, *map(poster.with_width, WIDTHS[1:])] if poster else []
        self._gallery = _Address.of(".gallery", "folder")
        self._api_videos = _Address.of(".api_videos", "folder")

    @property
    def addresses(self) -> tuple[_Address | None, ...]:
        """All that what is described depends on, beside what it is of."""
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

    def video(self, item: Item) -> Video:
        """Describe one video."""
        entry = item.entry
        assert entry.facts is not None
        name, path = entry.name, entry.path
        escaped = _escape(path)
        source = media_info.poster_source(self._library, item) if self._posters else None
        posters = self._pictures(path, source)
        return Video(
            name=name,
            title=title_of(name),
            path=path,
            folder=entry.folder,
            size=entry.facts.size,
            duration=item.duration,
            modified=iso_time(entry.facts.modified_ns),
            media_type=self._library.media_type(name) or "",
            etag=str(EntityTag(entry.facts.version)),
            url=self._signed("media", path, self._media(escaped)),
            download_url=(
                self._signed("media", path, self._download(escaped)) if self._download else None
            ),
            watch_url=self._watch(escaped),
            api_url=self._api_video(escaped),
            captions=[
                self.caption(caption) for caption in media_info.captions_shown(self._library, item)
            ],
            poster_url=posters[0] if posters else None,
            poster_srcset=", ".join(
                f"{url} {width}w" for url, width in zip(posters, WIDTHS, strict=True)
            )
            if posters
            else None,
        )

    def _signed(self, kind: str, path: str, url: str) -> str:
        return with_signature(url, self._library, kind, path) if self._signs else url

    def caption(self, caption: Caption) -> CaptionTrack:
        """Describe a caption file."""
        marks = caption.marks
        return CaptionTrack(
            url=self._signed("captions", caption.path, self._captions(_escape(caption.path))),
            label=marks.label,
            language=marks.language,
            forced=marks.forced,
            sdh=marks.sdh,
        )

    def _pictures(self, path: str, source: Source | None) -> list[str]:
        """Return the addresses of a picture in all widths; *source* is what it is made of."""
        if source is None:
            return []
        tag, escaped = source.tag, _escape(path)
        return [
            self._signed("poster", path, address.of_version(escaped, tag))
            for address in self._posters
        ]

    def folder(
        self, path: str, image: Entry | None = None, contents: Contents = _UNKNOWN
    ) -> Folder:
        """Describe one folder below the root; *image* is one that shows it, else a video does."""
        shown, source = path, None
        if image is not None:
            source = media_info.image_source(self._library, image)
        elif contents.first is not None and self._posters:
            shown = contents.first.entry.path
            source = media_info.poster_source(self._library, contents.first)
        posters = self._pictures(shown, source)
        return Folder(
            name=path.rpartition("/")[2],
            path=path,
            url=self._gallery(_escape(path)),
            api_url=self._api_videos(quote_plus(path, safe=_SAFE_IN_QUERIES)),
            poster_url=posters[0] if posters else None,
            videos=contents.videos,
        )


# As Werkzeug escapes them; a test compares.
_SAFE_IN_PATHS = "!$&'()*+,/:;=@"
_SAFE_IN_QUERIES = "!$'()*,/:;?@"
_TAG = "5e4d3c2b1a0f"  # in the place of a version
_PATH = "0a1b2c3d4e5f"  # in the place of a path, to find it again in an address
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


def gallery_url(path: str) -> str:
    """Return the address of the page that lists a folder, the root being ``""``."""
    # None, as url_for would look for "" under the rule with a folder in it, and not find it.
    return url_for(".gallery", folder=path or None)


def listing(page: Page, query: ListingQuery, describer: ListingSerializer) -> Listing:
    """Describe a page of a listing."""
    return Listing(
        folder=query.folder,
        folders=[
            describer.folder(
                entry.path,
                page.folder_posters.get(entry.path),
                page.folder_contents.get(entry.path, _UNKNOWN),
            )
            for entry in page.folders
        ],
        total_folders=page.total_folders,
        next_folders_cursor=page.next_folders_cursor,
        next_folders_url=_page_url(page.next_folders_cursor, query),
        videos=[describer.video(item) for item in page.items],
        total=page.total,
        total_size=page.total_size,
        scanning=page.scanning,
        next_cursor=page.next_cursor,
        next_url=_page_url(page.next_cursor, query),
    )


def _page_url(cursor: str | None, query: ListingQuery) -> str | None:
    return cursor and url_for(".api_videos", **parameters(query), cursor=cursor)


def tracks(items: Iterable[Item], library: Library) -> Iterator[Track]:
    """Describe videos for a player elsewhere: by their full addresses, if those are known."""
    root = full_url(url_for(".gallery", _external=True))
    for item in items:
        # Not url_for, which takes a second for ten thousand of them.
        yield Track(
            url=with_signature(root + quote(item.entry.path), library, "media", item.entry.path),
            title=title_of(item.entry.name),
            duration=item.duration,
        )


def parameters(query: ListingQuery) -> dict[str, Any]:
    """Return what stands in the address of the first page of a listing, as ``url_for`` takes it."""
    given = {field.name: (getattr(query, field.name), field.default) for field in _PARAMETERS}
    return {
        name: int(value) if isinstance(value, bool) else value
        for name, (value, default) in given.items()
        if value != default
    }


def crumbs(path: str, title: str) -> list[Folder]:
    """Describe the folders from the root, which is called *title*, down to the one at *path*."""
    names = path.split("/") if path else []
    below = [_folder("/".join(names[: n + 1]), name) for n, name in enumerate(names)]
    return [_folder("", title), *below]


def _folder(path: str, name: str) -> Folder:
    return Folder(
        name=name,
        path=path,
        url=gallery_url(path),
        api_url=url_for(".api_videos", folder=path),
    )


def iso_time(modified_ns: int) -> str:
    """Write a time as ISO 8601 in UTC, to the microsecond."""
    try:
        moment = _EPOCH + timedelta(microseconds=modified_ns // 1000)
    except OverflowError:  # a clock that was far off: before year 1 or after 9999
        moment = _EPOCH
    return f"{moment.isoformat()}Z"
