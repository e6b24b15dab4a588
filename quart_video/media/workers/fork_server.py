"""The process between the server and the children: it has all modules loaded, and forks.

One child for each task: whatever a file does to it, the next one starts from clean memory, and a
limit counts for one file alone. A fork costs 2 ms, a new interpreter with PyAV 80. The fork server
itself never looks at a file. It ends when the server does, however that ends: the socket tells.
"""

from __future__ import annotations

import errno
import gc
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf

from quart_video.media.workers.protocol import (
    LENGTH,
    MOST_BYTES,
    TASK_LENGTHS,
    Failed,
    Interrupted,
    Limits,
    Task,
    decode_task,
    encode_answer,
    encode_failure,
)
from quart_video.media.workers.sandbox import be_humble, go_first, restrict

TOTAL = LENGTH
"""Before each frame to the server stands its length."""
_GRACE = 5.0  # seconds in which a killed child goes, unless the disk it reads from is dead
_AWAITED = 10.0  # seconds for which a child that someone waits for has the server's priority
_LOOK = 10.0  # seconds between looks for the server, should another hold its end of the socket
_BUSY = 0.5  # part of its processor time that a child has had when it is the file that takes long
_ROUNDING = 0.5  # seconds by which the kernel may count less than it has allowed


# What a file system says that cannot be reached now. EIO is not among them: libav says so, too, of
# files that end too early.
_NOT_THERE = frozenset(
    {errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN, errno.EHOSTDOWN, errno.EHOSTUNREACH}
)


@dataclass(frozen=True, slots=True)
class End:
    """How a child ended."""

    status: int
    """As :func:`os.waitpid` has it."""
    processor: float
    """Seconds of processor time that it had."""


def main(descriptor: int) -> None:
    """Serve the socket *descriptor* until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    server = socket.socket(fileno=descriptor)
    parent = os.getppid()
    go_first()
    try:
        from quart_video.media.workers.run import perform, prepare  # noqa: PLC0415 - it may be missing
    except ImportError as error:
        _send(server, encode_failure(str(error), "process"))
        return
    _send(server, encode_answer({}))
    # What is there now stays: children need not look at it, which would copy its pages.
    gc.collect()
    gc.freeze()
    while True:
        while not _readable(server.fileno(), seconds=_LOOK):
            if os.getppid() != parent:
                return
        received = _receive(server)
        if received is None:
            return
        task, remote_size, descriptors = received
        prepare(task)
        work = partial(perform, task, descriptors[0], remote_size)
        answer = _supervise(server, task, work, descriptors)
        if answer is None:
            return
        _send(server, answer)


def _readable(*descriptors: int, seconds: float) -> set[int]:
    """Wait for one of *descriptors* to have something, or its end.

    Not by ``select()``: a server with many viewers hands descriptors over 1023 down.
    """
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poll.poll(seconds * 1000)}


def _receive(server: socket.socket) -> tuple[Task, int | None, list[int]] | None:
    """Take a task with its descriptor; ``None`` where the server has gone."""
    try:
        data, descriptors, _, _ = socket.recv_fds(server, TASK_LENGTHS.size, 1)
        header_size, payload_size = TASK_LENGTHS.unpack(data)
        header = _exactly(server, header_size)
        task, remote_size = decode_task(header, _exactly(server, payload_size))
    except (OSError, struct.error):
        return None
    return task, remote_size, list(descriptors)


def _exactly(server: socket.socket, size: int) -> bytes:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        count = server.recv_into(view)
        if not count:
            raise ConnectionResetError("the server has gone")
        view = view[count:]
    return bytes(data)


def _send(server: socket.socket, frame: bytes) -> None:
    server.sendall(TOTAL.pack(len(frame)) + frame)


def _supervise(
    server: socket.socket,
    task: Task,
    work: Callable[[], dict[str, bytes]],
    descriptors: list[int],
) -> bytes | None:
    """Have a child do *work*; return its answer, or ``None`` where the server no longer asks."""
    answers, answer_end = os.pipe()
    child = os.fork()
    if child == 0:
        server.close()
        os.close(answers)
        if not task.is_awaited:
            be_humble()
        _be_child(work, task.limits, answer_end)
    os.close(answer_end)
    for descriptor in descriptors:
        os.close(descriptor)
    data = bytearray()
    problem = None
    begin = time.monotonic()
    until = begin + task.limits.wall
    try:
        while problem is None:
            left = until - time.monotonic()
            ahead = _head_start(child, begin) if task.is_awaited else inf
            wait = max(0.0, min(left, ahead))
            ready = _readable(answers, server.fileno(), seconds=wait)
            if server.fileno() in ready:  # there is nothing to say while a child works: it has gone
                _end(child)
                return None
            if answers in ready:
                part = os.read(answers, 1 << 20)
                if not part:
                    break
                data += part
                if len(data) > MOST_BYTES:
                    problem = "it made more than can be kept"
            elif left <= 0:
                problem = _late(task.limits)
    finally:
        os.close(answers)
    return judge(bytes(data), _end(child) if problem else _wait(child), problem, task.limits)


def _head_start(child: int, begin: float) -> float:
    """Return for how many seconds a child keeps the server's priority, which ends here."""
    left = begin + _AWAITED - time.monotonic()
    if left > 0:
        return left
    be_humble(child)
    return inf


