"""Child processes that die, hang and eat, and what is left of them."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import pytest_asyncio

from quart_video.media.workers import pool
from quart_video.media.workers.fork_server import End, judge
from quart_video.media.workers.pool import Died, Lost, WorkerPool
from quart_video.media.workers.protocol import (
    Failed,
    Interrupted,
    Limits,
    Task,
    decode_answer,
    encode_answer,
)
from quart_video.storage.base import FileFacts, Media, Unavailable
from quart_video.storage.local.disk import Disk, OpenFile
from quart_video.storage.local.safe_open import open_regular
from quart_video.storage.memory import BytesMedia
from tests.media.films import H264, Film

Films = Callable[[str], Path]
DETAILS = Task("details")
FD_SETSIZE = 1024
"""The descriptors that ``select()`` knows."""


@pytest_asyncio.fixture
async def workers() -> AsyncIterator[WorkerPool]:
    workers = WorkerPool()
    yield workers
    pids = workers.pids
    await workers.aclose()
    assert not [pid for pid in pids if alive(pid)]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(part) for part in text.split()]


def on_disk(path: Path) -> Media:
    return OpenFile(open_regular(str(path)), Disk(1), path.name)


class Stuck:
    """A media whose bytes never come."""

    def __init__(self) -> None:
        self.facts = FileFacts(10_000, 0, "stuck")
        self.asked = asyncio.Event()

    async def ready(self, start: int, stop: int) -> None:
        """Nothing is."""

    async def chunks(self, _: int, __: int) -> AsyncIterator[bytes]:
        self.asked.set()
        await asyncio.Event().wait()
        yield b""

    def close(self) -> None:
        """Nothing is held."""


class Broken(Stuck):
    """A media whose bytes cannot be read."""

    async def chunks(self, _: int, __: int) -> AsyncIterator[bytes]:
        raise Unavailable("the storage has gone")
        yield b""


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_keeper_serves_one_task_after_the_other(workers: WorkerPool, films: Films) -> None:
    for _ in range(3):
        assert set(await workers.do(DETAILS, on_disk(films("h264.mp4")))) == {"details"}
    (pid,) = workers.pids
    assert not children(pid)


@pytest.mark.parametrize(
    ("is_awaited", "head_start", "gives_way"),
    [
        pytest.param(False, 600, True, id="nobody waits"),
        pytest.param(True, 600, False, id="someone waits"),
        pytest.param(True, 0, True, id="someone has waited for long"),
    ],
)
async def test_a_child_gives_way_unless_someone_waits_for_it(
    workers: WorkerPool,
    monkeypatch: pytest.MonkeyPatch,
    is_awaited: bool,  # noqa: FBT001 - a row
    head_start: int,
    gives_way: bool,  # noqa: FBT001 - a row
) -> None:
    begin = "main(descriptor)"
    assert begin in pool._BOOT  # noqa: SLF001 - nothing else reaches the process
    changed = f"main.__globals__['_AWAITED'] = {head_start}\n{begin}"
    monkeypatch.setattr(pool, "_BOOT", pool._BOOT.replace(begin, changed))  # noqa: SLF001
    media = Stuck()
    doing = asyncio.create_task(workers.do(Task("film", is_awaited=is_awaited), media))
    await media.asked.wait()
    (pid,) = workers.pids
    (child,) = children(pid)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    expected = 19 if gives_way else ours
    await until(lambda: os.getpriority(os.PRIO_PROCESS, child) == expected)
    assert os.getpriority(os.PRIO_PROCESS, pid) == ours
    for each in (pid, child):
        assert Path(f"/proc/{each}/oom_score_adj").read_text() == "1000\n"
    doing.cancel()
    await asyncio.gather(doing, return_exceptions=True)


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """Take all descriptors that ``select()`` knows, as a server with a thousand viewers does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    with ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        while stack.enter_context(open(os.devnull)).fileno() < FD_SETSIZE:
            pass
        yield


@pytest.mark.usefixtures("many_descriptors")
async def test_a_server_with_many_descriptors_has_tasks_done(
    workers: WorkerPool, films: Films
) -> None:
    with closing(on_disk(films("h264.mp4"))) as film:
        assert isinstance(film, OpenFile)
        assert film.fileno() > FD_SETSIZE
        assert await workers.do(DETAILS, film)


