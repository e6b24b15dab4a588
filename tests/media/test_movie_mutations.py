"""A thousand broken indexes and films: no other bytes than those of the whole, and no hang."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from quart_video.media import DerivativeService, Failed, FolderCache
from quart_video.media.derivative import Source
from quart_video.media.movies import Movies
from quart_video.remux import VirtualMedia
from quart_video.storage.base import StorageError
from tests.media.films import AAC, H264, Film
from tests.media.make import on_disk
from tests.support.mutations import mutate

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(1500)]

PATIENCE = 60
"""Seconds after which an answer counts as one that hangs."""
TURNS = 1000
TWO = ["-map", "0:v", "-map", "1:a", "-map", "1:a"]
KEPT = Film("mutated.mkv", [*H264, *TWO, "-c:a:0", "aac", "-c:a:1", "ac3", "-ac", "2"])
FILMS = [
    KEPT,
    Film("mutated.webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-c:a", "libopus"]),
    Film("mutated.mp4", [*H264, *AAC, "-movflags", "frag_keyframe+empty_moov"]),
    Film("mutated.mov", [*H264, "-bf", "2", "-c:a", "pcm_s16le"]),
    Film("mutated-patched.mov", [*H264, "-bf", "2", *TWO, *AAC]),
    Film("mutated.flv", [*H264, *AAC]),
    Film("mutated.avi", [*H264, "-bf", "0", "-c:a", "libmp3lame"]),
    Film("mutated-av1.mkv", ["-c:v", "libsvtav1", "-preset", "12", "-c:a", "flac"]),
    Film("mutated-hevc.mp4", ["-c:v", "libx265", "-x265-params", "log-level=none", *AAC]),
]


@pytest_asyncio.fixture(loop_scope="session")
async def service(tmp_path: Path) -> AsyncIterator[DerivativeService]:
    service = DerivativeService(FolderCache(str(tmp_path / "cache"), 10**9), most=2)
    yield service
    await service.aclose()


async def read(media: VirtualMedia, start: int, stop: int) -> bytes:
    return b"".join([chunk async for chunk in media.chunks(start, stop)])


async def opened(movies: Movies, source: Source, sound: int | None) -> VirtualMedia:
    return await movies.open(source, await source.open(), sound)


async def whole(movies: Movies, source: Source, sound: int | None) -> bytes:
    media = await opened(movies, source, sound)
    try:
        return await read(media, 0, media.facts.size)
    finally:
        media.close()


async def ranges_are_of(movies: Movies, source: Source, sound: int | None, data: bytes) -> None:
    """Read some of it, as a player does; what is read is what is there."""
    draw = random.Random(len(data))
    media = await opened(movies, source, sound)
    try:
        assert media.facts.size == len(data)
        for _ in range(3):
            start = draw.randrange(len(data))
            stop = draw.randint(start, len(data))
            assert await read(media, start, stop) == data[start:stop]
    finally:
        media.close()


def kept_files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
async def test_broken_indexes_send_no_other_bytes(
    service: DerivativeService, tmp_path: Path
) -> None:
    source = on_disk(KEPT.make(tmp_path))
    movies = Movies(service, audio="stereo")
    expected = {0: await whole(movies, source, 0)}
    facts = await movies.film(source)
    while (await movies.sound(source, facts, 1)).state != "ready":
        await asyncio.sleep(0.05)
    expected[1] = await whole(movies, source, 1)
    await movies.aclose()
    pristine = {path: data for path, data in kept_files(tmp_path / "cache").items() if data}
    assert len(pristine) >= 5, [path.name for path in pristine]
    draw = random.Random(18)
    seen: Counter[str] = Counter()
    for _ in range(TURNS):
        for path, data in pristine.items():
            path.write_bytes(data)
        path, gone = draw.sample(list(pristine), 2)
        path.write_bytes(mutate(pristine[path], draw))
        if draw.random() < 0.5:
            gone.unlink()
        is_sound = path.name == "aac-1-stereo-0"
        movies = Movies(service, audio="stereo")
        async with asyncio.timeout(PATIENCE):
            for _ in range(4):  # what is kept may be broken in one place and missing in another
                seen["noticed"] += await until_read(movies, source, 0, expected[0])
                found = await prepared(movies, source)
                if found == expected[1] or (is_sound and found):
                    break
                seen["noticed"] += 1
            else:
                pytest.fail(f"it does not heal: {path.name}, {gone.name}")
        await movies.aclose()
    assert seen["noticed"] > TURNS / 20


async def until_read(movies: Movies, source: Source, sound: int, expected: bytes) -> int:
    """Read a movie until it is there; return how often what is kept was found to be broken."""
    for turn in range(3):
        try:
            assert await whole(movies, source, sound) == expected
        except StorageError:
            continue  # it has been forgotten by then, and is made anew
        return turn
    return pytest.fail("it does not heal")


async def prepared(movies: Movies, source: Source) -> bytes | None:
    """Return the movie with its sound made AAC, or as it is; ``None``: that was not there."""
    try:
        facts = await movies.film(source)
        while (state := (await movies.sound(source, facts, 1)).state) != "ready":
            assert state == "preparing"
            await asyncio.sleep(0.01)
        return await whole(movies, source, 1)
    except StorageError:
        return None


@pytest.mark.slow
async def test_broken_films_are_what_they_are_or_nothing(
    service: DerivativeService, tmp_path: Path
) -> None:
    draw = random.Random(81)
    seen: Counter[str] = Counter()
    movies = Movies(service, audio="off")
    seeds = [made.make(tmp_path) for made in FILMS]
    for turn in range(TURNS):
        seed = seeds[turn % len(seeds)]
        path = tmp_path / f"{turn}{seed.suffix}"
        path.write_bytes(mutate(seed.read_bytes(), draw))
        source = on_disk(path)
        try:
            async with asyncio.timeout(PATIENCE):
                data = await whole(movies, source, None)
                await ranges_are_of(movies, source, None, data)
        except Failed:
            seen["refused"] += 1
            continue
        finally:
            path.unlink()
        assert data[4:8] == b"ftyp"
        seen["played"] += 1
    assert seen["played"] > TURNS / 4
    assert seen["refused"] > TURNS / 100
