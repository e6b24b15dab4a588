"""All words of a library: what is searched is looked for in them where nothing begins with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from quart_video.catalogue.index import schema
from quart_video.catalogue.text.terms import Phrase, Term

_MOST = 2 << 20
"""Bytes of words that are kept. Longer ones than a library of a million videos has are left out."""
_MOST_CONTAINING = 64
"""Words with something in them that are named; of more, all videos are looked at."""
_MOST_PIECES = 4
"""Words that may be written together in a search."""
_LONGEST = 40  # letters; no word that is written together is longer
_MOST_SPLITS = 32
_SHORT = 3  # letters; the last of several words may be a beginning from here on


class Vocabulary:
    """Words that hold letters alone, as one text with a line for each: it is small, and sorted."""

    def __init__(self, words: Iterable[str]) -> None:
        text = "\n".join(["", *words, ""]).encode()
        self._is_whole = len(text) <= _MOST
        self._lines = text if len(text) <= _MOST else text[: text.rindex(b"\n", 0, _MOST) + 1]

    def lacks(self, beginning: str) -> bool:
        """Say whether it is sure that no word begins so: that is known sooner than from a file."""
        if not self._is_whole or beginning < "a":
            return False
        return not self._first_from(beginning).startswith(beginning)

    def containing(self, part: str) -> tuple[str, ...] | None:
        """Return the words with *part* in them; ``None``: they are many."""
        wanted, found, place = part.encode(), list[str](), 0
        while (place := self._lines.find(wanted, place)) >= 0:
            if len(found) == _MOST_CONTAINING:
                return None
            start, place = self._line(place)
            found.append(self._lines[start:place].decode())
        return tuple(found)

    def splits(self, text: str) -> list[tuple[str, ...]]:
        """Return words that are *text* together: whole ones, of which the last may go on."""
        if not 1 < len(text) <= _LONGEST:
            return []
        found = [each for each in self._splits(text, _MOST_PIECES) if len(each) > 1]
        return sorted(found, key=lambda words: (len(words), words))[:_MOST_SPLITS]

    def _splits(self, text: str, most: int) -> Iterator[tuple[str, ...]]:
        line = self._first_from(text)
        if line == text or (len(text) >= _SHORT and line.startswith(text)):
            yield (text,)
        if most == 1:
            return
        for stop in range(1, len(text)):
            line = self._first_from(text[:stop])
            if not line.startswith(text[:stop]):
                return  # nor does any begin with more of it
            if line == text[:stop]:
                for rest in self._splits(text[stop:], most - 1):
                    yield (text[:stop], *rest)

    def _first_from(self, word: str) -> str:
        """Return the first word that is not before *word*; "" where there is none."""
        wanted = word.encode()
        low, high = 1, len(self._lines)  # a line begins at each of them, or nothing does
        while low < high:
            start, stop = self._line((low + high) // 2)
            if self._lines[start:stop] < wanted:
                low = stop + 1
            else:
                high = start
        return (
            self._lines[low : self._lines.find(b"\n", low)].decode()
            if low < len(self._lines)
            else ""
        )

    def _line(self, place: int) -> tuple[int, int]:
        """Return where the line begins and ends that a place is in."""
        return self._lines.rindex(b"\n", 0, place) + 1, self._lines.index(b"\n", place)


EMPTY = Vocabulary(())


def read(connection: sqlite3.Connection) -> Vocabulary:
    """Return the words of all videos, and of the folders that they are in."""
    if schema.has_search(connection):
        (text,) = connection.execute(_OF_SEARCH).fetchone()
        return Vocabulary(text.split("\n") if text else ())
    texts = connection.execute("SELECT words FROM video UNION ALL SELECT words FROM folder")
    words = {word for (text,) in texts for word in text.split()}
    return Vocabulary(sorted(word for word in words if word[0].isalpha()))


# What begins with a digit or "|" is none; what begins with "/" is of a folder.
_OF_SEARCH = (
    "SELECT group_concat(word, char(10)) FROM (SELECT term AS word FROM vocabulary "
    "WHERE term >= 'a' UNION SELECT substr(term, 2) FROM vocabulary "
    "WHERE term >= '/a' AND term < '0' ORDER BY 1) WHERE word <> '|'"
)


def loosened(
    terms: Sequence[Term], vocabulary: Vocabulary | None = None
) -> tuple[Term, ...] | None:
    """Have words be found in the middle of others, too, and those written together one by one.

    :param vocabulary: ``None``: nothing is known of words, as all names are looked at.
    :returns: ``None``: that would find nothing, or no more.
    """
    found: list[Term] = []
    for term in reversed(terms):  # as what was typed last is what there was not till then
        loose = _loosened(term, vocabulary, is_alone=len(terms) == 1)
        if loose is None:
            return None
        found.insert(0, loose)
    return tuple(found) if any(term.middle for term in found) else None


def _loosened(term: Term, vocabulary: Vocabulary | None, *, is_alone: bool) -> Term | None:
    part = term.part
    shortest = _SHORT if is_alone and part.isascii() else 2
    if len(part) < shortest:
        return term
    if vocabulary is None:
        return replace(term, middle=part)
    containing = vocabulary.containing(part)
    splits = vocabulary.splits(part)
    if containing == () and not splits and len(term.ways) == 1:
        return None
    ways = tuple((Phrase(words, len(words[-1]) < _SHORT),) for words in splits)
    return replace(term, ways=term.ways + ways, middle=part, containing=containing)
