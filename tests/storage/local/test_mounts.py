"""A folder of this machine that is not on a disk of this machine: by way of FUSE."""

from __future__ import annotations

import asyncio
import platform
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from quart_video.storage.local.storage import LocalStorage
from tests.support.disk_image import overlay
from tests.support.fuse import Fuse, mirrored
from tests.support.waiting import until

_CLOSE = {"x86_64": "3"}.get(platform.machine(), "57")  # the number of the system call
DATA = bytes(range(256)) * 256


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    (source / "folder").mkdir(parents=True)
    (source / "clip.mp4").write_bytes(DATA)
    (source / "folder" / "inner.mp4").write_bytes(DATA)
    return source


@pytest.fixture
def fuse(source: Path, tmp_path: Path) -> Iterator[Fuse]:
    with mirrored(source, tmp_path / "mirror") as fuse:
        yield fuse


class Rescue:
    """Has a mount answer after a while, should all wait for it: a test fails rather than hangs."""

    def __init__(self, fuse: Fuse) -> None:
        self._fuse = fuse
        self._timer = threading.Timer(10, self._go_on)
        self.came = False

    def _go_on(self) -> None:
        self.came = True
        self._fuse.go_on()

    def __enter__(self) -> Self:
        self._fuse.stop()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._fuse.go_on()


def is_closing() -> bool:
    """Say whether a thread is in the system call that closes a file."""
    for thread in threading.enumerate():
        if thread.name.startswith("quart-video-close"):
            call = Path(f"/proc/self/task/{thread.native_id}/syscall").read_text()
            if call.split()[0] == _CLOSE:
                return True
    return False


async def test_to_close_a_file_holds_up_nobody(fuse: Fuse) -> None:
    storage = LocalStorage(str(fuse.point))
    media = await storage.open("clip.mp4")
    with Rescue(fuse) as rescue:
        media.close()
        await asyncio.sleep(0.05)
        assert not rescue.came
        assert is_closing()
    await until(lambda: not is_closing())
    await storage.aclose()


async def test_nothing_is_opened_at_once_that_would_wait(fuse: Fuse) -> None:
    storage = LocalStorage(str(fuse.point))
    (await storage.open("clip.mp4")).close()
    with Rescue(fuse) as rescue:
        opening = asyncio.ensure_future(storage.open("clip.mp4"))
        await asyncio.sleep(0.05)
        assert not rescue.came
        assert not opening.done()
    (await opening).close()
    await storage.aclose()


async def test_an_overlay_over_it_is_as_slow_as_it_is(fuse: Fuse, tmp_path: Path) -> None:
    with overlay(fuse.point, tmp_path) as over:
        storage = LocalStorage(str(over))
        (await storage.open("clip.mp4")).close()
        with Rescue(fuse) as rescue:
            opening = asyncio.ensure_future(storage.open("clip.mp4"))
            await asyncio.sleep(0.05)
            assert not rescue.came
        (await opening).close()
        await storage.aclose()


async def test_a_mount_over_the_root_of_a_running_library(source: Path, tmp_path: Path) -> None:
    """What was a folder on a disk is one of the network's by now: nothing is opened at once."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "clip.mp4").write_bytes(b"before")
    storage = LocalStorage(str(root))
    (await storage.open("clip.mp4")).close()
    with mirrored(source, root, "-o", "nonempty") as fuse:
        media = await storage.open("clip.mp4")
        assert media.facts.size == len(DATA)
        media.close()
        with Rescue(fuse) as rescue:
            opening = asyncio.ensure_future(storage.open("clip.mp4"))
            await asyncio.sleep(0.05)
            assert not rescue.came
        (await opening).close()
    media = await storage.open("clip.mp4")
    assert media.facts.size == len(b"before")
    media.close()
    await storage.aclose()
