"""What holds of the rows of a listing, in SQL. Pure.

Rule 1: what is in a condition is ours; what came from outside is given as values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from quart_video.catalogue.text.terms import Phrase, Term


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in SQL, of the tables ``f`` and ``v``, and the values in it."""

    sql: str = "1"
    values: tuple[Any, ...] = ()

    def __and__(self, other: Condition) -> Condition:
        if not self or not other:
            return other or self
        return Condition(f"{self.sql} AND {other.sql}", self.values + other.values)

    def __bool__(self) -> bool:
        return self.sql != "1"


@dataclass(frozen=True, slots=True)
class Scope:
    """The folders that a listing is of."""

    id: int
    key: bytes
    words: str
    """Of the folder's path: a search passes over them."""
    recursive: bool

    @property
    def stop(self) -> bytes:
        """The end of the keys below the folder."""
        return self.key + b"\xff"

    @property
    def is_all(self) -> bool:
        """Whether it is all there is."""
        return self.recursive and not self.key

    def condition(self, *, seek: bool) -> Condition:
        """Return what holds of its folders.

        :param seek: whether to find them by it; else rows come another way and are tested.
        """
        plus = "" if seek else "+"
        if not self.recursive:
            return Condition(f"{plus}f.id = ?", (self.id,))
        if self.is_all:
            return Condition()
        return Condition(f"{plus}f.key >= ? AND {plus}f.key < ?", (self.key, self.stop))


ANYWHERE = Scope(0, b"", "", recursive=True)


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of words, in SQL."""

    sql: str
    values: tuple[Any, ...] = ()

    def has(self, phrase: Phrase) -> Condition:
        """Return what holds where a phrase is in it."""
        if phrase.is_whole:
            return Condition(f"instr({self.sql} || ' ', ?)", (*self.values, f"{phrase.text} "))
        return self.contains(phrase.text)

    def contains(self, text: str) -> Condition:
        """Return what holds where it has anything in it."""
        return Condition(f"instr({self.sql}, ?)", (*self.values, text))


NAME = _Text("v.words")


def _folders_below(scope: Scope) -> _Text:
    """Return the words that count: of the folders below the one that is listed."""
    return _Text("substr(f.words, ?)", (len(scope.words) + 1,))


def holds_all(terms: Sequence[Term], *texts: _Text) -> Condition:
    """Return what holds where all terms are in the texts, each phrase in any of them."""
    condition = Condition()
    for term in terms:
        ways = [
            _both([_any([text.has(phrase) for text in texts]) for phrase in way])
            for way in term.ways
        ]
        if term.middle:
            ways += [text.contains(term.middle) for text in texts]
        condition &= _any(ways)
    return condition


def begins(phrase: Phrase) -> Condition:
    """Return what holds of names that begin with a phrase."""
    text = f"{phrase.text} " if phrase.is_whole else phrase.text
    words = "v.words || ' '" if phrase.is_whole else "v.words"
    return Condition(f"substr({words}, 1, ?) = ?", (len(text), text))


def somewhere(terms: Sequence[Term], scope: Scope) -> list[Condition]:
    """Return what holds where some of the terms, or a part of one, is in the folders."""
    text = _folders_below(scope)
    found = [text.has(phrase) for term in terms for way in term.ways for phrase in way]
    return found + [text.contains(term.middle) for term in terms if term.middle]


def _any(conditions: Sequence[Condition]) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    sql = " OR ".join(condition.sql for condition in conditions)
    return Condition(f"({sql})", tuple(value for each in conditions for value in each.values))


def _both(conditions: Sequence[Condition]) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    sql = " AND ".join(condition.sql for condition in conditions)
    return Condition(f"({sql})", tuple(value for each in conditions for value in each.values))


def no(condition: Condition) -> Condition:
    """Return what holds where a condition does not."""
    return Condition(f"NOT ({condition.sql})", condition.values)


def of_types(types: Sequence[str] | None) -> Condition:
    """Return what holds of videos with one of some extensions; ``None``: of all."""
    if types is None:
        return Condition()
    return Condition(f"v.type IN ({', '.join('?' * len(types))})", tuple(types))


def filters(
    terms: Sequence[Term],
    scope: Scope,
    types: Sequence[str] | None,
    shortest: int | None,
    longest: int | None,
) -> Condition:
    """Return what holds of all that is listed, beside being in the scope.

    :param types: extensions; ``None``: of any type.
    :param shortest: microseconds, as is *longest*.
    """
    condition = of_types(types)
    condition &= holds_all(terms, NAME, *([_folders_below(scope)] if scope.recursive else []))
    if shortest is not None:
        condition &= Condition("v.duration >= ?", (shortest,))
    if longest is not None:
        condition &= Condition("v.duration <= ?", (longest,))
    return condition


def in_folder(scope: Scope, terms: Sequence[Term], hidden: Sequence[bytes]) -> Condition:
    """Return what holds of the folders directly in one that have all the terms in their names.

    :param hidden: keys of those that are not shown.
    """
    condition = Condition("parent = ?", (scope.id,))
    condition &= holds_all(terms, _Text("substr(words, ?)", (len(scope.words) + 1,)))
    if hidden:
        condition &= Condition(f"key NOT IN ({', '.join('?' * len(hidden))})", tuple(hidden))
    return condition
