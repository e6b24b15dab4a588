"""Sitemaps (https://www.sitemaps.org) with what search engines want to know of videos. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from quart_video.web.rss import Episode
from quart_video.web.xml_text import DECLARATION, element

MEDIA_TYPE = "application/xml"
ENTRIES = 1000
"""Videos in one sitemap. There may be 50,000, and 50 MB of them: these are fewer than 40 MB, as
long as their names can be and with every byte of them escaped."""
LONGEST_URL = 2047
"""Characters of an address. Longer ones make a sitemap invalid."""

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_VIDEO = "http://www.google.com/schemas/sitemap-video/1.1"
_LONGEST_VIDEO = 28_800  # seconds, which is all that the schema allows

INDEX_HEAD = f'{DECLARATION}<sitemapindex xmlns="{_NAMESPACE}">\n'
INDEX_FOOT = "</sitemapindex>\n"


def index_entry(url: str) -> str:
    """Return the entry of one sitemap.

    :param url: absolute.
    """
    return f"<sitemap>{element('loc', url)}</sitemap>\n"


def write(episodes: Iterable[tuple[Episode, str]]) -> str:
    """Return a sitemap as text, to be sent as UTF-8.

    :param episodes: each with the time of its last modification, ISO 8601.
    """
    lines = [f'{DECLARATION}<urlset xmlns="{_NAMESPACE}" xmlns:video="{_VIDEO}">']
    lines += (_entry(*each) for each in episodes if len(each[0].page) <= LONGEST_URL)
    return "\n".join([*lines, "</urlset>", ""])


def _entry(episode: Episode, modified: str) -> str:
    url = f"{element('loc', episode.page)}{element('lastmod', modified)}"
    # Without a picture the schema allows nothing of a video. There is one when it has been looked
    # into, which is when its duration is known.
    if episode.image is not None and episode.duration is not None:
        seconds = round(episode.duration)
        parts = [
            element("video:thumbnail_loc", episode.image),
            element("video:title", episode.title),
            element("video:description", episode.title),
            element("video:content_loc", episode.url),
        ]
        if 1 <= seconds <= _LONGEST_VIDEO:
            parts.append(element("video:duration", str(seconds)))
        parts.append(element("video:publication_date", modified))
        url += f"<video:video>{''.join(parts)}</video:video>"
    return f"<url>{url}</url>"
