"""What runs in the background is looked after: begun again when it ends, and its state can be told.

Rule 1: nothing that runs for as long as the library does ends for good, whatever happens to it.
Rule 2: the log is told once of a problem, not each time that it comes again, and of its end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

logger = logging.getLogger("quart_video")

FIRST_PAUSE = 1.0
"""Seconds before something is begun again; they double from one time to the next."""

LONGEST_PAUSE = 300.0
"""Seconds that they come to at most."""

STEADY = 60.0
"""Seconds after which what still runs is taken to run well."""


@dataclass(slots=True)
class Activity:
    """How one thing stands that runs in the background."""

    name: str
    state: str = "off"
    """In a word, such as ``running``."""
    problem: str | None = None
    """What is wrong with it; ``None``: nothing, as far as it knows."""
    restarts: int = 0
    """How often it had to be begun again."""

    def trouble(self, problem: str) -> bool:
        """Note what is wrong; say whether that is news."""
        is_news = problem != self.problem
        self.problem = problem
        return is_news

    def fine(self) -> None:
        """Note that nothing is wrong any more; the log is told if something was."""
        if self.problem is not None:
            logger.info("%s: all is well again", self.name)
            self.problem = None


class BackOff:
    """The pauses between tries: longer and longer, until something has run for a while."""

    def __init__(self) -> None:
        self._pause = 0.0
        self._began = monotonic()

    def begin(self) -> None:
        """Note that it is tried."""
        self._began = monotonic()

    def pause(self) -> float:
        """Return the seconds to wait before the next try."""
        if monotonic() - self._began >= STEADY:
            self._pause = 0.0
        self._pause = min(max(FIRST_PAUSE, 2 * self._pause), LONGEST_PAUSE)
        return self._pause


async def keep_running(activity: Activity, run: Callable[[], Awaitable[None]]) -> None:
    """Await ``run()`` again and again, until cancelled, or until it returns.

    :param run: returns when there is nothing to do, and never will be.
    """
    tries = BackOff()
    while True:
        tries.begin()
        activity.state = "running"
        try:
            await run()
        except Exception as error:
            pause = tries.pause()
            activity.state, activity.restarts = "waiting", activity.restarts + 1
            if activity.trouble(f"{type(error).__name__}: {error}"):
                logger.exception("%s failed, and is begun again", activity.name)
            await asyncio.sleep(pause)
        else:
            activity.state = "off"
            return
