"""Being told by the system what changes in a folder, where the extra ``watch`` is installed.

It is a help, and no more: network file systems tell nothing, and of too many folders none does.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress

try:
    import watchfiles
except ImportError:  # the extra is not installed
    watchfiles = None  # type: ignore[assignment]

logger = logging.getLogger("quart_video")

_GATHER = 200  # milliseconds, in which more changes may come


async def watch(root: str, told: Callable[[set[str]], Awaitable[None]]) -> None:
    """Call *told* with the folders in which something has changed, until cancelled.

    :param root: the folder to watch, with all below it.
    """
    if watchfiles is None:
        return
    loop = asyncio.get_running_loop()
    changed: set[str] = set()
    arrived = asyncio.Event()
    stop = threading.Event()

    def note(folders: set[str]) -> None:
        changed.update(folders)
        arrived.set()

    def put(folders: set[str]) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(note, folders)

    # Not watchfiles.awatch, whose threads outlive it.
    threading.Thread(
        target=_work, args=(root, put, stop), name="quart-video-watch", daemon=True
    ).start()
    try:
        while await arrived.wait():
            arrived.clear()
            folders = changed.copy()
            changed.clear()
            await told(folders)
    finally:
        stop.set()


def _work(root: str, put: Callable[[set[str]], None], stop: threading.Event) -> None:
    try:
        real = os.path.realpath(root)
        for changes in watchfiles.watch(
            real, watch_filter=None, debounce=_GATHER, stop_event=stop, raise_interrupt=False
        ):
            put({_folder_of(path, real) for _, path in changes})
    except Exception as error:  # noqa: BLE001 - whatever it is, to look again and again is enough
        logger.warning("Changes to the videos are not told by the system: %s", error)


def _folder_of(path: str, root: str) -> str:
    """Return the folder that *path* is in, as a path below *root*; of the root itself, ``""``."""
    return os.path.dirname(path.removeprefix(root).lstrip("/"))
