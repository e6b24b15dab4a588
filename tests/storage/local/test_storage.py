from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from quart_video.storage.base import BadName, Denied, Entry, NotFound, StorageError, Unavailable
from quart_video.storage.local.openat2 import opener
from quart_video.storage.local.storage import LocalStorage
from tests.storage.reading import BAD_NAMES, read


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "folder" / "deep").mkdir(parents=True)
    (root / "clip.mp4").write_bytes(b"clip")
    (root / "folder" / "deep" / "x.mp4").write_bytes(b"deep")
    (root / ".hidden.mp4").write_bytes(b"hidden")
    outside = tmp_path / "root-secret"  # shares the root's prefix
    outside.mkdir()
    (outside / "secret.mp4").write_bytes(b"secret")
    return root


@pytest.fixture(params=["at once", "in threads"])
def storage(
    request: pytest.FixtureRequest, root: Path, monkeypatch: pytest.MonkeyPatch
) -> LocalStorage:
    if request.param == "in threads":
        monkeypatch.setattr("quart_video.storage.local.storage.opener", lambda _: None)
    elif opener(str(root)) is None:
        pytest.skip("this kernel or this file system cannot open a file at once")
    return LocalStorage(str(root), threads=2)


class TestOpen:
    @pytest.mark.parametrize(
        ("path", "data"), [("clip.mp4", b"clip"), ("folder/deep/x.mp4", b"deep")]
    )
    async def test_regular_file(self, storage: LocalStorage, path: str, data: bytes) -> None:
        assert await read(storage, path) == data

    @pytest.mark.parametrize("path", ["../root-secret/secret.mp4", *BAD_NAMES])
    async def test_bad_name(self, storage: LocalStorage, path: str) -> None:
        with pytest.raises(BadName):
            await storage.open(path)

    @pytest.mark.parametrize("path", ["no.mp4", "clip.mp4/x.mp4", "folder", "folder/no", ""])
    async def test_not_found(self, storage: LocalStorage, path: str) -> None:
        with pytest.raises(NotFound):
            await storage.open(path)

    async def test_what_is_no_regular_file_is_not_opened(
        self, storage: LocalStorage, root: Path
    ) -> None:
        os.mkfifo(root / "fifo.mp4")
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(str(root / "socket.mp4"))
        for name in ("fifo.mp4", "socket.mp4"):
            with pytest.raises(NotFound):
                await asyncio.wait_for(storage.open(name), 30)

    async def test_root_that_went_away_is_unavailable(self, tmp_path: Path) -> None:
        with pytest.raises(Unavailable, match="root"):
            await LocalStorage(str(tmp_path / "gone")).open("clip.mp4")

    @pytest.mark.parametrize(
        ("code", "error"),
        [
            (errno.EACCES, Denied),
            (errno.EIO, Unavailable),
            (errno.EMFILE, Unavailable),
            (errno.ETIMEDOUT, Unavailable),
            (errno.ENOENT, NotFound),
        ],
    )
    async def test_errors_of_the_system_have_names(
        self,
        root: Path,
        monkeypatch: pytest.MonkeyPatch,
        code: int,
        error: type[Exception],
    ) -> None:
        def fail(*_: object, **__: object) -> int:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr("quart_video.storage.local.storage.opener", lambda _: None)
        monkeypatch.setattr("quart_video.storage.local.storage.open_beneath", fail)
        with pytest.raises(error):
            await LocalStorage(str(root)).open("clip.mp4")

    async def test_version_follows_the_file(self, storage: LocalStorage, root: Path) -> None:
        async def version() -> str:
            return (await storage.stat("clip.mp4")).facts.version  # type: ignore[union-attr]

        versions = [await version(), await version()]
        assert versions[0] == versions[1]
        before = os.stat(root / "clip.mp4")
        (root / "clip.mp4").write_bytes(b"plic")  # the same length, and the same mtime again:
        os.utime(root / "clip.mp4", ns=(before.st_atime_ns, before.st_mtime_ns))
        assert await version() not in versions

    async def test_facts_are_of_the_opened_file(self, storage: LocalStorage, root: Path) -> None:
        media = await storage.open("clip.mp4")
        os.replace(root / "folder" / "deep" / "x.mp4", root / "clip.mp4")
        assert b"".join([chunk async for chunk in media.chunks(0, media.facts.size)]) == b"clip"
        media.close()


