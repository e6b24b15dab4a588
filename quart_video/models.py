"""The JSON the API speaks. Plain dataclasses, which quart-schema documents.

Names of fields are the names in the JSON. Times are ISO 8601 in UTC, sizes are bytes, URLs are
absolute paths on this server that include the mount's prefix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from operator import attrgetter
from typing import Annotated, Any, Literal

from pydantic import Field

from quart_video.catalogue import Sort
from quart_video.media import Details
from quart_video.settings import MAX_PAGE_SIZE
from quart_video.storage.names import MAX_PATH_BYTES

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)] | None


@dataclass(frozen=True, slots=True)
class CaptionTrack:
    """A text track of a video, to be used as ``<track>``."""

    url: str
    label: str
    """Name of the track for people: its language, marks and title."""
    language: str | None
    """BCP 47 tag, ``None`` where nothing tells."""
    forced: bool = False
    """Only what has to be read by those who understand the sound: foreign dialogue, signs."""
    sdh: bool = False
    """For the deaf and hard of hearing: sounds are told, too."""
    title: str | None = None
    """What the name of the file, or the video, says of it beside that: ``Commentary``."""
    default: bool = False
    """Whether to show it from the start, as the request's ``Accept-Language`` has it. Only told of
    a video asked for by itself."""


@dataclass(frozen=True, slots=True)
class CaptionProblem:
    """A text track that is not offered, as nothing of it can be shown."""

    label: str
    """Name of the track for people."""
    language: str | None
    """BCP 47 tag, ``None`` where nothing tells."""
    path: str | None
    """Path of the file below the media root, ``None`` of a track inside the video."""
    reason: Literal["pictures", "empty", "unreadable"]
    """``pictures``: it is made of pictures, as on DVD and Blu-ray. ``empty``: there is no text in
    it. ``unreadable``: it is in a form that is not read, or broken."""


@dataclass(frozen=True, slots=True)
class Video:
    """One video."""

    name: str
    """File name, with its extension."""
    title: str
    """Name for people: the file name without extension, underscores read as spaces."""
    path: str
    """Path below the media root, ``/`` between the folders."""
    folder: str
    """Path of the folder it is in, ``""`` for the root."""
    size: int
    """Length in bytes."""
    duration: float | None
    """Seconds, ``None`` where it is not known."""
    modified: str
    """Time of the last modification, ISO 8601, UTC."""
    media_type: str
    etag: str
    """The entity tag the media is served with, quotes included."""
    url: str
    """The media itself."""
    download_url: str | None
    """The media itself, to be saved; ``None`` where ``VIDEO_DOWNLOADS`` is off."""
    watch_url: str
    """A page that plays it."""
    api_url: str
    """This JSON, with the sound track that was asked for."""
    captions: list[CaptionTrack]
    """Of a listing, the files beside the video alone."""
    poster_url: str | None
    """A picture of it, 320 pixels wide; a transparent one for as long as there is none. ``None``
    without the extra ``media``."""
    poster_srcset: str | None
    """The same in two sizes, for ``<img srcset>``."""

    @property
    def large_poster_url(self) -> str | None:
        """The larger one of ``poster_srcset``, 640 pixels wide."""
        return self.poster_srcset and self.poster_srcset.rpartition(", ")[2].removesuffix(" 640w")


@dataclass(frozen=True, slots=True)
class Mp4Audio:
    """A sound track that the MP4 of a video can have."""

    number: int
    """Among those of the video, from 0."""
    codec: str
    language: str | None
    """BCP 47 tag; ``None``: it is not known."""
    title: str | None
    label: str
    """Name of the track for people, which no other one of the video has."""
    selected: bool
    """Whether it is the one that the description is of: ``?audio=1`` asks for another."""
    url: str
    """The MP4 with this sound track."""


@dataclass(frozen=True, slots=True)
class Mp4:
    """A video as an MP4: the same picture, and sound that browsers decode."""

    helps: bool
    """Whether browsers play it that do not play the video itself, or not well."""
    reasons: list[str]
    """Why it helps: ``container``, ``reads-all``, ``silent`` or ``tag``."""
    problem: str | None
    """Why there is none, in words."""
    url: str | None
    """The MP4, with the sound that there is now; ``None`` where it does not help, and no other
    sound track is asked for, or there is none."""
    download_url: str | None
    """The same, to be saved; ``None`` as well where ``VIDEO_DOWNLOADS`` is off."""
    codecs: str | None
    """RFC 6381, as ``canPlayType`` takes them; ``None`` where they have no name."""
    sound: str | None
    """``copied``; ``preparing``, ``ready`` or ``failed`` where it is made AAC; ``off`` where it is
    not; ``none``. ``None``: nobody has asked for it yet."""
    sound_progress: float | None
    """How much of it has been made, 0 to 1."""
    sound_seconds_left: float | None
    """About how long it takes to be ready; ``None``: that is not known."""
    audio: list[Mp4Audio]
    """The sound tracks there are, where there is more than one."""


@dataclass(frozen=True, slots=True)
class FullVideo(Video):
    """One video, with what is inside it."""

    unavailable_captions: list[CaptionProblem]
    """Text tracks that are there, and cannot be shown."""
    details: Details | None
    """``None`` where nobody has looked yet or the file is broken, and without the extra
    ``media``."""
    storyboard_url: str | None
    """WebVTT that names, for each time, a part of a picture with many small ones."""
    chapters_url: str | None
    """WebVTT for ``<track kind="chapters">``; ``None`` where there are no chapters."""
    mp4: Mp4 | None = None
    """The same as an MP4; ``None`` where nothing is known of it, and where ``VIDEO_MP4`` is off."""
    problem: Literal["empty", "damaged"] | None = None
    """What is known to be wrong with the file. ``empty``: there is not one byte in it. ``damaged``:
    FFmpeg finds no video in it; not told without the extra ``media``."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder."""

    name: str
    path: str
    url: str
    """A page that lists it."""
    api_url: str
    """JSON that lists it."""
    poster_url: str | None = None
    """A picture that lies in it as ``poster.jpg``, ``folder.jpg`` or the like, else that of the
    first video in it or below."""
    videos: int | None = None
    """How many are in it and below, when that was last looked through; ``None`` where it has not
    been yet, and where the app decides for each of them who may see it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a listing."""

    folder: str
    folders: list[Folder]
    """Folders directly in *folder* whose names match, in natural order whatever the sort: on the
    first page, as many as ``limit`` allows, and on the pages that ``next_folders_url`` leads to.
    None in a listing that is recursive. One for captions, such as ``Subs``, only where there is a
    video in it."""
    total_folders: int | None
    """How many folders there are, on all pages together; ``None`` where the app decides for each of
    them who may see it, and not all have been asked about."""
    next_folders_cursor: str | None
    """Give this as ``cursor`` for a page of the folders that follow, without videos; ``None`` where
    there are none."""
    next_folders_url: str | None
    """That page; ``None`` where there is none."""
    videos: list[Video]
    total: int | None
    """How many videos match, on all pages together; ``None`` where the app decides for each of
    them who may see it, and not all have been asked about."""
    total_size: int | None
    """Bytes of all that match, on all pages together; ``None`` as above."""
    scanning: bool
    """Whether not all folders have been read yet, so that a recursive listing or a search may miss
    some. What is directly in a folder is complete even then, unless it holds so many files that to
    read them anew takes more than half a second: meanwhile it is shown as it was."""
    next_cursor: str | None
    """Give this as ``cursor`` for the next page of videos; ``None`` on the last."""
    next_url: str | None
    """The next page of videos; ``None`` on the last."""


