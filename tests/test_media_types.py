"""Our own table of types."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.media_types import (
    CAPTION_EXTENSION,
    CAPTION_TYPE,
    DEFAULT_TYPE,
    VIDEO_TYPES,
    extension,
)
from quart_video.settings import resolve

EXTENSIONS = [
    ("clip.mp4", ".mp4"),
    ("CLIP.MP4", ".mp4"),
    ("Clip.WebM", ".webm"),
    ("a.b.c.mkv", ".mkv"),
    ("clip.en.vtt", ".vtt"),
    ("clip .mov", ".mov"),
    ("\u6620\u753b.mp4", ".mp4"),
    ("clip", ""),
    ("", ""),
    (".mp4", ""),
    ("mp4", ""),
    ("clip.mp4 ", ".mp4 "),
    ("clip.mp4\n", ".mp4\n"),
    ("clip.mp4.txt", ".txt"),
]


@pytest.mark.parametrize(("name", "expected"), EXTENSIONS, ids=[ascii(e[0]) for e in EXTENSIONS])
def test_extension(name: str, expected: str) -> None:
    assert extension(name) == expected


@given(st.text(), st.sampled_from(sorted(VIDEO_TYPES)))
def test_extension_of_any_name(stem: str, suffix: str) -> None:
    assert extension(f"x{stem}{suffix.upper()}") == suffix
    assert "." not in extension(stem)[1:]


KNOWN = [
    ("clip.mp4", "video/mp4"),
    ("clip.m4v", "video/mp4"),
    ("clip.webm", "video/webm"),
    ("clip.mkv", "video/matroska"),
    ("clip.mov", "video/quicktime"),
    ("clip.ogv", "video/ogg"),
    ("clip.avi", "video/x-msvideo"),
    ("clip.ts", "video/mp2t"),
    ("clip.mpg", "video/mpeg"),
    ("clip.vtt", None),
    ("clip.mp3", None),
    ("clip.html", None),
    ("clip.py", None),
    ("clip", None),
]


@pytest.mark.parametrize(("name", "expected"), KNOWN, ids=[k[0] for k in KNOWN])
def test_type(name: str, expected: str | None) -> None:
    assert VIDEO_TYPES.get(extension(name)) == expected


@pytest.mark.parametrize(("suffix", "media_type"), VIDEO_TYPES.items(), ids=list(VIDEO_TYPES))
def test_a_row_of_the_table(suffix: str, media_type: str) -> None:
    assert extension(f"clip{suffix}") == suffix, "no name has it"
    assert re.fullmatch(r"video/[a-z0-9.-]+", media_type)
    # What we ship can be written in the setting, too.
    settings = resolve({"media_root": "x", "types": {suffix: media_type}}, {}, {})
    assert settings.types == VIDEO_TYPES


def test_other_types() -> None:
    assert CAPTION_EXTENSION == ".vtt"
    assert CAPTION_TYPE.partition(";")[0] == "text/vtt"
    assert DEFAULT_TYPE == "application/octet-stream"


def test_nobody_can_change_the_table() -> None:
    table: Any = VIDEO_TYPES
    with pytest.raises(TypeError):
        table[".mp3"] = "audio/mpeg"
