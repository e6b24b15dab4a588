from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.catalogue import title_of


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("clip.mp4", "clip"),
        ("Big_Buck_Bunny.mp4", "Big Buck Bunny"),
        ("_a__b _ c_.mp4", "a b c"),
        ("two\u00a0words\nand lines.mp4", "two words and lines"),
        ("S01.E02.mkv", "S01.E02"),
        ("no_extension", "no extension"),
        ("___.mp4", "___.mp4"),
        (" .mp4", " .mp4"),
        (".mp4", ".mp4"),
        ("_", "_"),
        ("été.webm", "été"),
    ],
)
def test_title(name: str, title: str) -> None:
    assert title_of(name) == title


@given(st.text(min_size=1))
def test_title_is_never_empty(name: str) -> None:
    assert title_of(name)