def as_json(model: Video | Listing) -> dict[str, Any]:
    """Return a model as a dictionary, as ``dataclasses.asdict`` does in ten times the time."""
    return _PLAIN[type(model)](model)


def _plain(kind: type, **lists: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any]]:
    """Make what turns models of one kind into dictionaries.

    :param lists: names of the fields that hold models, and what turns those.
    """
    names = [field.name for field in fields(kind)]
    values = attrgetter(*names)

    def plain(model: Any) -> dict[str, Any]:
        row = dict(zip(names, values(model), strict=True))
        for name, inner in lists.items():
            row[name] = [inner(each) for each in row[name]]
        return row

    return plain


_video = _plain(Video, captions=_plain(CaptionTrack))
_PLAIN: dict[type, Callable[[Any], dict[str, Any]]] = {
    FullVideo: asdict,
    Video: _video,
    Listing: _plain(Listing, folders=_plain(Folder), videos=_video),
}


@dataclass(frozen=True, slots=True)
class BackgroundReport:
    """How something that runs in the background stands."""

    name: str
    """What it does."""
    state: str
    """What it is about, in words: ``running``, or ``waiting`` to be begun again."""
    trouble: bool
    """Whether it has failed, and is to be tried again; the log tells of what."""
    restarts: int
    """How often it has been begun anew."""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """Whether the storage answers."""

    status: Literal["ok", "unavailable"]
    """``unavailable`` comes with a 503."""
    unreadable_folders: int | None = None
    """Folders that cannot be read; not there: none."""
    background: list[BackgroundReport] | None = None
    """What runs in the background; not there unless asked for."""


@dataclass(frozen=True, slots=True)
class HealthQuery:
    """Parameters of the health."""

    verbose: str | None = None
    """Given, even empty, for what runs in the background, too."""


@dataclass(frozen=True, slots=True)
class ListingQuery:
    """Parameters of a listing, all optional."""

    folder: str = ""
    """Folder to list, ``""`` for the root."""
    q: Annotated[str, Field(max_length=MAX_PATH_BYTES)] = ""
    """What must all be in the path below *folder*, as the guide to searching tells; case and
    accents do not count."""
    recursive: bool | None = None
    """Look into the folders below, too. ``None``: a search does, a listing does not."""
    type: Annotated[str, Field(max_length=255)] = ""
    """Extension without its dot, or media type: ``mp4``, ``video/webm``. ``""`` for all."""
    min_duration: Seconds = None
    """Seconds that a video must last at least; one of unknown duration does not match."""
    max_duration: Seconds = None
    """Seconds that a video may last at most; one of unknown duration does not match."""
    sort: Sort | None = None
    """``None``: by relevance where there is something to search for, else by name."""
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE_SIZE)] | None = None
    """Videos on a page, and folders; ``None`` for the setting ``VIDEO_PAGE_SIZE``."""
    cursor: Annotated[str, Field(max_length=2 * MAX_PATH_BYTES)] | None = None
    """``next_cursor`` or ``next_folders_cursor`` of the page before."""

    @property
    def reaches_below(self) -> bool:
        """Whether it looks into the folders below where nothing is said of that."""
        return bool(self.q.strip())


@dataclass(frozen=True, slots=True)
class GalleryQuery(ListingQuery):
    """Parameters of the page that shows a listing, all optional."""

    view: Literal["grid", "list"] = "grid"


@dataclass(frozen=True, slots=True)
class OEmbedQuery:
    """Parameters of oEmbed."""

    url: str
    """Address of the page of a video, or of its player."""
    maxwidth: int | None = None
    """Most pixels that the player may be wide."""
    maxheight: int | None = None
    """Most pixels that it may be high."""
    format: Literal["json", "xml"] = "json"
    """Of the answer."""
