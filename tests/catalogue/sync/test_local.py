"""The catalogue of a folder on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from quart_video.catalogue import Caption, Item, Marks
from quart_video.storage.base import NotFound
from quart_video.storage.local.storage import LocalStorage
from tests.catalogue.shelves import catalogue_of, page, paths


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[LocalStorage]:
    for path in ("clip 10.mp4", "clip 2.mp4", "clip 2.pt-br.vtt", ".hidden.mp4", "a/clip.mkv"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(b"x" * len(path))
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "z.mp4").symlink_to(tmp_path / "a" / "clip.mkv")
    (tmp_path / "out").symlink_to("/")
    local = LocalStorage(str(tmp_path))
    yield local
    await local.aclose()


async def found(storage: LocalStorage, path: str) -> Item:
    async with catalogue_of(storage) as catalogue:
        return await catalogue.find(path)


async def test_a_folder(storage: LocalStorage) -> None:
    listing = await page(storage)
    assert paths(listing) == ["clip 2.mp4", "clip 10.mp4", "z.mp4"]
    assert [entry.path for entry in listing.folders] == ["a"]
    assert listing.items[0].captions == (Caption("clip 2.pt-br.vtt", Marks("pt-BR")),)


async def test_the_whole_tree(storage: LocalStorage) -> None:
    listing = await page(storage, recursive=True)
    assert paths(listing) == ["clip 2.mp4", "clip 10.mp4", "z.mp4", "a/clip.mkv"]


async def test_find(storage: LocalStorage) -> None:
    item = await found(storage, "clip 2.mp4")
    assert item.entry.facts == (await storage.stat("clip 2.mp4")).facts
    assert [caption.marks.language for caption in item.captions] == ["pt-BR"]


@pytest.mark.parametrize("path", [".hidden.mp4", "../x.mp4", "a", "", "a/", "out/x.mp4", "\0.mp4"])
async def test_what_is_not_found(storage: LocalStorage, path: str) -> None:
    with pytest.raises(NotFound):
        await found(storage, path)
