"""What cannot be looked at now is not gone: it is shown as it was, and the log is told once."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from quart_video.catalogue import Catalogue, Page, Query
from quart_video.catalogue.sync import synchronizer
from quart_video.catalogue.sync.unreadable import Unreadable
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.base import Denied, NotFound, Unavailable
from quart_video.storage.local.storage import LocalStorage
from tests.catalogue.shelves import paths
from tests.support.fuse import mirrored
from tests.support.waiting import PATIENCE, until

ALL = Query(recursive=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "videos"
    (root / "S" / "T").mkdir(parents=True)
    for path in ("a.mp4", "b.mp4", "S/c.mp4", "S/T/d.mp4"):
        (root / path).write_bytes(b"0123456789")
    return root


@pytest.fixture
async def catalogue(root: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Catalogue]:
    """Return a catalogue that looks anew each time, and has seen everything."""
    monkeypatch.setattr(synchronizer, "FRESH", 0)
    monkeypatch.setattr(synchronizer, "SHARE", 1000)
    storage = LocalStorage(str(root))
    catalogue = Catalogue(storage, VIDEO_TYPES)
    while (page := await catalogue.page(ALL)).scanning or page.total != 4:
        pass
    yield catalogue
    await catalogue.aclose()
    await storage.aclose()


def folders(page: Page) -> list[str]:
    return [folder.path for folder in page.folders]


class Row:
    """A row of a folder that fails to be looked at."""

    def __init__(self, row: os.DirEntry[str], code: int) -> None:
        self._row = row
        self._code = code
        self.name = row.name

    def stat(self, *, follow_symlinks: bool) -> os.stat_result:  # noqa: ARG002 - it never is
        raise OSError(self._code, os.strerror(self._code))

    def is_dir(self, *, follow_symlinks: bool) -> bool:
        return self._row.is_dir(follow_symlinks=follow_symlinks)


class Rows:
    """A folder of which some rows fail."""

    def __init__(self, rows: Any, fails: Callable[[str], int]) -> None:
        self._rows = rows
        self._fails = fails

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows:
            code = self._fails(row.name)
            yield Row(row, code) if code else row


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], int]], None]:
    """Return what has rows fail by their names, with the code that is returned for each."""
    real = os.scandir

    def begin(code_of: Callable[[str], int]) -> None:
        monkeypatch.setattr("os.scandir", lambda folder: Rows(real(folder), code_of))

    return begin


NOT_NOW = (
    *("EIO", "EINVAL", "ENODEV", "ENXIO", "ESTALE", "ENOTCONN", "ETIMEDOUT", "EMFILE"),
    # As one whose ticket has run out is told, or whose server loads its exports anew.
    *("EACCES", "EPERM", "ENOKEY", "EREMOTEIO", "EHOSTDOWN", "ENAMETOOLONG"),
)


@pytest.mark.parametrize("code", NOT_NOW)
async def test_a_folder_that_cannot_be_listed(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def fail(_: object) -> None:
        raise OSError(getattr(errno, code), code)

    with monkeypatch.context() as patch:
        patch.setattr("os.scandir", fail)
        with pytest.raises(Unavailable):
            await catalogue.page(Query())
        with pytest.raises(Unavailable):
            await catalogue.page(Query(folder="S"))
        assert catalogue.unreadable == 2
    assert len(paths(await catalogue.page(ALL))) == 4
    await catalogue.page(Query(folder="S"))
    assert catalogue.unreadable == 0


@pytest.mark.parametrize("code", ["EACCES", "EPERM", "EIO", "ESTALE"])
async def test_a_folder_that_cannot_be_opened_and_what_is_below_it(
    root: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    real = os.open

    def fail(path: str, *args: Any, **options: Any) -> int:
        if path == "S":
            raise OSError(getattr(errno, code), code)
        return real(path, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr("os.open", fail)
        (root / "new.mp4").write_bytes(b"film")
        for folder in ("S", "S/T"):
            with pytest.raises(Unavailable):
                await catalogue.page(Query(folder=folder))
        await seen(catalogue, lambda page: page.total == 5)
        shown = paths(await catalogue.page(ALL))
        assert {"S/c.mp4", "S/T/d.mp4", "new.mp4"} < {*shown}
        assert catalogue.unreadable == 2
    # Nobody asks for the folders themselves; nothing in them has changed.
    await seen(catalogue, lambda page: page.total == 5 and catalogue.unreadable == 0)


async def seen(catalogue: Catalogue, what: Callable[[Page], bool]) -> None:
    """Look at all there is until *what* holds."""
    async with asyncio.timeout(PATIENCE):
        while not what(await catalogue.page(ALL)):
            await asyncio.sleep(0.01)


async def test_a_folder_that_never_could_be_read(
    root: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the lost+found of a disk is, of which nobody has to be told."""
    real = os.open
    (root / "lost+found").mkdir()

    def fail(path: str, *args: Any, **options: Any) -> int:
        if path == "lost+found":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *args, **options)

    monkeypatch.setattr("os.open", fail)
    for _ in range(2):
        assert folders(await catalogue.page(Query())) == ["lost+found", "S"]
        with pytest.raises(Denied):
            await catalogue.page(Query(folder="lost+found"))
    assert catalogue.unreadable == 0


