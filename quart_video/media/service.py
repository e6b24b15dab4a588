"""Everything that is made out of videos: found in the cache, or made by a child process."""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from hashlib import blake2b
from math import ceil
from time import monotonic

from quart_video.media.again import Again
from quart_video.media.cache import Cache
from quart_video.media.derivative import Derivative, Source
from quart_video.media.queue import Queue
from quart_video.media.shared_locks import SharedLocks
from quart_video.media.workers.pool import Lost, WorkerPool
from quart_video.media.workers.protocol import AWAITED, Failed, Interrupted
from quart_video.storage.base import Changed, Media, StorageError, Unavailable
from quart_video.storage.memory import BytesMedia

logger = logging.getLogger("quart_video")

_NO_SUCH_THING = "there is no such thing in it"
_MOST_LATER = 1000
_PAUSE = 10.0  # seconds after which it is tried again to start a process that did not start
_FIRST_KEY = 1 << 32  # below it are the numbers of other locks than those of keys
_FIRST_TURN = 1 << 24
_FIRST_SLOT = 1 << 16
_TURN = 5.0  # seconds between looks for a turn, which may be held for days


class DerivativeService:
    """Gets what is asked for.

    :param cache: owned from now on.
    :param most: child processes at once, over all processes with this cache, 1 or more. One of them
        is for what is quick; of 1, it is one more.
    """

    def __init__(self, cache: Cache, *, most: int) -> None:
        self._cache = cache
        self._locks = SharedLocks(cache)
        self.most = most
        self._slots = range(_FIRST_SLOT, _FIRST_SLOT + max(2, most))
        self._long_slots = self._slots[:-1]
        self._workers = WorkerPool()
        self._queue: Queue[tuple[str, str], dict[str, bytes]] = Queue(
            len(self._slots), len(self._long_slots)
        )
        self._again = Again()
        self._background: set[asyncio.Task[None]] = set()
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
        """Have *derivative* made, unless it is there; cancelled and raising as :meth:`get`."""
        if not await self._cache.size(source.key, derivative.name):
            await self.get(source, derivative)

    async def get(
        self, source: Source, derivative: Derivative, *, urgent: bool = True, retry: bool = False
    ) -> bytes:
        """Return *derivative* of *source*, made if it has to be. To be cancelled at any time.

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
        return self._locks.hold(_numbered(_FIRST_TURN, name, 3), every=_TURN)

    def later(self, source: Source, derivative: Derivative) -> None:
        """Have *derivative* made when there is nothing more urgent; what comes of it is kept."""
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
        key = _numbered(_FIRST_KEY, f"{source.key}{derivative.job}", 7)
        # What is quick begins with the place that nothing else can have.
        slots = self._long_slots if derivative.is_long else self._slots[::-1]
        async with self._locks.hold(key), self._locks.hold(slots):
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


def _numbered(first: int, name: str, size: int) -> range:
    """Return the one lock of *name*, of those from *first* on that *size* bytes can number."""
    number = first + int.from_bytes(blake2b(name.encode(), digest_size=size).digest(), "big")
    return range(number, number + 1)


def _encode_names(names: Iterable[str]) -> bytes:
    data = "\n".join(names).encode()
    return b"%08x\n%s" % (zlib.crc32(data), data)


def _decode_names(data: bytes) -> list[str] | None:
    """Return the names that were written; ``None``: they are not as they were."""
    checksum, _, names = data.partition(b"\n")
    if checksum != b"%08x" % zlib.crc32(names):
        return None
    return names.decode().split("\n")