async def test_a_failure_costs_no_keeper(workers: WorkerPool, tmp_path: Path, films: Films) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"no video")
    await workers.do(DETAILS, on_disk(films("h264.mp4")))
    pids = workers.pids
    with pytest.raises(Failed):
        await workers.do(DETAILS, on_disk(tmp_path / "clip.mp4"))
    assert workers.pids == pids


async def test_too_much_processor_time_fails(workers: WorkerPool, tmp_path: Path) -> None:
    film = Film("long.mp4", [*H264, "-g", "1"], 90, "testsrc2=s=640x360:r=10", None)
    task = Task("storyboard", limits=Limits(cpu=0))
    with pytest.raises(Failed, match="processor time"):
        await workers.do(task, on_disk(film.make(tmp_path)))


async def test_too_much_memory_fails(workers: WorkerPool, tmp_path: Path) -> None:
    film = Film("large.mp4", H264, 0.1, "testsrc2=s=3840x2160:r=10", None)
    path = film.make(tmp_path)
    with pytest.raises(Failed):
        await workers.do(
            Task("poster", {"form": "webp"}, Limits(memory=140_000_000)), on_disk(path)
        )
    assert await workers.do(Task("poster", {"form": "webp"}), on_disk(path))


async def test_what_takes_too_long_fails_and_leaves_nothing_behind(workers: WorkerPool) -> None:
    with pytest.raises(Interrupted, match=r"not done after 0\.2 seconds"):
        await workers.do(Task("details", limits=Limits(wall=0.2)), Stuck())
    (pid,) = workers.pids
    assert not children(pid)


async def test_what_reads_too_much_fails(workers: WorkerPool, films: Films) -> None:
    media = BytesMedia(films("h264.mp4").read_bytes(), version="1")
    with pytest.raises(Failed, match="too much reading"):
        await workers.do(Task("details", limits=Limits(reads=1000)), media)


async def test_a_storage_that_fails_is_not_the_fault_of_the_file(
    workers: WorkerPool, films: Films
) -> None:
    with pytest.raises(Unavailable):
        await workers.do(DETAILS, Broken())
    assert await workers.do(DETAILS, on_disk(films("h264.mp4")))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of children")
@pytest.mark.parametrize(
    ("number", "kind"),
    [(signal.SIGSEGV, Failed), (signal.SIGKILL, Interrupted), (signal.SIGTERM, Interrupted)],
)
async def test_a_child_that_dies_costs_one_task(
    workers: WorkerPool, films: Films, number: signal.Signals, kind: type[Exception]
) -> None:
    media = Stuck()
    task = asyncio.create_task(workers.do(DETAILS, media))
    await media.asked.wait()
    (pid,) = workers.pids
    (child,) = children(pid)
    os.kill(child, number)
    with pytest.raises(kind):
        await task
    assert workers.pids == [pid]
    assert await workers.do(DETAILS, on_disk(films("h264.mp4")))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of children")
@pytest.mark.slow
async def test_a_keeper_that_dies_takes_its_child_along_and_another_goes_on(
    workers: WorkerPool, films: Films
) -> None:
    media = Stuck()
    task = asyncio.create_task(workers.do(DETAILS, media))
    for _ in range(2):
        await media.asked.wait()
        media.asked.clear()
        (pid,) = workers.pids
        (child,) = children(pid)
        os.kill(pid, signal.SIGKILL)
        await until(lambda child=child: not alive(child))  # type: ignore[misc]
    with pytest.raises(Died):  # it may be the file that does it
        await task
    assert await workers.do(DETAILS, on_disk(films("h264.mp4")))


async def test_keepers_that_were_killed_while_they_were_idle_are_not_missed(
    workers: WorkerPool, films: Films
) -> None:
    media = [on_disk(films("h264.mp4")) for _ in range(3)]
    await asyncio.gather(*(workers.do(DETAILS, each) for each in media))
    killed = workers.pids
    assert len(killed) == 3
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    assert await workers.do(DETAILS, media[0])
    assert not set(workers.pids) & set(killed)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of children")
async def test_what_is_cancelled_ends(workers: WorkerPool) -> None:
    media = Stuck()
    task = asyncio.create_task(workers.do(DETAILS, media))
    await media.asked.wait()
    (pid,) = workers.pids
    (child,) = children(pid)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not alive(child) and not alive(pid))
    assert not workers.pids


async def test_a_keeper_that_is_cancelled_as_it_starts_ends(films: Films) -> None:
    workers = WorkerPool()
    task = asyncio.create_task(workers.do(DETAILS, on_disk(films("h264.mp4"))))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await workers.aclose()
    assert not workers.pids


