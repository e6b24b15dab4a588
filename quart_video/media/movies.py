"""Virtual MP4s of films: their indexes, and sound that is made AAC for them.

Rule 1: a film is read once. What came of it is kept, and a movie with another sound takes none.
Rule 2: sound is made in the background, in parts, each of which is kept: what is interrupted goes
on where it was. Until all are there, a movie has the sound that there is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Literal, TypeVar

from quart_video.bounded import BoundedCache
from quart_video.media.service import (
    FILM,
    Derivative,
    DerivativeService,
    Source,
    movie,
    movie_with_aac,
    sound_data,
    sound_part,
)
from quart_video.media.workers.protocol import Failed
from quart_video.remux.film_facts import (
    FilmFacts,
    Sound,
    decode_film_facts,
    movie_name,
    plan_name,
)
from quart_video.remux.index_cache import Index, IndexCache
from quart_video.remux.index_file import BrokenIndexError
from quart_video.remux.packet_file import is_whole
from quart_video.remux.patched import is_patched
from quart_video.remux.sound import Mode, made_size, split_parts
from quart_video.remux.track import FILM as THE_FILM
from quart_video.remux.track import LITERAL
from quart_video.remux.virtual import VirtualMedia, version_of
from quart_video.storage.base import Changed, Media, NotFound, StorageError, Unavailable

logger = logging.getLogger("quart_video")

_MOST_JOBS = 200
_MOST_KNOWN = 1024 * 1024  # bytes of what is known of films
_TRIES = 5
_ROUNDS = 3
"""Times that sound is made of which a part is deleted meanwhile; the other parts are kept."""
_LONGEST_PAUSE = 60.0

Audio = Literal["stereo", "surround", "off"]
"""What sound that browsers cannot decode is made; ``off``: it stays as it is."""


@dataclass(frozen=True, slots=True)
class SoundState:
    """How the sound of a movie stands."""

    state: Literal["none", "copied", "ready", "preparing", "failed", "off"]
    """``copied``: as it is in the film; ``ready``: it has been made AAC; ``preparing``: it is being
    made; ``failed``: it cannot be; ``off``: it is not, and hardly any browser plays it."""
    progress: float | None = None
    """Of what is being made, 0 to 1."""
    seconds_left: float | None = None
    """About how long it takes; ``None``: that is not known."""
    problem: str | None = None
    """Why it cannot be made."""


def _nobody(_: float) -> None:
    """Stand for who is told of progress where nobody is."""


class _Job:
    """Sound that is being made."""

    def __init__(self, told: Callable[[float], None] = _nobody) -> None:
        self._told = told
        self.parts = 0
        self.done = 0
        self.problem: str | None = None
        self.task: asyncio.Task[None] | None = None
        self._began = monotonic()
        self._there = 0

    def begin(self, parts: int) -> None:
        """Note how many parts there are, of which none has been looked at."""
        self.parts = parts
        self.done = self._there = 0
        self._began = monotonic()

    def one_done(self, *, made: bool) -> None:
        """Note that a part is there, and whether it was made just now."""
        self.done += 1
        if not made:
            self._there += 1
            self._began = monotonic()
        self._told(self.done / self.parts)

    @property
    def state(self) -> SoundState:
        """How it stands."""
        if self.problem is not None:
            return SoundState("failed", problem=self.problem)
        made = self.done - self._there
        each = (monotonic() - self._began) / made if made else None
        left = round(each * (self.parts - self.done), 1) if each is not None else None
        return SoundState("preparing", self.done / self.parts if self.parts else 0.0, left)


def is_known(data: bytes) -> bool:
    """Tell whether *data* is what is known of a film, as it was written."""
    return is_whole(data) or is_patched(data)


_Key = tuple[str, int, Mode]
_T = TypeVar("_T")


class Movies:
    """Opens the virtual MP4s of films.

    :param derivatives: makes and keeps what they are made of; not owned.
    :param audio: what sound is made that browsers cannot decode.
    """

    def __init__(self, derivatives: DerivativeService, *, audio: Audio) -> None:
        self._derivatives = derivatives
        self._audio = audio
        self._indexes = IndexCache()
        self._known: BoundedCache[str, FilmFacts] = BoundedCache(_MOST_KNOWN)
        self._made: BoundedCache[_Key, bool] = BoundedCache(_MOST_KNOWN)
        self._jobs: dict[_Key, _Job] = {}

    async def film(self, source: Source) -> FilmFacts:
        """Return what is known of a film, found out now if it has to be.

        :raises Failed: no movie can be made of it. The text says why.
        :raises StorageError: as opening the film does.
        """
        known = self._known.get(source.key)
        if known is None:
            known = await self._get(source, FILM, decode_film_facts)
            self._known.put(source.key, known)
        return known

    async def glance(self, source: Source) -> FilmFacts | None:
        """Return what is known of a film already, ``None`` where it is nothing.

        :raises Failed: no movie can be made of it. The text says why.
        """
        known = self._known.get(source.key)
        if known is None:
            data = await self._derivatives.find(source, FILM)
            if data is None:
                await self._derivatives.raise_failure(source, FILM)
                return None
            try:
                known = decode_film_facts(data)
            except ValueError:
                await self._derivatives.forget(source, FILM)
                return None
            self._known.put(source.key, known)
        return known

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
            facts = await self.film(source)
            number = _number(facts, sound)
            mode = await self._mode_of(source, facts.sound(number))
            try:
                return await self._open(source, film, facts, number, None if original else mode)
            except Changed:
                # What was kept is not there any more, or broken. That is known by now.
                mode = await self._mode_of(source, facts.sound(number))
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
            made = await self._is_made(source, sound, mode)
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

    async def sound(self, source: Source, facts: FilmFacts, number: int | None) -> SoundState:
        """Tell how the sound of a movie stands. What is to be made begins to be made."""
        sound = facts.sound(number)
        if sound is None:
            return SoundState("none")
        if sound.plays:
            return SoundState("copied")
        if self._audio == "off":
            return SoundState("off")
        if await self._is_made(source, sound.number, self._audio):
            return SoundState("ready")
        job = self._begin(source, sound.number, self._audio)
        return job.state if job is not None else SoundState("preparing", 0.0)

    async def is_prepared(self, source: Source) -> bool:
        """Say whether all is there that :meth:`prepare` makes.

        :raises Failed: no movie can be made of it. The text says why.
        """
        facts = await self.glance(source)
        if facts is None:
            return False
        sound = facts.sound(facts.main)
        if sound is None or sound.plays or self._audio == "off":
            return True
        return await self._is_made(source, sound.number, self._audio)

    async def prepare(
        self, source: Source, *, retry: bool = False, told: Callable[[float], None] = _nobody
    ) -> None:
        """Have all be made that the movie with the sound takes that plays by itself.

        :param retry: try again what has failed.
        :param told: is told which part of the sound has been made, 0 to 1.
        :raises Failed: it cannot be made.
        :raises StorageError: as opening the film does.
        """
        facts = await self._get(source, FILM, decode_film_facts, urgent=False, retry=retry)
        sound = facts.sound(facts.main)
        if sound is None or sound.plays or self._audio == "off":
            return
        if not await self._is_made(source, sound.number, self._audio):
            await self._make_sound(source, sound.number, self._audio, _Job(told), retry=retry)

    async def aclose(self) -> None:
        """End what is being made; the parts that are there are kept."""
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._jobs.clear()

    async def _mode_of(self, source: Source, sound: Sound | None) -> Mode | None:
        """Return as what the sound of a movie has been made; ``None``: it is as in the film."""
        if sound is None or sound.plays or self._audio == "off":
            return None
        if await self._is_made(source, sound.number, self._audio):
            return self._audio
        self._begin(source, sound.number, self._audio)
        return None

    async def _get(
        self,
        source: Source,
        derivative: Derivative,
        decode: Callable[[bytes], _T],
        *,
        urgent: bool = True,
        retry: bool = False,
    ) -> _T:
        """Return what is made of a film, decoded; what is kept and is broken is made anew."""
        data = await self._derivatives.get(source, derivative, urgent=urgent, retry=retry)
        try:
            return decode(data)
        except ValueError:
            await self._derivatives.forget(source, derivative)
        data = await self._derivatives.get(source, derivative, urgent=urgent)
        try:
            return decode(data)
        except ValueError as error:
            raise Failed(str(error)) from error

    def _packets_of(self, source: Source) -> Source:
        """Return as a source what is known of a film's packets; if it is lost, all is made anew."""

        async def lost() -> None:
            self._known.remove(source.key)
            await self._derivatives.forget(source, FILM)

        return self._derivatives.made_of(source, "film", is_whole=is_known, lost=lost)

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
        made_of = source if number == facts.main else self._packets_of(source)

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
                self._made.remove((source.key, number, mode))
                if broken != LITERAL:
                    part = sound_part(number, mode, broken - THE_FILM - 1)
                    await self._derivatives.forget(source, part)
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

    async def _is_made(self, source: Source, number: int, mode: Mode) -> bool:
        key = source.key, number, mode
        if self._made.get(key):
            return True
        kept = await self._derivatives.open_kept(source, movie_with_aac(number, mode, b"").name)
        if kept is None:
            return False
        kept.close()
        self._made.put(key, value=True)
        return True

    def _begin(self, source: Source, number: int, mode: Mode) -> _Job | None:
        """Have the sound of a movie be made, if it is not already; ``None``: too much is."""
        key = source.key, number, mode
        job = self._jobs.get(key)
        if job is None:
            if len(self._jobs) >= _MOST_JOBS:
                return None
            job = self._jobs[key] = _Job()
            job.task = asyncio.create_task(self._run(key, source, job))
        return job

    async def _run(self, key: _Key, source: Source, job: _Job) -> None:
        _, number, mode = key
        try:
            for _ in range(_TRIES):
                try:
                    await self._make_sound(source, number, mode, job)
                    break
                except Unavailable as error:
                    await asyncio.sleep(min(error.retry_after, _LONGEST_PAUSE))
        except Failed as error:
            job.problem = str(error)
        except StorageError as error:
            logger.info("No sound for the MP4 of %r: %s", source.identity, error)
        finally:
            # What cannot be made stays, so that it is told.
            if job.problem is None or len(self._jobs) >= _MOST_JOBS // 2:
                self._jobs.pop(key, None)

    async def _make_sound(
        self, source: Source, number: int, mode: Mode, job: _Job, *, retry: bool = False
    ) -> None:
        for _ in range(_ROUNDS):
            await self._derivatives.ensure(source, FILM)  # it may have been lost meanwhile
            plan = Derivative(plan_name(number), "film")
            parts = await self._get(source, plan, split_parts, urgent=False)
            made = await self._make_parts(source, number, mode, parts, job, retry=retry)
            index = movie_with_aac(number, mode, b"".join(made))
            with suppress(Changed):  # what is known of the film was lost
                await self._derivatives.get(
                    self._packets_of(source), index, urgent=False, retry=retry
                )
                if await self._are_kept(source, number, mode, len(parts)):
                    self._made.put((source.key, number, mode), value=True)
                    return
            await self._derivatives.forget(source, index)
        raise Failed(
            "what is made of its sound is deleted before all of it is there; "
            "VIDEO_CACHE_SIZE may be too small"
        )

    async def _make_parts(
        self,
        source: Source,
        number: int,
        mode: Mode,
        parts: list[bytes],
        job: _Job,
        *,
        retry: bool,
    ) -> list[bytes]:
        """Have those parts be made that are not there; return what is known of each.

        :raises Failed: they cannot be, or there is no room for all of them.
        """
        job.begin(len(parts))
        made: list[bytes] = []
        total = 0
        for each, part in enumerate(parts):
            derivative = sound_part(number, mode, each, part)
            there = await self._find_part(source, number, mode, each)
            is_made = there is None
            if there is None:
                there = await self._derivatives.get(source, derivative, urgent=False, retry=retry)
            made.append(there)
            total += made_size(there) or 0
            # All parts but the last one are as long. What does not fit would be deleted for what
            # comes after it, and made again for ever.
            expected = max(total, total * (len(parts) - 1) // len(made))
            if expected > self._derivatives.capacity:
                raise Failed(
                    f"its sound takes {expected / 1e6:,.0f} MB or more, and what is made of videos "
                    f"may take {self._derivatives.capacity / 1e6:,.0f} MB (VIDEO_CACHE_SIZE)"
                )
            job.one_done(made=is_made)
        return made

    async def _are_kept(self, source: Source, number: int, mode: Mode, parts: int) -> bool:
        for each in range(parts):
            if await self._find_part(source, number, mode, each) is None:
                return False
        return True

    async def _find_part(self, source: Source, number: int, mode: Mode, part: int) -> bytes | None:
        """Return what is known of a part that was made; ``None``: it or its sound is not there."""
        derivative = sound_part(number, mode, part)
        there = await self._derivatives.find(source, derivative)
        if there is not None:
            size = made_size(there)
            kept = await self._derivatives.size(source, sound_data(number, mode, part))
            if size is not None and kept == size:
                return there
            await self._derivatives.forget(source, derivative)
        return None


def _number(facts: FilmFacts, sound: int | None) -> int | None:
    """Return the number of the sound track that is meant.

    :raises NotFound: there is none.
    """
    if sound is None:
        return facts.main
    if facts.sound(sound) is None:
        raise NotFound(f"there is no sound track {sound}")
    return sound
