"""What is kept, and for how long."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from quart_video.media import Cache, FolderCache, MemoryCache
from quart_video.media.own_files import folder_problem
from tests.support.waiting import until

KEYS = [f"{number:032x}" for number in range(100)]


@pytest.fixture(params=["folder", "memory"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Cache:
    return FolderCache(str(tmp_path / "a/b"), 10**6) if request.param == "folder" else MemoryCache()


async def test_what_is_written_is_read(cache: Cache) -> None:
    assert await cache.read(KEYS[0], "a") is None
    await cache.write(KEYS[0], {"a": b"one", "b": b""})
    await cache.write(KEYS[1], {"a": b"two"})
    await cache.write(KEYS[0], {"a": b"three"})
    assert await cache.read(KEYS[0], "a") == b"three"
    assert await cache.read(KEYS[0], "b") == b""
    assert await cache.read(KEYS[1], "a") == b"two"
    await cache.remove(KEYS[0], "a")
    await cache.remove(KEYS[0], "a")
    assert await cache.read(KEYS[0], "a") is None
    cache.close()


async def test_memory_holds_no_more_than_it_may() -> None:
    cache = MemoryCache(most=100_000)
    for key in KEYS[:10]:
        await cache.write(key, {"a": bytes(30_000)})
        await cache.read(KEYS[0], "a")
    kept = [key for key in KEYS[:10] if await cache.read(key, "a")]
    assert kept == [KEYS[0], KEYS[8], KEYS[9]]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _room(folder: Path) -> int:
    """Return what ``du`` says of all that is kept."""
    return sum(path.stat().st_blocks * 512 for path in folder.glob("*/*/**/*"))


async def test_a_folder_holds_no_more_than_it_may_and_the_oldest_goes_first(
    tmp_path: Path,
) -> None:
    cache = FolderCache(str(tmp_path), 200_000)
    for number, key in enumerate(KEYS):
        await cache.write(key, {"a": bytes(4000), "b": bytes(1000)})
        os.utime(tmp_path / key[:2] / key, (number + 10, number + 10))
        assert await cache.read(KEYS[0], "a")  # which is a use, a long time after the last
    assert _room(tmp_path) <= 220_000
    kept = [key for key in KEYS if await cache.read(key, "b")]
    assert KEYS[0] in kept
    assert kept[1:] == KEYS[-len(kept) + 1 :]
    cache.close()


async def test_what_counts_is_the_room_that_small_things_take(tmp_path: Path) -> None:
    """Each has blocks of its own, and an inode, though there is next to nothing in it."""
    cache = FolderCache(str(tmp_path), 500_000)
    for number in range(300):
        await cache.write(f"{number:032x}", {"failed": b"it is no video"})
    assert _room(tmp_path) <= 550_000
    assert sum(1 for _ in tmp_path.glob("*/*")) <= 70
    cache.close()


async def test_a_lock_is_given_back_by_who_did_not_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = FolderCache(str(tmp_path), 10**6)
    started, go_on, calls = threading.Event(), threading.Event(), []
    real = fcntl.lockf

    def lockf(descriptor: int, operation: int, length: int, start: int) -> None:
        calls.append(operation)
        if len(calls) == 1:
            started.set()
            go_on.wait(20)
        real(descriptor, operation, length, start)

    monkeypatch.setattr(fcntl, "lockf", lockf)
    task = asyncio.create_task(cache.lock(5))
    await asyncio.to_thread(started.wait, 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await until(lambda: fcntl.LOCK_UN in calls)
    cache.close()


async def test_deleting_it_does_no_harm(tmp_path: Path) -> None:
    cache = FolderCache(str(tmp_path / "cache"), 10**6)
    await cache.write(KEYS[0], {"a": b"one"})
    assert await cache.lock(7)
    shutil.rmtree(tmp_path / "cache")
    assert await cache.read(KEYS[0], "a") is None
    await cache.write(KEYS[0], {"a": b"two"})
    assert await cache.read(KEYS[0], "a") == b"two"
    await cache.unlock(7)
    cache.close()


async def test_a_folder_that_cannot_be_written_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    cache = FolderCache(str(tmp_path / "file/cache"), 10**6)
    for _ in range(3):
        await cache.write(KEYS[0], {"a": b"one"})
        assert await cache.read(KEYS[0], "a") == b"one"
        assert await cache.lock(1)
        await cache.unlock(1)
    assert caplog.text.count("VIDEO_CACHE") == 1
    cache.close()


async def test_nothing_is_left_of_a_writing_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    cache = FolderCache(str(tmp_path), 10**6)
    monkeypatch.setattr(os, "replace", full)
    await cache.write(KEYS[0], {"a": b"one"})
    assert _size(tmp_path) == 0
    cache.close()


@pytest.mark.slow
async def test_other_processes_see_the_locks(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from quart_video.media import FolderCache\n"
        "cache = FolderCache(sys.argv[1], 10**6)\n"
        "print(asyncio.run(cache.lock(int(sys.argv[2]))))\n"
        "cache.close()\n"
    )

    def elsewhere(number: int) -> str:
        command = [sys.executable, "-c", program, str(tmp_path), str(number)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    cache = FolderCache(str(tmp_path), 10**6)
    number = (1 << 60) + 5
    assert await cache.lock(number)
    assert elsewhere(number) == "False"
    assert elsewhere(number + 1) == "True"
    await cache.unlock(number)
    assert elsewhere(number) == "True"
    cache.close()


class TestWhatOthersPutThere:
    """A folder that others can write to: they get nothing out of it, and hold nobody up."""

    @pytest.fixture
    async def folder(self, tmp_path: Path) -> Path:
        """Return the folder of the first key, with one thing in it."""
        cache = FolderCache(str(tmp_path), 10**6)
        await cache.write(KEYS[0], {"a": b"ours"})
        cache.close()
        (tmp_path / "secret").write_bytes(b"secret")
        return tmp_path / KEYS[0][:2] / KEYS[0]

    async def tried(self, tmp_path: Path) -> None:
        """Read in vain, then write, which takes the place of what is there."""
        cache = FolderCache(str(tmp_path), 10**6)
        for _ in range(3):  # more than there are threads
            assert await asyncio.wait_for(cache.read(KEYS[0], "a"), 30) is None
            assert await asyncio.wait_for(cache.open(KEYS[0], "a"), 30) is None
        await cache.write(KEYS[0], {"a": b"new"})
        assert await cache.read(KEYS[0], "a") == b"new"
        assert (tmp_path / "secret").read_bytes() == b"secret"
        cache.close()

    async def test_a_link(self, folder: Path, tmp_path: Path) -> None:
        (folder / "a").unlink()
        (folder / "a").symlink_to(tmp_path / "secret")
        await self.tried(tmp_path)

    async def test_a_pipe(self, folder: Path, tmp_path: Path) -> None:
        (folder / "a").unlink()
        os.mkfifo(folder / "a")
        await self.tried(tmp_path)

    @pytest.mark.parametrize("level", [0, 1])
    async def test_a_folder_that_is_a_link(self, folder: Path, tmp_path: Path, level: int) -> None:
        path = (folder, folder.parent)[level]
        away = path.rename(tmp_path / "away")
        path.symlink_to(away)
        cache = FolderCache(str(tmp_path), 10**6)
        assert await cache.read(KEYS[0], "a") is None
        await cache.write(KEYS[0], {"a": b"new"})
        assert await cache.read(KEYS[0], "a") == b"new"  # out of memory
        assert [file.read_bytes() for file in away.rglob("a")] == [b"ours"]
        cache.close()

    async def test_a_file_of_somebody_else(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert folder.exists()
        monkeypatch.setattr("quart_video.media.own_files.os.geteuid", lambda: os.getuid() + 1)
        cache = FolderCache(str(tmp_path), 10**6)
        assert await cache.read(KEYS[0], "a") is None
        cache.close()


@pytest.mark.parametrize(
    ("mode", "group", "problem"),
    [
        (0o700, None, None),
        (0o755, None, None),
        (0o770, None, None),
        (0o777, None, "everybody"),
        (0o1777, None, "everybody"),
        (0o702, None, "everybody"),
        (0o770, 12345, "group 12345"),
        (0o750, 12345, None),
    ],
)
def test_folders_to_keep_things_in(
    tmp_path: Path, mode: int, group: int | None, problem: str | None
) -> None:
    folder = tmp_path / "cache"
    assert folder_problem(str(folder)) is None
    folder.mkdir()
    if group is not None:
        try:
            os.chown(folder, -1, group)
        except PermissionError:
            pytest.skip("only the superuser can give a folder to any group")
    folder.chmod(mode)
    found = folder_problem(str(folder))
    assert found is None if problem is None else problem in str(found)
