"""Everything that is made out of videos: found in the cache, or made by a child process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from time import monotonic

from quart_video.media.cache import Cache
from quart_video.media.details import form_of_details
from quart_video.media.queue import Queue
from quart_video.media.workers.pool import Lost, WorkerPool
from quart_video.media.workers.protocol import Failed, Kind, Limits, Task
from quart_video.storage.base import Changed, Media, StorageError, Unavailable

logger = logging.getLogger("quart_video")

_GENERATION = f"2\0{form_of_details()}"
"""What is kept is of one generation, as it is served for ever. The fields of the details make
another by themselves; the number is to be raised with every other change of what is made."""

_LONG = Limits(cpu=300, wall=900.0, reads=1024**3)
"""For what takes a reading of the whole file."""
_LIMITS: dict[Kind, Limits] = {"storyboard": _LONG, "texts": _LONG}
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


@dataclass(frozen=True, slots=True)
class Derivative:
    """One thing that can be made."""

    name: str
    """What it is kept as."""
    kind: Kind
    options: tuple[tuple[str, str], ...] = ()

    @property
    def job(self) -> str:
        """Return what is the same for all that one task makes."""
        return "-".join([self.kind, *(value for _, value in self.options)])

    @property
    def failure(self) -> str:
        """Return what it is kept as that it cannot be made."""
        return f"failed-{self.job}"

    @property
    def task(self) -> Task:
        """Return what a child process is to do."""
        return Task(self.kind, dict(self.options), _LIMITS.get(self.kind, Limits()))


DETAILS = Derivative("details", "details")
STORYBOARD = Derivative("storyboard", "storyboard")


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
    return Derivative(f"text-{index}", "texts")


def caption(extension: str, encoding: str | None) -> Derivative:
    """Return the captions of a file as WebVTT.

    :param encoding: that of files which do not tell; ``None``: it is guessed.
    """
    options = [("extension", extension)]
    if encoding is not None:
        options.append(("encoding", encoding))
    name = "-".join(["caption", *(value for _, value in options)])
    return Derivative(name, "caption", tuple(options))


class DerivativeService:
    """Gets what is asked for.

    :param cache: owned from now on.
    :param most: child processes at once, over all processes with this cache, 1 or more.
    """

    def __init__(self, cache: Cache, *, most: int) -> None:
        self._cache = cache
        self.most = most
        self._workers = WorkerPool()
        self._queue: Queue[tuple[str, str], dict[str, bytes]] = Queue(most)
        self._background: set[asyncio.Task[None]] = set()
        self._held: set[int] = set()
        self._paused_until = 0.0

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes there are just now."""
        return self._workers.pids

    async def find(self, source: Source, derivative: Derivative) -> bytes | None:
        """Return what is there already; ``None``: it is to be made, or cannot be."""
        return await self._cache.read(source.key, derivative.name)

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
        if retry:
            await self._cache.remove(source.key, derivative.failure)
        else:
            await self._raise_failure(source, derivative)
        made = await self._queue.do(
            (source.key, derivative.job), lambda: self._make(source, derivative), urgent=urgent
        )
        if derivative.name not in made:
            raise Failed("there is no such thing in it")
        return made[derivative.name]

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

    async def _raise_failure(self, source: Source, derivative: Derivative) -> None:
        reason = await self._cache.read(source.key, derivative.failure)
        if reason is not None:
            raise Failed(reason.decode("utf-8", "replace"))

    async def _make(self, source: Source, derivative: Derivative) -> dict[str, bytes]:
        name = f"{source.key}{derivative.job}".encode()
        number = int.from_bytes(blake2b(name, digest_size=7).digest(), "big")
        key = range(_FIRST_KEY + number, _FIRST_KEY + number + 1)
        slots = range(_FIRST_SLOT, _FIRST_SLOT + self.most)
        async with self._lock(key), self._lock(slots):
            # Another process may have made it while this one waited.
            found = await self.find(source, derivative)
            if found is not None:
                return {derivative.name: found}
            await self._raise_failure(source, derivative)
            return await self._have_made(source, derivative)

    async def _have_made(self, source: Source, derivative: Derivative) -> dict[str, bytes]:
        if monotonic() < self._paused_until:
            raise Unavailable("child processes have failed to work, a moment ago")
        media = await source.open()
        try:
            if media.facts.content != source.version:
                raise Changed(f"{source.identity!r} is another file by now")
            made = await self._workers.do(derivative.task, media)
        except Failed as error:
            logger.info("No %s of %r: %s", derivative.kind, source.identity, error)
            await self._cache.write(source.key, {derivative.failure: str(error).encode()})
            raise
        except Lost as error:
            self._paused_until = monotonic() + _PAUSE
            logger.warning("No %s of %r for now: %s", derivative.kind, source.identity, error)
            raise Unavailable(str(error)) from error
        finally:
            media.close()
        await self._cache.write(source.key, made)
        return made

    @asynccontextmanager
    async def _lock(self, numbers: range, *, every: float = _AGAIN) -> AsyncIterator[None]:
        """Hold one of some locks that all processes with this cache see."""
        number = await self._take(numbers, every)
        try:
            yield
        finally:
            self._held.discard(number)
            await asyncio.shield(self._cache.unlock(number))

    async def _take(self, numbers: range, every: float) -> int:
        while True:
            # To their owner the kernel would give locks twice.
            for number in set(numbers) - self._held:
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
