"""Movies as they are opened: their sound made AAC in the background, in time and without a seam."""

from __future__ import annotations

import array
import asyncio
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio

from quart_video.media import DerivativeService, Failed, FolderCache
from quart_video.media.cache import MemoryCache
from quart_video.media.derivative import Source
from quart_video.media.movies import Movies
from quart_video.storage.base import Changed, NotFound
from tests.e2e.harness import need_tool
from tests.media.films import AAC, TIMEOUT, Film, ffmpeg, ffprobe
from tests.media.make import on_disk
from tests.media.movies import make_parts_short, packets, pictures

pytestmark = pytest.mark.asyncio(loop_scope="session")

RATE = 48_000
BEEPS = "aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t,0.5),0.05)':s=48000"
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]


def film(name: str, *sound: str, seconds: float = 4) -> Film:
    return Film(f"movies-{name}", [*H264, "-ac", "2", *sound], seconds, tone=BEEPS)


AC3 = film("ac3.mkv", "-c:a", "ac3")


@pytest_asyncio.fixture(loop_scope="session")
async def service(tmp_path: Path) -> AsyncIterator[DerivativeService]:
    service = DerivativeService(FolderCache(str(tmp_path / "cache"), 10**8), most=2)
    yield service
    await service.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def movies(service: DerivativeService) -> AsyncIterator[Movies]:
    movies = Movies(service, audio="stereo")
    yield movies
    await movies.aclose()


async def written(movies: Movies, source: Source, path: Path) -> Path:
    media = await movies.open(source, await source.open())
    with path.open("wb") as file:
        async for chunk in media.chunks(0, media.facts.size):
            file.write(chunk)
    media.close()
    return path


def decoded(path: Path) -> array.array[int]:
    """Return the sound of a file, silence where there is none, from where its clock begins."""
    command = [need_tool("ffmpeg"), "-nostdin", "-v", "error", "-i", str(path), "-map", "0:a:0"]
    command += ["-af", "aresample=async=1:first_pts=0", "-ac", "1", "-ar", str(RATE)]
    answer = subprocess.run(
        [*command, "-f", "s16le", "-"], check=True, timeout=TIMEOUT, capture_output=True
    )
    return array.array("h", answer.stdout)


def onsets(path: Path) -> list[float]:
    """Return when each beep begins, in milliseconds."""
    found = []
    quiet = RATE
    for number, value in enumerate(decoded(path)):
        if abs(value) > 4000:
            if quiet > RATE // 10:
                found.append(1000 * number / RATE)
            quiet = 0
        else:
            quiet += 1
    return found


@pytest.mark.parametrize(
    "made",
    [
        AC3,
        film("ac3-51.mkv", "-c:a", "ac3", "-ac", "6"),
        film("eac3.mkv", "-c:a", "eac3"),
        film("dts.mkv", "-c:a", "dca", "-strict", "-2"),
        film("truehd.mkv", "-c:a", "truehd", "-strict", "-2"),
        film("pcm.mov", "-c:a", "pcm_s16le"),
        film("pcm24.mkv", "-c:a", "pcm_s24le"),
        film("pcm96.mkv", "-c:a", "pcm_s16le", "-ar", "96000"),
        film("mp2.mkv", "-c:a", "mp2"),
        film("vorbis.mkv", "-c:a", "libvorbis"),
        film("mono.mkv", "-c:a", "ac3", "-ac", "1"),
        film("wma.mkv", "-c:a", "wmav2", "-ar", "44100"),
        film("ac3-44100.mkv", "-c:a", "ac3", "-ar", "44100"),
        film("pcm-22050.mkv", "-c:a", "pcm_s16be", "-ar", "22050"),
        film("pcm-71.mkv", "-c:a", "pcm_s16le", "-ac", "8"),
        film("dts-51-44100.mkv", "-c:a", "dca", "-strict", "-2", "-ac", "6", "-ar", "44100"),
        film("vorbis-51.mkv", "-c:a", "libvorbis", "-ac", "6"),
        film("u8.avi", "-bf", "0", "-c:a", "pcm_u8"),
        film("ac3.avi", "-bf", "0", "-c:a", "ac3"),
        film("ima.mov", "-c:a", "adpcm_ima_qt"),
        film("ulaw.mov", "-c:a", "pcm_mulaw", "-ar", "8000"),
        film("float.mov", "-c:a", "pcm_f32le"),
        film("eac3.mp4", "-c:a", "eac3"),
        film("nellymoser.flv", "-c:a", "nellymoser", "-ac", "1", "-ar", "44100"),
    ],
    ids=lambda made: made.name,
)
@pytest.mark.sample(1)
async def test_sound_becomes_aac_in_time(movies: Movies, tmp_path: Path, made: Film) -> None:
    path = made.make(tmp_path)
    source = on_disk(path)
    await movies.prepare(source)
    after = await written(movies, source, tmp_path / "after.mp4")
    streams = ffprobe(after)["streams"]
    assert [each["codec_name"] for each in streams] == ["h264", "aac"]
    has_one = any(name in made.name for name in ("mono", "nellymoser"))
    assert streams[1]["channels"] == (1 if has_one else 2)
    expected, found = onsets(path), onsets(after)
    assert len(found) == len(expected) == 8
    assert max(abs(a - b) for a, b in zip(expected, found, strict=True)) < 20
    if path.suffix == ".avi":  # its start codes are lengths in an MP4
        assert pictures(after) == pictures(path)
    else:
        assert packets(after, "v:0").hashes == packets(path, "v:0").hashes


