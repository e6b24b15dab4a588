"""Who is served next: one job for a key however many ask, the newest request first.

A job that nobody waits for any more is cancelled, whether it has begun or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class _Ticket(Generic[T]):
    """A job, and how many wait for it."""

    def __init__(self, work: Callable[[], Awaitable[T]]) -> None:
        self.work = work
        self.future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.waiting = 0
        self.running: asyncio.Task[None] | None = None


class Queue(Generic[K, T]):
    """Jobs that wait for their turn.

    :param most: how many may run at once, 1 or more.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._tickets: dict[K, _Ticket[T]] = {}
        # Newest last. What nobody is looking at comes when there is nothing else.
        self._front: dict[K, _Ticket[T]] = {}
        self._back: dict[K, _Ticket[T]] = {}
        self._running = 0

    async def do(self, key: K, work: Callable[[], Awaitable[T]], *, urgent: bool = True) -> T:
        """Return what *work* returns, or what the job of this key that is there already does.

        :param urgent: whether someone looks at a screen; others are served after all of those.
        """
        ticket = self._tickets.get(key)
        if ticket is None:
            ticket = self._tickets[key] = _Ticket(work)
        if ticket.running is None:
            if urgent or key not in self._front:
                self._front.pop(key, None)
                self._back.pop(key, None)
                (self._front if urgent else self._back)[key] = ticket
            self._start()
        ticket.waiting += 1
        try:
            return await asyncio.shield(ticket.future)
        finally:
            ticket.waiting -= 1
            if not ticket.waiting and not ticket.future.done():
                self._drop(key, ticket)

    async def aclose(self) -> None:
        """Cancel all there is, and wait until nothing of it runs."""
        tickets = list(self._tickets.items())
        for key, ticket in tickets:
            self._drop(key, ticket)
        running = (ticket.running for _, ticket in tickets if ticket.running)
        await asyncio.gather(*running, return_exceptions=True)

    def _start(self) -> None:
        while self._running < self._most and (self._front or self._back):
            # Behind, in order: who prepares a library wants it from the first to the last.
            if self._front:
                key, ticket = self._front.popitem()
            else:
                key = next(iter(self._back))
                ticket = self._back.pop(key)
            self._running += 1
            ticket.running = asyncio.create_task(self._run(key, ticket))

    async def _run(self, key: K, ticket: _Ticket[T]) -> None:
        try:
            result = await ticket.work()
        except asyncio.CancelledError:
            ticket.future.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            if not ticket.future.done():
                ticket.future.set_exception(error)
                ticket.future.exception()  # should nobody be left to hear it
        else:
            if not ticket.future.done():
                ticket.future.set_result(result)
        finally:
            if self._tickets.get(key) is ticket:
                del self._tickets[key]
            self._running -= 1
            self._start()

    def _drop(self, key: K, ticket: _Ticket[T]) -> None:
        if self._tickets.get(key) is ticket:
            del self._tickets[key]
        for line in (self._front, self._back):
            if line.get(key) is ticket:
                del line[key]
        ticket.future.cancel()
        if ticket.running is not None:
            ticket.running.cancel()
