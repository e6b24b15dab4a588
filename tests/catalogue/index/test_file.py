"""Whatever happens to the file of an index, what is listed is right."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from quart_video.catalogue import Catalogue, Query
from quart_video.catalogue.index import file as index_file
from quart_video.catalogue.index import index, writes
from quart_video.catalogue.index.rows import FolderSnapshot
from quart_video.catalogue.sync import synchronizer, upkeep
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.base import NotFound
from tests.catalogue.shelves import Shelves, facts, paths, shelves
from tests.support.asgi import all_closed
from tests.support.waiting import until

pytestmark = pytest.mark.thorough

TREE = tuple(f"{folder}/{number}.mp4" for folder in "abc" for number in range(40))


def catalogue_in(cache: Path, storage: Shelves) -> Catalogue:
    return Catalogue(storage, VIDEO_TYPES, cache=str(cache), name="films")


def only_file(cache: Path) -> Path:
    (file,) = cache.rglob("*.sqlite3")
    return file


async def is_right(catalogue: Catalogue) -> None:
    found = paths(await catalogue.page(Query(folder="b", limit=100)))
    assert found == [f"b/{number}.mp4" for number in range(40)]
    for _ in range(100):
        page = await catalogue.page(Query(recursive=True, q="1", limit=100))
        if not page.scanning:
            break
        await asyncio.sleep(0.02)
    assert page.total == 3 * 11


async def read_pending(cache: Path) -> None:
    catalogue = catalogue_in(cache, shelves(*TREE))
    await is_right(catalogue)
    await catalogue.aclose()
    for file in cache.rglob("*.sqlite3"):
        assert await all_closed(str(file))  # by the last of its threads, too


async def test_what_is_known_is_kept(tmp_path: Path) -> None:
    await read_pending(tmp_path)
    storage = shelves(*TREE)
    storage.closed = {"a", "c"}  # of these nothing can be read now
    catalogue = catalogue_in(tmp_path, storage)
    page = await catalogue.page(Query(recursive=True))
    await catalogue.aclose()
    assert (page.total, page.scanning) != (0, True)
    assert paths(page)[0] in {"a/0.mp4", "b/0.mp4"}


async def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    await read_pending(tmp_path / "cache")
    folder = only_file(tmp_path).parent
    for path in (folder, folder.parent, tmp_path / "cache"):
        assert path.stat().st_mode & 0o777 == 0o700


async def test_other_types_have_another_index(tmp_path: Path) -> None:
    await read_pending(tmp_path)
    catalogue = Catalogue(shelves("a.mp3"), {".mp3": "a/b"}, cache=str(tmp_path), name="films")
    assert paths(await catalogue.page(Query())) == ["a.mp3"]
    await catalogue.aclose()
    assert len([*tmp_path.rglob("*.sqlite3")]) == 2


async def test_other_roots_have_another_index(tmp_path: Path) -> None:
    await read_pending(tmp_path)
    catalogue = Catalogue(shelves("other.mp4"), VIDEO_TYPES, cache=str(tmp_path), name="others")
    assert paths(await catalogue.page(Query(recursive=True))) == ["other.mp4"]
    await catalogue.aclose()
    assert len([*tmp_path.rglob("*.sqlite3")]) == 2


WORKER = """
import asyncio, sys
from quart_video.catalogue import Catalogue, Query
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.local.storage import LocalStorage

async def main(root, cache):
    catalogue = Catalogue(LocalStorage(root), VIDEO_TYPES, cache=cache, name=root)
    print("ready", flush=True)
    sys.stdin.readline()
    while (page := await catalogue.page(Query(recursive=True))).scanning:
        await asyncio.sleep(0.01)
    print(page.total)
    await catalogue.aclose()

