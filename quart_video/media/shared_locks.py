"""Locks that all processes with one cache see, waited for without a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from quart_video.media.cache import Cache

_AGAIN = 0.1  # seconds between looks whether another process has given a lock back


class SharedLocks:
    """Takes locks of a cache, in turn with other processes and with this one.

    :param cache: has the locks; not owned.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._held: set[int] = set()

    @asynccontextmanager
    async def hold(self, numbers: range, *, every: float = _AGAIN) -> AsyncIterator[None]:
        """Hold one of some locks, waiting until one is free.

        :param every: seconds between looks.
        """
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