class TestLinks:
    @pytest.mark.parametrize(
        "target", ["clip.mp4", "folder/../clip.mp4", "folder/deep/../../clip.mp4"]
    )
    async def test_within_the_root(self, storage: LocalStorage, root: Path, target: str) -> None:
        (root / "link.mp4").symlink_to(target)
        assert await read(storage, "link.mp4") == b"clip"

    async def test_absolute_within_the_root(self, storage: LocalStorage, root: Path) -> None:
        (root / "folder" / "link.mp4").symlink_to(root / "clip.mp4")
        assert await read(storage, "folder/link.mp4") == b"clip"

    async def test_root_that_is_a_link(self, root: Path, tmp_path: Path) -> None:
        (tmp_path / "current").symlink_to(root)
        (root / "a.mp4").symlink_to(root / "clip.mp4")
        (root / "b.mp4").symlink_to(tmp_path / "current" / "clip.mp4")
        storage = LocalStorage(str(tmp_path / "current"))
        assert await read(storage, "a.mp4") == await read(storage, "b.mp4") == b"clip"

    async def test_folder(self, storage: LocalStorage, root: Path) -> None:
        (root / "way").symlink_to("folder/deep")
        assert await read(storage, "way/x.mp4") == b"deep"

    @pytest.mark.parametrize(
        "target",
        [
            "../root-secret/secret.mp4",
            "folder/../../root-secret/secret.mp4",
            "{parent}/root-secret/secret.mp4",
            "../root/clip.mp4",  # comes back in, but has been out
            "/dev/zero",
        ],
    )
    async def test_out_of_the_root(self, storage: LocalStorage, root: Path, target: str) -> None:
        (root / "link.mp4").symlink_to(target.format(parent=root.parent))
        with pytest.raises(Denied):
            await storage.open("link.mp4")
        with pytest.raises(Denied):
            await storage.stat("link.mp4")

    async def test_folder_out_of_the_root(self, storage: LocalStorage, root: Path) -> None:
        (root / "way").symlink_to(root.parent / "root-secret")
        for path in ("way", "way/secret.mp4"):
            with pytest.raises(Denied):
                await storage.stat(path)
        with pytest.raises(Denied):
            await storage.list("way")

    async def test_loops_and_dangling(self, storage: LocalStorage, root: Path) -> None:
        (root / "a.mp4").symlink_to("b.mp4")
        (root / "b.mp4").symlink_to("a.mp4")
        (root / "gone.mp4").symlink_to("nothing.mp4")
        for path in ("a.mp4", "gone.mp4"):
            with pytest.raises(NotFound):
                await storage.open(path)

    async def test_through_a_file(self, storage: LocalStorage, root: Path) -> None:
        (root / "link.mp4").symlink_to("clip.mp4/../clip.mp4")
        with pytest.raises(NotFound):
            await storage.open("link.mp4")

    async def test_swapped_while_it_is_opened(self, storage: LocalStorage, root: Path) -> None:
        """Whatever the moment, a link out of the root is never followed."""
        secret = root.parent / "root-secret"
        (root / "swap").mkdir()
        (root / "swap" / "secret.mp4").write_bytes(b"inside")
        (root / "other").symlink_to(secret)
        stop = threading.Event()

        def swap() -> None:
            while not stop.is_set():
                os.rename(root / "swap", root / "spare")
                os.rename(root / "other", root / "swap")
                os.rename(root / "swap", root / "other")
                os.rename(root / "spare", root / "swap")

        thread = threading.Thread(target=swap)
        thread.start()
        outcomes = set()
        try:
            for _ in range(3000):
                try:
                    outcomes.add(await read(storage, "swap/secret.mp4"))
                except NotFound:
                    outcomes.add(b"404")
        finally:
            stop.set()
            thread.join()
        assert outcomes <= {b"inside", b"404"}
        assert b"inside" in outcomes