asyncio.run(main(*sys.argv[1:]))
"""


def test_workers_that_start_at_the_same_moment(tmp_path: Path) -> None:
    root, cache = tmp_path / "root", tmp_path / "cache"
    for number in range(30):
        (root / str(number)).mkdir(parents=True)
        for name in ("a.mp4", "b.mp4"):
            (root / str(number) / name).touch()
    command = [sys.executable, "-c", WORKER, str(root), str(cache)]
    workers = [subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE) for _ in range(3)]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write(b"\n")
            worker.stdin.flush()
        said = [worker.communicate(timeout=60) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    assert said == [(b"60\n", b"")] * 3
    only_file(cache)


def _damage(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[100:] = os.urandom(len(data) - 100)
    file.write_bytes(data)


def _of_another_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 7")


def _of_others(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE folder (id)")


def _half(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE folder_stats")


BROKEN: dict[str, Callable[[Path], object]] = {
    "damaged": _damage,
    "cut short": lambda file: os.truncate(file, 5000),
    "empty": lambda file: os.truncate(file, 0),
    "no database": lambda file: file.write_bytes(b"nothing of the kind" * 1000),
    "of another version": _of_another_version,
    "of another program": _of_others,
    "a table is missing": _half,
}


@pytest.mark.parametrize("spoil", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_file_is_made_anew(
    tmp_path: Path, spoil: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    await read_pending(tmp_path)
    spoil(only_file(tmp_path))
    with caplog.at_level(logging.WARNING, "quart_video"):
        await read_pending(tmp_path)
    assert [record.getMessage().count("made anew") for record in caplog.records] == [1]
    caplog.clear()
    await read_pending(tmp_path)
    assert not caplog.records


@pytest.mark.parametrize("what", ["folder", "file", "contents"])
async def test_a_file_that_goes_while_it_is_used(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_CHECK_SECONDS", 0)
    monkeypatch.setattr(synchronizer, "FRESH", 0)
    catalogue = catalogue_in(tmp_path, shelves(*TREE))
    await is_right(catalogue)
    if what == "folder":
        shutil.rmtree(tmp_path / "catalogue")
    elif what == "file":
        only_file(tmp_path).unlink()
    else:
        for file in tmp_path.rglob("*.sqlite3*"):
            file.write_bytes(os.urandom(file.stat().st_size))
    await is_right(catalogue)
    await catalogue.aclose()
    only_file(tmp_path)


async def test_a_file_that_goes_on_the_way_to_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = writes.put
    gone: list[Path] = []

    def put_and_lose(connection: sqlite3.Connection, shelves: list[FolderSnapshot]) -> None:
        put(connection, shelves)
        if not gone:
            gone.append(only_file(tmp_path))
            gone[0].unlink()

    monkeypatch.setattr(index, "_CHECK_SECONDS", 0)
    monkeypatch.setattr(writes, "put", put_and_lose)
    catalogue = catalogue_in(tmp_path, shelves(*TREE))
    monkeypatch.setattr(catalogue, "start", lambda: None)  # nor does a scan find the folder
    assert len(paths(await catalogue.page(Query(folder="b", limit=100)))) == 40
    with pytest.raises(NotFound):
        await catalogue.page(Query(folder="nowhere"))
    await catalogue.aclose()
    assert gone


async def test_a_look_at_what_was_in_a_file_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = catalogue_in(tmp_path, shelves(*TREE))
    monkeypatch.setattr(catalogue, "start", lambda: None)
    await catalogue.page(Query(folder="b"))
    differs, loop = writes.differs, asyncio.get_running_loop()
    gone: list[Path] = []

    def differs_and_lose(connection: sqlite3.Connection, snapshot: FolderSnapshot) -> bool:
        found = differs(connection, snapshot)
        if not gone:
            gone.append(only_file(tmp_path))
            gone[0].unlink()
            # Somebody else finds in the new one that there is a folder, and not what is in it.
            other = catalogue.page(Query(folder="a"))
            asyncio.run_coroutine_threadsafe(other, loop).result(20)
        return found

    monkeypatch.setattr(index, "_CHECK_SECONDS", 0)
    monkeypatch.setattr(writes, "differs", differs_and_lose)
    monkeypatch.setattr(
        synchronizer, "monotonic", lambda: time.monotonic() + 10
    )  # all is to be seen
    assert len(paths(await catalogue.page(Query(folder="b", limit=100)))) == 40
    await catalogue.aclose()
    assert gone


async def test_a_folder_that_cannot_be(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache = tmp_path / "cache"
    cache.touch()
    await read_pending(cache)
    (record,) = caplog.records
    assert 'app.config["VIDEO_CACHE"]' in record.getMessage()
    assert str(cache) in record.getMessage()


def _fill_disk(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Have no more room on the disk, until what is returned is set."""
    has_room = threading.Event()

    class Full(sqlite3.Connection):
        def __init__(self, name: str, **options: Any) -> None:
            super().__init__(name, **options)
            if "memory" not in name and not has_room.is_set():
                # So many without a video. With all there are 18, or fewer if it ends early.
                self.execute("PRAGMA max_page_count = 14")

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", partial(connect, factory=Full))
    return has_room


