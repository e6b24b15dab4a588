"""What is told of a file is what others tell of it, or it is decided who is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from quart_video.media import DerivativeService
from tests.media.make import details_of
from tests.media.matrix.decisions import DECISIONS, SPELLINGS, Decision, Spelling, undecided
from tests.media.matrix.files import MAKERS
from tests.media.matrix.opinions import (
    Difference,
    differences,
    ours,
    told_by_ffprobe,
    told_by_mediainfo,
    told_by_scripts,
)

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.thorough]

SAMPLE = [
    "h264_aac.mp4",
    "h264-high422.mp4",
    "vp9_opus.webm",
    "boxes-dash.mp4",
    "late.mkv",
    "pixels-8-9.ts",
    "turned-90.mov",
    "two-sounds.mov",
]
"""What `make test` tries."""


async def compare(
    derivatives: DerivativeService, names: list[str], folder: Path
) -> list[Difference]:
    paths = [MAKERS[name](folder) for name in names]
    packages = folder / "npm"
    packages.mkdir()
    found: list[Difference] = []
    for path, told in zip(paths, told_by_scripts(paths, packages), strict=True):
        told |= {"ffprobe": told_by_ffprobe(path), "mediainfo": told_by_mediainfo(path)}
        assert sum(bool(facts) for facts in told.values()) >= 2, path.name
        found += differences(path.name, ours(await details_of(derivatives, path)), told)
    return found


async def test_some_files(derivatives: DerivativeService, tmp_path: Path) -> None:
    found = await compare(derivatives, SAMPLE, tmp_path)
    used: set[Spelling | Decision] = set()
    assert undecided(found, used) == []
    assert len(used) == 4  # of vp9_opus.webm, late.mkv (two) and two-sounds.mov


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_all_files(derivatives: DerivativeService, tmp_path: Path) -> None:
    assert len(MAKERS) > 250
    found = await compare(derivatives, [*MAKERS], tmp_path)
    used: set[Spelling | Decision] = set()
    assert undecided(found, used) == []
    assert [line for line in (*SPELLINGS, *DECISIONS) if line not in used] == []
