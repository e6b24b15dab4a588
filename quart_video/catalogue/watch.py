"""Being told by the system what changes in a folder, where the extra ``watch`` is installed.

It is a help, and no more: network file systems tell nothing, and of too many folders none does.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

logger = logging.getLogger("quart_video")

_GATHER = 200  # milliseconds, in which more changes may come
_PROGRAM = str(Path(__file__).with_name("watcher.py"))


async def watch(
    root: str, told: Callable[[set[str]], Awaitable[None]], but: str | None = None
) -> None:
    """Call *told* with the folders in which something has changed, until cancelled.

    :param root: the folder to watch, with all below it.
    :param but: path of a folder that is passed over, with all below it.
    """
    if find_spec("watchfiles") is None:
        return
    loop = asyncio.get_running_loop()
    changed: set[str] = set()
    arrived = asyncio.Event()

    def note(folders: set[str]) -> None:
        changed.update(folders)
        arrived.set()

    def put(folders: set[str]) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(note, folders)

    watcher = _Watcher(root, but, put)
    watcher.start()
    try:
        while await arrived.wait():
            arrived.clear()
            folders = changed.copy()
            changed.clear()
            await told(folders)
    finally:
        watcher.stop()


class _Watcher(threading.Thread):
    """Starts the process that is told, and passes on what it says."""

    def __init__(self, root: str, but: str | None, put: Callable[[set[str]], None]) -> None:
        super().__init__(name="quart-video-watch", daemon=True)
        self._root = os.path.realpath(root)
        self._but = None if but is None else os.path.realpath(but)
        self._put = put
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> None:
        try:
            with self._lock:
                if self._stopped:
                    return
                process = self._process = started(self._root, self._but)
            assert process.stdout is not None
            with process:
                problem: object = "the process that is told of them has ended"
                for line in process.stdout:
                    word = json.loads(line)
                    if not isinstance(word, list):
                        problem = word
                        break
                    self._put({self._below(folder) for folder in word})
                process.kill()
        except (OSError, TypeError, ValueError) as error:  # as where Python is no program
            problem = error
        if not self._stopped:  # to look again and again is enough
            logger.warning("Changes to the videos are not told by the system: %s", problem)

    def stop(self) -> None:
        """End it. What is heard of it on the way is passed on still."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def _below(self, folder: str) -> str:
        """Return *folder* as a path below the root; ``""``: the root, or what that is in."""
        inside = folder == self._root or folder.startswith(os.path.join(self._root, ""))
        return folder[len(self._root) :].lstrip("/") if inside else ""


def started(root: str, but: str | None = None) -> subprocess.Popen[bytes]:
    """Start the process that is told of changes at or below *root*, *but* in one folder."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", _PROGRAM, json.dumps([sys.path, root, _GATHER, but])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