async def test_a_full_disk(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill_disk(monkeypatch)
    await read_pending(tmp_path)
    (record,) = caplog.records
    assert "full" in record.getMessage()
    assert "VIDEO_CACHE" in record.getMessage()


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an index be looked after all the time."""
    monkeypatch.setattr(upkeep, "_LOOK", 0.01)
    monkeypatch.setattr(upkeep, "_LONGEST_PAUSE", 0.01)


@pytest.mark.usefixtures("often")
async def test_it_goes_back_to_the_disk_when_there_is_room(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(folder: str, needed: int) -> None:
        tried.append(needed)
        if not has_room.is_set():
            raise OSError(errno.ENOSPC, "No space left on device")
        require_room(folder, needed)

    tried: list[int] = []
    require_room = index_file.require_room
    monkeypatch.setattr(index, "require_room", no_room)
    has_room = _fill_disk(monkeypatch)
    storage = shelves(*TREE)
    catalogue = catalogue_in(tmp_path, storage)
    await is_right(catalogue)
    (beside,) = [each for each in catalogue.activities if "index" in each.name]
    await until(lambda: len(tried) > 3 and min(tried) > 8192)
    assert "in memory" in str(beside.problem)
    storage.files |= {"b/new.mp4": facts()}
    del storage.files["a/1.mp4"]
    has_room.set()
    await until(lambda: beside.problem is None)
    await is_right_but_for(catalogue, {"b/new.mp4"}, {"a/1.mp4"})
    await catalogue.aclose()
    with closing(sqlite3.connect(str(only_file(tmp_path)))) as connection:
        (videos,) = connection.execute("SELECT count(*) FROM video").fetchone()
    assert videos == len(TREE)
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert ["until it can" in told[0], "again" in told[1], len(told)] == [True, True, 2]


async def is_right_but_for(catalogue: Catalogue, new: set[str], gone: set[str]) -> None:
    found: set[str] = set()
    for _ in range(500):
        page = await catalogue.page(Query(recursive=True, limit=500))
        found = {*paths(page)}
        if not page.scanning and found == {*TREE} - gone | new:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"more: {found - {*TREE}}, missing: {({*TREE} | new) - found}")


@pytest.mark.usefixtures("often")
async def test_it_does_not_go_back_where_no_index_can_be(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk takes files, but not what is written to the database: it is tried, and not used."""
    tried: list[str] = []
    open_database = index_file.open_database

    def note(folder: str) -> index_file.Database:
        tried.append(folder)
        return open_database(folder)

    monkeypatch.setattr(index, "open_database", note)
    _refuse_transactions(monkeypatch)
    catalogue = catalogue_in(tmp_path, shelves(*TREE))
    await is_right(catalogue)
    await until(lambda: len(tried) > 6)
    await is_right(catalogue)
    await catalogue.aclose()
    assert len([each for each in caplog.records if "VIDEO_CACHE" in each.getMessage()]) == 1


def test_room_is_tried_and_not_only_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_file.require_room(str(tmp_path / "a" / "b"), 1000)
    assert not [*(tmp_path / "a" / "b").iterdir()]
    with pytest.raises(OSError, match="No space"):
        index_file.require_room(str(tmp_path), 1 << 60)

    def limited() -> None:  # as by a quota, which no system tells of beforehand
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    code = "import sys; from quart_video.catalogue.index.file import require_room as r; r(*A, 1)"
    result = subprocess.run(
        [sys.executable, "-c", code.replace("*A", repr(str(tmp_path)))],
        preexec_fn=limited,
        stderr=PIPE,
        check=False,
    )
    assert b"OSError: [Errno" in result.stderr


def _many(folders: int) -> Shelves:
    # Names of many words, so that a few take much room.
    words = " ".join(f"w{number}" for number in range(60))
    return shelves(*(f"{f}/{n} {words} {f * n}.mp4" for f in range(folders) for n in range(25)))


@pytest.mark.usefixtures("often")
async def test_what_a_big_removal_leaves_empty_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_file, "_MUCH", 32)
    monkeypatch.setattr(index_file, "_KEPT", 8)
    steps: list[int] = []
    give = index_file.give_room_back

    def note(connection: sqlite3.Connection) -> bool:
        before = index_file.size(connection)
        more = give(connection)
        steps.append(before - index_file.size(connection))
        return more

    monkeypatch.setattr(index_file, "give_room_back", note)
    storage = _many(60)
    catalogue = catalogue_in(tmp_path, storage)
    await until_scanned(catalogue)
    for _ in range(100):  # more may be written meanwhile
        await catalogue._index.checkpoint()  # noqa: SLF001 - as when much has been written
        full = size_of(only_file(tmp_path))
        if only_file(tmp_path).stat().st_size == full:
            break
        await asyncio.sleep(0.1)
    assert only_file(tmp_path).stat().st_size == full
    assert full > 700_000
    for path in [*storage.files][100:]:
        del storage.files[path]
    await until_scanned(catalogue)
    await until(lambda: only_file(tmp_path).stat().st_size < full / 4, "it becomes smaller")
    # No step holds the file for longer than it takes to move half a megabyte.
    assert len(steps) > 2
    assert max(steps) <= 2 * 64 * 8192
    page = await catalogue.page(Query(recursive=True, q="w59 w7", limit=500))
    assert sorted(paths(page)) == sorted(storage.files)
    await catalogue.aclose()