async def test_without_the_extra_no_keeper_starts(
    workers: WorkerPool, films: Films, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if "site-packages" not in entry])
    with pytest.raises(Lost, match="does not start"):
        await workers.do(DETAILS, on_disk(films("h264.mp4")))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of children")
@pytest.mark.slow
async def test_nothing_outlives_a_server_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, os\n"
        "from tests.media.workers.test_pool import *\n"
        "async def main():\n"
        "    workers, media = WorkerPool(), Stuck()\n"
        "    task = asyncio.create_task(workers.do(DETAILS, media))\n"
        "    await media.asked.wait()\n"
        "    print(*workers.pids, *children(workers.pids[0]), flush=True)\n"
        "    await task\n"
        "asyncio.run(main())\n"
    )
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout
    pids = [int(part) for part in (await server.stdout.readline()).split()]
    assert len(pids) == 2
    assert all(alive(pid) for pid in pids)
    server.kill()
    await server.wait()
    await until(lambda: not any(alive(pid) for pid in pids))


LIMITS = Limits(cpu=30, wall=120)
LATE = "not done after 120 seconds"
ENDS = {
    "an answer": (encode_answer({}), End(0, 1), None, None),
    "no answer": (b"", End(0, 1), None, Failed),
    "an exit": (b"", End(1 << 8, 1), None, Failed),
    "a crash": (b"", End(signal.SIGSEGV, 1), None, Failed),
    "a limit of processor time": (b"", End(signal.SIGXCPU, 30), None, Failed),
    "a hard limit of processor time": (b"", End(signal.SIGKILL, 29.9), None, Failed),
    "a kernel without memory": (b"", End(signal.SIGKILL, 3), None, Interrupted),
    "an administrator": (b"", End(signal.SIGTERM, 3), None, Interrupted),
    "a file that takes long": (b"", End(signal.SIGKILL, 25), LATE, Failed),
    "a machine that gave no time": (b"", End(signal.SIGKILL, 2), LATE, Interrupted),
    "an answer that is too long": (b"", End(signal.SIGKILL, 2), "too much", Failed),
    "a disk that does not answer": (b"", None, LATE, InterruptedError),
}


@pytest.mark.parametrize(("data", "end", "problem", "kind"), ENDS.values(), ids=ENDS)
def test_whose_fault_it_is(
    data: bytes, end: End | None, problem: str | None, kind: type[Exception] | None
) -> None:
    answer = judge(data, end, problem, LIMITS)
    if kind is None:
        assert decode_answer(answer) == {}
    else:
        with pytest.raises(kind):
            decode_answer(answer)


LOOKS = """
from quart_video.media.workers import run
from quart_video.media.workers.protocol import Task
import os, sys
before = set(sys.modules)
film = os.open(sys.argv[2], os.O_RDONLY)
for kind in ("details", "poster", "storyboard"):
    assert run.perform(Task(kind, {"form": "webp"}), film, None)
print(json.dumps([sorted(before), sorted(set(sys.modules) - before)]))
"""


def test_a_child_loads_nothing_that_the_fork_server_could_have(films: Films) -> None:
    boot, _, _ = pool._BOOT.partition("from quart_video")  # noqa: SLF001 - as it begins
    package = str(Path(pool.__file__).parents[2])
    where = json.dumps([sys.path, package, -1])
    command = [sys.executable, "-I", "-c", boot + LOOKS, where, str(films("texts.mkv"))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    before, later = json.loads(done.stdout)
    assert not later
    # Nor does it hold what the server alone has a use for.
    assert "quart_video.media.workers.run" in before
    assert "quart_video.media.service" not in before


HEAP = """
def heap():
    ends = [line.split()[0].split("-") for line in open("/proc/self/maps") if "[heap]" in line]
    return sum(int(stop, 16) - int(start, 16) for start, stop in ends)
before = heap()
pictures = [b"x" * (3 << 20) for _ in range(20)]
print(heap() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that is told")
def test_pictures_come_out_of_the_heap_which_has_large_pages() -> None:
    """Each that is mapped by itself costs hundreds of page faults."""
    command = [sys.executable, "-I", "-c", HEAP]
    environment = {**os.environ, **pool._TUNABLES}  # noqa: SLF001 - nothing else tells
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert int(done.stdout) > 50 << 20
