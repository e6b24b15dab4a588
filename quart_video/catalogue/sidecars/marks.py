"""What the name of a caption file tells of it. Pure.

Rule 1: the last word that names a language tells the language. "hi" is Hindi unless another one is
named, too: then it says that the track is for the hearing impaired.
Rule 2: a code of two or three letters counts only where it stands alone between dots, or among
words that all are understood: "No Man Is an Island" is neither Norwegian nor Icelandic.
Rule 3: what is neither language nor mark is the title of the track.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from quart_video.catalogue.sidecars.languages import (
    fold_name,
    is_undetermined,
    label_of,
    language_of,
    rare_language_of,
    refine,
)

UNKNOWN_LABEL = "Captions"
"""Label of a track whose file tells neither language nor title."""

_MARKS = {
    "cc": "sdh",
    "default": "default",
    "forced": "forced",
    "foreign": "forced",
    "sdh": "sdh",
}
# What says the same in more words, or with a number behind it.
_LONGER = (
    (
        re.compile(
            r"(?<![^\W_])(?:closed[ _-]?captions?(?:ed|ing)?|hearing[ _-]?impaired"
            r"|hard[ _-]of[ _-]hearing|(?:cc|sdh)[1-9])(?![^\W_])",
            re.IGNORECASE,
        ),
        "sdh",
    ),
    (
        re.compile(
            r"(?<![^\W_])(?:forced[ _-]?narratives?|foreign[ _-]?(?:parts?[ _-]?)?only|forced[1-9])"
            r"(?![^\W_])",
            re.IGNORECASE,
        ),
        "forced",
    ),
)
_UNSAID = re.compile(
    r"utf-?(?:8|16)|unicode|ansi|(?:windows|cp|iso)[-_ ]?[0-9]{3,5}(?:-[0-9]{1,2})?"
    r"|ass|bak|srt|ssa|subs?|vtt",
    re.IGNORECASE,
)
"""Encodings and forms: neither a language nor a title."""
_GROWN_MARK = re.compile(r"([^\W\d_]{4,})(SDH|CC|HI|Forced|FORCED)")
_NUMBERED = re.compile(r"([^\W\d_]{3,})0?[1-9][0-9]?")
_EXPLAINED = re.compile(
    r"([a-z]{2,3}(?:[-_][A-Za-z]{2,4})?)[ _]?[(\[]([^()\[\]]{2,})[)\]]"
    r"|([a-z]{2,3}) - ((?:(?! - ).)+)"
)
"""A code, and what is said of it: "en (auto-generated)"."""
_HINDI = "hi"  # or hearing impaired
_WEAK = {_HINDI: {"sdh"}, **{encoding: set[str]() for encoding in ("big5", "gb2312", "gbk")}}
"""What names a language where nothing else does, and the mark that it is then."""
_WORDS = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_TWO = re.compile(r"[&+_-]")  # between the languages of a file that has each line in both
_ORIGINS = frozenset({"asr", "auto", "full", "orig", "original", "signs", "songs", "translated"})
"""What downloaders put behind a code: "en-orig"; another code says what it was translated from."""
_AUTOMATIC = "ai-"
"""What stands before a code where a machine has written the captions."""
_JOINED_MARK = re.compile(
    r"(.+?)[-_ ]*[\[(]?(?<![^\W_])(cc|default|forced|foreign|hi|sdh)[\])]?", re.IGNORECASE
)
_TRACK_ID = re.compile(r"(.+)-(?=[\w-]*(?:[0-9]|[a-z_-][A-Z]))[\w-]{11}", re.ASCII)
"""A code with the key of a track behind it, as YouTube has it."""
_NUMBER_FIRST = re.compile(r"[0-9]+[ _-]+")
_TRACK = r"(?:track|stream|untitled|sub(?:s|titles?)?)[_ ]?[0-9]*"
_TRACK_LAST = re.compile(rf"(?P<code>[a-z]{{2,3}})[_-](?P<title>{_TRACK})", re.IGNORECASE)
_TRACK_FIRST = re.compile(rf"(?P<title>{_TRACK})[_-](?P<code>[a-z]{{2,3}})", re.IGNORECASE)
_BRACKETS = " ()[]{}-_,;"
_BRACKETED = re.compile(r"[\[(]([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)[\])]")
_SHORTEST_NAME = 4  # letters; what is shorter is a code


@dataclass(frozen=True, slots=True)
class Marks:
    """What the name of a caption file tells of it."""

    language: str | None = None
    """BCP 47 tag in the customary case, ``None`` where the name does not tell."""
    forced: bool = False
    """Only what has to be read in any case, such as foreign dialogue."""
    sdh: bool = False
    """For the deaf and hard of hearing."""
    default: bool = False
    """To be shown where nothing speaks for another one."""
    title: str | None = None
    """Words that are neither a language nor a mark."""

    @property
    def label(self) -> str:
        """Name of the track for people."""
        name = label_of(self.language) if self.language else self.title or UNKNOWN_LABEL
        said = [mark for mark, there in (("forced", self.forced), ("SDH", self.sdh)) if there]
        marked = f"{name} ({', '.join(said)})" if said else name
        return f"{marked}: {self.title}" if self.language and self._is_new(said) else marked

    def _is_new(self, said: Sequence[str]) -> bool:
        """Say whether the title tells more than the language and the marks do."""
        assert self.language is not None
        names = f"{label_of(self.language)} {' '.join(said)}"
        known = {fold_name(word) for word in _WORDS.findall(names)}
        return any(
            fold_name(word) not in known and language_of(word) != self.language
            for word in _WORDS.findall(self.title or "")
        )


@dataclass(frozen=True, slots=True)
class _Said:
    """What one part of a name says."""

    language: str | None = None
    marks: frozenset[str] = frozenset()
    title: str | None = None


def read_marks(parts: Sequence[str]) -> Marks:
    """Read what stands between a video's name and the extension, taken apart at the dots."""
    language: str | None = None
    named_by = ""
    marks: set[str] = set()
    titles: list[str] = []  # the last one first
    for part in reversed(parts):
        said, name = _understand(part), part.strip(_BRACKETS)
        marks |= said.marks
        if said.language is None:
            titles += [said.title] if said.title else []
        elif language is None:
            language, named_by = said.language, name
            titles += [said.title] if said.title else []
        elif (mark := _WEAK.get(named_by.lower())) is not None:
            marks |= mark  # it is Hindi only where no other language is named
            language, named_by = said.language, name
        elif (mark := _WEAK.get(name.lower())) is not None:
            marks |= mark
        elif (refined := refine(said.language, named_by)) and refined != said.language:
            language = refined  # "pt.BR", though "br" is Breton
        else:
            titles.append(part)
    if language is None:
        language = next(filter(None, map(rare_language_of, titles)), None)
        titles = [title for title in titles if language is None or title.lower() != language]
    language, titles = _refined(language, titles)
    title = ".".join(reversed(titles)) or None
    return Marks(language, "forced" in marks, "sdh" in marks, "default" in marks, title)


