"""All videos of a library are looked into: in the background, or by command."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

from quart_video.catalogue import Finding, Item, Query
from quart_video.library import media_info
from quart_video.library.library import Library
from quart_video.library.mp4_preparation import Mp4Preparation
from quart_video.media import (
    DETAILS,
    STORYBOARD,
    Derivative,
    DerivativeService,
    Failed,
    Source,
    decode_details,
    makers,
    picture,
    poster,
    text_of_track,
)
from quart_video.storage.base import NotFound, StorageError, Unavailable

logger = logging.getLogger("quart_video")

T = TypeVar("T")

_SETTLE = 5.0
"""Seconds after the start: first comes who opens a page."""
_REST = 60.0
"""Seconds between two looks for videos that have come."""
_POLL = 0.1  # seconds
_BATCH = 100
_NOTE_EVERY = 2.0  # seconds


async def survey(library: Library) -> None:
    """Find out how long all videos last, for as long as it is not cancelled.

    One process does it for all of a machine.
    """
    derivatives = library.derivatives
    if derivatives is None or not library.settings.survey:
        return
    await asyncio.sleep(_SETTLE)
    async with derivatives.turn(f"survey of {library.name}"):
        while True:
            try:
                await _measure_all(library, derivatives)
            except StorageError as error:
                logger.debug("The survey goes on later: %s", error)
            await asyncio.sleep(_REST)


async def _measure_all(library: Library, derivatives: DerivativeService) -> None:
    found = _Found(library)
    after = 0
    while batch := await library.catalogue.unmeasured(after, _BATCH, makers()):
        for video in batch:
            after = video.number
            path, version = video.entry.path, video.version
            try:
                source = media_info.source_at(library, video.entry)
                details = decode_details(await derivatives.get(source, DETAILS, urgent=False))
            except (Failed, ValueError):
                found.in_vain.append((path, version))
            except StorageError as error:
                logger.debug("Not looked into for now: %r: %s", path, error)
            else:
                if details.duration is None:
                    found.in_vain.append((path, version))
                else:
                    found.inside.append(Finding(path, version, details.duration, details.title))
            if monotonic() - found.noted > _NOTE_EVERY:
                await found.note()
    await found.note()


class _Found:
    """What has been found out, and is not in the index yet."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.inside: list[Finding] = []
        self.in_vain: list[tuple[str, str]] = []
        self.noted = monotonic()

    async def note(self) -> None:
        """Write it there."""
        if self.inside:
            await self._library.catalogue.set_found(self.inside)
        if self.in_vain:
            await self._library.catalogue.set_unmeasurable(self.in_vain, makers())
        self.inside.clear()
        self.in_vain.clear()
        self.noted = monotonic()


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one video."""

    path: str
    problem: str | None
    """Why something could not be made of it."""


async def prepare(
    library: Library,
    derivatives: DerivativeService,
    *,
    below: str = "",
    retry: bool,
    mp4: Mp4Preparation | None = None,
    begin: Callable[[int], None],
) -> AsyncGenerator[Report, None]:
    """Make all there is to make, and tell of each video when it is done.

    :param below: path of the folder or the video that is prepared; ``""``: all are.
    :param retry: try again what has failed.
    :param mp4: makes MP4s ready as well; ``None``: nobody does.
    :param begin: is told how many videos there are.
    :raises NotFound: there is no such folder or video.
    :raises StorageError: the videos cannot be listed.
    """

    async def work(item: Item) -> Report:
        return await _prepare(library, derivatives, item, retry=retry, mp4=mp4)

    reports = each_item(library, derivatives.most, work, begin, below=below)
    async with aclosing(reports):
        async for report in reports:
            yield report


async def each_item(
    library: Library,
    most: int,
    work: Callable[[Item], Coroutine[None, None, T]],
    begin: Callable[[int], None],
    *,
    below: str = "",
) -> AsyncGenerator[T, None]:
    """Have *work* done with each video of a library, and yield what comes of it when it is done.

    :param most: how many have it done at once.
    :param begin: is told how many videos there are.
    :param below: path of the folder or the video that is meant; ``""``: all are.
    :raises NotFound: there is no such folder or video.
    :raises StorageError: the videos cannot be listed.
    """
    if library.media_type(below) is not None:
        with suppress(NotFound):  # a folder may be called as a video is
            item = await library.catalogue.find(below)
            begin(1)
            yield await work(item)
            return
    library.catalogue.start()
    everything = Query(below, recursive=True, limit=1)
    page = await library.catalogue.page(everything)
    while page.scanning:
        await asyncio.sleep(_POLL)
        page = await library.catalogue.page(everything)
    begin(page.total or 0)
    waiting: set[asyncio.Task[T]] = set()
    try:
        async for item in library.catalogue.every(everything):
            waiting.add(asyncio.create_task(work(item)))
            if len(waiting) > most:  # one more, so that no process waits for us
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        for coming in asyncio.as_completed(waiting):
            yield await coming
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _prepare(
    library: Library,
    derivatives: DerivativeService,
    item: Item,
    *,
    retry: bool,
    mp4: Mp4Preparation | None,
) -> Report:
    video = media_info.source_of(library, item)
    problem: str | None = None

    async def make(source: Source, derivative: Derivative) -> bytes | None:
        nonlocal problem
        try:
            return await derivatives.get(source, derivative, urgent=False, retry=retry)
        except (Failed, StorageError) as error:
            problem = problem or str(error)
            return None

    known = await make(video, DETAILS)
    if known is None:
        return Report(item.entry.path, problem)
    details = decode_details(known)
    with suppress(Unavailable):
        assert item.entry.facts is not None
        await library.catalogue.set_found(
            [Finding(item.entry.path, item.entry.facts.version, details.duration, details.title)]
        )
    if item.poster is not None:
        await make(media_info.image_source(library, item.poster), picture(320, "webp"))
    elif details.width:
        await make(video, poster(320, "webp"))
    if details.width and details.duration:
        await make(video, STORYBOARD)
    texts = [text_of_track(track) for track in details.text_tracks if track.supported]
    for each in {each.job: each for each in texts}.values():
        await make(video, each)  # one reading takes out all of them
    if mp4 is not None:
        unmade = await mp4.prepare(item, details)
        problem = problem or unmade
    return Report(item.entry.path, problem)
