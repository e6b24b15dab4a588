"""What others say of virtual MP4s: no error, and as many packets as there are in the film."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest

from quart_video.media import DerivativeService
from tests.e2e.harness import need_tool
from tests.media.extract.test_film_index import FILMS, spoken
from tests.media.films import AAC, TIMEOUT, Film, ffprobe
from tests.media.make import on_disk
from tests.media.matrix.opinions import BOX, BUNNY
from tests.media.movies import open_movie, packets, write_movie
from tests.support.npm import unpack

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.thorough]

_CHECK = Path(__file__).parent / "matrix" / "check.mjs"
SAMPLE = [
    *("h264-aac.mkv", "merged-vp9-opus.mkv", "h264-aac.mov", "hev1-aac.mp4", "av1-opus.mp4"),
    *("fragmented.mp4", "edited.mp4", "h264-aac.flv"),
]
"""What `make test` tries."""
SILENT = {"ac3", "eac3", "alac"}  # mediabunny has none of them in an MP4, and says so


def named(names: list[str]) -> list[Film]:
    return [made for made in FILMS if made.name.removeprefix("remux-") in names]


async def check(
    derivatives: DerivativeService, films: list[Film], folder: Path
) -> list[list[list[str]]]:
    """Check films; return the language of each track of each as mediabunny and mp4box.js tell."""
    sources = [made.make(folder) for made in films]
    movies = [
        await write_movie(derivatives, on_disk(path), folder / f"{path.name}.mp4")
        for path in sources
    ]
    packages = folder / "npm"
    packages.mkdir()
    where = [str(unpack(package, packages)) for package in (BUNNY, BOX)]
    command = [need_tool("node"), str(_CHECK), *where, *map(str, movies)]
    told = subprocess.run(command, check=True, capture_output=True, timeout=300, text=True)
    languages = []
    for path, movie, line in zip(sources, movies, told.stdout.splitlines(), strict=True):
        answer = json.loads(line)
        assert answer["problems"] == [], path.name
        kinds = [each["codec_type"][0] for each in ffprobe(path)["streams"]]
        expected = [len(packets(path, f"{kind}:0").hashes) for kind in ("v", "a") if kind in kinds]
        assert [count for count, _ in answer["box"]][: len(expected)] == expected, path.name
        assert answer["bunny"] == answer["box"], path.name
        assert complaints(movie) == "", path.name
        languages.append(answer["languages"])
    return languages


def complaints(movie: Path) -> str:
    command = [need_tool("ffprobe"), "-v", "warning", "-show_packets", "-of", "csv", str(movie)]
    done = subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT, text=True)
    return done.stderr


async def test_readers_of_mp4_find_all_packets_and_no_error(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    await check(derivatives, named(SAMPLE), tmp_path)


async def test_readers_of_mp4_find_languages(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    """mediabunny reads none in full. mp4box.js does, and takes the end of the text for text."""
    films = [spoken("readers-hant.mkv", "zh-Hant", *AAC), spoken("readers-de.mkv", "de", *AAC)]
    assert await check(derivatives, films, tmp_path) == [
        [["zho", "zh-Hant\0"]] * 2,
        [["deu", "deu"]] * 2,
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_readers_of_mp4_find_all_packets_and_no_error_in_any(
    derivatives: DerivativeService, tmp_path: Path
) -> None:
    films = [made for made in FILMS if not any(name in made.name for name in SILENT)]
    await check(derivatives, films, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        *("h264-aac.mkv", "merged-h264-ac3.mkv", "zlib.mkv", "vp9-opus.webm", "h264-aac.flv"),
        *("h264-aac.mov", "first.mp4", "fragmented.mp4", "h264-mp3.avi"),
    ],
)
@pytest.mark.slow
async def test_a_thousand_ranges_are_those_of_the_file_written_out(
    derivatives: DerivativeService, tmp_path: Path, name: str
) -> None:
    known = named([name])
    made = known[0] if known else Film(name, ["-c:v", "libx264", "-bf", "0", "-c:a", "libmp3lame"])
    source = on_disk(made.make(tmp_path))
    whole = (await write_movie(derivatives, source, tmp_path / "whole.mp4")).read_bytes()
    media = await open_movie(derivatives, source)
    draw = random.Random(name)
    for _ in range(1000):
        start = draw.randrange(len(whole))
        stop = min(len(whole), start + draw.choice([1, 100, 5000, len(whole)]))
        part = b"".join([chunk async for chunk in media.chunks(start, stop)])
        assert part == whole[start:stop]
    media.close()
