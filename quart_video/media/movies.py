"""Virtual MP4s of films, opened by their indexes.

Rule 1: until the sound is there that is made for it, a movie has the sound that there is.
Rule 2: what was kept and is lost or broken is made anew, and nobody is told but by a movie that
has to be opened again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from quart_video.media.derivative import FILM, Source, movie, movie_with_aac, sound_data
from quart_video.media.films import Films
from quart_video.media.service import DerivativeService
from quart_video.media.sound_maker import Audio, SoundMaker, SoundState, nobody
from quart_video.remux.film_facts import (
    FilmFacts,
    decode_film_facts,
    movie_name,
)
from quart_video.remux.index_cache import Index, IndexCache
from quart_video.remux.index_file import BrokenIndexError
from quart_video.remux.sound import Mode
from quart_video.remux.track import FILM as THE_FILM
from quart_video.remux.track import LITERAL
from quart_video.remux.virtual import VirtualMedia, version_of
from quart_video.storage.base import Changed, Media, NotFound, StorageError


class Movies:
    """Opens the virtual MP4s of films.

    :param derivatives: makes and keeps what they are made of; not owned.
    :param audio: what sound is made that browsers cannot decode.
    """

    def __init__(self, derivatives: DerivativeService, *, audio: Audio) -> None:
        self._derivatives = derivatives
        self._audio = audio
        self._indexes = IndexCache()
        self._films = Films(derivatives)
        self._sounds = SoundMaker(derivatives, self._films, audio=audio)

    async def open(
        self, source: Source, film: Media, sound: int | None = None, *, original: bool = False
    ) -> VirtualMedia:
        """Open a movie.

        :param film: the opened film, owned from now on.
        :param sound: number of the sound track; ``None``: the one that plays by itself.
        :param original: whether to take the sound as it is, though it has been made AAC.
        :raises NotFound: there is no such sound track.
        :raises Failed: no movie can be made of it.
        :raises StorageError: as opening the film does.
        """
        try:
            facts = await self._films.film(source)
            number = _number(facts, sound)
            mode = await self._sounds.mode_of(source, facts.sound(number))
            try:
                return await self._open(source, film, facts, number, None if original else mode)
            except Changed:
                # What was kept is not there any more, or broken. That is known by now.
                mode = await self._sounds.mode_of(source, facts.sound(number))
                return await self._open(source, film, facts, number, None if original else mode)
        except BaseException:
            film.close()
            raise

    async def version(
        self, source: Source, film: str, sound: int | None, *, original: bool = False
    ) -> str:
        """Return the version of the movie that :meth:`open` opens just now.

        :param film: version of the film.
        :param sound: number of the sound track; ``None``: there is none.
        :param original: whether to take the sound as it is, though it has been made AAC.
        :returns: ``""`` where it is not known yet, as nobody has asked for this movie.
        """
        name, mode = movie_name(sound), self._audio
        if sound is not None and not original and mode != "off":
            made = await self._sounds.is_made(source, sound, mode)
            name = movie_with_aac(sound, mode, b"").name if made else name

        async def open_kept() -> Media:
            kept = await self._derivatives.open_kept(source, name)
            if kept is None:
                raise NotFound(f"there is no {name} of {source.identity!r} yet")
            return kept

        with suppress(StorageError):
            # One that is broken is made anew when the movie is opened.
            index = await self._index(f"{source.key}/{name}", open_kept)
            return version_of(index, film)
        return ""

    async def film(self, source: Source) -> FilmFacts:
        """Return what is known of a film, found out now if it has to be.

        :raises Failed: no movie can be made of it. The text says why.
        :raises StorageError: as opening the film does.
        """
        return await self._films.film(source)

    async def glance(self, source: Source) -> FilmFacts | None:
        """Return what is known of a film already, ``None`` where it is nothing.

        :raises Failed: no movie can be made of it. The text says why.
        """
        return await self._films.glance(source)

    async def sound(self, source: Source, facts: FilmFacts, number: int | None) -> SoundState:
        """Tell how the sound of a movie stands. What is to be made begins to be made."""
        return await self._sounds.state_of(source, facts.sound(number))

    async def is_prepared(self, source: Source) -> bool:
        """Say whether all is there that :meth:`prepare` makes.

        :raises Failed: no movie can be made of it. The text says why.
        """
        facts = await self._films.glance(source)
        return facts is not None and await self._sounds.is_prepared(source, facts.sound(facts.main))

    async def prepare(
        self, source: Source, *, retry: bool = False, told: Callable[[float], None] = nobody
    ) -> None:
        """Have all be made that the movie with the sound takes that plays by itself.

        :param retry: try again what has failed.
        :param told: is told which part of the sound has been made, 0 to 1.
        :raises Failed: it cannot be made.
        :raises StorageError: as opening the film does.
        """
        facts = await self._films.get(source, FILM, decode_film_facts, urgent=False, retry=retry)
        await self._sounds.prepare(source, facts.sound(facts.main), told, retry=retry)

    async def aclose(self) -> None:
        """End what is being made; the parts that are there are kept."""
        await self._sounds.aclose()

    async def _open(
        self,
        source: Source,
        film: Media,
        facts: FilmFacts,
        number: int | None,
        mode: Mode | None,
    ) -> VirtualMedia:
        if mode is None or number is None:
            derivative = movie(facts, number)
            name = movie_name(number)
        else:
            derivative = movie_with_aac(number, mode, b"")
            name = derivative.name
        made_of = source if number == facts.main else self._films.packets_of(source)

        async def open_source(wanted: int) -> Media:
            if wanted == LITERAL:
                if mode is None:
                    return await self._derivatives.open(made_of, derivative)
                found = await self._derivatives.open_kept(source, name)
            else:
                assert number is not None
                assert mode is not None
                part = wanted - THE_FILM - 1
                found = await self._derivatives.open_kept(source, sound_data(number, mode, part))
            if found is None:
                await forget(wanted)
                raise Changed(f"a part of the sound of {source.identity!r} is not there any more")
            return found

        async def forget(broken: int) -> None:
            self._indexes.forget(key)
            if number is not None and mode is not None:
                part = broken - THE_FILM - 1 if broken != LITERAL else None
                await self._sounds.lost(source, number, mode, part)
            await self._derivatives.forget(source, derivative)

        key = f"{source.key}/{name}"
        index = await self._index(key, lambda: open_source(LITERAL), forget)
        return VirtualMedia(index, film, open_source, broken=forget)

    async def _index(
        self,
        key: str,
        open_index: Callable[[], Awaitable[Media]],
        forget: Callable[[int], Awaitable[None]] | None = None,
    ) -> Index:
        index = self._indexes.find(key)
        if index is not None:
            return index
        media = await open_index()

        async def read(start: int, stop: int) -> bytes:
            stop = min(stop, media.facts.size)
            return b"".join([chunk async for chunk in media.chunks(start, stop)])

        try:
            return await self._indexes.open(key, read)
        except BrokenIndexError as error:
            if forget is not None:
                await forget(LITERAL)
            raise Changed(f"the index of a virtual file is broken: {error}") from error
        finally:
            media.close()


def _number(facts: FilmFacts, sound: int | None) -> int | None:
    """Return the number of the sound track that is meant.

    :raises NotFound: there is none.
    """
    if sound is None:
        return facts.main
    if facts.sound(sound) is None:
        raise NotFound(f"there is no sound track {sound}")
    return sound
