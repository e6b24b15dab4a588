"""With the extra ``watch``: what changes on disk is shown though nobody looks for it."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from quart_video import background
from quart_video.catalogue import Catalogue, Query
from quart_video.catalogue.index import file as index_file
from quart_video.catalogue.index import queries
from quart_video.catalogue.index.index import Index
from quart_video.catalogue.sync import synchronizer, watch
from quart_video.catalogue.sync.synchronizer import Synchronizer
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.local import storage as local_storage
from quart_video.storage.local.storage import LocalStorage
from tests.catalogue.shelves import paths
from tests.support.waiting import until

needs_the_extra = pytest.mark.skipif(
    find_spec("watchfiles") is None, reason="Install it with: pip install 'quart-video[watch]'"
)


@pytest.fixture
async def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Catalogue]:
    """Return a catalogue that looks for changes once in a thousand seconds."""
    monkeypatch.setattr(synchronizer, "FRESH", 1000)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "1.mp4").touch()
    storage = LocalStorage(str(tmp_path))
    catalogue = Catalogue(storage, VIDEO_TYPES, root=str(tmp_path))
    await catalogue.page(Query(recursive=True))
    if find_spec("watchfiles") is not None:
        await until_it_is_told(catalogue, tmp_path / "first.mp4")
    yield catalogue
    await catalogue.aclose()
    await storage.aclose()


async def until_it_is_told(catalogue: Catalogue, path: Path) -> None:
    """Wait until the system tells of changes."""
    for number in range(400):
        path.write_bytes(bytes(number))
        await asyncio.sleep(0.05)
        if path.name in paths(await catalogue.page(Query(recursive=True))):
            break
    path.unlink()
    await becomes(catalogue, ["a/b/1.mp4"])


async def becomes(catalogue: Catalogue, expected: list[str]) -> None:
    for _ in range(400):
        found = paths(await catalogue.page(Query(recursive=True)))
        if found == expected:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"{found} does not become {expected}")


@needs_the_extra
async def test_changes_are_shown(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "2.mp4").touch()
    (tmp_path / "a" / "b" / "2.mp4").touch()
    await becomes(catalogue, ["2.mp4", "a/b/1.mp4", "a/b/2.mp4"])
    (tmp_path / "c" / "d").mkdir(parents=True)
    (tmp_path / "c" / "d" / "3.mp4").touch()
    (tmp_path / "a").rename(tmp_path / "e")
    await becomes(catalogue, ["2.mp4", "c/d/3.mp4", "e/b/1.mp4", "e/b/2.mp4"])


class Heard:
    """Takes the place of who reads what has changed."""

    def __init__(self) -> None:
        self.on_change: set[str] = set()
        self.missed = 0
        self.left: list[set[str]] = []
        """What it says that it could not read, the first time, the second time and so on."""

    async def tell(self, folders: set[str]) -> set[str]:
        self.on_change |= folders
        return self.left.pop(0) if self.left else set()

    def miss(self) -> None:
        self.missed += 1


@asynccontextmanager
async def watching(root: Path, heard: Heard, but: Path | None = None) -> AsyncIterator[watch.Watch]:
    """Watch a folder until the end of the block."""
    found = watch.Watch(str(root), heard.tell, heard.miss, None if but is None else str(but))
    task = asyncio.create_task(found.run())
    try:
        yield found
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Return those that are started, and have another take the place of one at once."""
    started: list[subprocess.Popen[bytes]] = []
    start = watch.started

    def noted(root: str, but: str | None) -> subprocess.Popen[bytes]:
        started.append(start(root, but))
        return started[-1]

    monkeypatch.setattr(watch, "started", noted)
    monkeypatch.setattr(background, "FIRST_PAUSE", 0.01)
    return started


async def test_without_it_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watch, "find_spec", lambda _: None)
    heard = Heard()
    await watch.Watch(str(tmp_path), heard.tell, heard.miss).run()
    assert not caplog.records


@needs_the_extra
async def test_what_cannot_be_watched_is_said_once_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, processes: list[subprocess.Popen[bytes]]
) -> None:
    heard = Heard()
    with caplog.at_level(logging.INFO, "quart_video"):
        async with watching(tmp_path / "missing", heard) as found:
            await until(lambda: len(processes) > 2)
            assert [record.levelname for record in caplog.records] == ["WARNING"]
            assert found.activity.problem is not None
            assert "No such file" in found.activity.problem
            (tmp_path / "missing").mkdir()
            await until(lambda: found.activity.state == "running")
            assert found.activity.problem is None
            assert heard.missed
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


