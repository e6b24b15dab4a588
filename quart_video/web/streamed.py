"""Text that is made while it is sent: as long as it may be, a batch of it is in memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterable
from types import TracebackType
from typing import cast

from quart import Response, stream_with_context
from quart.wrappers.response import ResponseBody

from quart_video.delivery.backlog import Backlog, server_record
from quart_video.delivery.body import StallWatchdog, TransferBrokenError
from quart_video.delivery.context import this_request
from quart_video.delivery.response import empty_response

logger = logging.getLogger("quart_video")

WHOLE = 16 << 10
"""Characters up to which an answer is made before it is sent, and has a length.

Without one, Uvicorn sends chunks to clients of HTTP/1.0, which do not know them (RFC 9112, 6.1),
and waitress ends the body of a HEAD, which has none, right before the next answer.
"""


class StreamedText(ResponseBody):
    """The body of an answer out of pieces of text.

    :param pieces: are closed, whatever happens. Where they fail, the connection is broken off, so
        that no client takes what it has for the whole.
    :param name: what to call it in the log.
    :param stall_timeout: seconds after which a client that takes nothing is given up.
    """

    def __init__(
        self, pieces: AsyncGenerator[str, None], *, name: str, stall_timeout: float | None
    ) -> None:
        self._pieces = pieces
        self._watchdog = StallWatchdog(stall_timeout, name)
        scope = this_request().scope
        self._backlog = Backlog(scope, server_record(scope["http_version"]), name)
        self._sent = 0

    async def __aenter__(self) -> AsyncIterable[bytes]:
        self._watchdog.start()
        self._backlog.begin()
        return self._send()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._watchdog.stop()
        self._backlog.end(self._sent)
        await self._pieces.aclose()
        if isinstance(exc_value, asyncio.CancelledError) and self._watchdog.takes_back():
            logger.warning("Broke off sending: %s", self._watchdog)
            raise TransferBrokenError("the log of quart_video says which, and why") from None

    async def _send(self) -> AsyncGenerator[bytes, None]:
        is_trial = False
        async for piece in self._pieces:
            data = piece.encode()
            if not is_trial:
                self._watchdog.arm()
            yield data
            self._sent += len(data)
            is_trial = self._sent >= self._backlog.next_look and await self._backlog.look(
                self._sent
            )
            if not is_trial:
                self._watchdog.disarm()


async def streamed(
    pieces: AsyncGenerator[str, None], media_type: str, *, name: str, stall_timeout: float | None
) -> Response:
    """Answer with *pieces*; the first are waited for, so that what fails early has a status.

    The other parameters are those of :class:`StreamedText`.
    """
    response = empty_response(media_type)
    first = ""
    async for piece in pieces:
        first += piece
        if len(first) > WHOLE:
            break
    else:
        response.set_data(first)
        return response

    @stream_with_context
    async def all_of_it() -> AsyncGenerator[str, None]:
        yield first
        async for piece in pieces:
            yield piece

    body = cast(AsyncGenerator[str, None], all_of_it())
    response.response = StreamedText(body, name=name, stall_timeout=stall_timeout)
    response.timeout = None  # it would count from the start, and cut off who is slow
    return response
