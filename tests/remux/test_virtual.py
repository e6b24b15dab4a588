from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quart_video.remux.index_cache import IndexCache
from quart_video.storage.base import Changed, Media
from quart_video.storage.local.disk import Disk, OpenFile
from quart_video.storage.memory import BytesMedia
from tests.remux.movies import MadeFilm, make_film

FILM = make_film()


async def read(media: Media, start: int, stop: int) -> bytes:
    return b"".join([chunk async for chunk in media.chunks(start, stop)])


@given(st.data())
@settings(max_examples=300, deadline=None)
async def test_any_range_is_that_of_the_file_written_out(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(FILM.whole)))
    stop = data.draw(st.integers(start, len(FILM.whole)))
    media = await FILM.virtual().open()
    assert media.facts.size == len(FILM.whole)
    if data.draw(st.booleans()) and stop > start:
        await media.ready(start, stop)
    assert await read(media, start, stop) == FILM.whole[start:stop]


@pytest.mark.parametrize("seed", range(5))
async def test_whole_file_comes_out_of_a_file_on_disk(tmp_path: Path, seed: int) -> None:
    film = make_film(seed, count=100)
    disk = Disk(1)
    try:
        opened = open_on_disk(tmp_path, film, disk)
        media = await film.virtual(opened).open()
        assert await read(media, 0, len(film.whole)) == film.whole
        for start in range(0, len(film.whole) - 7, len(film.whole) // 50):
            assert await read(media, start, start + 7) == film.whole[start : start + 7]
        media.close()
        with pytest.raises(ValueError, match="closed"):
            opened.fileno()
    finally:
        disk.close()


async def test_file_that_cannot_tell_what_is_cached_is_read_in_a_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(1)
    real = os.preadv

    def refuse(descriptor: int, targets: list[memoryview], at: int, flags: int = 0) -> int:
        if flags:
            raise OSError(95, "Operation not supported")
        return real(descriptor, targets, at)

    monkeypatch.setattr(os, "preadv", refuse)
    try:
        media = await FILM.virtual(open_on_disk(tmp_path, FILM, disk)).open()
        assert await read(media, 0, len(FILM.whole)) == FILM.whole
        media.close()
    finally:
        disk.close()


def open_on_disk(folder: Path, film: MadeFilm, disk: Disk) -> OpenFile:
    path = folder / "film.mkv"
    path.write_bytes(film.data)
    return OpenFile(os.open(path, os.O_RDONLY), disk, "film.mkv")


@pytest.mark.parametrize("on_disk", [True, False])
async def test_film_that_was_cut_short_ends_the_transfer(tmp_path: Path, on_disk: bool) -> None:  # noqa: FBT001
    disk = Disk(1)
    try:
        film: Media = BytesMedia(FILM.data[:-2000], version="x")
        if on_disk:
            film = open_on_disk(tmp_path, FILM, disk)
            os.truncate(tmp_path / "film.mkv", len(FILM.data) - 2000)
        media = await FILM.virtual(film).open()
        with pytest.raises(Changed):
            await read(media, 0, len(FILM.whole))
        media.close()
    finally:
        disk.close()


async def test_version_follows_from_film_and_index() -> None:
    first = (await FILM.virtual().open()).facts
    assert first.version == (await FILM.virtual().open()).facts.version
    other = (await FILM.virtual(BytesMedia(FILM.data, version="other")).open()).facts
    assert other.version != first.version
    assert (await make_film(2).virtual().open()).facts.version != first.version
    unknown = (await FILM.virtual(BytesMedia(FILM.data, version="")).open()).facts
    assert not unknown.version


async def test_time_is_that_of_the_film() -> None:
    film = BytesMedia(FILM.data, version="x", modified_ns=5_000_000_000)
    assert (await FILM.virtual(film).open()).facts.modified_ns == 5_000_000_000


async def test_broken_block_is_told_and_ends_the_transfer() -> None:
    virtual = FILM.virtual()
    media = await virtual.open()
    data = bytearray(virtual.index._data)  # noqa: SLF001 - what is kept on disk may rot
    data[200] ^= 1
    virtual.index = BytesMedia(bytes(data), version="index")
    with pytest.raises(Changed, match="broken"):
        await media.ready(0, 10)
    assert virtual.broken == 1
    assert virtual.cache.find("key") is None


async def test_index_is_read_once_for_all() -> None:
    cache = IndexCache()
    virtual = FILM.virtual(cache=cache)
    media = await virtual.open()
    await read(media, 0, media.facts.size)
    virtual.index = BytesMedia(b"", version="gone")
    again = await virtual.open()
    assert await read(again, 0, again.facts.size) == FILM.whole


async def test_cache_takes_no_more_than_it_may() -> None:
    cache = IndexCache(most=30_000)
    virtual = FILM.virtual(cache=cache)
    media = await virtual.open()
    for start in range(0, media.facts.size, 5000):
        await read(media, start, min(start + 5000, media.facts.size))
        assert cache.weight <= 100_000  # one block may be as large as it is
    cache.forget("key")
    assert cache.weight == 0


async def test_range_reads_little_more_of_the_film_than_it_sends() -> None:
    counted = Counted(FILM.data)
    media = await FILM.virtual(counted).open()
    middle = len(FILM.whole) // 2
    await read(media, middle, middle + 1000)
    assert counted.read <= 3 * 256 * 1024


class Counted(BytesMedia):
    """Counts the bytes that are asked of it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data, version="x")
        self.read = 0

    def chunks(self, start: int, stop: int):  # type: ignore[no-untyped-def]  # noqa: ANN201 - its own
        self.read += stop - start
        return super().chunks(start, stop)
