"""Signals that tell of transfers, as Quart's own tell of requests, but never in their way.

Each receiver gets a call of its own, beside the transfer: one that is slow, or raises, costs the
transfer nothing.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from blinker import NamedSignal, Namespace
from quart import Quart

from quart_video.concurrency import Threads
from quart_video.delivery.body import Outcome

logger = logging.getLogger("quart_video")

_signals = Namespace()

transfer_started = _signals.signal(
    "transfer-started", "A media begins to be sent: ``receiver(app, transfer)``."
)
transfer_finished = _signals.signal(
    "transfer-finished", "All that was asked for has been sent: ``receiver(app, transfer)``."
)
transfer_aborted = _signals.signal(
    "transfer-aborted",
    "A transfer ended early: the client left, stalled, or the media failed: "
    "``receiver(app, transfer)``.",
)

_MOST_WAITING = 10_000
"""Signals that may wait for their receivers, in one app. What comes then is dropped."""

_THREADS = 4
"""For receivers that are no coroutine functions."""

_PATIENCE = 2.0
"""Seconds that receivers get to finish when the app ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaTransfer:
    """One answer with bytes of a file in it, as the signals tell of it."""

    mount: str
    """Full name of the blueprint as registered, ``"video"`` by default."""
    path: str
    """Of the media, below the media root."""
    media_type: str
    size: int
    """Length of the media in bytes."""
    status: int
    """200 or 206."""
    ranges: tuple[tuple[int, int], ...]
    """What is sent of the media: first byte, and the one after the last."""
    length: int
    """Bytes of the answer's body."""
    client: str
    """Address that the request came from."""
    sent: int = 0
    """Bytes of the body that the server has taken."""
    seconds: float = 0.0
    """Since the beginning."""
    outcome: Outcome | None = None
    """How it ended; ``None`` while it goes on."""


class Announcer:
    """Calls the receivers of one app, in tasks and threads of its own."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads: Threads | None = None
        self._dropping = False

    def announce(
        self,
        signal: NamedSignal,
        app: Quart,
        transfer: MediaTransfer,
        *,
        context: contextvars.Context,
        after: asyncio.Task[None] | None = None,
    ) -> asyncio.Task[None] | None:
        """Call whoever receives *signal*.

        :param context: to call them in.
        :param after: wait for this to be done first.
        :return: what calls them; ``None`` if there is nobody, or too much to do already.
        """
        receivers = list(signal.receivers_for(app))
        if not receivers or self._is_full(signal):
            return after
        task = asyncio.create_task(
            self._call(signal, receivers, app, transfer, after), context=context
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _is_full(self, signal: NamedSignal) -> bool:
        full = len(self._tasks) >= _MOST_WAITING
        if full and not self._dropping:
            logger.error(
                "Receivers do not keep up: %r is dropped, and what else comes while %d signals "
                "wait for them",
                signal.name,
                _MOST_WAITING,
            )
        self._dropping = full
        return full

    async def _call(
        self,
        signal: NamedSignal,
        receivers: list[Callable[..., Any]],
        app: Quart,
        transfer: MediaTransfer,
        after: asyncio.Task[None] | None,
    ) -> None:
        if after is not None:
            await asyncio.wait([after])
        calls = (self._call_one(signal, receiver, app, transfer) for receiver in receivers)
        await asyncio.gather(*calls)

    async def _call_one(
        self,
        signal: NamedSignal,
        receiver: Callable[..., Any],
        app: Quart,
        transfer: MediaTransfer,
    ) -> None:
        try:
            if inspect.iscoroutinefunction(receiver):
                await receiver(app, transfer=transfer)
            else:
                await self._call_in_thread(receiver, app, transfer)
        except Exception:
            logger.exception("A receiver of %r failed: %r", signal.name, receiver)

    async def _call_in_thread(
        self, receiver: Callable[..., Any], app: Quart, transfer: MediaTransfer
    ) -> None:
        if self._threads is None:
            self._threads = Threads(_THREADS)
        context = contextvars.copy_context()
        call = self._threads.submit(lambda: context.run(receiver, app, transfer=transfer))
        result = await asyncio.wrap_future(call)
        if inspect.isawaitable(result):  # a partial, or an object whose call is a coroutine
            await result

    async def aclose(self) -> None:
        """Give the receivers a moment to finish, and no more."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_PATIENCE)
            for task in late:
                task.cancel()
        if self._threads is not None:
            self._threads.close()
            self._threads = None
