"""Whether a video plays in more browsers as an MP4, and why. Pure.

What is said of browsers here was seen in Chromium 156, Firefox 153 ESR and WebKitGTK 2.50.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quart_video.media.details import Details

Reason = Literal["container", "reads-all", "silent", "tag"]
"""Why the MP4 plays where the video itself does not, or not well.

``container``: some browsers do not know how the file is built. ``reads-all``: Firefox reads a
Matroska file with AAC to its end before it shows anything. ``silent``: browsers play the picture
and no sound. ``tag``: Safari takes HEVC only if it is called hvc1.
"""

PICTURES = frozenset({"h264", "hevc", "vp9", "av1"})
"""Codecs of pictures that browsers decode out of an MP4."""
SOUNDS = frozenset({"aac", "mp3", "flac", "opus", "alac"})
"""Codecs of sound that they decode out of it."""

_CONTAINERS = {"matroska", "mov", "flv", "avi"}
"""That an index can be made of, and some browser does not play."""
_INDEXED = _CONTAINERS | {"mp4", "webm"}
_SILENT_IN = {"matroska": {"mp3", "flac", "alac"}}
"""Sound that plays in an MP4, and not in Firefox out of these."""
_UNDECODED = {"iamf", "unknown"}
"""Sound that nothing can be made of."""
_PLAYED_IN = {"webm": {"vorbis", "opus"}, "matroska": {"vorbis"}}
"""Sound that plays as it is out of these, and not in an MP4."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What is to be said of the MP4 of a video before anyone has looked at its packets."""

    reasons: tuple[Reason, ...] = ()
    """Why it helps; none: it does not."""
    refusal: str | None = None
    """Why there can be none; ``None``: there can."""

    @property
    def helps(self) -> bool:
        """Whether it is to be offered."""
        return bool(self.reasons) and self.refusal is None


def mp4_offer(details: Details) -> Offer:
    """Say whether the MP4 of a video with these *details* helps."""
    container, video, audio = details.container, details.video_codec, details.audio_codec
    if video is None:
        return Offer(refusal="there are no moving pictures in it")
    if video not in PICTURES:
        return Offer(refusal=f"no browser plays {video} in an MP4")
    if container not in _INDEXED:
        return Offer(refusal=f"no index can be made of a file that is {container}")
    reasons: list[Reason] = []
    if container in _CONTAINERS:
        reasons.append("container")
    if container == "matroska" and audio == "aac":
        reasons.append("reads-all")
    if audio is not None and _is_silent(container, audio):
        reasons.append("silent")
    if (details.codecs or details.video_codecs or "").startswith("hev1"):
        reasons.append("tag")
    return Offer(tuple(reasons))


def likely_offer(media_type: str) -> Offer | None:
    """Say what is to be said before anyone has looked into a video; ``None``: nothing.

    Of Matroska it is, as a browser that plays it badly may read all of it before that is known.
    """
    return Offer(("container",)) if media_type == "video/matroska" else None


def _is_silent(container: str, audio: str) -> bool:
    if audio in _UNDECODED or audio in _PLAYED_IN.get(container, ()):
        return False
    return audio not in SOUNDS or audio in _SILENT_IN.get(container, ())


def mp4_codecs(details: Details, *, sound: str | None, made_aac: bool) -> str | None:
    """Return the codecs of the MP4 (RFC 6381); ``None`` where they have no name.

    :param sound: the name of its sound track's codec; ``None``: it has none, or it is not known.
    :param made_aac: whether its sound was made AAC.
    """
    video = details.video_codecs
    if video is None:
        return None
    video = f"hvc1{video[4:]}" if video.startswith("hev1") else video
    return ", ".join(filter(None, [video, "mp4a.40.2" if made_aac else sound]))
