"""The libraries that a command is about, and how one is used until all is done, or is ended.

Whatever ends a command, what it began is ended with it: child processes above all.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import click
from quart import Quart
from quart.cli import ScriptInfo

from quart_video.library.library import Library
from quart_video.library.mount import Mount
from quart_video.library.state import app_state
from quart_video.media import DerivativeService
from quart_video.settings import ConfigurationError
from quart_video.storage.base import StorageError
from quart_video.web.formatting import for_terminal

T = TypeVar("T")

_ENDED_BY = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Target:
    """A library that a command is about."""

    app: Quart
    mount: Mount
    in_words: Callable[[str], str] = str
    """Names in an error what who called the command has set."""


def targets_of(context: click.Context) -> list[Target]:
    """Return the libraries of the blueprint that a command is called by."""
    app = context.ensure_object(ScriptInfo).load_app()
    group = context.parent.info_name if context.parent else None
    mounts = app_state(app).mounts
    ours = [mount for name, mount in mounts.items() if name.rpartition(".")[2] == group]
    return [Target(app, mount) for mount in ours or mounts.values()]


def derivatives_of(library: Library) -> DerivativeService:
    """Return what looks into the videos of a library.

    :raises ConfigurationError: nothing does.
    """
    if library.derivatives is None:
        raise ConfigurationError(
            'Nothing looks into videos. Install the extra: pip install "quart-video[media]". '
            "If it is there, VIDEO_MEDIA_PROCESSES is 0."
        )
    return library.derivatives


def use(target: Target, function: Callable[[Library], Awaitable[T]]) -> T:
    """Return what is made of a library.

    :raises ClickException: it cannot be used.
    :raises SystemExit: a signal has ended it, and 128 and its number is the status.
    """

    async def run() -> T:
        try:
            return await function(await target.mount.library(target.app))
        finally:
            await target.mount.close()

    try:
        return asyncio.run(_until_told(run()))
    except _ToldToEnd as error:
        raise SystemExit(128 + error.number) from None
    except (ConfigurationError, StorageError) as error:
        raise click.ClickException(for_terminal(target.in_words(str(error)))) from error


class _ToldToEnd(Exception):
    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.number = number


async def _until_told(work: Awaitable[T]) -> T:
    """Await *work*; a signal cancels it, so that it can clean up.

    :raises _ToldToEnd: that happened.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    told: list[signal.Signals] = []

    def hear(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)  # who sends another one is in a hurry
        told.append(number)
        task.cancel()

    listened = list(_listen(loop, hear))
    try:
        return await task
    except asyncio.CancelledError:
        if not told:
            raise
        raise _ToldToEnd(told[0]) from None
    finally:
        for each in listened:
            loop.remove_signal_handler(each)


def _listen(
    loop: asyncio.AbstractEventLoop, hear: Callable[[signal.Signals], None]
) -> Iterator[signal.Signals]:
    for each in _ENDED_BY:
        if signal.getsignal(each) is signal.SIG_IGN:  # as by nohup
            continue
        with suppress(RuntimeError, ValueError):  # in a thread that is told of no signals
            loop.add_signal_handler(each, hear, each)
            yield each
