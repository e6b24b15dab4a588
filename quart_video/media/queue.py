"""Who is served next: one job for a key however many ask, the newest request first.

A job that nobody waits for any more is cancelled, whether it has begun or not. Jobs that take long
never have all places: the last one is for those that are quick.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class _Ticket(Generic[T]):
    """A job, and how many wait for it."""

    def __init__(self, work: Callable[[], Awaitable[T]], *, long: bool) -> None:
        self.work = work
        self.long = long
        self.future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.waiting = 0
        self.running: asyncio.Task[None] | None = None


class Queue(Generic[K, T]):
    """Jobs that wait for their turn.

    :param most: how many may run at once, 1 or more.
    :param most_long: how many of them may take long, *most* if ``None``.
    """

    def __init__(self, most: int, most_long: int | None = None) -> None:
        self._most = most
        self._most_long = most if most_long is None else most_long
        self._tickets: dict[K, _Ticket[T]] = {}
        # Newest last. What nobody is looking at comes when there is nothing else.
        self._front: dict[K, _Ticket[T]] = {}
        self._back: dict[K, _Ticket[T]] = {}
        self._running = 0
        self._running_long = 0

    async def do(
        self,
        key: K,
        work: Callable[[], Awaitable[T]],
        *,
        urgent: bool = True,
        long: bool = False,
    ) -> T:
        """Return what *work* returns, or what the job of this key that is there already does.

        :param urgent: whether someone looks at a screen; others are served after all of those.
        :param long: whether it may take minutes.
        """
        ticket = self._tickets.get(key)
        if ticket is None:
            ticket = self._tickets[key] = _Ticket(work, long=long)
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
        while self._running < self._most:
            # Behind, in order: who prepares a library wants it from the first to the last.
            key = self._first_of(reversed(self._front), self._front)
            if key is None:
                key = self._first_of(iter(self._back), self._back)
            if key is None:
                return
            ticket = (self._front if key in self._front else self._back).pop(key)
            self._running += 1
            self._running_long += ticket.long
            ticket.running = asyncio.create_task(self._run(key, ticket))

    def _first_of(self, keys: Iterator[K], line: Mapping[K, _Ticket[T]]) -> K | None:
        """Return the first of *keys* whose job may begin now."""
        full = self._running_long >= self._most_long
        return next((key for key in keys if not (full and line[key].long)), None)

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
            self._running_long -= ticket.long
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
