"""Playlists as XSPF, version 1, which VLC and yt-dlp open. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from quart_video.web.tracks import Track
from quart_video.web.xml_text import DECLARATION, element

MEDIA_TYPE = "application/xspf+xml"


def write(title: str, tracks: Iterable[Track]) -> str:
    """Return the playlist as text, to be sent as UTF-8.

    :param title: of the playlist.
    """
    lines = [
        f'{DECLARATION}<playlist version="1" xmlns="http://xspf.org/ns/0/">',
        element("title", title),
        "<trackList>",
    ]
    for track in tracks:
        lines += ["<track>", element("location", track.url), element("title", track.title)]
        lines.append(element("info", track.page))
        if track.image is not None:
            lines.append(element("image", track.image))
        if track.duration is not None:
            lines.append(element("duration", str(round(track.duration * 1000))))  # milliseconds
        lines.append("</track>")
    return "\n".join([*lines, "</trackList>", "</playlist>", ""])
