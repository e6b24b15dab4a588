"""Locks that are waited for within one process."""

import asyncio

from quart_video.media import MemoryCache
from quart_video.media.shared_locks import SharedLocks

ONE = range(7, 8)
TWO = range(7, 9)


async def _hold(
    locks: SharedLocks, numbers: range, held: asyncio.Event, end: asyncio.Event
) -> None:
    async with locks.hold(numbers, every=0.01):
        held.set()
        await end.wait()


async def test_a_lock_is_waited_for() -> None:
    locks = SharedLocks(MemoryCache())
    first, second, end = asyncio.Event(), asyncio.Event(), asyncio.Event()
    holder = asyncio.create_task(_hold(locks, ONE, first, end))
    await first.wait()
    waiting = asyncio.create_task(_hold(locks, ONE, second, end))
    await asyncio.sleep(0.05)
    assert not second.is_set()

    end.set()
    await asyncio.gather(holder, waiting)

    assert second.is_set()


async def test_whoever_ends_waiting_holds_nothing() -> None:
    locks = SharedLocks(MemoryCache())
    held, never, end = asyncio.Event(), asyncio.Event(), asyncio.Event()
    holder = asyncio.create_task(_hold(locks, ONE, held, end))
    await held.wait()
    waiting = asyncio.create_task(_hold(locks, ONE, never, end))
    await asyncio.sleep(0.03)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    end.set()
    await holder

    async with asyncio.timeout(10), locks.hold(ONE):
        assert not never.is_set()


async def test_of_two_locks_two_are_held_at_once() -> None:
    locks = SharedLocks(MemoryCache())
    async with asyncio.timeout(10), locks.hold(TWO), locks.hold(TWO):
        third = asyncio.create_task(_hold(locks, TWO, asyncio.Event(), asyncio.Event()))
        await asyncio.sleep(0.03)
        assert not third.done()
        third.cancel()
        await asyncio.gather(third, return_exceptions=True)
