from __future__ import annotations

import pytest

from quart_video.catalogue.sidecars.captions import (
    MOST_CAPTIONS,
    Caption,
    Stems,
    captions_by_stem,
    captions_in_folder,
    fold_stem,
)
from quart_video.catalogue.sidecars.marks import Marks
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
    "no language": (
        "clip.mp4",
        ["clip.mp4"],
        ["clip.2.vtt", "clip.trailer.vtt"],
        [("clip.2.vtt", None), ("clip.trailer.vtt", None)],
    ),
    "another name": (
        "clip.mp4",
        ["clip.mp4"],
        ["clips.vtt", "clip .en.vtt", "clip-en.vtt", "clip en.vtt", "my.clip.vtt"],
        [],
    ),
    "another case": (
        "Clip.mp4",
        ["Clip.mp4"],
        ["clip.vtt", "CLIP.EN.VTT"],
        [("clip.vtt", None), ("CLIP.EN.VTT", "en")],
    ),
    "another case, and two videos": (
        "clip.mp4",
        ["clip.mp4", "Clip.mp4"],
        ["clip.en.vtt", "Clip.de.vtt", "CLIP.fr.vtt"],
        [("clip.en.vtt", "en")],
    ),
    "accents written in another way": (
        "Noe\u0308l.mp4",
        ["Noe\u0308l.mp4"],
        ["No\u00ebl.en.vtt"],
        [("No\u00ebl.en.vtt", "en")],
    ),
    "the whole name": (
        "clip.mp4",
        ["clip.mp4"],
        ["clip.mp4.vtt", "clip.MP4.en.vtt"],
        [("clip.mp4.vtt", None), ("clip.MP4.en.vtt", "en")],
    ),
    "the whole name of one of two types": (
        "clip.webm",
        ["clip.mp4", "clip.webm"],
        ["clip.mp4.en.vtt"],
        [("clip.mp4.en.vtt", "en")],
    ),
    "two tags": ("clip.mp4", ["clip.mp4"], ["clip.en.de.vtt"], [("clip.en.de.vtt", "de")]),
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
    found = captions_by_stem(entries(*captions), Stems(each.rpartition("/")[2] for each in videos))
    assert [(caption.path, caption.marks.language) for caption in found.get(stem, ())] == own


def test_of_very_many_the_first_are_told_of() -> None:
    names = [f"clip.{number:04}.vtt" for number in range(2 * MOST_CAPTIONS)]
    ours = captions_by_stem(entries(*names), Stems(["clip.mp4"]))["clip"]
    assert [each.path for each in ours] == names[:MOST_CAPTIONS]
    beside = captions_in_folder("other.mp4", [*entries(*names)], alone=True)
    assert len(beside) == MOST_CAPTIONS


def test_several_at_once() -> None:
    found = captions_by_stem(
        entries("a.vtt", "b.en.vtt", "c.vtt", "c.en.vtt"),
        Stems(["a.mp4", "b.mp4"]),
    )
    assert found == {
        "a": (Caption("a.vtt", Marks()),),
        "b": (Caption("b.en.vtt", Marks("en")),),
    }


@pytest.mark.parametrize(
    ("name", "marks", "label"),
    [
        ("clip.vtt", Marks(), "Captions"),
        ("clip.forced.srt", Marks(forced=True), "Captions (forced)"),
        ("clip.en.forced.srt", Marks("en", forced=True), "English (forced)"),
        ("clip.forced.en.srt", Marks("en", forced=True), "English (forced)"),
        ("clip.FOREIGN.de.ass", Marks("de", forced=True), "Deutsch (forced)"),
        ("clip.en.sdh.srt", Marks("en", sdh=True), "English (SDH)"),
        ("clip.en.cc.vtt", Marks("en", sdh=True), "English (SDH)"),
        ("clip.cc.vtt", Marks(sdh=True), "Captions (SDH)"),
        ("clip.en.hi.vtt", Marks("en", sdh=True), "English (SDH)"),
        ("clip.hi.vtt", Marks("hi"), "हिन्दी"),
        ("clip.hi.hi.vtt", Marks("hi", sdh=True), "हिन्दी (SDH)"),
        ("clip.eng.srt", Marks("en"), "English"),
        ("clip.ger.forced.sdh.srt", Marks("de", forced=True, sdh=True), "Deutsch (forced, SDH)"),
    ],
)
def test_what_a_name_tells(name: str, marks: Marks, label: str) -> None:
    found = captions_by_stem(entries(name), Stems(["clip.mp4"]))
    assert found == {"clip": (Caption(name, marks),)}
    assert marks.label == label


SUBS = ["Subs/clip.en.srt", "Subs/2_English.srt", "Subs/3_German.forced.srt", "Subs/other.srt"]


def test_a_folder_for_captions_of_several_videos() -> None:
    found = captions_in_folder("clip.mp4", entries(*SUBS), alone=False)
    assert found == (Caption("Subs/clip.en.srt", Marks("en")),)


def test_a_folder_for_captions_of_one_video() -> None:
    found = captions_in_folder("clip.mp4", entries(*SUBS), alone=True)
    assert found == (
        Caption("Subs/other.srt", Marks(title="other")),
        Caption("Subs/3_German.forced.srt", Marks("de", forced=True)),
        Caption("Subs/2_English.srt", Marks("en")),
        Caption("Subs/clip.en.srt", Marks("en")),
    )


def test_a_folder_for_captions_of_videos_with_names_alike() -> None:
    files = entries("Subs/clip.2.srt", "Subs/clip.en.srt")
    found = captions_in_folder("clip.mp4", files, others=["clip.2.mp4"], alone=False)
    assert found == (Caption("Subs/clip.en.srt", Marks("en")),)
    found = captions_in_folder("clip.2.mp4", files, others=["clip.mp4"], alone=False)
    assert found == (Caption("Subs/clip.2.srt", Marks()),)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Film", "film", True),
        ("STRASSE", "stra\u00dfe", True),
        ("e\u0301", "\u00c9", True),
        ("a", "\u00e4", False),
        ("a.b", "a b", False),
    ],
)
def test_what_counts_in_a_name(one: str, other: str, alike: bool) -> None:  # noqa: FBT001 - a row
    assert (fold_stem(one) == fold_stem(other)) is alike