@needs_the_extra
async def test_the_process_ends_with_what_asked_for_it(tmp_path: Path) -> None:
    process = watch.started(str(tmp_path))
    assert process.stdin is not None
    process.stdin.close()
    assert await asyncio.to_thread(process.wait, 20) == 0
    assert process.stdout is not None
    process.stdout.close()


@needs_the_extra
async def test_it_is_ended(tmp_path: Path, processes: list[subprocess.Popen[bytes]]) -> None:
    async with watching(tmp_path, Heard()):
        await until(lambda: bool(processes))
    assert await asyncio.to_thread(processes[0].wait, 20) != 0


@needs_the_extra
async def test_another_takes_the_place_of_one_that_dies(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, processes: list[subprocess.Popen[bytes]]
) -> None:
    heard = Heard()
    async with watching(tmp_path, heard) as found:
        await until(lambda: found.activity.state == "running")
        before = heard.missed
        processes[0].kill()
        await until(lambda: len(processes) == 2 and found.activity.state == "running")
        assert (before, heard.missed) == (0, 1)  # nobody knows what has changed meanwhile
        (tmp_path / "1.mp4").touch()
        await until(lambda: "" in heard.on_change)
        assert found.activity.restarts == 1
    assert caplog.text.count("has ended") == 1


@needs_the_extra
async def test_what_could_not_be_read_is_told_of_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_AGAIN", 0.01)
    heard = Heard()
    heard.left = [{""}, {""}]
    async with watching(tmp_path, heard) as found:
        await until(lambda: found.activity.state == "running")
        (tmp_path / "1.mp4").touch()
        await until(lambda: not heard.left)


@needs_the_extra
async def test_the_cache_wakes_nobody(tmp_path: Path) -> None:
    (tmp_path / "cache" / "below").mkdir(parents=True)
    (tmp_path / "cache beside").mkdir()
    heard = Heard()
    async with watching(tmp_path, heard, tmp_path / "cache") as found:
        await until(lambda: found.activity.state == "running")
        for folder in ("cache", "cache/below", "cache beside"):
            (tmp_path / folder / "1.mp4").touch()
        await until(lambda: bool(heard.on_change))
    assert heard.on_change == {"cache beside"}


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere watchfiles does it")


