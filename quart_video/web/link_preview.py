"""What a link to a video looks like elsewhere: Open Graph, Twitter cards and schema.org. Pure.

Chats and social networks read the tags (https://ogp.me), search engines the JSON-LD. All of it is
in absolute URLs, and of use only where everybody may have the video.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from quart_video.media import WIDTHS
from quart_video.models import FullVideo

_MOST_CLIPS = 100
"""Chapters that are told to search engines, which show a few."""
_TALLEST = 2  # times the width of a poster

# Whatever could end the element, or begin another one, in HTML; JSON knows it by its number.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&'"}


@dataclass(frozen=True, slots=True)
class Links:
    """Where all of it is, by absolute URLs."""

    page: str
    file: str
    file_type: str
    """Media type."""
    image: str | None
    """``None``: there is none."""
    image_size: tuple[int, int] | None
    """Width and height in pixels; ``None``: not known."""
    player: str | None
    """The player alone; ``None``: not every site may show it in a frame."""


@dataclass(frozen=True, slots=True)
class LinkPreview:
    """What stands in the head of a page."""

    tags: list[tuple[str, str]]
    """Names and contents of ``<meta>``."""
    data: Markup
    """JSON-LD."""


def poster_size(video: FullVideo) -> tuple[int, int] | None:
    """Return width and height of the largest poster out of a video, in pixels.

    ``None``: the size of the video is not known.
    """
    details = video.details
    if details is None or not details.width or not details.height:
        return None
    widest = WIDTHS[-1]
    scale = min(1.0, widest / details.width, widest * _TALLEST / details.height)
    return max(2, round(details.width * scale)), max(2, round(details.height * scale))


def link_preview(video: FullVideo, site: str, links: Links) -> LinkPreview:
    """Describe a video.

    :param site: name of the library.
    """
    return LinkPreview(list(_tags(video, site, links)), _as_markup(_video_object(video, links)))


def _tags(video: FullVideo, site: str, links: Links) -> Iterator[tuple[str, str]]:
    size = _size(video)
    yield "og:type", "video.other"
    yield "og:site_name", site
    yield "og:title", video.title
    yield "og:url", links.page
    if links.image is not None:
        yield "og:image", links.image
        if links.image_size is not None:
            yield from _sized("og:image", links.image_size)
    yield "og:video", links.file
    yield "og:video:type", links.file_type
    yield from _sized("og:video", size) if size else ()
    if video.duration is not None:
        yield "video:duration", str(round(video.duration))
    if links.player is not None and size:
        yield "twitter:card", "player"
        yield "twitter:player", links.player
        yield from _sized("twitter:player", size)


def _sized(name: str, size: tuple[int, int]) -> Iterator[tuple[str, str]]:
    yield f"{name}:width", str(size[0])
    yield f"{name}:height", str(size[1])


def _size(video: FullVideo) -> tuple[int, int] | None:
    details = video.details
    return (
        (details.width, details.height)
        if details is not None and details.width and details.height
        else None
    )


def _video_object(video: FullVideo, links: Links) -> dict[str, Any]:
    """Return a VideoObject of schema.org."""
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": video.title,
        "uploadDate": video.modified,
        "contentUrl": links.file,
    }
    if links.image is not None:
        told["thumbnailUrl"] = links.image
    if links.player is not None:
        told["embedUrl"] = links.player
    if video.duration is not None:
        told["duration"] = f"PT{round(video.duration)}S"
    if video.details is not None and video.details.chapters:
        told["hasPart"] = [
            {
                "@type": "Clip",
                "name": chapter.title,
                "startOffset": round(chapter.start, 3),
                "endOffset": round(chapter.stop, 3),
                "url": f"{links.page}{'&' if '?' in links.page else '?'}t={chapter.start}",
            }
            for chapter in video.details.chapters[:_MOST_CLIPS]
        ]
    return told


def _as_markup(data: dict[str, Any]) -> Markup:
    """Write JSON that nothing in it leads out of a ``<script>`` element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return Markup(text)  # noqa: S704 - the letters that HTML knows are escaped
