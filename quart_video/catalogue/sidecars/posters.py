"""Which images show what a video, or a folder, is. Pure.

Rule 1: "clip.jpg", "clip-poster.jpg" and "clip-thumb.jpg" are of "clip.mp4", in this order.
Rule 2: "poster.jpg", "folder.jpg" and "cover.jpg" are of the folder they are in, and of the video
there if it is the only one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from quart_video.catalogue.sidecars.titles import stem_of
from quart_video.storage.base import Entry

IMAGE_EXTENSIONS = frozenset({".jpeg", ".jpg", ".png", ".webp"})

_ENDINGS = ("", "-poster", "-thumb")
_OF_FOLDERS = ("poster", "folder", "cover")


def posters_by_stem(images: Iterable[Entry], stems: Collection[str]) -> dict[str, Entry]:
    """Find the images of the videos in one folder.

    :param images: all images of the folder.
    :param stems: names of all its videos without their extension; the keys of what is returned.
    """
    by_name = _by_name(images)
    found = {}
    for stem in stems:
        for ending in _ENDINGS:
            if image := by_name.get(stem + ending):
                found[stem] = image
                break
    if len(stems) == 1 and not found and (image := _first(by_name)):
        found = dict.fromkeys(stems, image)
    return found


def poster_of_folder(images: Iterable[Entry]) -> Entry | None:
    """Find the image of a folder among all images in it."""
    return _first(_by_name(images))


def _by_name(images: Iterable[Entry]) -> dict[str, Entry]:
    # In a fixed order, so that of "clip.jpg" and "clip.png" it is always the same one.
    return {stem_of(e.name): e for e in sorted(images, key=lambda e: e.name, reverse=True)}


def _first(by_name: dict[str, Entry]) -> Entry | None:
    lower = {name.lower(): entry for name, entry in by_name.items()}
    return next((lower[name] for name in _OF_FOLDERS if name in lower), None)
