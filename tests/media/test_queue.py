"""Who is served next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from quart_video.media.queue import Queue


class Work:
    """Jobs that end when they are told to, and note what happens to them."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}

    def job(self, name: str) -> Callable[[], Awaitable[str]]:
        transfer_limiter = self.gates.setdefault(name, asyncio.Event())

        async def run() -> str:
            self.log.append(f"begin {name}")
            try:
                await transfer_limiter.wait()
            except asyncio.CancelledError:
                self.log.append(f"cancel {name}")
                raise
            return name.upper()

        return run


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_newest_request_comes_first() -> None:
    queue: Queue[str, str] = Queue(1)
    work = Work()
    tasks = []
    for name in "abcd":
        tasks.append(asyncio.create_task(queue.do(name, work.job(name))))
        await turn()
    for name in "adcb":
        work.gates[name].set()
        await turn()
    assert await asyncio.gather(*tasks) == ["A", "B", "C", "D"]
    assert work.log == ["begin a", "begin d", "begin c", "begin b"]


async def test_asking_again_moves_to_the_front() -> None:
    queue: Queue[str, str] = Queue(1)
    work = Work()
    tasks = []
    for name in "abcb":
        tasks.append(asyncio.create_task(queue.do(name, work.job(name))))
        await turn()
    for name in "abc":
        work.gates[name].set()
    await asyncio.gather(*tasks)
    assert work.log == ["begin a", "begin b", "begin c"]


async def test_what_nobody_looks_at_comes_last_and_in_order() -> None:
    queue: Queue[str, str] = Queue(1)
    work = Work()
    tasks = []
    for name in "abcdb":
        urgent = name in "ad"
        tasks.append(asyncio.create_task(queue.do(name, work.job(name), urgent=urgent)))
        await turn()
    for name in "abcd":
        work.gates[name].set()
    await asyncio.gather(*tasks)
    assert work.log == ["begin a", "begin d", "begin c", "begin b"]


async def test_one_job_serves_all_who_ask() -> None:
    queue: Queue[str, str] = Queue(4)
    work = Work()
    tasks = [asyncio.create_task(queue.do("a", work.job("a"))) for _ in range(50)]
    await turn()
    work.gates["a"].set()
    assert await asyncio.gather(*tasks) == ["A"] * 50
    assert work.log == ["begin a"]


@pytest.mark.parametrize("most", [1, 3])
async def test_no_more_run_at_once_than_may(most: int) -> None:
    queue: Queue[str, str] = Queue(most)
    work = Work()
    tasks = [asyncio.create_task(queue.do(name, work.job(name))) for name in "abcdef"]
    await turn()
    assert len(work.log) == most
    await queue.aclose()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_job_goes_on_for_as_long_as_someone_waits() -> None:
    queue: Queue[str, str] = Queue(1)
    work = Work()
    first = asyncio.create_task(queue.do("a", work.job("a")))
    second = asyncio.create_task(queue.do("a", work.job("a")))
    await turn()
    first.cancel()
    await turn()
    assert work.log == ["begin a"]
    work.gates["a"].set()
    assert await second == "A"


async def test_what_nobody_waits_for_is_cancelled() -> None:
    queue: Queue[str, str] = Queue(1)
    work = Work()
    running = asyncio.create_task(queue.do("a", work.job("a")))
    waiting = asyncio.create_task(queue.do("b", work.job("b")))
    await turn()
    waiting.cancel()
    running.cancel()
    await turn()
    assert work.log == ["begin a", "cancel a"]
    work.gates["a"].set()
    assert await queue.do("a", work.job("a")) == "A"


async def test_an_error_reaches_all_who_wait_and_is_not_kept() -> None:
    queue: Queue[str, str] = Queue(1)
    work = Work()

    async def fail() -> str:
        await asyncio.sleep(0)
        raise ValueError("no")

    tasks = [asyncio.create_task(queue.do("a", fail)) for _ in range(3)]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [ValueError] * 3
    work.gates["a"] = asyncio.Event()
    work.gates["a"].set()
    assert await queue.do("a", work.job("a")) == "A"


async def test_what_takes_long_leaves_a_place() -> None:
    queue: Queue[str, str] = Queue(2, 1)
    work = Work()
    jobs = [("a", True), ("b", True), ("c", False), ("d", False), ("e", True)]
    tasks = []
    for name, long in jobs:
        tasks.append(asyncio.create_task(queue.do(name, work.job(name), long=long)))
        await turn()
    assert work.log == ["begin a", "begin c"]
    work.gates["c"].set()
    await turn()
    assert work.log == ["begin a", "begin c", "begin d"]
    for name in "abde":
        work.gates[name].set()
        await turn()
    assert await asyncio.gather(*tasks) == ["A", "B", "C", "D", "E"]
    assert work.log == ["begin a", "begin c", "begin d", "begin e", "begin b"]


async def test_what_is_quick_takes_all_places_where_nothing_takes_long() -> None:
    queue: Queue[str, str] = Queue(3, 2)
    work = Work()
    tasks = [asyncio.create_task(queue.do(name, work.job(name))) for name in "abcd"]
    await turn()
    assert len(work.log) == 3
    await queue.aclose()
    await asyncio.gather(*tasks, return_exceptions=True)