@pytest.mark.parametrize("code", NOT_NOW)
async def test_nothing_in_a_folder_can_be_looked_at(
    catalogue: Catalogue, fails: Callable[[Callable[[str], int]], None], code: str
) -> None:
    fails(lambda name: 0 if name in "ST" else getattr(errno, code))
    with pytest.raises(Unavailable):
        await catalogue.page(Query(folder="S/T"))


@pytest.mark.parametrize("code", NOT_NOW)
async def test_one_bad_entry_costs_itself_alone_and_is_shown_as_it_was(
    root: Path,
    catalogue: Catalogue,
    fails: Callable[[Callable[[str], int]], None],
    caplog: pytest.LogCaptureFixture,
    code: str,
) -> None:
    fails(lambda name: getattr(errno, code) if name in ("a.mp4", "new.mp4") else 0)
    (root / "new.mp4").touch()
    (root / "b.mp4").write_bytes(b"longer than it was")
    for _ in range(3):
        page = await catalogue.page(Query())
        assert (paths(page), folders(page)) == (["a.mp4", "b.mp4"], ["S"])
        assert [item.entry.facts and item.entry.facts.size for item in page.items] == [10, 18]
        assert page.total_size == 28
    for name in ("a.mp4", "new.mp4"):
        assert caplog.text.count(f"'{name}' cannot be looked at now") == 1


@pytest.mark.parametrize("code", ["ENOENT", "ENOTDIR", "ELOOP"])
async def test_what_is_gone_is_gone(
    catalogue: Catalogue, fails: Callable[[Callable[[str], int]], None], code: str
) -> None:
    fails(lambda name: getattr(errno, code) if name == "a.mp4" else 0)
    page = await catalogue.page(Query())
    assert (paths(page), folders(page)) == (["b.mp4"], ["S"])


async def test_a_mount_that_has_died(
    root: Path, catalogue: Catalogue, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is in it stays in the listing, and is 503 when it is asked for."""
    (tmp_path / "far" / "deep").mkdir(parents=True)
    (tmp_path / "far" / "deep" / "e.mp4").write_bytes(b"film")
    everything = ["a.mp4", "b.mp4", "nas/deep/e.mp4", "S/c.mp4", "S/T/d.mp4"]
    with mirrored(tmp_path / "far", root / "nas") as fuse:
        while paths(await catalogue.page(ALL)) != everything:
            pass
        fuse.die()
        with caplog.at_level(logging.WARNING, "quart_video"):
            for _ in range(3):
                assert folders(await catalogue.page(Query())) == ["nas", "S"]
                assert paths(await catalogue.page(ALL)) == everything
                for folder in ("nas", "nas/deep"):
                    with pytest.raises(Unavailable):
                        await catalogue.page(Query(folder=folder))
                with pytest.raises(Unavailable):
                    await catalogue.find("nas/deep/e.mp4")
        assert catalogue.unreadable == 2
        assert caplog.text.count("cannot be read now") == 1
    with pytest.raises(NotFound):  # the folder that it was mounted on is empty
        await catalogue.page(Query(folder="nas/deep"))
    await catalogue.page(Query(folder="nas"))
    await until(lambda: catalogue.unreadable == 0)


def test_what_the_log_is_told(caplog: pytest.LogCaptureFixture) -> None:
    found = Unreadable()
    for number in range(30):
        found.note(f"a{number}", "it is dead")
        found.note(f"a{number}/b", "it is dead")
    assert len(found) == 60
    assert caplog.text.count("cannot be read now") == 11
    assert caplog.text.count("/b'") == 0
    found.clear("", {f"a{number}" for number in range(10)})
    assert len(found) == 20
    found.clear("")
    assert len(found) == 0
    assert "All folders can be read again" in caplog.text