def _refined(language: str | None, titles: list[str]) -> tuple[str | None, list[str]]:
    """Take out of the titles what belongs to the language: "zh.Hant"."""
    for title in titles:
        if language and (refined := refine(language, title)) and refined != language:
            return refined, [each for each in titles if each is not title]
    return language, titles


def _understand(part: str) -> _Said:
    """Read what stands between two dots."""
    plain = part.strip(_BRACKETS)
    words = _WORDS.findall(plain)
    if not words or is_undetermined(plain) or _UNSAID.fullmatch(plain):
        return _Said()
    short = part
    for longer, word in _LONGER:
        short = longer.sub(word, short)
    if short != part and (told := _understand(short)).title is None:
        return told
    if all(word.lower() in _MARKS for word in words):
        return _Said(marks=frozenset(_MARKS[word.lower()] for word in words))
    if said := _coded(plain) or _coded(part):
        return said
    for word in sorted(words, key=lambda word: word.lower() == _HINDI):
        if (language := language_of(word)) and (said := _all_understood(words, word, language)):
            return said
    if _TWO.search(plain) and (language := language_of(words[0])) and all(map(language_of, words)):
        return _Said(language, title=part)
    return _titled(part, plain, words)


def _coded(text: str) -> _Said | None:
    """Read a code or a name, with a mark joined to it, say; ``None``: it is something else."""
    marked = _JOINED_MARK.fullmatch(text) or _GROWN_MARK.fullmatch(text)
    if marked and marked[1].lower() != _HINDI and (language := language_of(marked[1])):
        return _Said(language, frozenset([_MARKS.get(marked[2].lower(), "sdh")]))
    if language := language_of(text) or language_of(_NUMBER_FIRST.sub("", text, count=1)):
        return _Said(language)
    if said := _explained(text):
        return said
    if text.lower().startswith(_AUTOMATIC) and (language := language_of(text[len(_AUTOMATIC) :])):
        return _Said(language, title=text[: len(_AUTOMATIC) - 1])
    code, _, rest = text.replace("_", "-").partition("-")
    if language := language_of(code):
        if (refined := refine(language, rest)) and refined != language:
            return _Said(refined)
        if rest.lower() in _ORIGINS or language_of(rest):
            return _Said(language, title=rest if rest.lower() in _ORIGINS else None)
    if (found := _TRACK_ID.fullmatch(text)) and (language := language_of(found[1])):
        return _Said(language)
    track = _TRACK_FIRST.fullmatch(text) or _TRACK_LAST.fullmatch(text)
    if track and (language := language_of(track["code"])):
        return _Said(language, title=track["title"])
    return None


