"""Everything that is made out of videos: found in the cache, or made by a child process."""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from math import ceil
from time import monotonic

from quart_video.media.again import Again
from quart_video.media.cache import Cache
from quart_video.media.details import TextTrack, form_of_details
from quart_video.media.queue import Queue
from quart_video.media.workers.pool import Lost, WorkerPool
from quart_video.media.workers.protocol import (
    AWAITED,
    CAPTIONS,
    LONG,
    Failed,
    Interrupted,
    Kind,
    Limits,
    Task,
    caption_name,
)
from quart_video.remux.film_facts import FilmFacts, movie_name
from quart_video.remux.sound import Mode
from quart_video.storage.base import Changed, Media, StorageError, Unavailable
from quart_video.storage.memory import BytesMedia

logger = logging.getLogger("quart_video")

_GENERATION = f"10\0{form_of_details()}"
"""What is kept is of one generation, as it is served for ever. The fields of the details make
another by themselves; the number is to be raised with every other change of what is made."""

_LONG = Limits(cpu=300, wall=900.0, reads=1024**3)
"""For what takes a reading of the whole file."""
_WHOLE = Limits(cpu=1800, wall=4 * 3600.0, reads=1 << 50)
"""For what has to read a film of any length to its end, and compare it."""
_LIMITS: dict[Kind, Limits] = {**dict.fromkeys(LONG, _LONG), "film": _WHOLE}
_NO_SUCH_THING = "there is no such thing in it"
_MOST_LATER = 1000
_PAUSE = 10.0  # seconds after which it is tried again to start a process that did not start
_AGAIN = 0.1  # seconds between looks whether another process has given a lock back
_FIRST_KEY = 1 << 32  # below it are the numbers of other locks than those of keys
_FIRST_TURN = 1 << 24
_FIRST_SLOT = 1 << 16
_TURN = 5.0  # seconds between looks for a turn, which may be held for days


@dataclass(frozen=True, slots=True)
class Source:
    """A file that something is made of, in one version."""

    identity: str
    """What tells it from all others with this cache: the place, and the path there."""
    version: str
    """What its bytes are known by: :attr:`FileFacts.content`."""
    open: Callable[[], Awaitable[Media]] = field(compare=False)

    @property
    def key(self) -> str:
        """Return where what is made of it is kept."""
        text = f"{_GENERATION}\0{self.identity}\0{self.version}"
        return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()

    @property
    def tag(self) -> str:
        """Return what an address names the version by."""
        return self.key[:16]

    def tag_of(self, derivative: Derivative) -> str:
        """Return what an address names the version of *derivative* by.

        It is another one, too, where the same file is read in another way.
        """
        text = f"{self.key}\0{derivative.job}"
        return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Derivative:
    """One thing that can be made."""

    name: str
    """What it is kept as."""
    kind: Kind
    options: tuple[tuple[str, str], ...] = ()
    payload: bytes = field(default=b"", repr=False)
    """What it is made of beside the source; follows from the source and all else here."""

    @property
    def job(self) -> str:
        """Return what is the same for all that one task makes."""
        return "-".join([self.kind, *(value for _, value in self.options)])

    @property
    def failure(self) -> str:
        """Return what it is kept as that it cannot be made, by those who have tried.

        Others may be able to: with another version of what looks into files it is tried again.
        """
        return f"failed-{self.job}-{makers()}"

    @property
    def names(self) -> str:
        """Return what it is kept as which things the job has made."""
        return f"names-{self.job}"

    @property
    def is_long(self) -> bool:
        """Whether it may take minutes to make it."""
        return self.kind in LONG

    @property
    def task(self) -> Task:
        """Return what a child process is to do."""
        limits = _LIMITS.get(self.kind, Limits())
        return Task(self.kind, dict(self.options), limits, self.payload)


_MAKERS = ("av", "chardet", "pillow", "quart-video")


@cache
def makers() -> str:
    """Return what differs where another version of FFmpeg or of this package does the work."""
    versions = []
    for name in _MAKERS:
        with suppress(PackageNotFoundError):
            versions.append(f"{name} {version(name)}")
    text = "\0".join([*versions, _GENERATION])
    return blake2b(text.encode(), digest_size=6).hexdigest()


