# ruff: noqa: RUF001 - digits of other scripts are what is tested
from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue.search import matcher

PATH = "Été 2019/Big_Buck bunny.MP4"


@pytest.mark.parametrize(
    "q",
    [
        *("", "   ", "\u00a0\n", " " * 5000),
        *("buck", "BUCK", "bunny big", "\u00a0buck\tbunny ", "buck " * 800),
        *("ete", "ÉTÉ", "e\u0301te\u0301", "mp4", "2019/big", "２０１９"),
    ],
)
def test_found(q: str) -> None:
    assert matcher(q)(PATH)


@pytest.mark.parametrize("q", ["x", "big x", "buckbunny", "bigbuck", "buck " * 1000, "a" * 5000])
def test_not_found(q: str) -> None:
    assert not matcher(q)(PATH)


@given(st.text(), st.text())
def test_no_search_raises(q: str, path: str) -> None:
    matcher(q)(path)


@given(st.text(min_size=1), st.text(), st.text())
def test_finds_every_part(part: str, before: str, after: str) -> None:
    assert matcher(part)(before + part + after)


def test_long_searches_are_quick() -> None:
    began = perf_counter()
    for q in ("a" * 200_000, "a " * 100_000, "\u0301\u0323" * 100_000, "é" * 4096):
        matches = matcher(q)
        for _ in range(1000):
            matches(PATH)
    assert perf_counter() - began < 5  # seconds; many times what it takes
