"""Which caption files beside a video are its own. Pure.

Rule 1: "clip.vtt" belongs to "clip.mp4", and so does "clip.en.vtt", as English.
Rule 2: a file that bears the whole name of one video belongs to no other: beside "clip.2.mp4" and
"clip.en.mp4", the files "clip.2.vtt" and "clip.en.vtt" are theirs, not captions of "clip.mp4".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from quart_video.catalogue.languages import label_of, normalise_tag
from quart_video.catalogue.titles import stem_of
from quart_video.storage.base import Entry

UNKNOWN_LABEL = "Captions"
"""Label of a track whose file does not tell its language."""


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption file that lies beside its video."""

    path: str
    language: str | None
    """BCP 47 tag in the customary case, ``None`` where the name does not tell."""
    label: str
    """Name of the track for people."""


def captions_by_stem(
    captions: Iterable[Entry], videos: Iterable[Entry], wanted: Collection[str]
) -> dict[str, tuple[Caption, ...]]:
    """Find the captions of some videos in one folder, unknown language first, then by tag.

    :param captions: all caption files of the folder.
    :param videos: all videos of the folder.
    :param wanted: names of videos without their extension; the keys of what is returned.
    """
    own: defaultdict[str, list[Caption]] = defaultdict(list)
    by_tag: list[tuple[str, str, Caption]] = []
    for entry in captions:
        base = stem_of(entry.name)
        stem, _, tag = base.rpartition(".")
        if base in wanted:
            own[base].append(Caption(entry.path, None, UNKNOWN_LABEL))
        elif stem in wanted and (language := normalise_tag(tag)):
            by_tag.append((base, stem, Caption(entry.path, language, label_of(language))))
    if by_tag:
        stems = {stem_of(video.name) for video in videos}
        for base, stem, caption in by_tag:
            if base not in stems:
                own[stem].append(caption)
    return {stem: tuple(sorted(tracks, key=_rank)) for stem, tracks in own.items()}


def _rank(caption: Caption) -> tuple[str, str]:
    return caption.language or "", caption.path
