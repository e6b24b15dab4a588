"""The parts that a listing is made of, each with one order. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from quart_video.catalogue.index.conditions import (
    NAME,
    Condition,
    Scope,
    begins,
    holds_all,
    no,
    somewhere,
)
from quart_video.catalogue.index.full_text import (
    Match,
    is_exact,
    match_begun,
    match_in_names,
    match_of,
)
from quart_video.catalogue.text.terms import Term, ends_in_number, opening
from quart_video.catalogue.types import Sort


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended."""

    number: int | None
    folder: bytes
    key: bytes


COLUMNS = {"modified": "v.modified", "size": "v.size", "duration": "v.duration"}


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a listing that has one order. Its parts follow upon each other."""

    condition: Condition = field(default_factory=Condition)
    number: str = "0"
    """What a cursor has to know beside the path, in SQL."""
    column: str | None = None
    """What comes before the name in the order."""
    descending: bool = False
    """Whether the greatest of the column comes first or, without a column, the last by name."""
    match: Match = ()
    """What all of it is found by in the full-text index."""
    is_picky: bool = False
    """Whether it may be little, or nothing, of much that is found by that."""
    ranks: tuple[Condition, ...] = ()
    """What is sorted by in place of a column: which of these is the first that holds."""

    @property
    def rank(self) -> Condition:
        """What tells which of the ranks a row has."""
        whens = " ".join(f"WHEN {rank.sql} THEN {number}" for number, rank in enumerate(self.ranks))
        values = tuple(value for rank in self.ranks for value in rank.values)
        return Condition(f"(CASE {whens} ELSE {len(self.ranks)} END)", values)


_BY_NAME_ALONE: dict[str, Any] = {"column": None, "descending": False}


@dataclass(frozen=True, slots=True)
class _Rank:
    """Names that are alike in how they have what was searched."""

    condition: Condition
    match: Match
    is_picky: bool


def segments(
    order: Sort, terms: Sequence[Term], scope: Scope, common: int | None = None
) -> tuple[Segment, ...]:
    """Return the parts that a listing is made of.

    :param common: what very many have of what is sorted by: they are a part of their own.
    """
    column, descending = order.lstrip("-"), order.startswith("-")
    match, is_picky = match_of(terms, scope), not is_exact(terms)
    if column == "relevance" and terms:
        return _by_relevance(terms, scope, match)
    if column in {"name", "relevance"}:
        return (Segment(descending=descending, match=match, is_picky=is_picky),)
    name = COLUMNS[column]
    if column != "duration":
        whole = Segment(Condition(), name, name, descending, match, is_picky)
        return (whole,) if common is None else _around(whole, name, common)
    known = Condition(f"{name} IS NOT NULL")
    unknown = Condition(f"{name} IS NULL")
    return (
        Segment(known, name, name, descending, match, is_picky),
        Segment(unknown, "NULL", match=match, is_picky=is_picky),
    )


def by_rank(terms: Sequence[Term], scope: Scope) -> Segment:
    """Have all ranks be one part, which is sorted: all of it has to be looked at."""
    ranks = tuple(rank.condition for rank in _ranks(terms))
    return Segment(ranks=ranks, match=match_of(terms, scope), is_picky=not is_exact(terms))


def start_of(
    parts: Sequence[Segment], order: Sort, after: Place | None, common: int | None = None
) -> int:
    """Return which of the *parts* the place *after* is in.

    :param common: what they were made with.
    """
    if after is None or len(parts) == 1:
        return 0
    if order == "relevance":
        return min(after.number or 0, len(parts) - 1)
    if common is not None:
        past = (after.number or 0) - common
        return 1 if past == 0 else 2 * ((past < 0) == order.startswith("-"))
    return 0 if after.number is not None else len(parts) - 1


def common_of(numbers: Sequence[int]) -> int | None:
    """Return the number that half of a sample have, or more, if there is one."""
    for number, count in Counter(numbers).most_common(1):
        return number if 2 * count >= len(numbers) else None
    return None


def _around(whole: Segment, name: str, common: int) -> tuple[Segment, ...]:
    """Have those with a common number go by name, as they do, rather than be sorted to do so."""
    before, behind = (">", "<") if whole.descending else ("<", ">")
    return (
        replace(whole, condition=Condition(f"{name} {before} ?", (common,))),
        replace(whole, condition=Condition(f"+{name} = ?", (common,)), **_BY_NAME_ALONE),
        replace(whole, condition=Condition(f"{name} {behind} ?", (common,))),
    )


def _by_relevance(terms: Sequence[Term], scope: Scope, match: Match) -> tuple[Segment, ...]:
    """Have each rank be a part: none of them has to be looked through to sort it."""
    found: list[Segment] = []
    before = Condition()
    for number, rank in enumerate(_ranks(terms)):
        condition = rank.condition & before
        found.append(Segment(condition, str(number), match=rank.match, is_picky=rank.is_picky))
        before = no(rank.condition) & before
    # What is left has some of it in its folders: those that have none of it are passed over whole.
    in_folders = Condition(" OR ".join(condition.sql for condition in somewhere(terms, scope)))
    values = tuple(value for each in somewhere(terms, scope) for value in each.values)
    rest = Condition(f"({in_folders.sql})", values)
    if scope.recursive:
        found.append(Segment(rest & before, str(len(found)), match=match))
    return tuple(found)


def _ranks(terms: Sequence[Term]) -> tuple[_Rank, ...]:
    """Return the ranks, the best one first; what is in none of them comes last.

    What was searched is at the beginning of a name, or is all there, as it is and no more; or goes
    on. Words that go on at the beginning of a name come first, as somebody may still be typing; but
    not numbers, as one that goes on is another.
    """
    named = _Rank(holds_all(terms, NAME), match_in_names(terms), not is_exact(terms))
    if any(term.middle for term in terms):
        return (named,)
    start = opening(terms)
    goes_on, ends = replace(start, is_whole=False), replace(start, is_whole=True)
    whole = [term.whole() for term in terms]
    exact = _Rank(holds_all(whole, NAME), match_in_names(whole), not is_exact(terms))
    begun = _Rank(begins(goes_on), match_begun(goes_on), is_picky=False)
    best = _Rank(begins(ends), match_begun(ends), is_picky=False)
    if start.is_whole:
        return best, exact, named
    return (best, exact, begun, named) if ends_in_number(terms) else (best, begun, exact, named)
