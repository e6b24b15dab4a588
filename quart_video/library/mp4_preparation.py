"""The MP4s of videos are made ready before anybody asks: their indexes, and sound that is made AAC.

Rule 1: what is there already is kept. Nothing that is made throws it out.
Rule 2: sound is made in parts, each of which is kept: what is ended goes on there the next time.
"""

from __future__ import annotations

from collections.abc import Callable

from quart_video.catalogue import Item
from quart_video.library import media_info
from quart_video.library.library import Library
from quart_video.library.problem_words import problem_in_words
from quart_video.media import SOUNDS, Details, Failed, Movies, Source, mp4_offer
from quart_video.remux.sound import BIT_RATES
from quart_video.settings import ConfigurationError
from quart_video.storage.base import StorageError

_INDEX = 64 * 1024
"""Bytes that any index takes."""
_INDEX_SECOND = 300
"""Bytes that it takes for a second of a film, at most: a thousandth or so of what it stands for."""
_CHANNELS = {"stereo": 2, "surround": 6}

Told = Callable[[str, float], None]
"""Is told of which path which part of the sound has been made, 0 to 1."""


def movies_of(library: Library) -> Movies:
    """Return what makes the MP4s of a library.

    :raises ConfigurationError: it offers none.
    """
    if library.movies is None:
        reason = "VIDEO_MP4_STORE" if library.settings.mp4 else "VIDEO_MP4"
        raise ConfigurationError(f"No MP4s are made ready, as {reason} is False.")
    return library.movies


class Mp4Preparation:
    """Makes the MP4s ready of those videos that not all browsers play, while there is room.

    :param room: bytes that may be added to what is kept.
    :param retry: try again what has failed.
    :param told: is told how far it is.
    """

    def __init__(self, library: Library, room: int, *, retry: bool, told: Told) -> None:
        self._library = library
        self._movies = movies_of(library)
        self._room = room
        self._retry = retry
        self._told = told
        self.ready = 0
        """MP4s that are there now."""
        self.wanted = 0
        """Videos that need one."""

    async def prepare(self, item: Item, details: Details) -> str | None:
        """Make the MP4 of a video ready, if it needs one; return why it cannot be."""
        if not mp4_offer(details).helps:
            return None
        self.wanted += 1
        source = media_info.source_of(self._library, item)
        path = item.entry.path
        try:
            if not await self._is_there(source):
                cost = self._cost(details)
                if cost > self._room:
                    return (
                        f"no MP4: it would take about {cost / 1e6:,.0f} MB, and VIDEO_CACHE_SIZE "
                        f"has room for {self._room / 1e6:,.0f} MB more"
                    )
                self._room -= cost
                await self._movies.prepare(
                    source, retry=self._retry, told=lambda part: self._told(path, part)
                )
        except (Failed, StorageError) as error:
            return f"no MP4: {problem_in_words(str(error))}"
        self.ready += 1
        return None

    async def _is_there(self, source: Source) -> bool:
        try:
            return await self._movies.is_prepared(source)
        except Failed:
            if self._retry:
                return False
            raise

    def _cost(self, details: Details) -> int:
        """Return about how many bytes are kept of a video."""
        seconds = details.duration or 0.0
        channels = _CHANNELS.get(self._library.settings.mp4_audio, 0)
        rate = 0
        if details.audio_codec not in (None, *SOUNDS) and channels:
            rate = BIT_RATES[channels] // 8
        return _INDEX + int(seconds * (_INDEX_SECOND + rate))
