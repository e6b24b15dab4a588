"""Being told by the system what changes in a folder, where the extra ``watch`` is installed.

It is a help, and no more: network file systems tell nothing, and of too many folders none does. The
process that is told of changes is looked after: another one takes its place when it has ended.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from quart_video.background import Activity, BackOff

logger = logging.getLogger("quart_video")

_GATHER = 200  # milliseconds, in which more changes may come
_PROGRAM = str(Path(__file__).with_name("watch_process.py"))
_AGAIN = 2.0
"""Seconds after which folders are tried again that could not be read when they were told of."""


class Watch:
    """Calls *told* with the folders in which something has changed.

    :param root: the folder to watch, with all below it; it may be a link.
    :param told: returns those of the folders that it could not read now: it is told of them again.
    :param missed: called when something may have changed that nothing tells of.
    :param but: path of a folder that is passed over, with all below it.
    """

    def __init__(
        self,
        root: str,
        on_change: Callable[[set[str]], Awaitable[Collection[str]]],
        missed: Callable[[], None],
        but: str | None = None,
    ) -> None:
        self._root = root
        self._told = on_change
        self._missed = missed
        self._but = but
        self.activity = Activity("Watching for changes")
        self._changed: set[str] = set()
        self._problem: str | None = None
        self._is_over = False
        self._arrived = asyncio.Event()

    async def run(self) -> None:
        """Pass on what is told until cancelled; at once over where the extra is missing."""
        if find_spec("watchfiles") is None:
            return
        tries = BackOff()
        passing_on = asyncio.create_task(self._pass_on())
        try:
            while True:
                tries.begin()
                await self._listen()
                pause = tries.pause() if self._problem else 0.0
                self.activity.state, self.activity.restarts = "waiting", self.activity.restarts + 1
                await asyncio.sleep(pause)
        finally:
            self.activity.state = "off"
            passing_on.cancel()
            await asyncio.gather(passing_on, return_exceptions=True)

    async def _listen(self) -> None:
        """Listen to one process until it ends, for whatever reason."""
        loop = asyncio.get_running_loop()
        over = asyncio.Event()

        def hear(word: object) -> None:
            if is_listening:
                self._hear(word, over)

        def put(word: object) -> None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(hear, word)

        is_listening = True

        self.activity.state, self._problem = "starting", None
        watcher = _Watcher(self._root, self._but, put)
        try:
            watcher.start()
            await over.wait()
        except RuntimeError as error:  # there can be no more threads now
            self._hear({"over": str(error)}, over)
        finally:
            is_listening = False
            watcher.stop()

    def _hear(self, word: object, over: asyncio.Event) -> None:
        match word:
            case list():
                self._changed.update(word)
                self._arrived.set()
            case {"watching": _}:
                self.activity.state = "running"
                if self.activity.problem is not None and self._problem is None:
                    self.activity.fine()
                if self.activity.restarts:
                    self._missed()
            case {"missed": str()}:
                self._missed()
            case {"problem": str(reason)}:
                self._note(reason)
            case {"over": str(reason)}:
                if reason:
                    self._note(reason)
                over.set()
            case _:
                self._note(f"{word!r} is not understood")

    def _note(self, problem: str) -> None:
        self._problem = problem
        if self.activity.trouble(problem):  # to look again and again is enough
            logger.warning("Changes to the videos are not told by the system: %s", problem)

    async def _pass_on(self) -> None:
        while await self._arrived.wait():
            self._arrived.clear()
            folders, self._changed = self._changed, set()
            try:
                left = await self._told(folders)
            except Exception:
                logger.exception("What has changed could not be read; all is read anew")
                self._missed()
                continue
            if left:
                self._changed.update(left)
                asyncio.get_running_loop().call_later(_AGAIN, self._arrived.set)


class _Watcher(threading.Thread):
    """Starts the process that is told, and passes on what it says: lists of folders, and words."""

    def __init__(self, root: str, but: str | None, put: Callable[[object], None]) -> None:
        super().__init__(name="quart-video-watch", daemon=True)
        self._root = root
        self._but = but
        self._put = put
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> None:
        last: object = {"over": "the process that is told of them has ended"}
        try:
            last = self._run() or last
        except (OSError, TypeError, ValueError) as error:  # as where Python is no program
            last = {"over": str(error)}
        self._put(last)

    def _run(self) -> object:
        """Listen until the process has nothing more to say; return its last word, if any."""
        but = None if self._but is None else os.path.realpath(self._but)
        real = os.path.realpath(self._root)
        with self._lock:
            if self._stopped:
                return None
            process = self._process = started(self._root, but)
        assert process.stdout is not None
        with process:
            try:
                for line in process.stdout:
                    word = json.loads(line)
                    if isinstance(word, list):
                        word = [_below(real, folder) for folder in word]
                    elif "over" in word:
                        return word
                    self._put(word)
            finally:
                process.kill()
        return None

    def stop(self) -> None:
        """End it. What is heard of it on the way is passed on still."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()


def _below(root: str, folder: str) -> str:
    """Return *folder* as a path below the root; ``""``: the root, or what that is in."""
    inside = folder == root or folder.startswith(os.path.join(root, ""))
    return folder[len(root) :].lstrip("/") if inside else ""


def started(root: str, but: str | None = None) -> subprocess.Popen[bytes]:
    """Start the process that is told of changes at or below *root*, *but* in one folder."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", _PROGRAM, json.dumps([sys.path, root, _GATHER, but])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
