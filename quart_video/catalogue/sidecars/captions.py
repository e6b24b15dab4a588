"""Which caption files belong to a video, and what their names tell. Pure.

Rule 1: "clip.vtt" belongs to "clip.mp4", and so does all that goes on behind "clip.": the last
words that name a language and marks are read as such, all other words are the title of the track.
Rule 2: a file that bears the whole name of one video belongs to no other: beside "clip.2.mp4" and
"clip.en.mp4", the files "clip.2.vtt" and "clip.en.vtt" are theirs, not captions of "clip.mp4".
Rule 3: neither case nor the way that accents are written counts, unless two videos differ in
nothing else; then the file that has a name to the letter is that video's.
Rule 4: of a folder for captions beside it, such as "Subs", all that bears its name is a video's,
all that is in a folder of its name, and all there is if it is the only video.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from unicodedata import normalize

from quart_video.bounded import Memo
from quart_video.catalogue.sidecars.marks import Marks, read_loose_marks, read_marks
from quart_video.catalogue.sidecars.titles import stem_of
from quart_video.storage.base import Entry

CAPTION_FOLDERS = frozenset({"captions", "sub", "subs", "subtitle", "subtitles", "vobsubs"})
"""Names of folders for captions, in lower case."""

MOST_CAPTIONS = 300
"""Caption files of one video that are told of: each is looked into before it is offered, and stands
in the page. A film with those that a machine has translated into every language has half of it."""


# A library has few of them, at very many videos.
_marks: Memo[tuple[str, ...], Marks] = Memo(read_marks, 256 * 1024)


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption file that belongs to a video."""

    path: str
    marks: Marks


class Stems:
    """Names of the videos in one folder without their extension, to be found by what begins so.

    :param names: of the videos, with their extensions.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._suffixes: defaultdict[str, set[str]] = defaultdict(set)
        self._alike: defaultdict[str, set[str]] = defaultdict(set)
        for name in names:
            stem = stem_of(name)
            self._suffixes[stem].add(name[len(stem) + 1 :].lower())
            self._alike[fold_stem(stem)].add(stem)

    def find(self, name: str) -> tuple[str, list[str]] | None:
        """Return the longest of the stems that a caption file's name begins with, and the rest.

        The rest is taken apart at the dots, and does not begin with the video's extension.
        """
        parts = stem_of(name).split(".")
        folded = [fold_stem(part) for part in parts]
        for count in range(len(parts), 0, -1):
            alike = self._alike.get(".".join(folded[:count]))
            if alike is None:
                continue
            exact = ".".join(parts[:count])
            stem = exact if exact in alike else next(iter(alike)) if len(alike) == 1 else None
            if stem is None:
                return None
            rest = parts[count:]
            if rest and rest[0].lower() in self._suffixes[stem]:
                del rest[0]  # "clip.mp4.srt"
            return stem, rest
        return None


def fold_stem(stem: str) -> str:
    """Return *stem* for comparing: neither case nor how accents are written counts."""
    return stem.lower() if stem.isascii() else normalize("NFC", normalize("NFC", stem).casefold())


def captions_by_stem(captions: Iterable[Entry], stems: Stems) -> Mapping[str, tuple[Caption, ...]]:
    """Find the captions of the videos in one folder, unknown language first, then by tag.

    :param captions: all caption files of the folder.
    """
    own: defaultdict[str, list[Caption]] = defaultdict(list)
    for entry in captions:
        if found := stems.find(entry.name):
            stem, rest = found
            own[stem].append(Caption(entry.path, _marks[tuple(rest)]))
    return {stem: in_order(tracks) for stem, tracks in own.items()}


def captions_in_folder(
    name: str, captions: Collection[Entry], *, others: Iterable[str] = (), alone: bool
) -> tuple[Caption, ...]:
    """Find the captions of a video in a folder for captions.

    :param name: of the video.
    :param captions: the caption files of that folder.
    :param others: names of videos that files there may be of, too.
    :param alone: whether all of them are of this video.
    """
    stem = stem_of(name)
    named = captions_by_stem(captions, Stems([name, *others])).get(stem, ())
    if not alone:
        return named
    known = {caption.path for caption in named}
    loose = (entry for entry in captions if entry.path not in known)
    marked = (Caption(each.path, read_loose_marks(stem_of(each.name), stem)) for each in loose)
    return in_order([*named, *marked])


def in_order(captions: Iterable[Caption]) -> tuple[Caption, ...]:
    """Sort captions: unknown language first, then by tag, the usual ones before the special.

    Of more than :data:`MOST_CAPTIONS` the first ones are returned.
    """
    return tuple(sorted(captions, key=_rank)[:MOST_CAPTIONS])


def _rank(caption: Caption) -> tuple[str, bool, bool, str, str]:
    marks = caption.marks
    return marks.language or "", marks.forced, marks.sdh, marks.title or "", caption.path
