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
        "sounds": _sounds(video),
        "expires": library.settings.store_expiry if library.signer else None,
        "problems": PROBLEMS,
        "codecs": _codecs(video, texts),
    }


def _sounds(video: FullVideo) -> str:
    """Return the codecs of the sound tracks there are in what is played, for foresee.js.

    Each has a star before it if it plays by itself, else a dash, and is a question mark where it
    has no name.
    """
    if video.details is None:
        return ""
    tracks = video.details.audio_tracks
    mp4 = video.mp4
    if mp4 is not None and mp4.url is not None:
        if mp4.sound == "ready":
            return "*mp4a.40.2"
        chosen = [each.number for each in mp4.audio if each.selected]
        tracks = tuple(tracks[number] for number in chosen) or tracks
    stars = ["*" if track.default or len(tracks) == 1 else "-" for track in tracks]
    codecs = [track.codecs or "?" for track in tracks]
    return "|".join(map("".join, zip(stars, codecs, strict=True)))


def _codecs(video: FullVideo, texts: Texts) -> dict[str, str]:
    """Return what the board of problems calls the codecs of a video."""
    unknown = {
        "type": video.media_type,
        "picture": texts.text("codec_picture_unknown"),
        "sound": texts.text("codec_sound_unknown"),
    }
    return unknown | codecs_in_words(video.details, texts)