@on_linux
@needs_the_extra
async def test_links_are_not_followed(
    tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    """Whatever is behind one is watched where it lies, if it is in the library at all."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "a").mkdir(parents=True)
    (outside / "b").mkdir(parents=True)
    (root / "out").symlink_to(outside)
    heard = Heard()
    async with watching(root, heard) as found:
        await until(lambda: found.activity.state == "running")
        (root / "later").symlink_to(outside)
        await until(lambda: "" in heard.on_change)
        (outside / "b" / "1.mp4").touch()
        (root / "a" / "1.mp4").touch()
        await until(lambda: "a" in heard.on_change)
        assert number_watched(processes[0].pid) == 2
    assert heard.on_change == {"", "a"}


def number_watched(pid: int) -> int:
    """Return how many folders the kernel watches for a process."""
    infos = Path(f"/proc/{pid}/fdinfo").iterdir()
    return sum(info.read_text().count("inotify wd:") for info in infos)


@on_linux
@needs_the_extra
async def test_a_folder_that_is_closed_to_us_is_watched_around(tmp_path: Path) -> None:
    """As ``lost+found`` is, on each disk of ext4."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("root alone can be somebody else")
    (tmp_path / "lost+found").mkdir(mode=0o700)
    (tmp_path / "deep").mkdir()
    for folder in (tmp_path, *tmp_path.parents):
        if folder.is_relative_to("/tmp") and folder != Path("/tmp"):  # noqa: S108 - a test's own
            folder.chmod(0o755)
    command = ["setpriv", "--reuid", "12345", "--regid", "12345", "--clear-groups"]
    command += [sys.executable, "-I", "-S", watch._PROGRAM]  # noqa: SLF001 - to run it as another
    command += [json.dumps([sys.path, str(tmp_path), 10, None])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            line = await asyncio.to_thread(process.stdout.readline)
            if not line:
                pytest.skip("another user cannot run this Python")
            assert json.loads(line) == {"watching": 2}
            (tmp_path / "deep" / "1.mp4").touch()
            line = await asyncio.to_thread(process.stdout.readline)
            assert json.loads(line) == [str(tmp_path / "deep")]
        finally:
            process.kill()


@on_linux
@needs_the_extra
async def test_a_root_that_is_turned_to_another_folder(
    tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "a").mkdir(parents=True)
    link = tmp_path / "current"
    link.symlink_to("one")
    heard = Heard()
    async with watching(link, heard) as found:
        await until(lambda: found.activity.state == "running")
        (tmp_path / "new").symlink_to("two")
        (tmp_path / "new").rename(link)
        await until(lambda: len(processes) == 2 and found.activity.state == "running")
        assert heard.missed == 1
        assert found.activity.problem is None
        (tmp_path / "two" / "a" / "1.mp4").touch()
        await until(lambda: "a" in heard.on_change)


@on_linux
@needs_the_extra
async def test_folders_that_come_and_move(tmp_path: Path) -> None:
    heard = Heard()
    async with watching(tmp_path, heard) as found:
        await until(lambda: found.activity.state == "running")
        (tmp_path / "a" / "b" / "c").mkdir(parents=True)
        await until(lambda: "a/b/c" in heard.on_change)
        (tmp_path / "a").rename(tmp_path / "d")
        await until(lambda: "d/b/c" in heard.on_change)
        heard.on_change.clear()
        (tmp_path / "d" / "b" / "c" / "1.mp4").touch()
        await until(lambda: bool(heard.on_change))
        assert heard.on_change == {"d/b/c"}


class TestOverTime:
    """What ended it for good, or made it deaf for minutes."""

    @pytest.fixture
    async def library(self, tmp_path: Path) -> AsyncIterator[tuple[Index, Synchronizer]]:
        (tmp_path / "videos" / "a").mkdir(parents=True)
        (tmp_path / "videos" / "a" / "1.mp4").write_bytes(b"1")
        storage = LocalStorage(str(tmp_path / "videos"))
        index = Index(str(tmp_path / "cache" / "catalogue" / "x"))
        synchronizer = Synchronizer(storage, index, VIDEO_TYPES)
        await synchronizer.reader.read_pending("")
        yield index, synchronizer
        await synchronizer.aclose()
        index.close()
        await storage.aclose()

    @staticmethod
    async def size(index: Index) -> int:
        item = await index.read(queries.item, "a/1.mp4")
        assert item is not None
        assert item.entry.facts is not None
        return item.entry.facts.size

    async def test_an_index_that_is_locked(
        self, tmp_path: Path, library: tuple[Index, Synchronizer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        index, synchronizer = library
        monkeypatch.setattr(index_file, "BUSY_SECONDS", 0.05)
        await index.write(lambda _: None)
        (found,) = (tmp_path / "cache").glob("catalogue/x/*.sqlite3")
        with closing(sqlite3.connect(found, isolation_level=None)) as other:
            index._database.close()  # type: ignore[union-attr]  # noqa: SLF001 - a new one, which waits less
            index._database = None  # noqa: SLF001
            (tmp_path / "videos" / "a" / "1.mp4").write_bytes(b"11")
            other.execute("BEGIN IMMEDIATE")
            assert await synchronizer.on_change({"a", "b"}) == {"a", "b"}
            other.execute("ROLLBACK")
        assert await self.size(index) == 1
        assert await synchronizer.on_change({"a", "b"}) == set()
        assert await self.size(index) == 2

    async def test_files_that_have_run_out(
        self, tmp_path: Path, library: tuple[Index, Synchronizer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        index, synchronizer = library
        (tmp_path / "videos" / "a" / "1.mp4").write_bytes(b"11")

        def fail(*_: object, **__: object) -> int:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

        with monkeypatch.context() as patch:
            patch.setattr(local_storage, "open_beneath", fail)
            assert await synchronizer.on_change({"a"}) == {"a"}
        assert await synchronizer.on_change({"a"}) == set()
        assert await self.size(index) == 2

    async def test_a_scan_that_goes_on_is_not_waited_for(
        self, tmp_path: Path, library: tuple[Index, Synchronizer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nor does it make for a rest: that of what was read for it is enough."""
        index, synchronizer = library
        scanning = asyncio.Event()
        rests: list[float] = []
        real = asyncio.sleep

        async def never_ends(_: str) -> bool:
            await scanning.wait()
            return True

        async def rest(seconds: float) -> None:
            rests.append(seconds)
            await real(0)

        monkeypatch.setattr(synchronizer.reader, "_fill", never_ends)
        (tmp_path / "videos" / "a" / "1.mp4").write_bytes(b"11")
        scan = asyncio.create_task(synchronizer.reader.read_pending(""))
        await asyncio.sleep(0)
        with monkeypatch.context() as patch:
            patch.setattr(asyncio, "sleep", rest)
            assert await synchronizer.on_change({"a"}) == set()
        assert await self.size(index) == 2
        assert not scan.done()
        assert all(seconds <= 5 for seconds in rests)
        scanning.set()
        await scan