class TestList:
    async def test_entries(self, storage: LocalStorage) -> None:
        entries = {entry.path: entry for entry in await storage.list("")}
        assert entries.keys() == {"clip.mp4", "folder"}
        assert entries["folder"] == Entry("folder")
        assert entries["clip.mp4"] == await storage.stat("clip.mp4")
        assert [entry.path for entry in await storage.list("folder")] == ["folder/deep"]

    async def test_links(self, storage: LocalStorage, root: Path) -> None:
        (root / "in.mp4").symlink_to("clip.mp4")
        (root / "loop").symlink_to(".")
        (root / "out.mp4").symlink_to(root.parent / "root-secret" / "secret.mp4")
        (root / "gone.mp4").symlink_to("nothing")
        entries = {entry.path: entry for entry in await storage.list("")}
        assert entries.keys() == {"clip.mp4", "folder", "in.mp4", "loop"}
        assert entries["in.mp4"].is_link
        assert entries["in.mp4"].facts == entries["clip.mp4"].facts
        assert entries["loop"].is_link
        assert entries["loop"].is_folder

    async def test_odd_names_are_left_out_and_logged_once(
        self, storage: LocalStorage, root: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        os.mkfifo(root / "fifo.mp4")
        (root / "back\\slash.mp4").touch()
        (root / "new\nline.mp4").touch()
        Path(os.fsdecode(os.fsencode(root) + b"/latin\xe9.mp4")).touch()
        with caplog.at_level(logging.WARNING, "quart_video"):
            for _ in range(2):
                names = {entry.name for entry in await storage.list("")}
        assert names == {"clip.mp4", "folder", "new\nline.mp4"}
        assert len(caplog.records) == 2
        assert all("rename" in record.getMessage() for record in caplog.records)

    @pytest.mark.parametrize("path", ["no", "clip.mp4", "..", ".", "/"])
    async def test_no_folder(self, storage: LocalStorage, path: str) -> None:
        with pytest.raises(NotFound):
            await storage.list(path)

    async def test_no_descriptor_stays_open(self, storage: LocalStorage, root: Path) -> None:
        (root / "out").symlink_to("..")
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(20):
            await storage.list("folder")
            await storage.stat("folder/deep/x.mp4")
            await read(storage, "folder/deep/x.mp4")
            for path in ("no", "out/x", "folder", "clip.mp4/x"):
                with pytest.raises(NotFound):
                    await storage.open(path)
        assert len(os.listdir("/proc/self/fd")) == before


CHANGES: dict[str, Callable[[Path], object]] = {
    "added": lambda folder: (folder / "new.mp4").touch(),
    "removed": lambda folder: (folder / "old.mp4").unlink(),
    "renamed": lambda folder: (folder / "old.mp4").rename(folder / "a.mp4"),
    "folder added": lambda folder: (folder / "below").mkdir(),
    "mtime set back": lambda folder: os.utime(folder, (0, 0)),
    "another folder": lambda folder: folder.rename(f"{folder}-2").with_name("folder").mkdir(),
}


class TestFingerprint:
    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
    async def test_follows_the_folder(
        self, storage: LocalStorage, root: Path, change: Callable[[Path], object]
    ) -> None:
        (root / "folder" / "old.mp4").touch()
        before = await storage.fingerprints(["folder"])
        assert await storage.fingerprints(["folder"]) == before
        time.sleep(0.02)  # the clock of a file system ticks slowly
        change(root / "folder")
        assert await storage.fingerprints(["folder"]) != before

    @pytest.mark.parametrize("path", ["nothing", "clip.mp4", "..", "a\0"])
    async def test_no_folder(self, storage: LocalStorage, path: str) -> None:
        before, error, after = await storage.fingerprints(["folder", path, "folder"])
        assert isinstance(error, NotFound)
        assert before == after

    @pytest.mark.parametrize("compares_names", [False, True])
    async def test_many_at_once_are_as_each_by_itself(
        self, storage: LocalStorage, root: Path, *, compares_names: bool
    ) -> None:
        """They are opened on the way from one to the next, wherever that leads."""
        for path in ("a/b/c", "a/b/d", "a/e", "f/b/c"):
            (root / path).mkdir(parents=True)
        (root / "a/link").symlink_to("../f/b")
        (root / "a/out").symlink_to(root.with_name("root-secret"))
        (root / "a/e/up").symlink_to("../..")
        time.sleep(0.02)
        paths = ["", "a", "a/b", "a/b/c", "a/b/d", "a/b/d", "a/b", "a/link/c", "a/link", "a/e"]
        paths += ["f/b/c", "a/b/c", "a/out", "a/b/no", "a/b/c", "clip.mp4", "a/e/up/f", "a/e", ""]
        alone = [(await storage.fingerprints([path]))[0] for path in paths]
        assert sum(isinstance(each, NotFound) for each in alone) == 3
        before = len(os.listdir("/proc/self/fd"))
        storage.compares_names = compares_names
        together = await storage.fingerprints(paths)
        assert list(map(repr, together)) == list(map(repr, alone))
        assert len(os.listdir("/proc/self/fd")) == before

    async def test_what_is_on_the_way_is_not_looked_up_again(
        self, storage: LocalStorage, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deep = "folder/deep/er/still"
        for number in range(100):
            (root / deep / str(number)).mkdir(parents=True)
        calls = 0
        real = os.open

        def count(path: str, flags: int, *, dir_fd: int | None = None) -> int:
            nonlocal calls
            calls += 1
            return real(path, flags, dir_fd=dir_fd)

        monkeypatch.setattr("os.open", count)
        await storage.fingerprints([f"{deep}/{number}" for number in range(100)])
        assert calls <= 2 * 100 + 10


async def test_closed_storage_is_unavailable(storage: LocalStorage) -> None:
    media = await storage.open("clip.mp4")
    await storage.aclose()
    with pytest.raises(Unavailable):
        await storage.open("clip.mp4")
    assert b"".join([chunk async for chunk in media.chunks(0, 4)]) == b"clip"
    media.close()


class TestCheck:
    async def test_nobody_holds_it_up(self, storage: LocalStorage) -> None:
        """However many wait for a thread: what they wait for may be a folder of great size."""
        go_on = threading.Event()
        submit = storage._disk.submit  # noqa: SLF001 - to all threads there are
        calls: list[Future[object]] = [submit(go_on.wait) for _ in range(50)]
        try:
            await asyncio.wait_for(storage.check(), 30)
        finally:
            go_on.set()
        assert all([await asyncio.wrap_future(call) for call in calls])

    async def test_a_row_is_read(
        self, storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A mount that has lost its server may open the root all the same."""
        await storage.check()

        def fail(_: int) -> None:
            raise OSError(errno.EIO, "lost")

        monkeypatch.setattr("quart_video.storage.local.storage.os.scandir", fail)
        with pytest.raises(Unavailable):
            await storage.check()

    async def test_no_root(self, storage: LocalStorage, root: Path) -> None:
        root.rename(root.with_name("elsewhere"))
        with pytest.raises(StorageError):
            await storage.check()

    async def test_an_empty_root(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        await LocalStorage(str(tmp_path / "empty")).check()
