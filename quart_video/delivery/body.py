"""The body of a response that sends a file: chunks out of it, a watchdog, and a sure end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from enum import StrEnum
from types import TracebackType
from typing import Protocol, TypeVarTuple

from quart.wrappers.response import ResponseBody

from quart_video.delivery.backlog import Backlog
from quart_video.http import ByteRange, length_of
from quart_video.policy.transfer_limits import Pacer
from quart_video.storage.base import Media, StorageError

logger = logging.getLogger("quart_video")

Ts = TypeVarTuple("Ts")


class TransferBrokenError(Exception):
    """A transfer ended before it was whole; the log of ``quart_video`` says which one, and why."""


class Outcome(StrEnum):
    """How a transfer ended."""

    FINISHED = "finished"
    """The server took every byte."""
    LEFT = "left"
    """The client went away, or the server was stopped."""
    STALLED = "stalled"
    """The client took nothing for ``VIDEO_STALL_TIMEOUT``."""
    FAILED = "failed"
    """The media could not be read to its end."""


class TransferObserver(Protocol):
    """Is told when a transfer begins and how it ends; must neither wait nor raise."""

    def started(self) -> None:
        """Note that the first byte is about to be read."""

    def ended(self, sent: int, outcome: Outcome) -> None:
        """Note the end.

        :param sent: bytes that the server took.
        """


class Transfer(ResponseBody):
    """Send *segments* out of *media*, which it owns and closes, whatever happens.

    A media that fails on the way, and a client that stalls, are logged and end in an exception.
    Quart lets it pass to the server, which drops the connection, so that no client takes what it
    has for the whole. What servers log of it differs: not all of them name the media.

    :param name: what to call the media in the log.
    :param stall_timeout: seconds after which a client that takes nothing is given up; ``None``:
        never.
    """

    def __init__(
        self,
        media: Media,
        segments: Sequence[bytes | ByteRange],
        *,
        name: str,
        stall_timeout: float | None,
    ) -> None:
        self.segments = segments
        self.observers: tuple[TransferObserver, ...] = ()
        self.pacer: Pacer | None = None
        self.media = media
        self.watchdog = StallWatchdog(stall_timeout, name)
        self.backlog: Backlog | None = None
        self.sent = 0
        self._chunks: AsyncGenerator[bytes, None] | None = None

    async def ready(self) -> None:
        """Have the first bytes at hand. What goes wrong here can still be told to the client.

        :raises Changed: the media is not the one that was opened any more.
        :raises NotFound: it is gone.
        :raises Unavailable: it cannot be read.
        """
        first = next(segment for segment in self.segments if isinstance(segment, ByteRange))
        try:
            await self.media.ready(first.start, first.stop)
        except BaseException:
            self.media.close()
            raise

    async def __aenter__(self) -> AsyncIterable[bytes]:
        self.watchdog.start()
        if self.backlog is not None:
            self.backlog.begin()
        for observer in self.observers:
            _whatever_happens(observer.started)
        self._chunks = self._send()
        return self._chunks

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        outcome = Outcome.LEFT
        try:
            self.watchdog.stop()
            outcome = self._outcome(exc_value)
            if self._chunks is not None:
                await self._chunks.aclose()
        finally:  # whatever raises between, a slot is given back, and the end is told
            self._release(outcome)
        if outcome is Outcome.FAILED:
            logger.error("Broke off sending: %s", exc_value)
        elif outcome is Outcome.STALLED:
            logger.warning("Broke off sending: %s", self.watchdog)
        else:
            return
        # To cancel the task would not do: Quart 0.23 would go on waiting for the client.
        raise TransferBrokenError("the log of quart_video says which transfer, and why") from None

    def _release(self, outcome: Outcome) -> None:
        """Close the media, and tell all who attend of the end, whatever any of them does."""
        _whatever_happens(self.media.close)
        if self.backlog is not None:
            self.backlog.end(self.sent)
        for observer in self.observers:
            _whatever_happens(observer.ended, self.sent, outcome)

    def _outcome(self, error: BaseException | None) -> Outcome:
        if isinstance(error, StorageError):
            return Outcome.FAILED
        if isinstance(error, asyncio.CancelledError) and self.watchdog.takes_back():
            return Outcome.STALLED
        # Whoever has all of it may close before we have come to the end.
        return Outcome.FINISHED if self.sent == length_of(self.segments) else Outcome.LEFT

    async def _send(self) -> AsyncGenerator[bytes, None]:
        for segment in self.segments:
            if isinstance(segment, bytes):
                self.watchdog.arm()
                yield segment
                self.watchdog.disarm()
                self.sent += len(segment)
            else:
                async for chunk in self.read(segment):
                    yield chunk

    async def read(self, segment: ByteRange) -> AsyncGenerator[bytes, None]:
        """Yield the bytes of a range, or have them sent in some other way, and count them."""
        watchdog = self.watchdog
        position = segment.start
        chunks = self.media.chunks(segment.start, segment.stop)
        if self.pacer is not None:
            chunks = self.pacer.pieces(chunks)
        is_trial = False
        if self.backlog is not None and self.sent >= self.backlog.next_look:
            watchdog.arm()
            is_trial = await self.backlog.look(self.sent)
            if not is_trial:
                watchdog.disarm()
        async for chunk in chunks:
            if not is_trial:
                watchdog.arm()
            yield chunk
            self.sent += len(chunk)
            if self.backlog is not None and self.sent >= self.backlog.next_look:
                # The client has to take something meanwhile.
                is_trial = await self.backlog.look(self.sent)
            if not is_trial:
                watchdog.disarm()
            position += len(chunk)
            if position < segment.stop:
                # Neither a read from the page cache nor a server whose client keeps up, or has
                # gone, suspends the task. Without this, one transfer would hold up all others,
                # and the news that its client has gone, too: when hundreds leave at once, each
                # would read on for megabytes.
                await asyncio.sleep(0)


def _whatever_happens(function: Callable[[*Ts], None], *args: *Ts) -> None:
    """Call *function*: of an error the log is told, as it is none of the transfer's."""
    try:
        function(*args)
    except Exception:
        logger.exception("Beside a transfer, this failed: %r", function)


