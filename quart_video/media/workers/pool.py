"""Fork servers, as the server has them: started when there is work, ended when there is none."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Protocol, runtime_checkable

from quart_video.concurrency import PoolError, Threads
from quart_video.media.workers.protocol import (
    LENGTH,
    MOST_BYTES,
    Failed,
    Interrupted,
    Task,
    decode_answer,
    encode_task,
)
from quart_video.media.workers.remote_file import OverBudgetError, serve_reads
from quart_video.storage.base import Media, StorageError

_START = 30.0  # seconds that a fork server may take to load its modules, on a busy machine
_SLACK = 15.0  # seconds beyond the limit of a task after which it is the fork server that hangs
_IDLE = 60.0  # seconds
_GRACE = 2.0  # seconds in which a fork server ends by itself
_REAP = 0.05  # seconds

# A child ends before its memory could be used twice: most of what that costs is page faults, and
# there are fewer of them with large pages. What glibc maps by itself, as it does from 128 KiB on,
# seldom lies where one can be: up to 32 MiB, a picture of 4K, all comes out of the heap instead.
_TUNABLES = {
    "GLIBC_TUNABLES": f"glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold={32 * 1024 * 1024}"
}

# The package itself would load Quart, and these layers what the server does with them. A fork
# server has no use for that, and each child would pay for it: they are loaded without.
_BOOT = """
import json, os, sys, types
path, package, descriptor = json.loads(sys.argv[1])
sys.path[:] = path
for name in ("quart_video", "quart_video.media", "quart_video.remux"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [os.path.join(package, *name.split(".")[1:])]
from quart_video.media.workers.fork_server import main
main(descriptor)
"""


class Lost(Exception):
    """A fork server ended, or never began. The file is not to blame."""


class Died(Lost):
    """A fork server ended while it had a task."""


@runtime_checkable
class OnDisk(Protocol):
    """A media that another process can read by itself."""

    def fileno(self) -> int:
        """Return the descriptor of the open file."""


class ForkServer:
    """One fork server, with its children."""

    def __init__(self, process: subprocess.Popen[bytes], end: socket.socket) -> None:
        self._process = process
        self._end = end
        self.retirement: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    async def greet(self) -> None:
        """Wait until the fork server is ready.

        :raises Lost: it will not be.
        """
        try:
            decode_answer(await asyncio.wait_for(self._receive(), _START))
        except (OSError, ValueError, TimeoutError) as error:  # InterruptedError is an OSError
            raise Lost(f"a process that looks into videos does not start: {error}") from error

    async def do(self, task: Task, media: Media) -> dict[str, bytes]:
        """Have *task* done with *media*.

        After anything but :exc:`Failed` and :exc:`Interrupted` it is not to be used again.

        :raises Failed: it cannot be done with this file.
        :raises Interrupted: it was not done, and may be another time.
        :raises Died: the fork server has ended.
        :raises Lost: the fork server or the disk hangs.
        :raises StorageError: the bytes of the file cannot be had.
        """
        try:
            async with asyncio.timeout(task.limits.wall + _SLACK):
                if not isinstance(media, OnDisk):
                    return await self._do_remotely(task, media)
                await self._ask(task, media.fileno(), remote_size=None)
                return decode_answer(await self._receive())
        except ConnectionError as error:
            raise Died(str(error) or "a process that looks into videos has gone") from error
        except (OSError, ValueError, TimeoutError) as error:  # InterruptedError is an OSError
            raise Lost(str(error) or "a process that looks into videos has gone") from error

    async def _do_remotely(self, task: Task, media: Media) -> dict[str, bytes]:
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        serving = asyncio.create_task(serve_reads(media, ours, task.limits.reads))
        try:
            with theirs:
                await self._ask(task, theirs.fileno(), remote_size=media.facts.size)
            return decode_answer(await self._receive())
        except (Failed, Interrupted) as error:
            problem = serving.exception() if serving.done() else None
            if isinstance(problem, OverBudgetError):
                raise Failed(str(problem)) from error
            if isinstance(problem, StorageError):
                raise problem from error
            raise
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    async def _ask(self, task: Task, descriptor: int, *, remote_size: int | None) -> None:
        """Hand a task over; the buffer of an idle socket takes all but the payload at once."""
        frame = encode_task(task, remote_size=remote_size)
        if socket.send_fds(self._end, [frame], [descriptor]) != len(frame):
            raise ConnectionResetError("a process that looks into videos takes nothing")
        if task.payload:
            await asyncio.get_running_loop().sock_sendall(self._end, task.payload)

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
        """Have the fork server end itself and its child; return what is to be waited for."""
        if self.retirement is not None:
            self.retirement.cancel()
        self._end.close()
        return self._process


def _spawn(descriptor: int) -> subprocess.Popen[bytes]:
    package = str(Path(__file__).parents[2])
    path = [os.path.abspath(entry) for entry in sys.path]
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _BOOT, json.dumps([path, package, descriptor])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[descriptor],
        env={**_TUNABLES, **os.environ},
    )


class WorkerPool:
    """Has tasks done, each by a fork server that is free, or a new one. The caller bounds them."""

    def __init__(self) -> None:
        self._threads = Threads(1)
        self._free: list[ForkServer] = []
        self._busy: set[ForkServer] = set()
        self._starting: set[asyncio.Task[subprocess.Popen[bytes]]] = set()
        self._dying: dict[subprocess.Popen[bytes], float] = {}
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes there are just now."""
        return [fork_server.pid for fork_server in (*self._free, *self._busy)]

    async def do(self, task: Task, media: Media) -> dict[str, bytes]:
        """Have *task* done with *media*, which stays open.

        :raises Failed: it cannot be done with this file.
        :raises Interrupted: it was not done, and may be another time.
        :raises Lost: nothing can be done just now.
        :raises StorageError: the bytes of the file cannot be had.
        """
        try:
            return await self._do(task, media)
        except Died:  # one that was killed while it was idle, mostly: the next begins at once
            if self._closed:
                raise
            self._bury_free()
            return await self._do(task, media)

    async def _do(self, task: Task, media: Media) -> dict[str, bytes]:
        fork_server = self._free.pop() if self._free else await self._hire()
        if fork_server.retirement is not None:
            fork_server.retirement.cancel()
        self._busy.add(fork_server)
        sound = False
        try:
            answer = await fork_server.do(task, media)
            sound = True
        except (Failed, Interrupted, StorageError):
            sound = True
            raise
        finally:
            self._busy.discard(fork_server)
            if sound and not self._closed:
                loop = asyncio.get_running_loop()
                fork_server.retirement = loop.call_later(_IDLE, self._retire, fork_server)
                self._free.append(fork_server)
            else:
                self._bury(fork_server)
        return answer

    async def _hire(self) -> ForkServer:
        """Start a fork server.

        :raises Lost: none can be started.
        """
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        starting = asyncio.create_task(self._start(theirs))
        self._starting.add(starting)
        starting.add_done_callback(self._starting.discard)
        try:
            process = await asyncio.shield(starting)
        except (OSError, PoolError) as error:
            ours.close()
            raise Lost(f"no process can be started: {error}") from error
        except asyncio.CancelledError:
            ours.close()  # at which the process ends, once it has begun
            starting.add_done_callback(self._mourn_stillborn)
            raise
        fork_server = ForkServer(process, ours)
        try:
            await fork_server.greet()
        except BaseException:
            self._bury(fork_server)
            raise
        return fork_server

    async def _start(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        with theirs:
            return await asyncio.wrap_future(self._threads.submit(_spawn, theirs.fileno()))

    def _mourn_stillborn(self, starting: asyncio.Task[subprocess.Popen[bytes]]) -> None:
        if not starting.cancelled() and not starting.exception():
            self._mourn(starting.result())

    def _bury_free(self) -> None:
        """End the fork servers that are idle: who killed one may have killed all."""
        while self._free:
            self._bury(self._free.pop())

    def _retire(self, fork_server: ForkServer) -> None:
        self._free.remove(fork_server)
        self._bury(fork_server)

    def _bury(self, fork_server: ForkServer) -> None:
        """End a fork server, and see to it that it has gone."""
        self._mourn(fork_server.close())

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
        for fork_server in [*self._free, *self._busy]:
            self._bury(fork_server)
        self._free.clear()
        await asyncio.gather(*self._starting, return_exceptions=True)
        self._threads.close()
        last = monotonic() + 2 * _GRACE
        while self._dying and monotonic() < last:
            self._reap()
            await asyncio.sleep(_REAP / 10)
