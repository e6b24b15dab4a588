"""Properties of paging, while files come and go."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue import SORTS, Sort
from quart_video.catalogue.text.natural import path_key
from quart_video.storage.base import FileFacts
from tests.catalogue.shelves import Shelves, page, paths

# Few sizes and times, so that many are equal.
FACTS = st.builds(FileFacts, st.integers(0, 2), st.sampled_from([-1, 0, 10**19]), st.just("v"))
PATHS = st.builds(
    "{}{}{}.mp4".format,
    st.sampled_from(["", "a/", "A/", "a/b/", "a 10/", "a 2/"]),
    st.sampled_from(["clip", "Clip", "é", "e\u0301", "_"]),
    st.sampled_from(["", " 1", " 2", " 10", " 02", "٢", ".en", "-"]),
)
FILES = st.dictionaries(PATHS, FACTS, max_size=30)
CHANGES = st.lists(st.dictionaries(PATHS, st.none() | FACTS, max_size=4), max_size=12)


@given(
    files=FILES,
    sort=st.sampled_from(SORTS),
    limit=st.integers(1, 7),
    recursive=st.booleans(),
)
@pytest.mark.slow
async def test_pages_together_are_the_whole(
    files: dict[str, FileFacts], sort: Sort, limit: int, *, recursive: bool
) -> None:
    storage = Shelves(files)
    whole = paths(await page(storage, sort=sort, recursive=recursive, limit=500))
    expected = [path for path in files if recursive or "/" not in path]
    assert sorted(whole) == sorted(expected)
    if sort.endswith(("name", "duration")) or sort == "relevance":
        assert whole == sorted(expected, key=path_key, reverse=sort == "-name")
    else:
        sign = -1 if sort.startswith("-") else 1
        field = "size" if sort.endswith("size") else "modified_ns"
        ranks = [(sign * getattr(files[path], field), path_key(path)) for path in whole]
        assert all(one < other for one, other in pairwise(ranks))

    together: list[str] = []
    cursor = None
    while cursor or not together:
        listing = await page(storage, sort=sort, recursive=recursive, limit=limit, cursor=cursor)
        assert listing.total == len(whole)
        assert len(listing.items) == min(limit, len(whole) - len(together))
        together += paths(listing)
        cursor = listing.next_cursor
        if not whole:
            break
    assert together == whole


@given(FILES, CHANGES, st.sampled_from(SORTS), st.integers(1, 4))
@pytest.mark.slow
async def test_nothing_is_skipped_or_repeated(
    files: dict[str, FileFacts],
    changes: list[dict[str, FileFacts | None]],
    sort: Sort,
    limit: int,
) -> None:
    storage = Shelves(dict(files))
    seen: Counter[str] = Counter()
    touched: set[str] = set()
    cursor = None
    for change in [*changes, *[{}] * 100]:
        listing = await page(storage, sort=sort, recursive=True, limit=limit, cursor=cursor)
        seen.update(paths(listing))
        cursor = listing.next_cursor
        if cursor is None:
            break
        for path, row in change.items():
            touched.add(path)
            if row:
                storage.files[path] = row
            else:
                storage.files.pop(path, None)
    assert cursor is None
    there_all_the_while = files.keys() - touched
    assert {path: seen[path] for path in there_all_the_while} == dict.fromkeys(
        there_all_the_while, 1
    )


@given(FILES, st.data(), st.sampled_from(SORTS))
@pytest.mark.slow
async def test_the_place_of_a_video_that_is_gone(
    files: dict[str, FileFacts], data: st.DataObject, sort: Sort
) -> None:
    storage = Shelves(dict(files))
    whole = paths(await page(storage, sort=sort, recursive=True, limit=500))
    if len(whole) < 2:
        return
    count = data.draw(st.integers(1, len(whole) - 1))
    first = await page(storage, sort=sort, recursive=True, limit=count)
    for path in whole[:count]:
        del storage.files[path]
    rest = await page(storage, sort=sort, recursive=True, limit=500, cursor=first.next_cursor)
    assert paths(rest) == whole[count:]
