"""A few threads for calls that may hang, which nobody ever waits for.

Those of :class:`~concurrent.futures.ThreadPoolExecutor` are joined when the interpreter exits: one
read from a dead network mount would keep the server from ending, for as long as the mount is dead.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from quart_video.storage.base import Unavailable

T = TypeVar("T")

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

        :raises Unavailable: the threads have been stopped, or too much waits for them.
        """
        call = _Call(function, args)
        with self._lock:
            if self._closed:
                raise Unavailable("the storage was closed")
            if self._waiting.qsize() >= MOST_WAITING:
                raise Unavailable(f"all {self._most} threads wait for the disk")
            self._waiting.put(call)
            if not self._idle.acquire(blocking=False) and self._count < self._most:
                threading.Thread(
                    target=_work,
                    args=(self._waiting, self._idle),
                    name=f"quart-video-{self._count}",
                    daemon=True,  # not to be waited for at the exit
                ).start()
                self._count += 1
        return call.future

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


def _work(waiting: _Queue, idle: threading.Semaphore) -> None:
    """Make calls until told to end. Holds nothing that would keep :class:`Threads` alive."""
    while call := waiting.get():
        call.make()
        del call  # what it returned, an open file perhaps, is not to live until the next one
        idle.release()
