"""A page of a listing as RSS 2.0, which podcast apps, feed readers and yt-dlp read. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quart_video.http.dates import format_date
from quart_video.web.xml_text import DECLARATION, element

MEDIA_TYPE = "application/rss+xml"

_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
}


@dataclass(frozen=True, slots=True)
class Channel:
    """What the feed is of. Its URLs are absolute."""

    title: str
    description: str
    page: str
    """URL of the page of the folder or search."""
    url: str
    """URL of this page of the feed."""
    next_url: str | None
    """URL of the page with what is older; ``None``: this is the last one (RFC 5005, section 3)."""
    language: str
    """BCP 47."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One video. Its URLs are absolute."""

    title: str
    page: str
    """URL of the page that plays it."""
    key: str
    """The same for as long as it is the same video, by whatever name it is asked for."""
    folder: str
    """Path of the folder, ``""`` for the root."""
    modified: int
    """Seconds since the epoch."""
    url: str
    """URL of the file."""
    size: int
    """Bytes."""
    media_type: str
    duration: float | None
    """Seconds; ``None``: not known."""
    image: str | None
    """URL of a picture; ``None``: there is none."""
    image_width: int
    """Pixels."""


def write(channel: Channel, episodes: Iterable[Episode]) -> str:
    """Return the feed as text, to be sent as UTF-8."""
    names = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    lines = [
        f'{DECLARATION}<rss version="2.0"{names}>',
        "<channel>",
        element("title", channel.title),
        element("link", channel.page),
        element("description", channel.description),
        element("language", channel.language),
        _link("self", channel.url),
        *([_link("next", channel.next_url)] if channel.next_url else []),
    ]
    for episode in episodes:
        lines += _item(episode)
    return "\n".join([*lines, "</channel>", "</rss>", ""])


def _link(relation: str, url: str) -> str:
    return element("atom:link", None, {"rel": relation, "type": MEDIA_TYPE, "href": url})


def _item(episode: Episode) -> Iterable[str]:
    yield "<item>"
    yield element("title", episode.title)
    yield element("link", episode.page)
    yield element("guid", episode.key, {"isPermaLink": "false"})
    if (date := format_date(episode.modified)) is not None:
        yield element("pubDate", date)
    if episode.folder:
        yield element("category", episode.folder)
    file = {"url": episode.url, "length": episode.size, "type": episode.media_type}
    yield element("enclosure", None, file)
    if episode.duration is not None:
        yield element("itunes:duration", str(round(episode.duration)))
    if episode.image is not None:
        image = {"url": episode.image, "width": episode.image_width}
        yield element("media:thumbnail", None, image)
    yield "</item>"