def size_of(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return index_file.size(connection)


async def until_scanned(catalogue: Catalogue) -> None:
    for _ in range(1000):
        page = await catalogue.page(Query(recursive=True, limit=1))
        storage = catalogue._storage  # noqa: SLF001
        if not page.scanning and page.total == len(storage.files):  # type: ignore[attr-defined]
            return
        await asyncio.sleep(0.02)
    pytest.fail("it is never right")


@contextmanager
def no_more_files() -> Iterator[None]:
    """Have this process open no more files."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limits[1]))
    opened: list[int] = []
    try:
        with suppress(OSError):
            while True:
                opened.append(os.open(os.devnull, os.O_RDONLY))
        yield
    finally:
        for descriptor in opened:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.parametrize("opened", [True, False], ids=["in use", "not open yet"])
async def test_a_process_that_is_out_of_files(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    *,
    opened: bool,
) -> None:
    monkeypatch.setattr(index, "_CHECK_SECONDS", 0)
    await read_pending(tmp_path)
    catalogue = catalogue_in(tmp_path, shelves(*TREE))
    if opened:
        await is_right(catalogue)
    with no_more_files():
        # One by one each reader needs a connection of its own.
        await asyncio.gather(*[catalogue.page(Query(folder="b", limit=n)) for n in range(1, 9)])
    await is_right(catalogue)
    await catalogue.aclose()
    assert not [record for record in caplog.records if "VIDEO_CACHE" in record.getMessage()]


def _refuse_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd(sqlite3.Connection):
        def __init__(self, name: str, **options: Any) -> None:
            super().__init__(name, **options)
            self.works = "memory" in name

        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if not self.works and sql.startswith("BEGIN"):
                error = sqlite3.OperationalError("locking protocol")
                error.sqlite_errorcode = sqlite3.SQLITE_PROTOCOL
                raise error
            return super().execute(sql, *values)

    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Odd))


async def test_a_disk_that_no_index_can_be_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    _refuse_transactions(monkeypatch)
    await read_pending(tmp_path)
    on_change = [record.getMessage() for record in caplog.records]
    assert len([text for text in on_change if "VIDEO_CACHE" in text]) == 1


async def test_a_locked_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_file, "BUSY_SECONDS", 0.02)
    await read_pending(tmp_path)
    catalogue = catalogue_in(tmp_path, shelves(*TREE, "b/new.mp4"))
    with closing(sqlite3.connect(only_file(tmp_path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        found = paths(await catalogue.page(Query(folder="b", limit=100)))
        assert found[-1] == "b/new.mp4"
        other.execute("ROLLBACK")
    page = await catalogue.page(Query(folder="b", sort="-name"))
    assert paths(page)[0] == "b/new.mp4"
    await catalogue.aclose()


async def test_a_locked_file_has_nothing_walked_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_file, "BUSY_SECONDS", 0.02)
    monkeypatch.setattr(synchronizer, "FRESH", 0)
    await read_pending(tmp_path)
    storage = shelves(*TREE, "new.mp4")
    catalogue = catalogue_in(tmp_path, storage)
    monkeypatch.setattr(catalogue, "start", lambda: None)
    with closing(sqlite3.connect(only_file(tmp_path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(5):
            storage.listed.clear()
            page = await catalogue.page(Query(recursive=True, limit=100 + number))
            assert (page.total, page.scanning) == (len(TREE), True)
            assert set(storage.listed) <= {""}  # which was to be looked at, and not all below it
        other.execute("ROLLBACK")
    page = await catalogue.page(Query(recursive=True))
    assert (page.total, page.scanning) == (len(TREE) + 1, False)
    await catalogue.aclose()
    told = [record.getMessage() for record in caplog.records]
    assert ["is locked" in told[0], "again" in told[1], len(told)] == [True, True, 2]


async def test_each_process_scans_for_itself_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill_disk(monkeypatch)
    catalogues = [catalogue_in(tmp_path, shelves(*TREE)) for _ in range(2)]
    for catalogue in catalogues:
        await is_right(catalogue)
    for catalogue in catalogues:
        await catalogue.aclose()


@pytest.mark.parametrize("name", [b"caf\xe9 ?#%41", b"/double"], ids=["not UTF-8", "//"])
async def test_a_folder_of_any_name(
    tmp_path: Path, name: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    cache = os.fsdecode(b"/" * name.startswith(b"/") + os.fsencode(tmp_path) + b"/" + name)
    catalogue = Catalogue(shelves(*TREE), VIDEO_TYPES, cache=cache, name="films")
    await is_right(catalogue)
    await catalogue.aclose()
    assert not caplog.records
    only_file(Path(cache))


def is_closed(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return True
    return False


@pytest.mark.parametrize("when", ["before", "while", "after"])
def test_a_connection_that_comes_back_at_the_end_is_closed(
    when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is closed by another thread, between any two steps of what lends it."""
    database = index_file.Database(None)
    idle = database._idle  # noqa: SLF001 - what comes between is made by what stands in its place
    with database.transaction(writing=False) as lent:
        if when == "before":
            database.close()
        steps: list[sqlite3.Connection | None] = []

        class Watched:
            get_nowait = idle.get_nowait

            def put(self, given: sqlite3.Connection | None) -> None:
                steps.append(given)
                if given is lent and when == "while":
                    database.close()
                idle.put(given)
                if given is lent and when == "after":
                    database.close()

        monkeypatch.setattr(database, "_idle", Watched())
    assert lent in steps
    assert is_closed(lent)


async def test_what_comes_too_late_harms_no_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    kept = index.Index(str(tmp_path / "a" / "b" / "c"))
    assert await kept.read(lambda connection: connection.in_transaction)
    file = only_file(tmp_path)
    current, use = kept._current, kept._use  # noqa: SLF001 - no other way in after the end
    used = current()

    def too_late() -> index_file.Database:
        kept.close()
        return used

    # The moment between looking which file there is, and taking a connection to it.
    monkeypatch.setattr(kept, "_current", too_late)
    with pytest.raises(index.Busy, match="has been closed"):
        use(writing=False, function=lambda _: None, args=())
    monkeypatch.setattr(kept, "_current", current)
    with pytest.raises(index.Busy, match="has been closed"):
        use(writing=False, function=lambda _: None, args=())
    assert (only_file(tmp_path), kept.opened) == (file, 1)
    assert "made anew" not in caplog.text
