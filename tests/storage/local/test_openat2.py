from __future__ import annotations

import errno
import os
import socket
import tempfile
from pathlib import Path

import pytest

from quart_video.storage.local import openat2
from quart_video.storage.local.file_systems import known, mounts
from quart_video.storage.local.openat2 import CachedOpener, opener


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (root / "folder" / "clip.mp4").write_bytes(b"clip")
    (root / "folder" / "to-clip.mp4").symlink_to("clip.mp4")
    (tmp_path / "secret.mp4").write_bytes(b"secret")
    return root


@pytest.fixture
def found(root: Path) -> CachedOpener:
    found = opener(str(root))
    if found is None:
        pytest.skip("this kernel or this file system cannot open a file at once")
    return found


def read(found: CachedOpener, path: str) -> bytes | None:
    descriptor = found.open(path)
    if descriptor is None:
        return None
    try:
        assert not os.get_inheritable(descriptor)
        return os.pread(descriptor, 100, 0)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("path", ["folder/clip.mp4", "folder/to-clip.mp4"])
def test_what_is_in_memory(found: CachedOpener, root: Path, path: str) -> None:
    (root / path).read_bytes()
    assert read(found, path) == b"clip"


@pytest.mark.parametrize(
    "target",
    ["../../secret.mp4", "{root}/../secret.mp4", "{root}/folder/clip.mp4", "/proc/self/exe", "."],
)
def test_what_is_for_another(found: CachedOpener, root: Path, target: str) -> None:
    """Whatever leads out, or is no regular file, is left to who can tell why."""
    link = root / "folder" / "link.mp4"
    link.symlink_to(target.format(root=root))
    if link.is_file():
        link.read_bytes()  # it would be in memory
    assert found.open("folder/link.mp4") is None


def test_what_is_no_file(found: CachedOpener, root: Path) -> None:
    os.mkfifo(root / "fifo.mp4")
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(root / "socket.mp4"))
    for path in ("fifo.mp4", "socket.mp4", "folder", "no.mp4", "folder/clip.mp4/x"):
        (root / "folder" / "clip.mp4").stat()
        assert found.open(path) is None


def test_a_writer_to_a_fifo_is_not_woken(found: CachedOpener, root: Path) -> None:
    os.mkfifo(root / "fifo.mp4")
    assert found.open("fifo.mp4") is None
    with pytest.raises(OSError, match="No such device") as caught:
        os.open(root / "fifo.mp4", os.O_WRONLY | os.O_NONBLOCK)
    assert caught.value.errno == errno.ENXIO  # nobody reads


def test_no_descriptor_stays_open(found: CachedOpener) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for path in ("folder/clip.mp4", "folder", "no.mp4"):
        for _ in range(10):
            read(found, path)
    assert len(os.listdir("/proc/self/fd")) == before


def test_only_where_opening_does_not_wait(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "of", lambda *_: known("nfs4"))
    assert opener(str(root)) is None


def test_only_where_the_kernel_knows_how(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openat2, "_OPENAT2", 100_000)  # a number that no call has: ENOSYS
    assert opener(str(root)) is None


def test_not_on_another_disk_that_the_root_has_become(root: Path, tmp_path: Path) -> None:
    """A root may be a link, which is turned from one disk to another."""
    other = Path("/dev/shm")  # noqa: S108 - a disk of its own
    if not other.is_dir() or other.stat().st_dev == root.stat().st_dev:
        pytest.skip("there is one disk only")
    link = tmp_path / "current"
    link.symlink_to(root)
    found = opener(str(link))
    if found is None:
        pytest.skip("this kernel or this file system cannot open a file at once")
    (root / "folder" / "clip.mp4").read_bytes()
    descriptor = found.open("folder/clip.mp4")
    assert descriptor is not None
    os.close(descriptor)
    with tempfile.TemporaryDirectory(dir=other) as folder:
        (Path(folder) / "folder").mkdir()
        (Path(folder) / "folder" / "clip.mp4").write_bytes(b"other")
        link.unlink()
        link.symlink_to(folder)
        assert found.open("folder/clip.mp4") is None
        assert not found.holds
