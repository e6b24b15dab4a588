"""What people search for, as what has to stand in a name. Pure.

Rule 1: what stands together in a search stands together in a name: "s02e03", "1.10", "wall-e".
Rule 2: the last word may go on, as somebody may still be typing; numbers before it are whole.
Rule 3: what signs stand in is found with them and without, as it is typed in both ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from quart_video.bounded import Memo
from quart_video.catalogue.text.episodes import Code, find_codes, value_of
from quart_video.catalogue.text.numbers import counted, dates, numbered, sequels
from quart_video.catalogue.text.words import (
    WHOLE,
    split_humps,
    split_words,
    with_ampersands_said,
    without_apostrophes,
    without_odd_signs,
    without_signs,
    without_thousands,
)
from quart_video.storage.names import MAX_PATH_BYTES

MOST_WORDS = 64
"""Words of a search that count; what comes after them is passed over."""

_LONGEST = 256  # letters; no name is longer
_EPISODE_WORDS = ("episode", "ep", "e")
_CHUNKS = re.compile(
    r"(?<!\S)[1-9][0-9]{0,2}(?:[ \u00a0\u202f]000)+(?!\S)"  # "20 000" is one number
    r"|[^\s/\\]+"
)
_CONTRACTED = re.compile("([a-z]{2,})(s|(?<=n)t)")
_SAID = {"and": "n", "n": "and"}  # as in "Guns N' Roses"
_MOST_CONTRACTED = 4  # of one run of words
_NUMBER_LAST = re.compile(r"(\d+)[^\w\\/]*\Z")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one after the other."""

    words: tuple[str, ...]
    is_whole: bool
    """Whether the last of them ends where it does; else another may begin with it."""

    @property
    def text(self) -> str:
        """It as a text of words."""
        return "".join([f" {word}" for word in self.words])


Way = tuple[Phrase, ...]
"""Phrases that are all in a name or its folders."""


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a search that is there in one way or another."""

    words: tuple[str, ...]
    """As it was typed."""
    ways: tuple[Way, ...]
    own: int | None = None
    """How many of these are as it was typed, which go first; ``None``: all."""
    part: str = ""
    """What may be a part of a word, or several words, where nothing begins with it."""
    middle: str = ""
    """What is looked for in the middle of words, too."""
    containing: tuple[str, ...] | None = ()
    """The words that have it in them; ``None``: they are many."""

    def whole(self) -> Term:
        """Return the same as it was typed, but for beginnings of words."""
        own = self.ways[: self.own]
        ways = tuple(tuple(replace(each, is_whole=True) for each in way) for way in own)
        return replace(self, ways=ways, own=None)


def searched(q: str) -> tuple[Term, ...] | None:
    """Return what a search is for, each part once; ``None``: it can find nothing."""
    return _known[q] if len(q) <= MAX_PATH_BYTES else None  # no path is longer


def _searched(q: str) -> tuple[Term, ...] | None:
    terms: dict[Term, None] = {}
    left = MOST_WORDS
    for term in _terms(q):
        if len(term.words) > left:
            term = _shortened(term, left)  # noqa: PLW2901 - it is the last one
        if term.words:
            terms[term] = None
        left -= len(term.words)
        if left <= 0:
            break
    return None if q.strip() and not terms else tuple(terms)


_known = Memo(_searched, 1024 * 1024)  # a listing asks several times


def _shortened(term: Term, most: int) -> Term:
    words = term.words[:most]
    return Term(words, ((Phrase(words, is_whole=False),),))


def _terms(q: str) -> Iterator[Term]:
    start = 0
    text = split_humps(q)
    for code in find_codes(text):
        yield from _chunks(text[start : code.start], is_last=False)
        yield _code_term(code, text)
        start = code.stop
    # Where there is no code, humps are what may be typed for a word without them.
    yield from _chunks(text[start:] if start else q, is_last=True)


def _chunks(text: str, *, is_last: bool) -> Iterator[Term]:
    chunks = [chunk[:_LONGEST] for chunk in _CHUNKS.findall(text)]
    split = [tuple(split_words(chunk)) for chunk in chunks]
    title: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    for number, (chunk, words) in enumerate(zip(chunks, split, strict=True), 1):
        behind = split[number] if number < len(split) else ()
        if not words or (len(words) == 1 and _is_numbered(words, behind)):
            title, before = before, words
            continue
        is_end = is_last and number == len(chunks)
        if len(before) == 1 and _is_numbered(before, words):
            is_whole = _is_whole(chunk, is_last=is_end)
            yield _numbered_term(before + words, title, is_whole=is_whole)
        else:
            yield _term(chunk, words, before, is_last=is_end)
        before = words


def _is_numbered(kind: tuple[str, ...], number: tuple[str, ...]) -> bool:
    """Say whether "part" stands before "2", say."""
    return len(number) == 1 and next(numbered(kind[0], number[0]), None) is not None


def _numbered_term(words: tuple[str, ...], title: tuple[str, ...], *, is_whole: bool) -> Term:
    kind, number = words
    apart = (Phrase((kind,), is_whole=False), Phrase((number,), is_whole))
    ways = dict.fromkeys((apart, *_numbered_ways(words, title, is_whole=is_whole)))
    return Term(words, tuple(ways), own=1)


def _numbered_ways(
    words: tuple[str, ...], title: tuple[str, ...], *, is_whole: bool
) -> Iterator[Way]:
    """Yield how else "ep 2" is written; behind a title, that is its number alone, as of anime."""
    for form in numbered(*words):
        yield (Phrase(form, is_whole if form[1] == words[1] else True),)
    if words[0] in _EPISODE_WORDS and words[1].isdecimal() and title and title[-1].isalpha():
        yield (Phrase((title[-1], words[1]), is_whole=True),)


def _term(
    chunk: str, words: tuple[str, ...], before: tuple[str, ...] = (), *, is_last: bool
) -> Term:
    """Return what is searched for in *words*.

    :param before: the words that it stands behind.
    """
    is_whole = _is_whole(chunk, is_last=is_last)
    forms = dict.fromkeys((words, *_other_forms(chunk)))
    ways: list[Way] = [(Phrase(form, is_whole),) for form in forms]
    if len(words) > 1 and "&" not in chunk:
        ways += [(phrase,) for phrase in _with_apostrophes(words, is_whole=is_whole)]
    own = dict.fromkeys(ways)
    others = [*_other_spellings(chunk, words, before, is_whole=is_whole)]
    if len(words) == 1 and before and before[-1].isalpha():
        spelt = [*sequels(before[-1], words[0])]
        if words[0] in _SAID and not is_last:
            spelt.append((before[-1], _SAID[words[0]]))
        others += [(Phrase(form, is_whole=True),) for form in spelt]
    part = next((form[0] for form in forms if _is_letters(form)), "")
    return Term(words, tuple(own | dict.fromkeys(others)), len(own), part)


def _other_spellings(
    chunk: str, words: tuple[str, ...], before: tuple[str, ...], *, is_whole: bool
) -> Iterator[Way]:
    if len(words) == 2:
        yield from _numbered_ways(words, before, is_whole=is_whole)
    yield from ((Phrase(tuple(split_words(form)), is_whole),) for form in counted(chunk))
    yield from ((Phrase(form, is_whole=True),) for form in dates(chunk) if form != words)


def _other_forms(chunk: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of what is written without humps, and without signs."""
    if chunk.isascii() and chunk.isalnum() and chunk == chunk.lower():
        return
    plain = without_odd_signs(chunk).lower()
    forms = plain, without_apostrophes(plain), without_signs(plain), with_ampersands_said(plain)
    for form in dict.fromkeys((*forms, without_thousands(plain))):
        yield tuple(split_words(form))


