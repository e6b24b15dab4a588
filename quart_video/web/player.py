"""What a player is made of, on whatever page it is."""

from __future__ import annotations

from typing import Any

from quart_video.library.library import Library
from quart_video.messages import Texts
from quart_video.models import FullVideo
from quart_video.web import serializers
from quart_video.web.codec_names import codecs_in_words
from quart_video.web.formatting import at_time, template_functions

PROBLEMS = {
    "type": "download",
    "picture": "download",
    "sound": "download",
    "unknown": "download",
    "damaged": "download",
    "empty": "retry",
    "gone": "",
    "login": "reload",
    "replaced": "reload",
    "busy": "retry",
    "network": "retry",
}
"""What the watch page can say is wrong, and what it offers then."""


def player_context(
    video: FullVideo, library: Library, texts: Texts, start: float | None = None
) -> dict[str, Any]:
    """Return what the templates of a player are given.

    :param start: seconds to begin at.
    """
    return {
        "title": library.settings.title,
        "crumbs": serializers.crumbs(video.folder, library),
        **template_functions(texts),
        "video": video,
        # Where the video begins at another time, its picture there says more.
        "poster": video.large_poster_url if start is None else None,
        # A fragment that players seek to, without any script. What cannot be read is left out.
        "source": at_time(video.url, start),
        "mp4": at_time(video.mp4.url, start) if video.mp4 and video.mp4.url else None,
        "expires": library.settings.store_expiry if library.signer else None,
        "problems": PROBLEMS,
        "codecs": _codecs(video, texts),
    }


def _codecs(video: FullVideo, texts: Texts) -> dict[str, str]:
    """Return what the board of problems calls the codecs of a video."""
    unknown = {
        "type": video.media_type,
        "picture": texts.text("codec_picture_unknown"),
        "sound": texts.text("codec_sound_unknown"),
    }
    return unknown | codecs_in_words(video.details, texts)
