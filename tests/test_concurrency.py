from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import CancelledError
from typing import Any

import pytest

from quart_video import concurrency as threads_module
from quart_video.concurrency import PoolClosed, PoolFull, Threads

PATIENCE = 20


def ours() -> set[threading.Thread]:
    """Return the threads of the kind that is tested."""
    return {thread for thread in threading.enumerate() if thread.name.startswith("quart-video")}


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Return what ends every call that hangs."""
    event = threading.Event()
    yield event
    event.set()


def hang(threads: Threads, release: threading.Event, count: int) -> list[Any]:
    """Have *count* calls hang, each in a thread of its own."""
    begun = threading.Semaphore(0)

    def wait() -> str:
        begun.release()
        release.wait(PATIENCE)
        return "done"

    futures = [threads.submit(wait) for _ in range(count)]
    for _ in range(count):
        assert begun.acquire(timeout=PATIENCE)
    return futures


def test_returns_what_is_returned() -> None:
    threads = Threads(2)
    assert threads.submit(divmod, 17, 5).result(PATIENCE) == (3, 2)
    assert [threads.submit(pow, n, 2).result(PATIENCE) for n in range(50)] == [
        n * n for n in range(50)
    ]


def test_raises_what_is_raised() -> None:
    threads = Threads(1)
    with pytest.raises(ZeroDivisionError):
        threads.submit(divmod, 1, 0).result(PATIENCE)
    with pytest.raises(SystemExit):
        threads.submit(sys.exit).result(PATIENCE)
    assert threads.submit(int).result(PATIENCE) == 0


def test_no_more_threads_than_needed() -> None:
    before = ours()
    threads = Threads(8)
    assert not ours() - before
    for _ in range(50):
        threads.submit(int).result(PATIENCE)
        time.sleep(0.001)  # it is idle a moment after it has answered
    assert 1 <= len(ours() - before) <= 2


def test_no_more_threads_than_allowed(release: threading.Event) -> None:
    before = ours()
    threads = Threads(3)
    hanging = hang(threads, release, 3)
    others = [threads.submit(int) for _ in range(20)]
    assert len(ours() - before) == 3
    assert not any(future.done() for future in hanging + others)
    release.set()
    assert [future.result(PATIENCE) for future in hanging] == ["done"] * 3
    assert [future.result(PATIENCE) for future in others] == [0] * 20
    assert len(ours() - before) == 3


def test_all_threads_are_used(release: threading.Event) -> None:
    """Even where some were idle before, and where calls came while all were busy."""
    threads = Threads(4)
    for future in [threads.submit(time.sleep, 0.01) for _ in range(12)]:
        future.result(PATIENCE)
    assert len(hang(threads, release, 4)) == 4


def test_a_call_can_be_cancelled_until_it_begins(release: threading.Event) -> None:
    threads = Threads(1)
    (hanging,) = hang(threads, release, 1)
    called: list[int] = []
    waiting = threads.submit(called.append, 1)
    assert not hanging.cancel()
    assert waiting.cancel()
    release.set()
    threads.submit(called.append, 2).result(PATIENCE)
    assert called == [2]


def test_too_many_calls_are_refused(
    release: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads_module, "MOST_WAITING", 5)
    threads = Threads(1)
    hang(threads, release, 1)
    waiting = [threads.submit(int) for _ in range(5)]
    with pytest.raises(PoolFull, match="all 1 threads are busy"):
        threads.submit(int)
    release.set()
    assert [future.result(PATIENCE) for future in waiting] == [0] * 5
    assert threads.submit(int).result(PATIENCE) == 0


def test_closed(release: threading.Event) -> None:
    before = ours()
    threads = Threads(2)
    hanging = hang(threads, release, 2)
    waiting = threads.submit(int)
    threads.close()
    threads.close()
    with pytest.raises(CancelledError):
        waiting.result(PATIENCE)
    with pytest.raises(PoolClosed, match="closed"):
        threads.submit(int)
    release.set()
    assert [future.result(PATIENCE) for future in hanging] == ["done"] * 2
    for thread in ours() - before:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_dropped() -> None:
    """The threads end; nobody has to close them."""
    before = ours()
    threads = Threads(2)
    threads.submit(int).result(PATIENCE)
    started = ours() - before
    del threads
    gc.collect()
    for thread in started:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_nothing_is_kept_when_a_call_is_over() -> None:
    class Result:
        pass

    threads = Threads(1)
    result = threads.submit(Result).result(PATIENCE)
    seen = weakref.ref(result)
    del result
    gc.collect()
    assert seen() is None


def test_a_call_that_hangs_does_not_keep_the_interpreter() -> None:
    """As one of a ThreadPoolExecutor would."""
    program = (
        "import time; from quart_video.concurrency import Threads; threads = Threads(2)\n"
        "for _ in range(3): threads.submit(time.sleep, 600)\n"
        "time.sleep(0.1); print('end')"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (answer.stdout, answer.stderr) == ("end\n", "")
