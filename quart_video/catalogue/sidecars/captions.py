"""Which caption files belong to a video, and what their names tell. Pure.

Rule 1: "clip.vtt" belongs to "clip.mp4", and so does "clip.en.vtt", as English, and
"clip.en.forced.vtt", as English that has to be read in any case.
Rule 2: a file that bears the whole name of one video belongs to no other: beside "clip.2.mp4" and
"clip.en.mp4", the files "clip.2.vtt" and "clip.en.vtt" are theirs, not captions of "clip.mp4".
Rule 3: of a folder for captions beside it, such as "Subs", all that bears its name is a video's,
all that is in a folder of its name, and all there is if it is the only video.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from quart_video.catalogue.sidecars.languages import label_of, language_of, normalise_tag
from quart_video.catalogue.sidecars.titles import stem_of
from quart_video.storage.base import Entry

UNKNOWN_LABEL = "Captions"
"""Label of a track whose file does not tell its language."""

CAPTION_FOLDERS = frozenset({"subs", "subtitles", "captions"})
"""Names of folders for captions, in lower case."""

_FORCED = frozenset({"forced", "foreign"})
_SDH = frozenset({"sdh", "cc"})
_MOST_MARKS = 3  # language, forced, sdh


@dataclass(frozen=True, slots=True)
class Marks:
    """What the name of a caption file tells of it."""

    language: str | None = None
    """BCP 47 tag in the customary case, ``None`` where the name does not tell."""
    forced: bool = False
    """Only what has to be read in any case, such as foreign dialogue."""
    sdh: bool = False
    """For the deaf and hard of hearing."""

    @property
    def label(self) -> str:
        """Name of the track for people."""
        name = label_of(self.language) if self.language else UNKNOWN_LABEL
        said = [mark for mark, there in (("forced", self.forced), ("SDH", self.sdh)) if there]
        return f"{name} ({', '.join(said)})" if said else name


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption file that belongs to a video."""

    path: str
    marks: Marks


def captions_by_stem(
    captions: Iterable[Entry], videos: Iterable[Entry], wanted: Collection[str]
) -> dict[str, tuple[Caption, ...]]:
    """Find the captions of some videos in one folder, unknown language first, then by tag.

    :param captions: all caption files of the folder.
    :param videos: all videos of the folder.
    :param wanted: names of videos without their extension; the keys of what is returned.
    """
    own: defaultdict[str, list[Caption]] = defaultdict(list)
    stems: set[str] | None = None
    for entry in captions:
        stem, tokens = stem_of(entry.name), list[str]()
        while stem not in wanted and len(tokens) < _MOST_MARKS and "." in stem:
            if stems is None:
                stems = {stem_of(video.name) for video in videos}
            if stem in stems:
                break
            stem, _, token = stem.rpartition(".")
            tokens.insert(0, token)
        if stem in wanted and (marks := read_marks(tokens)) is not None:
            own[stem].append(Caption(entry.path, marks))
    return {stem: in_order(tracks) for stem, tracks in own.items()}


def captions_in_folder(stem: str, captions: Iterable[Entry], *, alone: bool) -> tuple[Caption, ...]:
    """Find the captions of a video in a folder for captions.

    :param stem: name of the video without its extension.
    :param captions: the caption files of that folder.
    :param alone: whether all of them are of this video.
    """
    entries = list(captions)
    named = captions_by_stem(entries, [], {stem}).get(stem, ())
    if not alone:
        return named
    known = {caption.path for caption in named}
    loose = (entry for entry in entries if entry.path not in known)
    return in_order([*named, *(Caption(entry.path, _guess(entry.name)) for entry in loose)])


def in_order(captions: Iterable[Caption]) -> tuple[Caption, ...]:
    """Sort captions: unknown language first, then by tag, the usual ones before the special."""
    return tuple(sorted(captions, key=_rank))


def read_marks(tokens: Sequence[str]) -> Marks | None:
    """Read what stands between a video's name and the extension; ``None`` if it is other words."""
    language: str | None = None
    forced = sdh = False
    for token in tokens:
        word = token.lower()
        if word in _FORCED and not forced:
            forced = True
        elif word in _SDH or (word == "hi" and language):  # hearing impaired, not Hindi
            if sdh:
                return None
            sdh = True
        elif language is None and (tag := normalise_tag(token)):
            language = tag
        else:
            return None
    return Marks(language, forced, sdh)


def _guess(name: str) -> Marks:
    """Read names that do not begin with that of the video: "2_English.srt", "en.forced.srt"."""
    words = re.findall(r"[^\W\d_]+(?:-[^\W_]+)*", stem_of(name))
    language = next(filter(None, map(language_of, words)), None)
    said = {word.lower() for word in words}
    return Marks(language, bool(said & _FORCED), bool(said & _SDH))


def _rank(caption: Caption) -> tuple[str, bool, bool, str]:
    marks = caption.marks
    return marks.language or "", marks.forced, marks.sdh, caption.path