def _with_apostrophes(words: tuple[str, ...], *, is_whole: bool) -> Iterator[Phrase]:
    """Yield what stands in a name that has an apostrophe in one of *words*, which are several.

    "womans.hour" is "woman s hour" there: a phrase does not go on behind "womans".
    """
    endings = [(number, _CONTRACTED.fullmatch(word)) for number, word in enumerate(words)]
    found = [(number, ending) for number, ending in endings if ending]
    for number, ending in found[:_MOST_CONTRACTED]:
        behind = words[number + 1 :]
        yield Phrase((*words[:number], ending[1], ending[2], *behind), is_whole or not behind)


def _is_letters(form: tuple[str, ...]) -> bool:
    return len(form) == 1 and form[0][0].isalpha() and form[0] not in WHOLE


def _is_whole(text: str, *, is_last: bool) -> bool:
    """Say whether the last word of a text is a number to which no digit is to come."""
    number = _NUMBER_LAST.search(text)
    return number is not None and (not is_last or _is_padded(number[1]))


def _is_padded(digits: str) -> bool:
    """Say whether there is a zero in front, in the digits of any script."""
    return len(digits) > 1 and split_words(digits[0]) == ["0"]


def _code_term(code: Code, text: str) -> Term:
    written = text[code.start : code.stop]
    is_last = not text[code.stop :].strip()
    words = tuple(split_words(written))
    number = (code.episodes or (code.season,))[-1]
    is_whole = not is_last or not written[-1].isdigit() or _is_padded(number)
    found = [Phrase((word,), is_whole=True) for word in code.words]
    found[-1] = replace(found[-1], is_whole=is_whole)
    if is_last and not number.strip("0"):  # a digit is to come
        found[-1] = Phrase((found[-1].words[0].rstrip("0"),), is_whole=False)
    ways: list[Way] = [tuple(found)]
    if not code.episodes and is_whole:
        ways.append((Phrase((f"{code.words[0]}e",), is_whole=False),))
    if len(code.episodes) == 1 and (is_whole or number.strip("0")):
        # Where folders are for seasons, names tell the episode alone.
        season, episode = Phrase((code.season_word,), is_whole=True), value_of(number)
        ways += [(season, Phrase((word, episode), is_whole)) for word in _EPISODE_WORDS]
    if "x" in words:
        ways.append((Phrase(words, is_whole),))
    return Term(words, tuple(ways))


def opening(terms: Sequence[Term]) -> Phrase:
    """Return what a name begins with that begins with all of a search."""
    words = tuple(word for term in terms for word in term.words)
    return Phrase(words, is_whole=all(way[-1].is_whole for way in terms[-1].ways[:1]))


def ends_in_number(terms: Sequence[Term]) -> bool:
    """Say whether the last word of a search is a number."""
    return terms[-1].words[-1].isdecimal()


__all__ = ["MOST_WORDS", "Phrase", "Term", "Way", "ends_in_number", "opening", "searched"]
