"""Whether a storage answers: for load balancers and monitors, and for the log at the start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic

from quart_video.storage.base import StorageError, Unavailable

logger = logging.getLogger("quart_video")

_FRESH = 2.0
"""Seconds for which an answer is given again: who asks every moment is not to be a burden."""

_LONGEST = 10.0
"""Seconds after which a storage that has not answered does not answer."""


class Health:
    """The health of one storage.

    :param what: the storage, for the log.
    :param check: asks it for a sign of life, and raises a :exc:`StorageError` if there is none.
    """

    def __init__(self, what: str, check: Callable[[], Awaitable[None]]) -> None:
        self._what = what
        self._check = check
        self._lock = asyncio.Lock()
        self._asked = -_FRESH
        self._failure: Unavailable | None = None

    async def failure(self) -> Unavailable | None:
        """Return what is wrong, or ``None``; the log is told when that changes."""
        async with self._lock:
            if monotonic() - self._asked >= _FRESH:
                failure = await self._ask()
                if failure is not None and self._failure is None:
                    logger.error(
                        "MEDIA_ROOT %s cannot be used now, and what is asked of it is answered "
                        "with 503 until it can: %s",
                        self._what,
                        failure,
                    )
                elif failure is None and self._failure is not None:
                    logger.warning("MEDIA_ROOT %s can be used again", self._what)
                self._failure, self._asked = failure, monotonic()
        return self._failure

    async def _ask(self) -> Unavailable | None:
        try:
            async with asyncio.timeout(_LONGEST):
                await self._check()
        except Unavailable as error:
            return error
        except (StorageError, TimeoutError) as error:
            return Unavailable(str(error) or "it does not answer")
        return None
