"""What a file name says to people. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from quart_video.catalogue.text.episodes import find_codes

# What is said of a release in its name, in words of its own: where they begin, the title ends.
_MARK = re.compile(
    r"[0-9]{3,4}[pi]|uhd|hdr10|10bit"
    r"|web-?dl|web-?rip|blu-?ray|b[dr]-?rip|dvd-?rip|dvd[59]|hdtv|pdtv|hd-?rip|cam-?rip|remux"
    r"|[xh]-?26[45]|hevc|xvid|divx|e?ac-?3|ddp[0-9]*",
    re.IGNORECASE,
)
# What may stand before them, and may be a word of a title elsewhere.
_ASIDE = frozenset(
    [
        *("proper", "repack", "rerip", "internal", "limited", "extended", "unrated", "uncut"),
        *("remastered", "web", "hdr", "4k", "aac", "dts", "avc", "multi", "dual", "dubbed"),
        *("subbed", "complete", "german", "french", "nordic", "imax"),
    ]
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_ENOUGH = 2
"""Marks that make a name with spaces in it that of a release; without, it takes one."""


@dataclass(frozen=True, slots=True)
class Release:
    """What the name of a release says."""

    title: str
    marks: str
    """What is said of picture, sound and origin, as it is written; may be empty."""


def stem_of(name: str) -> str:
    """Return *name* without its extension."""
    stem, _, _ = name.rpartition(".")
    return stem or name


def title_of(name: str) -> str:
    """Return the title of the video called *name*.

    That is the name without its extension, underscores read as spaces, runs of spaces as one.
    Where that leaves nothing, it is the name as it is. Of the name of a release, it is what stands
    before all that is said of picture, sound and origin.
    """
    release = release_of(name)
    if release is not None:
        return release.title
    return " ".join(stem_of(name).replace("_", " ").split()) or name


def release_of(name: str) -> Release | None:
    """Return what the name of a release says, as ``Some.Show.S01E02.1080p.WEB-DL.x264-GRP.mkv`` is.

    :returns: ``None``: *name* is another one.
    """
    stem = stem_of(name).replace("_", " ").strip()
    has_blanks = " " in stem
    words = stem.split() if has_blanks else [word for word in stem.split(".") if word]
    if len(words) < 3:
        return None
    marks = [number for number, word in enumerate(words) if number and _is_mark(word)]
    if len(marks) < (_ENOUGH if has_blanks else 1):
        # Dots for spaces are seldom anything else where there is an episode.
        is_episode = not has_blanks and any(code.episodes for code in find_codes(stem))
        return Release(_title(words), "") if is_episode else None
    end = marks[0]
    while end > 1 and words[end - 1].lower() in _ASIDE:
        end -= 1
    return Release(_title(words[:end]), " ".join(words[end:]))


def _is_mark(word: str) -> bool:
    """Say whether a word is one, or one with the name of who made it behind a hyphen."""
    word = word.strip("()[]")
    found = _MARK.match(word)
    return found is not None and (found.end() == len(word) or word[found.end()] == "-")


def _title(words: list[str]) -> str:
    *before, last = words
    if before and _YEAR.fullmatch(last):
        return f"{_joined(before)} ({last})"
    return _joined(words)


def _joined(words: list[str]) -> str:
    """Put blanks between words, and dots between initials."""
    text = words[0]
    for before, word in pairwise(words):
        text += ("." if _is_initial(before) and _is_initial(word) else " ") + word
    return text


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isalpha()
