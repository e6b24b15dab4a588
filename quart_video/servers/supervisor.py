"""Keeps processes running that serve: one that dies is replaced, and all end together."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

PATIENCE = 10.0
"""Seconds that processes get to end when they are told to; then they are killed."""

LIVED = 10.0
"""Seconds after which the end of a process is an accident, and not how it begins."""

TRIES = 3
"""Ends in a row of processes that did not live so long, after which there is no point in more."""

_TOLD_BY = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Runs a function in some processes at a time.

    :param count: how many.
    :param target: what each of them runs, until SIGTERM, with *args* and a connection on which it
        sends any bytes when it serves. Of the other signals of a terminal, which tells all of them,
        they hear nothing: it is for this process to end them.
    :param ready: is called once, when the first of them serves.
    :param say: is told what happens to them, in words for the log.
    """

    def __init__(
        self,
        count: int,
        target: Callable[..., None],
        *args: Any,
        ready: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._count = count
        self._target = target
        self._args = args
        self._ready = ready
        self._say = say
        self._context: SpawnContext = multiprocessing.get_context("spawn")
        self._born: dict[SpawnProcess, float] = {}
        self._told = False
        self._news, self._tell_news = self._context.Pipe(duplex=False)

    def run(self) -> int:
        """Run until told to end, by a signal. Return the status to exit with: 0 if so."""
        with self._listening() as heard, self._news, self._tell_news:
            early = 0
            while not self._told:
                while len(self._born) < self._count:
                    self._begin()
                self._wait_for_news(heard)
                for process in self._ended():
                    early = early + 1 if self._age_of(process) < LIVED else 0
                    if self._told:
                        break
                    if early == TRIES:
                        self._say(f"{_how(process)} It is the third to end soon, so all end.")
                        self._end()
                        return 1
                    self._say(f"{_how(process)} Another takes its place.")
            self._end()
            return 0

    def _wait_for_news(self, heard: int) -> None:
        """Wait until a process serves or ends, or a signal has come."""
        awaited: list[Any] = [*(process.sentinel for process in self._born), heard]
        if not self._news.closed:
            awaited.append(self._news)
        if self._news in wait(awaited):
            self._news.close()  # the others need not tell
            self._ready()

    @contextmanager
    def _listening(self) -> Iterator[int]:
        """Note signals, and yield a descriptor that can be read from when one has come."""
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        # Who ran this by nohup does not want to hear of the terminal's end.
        signals = [each for each in _TOLD_BY if signal.getsignal(each) is not signal.SIG_IGN]
        before = {each: signal.signal(each, self._note) for each in signals}
        wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        try:
            yield reading
        finally:
            signal.set_wakeup_fd(wakeup)
            for each, handler in before.items():
                signal.signal(each, handler)
            os.close(reading)
            os.close(writing)

    def _note(self, *_: object) -> None:
        self._told = True

    def _begin(self) -> None:
        process = self._context.Process(
            target=_work, args=(self._target, *self._args, self._tell_news)
        )
        # What is blocked here is blocked there, from its very beginning.
        terminal = {signal.SIGINT, signal.SIGHUP}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, terminal)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._born[process] = time.monotonic()

    def _ended(self) -> list[SpawnProcess]:
        return [process for process in self._born if process.exitcode is not None]

    def _age_of(self, process: SpawnProcess) -> float:
        return time.monotonic() - self._born.pop(process)

    def _end(self) -> None:
        for process in self._born:
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in self._born:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.exitcode is None:
                process.kill()
                process.join()


def _how(process: SpawnProcess) -> str:
    code = process.exitcode or 0
    how = f"by {signal.Signals(-code).name}" if code < 0 else f"with status {code}"
    return f"The process {process.pid}, which served, has ended {how}."


def tell_ready(connection: Connection) -> None:
    """Say in a process of a :class:`Supervisor` that it serves."""
    with suppress(OSError):  # another has said so
        connection.send_bytes(b"ready")


def _work(target: Callable[..., None], *args: Any) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    target(*args)


def _end_with_parent() -> None:
    """Do not go on when nobody is left who would end this."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