def judge(data: bytes, end: End | None, problem: str | None, limits: Limits) -> bytes:
    """Turn what a child left behind into the answer.

    What a limit of ours ended is the fault of the file. What was ended from outside, or got too
    little of the machine to be done in time, is not.

    :param end: ``None`` for a child that cannot be killed.
    :param problem: why it was ended by us.
    """
    if end is None:
        return encode_failure("the disk does not answer", "process")
    spent = end.processor > limits.cpu - _ROUNDING
    if problem is not None:
        late = problem == _late(limits)
        starved = late and end.processor < limits.cpu * _BUSY
        return encode_failure(problem, "machine" if starved else "file")
    if os.WIFSIGNALED(end.status):
        number = os.WTERMSIG(end.status)
        if number == signal.SIGXCPU or (number == signal.SIGKILL and spent):
            return encode_failure("it took too much processor time")
        if number == signal.SIGKILL:
            return encode_failure("it was killed, as happens where memory runs out", "machine")
        told = number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        what = f"the decoder died of signal {number}"
        return encode_failure(what, "machine" if told else "file")
    if end.status or not data:
        return encode_failure("the decoder ended without an answer")
    return data


def _late(limits: Limits) -> str:
    return f"not done after {limits.wall:g} seconds"


def _wait(child: int) -> End | None:
    """Wait for the end of a child that has closed its pipe; one that lingers is killed."""
    for _ in range(100):
        if end := _ended(child):
            return end
        time.sleep(0.001)
    return _end(child)


def _end(child: int) -> End | None:
    """Kill a child; ``None`` where it waits in the kernel for a disk, and cannot go."""
    os.kill(child, signal.SIGKILL)
    until = time.monotonic() + _GRACE
    while time.monotonic() < until:
        if end := _ended(child):
            return end
        time.sleep(0.001)
    return None


def _ended(child: int) -> End | None:
    """Return how a child ended; ``None``: it has not."""
    pid, status, usage = os.wait4(child, os.WNOHANG)
    return End(status, usage.ru_utime + usage.ru_stime) if pid else None


def _be_child(work: Callable[[], dict[str, bytes]], limits: Limits, answer_end: int) -> None:
    """Do *work* within *limits*, write what came of it, and end. Never returns."""
    try:
        restrict(limits)
        gc.disable()  # it ends before it is worth it
        answer = encode_answer(work())
    except Interrupted as error:
        answer = encode_failure(str(error), "machine")
    except (Failed, MemoryError) as error:
        answer = encode_failure(str(error) or "it took too much memory")
    except BaseException as error:  # noqa: BLE001 - PyAV raises anything for a file that is broken
        lost = isinstance(error, OSError) and error.errno in _NOT_THERE
        answer = encode_failure(f"{type(error).__name__}: {error}", "machine" if lost else "file")
    view = memoryview(answer)
    while view:
        view = view[os.write(answer_end, view) :]
    os._exit(0)
