"""An object that is being sent: bytes as the viewer takes them, whatever becomes of a connection.

Rule 1: a byte is sent only if it is of the object that was described.
Rule 2: a viewer who takes nothing for a while holds no connection to the store.
Rule 3: whoever has left is not read for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from quart_video.storage.base import Changed, FileFacts, NotFound, Unavailable
from quart_video.storage.object_store.client import Body, BrokeOff, Bucket, Object

logger = logging.getLogger("quart_video")

IDLE = 10.0
"""Seconds for one chunk after which a viewer counts as one who has paused."""

PATIENCE = 60.0
"""Seconds without a byte after which a store that broke off is given up."""

_BREAKS = 5
"""Answers without a byte that is new, one after the other, after which no more are asked for. The
store is there then, and has not got what it announces."""

_WAITS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each new try; the last one from there on."""


class ObjectMedia:
    """A media out of an object.

    :param body: its bytes from *start* up to *stop*, if they have been asked for already.
    """

    def __init__(
        self,
        bucket: Bucket,
        found: Object,
        facts: FileFacts,
        *,
        body: Body | None = None,
        start: int = 0,
        stop: int | None = None,
    ) -> None:
        self.facts = facts
        self._bucket = bucket
        self._object = found
        self._body = body
        self._position = start
        self._stop = found.size if stop is None else stop

    async def ready(self, start: int, stop: int) -> None:
        """Have the first bytes from *start* up to *stop* received."""
        if self._body is None or self._position != start or start >= self._stop:
            self.close()
            self._body = await self._receive(start, stop)
            self._position, self._stop = start, stop

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes as they come; where they break off, ask for the rest of them."""
        loop = asyncio.get_running_loop()
        position = start
        trouble = _Trouble(loop.time())
        while position < stop:
            try:
                await self.ready(position, stop)
                data = await self._next()
            except Unavailable as error:
                self.close()
                await trouble.wait(loop.time(), error)
                continue
            data = data[: stop - position]
            position = self._position = position + len(data)
            if position == stop:
                self.close()
                yield data
                return
            pause = loop.call_later(IDLE, self.close)
            try:
                yield data
            except GeneratorExit:
                self.close()
                raise
            finally:
                pause.cancel()
            trouble = _Trouble(loop.time())

    async def _next(self) -> bytes:
        assert self._body is not None
        data = await self._body.chunk()
        if not data:
            raise BrokeOff(f"{self._object.key!r} ended early")
        return data

    async def _receive(self, start: int, stop: int) -> Body:
        try:
            return await self._bucket.receive(self._object.key, start, stop, expected=self._object)
        except NotFound as error:
            raise Changed(f"{self._object.key!r} was deleted meanwhile") from error

    def close(self) -> None:
        """Let go of the connection."""
        body, self._body = self._body, None
        if body is not None:
            body.close()


class _Trouble:
    """How long a store has been giving nothing, and what to do about it."""

    def __init__(self, since: float) -> None:
        self._since = since
        self._tries = 0
        self._breaks = 0

    async def wait(self, now: float, error: Unavailable) -> None:
        """Wait before the next try.

        :raises Unavailable: *error*, when patience has come to its end.
        """
        self._breaks += isinstance(error, BrokeOff)
        if now - self._since > PATIENCE or self._breaks == _BREAKS:
            raise error
        if self._tries == 0:
            logger.info("Asking for the rest: %s", error)
        await asyncio.sleep(_WAITS[min(self._tries, len(_WAITS) - 1)])
        self._tries += 1
