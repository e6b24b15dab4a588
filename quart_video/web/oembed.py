"""oEmbed 1.0 (https://oembed.com): how a site that is given a link gets the player. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from quart_video.web.xml_text import DECLARATION, element

JSON_TYPE = "application/json"
XML_TYPE = "text/xml"


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture of the video."""

    url: str
    """Absolute."""
    size: tuple[int, int]
    """Width and height in pixels."""


def document(
    title: str,
    site: tuple[str, str],
    html: Markup,
    size: tuple[int, int],
    thumbnail: Thumbnail | None,
) -> dict[str, str | int]:
    """Return the answer of type ``video`` (section 2.3.4.2).

    :param title: of the video.
    :param site: name and absolute URL of the library.
    :param html: shows the player.
    :param size: width and height of that, in pixels.
    """
    answer: dict[str, str | int] = {
        "version": "1.0",
        "type": "video",
        "title": title,
        "provider_name": site[0],
        "provider_url": site[1],
        "html": str(html),
        "width": size[0],
        "height": size[1],
    }
    if thumbnail is not None:  # all three of them or none, says section 2.3.4
        answer["thumbnail_url"] = thumbnail.url
        answer["thumbnail_width"], answer["thumbnail_height"] = thumbnail.size
    return answer


def as_xml(answer: dict[str, str | int]) -> str:
    """Return the same in the other format, to be sent as UTF-8."""
    parts = "".join(element(name, str(value)) for name, value in answer.items())
    return f"{DECLARATION}<oembed>{parts}</oembed>\n"
