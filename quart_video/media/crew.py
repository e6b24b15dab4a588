"""Keepers, as the server has them: started when there is work, ended when there is none."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from time import monotonic
from typing import Protocol, runtime_checkable

from quart_video.media.lending import OverBudgetError, lend
from quart_video.media.tasks import LENGTH, MOST_BYTES, Failed, Task, decode_answer, encode_task
from quart_video.storage.base import Media, StorageError
from quart_video.storage.threads import Threads

_START = 30.0  # seconds that a keeper may take to load its modules, on a busy machine
_SLACK = 15.0  # seconds beyond the limit of a task after which it is the keeper that hangs
_IDLE = 60.0  # seconds
_GRACE = 2.0  # seconds in which a keeper ends by itself
_REAP = 0.05  # seconds

# A child ends before its memory could be used twice: most of what that costs is page faults, and
# there are fewer of them with large pages.
_TUNABLES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}

# The package itself would load Quart, which a keeper has no use for: its rooms are loaded without.
_BOOT = """
import json, sys, types
path, package, descriptor = json.loads(sys.argv[1])
sys.path[:] = path
sys.modules["quart_video"] = types.ModuleType("quart_video")
sys.modules["quart_video"].__path__ = [package]
from quart_video.media.keeper import main
main(descriptor)
"""


class Lost(Exception):
    """A keeper ended, or never began. The file is not to blame."""


@runtime_checkable
class OnDisk(Protocol):
    """A media that another process can read by itself."""

    def fileno(self) -> int:
        """Return the descriptor of the open file."""


class Keeper:
    """One keeper, with its children."""

    def __init__(self, process: subprocess.Popen[bytes], end: socket.socket) -> None:
        self._process = process
        self._end = end
        self.retirement: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    async def greet(self) -> None:
        """Wait until the keeper is ready.

        :raises Lost: it will not be.
        """
        try:
            decode_answer(await asyncio.wait_for(self._receive(), _START))
        except (OSError, ValueError, TimeoutError) as error:  # InterruptedError is an OSError
            raise Lost(f"a process that looks into videos does not start: {error}") from error

    async def do(self, task: Task, media: Media) -> dict[str, bytes]:
        """Have *task* done with *media*. Not to be used again after anything but :exc:`Failed`.

        :raises Failed: it cannot be done with this file.
        :raises Lost: the keeper has ended, or the disk hangs.
        :raises StorageError: the bytes of the file cannot be had.
        """
        try:
            async with asyncio.timeout(task.limits.wall + _SLACK):
                if not isinstance(media, OnDisk):
                    return await self._do_lending(task, media)
                self._ask(task, media.fileno(), lent=None)
                return decode_answer(await self._receive())
        except (OSError, ValueError, TimeoutError) as error:  # InterruptedError is an OSError
            raise Lost(str(error) or "a process that looks into videos has gone") from error

    async def _do_lending(self, task: Task, media: Media) -> dict[str, bytes]:
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        lending = asyncio.create_task(lend(media, ours, task.limits.reads))
        try:
            with theirs:
                self._ask(task, theirs.fileno(), lent=media.facts.size)
            return decode_answer(await self._receive())
        except Failed as error:
            problem = lending.exception() if lending.done() else None
            if isinstance(problem, OverBudgetError):
                raise Failed(str(problem)) from error
            if isinstance(problem, StorageError):
                raise problem from error
            raise
        finally:
            lending.cancel()
            await asyncio.gather(lending, return_exceptions=True)

    def _ask(self, task: Task, descriptor: int, *, lent: int | None) -> None:
        """Hand a task over; the buffer of an idle socket takes it at once."""
        frame = encode_task(task, lent=lent)
        if socket.send_fds(self._end, [frame], [descriptor]) != len(frame):
            raise ConnectionResetError("a process that looks into videos takes nothing")

    async def _receive(self) -> bytes:
        (size,) = LENGTH.unpack(await self._exactly(LENGTH.size))
        if size > MOST_BYTES + (1 << 20):
            raise ValueError("an answer that is too long")
        return await self._exactly(size)

    async def _exactly(self, size: int) -> bytes:
        loop = asyncio.get_running_loop()
        data = bytearray(size)
        view = memoryview(data)
        while view:
            count = await loop.sock_recv_into(self._end, view)
            if not count:
                raise ConnectionResetError("a process that looks into videos has gone")
            view = view[count:]
        return bytes(data)

    def close(self) -> subprocess.Popen[bytes]:
        """Have the keeper end itself and what it has running; return what is to be waited for."""
        if self.retirement is not None:
            self.retirement.cancel()
        self._end.close()
        return self._process


def _spawn(descriptor: int) -> subprocess.Popen[bytes]:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    path = [os.path.abspath(entry) for entry in sys.path]
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _BOOT, json.dumps([path, package, descriptor])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[descriptor],
        env={**_TUNABLES, **os.environ},
    )


class Crew:
    """Has tasks done, each by a keeper that is free, or a new one. Who uses it bounds how many."""

    def __init__(self) -> None:
        self._threads = Threads(1)
        self._free: list[Keeper] = []
        self._busy: set[Keeper] = set()
        self._starting: set[asyncio.Task[subprocess.Popen[bytes]]] = set()
        self._dying: dict[subprocess.Popen[bytes], float] = {}
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes there are just now."""
        return [keeper.pid for keeper in (*self._free, *self._busy)]

    async def do(self, task: Task, media: Media) -> dict[str, bytes]:
        """Have *task* done with *media*, which stays open.

        :raises Failed: it cannot be done with this file.
        :raises Lost: it was not done, through no fault of the file.
        :raises StorageError: the bytes of the file cannot be had.
        """
        keeper = self._free.pop() if self._free else await self._hire()
        if keeper.retirement is not None:
            keeper.retirement.cancel()
        self._busy.add(keeper)
        sound = False
        try:
            answer = await keeper.do(task, media)
            sound = True
        except (Failed, StorageError):
            sound = True
            raise
        finally:
            self._busy.discard(keeper)
            if sound and not self._closed:
                loop = asyncio.get_running_loop()
                keeper.retirement = loop.call_later(_IDLE, self._retire, keeper)
                self._free.append(keeper)
            else:
                self._bury(keeper)
        return answer

    async def _hire(self) -> Keeper:
        """Start a keeper.

        :raises Lost: none can be started.
        """
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        starting = asyncio.create_task(self._start(theirs))
        self._starting.add(starting)
        starting.add_done_callback(self._starting.discard)
        try:
            process = await asyncio.shield(starting)
        except (OSError, StorageError) as error:
            ours.close()
            raise Lost(f"no process can be started: {error}") from error
        except asyncio.CancelledError:
            ours.close()  # at which the process ends, once it has begun
            starting.add_done_callback(self._mourn_stillborn)
            raise
        keeper = Keeper(process, ours)
        try:
            await keeper.greet()
        except BaseException:
            self._bury(keeper)
            raise
        return keeper

    async def _start(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        with theirs:
            return await asyncio.wrap_future(self._threads.submit(_spawn, theirs.fileno()))

    def _mourn_stillborn(self, starting: asyncio.Task[subprocess.Popen[bytes]]) -> None:
        if not starting.cancelled() and not starting.exception():
            self._mourn(starting.result())

    def _retire(self, keeper: Keeper) -> None:
        self._free.remove(keeper)
        self._bury(keeper)

    def _bury(self, keeper: Keeper) -> None:
        """End a keeper, and see to it that it has gone."""
        self._mourn(keeper.close())

    def _mourn(self, process: subprocess.Popen[bytes]) -> None:
        self._dying[process] = monotonic()
        if len(self._dying) == 1:
            asyncio.get_running_loop().call_later(_REAP, self._reap)

    def _reap(self) -> None:
        for process, since in list(self._dying.items()):
            if process.poll() is not None:
                del self._dying[process]
            elif monotonic() - since > _GRACE:
                process.kill()
        if self._dying and not self._closed:
            asyncio.get_running_loop().call_later(_REAP, self._reap)

    async def aclose(self) -> None:
        """End all processes; what they were doing is lost."""
        self._closed = True
        for keeper in [*self._free, *self._busy]:
            self._bury(keeper)
        self._free.clear()
        await asyncio.gather(*self._starting, return_exceptions=True)
        self._threads.close()
        last = monotonic() + 2 * _GRACE
        while self._dying and monotonic() < last:
            self._reap()
            await asyncio.sleep(_REAP / 10)
