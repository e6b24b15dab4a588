"""The sound of virtual MP4s, made AAC.

Rule 1: it is made in the background, in parts, each of which is kept: what is interrupted goes on
where it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Literal

from quart_video.bounded import BoundedCache
from quart_video.media.derivative import (
    FILM,
    Derivative,
    Source,
    movie_with_aac,
    sound_data,
    sound_part,
)
from quart_video.media.films import Films
from quart_video.media.service import DerivativeService
from quart_video.media.workers.protocol import Failed
from quart_video.remux.film_facts import Sound, plan_name
from quart_video.remux.sound import Mode, made_size, split_parts
from quart_video.storage.base import Changed, StorageError, Unavailable

logger = logging.getLogger("quart_video")

_MOST_JOBS = 200
_MOST_KNOWN = 1024 * 1024  # bytes of what is known to be made
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


def nobody(_: float) -> None:
    """Stand for who is told of progress where nobody is."""


class _Job:
    """Sound that is being made."""

    def __init__(self, told: Callable[[float], None] = nobody) -> None:
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


_Key = tuple[str, int, Mode]


class SoundMaker:
    """Makes sound that browsers cannot decode.

    :param derivatives: makes and keeps the parts; not owned.
    :param films: what is known of films.
    :param audio: what sound is made.
    """

    def __init__(self, derivatives: DerivativeService, films: Films, *, audio: Audio) -> None:
        self._derivatives = derivatives
        self._films = films
        self._audio = audio
        self._made: BoundedCache[_Key, bool] = BoundedCache(_MOST_KNOWN)
        self._jobs: dict[_Key, _Job] = {}

    async def mode_of(self, source: Source, sound: Sound | None) -> Mode | None:
        """Return as what a sound has been made; ``None``: it is as in the film.

        What is to be made begins to be made.
        """
        if sound is None or sound.plays or self._audio == "off":
            return None
        if await self.is_made(source, sound.number, self._audio):
            return self._audio
        self._begin(source, sound.number, self._audio)
        return None

    async def state_of(self, source: Source, sound: Sound | None) -> SoundState:
        """Tell how a sound stands. What is to be made begins to be made."""
        if sound is None:
            return SoundState("none")
        if sound.plays:
            return SoundState("copied")
        if self._audio == "off":
            return SoundState("off")
        if await self.is_made(source, sound.number, self._audio):
            return SoundState("ready")
        job = self._begin(source, sound.number, self._audio)
        return job.state if job is not None else SoundState("preparing", 0.0)

    async def is_prepared(self, source: Source, sound: Sound | None) -> bool:
        """Say whether nothing is left to be made of a sound."""
        if sound is None or sound.plays or self._audio == "off":
            return True
        return await self.is_made(source, sound.number, self._audio)

    async def prepare(
        self, source: Source, sound: Sound | None, told: Callable[[float], None], *, retry: bool
    ) -> None:
        """Have all of a sound be made.

        :param told: is told which part of it has been made, 0 to 1.
        :param retry: try again what has failed.
        :raises Failed: it cannot be made.
        :raises StorageError: as opening the film does.
        """
        if sound is not None and not await self.is_prepared(source, sound):
            assert self._audio != "off"
            await self._make(source, sound.number, self._audio, _Job(told), retry=retry)

    async def lost(self, source: Source, number: int, mode: Mode, part: int | None) -> None:
        """Note that a part of a sound is not there any more; ``None``: the index of the movie."""
        self._made.remove((source.key, number, mode))
        if part is not None:
            await self._derivatives.forget(source, sound_part(number, mode, part))

    async def aclose(self) -> None:
        """End what is being made; the parts that are there are kept."""
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._jobs.clear()

    async def is_made(self, source: Source, number: int, mode: Mode) -> bool:
        """Say whether all of a sound is there, as far as is known."""
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
                    await self._make(source, number, mode, job)
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

    async def _make(
        self, source: Source, number: int, mode: Mode, job: _Job, *, retry: bool = False
    ) -> None:
        for _ in range(_ROUNDS):
            await self._derivatives.ensure(source, FILM)  # it may have been lost meanwhile
            plan = Derivative(plan_name(number), "film")
            parts = await self._films.get(source, plan, split_parts, urgent=False)
            made = await self._make_parts(source, number, mode, parts, job, retry=retry)
            index = movie_with_aac(number, mode, b"".join(made))
            with suppress(Changed):  # what is known of the film was lost
                await self._derivatives.get(
                    self._films.packets_of(source), index, urgent=False, retry=retry
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
