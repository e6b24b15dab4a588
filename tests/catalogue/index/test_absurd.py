"""Numbers that no disk could hold: they cost the videos that have them, and nothing else."""

from __future__ import annotations

import pytest

from quart_video.catalogue import Page, Query
from quart_video.storage.base import FileFacts
from tests.catalogue.shelves import Shelves, catalogue_of, paths

MOST = 2**63 - 1
NAMES = ["a.mp4", "b.mp4", "c.webm", "S/d.mp4", "S/e.mp4"]


@pytest.fixture
def shelves() -> Shelves:
    facts = FileFacts(MOST, MOST, "v")
    return Shelves(dict.fromkeys(NAMES[:4], facts) | {NAMES[4]: FileFacts(10, 1, "v")})


@pytest.mark.parametrize(
    ("query", "found", "size"),
    [
        (Query(), NAMES[:3], MOST),
        (Query(recursive=True), NAMES, MOST),
        (Query(recursive=True, q="a"), NAMES[:1], MOST),
        (Query(recursive=True, type="mp4"), [NAMES[0], NAMES[1], *NAMES[3:]], MOST),
        (Query(recursive=True, sort="-size"), [*NAMES[:4], NAMES[4]], MOST),
        (Query(recursive=True, q="e"), NAMES[4:], 10),
    ],
)
async def test_sizes(shelves: Shelves, query: Query, found: list[str], size: int) -> None:
    async with catalogue_of(shelves) as catalogue:
        while True:
            page: Page = await catalogue.page(query)
            if not page.scanning:
                break
    assert sorted(paths(page)) == sorted(found)
    assert page.total == len(found)
    assert page.total_size == size
