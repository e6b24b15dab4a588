"""Virtual MP4s written out, and what ffmpeg says of their packets."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from quart_video.media import FILM, DerivativeService, Source, movie
from quart_video.media.workers import pool
from quart_video.remux import IndexCache, VirtualMedia
from quart_video.remux.film_facts import FilmFacts, decode_film_facts
from quart_video.storage.base import Media
from tests.e2e.harness import need_tool
from tests.media.films import TIMEOUT


def make_parts_short(monkeypatch: pytest.MonkeyPatch, frames: int) -> None:
    """Have the processes that are started from now on make sound in parts of so many frames."""
    short = f"import quart_video.remux.sound as sound\nsound._FRAMES_IN_PART = {frames}\n"
    begin = "main(descriptor)"
    assert begin in pool._BOOT  # noqa: SLF001 - nothing else reaches them
    monkeypatch.setattr(pool, "_BOOT", pool._BOOT.replace(begin, short + begin))  # noqa: SLF001


async def facts_of_film(derivatives: DerivativeService, source: Source) -> FilmFacts:
    return decode_film_facts(await derivatives.get(source, FILM))


async def open_movie(
    derivatives: DerivativeService, source: Source, *, sound: int | None = None
) -> VirtualMedia:
    """Open the virtual MP4 of a film, with the sound that plays by itself or another one."""
    facts = await facts_of_film(derivatives, source)
    number = facts.main if sound is None else sound
    made_of = source if number == facts.main else derivatives.made_of(source, "film")
    kept = await derivatives.open(made_of, movie(facts, number))

    async def read(start: int, stop: int) -> bytes:
        stop = min(stop, kept.facts.size)
        return b"".join([chunk async for chunk in kept.chunks(start, stop)])

    async def open_source(_: int) -> Media:
        return kept

    index = await IndexCache().open("key", read)
    return VirtualMedia(index, await source.open(), open_source)


async def write_movie(
    derivatives: DerivativeService, source: Source, path: Path, *, sound: int | None = None
) -> Path:
    """Write the virtual MP4 of a film to a file."""
    media = await open_movie(derivatives, source, sound=sound)
    with path.open("wb") as file:
        async for chunk in media.chunks(0, media.facts.size):
            file.write(chunk)
    media.close()
    return path


@dataclass(frozen=True)
class Packets:
    hashes: list[str]
    times: list[float]
    """Milliseconds."""


def packets(path: Path, stream: str) -> Packets:
    """Return hash and time of each packet of a stream, such as ``v:0``, if there is one."""
    command = [need_tool("ffmpeg"), "-nostdin", "-v", "error", "-i", str(path), "-copyts"]
    command += ["-map", f"0:{stream}?", "-c", "copy", "-f", "framemd5", "-"]
    answer = subprocess.run(command, timeout=TIMEOUT, capture_output=True, text=True, check=False)
    base = Fraction(1)
    hashes, times = [], []
    for line in answer.stdout.splitlines():
        if line.startswith("#tb"):
            base = Fraction(line.split(": ")[1])
        elif not line.startswith("#"):
            columns = [column.strip() for column in line.split(",")]
            hashes.append(columns[5])
            times.append(float(1000 * int(columns[2]) * base))
    return Packets(hashes, times)


def pictures(path: Path) -> list[str]:
    """Return the hash of each decoded picture."""
    command = [need_tool("ffmpeg"), "-nostdin", "-v", "error", "-i", str(path)]
    command += ["-map", "0:v:0", "-vsync", "passthrough", "-f", "framemd5", "-"]
    answer = subprocess.run(command, timeout=TIMEOUT, capture_output=True, text=True, check=True)
    assert not answer.stderr
    lines = (line for line in answer.stdout.splitlines() if not line.startswith("#"))
    return [line.split(",")[5].strip() for line in lines]
