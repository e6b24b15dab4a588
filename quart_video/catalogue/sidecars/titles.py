"""What a file name says to people. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from quart_video.catalogue.text.episodes import find_codes

# What is said of a release in its name, in words of its own: where they begin, the title ends.
_MARK = re.compile(
    r"[0-9]{3,4}[pi]|uhd|hdr10|10bit|(?:h-?|half-?)(?:sbs|ou)"
    r"|web-?dl|web-?rip|blu-?ray|b[dr]-?rip|dvd-?rip|dvd[59]|hdtv|pdtv|hd-?rip|cam-?rip|remux"
    r"|[xh]-?26[45]|hevc|av1|xvid|divx|e?ac-?3|ddp[0-9]*",
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
# What may stand between the year, or the code of the episode, and them: titles have these, too.
_BEHIND = _ASIDE.union(
    *[("dc", "directors", "director's", "cut", "edition", "theatrical", "criterion", "hybrid")],
    *[("uncensored", "real", "repack2", "proper2", "3d", "ntsc", "pal", "dl", "ml", "subbed")],
    *[("truefrench", "vff", "vfq", "vf", "vostfr", "italian", "ita", "english", "eng", "spanish")],
    *[
        (
            "castellano",
            "latino",
            "russian",
            "rus",
            "polish",
            "dutch",
            "swedish",
            "danish",
            "finnish",
        )
    ],
    *[("norwegian", "japanese", "jpn", "korean", "hindi", "chinese", "portuguese", "turkish")],
    *[("amzn", "nf", "dsnp", "hmax", "atvp", "hulu")],
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_YEAR_SAID = re.compile(r"\((?:19|20)[0-9]{2}\)")
_DATE = re.compile(r"\b((?:19|20)[0-9]{2}) ([01][0-9]) ([0-3][0-9])\b")
_BRACKETS = re.compile(r"\[[^][]*\]|\([^()]*\)|\{[^{}]*\}")
_GROUP = re.compile(r"\[[^][]+\] *")
# As media servers have it: "{tmdb-1234}", "[imdbid=tt0000001]"; a sum of all bytes: "[F02B9CEE]".
_ID = re.compile(r"(?:imdb|tmdb|tvdb|anidb)(?:id)?[-= ][a-z0-9]+", re.IGNORECASE)
_SUM = re.compile(r"(?=[0-9]*[A-F])[0-9A-F]{8}")
_SITE = re.compile(r"www\.[a-z0-9-]+\.[a-z]{2,4} +- +", re.IGNORECASE)
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
    site = _SITE.match(stem)
    rest = stem[site.end() :] if site else stem
    found = _bracketed(rest) or _worded(rest)
    if found is None or site is None:
        return found
    return Release(found.title, f"{found.marks} {site[0].rstrip(' -')}".lstrip())


def _bracketed(stem: str) -> Release | None:
    """Read a name with what is said of a release in brackets, behind the title and before it."""
    group = _GROUP.match(stem)
    start = group.end() if group else 0
    telling = [part for part in _BRACKETS.finditer(stem, start) if _tells(part[0][1:-1])]
    stop = telling[0].start() if telling else len(stem)
    title = " ".join(stem[start:stop].split()).rstrip(" -")
    is_episode = any(code.episodes for code in find_codes(title))
    has_id = any(_ID.fullmatch(part[0][1:-1]) for part in telling)
    is_one = group or is_episode or has_id or _YEAR_SAID.search(title)
    if not title or " " not in stem or not is_one or not (telling or (group and is_episode)):
        return None
    if any(map(_is_mark, title.split()[1:])):
        return None  # which are said in words
    return Release(title, f"{group[0] if group else ''}{stem[stop:]}".strip())


def _tells(text: str) -> bool:
    words = re.split(r"[ ,._-]+", text)
    return bool(_ID.fullmatch(text) or _SUM.fullmatch(text) or any(map(_is_mark, [text, *words])))


def _worded(stem: str) -> Release | None:
    """Read a name with what is said of a release in words."""
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
    behind = end
    while behind > 2 and words[behind - 1].lower() in _BEHIND:
        behind -= 1
    if behind < end and _ends_title(words[behind - 1]):
        end = behind
    return Release(_title(words[:end]), _said(words[end:]))


def _ends_title(word: str) -> bool:
    word = word.strip("()[]")
    return _YEAR.fullmatch(word) is not None or any(code.episodes for code in find_codes(word))


def _said(marks: list[str]) -> str:
    """Put blanks between marks, and dots back between their numbers, as in "DDP5.1" and "H.264"."""
    text = "".join(marks[:1])
    for before, mark in pairwise(marks):
        is_number = mark[:1].isdigit() and (before[-1:].isdigit() or before.upper() == "H")
        has_dot = is_number and (len(mark.partition("-")[0]) == 1 or before.upper() == "H")
        text += ("." if has_dot else " ") + mark
    return text


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
    return _DATE.sub(r"\1-\2-\3", text)


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isalpha()
