"""The captions of one video in the words of the API: which are offered, and why others are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from quart_video.catalogue import Marks, normalise_tag, preferred
from quart_video.library.media_info import Shown, Unshown
from quart_video.media import EMPTY, PICTURES, TextTrack
from quart_video.models import CaptionProblem, CaptionTrack

_REASONS: dict[str, Literal["pictures", "empty", "unreadable"]] = {
    EMPTY: "empty",
    PICTURES: "pictures",
    "pictures": "pictures",
}


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of a video, sorted out."""

    files: Sequence[Shown]
    """Those that can be shown."""
    unshown: Sequence[Unshown]
    """Those that cannot."""
    unshown_tracks: Mapping[int, str]
    """Why tracks of text inside the video cannot be shown, by their numbers."""


def with_default(
    tracks: Sequence[tuple[CaptionTrack, bool]], languages: Sequence[str]
) -> list[CaptionTrack]:
    """Sort tracks by language, and mark one to begin with.

    That is one in one of *languages*, else one that says itself that it is the one, else the first
    of the usual ones.

    :param tracks: each with whether it says so.
    """
    ordered = sorted(tracks, key=lambda row: (row[0].language or "", *_kind(row[0])))
    likely = sorted(ordered, key=lambda row: (not row[1], *_kind(row[0])))
    index = preferred([track.language for track, _ in likely], languages) or 0
    first = likely[index][0] if likely else None
    return [replace(track, default=track is first) for track, _ in ordered]


def _kind(track: CaptionTrack) -> tuple[bool, bool, bool]:
    return track.forced, track.sdh, track.title is not None


def marks_of(track: TextTrack) -> Marks:
    """Return what a track inside a video tells of itself."""
    language = normalise_tag(track.language) if track.language else None
    return Marks(language, track.forced, track.sdh, track.default, track.title)


def file_problem(file: Unshown) -> CaptionProblem:
    """Describe a caption file that cannot be shown."""
    marks, path = file.caption.marks, file.caption.path
    reason = _REASONS.get(file.reason, "unreadable")
    return CaptionProblem(marks.label, marks.language, path, reason)


def inner_problem(track: TextTrack, told: str | None) -> CaptionProblem:
    """Describe a track inside a video that cannot be shown.

    :param told: why, where that is not of the track itself.
    """
    marks = marks_of(track)
    reason = _REASONS.get(track.problem or told or EMPTY, "unreadable")
    return CaptionProblem(marks.label, marks.language, None, reason)
