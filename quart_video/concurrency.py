"""A few threads for calls that may hang, which nobody ever waits for.

Those of :class:`~concurrent.futures.ThreadPoolExecutor` are joined when the interpreter exits: one
read from a dead network mount would keep the server from ending, for as long as the mount is dead.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class PoolError(Exception):
    """A call was not taken, and will not be made."""


class PoolClosed(PoolError):
    """The threads have been stopped."""


class PoolFull(PoolError):
    """Too many calls wait for a thread, or none can be started."""


MOST_WAITING = 10_000
"""Calls that may wait for a thread. While a disk is dead nothing else would bound their number."""


class _Call(Generic[T]):
    """A call to be made by a thread, and where its outcome goes."""

    def __init__(self, function: Callable[..., T], args: tuple[Any, ...]) -> None:
        self._function = function
        self._args = args
        self.future: Future[T] = Future()

    def make(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self._function(*self._args)
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


_Queue = SimpleQueue[_Call[Any] | None]


class Threads:
    """Threads that are started when they are needed, and never end the process late.

    :param most: how many there may be.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._waiting: _Queue = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Have a thread call *function*, as soon as there is one to spare.

        :raises PoolClosed: the threads have been stopped.
        :raises PoolFull: too much waits for them, or none can be started.
        """
        call = _Call(function, args)
        with self._lock:
            if self._closed:
                raise PoolClosed("it was closed")
            if self._waiting.qsize() >= MOST_WAITING:
                raise PoolFull(f"all {self._most} threads are busy, and too many calls wait")
            if not self._idle.acquire(blocking=False) and self._count < self._most:
                try:
                    self._start()
                except RuntimeError as error:  # so many are there already; those do it, if any
                    if not self._count:
                        raise PoolFull(f"no thread can be started: {error}") from error
            self._waiting.put(call)
        return call.future

    def _start(self) -> None:
        threading.Thread(
            target=_work,
            args=(self._waiting, self._idle),
            name=f"quart-video-{self._count}",
            daemon=True,  # not to be waited for at the exit
        ).start()
        self._count += 1

    def close(self) -> None:
        """Let the threads end, each when it is done; calls that still wait are cancelled."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        try:
            while call := self._waiting.get_nowait():
                call.future.cancel()
        except Empty:
            pass
        for _ in range(self._count):
            self._waiting.put(None)

    def __del__(self) -> None:
        self.close()


_CLOSERS = 2  # threads; one that hangs in what a dead mount had open is not to keep the others


class Closer:
    """Threads in which things are closed, whenever that is done, and whoever waits for them.

    Nothing is ever refused, as nobody could do anything with it. To be called by finalizers, which
    may come in the midst of anything: :meth:`close` takes no lock, and starts nothing.
    """

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._count = 0

    def start(self) -> None:
        """Have the threads: before there is anything to close.

        :raises PoolFull: there can be no more threads now.
        """
        if self._count == _CLOSERS:
            return
        with self._lock:
            while self._count < _CLOSERS:
                try:
                    threading.Thread(
                        target=_close_all,
                        args=(self._waiting,),
                        name=f"quart-video-close-{self._count}",
                        daemon=True,
                    ).start()
                except RuntimeError as error:
                    if self._count:
                        return
                    raise PoolFull(f"no thread can be started: {error}") from error
                self._count += 1

    def close(self, close: Callable[[], object]) -> None:
        """Have *close* called; what it raises says nothing to anyone."""
        self._waiting.put(close)

    def __del__(self) -> None:
        for _ in range(self._count):
            self._waiting.put(None)  # behind what is still to be closed


def _close_all(waiting: SimpleQueue[Callable[[], object] | None]) -> None:
    while (close := waiting.get()) is not None:
        with suppress(Exception):
            close()
        del close  # what it holds is not to live until the next one


def _work(waiting: _Queue, idle: threading.Semaphore) -> None:
    """Make calls until told to end. Holds nothing that would keep :class:`Threads` alive."""
    while call := waiting.get():
        call.make()
        del call  # what it returned, an open file perhaps, is not to live until the next one
        idle.release()
