"""What a copy of a library costs: of the same bytes elsewhere nothing is to be made again."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from quart import Quart

from quart_video import video_bp
from quart_video.library.background_probe import prepare
from quart_video.library.state import library_of
from quart_video.media.workers.pool import WorkerPool
from quart_video.testing import make_film

_KINDS = 10
"""How many of the films differ in their bytes; others are copies by another name."""


@dataclass(frozen=True, slots=True)
class Copies:
    """How many jobs were run for a library, and for a copy of it."""

    files: int
    before: int
    after: int
    other_disk: bool
    """Whether the copy is on another file system."""

    def __str__(self) -> str:
        verdict = "as" if self.after == 0 < self.before else "NOT as"
        place = "disk" if self.other_disk else "folder"
        return (
            f"cp -a of {self.files} videos to another {place}: {self.before} jobs before, "
            f"{self.after} after\n  wanted: 0; {verdict} wanted"
        )


def copy_library(folder: Path, elsewhere: Path, files: int) -> Copies:
    """Make a library, prepare it, copy it, and prepare the copy.

    :param folder: an empty one, for the library and the cache.
    :param elsewhere: likewise, for the copy; on another disk, if there is one.
    """
    library, copy = folder / "videos", elsewhere / "copy"
    library.mkdir()
    films = [make_film(1, tint=str(number)) for number in range(_KINDS)]
    for number in range(files):
        path = library / f"{number}.mp4"
        path.write_bytes(films[number % _KINDS])
        os.utime(path, (number, number))
    cache = folder / "cache"
    before = asyncio.run(_prepare(library, cache))
    subprocess.run([shutil.which("cp") or "cp", "-a", str(library), str(copy)], check=True)
    after = asyncio.run(_prepare(copy, cache))
    return Copies(files, before, after, library.stat().st_dev != copy.stat().st_dev)


async def _prepare(root: Path, cache: Path) -> int:
    """Make all there is to make of the videos in a folder, and return how many jobs were run.

    :raises RuntimeError: of some videos it cannot be made.
    """
    app = Quart("copies")
    app.config.update(
        MEDIA_ROOT=str(root),
        VIDEO_CACHE=str(cache),
        VIDEO_MEDIA_PROCESSES=os.cpu_count() or 1,
        VIDEO_SURVEY=False,
    )
    app.register_blueprint(video_bp)
    with _counting() as jobs:
        async with app.test_app(), app.app_context():
            library = await library_of(video_bp.name)
            if library.derivatives is None:
                raise RuntimeError("the extra media is missing")
            begin = [0]
            reports = prepare(library, library.derivatives, retry=False, begin=begin.append)
            async with aclosing(reports):
                problems = [report.problem async for report in reports]
        if any(problems) or len(problems) != begin[-1]:
            raise RuntimeError(f"not all could be made: {problems}")
    return len(jobs)


@contextmanager
def _counting() -> Iterator[list[str]]:
    """Collect the kinds of the jobs that child processes are given."""
    jobs: list[str] = []
    real = WorkerPool.do

    async def do(self: WorkerPool, *arguments: Any) -> dict[str, bytes]:
        jobs.append(arguments[0].kind)
        return await real(self, *arguments)

    with patch.object(WorkerPool, "do", do):
        yield jobs