DETAILS = Derivative("details", "details")
STORYBOARD = Derivative("storyboard", "storyboard")
FILM = Derivative("film-facts", "film")
"""What is known of a film that a virtual MP4 is made of."""


def sheet(number: int) -> Derivative:
    """Return a sheet of the storyboard, from 0."""
    return Derivative(f"sheet-{number}", "storyboard")


def poster(width: int, form: str) -> Derivative:
    """Return a poster out of a video; *form* is ``webp`` or ``jpeg``."""
    return Derivative(f"poster-{width}-{form}", "poster", (("form", form),))


def picture(width: int, form: str) -> Derivative:
    """Return a poster out of an image."""
    return Derivative(f"poster-{width}-{form}", "picture", (("form", form),))


def text(index: int) -> Derivative:
    """Return the captions of a track inside a video."""
    return Derivative(f"text-{index}", "texts", (("version", CAPTIONS),))


def text_of_track(track: TextTrack) -> Derivative:
    """Return the captions of a track as the details tell of it."""
    if not track.in_picture:
        return text(track.index)
    # Apart, as far more has to be read for it: that may be more than one file may cost.
    return Derivative(text(track.index).name, "closed", (("version", CAPTIONS),))


def caption(*, encoding: str | None = None, language: str | None = None) -> Derivative:
    """Return the captions of a file as WebVTT.

    :param encoding: that of files which do not tell; ``None``: it is guessed.
    :param language: BCP 47 tag that the file's name tells, which helps to guess.
    """
    options = {"version": CAPTIONS, "encoding": encoding or "", "language": language or ""}
    return Derivative(caption_name(options), "caption", tuple(options.items()))


def movie(facts: FilmFacts, sound: int | None) -> Derivative:
    """Return the index of the virtual MP4 with a sound track of the film, as it is."""
    name = movie_name(sound)
    if sound == facts.main:
        return Derivative(name, "film")
    return Derivative(name, "movie", (("name", name), ("sound", str(sound))))


def movie_with_aac(sound: int, mode: Mode, made: bytes) -> Derivative:
    """Return the index of the virtual MP4 with a sound track that was made AAC.

    :param made: what is known of all its parts, one after the other.
    """
    name = f"movie-{sound}-aac-{mode}"
    return Derivative(name, "movie", (("name", name), ("sound", str(sound))), made)


def sound_part(sound: int, mode: Mode, number: int, plan: bytes = b"") -> Derivative:
    """Return what is known of a part of a sound track that is made AAC.

    :param number: of the part, from 0.
    :param plan: what it is made of.
    """
    name = sound_data(sound, mode, number)
    return Derivative(f"{name}-sizes", "sound", (("name", name), ("mode", mode)), plan)


def sound_data(sound: int, mode: Mode, number: int) -> str:
    """Return what the bytes of a part of a sound track are kept as."""
    return f"aac-{sound}-{mode}-{number}"