@pytest.mark.parametrize(
    "sound",
    [
        *(["ac3"], ["eac3"], ["mp2"], ["libvorbis"], ["pcm_s16le"], ["pcm_s16le", "-ac", "6"]),
        *(["dca", "-strict", "-2"], ["truehd", "-strict", "-2"], ["wmav2"]),
        *(["ac3", "-ar", "44100"], ["ac3", "-ac", "1"], ["pcm_s24le", "-ar", "96000"]),
    ],
    ids="-".join,
)
@pytest.mark.sample(1)
async def test_gap_in_the_sound_stays(movies: Movies, tmp_path: Path, sound: list[str]) -> None:
    whole = film("gap.mkv", "-c:a", *sound, seconds=6).make(tmp_path)
    path = tmp_path / "with-gap.mkv"
    drop = "noise=drop='between(pts*tb,2,4.2)'"
    ffmpeg("-i", str(whole), "-c", "copy", "-bsf:a", drop, str(path))
    source = on_disk(path)
    await movies.prepare(source)
    after = await written(movies, source, tmp_path / "after.mp4")
    expected, found = onsets(path), onsets(after)
    assert len(expected) == len(found)
    assert any(b - a > 2000 for a, b in pairwise(expected))
    assert max(abs(a - b) for a, b in zip(expected, found, strict=True)) < 20


@pytest.mark.slow
async def test_surround_stays_surround_where_that_is_wanted(
    service: DerivativeService, tmp_path: Path
) -> None:
    movies = Movies(service, audio="surround")
    source = on_disk(film("ac3-51.mkv", "-c:a", "ac3", "-ac", "6").make(tmp_path))
    await movies.prepare(source)
    after = await written(movies, source, tmp_path / "after.mp4")
    assert ffprobe(after)["streams"][1]["channel_layout"] == "5.1"


