"""What a folder does not list as it is spelled does not exist."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from quart_video.storage.base import NotFound, StorageError, Unreadable
from quart_video.storage.local import openat2, safe_open, spelling
from quart_video.storage.local.file_systems import UNKNOWN, mounts
from quart_video.storage.local.storage import LocalStorage

LISTED = {"secret": "Secret", "other.mp4": "Other.mp4"}
"""What is on the disk, and what folders call it: so to ask for the first is to ask by an alias."""


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Have all be on a file system that takes other names, and count how often folders are read."""
    real, found = os.listdir, [0]

    def listdir(folder: Any) -> list[str]:
        found[0] += 1
        return [LISTED.get(str(name), str(name)) for name in real(folder)]

    monkeypatch.setattr(os, "listdir", listdir)
    monkeypatch.setattr(mounts, "of", lambda *_: UNKNOWN)
    spelling.listed.clear()
    yield found
    spelling.listed.clear()


@pytest.fixture
async def storage(tmp_path: Path, reads: list[int]) -> AsyncIterator[LocalStorage]:
    (tmp_path / "secret").mkdir()
    (tmp_path / "open").mkdir()
    for path in ("secret/clip.mp4", "open/clip.mp4", "open/other.mp4"):
        (tmp_path / path).write_bytes(b"film")
    (tmp_path / "open" / "link.mp4").symlink_to("../secret/clip.mp4")
    storage = LocalStorage(str(tmp_path))
    yield storage
    await storage.aclose()


@pytest.mark.parametrize("path", ["secret/clip.mp4", "open/other.mp4"])
async def test_another_name(storage: LocalStorage, path: str) -> None:
    with pytest.raises(NotFound, match="another name"):
        await storage.open(path)
    with pytest.raises(NotFound):
        await storage.stat(path)


async def test_a_folder_by_another_name(storage: LocalStorage) -> None:
    with pytest.raises(NotFound):
        await storage.list("secret")
    (found,) = await storage.fingerprints(["secret"])
    assert isinstance(found, NotFound)
    (studied,) = await storage.study(["secret"], lambda *_: None)
    assert isinstance(studied, StorageError)


async def test_a_link_calls_things_as_it_likes(storage: LocalStorage) -> None:
    """Who made it could have copied the file as well."""
    (await storage.open("open/link.mp4")).close()


async def test_folders_are_not_read_for_each_file(
    storage: LocalStorage, reads: list[int], tmp_path: Path
) -> None:
    for _ in range(10):
        (await storage.open("open/clip.mp4")).close()
    assert reads == [2]
    (tmp_path / "open" / "new.mp4").write_bytes(b"film")
    (await storage.open("open/new.mp4")).close()
    assert reads == [3]


async def test_a_folder_that_may_not_be_read_has_no_names(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", fail)
    with pytest.raises(Unreadable):
        await storage.open("open/clip.mp4")


def test_nothing_is_opened_at_once(tmp_path: Path, reads: list[int]) -> None:
    assert openat2.opener(str(tmp_path)) is None


def test_on_exact_file_systems_no_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        if not mounts.of(descriptor, os.fstat(descriptor).st_dev).is_exact:
            pytest.skip("the folder for tests is on no disk that is exact")
    finally:
        os.close(descriptor)
    (tmp_path / "clip.mp4").write_bytes(b"film")
    monkeypatch.setattr(safe_open, "lists", None)
    os.close(safe_open.open_beneath(str(tmp_path), ["clip.mp4"]))