class DerivativeService:
    """Gets what is asked for.

    :param cache: owned from now on.
    :param most: child processes at once, over all processes with this cache, 1 or more. One of them
        is for what is quick; of 1, it is one more.
    """

    def __init__(self, cache: Cache, *, most: int) -> None:
        self._cache = cache
        self.most = most
        self._slots = range(_FIRST_SLOT, _FIRST_SLOT + max(2, most))
        self._long_slots = self._slots[:-1]
        self._workers = WorkerPool()
        self._queue: Queue[tuple[str, str], dict[str, bytes]] = Queue(
            len(self._slots), len(self._long_slots)
        )
        self._again = Again()
        self._background: set[asyncio.Task[None]] = set()
        self._held: set[int] = set()
        self._paused_until = 0.0

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes there are just now."""
        return self._workers.pids

    @property
    def unkept(self) -> str | None:
        """Why something of what was made could not be kept; ``None``: all could."""
        return self._cache.unkept

    @property
    def capacity(self) -> int:
        """About how many bytes can be kept of one video, if all else goes."""
        return self._cache.capacity

    async def room(self) -> int:
        """Return how many bytes more can be kept before something else goes."""
        return await self._cache.room()

    async def find(self, source: Source, derivative: Derivative) -> bytes | None:
        """Return what is there already; ``None``: it is to be made, or cannot be."""
        return await self._cache.read(source.key, derivative.name)

    async def ensure(self, source: Source, derivative: Derivative) -> None:
        """Have *product* made, unless it is there; to be cancelled, and raising, as :meth:`get`."""
        if not await self._cache.size(source.key, derivative.name):
            await self.get(source, derivative)

    async def get(
        self, source: Source, derivative: Derivative, *, urgent: bool = True, retry: bool = False
    ) -> bytes:
        """Return *product* of *subject*, made if it has to be. To be cancelled at any time.

        :param urgent: whether someone looks at a screen.
        :param retry: try again what has failed.
        :raises Failed: it cannot be made of this version.
        :raises Unavailable: not now.
        :raises StorageError: as opening the file does.
        """
        found = await self.find(source, derivative)
        if found is not None:
            return found
        job = source.key, derivative.job
        if retry:
            for name in (derivative.failure, derivative.names):
                await self._cache.remove(source.key, name)
            self._again.done(job)
        else:
            await self.raise_failure(source, derivative)
            if (seconds := self._again.seconds(job)) > 0:
                raise Unavailable(
                    "it was interrupted, and is tried again", retry_after=ceil(seconds)
                )
        made = await self._queue.do(
            job,
            lambda: self._make(source, derivative, urgent=urgent),
            urgent=urgent,
            long=derivative.is_long,
        )
        if derivative.name not in made:
            raise Failed(_NO_SUCH_THING)
        return made[derivative.name]

    async def open(self, source: Source, derivative: Derivative) -> Media:
        """Open *derivative* of *source* to be read in parts, made if it has to be.

        :raises Failed: it cannot be made of this version.
        :raises Unavailable: not now.
        :raises StorageError: as opening the file does.
        """
        found = await self._cache.open(source.key, derivative.name)
        if found is None:
            data = await self.get(source, derivative)
            found = await self._cache.open(source.key, derivative.name)
            if found is None:  # nothing can be kept
                found = BytesMedia(data, version=source.key)
        return found

    def made_of(
        self,
        source: Source,
        name: str,
        *,
        is_whole: Callable[[bytes], bool] = lambda _: True,
        lost: Callable[[], Awaitable[None]] | None = None,
    ) -> Source:
        """Return as a source what was made of *source* and is kept as *name*.

        :param is_whole: tells whether it is as it was written.
        :param lost: is awaited if it is not, or is not there any more.
        """

        async def open_kept() -> Media:
            data = await self._cache.read(source.key, name)
            if data is None or not is_whole(data):
                if lost is not None:
                    await lost()
                raise Changed(f"what was made of {source.identity!r} is not there any more")
            return BytesMedia(data, version=source.version)

        return Source(source.identity, source.version, open_kept)

    async def open_kept(self, source: Source, name: str) -> Media | None:
        """Open what was made of *source* and is kept as *name*; ``None``: it is not there."""
        return await self._cache.open(source.key, name)

    async def size(self, source: Source, name: str) -> int | None:
        """Return how long what is kept as *name* is; ``None``: it is not there."""
        return await self._cache.size(source.key, name)

    async def forget(self, source: Source, derivative: Derivative) -> None:
        """Have *derivative* be made anew when it is asked for again."""
        await self._cache.remove(source.key, derivative.name)

    def turn(self, name: str) -> AbstractAsyncContextManager[None]:
        """Hold what one process of all with this cache holds at a time."""
        number = _FIRST_TURN + int.from_bytes(blake2b(name.encode(), digest_size=3).digest(), "big")
        return self._lock(range(number, number + 1), every=_TURN)

    def later(self, source: Source, derivative: Derivative) -> None:
        """Have *product* made when there is nothing more urgent; what comes of it is kept."""
        if len(self._background) < _MOST_LATER:
            task = asyncio.create_task(self._quietly(source, derivative))
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    async def _quietly(self, source: Source, derivative: Derivative) -> None:
        with suppress(Failed, StorageError):  # the log has been told
            await self.get(source, derivative, urgent=False)

    async def aclose(self) -> None:
        """End all child processes, and let go of the cache."""
        for task in self._background:
            task.cancel()
        await self._queue.aclose()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._workers.aclose()
        self._cache.close()

    async def raise_failure(self, source: Source, derivative: Derivative) -> None:
        """Raise why *derivative* cannot be made, where that is known.

        :raises Failed: it was tried, or there was no such thing among what was made.
        """
        reason = await self._cache.read(source.key, derivative.failure)
        if reason is not None:
            raise Failed(reason.decode("utf-8", "replace"))
        if not derivative.is_long:  # then it makes all there is
            return
        kept = await self._cache.read(source.key, derivative.names)
        names = _decode_names(kept) if kept is not None else None
        if names is not None and derivative.name not in names:
            raise Failed(_NO_SUCH_THING)

    async def _make(
        self, source: Source, derivative: Derivative, *, urgent: bool
    ) -> dict[str, bytes]:
        name = f"{source.key}{derivative.job}".encode()
        number = int.from_bytes(blake2b(name, digest_size=7).digest(), "big")
        key = range(_FIRST_KEY + number, _FIRST_KEY + number + 1)
        # What is quick begins with the place that nothing else can have.
        slots = self._long_slots if derivative.is_long else self._slots[::-1]
        async with self._lock(key), self._lock(slots):
            # Another process may have made it while this one waited.
            found = await self.find(source, derivative)
            if found is not None:
                return {derivative.name: found}
            await self.raise_failure(source, derivative)
            return await self._have_made(source, derivative, urgent=urgent)

    async def _have_made(
        self, source: Source, derivative: Derivative, *, urgent: bool
    ) -> dict[str, bytes]:
        if monotonic() < self._paused_until:
            raise Unavailable("child processes have failed to work, a moment ago")
        task = replace(derivative.task, is_awaited=urgent and derivative.kind in AWAITED)
        media = await source.open()
        try:
            if media.facts.content != source.version:
                raise Changed(f"{source.identity!r} is another file by now")
            made = await self._workers.do(task, media)
        except Failed as error:
            logger.info("No %s of %r: %s", derivative.kind, source.identity, error)
            await self._cache.write(source.key, {derivative.failure: str(error).encode()})
            raise
        except Interrupted as error:
            job = source.key, derivative.job
            self._again.interrupted(job)
            logger.info("No %s of %r for now: %s", derivative.kind, source.identity, error)
            raise Unavailable(str(error), retry_after=ceil(self._again.seconds(job))) from error
        except Lost as error:
            self._paused_until = monotonic() + _PAUSE
            logger.warning("No %s of %r for now: %s", derivative.kind, source.identity, error)
            raise Unavailable(str(error)) from error
        finally:
            media.close()
        self._again.done((source.key, derivative.job))
        names = {derivative.names: _encode_names(made)} if derivative.is_long else {}
        await self._cache.write(source.key, {**made, **names})
        return made

    @asynccontextmanager
    async def _lock(self, numbers: range, *, every: float = _AGAIN) -> AsyncIterator[None]:
        """Hold one of some locks that all processes with this cache see."""
        number = await self._take(numbers, every)
        try:
            yield
        finally:
            giving_back = asyncio.ensure_future(self._cache.unlock(number))
            # Not before: whoever took it meanwhile would have it taken away by this.
            giving_back.add_done_callback(lambda _: self._held.discard(number))
            await asyncio.shield(giving_back)

    async def _take(self, numbers: range, every: float) -> int:
        while True:
            # To their owner the kernel would give locks twice.
            for number in (each for each in numbers if each not in self._held):
                self._held.add(number)
                taken = False
                try:
                    taken = await self._cache.lock(number)
                finally:
                    if not taken:
                        self._held.discard(number)
                if taken:
                    return number
            await asyncio.sleep(every)


def _encode_names(names: Iterable[str]) -> bytes:
    data = "\n".join(names).encode()
    return b"%08x\n%s" % (zlib.crc32(data), data)


def _decode_names(data: bytes) -> list[str] | None:
    """Return the names that were written; ``None``: they are not as they were."""
    checksum, _, names = data.partition(b"\n")
    if checksum != b"%08x" % zlib.crc32(names):
        return None
    return names.decode().split("\n")