class StallWatchdog:
    """Cancel the task that sends when one chunk is not taken for too long.

    It stands in for Quart's ``RESPONSE_TIMEOUT``, which counts from the start of the response and
    so cuts off everyone who watches for longer. Time that is spent on reading does not count. One
    timer serves the whole transfer, as arming is on the path of every chunk.
    """

    def __init__(self, timeout: float | None, name: str) -> None:
        self._timeout = timeout
        self._name = name
        self._armed_at: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stalled = False

    def start(self) -> None:
        """Watch over the current task."""
        if self._timeout is None:
            return
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._timer = self._loop.call_later(self._timeout, self._look)

    def arm(self) -> None:
        """Note that a chunk is handed to the client."""
        if self._timer is not None:
            self._armed_at = self._loop.time()

    def disarm(self) -> None:
        """Note that the chunk was taken."""
        self._armed_at = None

    def stop(self) -> None:
        """End the watch."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def takes_back(self) -> bool:
        """Take a cancellation of ours back; say whether that leaves none."""
        return self._stalled and self._task is not None and self._task.uncancel() == 0

    def __str__(self) -> str:
        return (
            f"the client took nothing of {self._name!r} for {self._timeout:g} seconds "
            "(VIDEO_STALL_TIMEOUT)"
        )

    def _look(self) -> None:
        assert self._timeout is not None
        now = self._loop.time()
        due = self._timeout + (now if self._armed_at is None else self._armed_at)
        if due > now:
            self._timer = self._loop.call_at(due, self._look)
        elif self._task is not None:
            self._stalled = True
            self._task.cancel()
