"""Waiting for what is about to happen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

PATIENCE = 20.0
"""Seconds, for a machine that has much else to do."""


async def until(condition: Callable[[], bool], what: str = "") -> None:
    """Wait for a condition to hold.

    :raises TimeoutError: it does not.
    """
    stop = monotonic() + PATIENCE
    while not condition():
        if monotonic() > stop:
            raise TimeoutError(what or "it did not come true")
        await asyncio.sleep(0.01)
