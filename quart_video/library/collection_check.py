"""A collection is checked: all is made that can be, and it is told what cannot, and why."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field

from quart_video.catalogue import Item
from quart_video.library import media_info
from quart_video.library.background_probe import each_item
from quart_video.library.ffprobe import ask_ffprobe, differences
from quart_video.library.library import Library
from quart_video.library.problem_words import problem_in_words
from quart_video.media import (
    DETAILS,
    STORYBOARD,
    Derivative,
    DerivativeService,
    Details,
    Failed,
    Offer,
    Source,
    decode_details,
    mp4_offer,
    picture,
    poster,
    text_of_track,
)
from quart_video.storage.base import StorageError
from quart_video.storage.local.storage import LocalStorage

_POSTER = 320  # pixels
Make = Callable[[str, Source, Derivative], Awaitable[bytes | None]]


@dataclass(slots=True)
class Checked:
    """What came of one video."""

    path: str
    size: int
    """Bytes."""
    details: Details | None = None
    poster: bytes | None = None
    """JPEG."""
    storyboard: bool = False
    mp4: Offer | None = None
    """Whether its MP4 plays in more browsers; ``None``: that is not known."""
    captions: int = 0
    """Tracks and files that are WebVTT now."""
    problems: list[str] = field(default_factory=list)
    """What could not be made, each with the reason."""
    disagreements: list[str] = field(default_factory=list)
    """What ``ffprobe`` says otherwise."""


async def check(
    library: Library,
    derivatives: DerivativeService,
    *,
    ffprobe: str | None,
    begin: Callable[[int], None],
) -> AsyncGenerator[Checked, None]:
    """Make all there is to make of each video, and tell what came of it.

    :param ffprobe: the path of that program, ``None``: it is not asked.
    :param begin: is told how many videos there are.
    :raises StorageError: the videos cannot be listed.
    """

    async def work(item: Item) -> Checked:
        checked = await _check(library, derivatives, item)
        storage = library.storage
        if ffprobe and checked.details and isinstance(storage, LocalStorage):
            told = await ask_ffprobe(ffprobe, os.path.join(storage.root, item.entry.path))
            checked.disagreements = differences(checked.details, told) if told else []
        return checked

    async with aclosing(each_item(library, derivatives.most, work, begin)) as each_one:
        async for checked in each_one:
            yield checked


async def _check(library: Library, derivatives: DerivativeService, item: Item) -> Checked:
    entry = item.entry
    checked = Checked(entry.path, entry.facts.size if entry.facts else 0)
    video = media_info.source_of(library, item)

    async def make(what: str, source: Source, derivative: Derivative) -> bytes | None:
        try:
            return await derivatives.get(source, derivative, urgent=False)
        except (Failed, StorageError) as error:
            checked.problems.append(f"no {what}: {problem_in_words(str(error))}")
            return None

    known = await make("details", video, DETAILS)
    if known is not None:
        with suppress(ValueError):
            checked.details = decode_details(known)
    details = checked.details
    if details is not None:
        checked.mp4 = mp4_offer(details)
    if details is None or details.video_codec is not None:
        checked.poster = await make("poster", video, poster(_POSTER, "jpeg"))
    if details is not None and details.width and details.duration:
        checked.storyboard = await make("storyboard", video, STORYBOARD) is not None
    tracks = [track for track in details.text_tracks if track.supported] if details else []
    for track in tracks:
        made = await make(f"captions of track {track.index}", video, text_of_track(track))
        checked.captions += bool(made)
    await _check_sidecars(library, item, checked, make)
    return checked


async def _check_sidecars(library: Library, item: Item, checked: Checked, make: Make) -> None:
    """Make what is made of the files beside a video."""
    if item.poster is not None:
        image = media_info.image_source(library, item.poster)
        beside = await make(f"poster of {item.poster.path}", image, picture(_POSTER, "jpeg"))
        checked.poster = beside or checked.poster
    for each in item.captions:
        try:
            source = media_info.source_at(library, await library.storage.stat(each.path))
        except StorageError as error:
            checked.problems.append(f"no captions of {each.path}: {error}")
            continue
        kind = media_info.caption_product(library, each.path)
        checked.captions += await make(f"captions of {each.path}", source, kind) is not None
