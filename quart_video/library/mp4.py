"""The MP4s of the videos of a library: whether they help, how they stand, how they are opened."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from quart_video.catalogue import Item
from quart_video.library.library import Library
from quart_video.library.media_info import source_at, source_of
from quart_video.media import (
    FILM,
    Details,
    Failed,
    Movies,
    Offer,
    SoundState,
    likely_offer,
    mp4_offer,
)
from quart_video.remux import VirtualMedia
from quart_video.remux.film_facts import FilmFacts
from quart_video.storage.base import Entry, Media, StorageError

MEDIA_TYPE = "video/mp4"
"""The type that they are served with."""

PATIENCE = 20.0
"""Seconds that a client waits for an index; then it is made in the background."""


class NotReadyError(Exception):
    """The index is being made."""


@dataclass(frozen=True, slots=True)
class Mp4State:
    """How the MP4 of a video stands."""

    offer: Offer
    film: FilmFacts | None = None
    """``None``: nobody has asked for it yet."""
    problem: str | None = None
    """Why there is none."""
    main: int | None = None
    """Number of the sound track that plays by itself."""
    chosen: int | None = None
    """Number of another one that was asked for; ``None``: that one, or none that is there."""
    sound: SoundState | None = None
    """How the sound stands of the one that was asked for; ``None``: it is not known."""
    version: str = ""
    """Of what its address leads to; empty where that is not known yet, or of no matter."""

    @property
    def is_offered(self) -> bool:
        """Whether it is there, or will be when it is asked for, and is wanted."""
        return self.problem is None and (self.offer.helps or self.chosen is not None)

    @property
    def is_original(self) -> bool:
        """Whether its sound stays as it is, for now or for good, though AAC is to be made of it."""
        return self.sound is not None and self.sound.state in ("preparing", "failed")


async def mp4_state(
    library: Library, item: Item, details: Details | None, audio: int | None = None
) -> Mp4State | None:
    """Tell how the MP4 of a video stands; ``None``: nothing is known, or none are offered.

    :param details: ``None``: nobody has looked into it yet.

    :param audio: number of the sound track that is asked for; ``None``: the one that plays by
        itself.
    """
    movies = library.movies
    if movies is None:
        return None
    if details is None:
        likely = likely_offer(library.media_type(item.entry.name) or "")
        return Mp4State(likely) if likely is not None else None
    offer = mp4_offer(details)
    # Where there are several, browsers let choose among them by way of the MP4 alone.
    if offer.refusal is not None or not (offer.helps or len(details.audio_tracks) > 1):
        return Mp4State(offer, problem=offer.refusal)
    source = source_of(library, item)
    try:
        film = await movies.glance(source)
        main = film.main if film is not None else _main(details)
        chosen = audio if audio in sound_tracks(film, details) and audio != main else None
        sound = None
        if film is not None and (offer.helps or chosen is not None):
            sound = await movies.sound(source, film, main if chosen is None else chosen)
    except Failed as error:
        return Mp4State(offer, problem=str(error))
    except (StorageError, ValueError):
        return Mp4State(offer)
    state = Mp4State(offer, film, None, main, chosen, sound)
    if sound is None or library.settings.max_age is None:
        return state
    assert item.entry.facts is not None
    number = main if chosen is None else chosen
    version = item.entry.facts.version
    return replace(
        state,
        version=await movies.version(source, version, number, original=state.is_original),
    )


def sound_tracks(film: FilmFacts | None, details: Details) -> list[int]:
    """Return the numbers of the sound tracks that there are.

    :param film: ``None``: nobody has asked for the MP4 yet, and all are taken for usable.
    """
    if film is None:
        return list(range(len(details.audio_tracks)))
    return [each.number for each in film.sounds]


def _main(details: Details) -> int | None:
    told = details.audio_tracks
    first = 0 if told else None
    return next((number for number, track in enumerate(told) if track.default), first)


async def open_mp4(
    library: Library, movies: Movies, film: Media, path: str, sound: int | None, *, original: bool
) -> VirtualMedia:
    """Open the MP4 of an opened video, which is owned from now on.

    :param sound: number of the sound track; ``None``: the one that plays by itself.
    :param original: whether to take the sound as it is, though it has been made AAC.
    :raises Failed: there can be none.
    :raises NotReadyError: its index takes longer than a client waits.
    :raises StorageError: as opening the video does.
    """
    source = source_at(library, Entry(path, film.facts))
    try:
        async with asyncio.timeout(PATIENCE):
            return await movies.open(source, film, sound, original=original)
    except TimeoutError as error:
        if library.derivatives is not None:
            library.derivatives.later(source, FILM)
        raise NotReadyError from error