def _explained(text: str) -> _Said | None:
    """Read a language with a number behind it, or a code with what is said of it."""
    if (numbered := _NUMBERED.fullmatch(text)) and (language := language_of(numbered[1])):
        return _Said(language)
    if (found := _EXPLAINED.fullmatch(text)) and (language := language_of(found[1] or found[3])):
        about = _understand(found[2] or found[4])
        if about.language is None:
            return replace(about, language=language)
    return None


def _titled(part: str, plain: str, words: Sequence[str]) -> _Said:
    """Read a part that has a title in it."""
    # "track3_[eng]", as extractors of tracks write it
    code = _BRACKETED.search(part)
    if code and code[1].lower() != _HINDI and (language := language_of(code[1])):
        return _Said(language, title=part.replace(code[0], "").strip(_BRACKETS) or None)
    for index in (-1, 0):
        # A name, and not a code, which is a word of its own too often.
        if len(words[index]) >= _SHORTEST_NAME and (language := language_of(words[index])):
            rest = plain.removesuffix(words[index]) if index else plain.removeprefix(words[index])
            return _Said(language, title=rest.strip(_BRACKETS))
    return _Said(title=part)


def _all_understood(words: Sequence[str], named_by: str, language: str) -> _Said | None:
    """Return what *words* say where none of them is left over, the language being told."""
    marks = set()
    for word in words:
        lower = word.lower()
        if word is named_by or word.isdigit():
            continue
        if lower in _MARKS or lower == _HINDI:
            marks.add(_MARKS.get(lower, "sdh"))
        elif refined := refine(language, word):
            language = refined
        elif (other := language_of(word)) and _primary(other) == _primary(language):
            language = max(language, other, key=len)
        else:
            return None
    return _Said(language, frozenset(marks))


def _primary(tag: str) -> str:
    return tag.partition("-")[0]


def read_loose_marks(stem: str, video: str) -> Marks:
    """Read a name that does not begin with that of its video: "2_English", "SDH.eng.HI".

    :param video: name of the video without extension; words that it begins with tell nothing.
    """
    words = _folded_words(video)
    known = f" {' '.join(words)} "
    parts = _without_name(stem, words).split(".")
    while words and parts:
        own = _folded_words(parts[0])
        if own != words[: len(own)]:
            break
        del words[: len(own)], parts[0]
    marks = read_marks(parts)
    title = (marks.title or "").strip(_BRACKETS)
    tells = not title.isdigit() and f" {' '.join(_folded_words(title))} " not in known
    return replace(marks, title=title or None if tells else None)


def _without_name(stem: str, name: Sequence[str]) -> str:
    """Return what follows the words that *stem* and the name of a video both begin with.

    A single word of a longer name is left: it may be "The", or a language.
    """
    end = count = 0
    for match, word in zip(_WORDS.finditer(stem), name, strict=False):
        if fold_name(match[0]) != word:
            break
        end, count = match.end(), count + 1
    return stem[end:] if count > 1 or count == len(name) else stem


def _folded_words(text: str) -> list[str]:
    return [fold_name(word) for word in _WORDS.findall(text)]
