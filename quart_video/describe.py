"""Rows of the catalogue in the words of the API: models with URLs below the current mount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from quart import url_for

from quart_video.catalogue import Item, Page, title_of
from quart_video.http import EntityTag
from quart_video.m3u import Track
from quart_video.models import CaptionTrack, Folder, Listing, ListingQuery, Video
from quart_video.mounts import Library

_PARAMETERS = [field for field in fields(ListingQuery) if field.name != "cursor"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def video(item: Item, library: Library) -> Video:
    """Describe one video."""
    entry = item.entry
    assert entry.facts is not None
    return Video(
        name=entry.name,
        title=title_of(entry.name),
        path=entry.path,
        folder=entry.folder,
        size=entry.facts.size,
        duration=item.duration,
        modified=iso_time(entry.facts.modified_ns),
        media_type=library.media_type(entry.path) or "",
        etag=str(EntityTag(entry.facts.version)),
        url=url_for(".media", path=entry.path),
        download_url=_download_url(entry.path, library),
        watch_url=url_for(".watch", path=entry.path),
        api_url=url_for(".api_video", path=entry.path),
        captions=[
            CaptionTrack(
                url=url_for(".captions", path=caption.path),
                label=caption.label,
                language=caption.language,
            )
            for caption in item.captions
        ],
    )


def _download_url(path: str, library: Library) -> str | None:
    return url_for(".media", path=path, download=1) if library.settings.downloads else None


def folder(path: str, name: str) -> Folder:
    """Describe one folder."""
    return Folder(
        name=name,
        path=path,
        url=gallery_url(path),
        api_url=url_for(".api_videos", folder=path),
    )


def gallery_url(path: str) -> str:
    """Return the address of the page that lists a folder, the root being ``""``."""
    # None, as url_for would look for "" under the rule with a folder in it, and not find it.
    return url_for(".gallery", folder=path or None)


def listing(page: Page, query: ListingQuery, library: Library) -> Listing:
    """Describe a page of a listing."""
    return Listing(
        folder=query.folder,
        folders=[folder(entry.path, entry.name) for entry in page.folders],
        videos=[video(item, library) for item in page.items],
        total=page.total,
        total_size=page.total_size,
        scanning=page.scanning,
        next_cursor=page.next_cursor,
        next_url=_next_url(page, query),
    )


def _next_url(page: Page, query: ListingQuery) -> str | None:
    if page.next_cursor is None:
        return None
    return url_for(".api_videos", **parameters(query), cursor=page.next_cursor)


def tracks(items: Iterable[Item]) -> Iterator[Track]:
    """Describe videos for a player elsewhere: by their full addresses."""
    root = url_for(".gallery", _external=True)
    for item in items:
        # Not url_for, which takes a second for ten thousand of them.
        yield Track(
            url=root + quote(item.entry.path),
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
    below = [folder("/".join(names[: n + 1]), name) for n, name in enumerate(names)]
    return [folder("", title), *below]


def iso_time(modified_ns: int) -> str:
    """Write a time as ISO 8601 in UTC, to the microsecond."""
    try:
        moment = _EPOCH + timedelta(microseconds=modified_ns // 1000)
    except OverflowError:  # a clock that was far off: before year 1 or after 9999
        moment = _EPOCH
    return moment.isoformat().replace("+00:00", "Z")
