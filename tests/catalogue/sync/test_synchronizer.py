"""When the storage is asked, and what is shown meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from quart_video.catalogue import Catalogue, Finding, Query
from quart_video.catalogue.index import writes
from quart_video.catalogue.index.index import Busy
from quart_video.catalogue.index.rows import FolderSnapshot
from quart_video.catalogue.sync import folder_reader, synchronizer
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.base import Denied, Entry, FileFacts, NotFound, StorageError, Unavailable
from tests.catalogue.shelves import Shelves, facts, paths
from tests.support.waiting import until


@dataclass
class Told(Shelves):
    """Shelves that tell of what is added and removed, and that may hang."""

    hanging: set[str] = field(default_factory=set)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)
    together: list[Sequence[str]] = field(default_factory=list)
    """Folders that were asked of at once."""
    compares_names: bool = False
    takes: float = 0.0
    """Seconds for fingerprints, by the clock of the test."""

    async def distrust(self, folder: str) -> None:
        """Do nothing: what they tell is what is there."""

    async def fingerprints(self, folders: Sequence[str]) -> Sequence[str | StorageError | None]:
        self.together.append(folders)
        if self.takes:
            synchronizer.monotonic.now += self.takes  # type: ignore[attr-defined]
        return await super().fingerprints(folders)

    def fingerprint(self, folder: str) -> str | StorageError | None:
        self.asked.append(folder)
        try:
            return repr(sorted(self._rows(folder)))
        except StorageError as error:
            return error

    async def list(self, folder: str) -> list[Entry]:
        rows = await super().list(folder)
        if folder in self.hanging:
            await self.go_on.wait()
        return rows


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(synchronizer, "monotonic", clock)
    return clock


@pytest.fixture
def storage() -> Told:
    names = ("a/1.mp4", "a/2.mp4", "b/1.mp4", "b/c/1.mp4", "2.mp4")
    return Told({path: facts() for path in names})


@pytest.fixture
async def catalogue(storage: Told, clock: Clock) -> AsyncIterator[Catalogue]:
    catalogue = Catalogue(storage, VIDEO_TYPES)
    await catalogue.page(Query(recursive=True))
    storage.listed.clear()
    yield catalogue
    await catalogue.aclose()


async def listed(catalogue: Catalogue, folder: str, *, recursive: bool = False) -> list[str]:
    return paths(await catalogue.page(Query(folder=folder, recursive=recursive)))


async def test_fresh_folders_are_not_asked_for(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    await listed(catalogue, "a")
    storage.listed.clear()
    clock.now += synchronizer.FRESH - 0.1
    for _ in range(3):
        assert await listed(catalogue, "a") == ["a/1.mp4", "a/2.mp4"]
    assert storage.listed == []
    clock.now += 0.2
    await listed(catalogue, "a")
    assert storage.listed == ["a"]


@pytest.mark.parametrize("small", [True, False])
async def test_what_is_added_and_removed_shows(
    storage: Told,
    catalogue: Catalogue,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    *,
    small: bool,
) -> None:
    monkeypatch.setattr(synchronizer, "SMALL", 500 if small else 0)
    for _ in range(3):
        await listed(catalogue, "a")
        storage.files["a/3.mp4"] = facts()
        del storage.files["a/1.mp4"]
        clock.now += synchronizer.FRESH + 0.1
        assert await listed(catalogue, "a") == ["a/2.mp4", "a/3.mp4"]
        storage.files["a/1.mp4"] = facts()
        del storage.files["a/3.mp4"]
        clock.now += synchronizer.FRESH + 0.1
        assert await listed(catalogue, "a") == ["a/1.mp4", "a/2.mp4"]


async def test_what_grows_in_a_small_folder_shows(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    storage.files["a/1.mp4"] = FileFacts(9, 9, "w")
    clock.now += synchronizer.FRESH + 0.1
    page = await catalogue.page(Query(folder="a"))
    assert page.items[0].entry.facts == FileFacts(9, 9, "w")


async def test_what_grows_in_a_big_folder_shows_later(
    storage: Told, catalogue: Catalogue, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchronizer, "SMALL", 0)
    storage.files["a/1.mp4"] = FileFacts(9, 9, "w")
    storage.hanging.add("a")
    clock.now += synchronizer.FRESH + 0.1
    # Nobody waits for it to be read.
    assert (await catalogue.page(Query(folder="a"))).items[0].entry.facts == facts()
    storage.go_on.set()
    for _ in range(200):
        await asyncio.sleep(0.005)
        clock.now += synchronizer.FRESH + 0.1
        page = await catalogue.page(Query(folder="a"))
        if page.items[0].entry.facts == FileFacts(9, 9, "w"):
            return
    pytest.fail("it never shows")


async def test_a_big_folder_is_not_read_all_the_time(
    storage: Told, catalogue: Catalogue, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchronizer, "SMALL", 0)
    storage.hanging.add("a")
    clock.now += synchronizer.FRESH + 0.1
    await listed(catalogue, "a")
    clock.now += 3  # that it takes to read it
    storage.go_on.set()
    await asyncio.sleep(0.05)
    count = storage.listed.count("a")
    while clock.now < 1000 + 3 / synchronizer.SHARE:
        clock.now += 5
        await listed(catalogue, "a")
    await asyncio.sleep(0.05)
    assert storage.listed.count("a") == count
    clock.now += 10
    await listed(catalogue, "a")
    await asyncio.sleep(0.05)
    assert storage.listed.count("a") == count + 1


async def test_a_big_folder_that_takes_long_is_shown_as_it_was(
    storage: Told, catalogue: Catalogue, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchronizer, "SMALL", 0)
    monkeypatch.setattr(synchronizer, "BRIEF", 0.01)
    assert not (await catalogue.page(Query("a"))).scanning
    for number in range(3, 6):
        before = await listed(catalogue, "a")
        storage.hanging.add("a")
        storage.files[f"a/{number}.mp4"] = facts()
        storage.listed.clear()
        clock.now += synchronizer.FRESH + 0.1
        asked = asyncio.create_task(catalogue.page(Query("a")))
        await asyncio.sleep(0.05)
        clock.now += 1
        for page in [await asked, await catalogue.page(Query("a"))]:
            assert paths(page) == before
        assert page.scanning
        assert (await catalogue.find(f"a/{number}.mp4")).entry.facts == facts()
        assert storage.listed == ["a"]
        storage.hanging.clear()
        storage.go_on.set()
        await asyncio.sleep(0.05)
        storage.go_on.clear()
        page = await catalogue.page(Query("a"))
        assert paths(page) == [*before, f"a/{number}.mp4"]
        assert not page.scanning


async def test_what_is_new_in_a_big_folder_that_takes_long_is_there(
    storage: Told, catalogue: Catalogue, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchronizer, "SMALL", 0)
    monkeypatch.setattr(synchronizer, "BRIEF", 0.01)
    storage.hanging.add("b")
    storage.files["b/new/1.mp4"] = facts()
    clock.now += synchronizer.FRESH + 0.1
    asked = asyncio.create_task(listed(catalogue, "b/new"))
    await asyncio.sleep(0.05)
    storage.go_on.set()
    assert await asked == ["b/new/1.mp4"]


async def test_those_who_ask_together_ask_once(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    clock.now += synchronizer.FRESH + 0.1
    storage.listed.clear()
    pages = await asyncio.gather(*(listed(catalogue, "a") for _ in range(20)))
    assert pages == [["a/1.mp4", "a/2.mp4"]] * 20
    assert storage.listed == ["a"]


async def test_one_who_leaves_ends_it_for_nobody(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    clock.now += synchronizer.FRESH + 0.1
    storage.hanging.add("a")
    one = asyncio.create_task(listed(catalogue, "a"))
    other = asyncio.create_task(listed(catalogue, "a"))
    await asyncio.sleep(0.05)
    one.cancel()
    storage.go_on.set()
    assert await other == ["a/1.mp4", "a/2.mp4"]


async def test_a_folder_that_hangs_holds_up_no_other(
    storage: Told, catalogue: Catalogue, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now += synchronizer.FRESH + 0.1
    storage.hanging.add("a")
    storage.files["a/3.mp4"] = storage.files["b/3.mp4"] = facts()
    assert await listed(catalogue, "b") == ["b/1.mp4", "b/3.mp4"]
    monkeypatch.setattr(synchronizer, "BRIEF", 0.01)
    # The rest of a recursive listing is as it was last seen.
    assert await listed(catalogue, "", recursive=True) == [
        *("2.mp4", "a/1.mp4", "a/2.mp4", "b/1.mp4", "b/3.mp4", "b/c/1.mp4"),
    ]
    storage.go_on.set()


async def test_what_changes_below_shows(storage: Told, catalogue: Catalogue, clock: Clock) -> None:
    storage.files["b/c/2.mp4"] = storage.files["b/d/e/1.mp4"] = facts()
    del storage.files["a/1.mp4"], storage.files["a/2.mp4"]
    clock.now += 100
    await asyncio.sleep(0)
    assert await listed(catalogue, "b", recursive=True) == [
        *("b/1.mp4", "b/c/1.mp4", "b/c/2.mp4", "b/d/e/1.mp4"),
    ]
    clock.now += 100
    assert "a/1.mp4" not in await listed(catalogue, "", recursive=True)
    with pytest.raises(NotFound):
        await listed(catalogue, "a")


async def test_what_is_below_is_not_looked_through_all_the_time(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    clock.now += 100
    await listed(catalogue, "", recursive=True)
    storage.asked.clear()
    clock.now += synchronizer.FRESH - 0.1
    await listed(catalogue, "b", recursive=True)
    assert "b/c" not in storage.asked
    clock.now += 0.2
    await listed(catalogue, "b", recursive=True)
    assert "b/c" in storage.asked
    assert "a" not in storage.asked


@pytest.mark.parametrize(
    ("compares_names", "takes", "rest"),
    [
        (False, 0.5, 10),
        (False, 4.0, 80),
        (True, 0.5, 10),
        (True, 4.0, 20),
        (True, 40.0, 80),
    ],
)
async def test_how_often_all_is_looked_through_that_takes_long(
    storage: Told,
    catalogue: Catalogue,
    clock: Clock,
    *,
    compares_names: bool,
    takes: float,
    rest: float,
) -> None:
    storage.compares_names = compares_names
    clock.now += 100
    storage.takes = takes
    await listed(catalogue, "", recursive=True)
    storage.takes = 0.0
    storage.asked.clear()
    for wait, is_due in ((rest - 0.1, False), (0.2, True)):
        clock.now += wait
        await listed(catalogue, "", recursive=True)
        assert ("b/c" in storage.asked) == is_due


@pytest.mark.parametrize(
    ("batch", "together"),
    [
        (256, [["", "a", "b", "b/c"]]),
        (2, [["", "a"], ["b", "b/c"]]),
        (3, [["", "a", "b"], ["b/c"]]),
    ],
)
async def test_what_is_below_is_asked_of_together(
    storage: Told,
    catalogue: Catalogue,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    *,
    batch: int,
    together: list[list[str]],
) -> None:
    monkeypatch.setattr(folder_reader, "_BATCH", batch)
    storage.files["b/c/2.mp4"] = facts()
    storage.closed = {"a"}
    clock.now += 100
    storage.together.clear()
    assert await listed(catalogue, "", recursive=True) == [
        *("2.mp4", "b/1.mp4", "b/c/1.mp4", "b/c/2.mp4"),
    ]
    assert storage.together == together


async def test_a_storage_that_cannot_answer_ends_no_listing(
    storage: Told, catalogue: Catalogue, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(folders: Sequence[str]) -> Sequence[None]:
        raise Unavailable(f"all threads hang in {folders}")

    monkeypatch.setattr(storage, "fingerprints", fail)
    clock.now += 100
    assert len(await listed(catalogue, "", recursive=True)) == 5


async def test_a_folder_that_is_new_is_there_at_once(storage: Told, catalogue: Catalogue) -> None:
    await listed(catalogue, "")
    storage.files["new/below/1.mp4"] = facts()
    assert await listed(catalogue, "new/below") == ["new/below/1.mp4"]


async def test_a_folder_that_becomes_a_link(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    for path in ("b/1.mp4", "b/c/1.mp4"):
        del storage.files[path]
    storage.links = {"b": "a"}
    clock.now += 100
    assert await listed(catalogue, "") == ["2.mp4"]
    assert await listed(catalogue, "b") == ["b/1.mp4", "b/2.mp4"]
    assert await listed(catalogue, "", recursive=True) == ["2.mp4", "a/1.mp4", "a/2.mp4"]


async def test_a_folder_behind_a_link_is_as_fresh_and_cheap_as_another(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    storage.links = {"l": "b"}
    clock.now += 100
    assert await listed(catalogue, "") == ["2.mp4"]
    assert await listed(catalogue, "l", recursive=True) == ["l/1.mp4", "l/c/1.mp4"]
    for number in range(2, 5):
        storage.listed.clear()
        for _ in range(3):
            await listed(catalogue, "l", recursive=True)
        assert storage.listed == []
        storage.files[f"b/c/{number}.mp4"] = storage.files[f"b/{number}.mp4"] = facts()
        clock.now += 100
        found = await listed(catalogue, "l", recursive=True)
        assert {f"l/c/{number}.mp4", f"l/{number}.mp4"} <= {*found}
    storage.links = {"l": "a"}
    clock.now += 100
    assert await listed(catalogue, "l", recursive=True) == ["l/1.mp4", "l/2.mp4"]


@pytest.mark.parametrize("small", [50_000, 0])
async def test_not_all_behind_links_is_kept(
    storage: Told, catalogue: Catalogue, clock: Clock, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr("quart_video.catalogue.catalogue._SMALL", small)
    folders = [f"l{number}" for number in range(6)]
    storage.links = dict.fromkeys(folders, "b")
    clock.now += 100
    await listed(catalogue, "")
    for _ in range(2):
        asked = [listed(catalogue, each, recursive=True) for each in folders * 2]
        assert [len(found) for found in await asyncio.gather(*asked)] == [2] * 12
    for folder in ("l4", "l5"):
        await listed(catalogue, folder, recursive=True)
    for folder, is_kept in {"l5": small, "l4": small, "l1": 0}.items():
        storage.listed.clear()
        await listed(catalogue, folder, recursive=True)
        assert storage.listed == ([] if is_kept else [folder, f"{folder}/c"])


async def test_a_folder_that_is_closed_and_opened(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    storage.closed = {"b"}
    clock.now += 100
    with pytest.raises(Denied):
        await listed(catalogue, "b")
    assert "b/1.mp4" not in await listed(catalogue, "", recursive=True)
    storage.closed = set()
    clock.now += 100
    assert await listed(catalogue, "b") == ["b/1.mp4"]
    assert "b/c/1.mp4" in await listed(catalogue, "", recursive=True)


async def test_a_folder_in_the_place_of_a_video(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    del storage.files["a/1.mp4"]
    storage.files["a/1.mp4/2.mp4"] = facts()
    clock.now += 100
    assert await listed(catalogue, "a", recursive=True) == ["a/2.mp4", "a/1.mp4/2.mp4"]


async def test_durations_are_those_of_a_version(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    await catalogue.set_found(
        [Finding("a/1.mp4", "v", 1.25), Finding("a/2.mp4", "old", 9.0), Finding("x", "v", 1.0)]
    )
    page = await catalogue.page(Query(recursive=True, sort="-duration"))
    assert [item.duration for item in page.items] == [1.25, None, None, None, None]
    assert paths(await catalogue.page(Query(recursive=True, min_duration=1.0))) == ["a/1.mp4"]
    storage.files["a/1.mp4"] = FileFacts(1, 0, "w")
    clock.now += 100
    assert (await catalogue.page(Query(folder="a"))).items[0].duration is None


async def test_a_folder_for_captions_shows_with_its_first_video(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    async def folders() -> list[str]:
        clock.now += synchronizer.FRESH + 0.1
        return [entry.path for entry in (await catalogue.page(Query("b"))).folders]

    storage.files["b/Subs/1.en.srt"] = facts()
    assert await folders() == ["b/c"]
    storage.files["b/Subs/1.mp4"] = facts()
    assert await folders() == ["b/c", "b/Subs"]
    del storage.files["b/Subs/1.mp4"]
    assert await folders() == ["b/c"]


async def test_a_folder_for_captions_that_hangs_holds_up_nothing(
    storage: Told, catalogue: Catalogue, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchronizer, "BRIEF", 0.01)
    storage.files["b/Subs/1.en.srt"] = storage.files["b/2.mp4"] = facts()
    storage.hanging.add("b/Subs")
    clock.now += synchronizer.FRESH + 0.1
    assert await listed(catalogue, "b") == ["b/1.mp4", "b/2.mp4"]
    storage.go_on.set()


def _ends_after(monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue, parts: int) -> None:
    """Have a removal be done in parts, of one folder each, and another process lock it then."""
    index = catalogue._index  # noqa: SLF001 - what is locked
    write = index.write
    done: list[object] = []

    async def some(*call: Any) -> object:
        if len(done) >= parts:
            raise Busy("database is locked")
        done.append(await write(*call))
        return done[-1]

    monkeypatch.setattr(writes, "_AT_ONCE", 0)
    monkeypatch.setattr(index, "write", some)


async def test_a_removal_that_ends_half_done_goes_on(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    for number in range(20):
        storage.files[f"b/c/{number}/1.mp4"] = facts()
    clock.now += 100
    assert len(await listed(catalogue, "", recursive=True)) == 25
    for path in [path for path in storage.files if path.startswith("b/")]:
        del storage.files[path]
    with pytest.MonkeyPatch.context() as patch:
        _ends_after(patch, catalogue, 5)
        clock.now += 100
        assert await listed(catalogue, "") == ["2.mp4"]
        left = await listed(catalogue, "", recursive=True)
        assert [*left[:3], left[-1]] == ["2.mp4", "a/1.mp4", "a/2.mp4", "b/c/14/1.mp4"]
    clock.now += 100
    assert await listed(catalogue, "", recursive=True) == ["2.mp4", "a/1.mp4", "a/2.mp4"]


async def test_what_was_taken_out_half_and_comes_back_is_there(
    storage: Told, catalogue: Catalogue, clock: Clock
) -> None:
    for number in range(20):
        storage.files[f"b/c/{number}/1.mp4"] = facts()
    clock.now += 100
    before = await listed(catalogue, "", recursive=True)
    gone = {path: storage.files.pop(path) for path in before if path.startswith("b/")}
    with pytest.MonkeyPatch.context() as patch:
        _ends_after(patch, catalogue, 5)
        clock.now += 100
        await listed(catalogue, "")
    storage.files |= gone  # and no folder tells of a change
    clock.now += 100
    assert await listed(catalogue, "", recursive=True) == before


async def test_a_small_listing_does_not_wait_for_what_others_write(
    storage: Told, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    catalogue = Catalogue(storage, VIDEO_TYPES, cache=str(tmp_path))
    assert len(await listed(catalogue, "", recursive=True)) == 5
    monkeypatch.setattr(synchronizer, "BRIEF", 0.01)
    ends = threading.Event()
    put = writes.put

    def late(connection: sqlite3.Connection, snapshots: list[FolderSnapshot]) -> bool:
        assert ends.wait(20)
        return put(connection, snapshots)

    monkeypatch.setattr(writes, "put", late)
    storage.files["a/3.mp4"] = facts()
    clock.now += synchronizer.FRESH + 0.1
    asked = asyncio.create_task(catalogue.page(Query("a")))
    await asyncio.sleep(0.05)
    clock.now += 1
    for page in [await asked, await catalogue.page(Query("a"))]:
        assert paths(page) == ["a/1.mp4", "a/2.mp4"]
    assert page.scanning
    assert await listed(catalogue, "b") == ["b/1.mp4"]  # in which nothing has changed
    ends.set()
    await until(lambda: not catalogue._synchronizer.is_behind("a"))  # noqa: SLF001 - no more to be seen
    page = await catalogue.page(Query("a"))
    assert (paths(page)[-1], page.scanning) == ("a/3.mp4", False)
    await catalogue.aclose()


async def test_a_small_folder_that_is_slow_to_read_is_waited_for(
    storage: Told, catalogue: Catalogue, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchronizer, "BRIEF", 1)  # which is enough for what is written then
    storage.files["a/3.mp4"] = facts()
    storage.hanging.add("a")
    clock.now += synchronizer.FRESH + 0.1
    asked = asyncio.create_task(listed(catalogue, "a"))
    await asyncio.sleep(1.2)
    assert not asked.done()
    storage.go_on.set()
    assert await asked == ["a/1.mp4", "a/2.mp4", "a/3.mp4"]
