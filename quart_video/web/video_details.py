"""One video with what is inside it, in the words of the API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from quart import url_for

from quart_video.access.signed_urls import with_signature
from quart_video.catalogue import Caption, Item, Marks, normalise_tag, preferred
from quart_video.library import media_info
from quart_video.library.library import Library
from quart_video.media import Details, TextTrack
from quart_video.models import CaptionTrack, FullVideo
from quart_video.web import serializers


def full_video(
    item: Item,
    details: Details | None,
    captions: Iterable[Caption],
    languages: Sequence[str],
    library: Library,
) -> FullVideo:
    """Describe one video, and what is inside it.

    :param captions: the files that belong to it.
    :param languages: that the client speaks, the best first.
    """
    describer = serializers.ListingSerializer(library)
    row = describer.video(item)
    known = {field.name: getattr(row, field.name) for field in fields(row)}
    path, tag = row.path, media_info.source_of(library, item).tag
    tracks = [describer.caption(caption) for caption in captions]
    if details is not None:
        known["duration"] = details.duration
        tracks += [
            _inner_track(track, path, tag, library)
            for track in details.text_tracks
            if track.supported
        ]
    moves = details is not None and details.width and details.duration
    chaptered = details is not None and details.chapters
    return FullVideo(
        **{**known, "captions": with_default(tracks, languages)},
        details=details,
        storyboard_url=_url("storyboard", path, library, v=tag) if moves else None,
        chapters_url=_url("chapters", path, library, v=tag) if chaptered else None,
    )


def _url(kind: str, path: str, library: Library, **parameters: Any) -> str:
    return with_signature(url_for(f".{kind}", path=path, **parameters), library, kind, path)


def with_default(tracks: Sequence[CaptionTrack], languages: Sequence[str]) -> list[CaptionTrack]:
    """Sort tracks by language, and mark one to begin with: in one of *languages*, or the first."""
    ordered = sorted(tracks, key=lambda track: (track.language or "", track.forced, track.sdh))
    first = preferred([track.language for track in ordered], languages) or 0
    return [replace(track, default=index == first) for index, track in enumerate(ordered)]


def _inner_track(track: TextTrack, path: str, tag: str, library: Library) -> CaptionTrack:
    language = normalise_tag(track.language) if track.language else None
    marks = Marks(language, track.forced, track.sdh)
    label = f"{marks.label}: {track.title}" if track.title else marks.label
    return CaptionTrack(
        url=_url("captions", path, library, track=track.index, v=tag),
        label=label,
        language=language,
        forced=track.forced,
        sdh=track.sdh,
    )
