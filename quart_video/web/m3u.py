"""Playlists as M3U, which VLC, mpv and most players open. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from quart_video.web.tracks import Track

MEDIA_TYPE = "audio/x-mpegurl"

# Whatever a player could take for the end of a line, or obey as a control character.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def write(title: str, tracks: Iterable[Track]) -> str:
    """Return the playlist as text, to be sent as UTF-8.

    :param title: of the playlist.
    """
    lines = ["#EXTM3U", f"#PLAYLIST:{_one_line(title)}"]
    for track in tracks:
        seconds = -1 if track.duration is None else round(track.duration)
        lines += [f"#EXTINF:{seconds},{_one_line(track.title)}", track.url]
    return "\n".join([*lines, ""])


def _one_line(text: str) -> str:
    return _CONTROLS.sub(" ", text).strip()
