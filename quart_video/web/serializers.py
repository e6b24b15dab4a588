"""Rows of the catalogue in the words of the API: models with URLs below the current mount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from functools import partial

from quart_video.access.signed_urls import Grant
from quart_video.catalogue import (
    Caption,
    Contents,
    Item,
    Page,
    normalise_tag,
    title_of,
)
from quart_video.http import EntityTag
from quart_video.library import media_info
from quart_video.library.library import Library
from quart_video.library.mp4 import Mp4State, sound_tracks
from quart_video.library.routes import mount_url
from quart_video.media import SOUNDS, WIDTHS, Details, Source, TextTrack, mp4_codecs, text_of_track
from quart_video.models import (
    CaptionTrack,
    Folder,
    FullVideo,
    Listing,
    ListingQuery,
    Mp4,
    Mp4Audio,
    Video,
)
from quart_video.storage.base import Entry
from quart_video.web.captions import (
    Captions,
    file_problem,
    inner_problem,
    marks_of,
    with_default,
)
from quart_video.web.sound_tracks import sound_labels
from quart_video.web.urls import MountURLs, gallery_url

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - all here is UTC, and sooner written without saying so
_UNKNOWN = Contents(None, None)


class ListingSerializer:
    """Describes what a page or a listing has, all of it below the mount of the current request.

    :param grant: as :class:`MountURLs` takes it.
    """

    def __init__(self, library: Library, grant: Grant | None = None) -> None:
        self._library = library
        self.urls = MountURLs(library, grant)

    def video(self, item: Item) -> Video:
        """Describe one video."""
        entry = item.entry
        assert entry.facts is not None
        name, path = entry.name, entry.path
        has_posters = self.urls.has_posters
        posters = self._posters(
            path, media_info.poster_source(self._library, item) if has_posters else None
        )
        return Video(
            name=name,
            title=title_of_item(item, self._library),
            path=path,
            folder=entry.folder,
            size=entry.facts.size,
            duration=item.duration,
            modified=iso_time(entry.facts.modified_ns),
            media_type=self._library.media_type(name) or "",
            etag=str(EntityTag(entry.facts.version)),
            url=self.urls.media(path, entry.facts.version),
            download_url=self.urls.download(path, entry.facts.version),
            watch_url=self.urls.watch(path),
            api_url=self.urls.api_video(path),
            captions=[
                self.caption(caption) for caption in media_info.captions_shown(self._library, item)
            ],
            poster_url=posters[0] if posters else None,
            poster_srcset=", ".join(
                f"{url} {width}w" for url, width in zip(posters, WIDTHS, strict=True)
            )
            if posters
            else None,
        )

    def caption(self, caption: Caption, version: str = "") -> CaptionTrack:
        """Describe a caption file; *version* is as its address names it, empty if not known."""
        marks = caption.marks
        return CaptionTrack(
            url=self.urls.captions(caption.path, version),
            label=marks.label,
            language=marks.language,
            forced=marks.forced,
            sdh=marks.sdh,
            title=marks.title,
        )

    def inner_track(self, track: TextTrack, path: str, source: Source) -> CaptionTrack:
        """Describe a text track inside the video at *path*, which is *source*."""
        marks = marks_of(track)
        version = source.tag_of(text_of_track(track))
        return CaptionTrack(
            url=self.urls.inner_captions(path, track.index, version),
            label=marks.label,
            language=marks.language,
            forced=marks.forced,
            sdh=marks.sdh,
            title=marks.title,
        )

    def folder(
        self, path: str, image: Entry | None = None, contents: Contents = _UNKNOWN
    ) -> Folder:
        """Describe one folder below the root; *image* is one that shows it, else a video does."""
        shown, source = path, None
        if image is not None:
            source = media_info.image_source(self._library, image)
        elif contents.first is not None and self.urls.has_posters:
            shown = contents.first.entry.path
            source = media_info.poster_source(self._library, contents.first)
        posters = self._posters(shown, source)
        return Folder(
            name=path.rpartition("/")[2],
            path=path,
            url=self.urls.gallery(path),
            api_url=self.urls.api_videos(path),
            poster_url=posters[0] if posters else None,
            videos=contents.videos,
        )

    def _posters(self, path: str, source: Source | None) -> list[str]:
        """Return the URLs of a poster in all widths; *source* is what it is made of."""
        return [] if source is None else self.urls.posters(path, source.tag)


def listing(page: Page, query: ListingQuery, serializer: ListingSerializer) -> Listing:
    """Describe a page of a listing."""
    return Listing(
        folder=query.folder,
        folders=[
            serializer.folder(
                entry.path,
                page.folder_posters.get(entry.path),
                page.folder_contents.get(entry.path, _UNKNOWN),
            )
            for entry in page.folders
        ],
        total_folders=page.total_folders,
        next_folders_cursor=page.next_folders_cursor,
        next_folders_url=serializer.urls.next_page(page.next_folders_cursor, query),
        videos=[serializer.video(item) for item in page.items],
        total=page.total,
        total_size=page.total_size,
        scanning=page.scanning,
        next_cursor=page.next_cursor,
        next_url=serializer.urls.next_page(page.next_cursor, query),
    )


def full_video(
    item: Item,
    details: Details | None,
    captions: Captions,
    languages: Sequence[str],
    library: Library,
    *,
    mp4: Mp4State | None = None,
    grant: Grant | None = None,
    problem: media_info.Problem | None = None,
) -> FullVideo:
    """Describe one video, and what is inside it.

    :param languages: that the client speaks, the best first.
    :param mp4: how its MP4 stands.
    :param grant: as :class:`MountURLs` takes it.
    :param problem: what is wrong with the file.
    """
    serializer = ListingSerializer(library, grant)
    row = serializer.video(item)
    known = {field.name: getattr(row, field.name) for field in fields(row)}
    path, source = row.path, media_info.source_of(library, item)
    if mp4 is not None and mp4.chosen is not None:
        known["api_url"] = serializer.urls.api_video(path, audio=mp4.chosen)
    tracks = [
        (serializer.caption(each.caption, each.version), each.caption.marks.default)
        for each in captions.files
    ]
    problems = [file_problem(each) for each in captions.unshown]
    if details is not None:
        known["duration"] = details.duration
        known["title"] = title_of_item(replace(item, title=details.title), library)
        inner, unshown = details.text_tracks, captions.unshown_tracks
        shown = [each for each in inner if each.supported and each.index not in unshown]
        # A flag that all of them bear, as most programs write it, says nothing.
        told = not all(each.default for each in shown)
        tracks += [
            (serializer.inner_track(each, path, source), told and each.default) for each in shown
        ]
        problems += [
            inner_problem(each, unshown.get(each.index)) for each in inner if each not in shown
        ]
    moves = details is not None and details.width and details.duration
    chaptered = details is not None and details.chapters
    return FullVideo(
        **{**known, "captions": with_default(tracks, languages)},
        unavailable_captions=problems,
        details=details,
        storyboard_url=serializer.urls.storyboard(path, source.tag) if moves else None,
        chapters_url=serializer.urls.chapters(path, source.tag) if chaptered else None,
        mp4=_mp4(path, mp4, details, library, serializer.urls) if mp4 else None,
        problem=problem,
    )


def _mp4(
    path: str, state: Mp4State, details: Details | None, library: Library, urls: MountURLs
) -> Mp4:
    """Describe the MP4 of a video."""
    told = dict(enumerate(details.audio_tracks if details else ()))
    plays = told.get(-1 if state.main is None else state.main)
    codec = details.audio_codec if details else "unknown"
    if state.chosen is not None and state.chosen in told:
        plays = told[state.chosen]
        codec = plays.codec
    offered, sound = state.is_offered, state.sound
    # An address that is played keeps its sound, though another one is ready meanwhile.
    is_made = codec is not None and codec not in SOUNDS
    original = is_made if sound is None else state.is_original
    address = partial(urls.mp4, path, audio=state.chosen, original=original, version=state.version)
    return Mp4(
        helps=offered and state.offer.helps,
        reasons=list(state.offer.reasons),
        problem=state.problem,
        url=address() if offered else None,
        download_url=address(download=True) if offered and library.settings.downloads else None,
        codecs=mp4_codecs(
            details,
            sound=plays.codecs if plays else None,
            made_aac=sound is not None and sound.state == "ready",
        )
        if details
        else None,
        sound=sound.state if sound else None,
        sound_progress=sound.progress if sound else None,
        sound_seconds_left=sound.seconds_left if sound else None,
        audio=_mp4_audio(path, state, details, urls) if details else [],
    )


def _mp4_audio(path: str, state: Mp4State, details: Details, urls: MountURLs) -> list[Mp4Audio]:
    """Describe the sound tracks that the MP4 of a video can have, where there are several."""
    numbers = sound_tracks(state.film, details) if state.problem is None else []
    told = details.audio_tracks
    tracks = [(number, told[number]) for number in numbers if number < len(told)]
    if len(tracks) < 2:
        return []
    labels = sound_labels([track for _, track in tracks])
    selected = state.main if state.chosen is None else state.chosen
    # Of the others, finding it out would take a look at each.
    versions = {} if state.is_original else {selected: state.version}
    return [
        Mp4Audio(
            number=number,
            codec=track.codec,
            language=normalise_tag(track.language) if track.language else None,
            title=track.title,
            label=label,
            selected=number == selected,
            url=urls.mp4(path, audio=number, version=versions.get(number, "")),
        )
        for label, (number, track) in zip(labels, tracks, strict=True)
    ]


def title_of_item(item: Item, library: Library) -> str:
    """Return what a video is called."""
    inside = item.title if library.settings.titles == "inside" else None
    return " ".join((inside or "").split()) or title_of(item.entry.name)


def crumbs(path: str, library: Library) -> list[Folder]:
    """Describe the folders from the root, which has the title of the library, down to *path*."""
    names = path.split("/") if path else []
    places = [("", library.settings.title)]
    places += [("/".join(names[: n + 1]), name) for n, name in enumerate(names)]
    return [
        Folder(
            name=name,
            path=place,
            url=gallery_url(library, place),
            api_url=mount_url(library.mount, "api_videos", folder=place),
        )
        for place, name in places
    ]


def iso_time(modified_ns: int) -> str:
    """Write a time as ISO 8601 in UTC, to the microsecond."""
    try:
        moment = _EPOCH + timedelta(microseconds=modified_ns // 1000)
    except OverflowError:  # a clock that was far off: before year 1 or after 9999
        moment = _EPOCH
    return f"{moment.isoformat()}Z"
