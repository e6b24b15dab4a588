from __future__ import annotations

import pytest

from quart_video.catalogue import Caption
from quart_video.catalogue.captions import captions_by_stem
from quart_video.storage.base import Entry
from tests.catalogue.shelves import facts


def entries(*paths: str) -> list[Entry]:
    return [Entry(path, facts()) for path in paths]


OWN = {
    "none": ("clip.mp4", ["clip.mp4"], [], []),
    "same name": ("clip.mp4", ["clip.mp4"], ["clip.vtt"], [("clip.vtt", None)]),
    "unknown first, then by tag": (
        "clip.mp4",
        ["clip.mp4"],
        ["clip.zh-hant.vtt", "clip.en.vtt", "clip.vtt", "clip.pt-BR.vtt", "clip.DE.vtt"],
        [
            ("clip.vtt", None),
            ("clip.DE.vtt", "de"),
            ("clip.en.vtt", "en"),
            ("clip.pt-BR.vtt", "pt-BR"),
            ("clip.zh-hant.vtt", "zh-Hant"),
        ],
    ),
    "one language twice, by path": (
        "clip.mp4",
        ["clip.mp4"],
        ["clip.en.vtt", "clip.EN.vtt"],
        [("clip.EN.vtt", "en"), ("clip.en.vtt", "en")],
    ),
    "upper-case extensions": (
        "clip.MP4",
        ["clip.MP4"],
        ["clip.VTT", "clip.en.Vtt"],
        [("clip.VTT", None), ("clip.en.Vtt", "en")],
    ),
    "no language": ("clip.mp4", ["clip.mp4"], ["clip.2.vtt", "clip.forced.vtt"], []),
    "another name": ("clip.mp4", ["clip.mp4"], ["clips.vtt", "Clip.vtt", "clip .en.vtt"], []),
    "two tags": ("clip.mp4", ["clip.mp4"], ["clip.en.de.vtt"], []),
    "beside a number, the shorter": (
        "clip.mp4",
        ["clip.mp4", "clip.2.mp4"],
        ["clip.vtt", "clip.2.vtt", "clip.2.en.vtt"],
        [("clip.vtt", None)],
    ),
    "beside a number, the longer": (
        "clip.2.mp4",
        ["clip.mp4", "clip.2.mp4"],
        ["clip.vtt", "clip.2.vtt", "clip.2.en.vtt"],
        [("clip.2.vtt", None), ("clip.2.en.vtt", "en")],
    ),
    "beside a video named like a tag, the shorter": (
        "clip.mp4",
        ["clip.mp4", "clip.en.webm"],
        ["clip.en.vtt", "clip.de.vtt", "clip.en.de.vtt"],
        [("clip.de.vtt", "de")],
    ),
    "beside a video named like a tag, the longer": (
        "clip.en.webm",
        ["clip.mp4", "clip.en.webm"],
        ["clip.en.vtt", "clip.de.vtt", "clip.en.de.vtt"],
        [("clip.en.vtt", None), ("clip.en.de.vtt", "de")],
    ),
    "shared by two types of one video": (
        "clip.webm",
        ["clip.mp4", "clip.webm"],
        ["clip.en.vtt"],
        [("clip.en.vtt", "en")],
    ),
    "in a folder whose name has a dot": (
        "a.en/clip.mp4",
        ["a.en/clip.mp4"],
        ["a.en/clip.de.vtt"],
        [("a.en/clip.de.vtt", "de")],
    ),
}


@pytest.mark.parametrize(("video", "videos", "captions", "own"), OWN.values(), ids=OWN.keys())
def test_own(
    video: str, videos: list[str], captions: list[str], own: list[tuple[str, str | None]]
) -> None:
    name = video.rpartition("/")[2]
    stem = name.rpartition(".")[0]
    found = captions_by_stem(entries(*captions), entries(*videos), {stem})
    assert [(caption.path, caption.language) for caption in found.get(stem, ())] == own


def test_several_at_once() -> None:
    found = captions_by_stem(
        entries("a.vtt", "b.en.vtt", "c.vtt", "c.en.vtt"),
        entries("a.mp4", "b.mp4", "c.mp4"),
        {"a", "b"},
    )
    assert found == {
        "a": (Caption("a.vtt", None, "Captions"),),
        "b": (Caption("b.en.vtt", "en", "English"),),
    }
