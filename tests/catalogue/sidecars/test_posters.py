"""Which images are of which video."""

from __future__ import annotations

import pytest

from quart_video.catalogue.sidecars.posters import poster_of_folder, posters_by_stem
from quart_video.storage.base import Entry
from tests.catalogue.shelves import facts


def entries(names: list[str]) -> list[Entry]:
    return [Entry(f"a/{name}", facts()) for name in names]


@pytest.mark.parametrize(
    ("images", "stems", "found"),
    [
        ([], {"clip"}, {}),
        (["clip.jpg"], {"clip"}, {"clip": "a/clip.jpg"}),
        (["clip-poster.png", "clip.jpg"], {"clip"}, {"clip": "a/clip.jpg"}),
        (["clip-thumb.jpg", "clip-poster.webp"], {"clip"}, {"clip": "a/clip-poster.webp"}),
        (["clip.png", "clip.jpg"], {"clip"}, {"clip": "a/clip.jpg"}),
        (["clip.jpg"], {"Clip"}, {}),
        (["poster.jpg"], {"clip"}, {"clip": "a/poster.jpg"}),
        (["FOLDER.JPG"], {"clip"}, {"clip": "a/FOLDER.JPG"}),
        (["folder.jpg", "poster.jpg", "clip.jpg"], {"clip"}, {"clip": "a/clip.jpg"}),
        (["poster.jpg"], {"clip", "other"}, {}),
        (["a.jpg", "b.jpg"], {"a", "b"}, {"a": "a/a.jpg", "b": "a/b.jpg"}),
        (["other.jpg"], {"clip"}, {}),
    ],
)
def test_of_videos(images: list[str], stems: set[str], found: dict[str, str]) -> None:
    posters = posters_by_stem(entries(images), stems)
    assert {stem: image.path for stem, image in posters.items()} == found


@pytest.mark.parametrize(
    ("images", "found"),
    [
        ([], None),
        (["clip.jpg"], None),
        (["cover.png", "folder.jpg"], "a/folder.jpg"),
        (["Cover.png"], "a/Cover.png"),
        (["cover.png", "folder.jpg", "poster.webp"], "a/poster.webp"),
    ],
)
def test_of_folders(images: list[str], found: str | None) -> None:
    poster = poster_of_folder(entries(images))
    assert (poster and poster.path) == found