async def test_parts_fit_together_without_a_seam(
    service: DerivativeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tone = Film("movies-tone.mkv", [*H264, "-c:a", "ac3"], 6, tone="sine=f=440:r=48000")
    path = tone.make(tmp_path)
    source = on_disk(path)
    whole = await _in_one_go(service, source, tmp_path)
    make_parts_short(monkeypatch, 40)
    again = DerivativeService(FolderCache(str(tmp_path / "parts"), 10**8), most=2)
    try:
        in_parts = await _in_one_go(again, source, tmp_path)
        facts = await Movies(again, audio="stereo").film(source)
        assert facts.main == 0
    finally:
        await again.aclose()
    assert len(whole) == len(in_parts)
    # What differs is what the encoder makes of the noise.
    assert max(abs(a - b) for a, b in zip(whole, in_parts, strict=True)) < 1000


async def _in_one_go(service: DerivativeService, source: Source, folder: Path) -> array.array[int]:
    movies = Movies(service, audio="stereo")
    await movies.prepare(source)
    return decoded(await written(movies, source, folder / "after.mp4"))


async def test_until_it_is_there_the_movie_has_the_sound_of_the_film(
    movies: Movies, tmp_path: Path
) -> None:
    source = on_disk(AC3.make(tmp_path))
    before = await movies.open(source, await source.open())
    facts = await movies.film(source)
    states = [await movies.sound(source, facts, 0)]
    while states[-1].state == "preparing":
        await asyncio.sleep(0.05)
        states.append(await movies.sound(source, facts, 0))
    assert states[-1].state == "ready"
    after = await movies.open(source, await source.open())
    original = await movies.open(source, await source.open(), original=True)
    assert original.facts == before.facts
    assert after.facts.version != before.facts.version
    for media in (before, after, original):
        media.close()
    assert (
        ffprobe(await written(movies, source, tmp_path / "a.mp4"))["streams"][1]["codec_name"]
        == "aac"
    )


async def test_parts_that_are_there_are_not_made_again(
    service: DerivativeService, tmp_path: Path
) -> None:
    source = on_disk(AC3.make(tmp_path))
    await Movies(service, audio="stereo").prepare(source)
    folder = next((tmp_path / "cache").glob("*/*"))
    before = {each.name: each.stat().st_mtime_ns for each in folder.iterdir()}
    (folder / "movie-0-aac-stereo").unlink()
    await Movies(service, audio="stereo").prepare(source)
    after = {each.name: each.stat().st_mtime_ns for each in folder.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"movie-0-aac-stereo"}


@pytest.mark.parametrize("name", ["aac-0-stereo-0", "movie-0-aac-stereo", "movie-0", "film"])
@pytest.mark.slow
async def test_what_was_deleted_is_made_again(
    service: DerivativeService, tmp_path: Path, name: str
) -> None:
    source = on_disk(AC3.make(tmp_path))
    await Movies(service, audio="stereo").prepare(source)
    folder = next((tmp_path / "cache").glob("*/*"))
    movies = Movies(service, audio="stereo")
    before = (await written(movies, source, tmp_path / "before.mp4")).read_bytes()
    (folder / name).unlink()
    movies = Movies(service, audio="stereo")
    for _ in range(3):
        try:
            await movies.prepare(source)
            after = await written(movies, source, tmp_path / "after.mp4")
        except Changed:
            continue
        break
    assert after.read_bytes() == before
    await movies.aclose()


async def test_broken_index_is_made_again(service: DerivativeService, tmp_path: Path) -> None:
    source = on_disk(film("aac.mkv", *AAC).make(tmp_path))
    movies = Movies(service, audio="stereo")
    before = (await written(movies, source, tmp_path / "before.mp4")).read_bytes()
    kept = next((tmp_path / "cache").glob("*/*")) / "movie-0"
    data = bytearray(kept.read_bytes())
    data[len(data) // 2] ^= 255
    kept.write_bytes(data)
    movies = Movies(service, audio="stereo")
    with pytest.raises(Changed, match="broken"):
        await written(movies, source, tmp_path / "after.mp4")
    assert (await written(movies, source, tmp_path / "after.mp4")).read_bytes() == before


class _SlowToForget(FolderCache):
    """A cache on a disk that takes its time."""

    async def remove(self, key: str, name: str) -> None:
        for _ in range(1000):
            await asyncio.sleep(0)
        await super().remove(key, name)


@pytest.mark.parametrize("name", ["movie-0-aac-stereo", "aac-0-stereo-0", "movie-0"])
@pytest.mark.parametrize("gone", [True, False], ids=["gone", "cut"])
@pytest.mark.sample(2)
async def test_nobody_is_told_of_what_is_lost_before_a_movie_is_opened(
    tmp_path: Path, name: str, *, gone: bool
) -> None:
    """It is made anew, however long it takes to forget it, and there is another sound meanwhile."""
    service = DerivativeService(_SlowToForget(str(tmp_path / "cache"), 10**9), most=2)
    source = on_disk(AC3.make(tmp_path))
    first = Movies(service, audio="stereo")
    original = (await written(first, source, tmp_path / "original.mp4")).read_bytes()
    await first.prepare(source)
    made = (await written(first, source, tmp_path / "made.mp4")).read_bytes()
    await first.aclose()
    kept = next((tmp_path / "cache").glob("*/*")) / name
    if gone:
        kept.unlink()
    else:
        kept.write_bytes(kept.read_bytes()[:40])
    movies = Movies(service, audio="stereo")
    found = []
    for _ in range(3):
        with suppress(Changed):  # parts are opened when they are sent
            found.append((await written(movies, source, tmp_path / "now.mp4")).read_bytes())
        await movies.prepare(source)
    assert found[-1] == made
    assert set(found) <= {made, original}
    assert len(found) == (2 if name.startswith("aac") else 3)
    await movies.aclose()
    await service.aclose()


class _Forgetful(FolderCache):
    """A cache out of which something goes some times, as soon as it is there."""

    def __init__(self, root: Path, gone: str, times: int) -> None:
        super().__init__(str(root), 10**8)
        self.written: list[str] = []
        self._gone, self._times = gone, times

    async def write(self, key: str, blobs: Mapping[str, bytes]) -> None:
        await super().write(key, blobs)
        self.written += blobs
        if self._gone in blobs and self._times:
            self._times -= 1
            await self.remove(key, self._gone)


@pytest.mark.parametrize("gone", ["aac-0-stereo-0", "film"])
async def test_what_is_deleted_while_sound_is_made_is_made_again_a_few_times(
    tmp_path: Path, gone: str
) -> None:
    source = on_disk(AC3.make(tmp_path))
    for times in (1, 99):
        cache = _Forgetful(tmp_path / str(times), gone, times)
        service = DerivativeService(cache, most=2)
        movies = Movies(service, audio="stereo")
        if times == 1:
            await movies.prepare(source)
            assert await movies.is_prepared(source)
        else:
            with pytest.raises(Failed, match="deleted before all of it is there"):
                await movies.prepare(source)
        assert cache.written.count(gone) == (2 if times == 1 else 3)
        await movies.aclose()
        await service.aclose()


@pytest.mark.parametrize("is_kept", [True, False], ids=["small", "unwritable"])
async def test_sound_that_does_not_fit_is_not_made_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_kept: bool
) -> None:
    make_parts_short(monkeypatch, 40)
    monkeypatch.setattr(MemoryCache.__init__, "__defaults__", (50_000,))
    source = on_disk(film("long-ac3.mkv", "-c:a", "ac3", seconds=20).make(tmp_path))
    if not is_kept:
        (tmp_path / "cache").touch()
    service = DerivativeService(FolderCache(str(tmp_path / "cache"), 50_000), most=2)
    movies = Movies(service, audio="surround")
    original = (await written(movies, source, tmp_path / "now.mp4")).read_bytes()
    facts = await movies.film(source)
    while (state := await movies.sound(source, facts, 0)).state == "preparing":
        await asyncio.sleep(0.05)
    assert state.state == "failed"
    assert state.problem is not None
    assert "VIDEO_CACHE_SIZE" in state.problem
    assert state == await movies.sound(source, facts, 0)
    assert (await written(movies, source, tmp_path / "now.mp4")).read_bytes() == original
    with pytest.raises(Failed, match="may take 0 MB"):
        await movies.prepare(source)
    await movies.aclose()
    await service.aclose()


async def test_sound_is_left_alone_where_that_is_wanted(
    service: DerivativeService, tmp_path: Path
) -> None:
    movies = Movies(service, audio="off")
    source = on_disk(AC3.make(tmp_path))
    await movies.prepare(source)
    facts = await movies.film(source)
    assert (await movies.sound(source, facts, 0)).state == "off"
    names = {each.name for each in next((tmp_path / "cache").glob("*/*")).iterdir()}
    assert not any(name.startswith("aac") for name in names)


async def test_sound_that_plays_is_copied_and_none_is_none(movies: Movies, tmp_path: Path) -> None:
    source = on_disk(film("aac.mkv", *AAC).make(tmp_path))
    facts = await movies.film(source)
    assert (await movies.sound(source, facts, 0)).state == "copied"
    assert (await movies.sound(source, facts, None)).state == "none"
    assert await movies.glance(source) == facts
    with pytest.raises(NotFound):
        await movies.open(source, await source.open(), 1)


async def test_refusal_is_remembered(movies: Movies, tmp_path: Path) -> None:
    source = on_disk(Film("movies.ts", [*H264, *AAC]).make(tmp_path))
    assert await movies.glance(source) is None
    for ask in (movies.film, movies.glance):
        with pytest.raises(Failed, match="transport stream"):
            await ask(source)


@pytest.mark.parametrize(
    "name", ["film-facts", "film", "plan-0", "movie-0", "aac-0-stereo-0", "aac-0-stereo-0-sizes"]
)
@pytest.mark.parametrize("gone", ["", "movie-0-aac-stereo"], ids=["", "without the index"])
@pytest.mark.sample(2)
async def test_what_is_kept_and_is_broken_is_made_anew(
    service: DerivativeService, tmp_path: Path, name: str, gone: str
) -> None:
    source = on_disk(AC3.make(tmp_path))
    first = Movies(service, audio="stereo")
    await first.prepare(source)
    expected = (await written(first, source, tmp_path / "before.mp4")).read_bytes()
    await first.aclose()
    kept = {path.name: path for path in (tmp_path / "cache").rglob("*") if path.is_file()}
    broken = kept[name].read_bytes()
    kept[name].write_bytes(broken[: len(broken) // 2])
    if gone:
        kept[gone].unlink()
    movies = Movies(service, audio="stereo")
    for _ in range(4):
        try:
            await movies.prepare(source)
            found = (await written(movies, source, tmp_path / "after.mp4")).read_bytes()
        except Changed:
            continue
        if found == expected:
            break
    else:
        pytest.fail("it does not heal")
    await movies.aclose()
