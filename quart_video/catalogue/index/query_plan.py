"""How a listing is got out of an index: the statements, and which way to go. Pure.

Rule 1: what is in a statement is ours; what came from outside is given as values.
Rule 2: whichever way is taken finds the same. The full-text index only narrows down where to look,
as every row that is shown is looked at by the same conditions.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from quart_video.catalogue.index.schema import INDEXED, name_of
from quart_video.catalogue.text.terms import Phrase, Term, ends_in_number, opening
from quart_video.catalogue.types import Sort

FEW = 5000
"""Rows that are fetched and sorted within some milliseconds."""

_BY_NAME = ("f.key", "v.key")
_COLUMNS = {"modified": "v.modified", "size": "v.size", "duration": "v.duration"}


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


_ANYWHERE = Scope(0, b"", "", recursive=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended."""

    number: int | None
    folder: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """Where a page of folders ended."""

    key: bytes


Words = tuple[str, ...]
"""Words that stand one after the other. With a ``*``, the last may go on."""

Places = tuple[Words, ...]
"""The same words in one of some places."""

Match = tuple[tuple[tuple[Places, ...], ...], ...]
"""What is found by the full-text index: all of some parts, each in one of some ways, of which each
is words in some places."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How many videos have words that begin in one way."""

    words: tuple[str, ...] | None
    """Those that there are; ``None``: they are many."""
    most: int
    """Videos at most: those of each word, together; :data:`UNTOLD` where nobody has counted."""
    least: int
    """Videos at least: those of the most common of the words that were looked at."""


SpreadOf = Callable[[str], Spread]

_FEW_WORDS = 2  # to be named one by one
_FEW_WAYS = 8  # to be looked at one by one
UNTOLD = 1 << 62
_SAMPLE = 64  # videos
_BEHIND_ALL = chr(0x10FFFF)


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
    name = _COLUMNS[column]
    if column != "duration":
        whole = Segment(Condition(), name, name, descending, match, is_picky)
        return (whole,) if common is None else _around(whole, name, common)
    known = Condition(f"{name} IS NOT NULL")
    unknown = Condition(f"{name} IS NULL")
    return (
        Segment(known, name, name, descending, match, is_picky),
        Segment(unknown, "NULL", match=match, is_picky=is_picky),
    )


def is_exact(terms: Sequence[Term]) -> bool:
    """Say whether what the full-text index finds is right, as not all of it may be asked there."""
    return all(term.containing is not None for term in terms)


_BY_NAME_ALONE: dict[str, Any] = {"column": None, "descending": False}


def _around(whole: Segment, name: str, common: int) -> tuple[Segment, ...]:
    """Have those with a common number go by name, as they do, rather than be sorted to do so."""
    before, behind = (">", "<") if whole.descending else ("<", ">")
    return (
        replace(whole, condition=Condition(f"{name} {before} ?", (common,))),
        replace(whole, condition=Condition(f"+{name} = ?", (common,)), **_BY_NAME_ALONE),
        replace(whole, condition=Condition(f"{name} {behind} ?", (common,))),
    )


@dataclass(frozen=True, slots=True)
class _Rank:
    """Names that are alike in how they have what was searched."""

    condition: Condition
    match: Match
    is_picky: bool


def _by_relevance(terms: Sequence[Term], scope: Scope, match: Match) -> tuple[Segment, ...]:
    """Have each rank be a part: none of them has to be looked through to sort it."""
    found: list[Segment] = []
    before = Condition()
    for number, rank in enumerate(_ranks(terms)):
        condition = rank.condition & before
        found.append(Segment(condition, str(number), match=rank.match, is_picky=rank.is_picky))
        before = _no(rank.condition) & before
    # What is left has some of it in its folders: those that have none of it are passed over whole.
    in_folders = Condition(" OR ".join(condition.sql for condition in _somewhere(terms, scope)))
    values = tuple(value for each in _somewhere(terms, scope) for value in each.values)
    rest = Condition(f"({in_folders.sql})", values)
    if scope.recursive:
        found.append(Segment(rest & before, str(len(found)), match=match))
    return tuple(found)


def by_rank(terms: Sequence[Term], scope: Scope) -> Segment:
    """Have all ranks be one part, which is sorted: all of it has to be looked at."""
    ranks = tuple(rank.condition for rank in _ranks(terms))
    return Segment(ranks=ranks, match=match_of(terms, scope), is_picky=not is_exact(terms))


def _ranks(terms: Sequence[Term]) -> tuple[_Rank, ...]:
    """Return the ranks, the best one first; what is in none of them comes last.

    What was searched is at the beginning of a name, or is all there, as it is and no more; or goes
    on. Words that go on at the beginning of a name come first, as somebody may still be typing; but
    not numbers, as one that goes on is another.
    """
    named = _Rank(_all(terms, _NAME), _in_names(terms), not is_exact(terms))
    if any(term.middle for term in terms):
        return (named,)
    start = opening(terms)
    goes_on, ends = replace(start, is_whole=False), replace(start, is_whole=True)
    whole = [term.whole() for term in terms]
    exact = _Rank(_all(whole, _NAME), _in_names(whole), not is_exact(terms))
    begun = _Rank(_begins(goes_on), _begun(goes_on), is_picky=False)
    best = _Rank(_begins(ends), _begun(ends), is_picky=False)
    if start.is_whole:
        return best, exact, named
    return (best, exact, begun, named) if ends_in_number(terms) else (best, begun, exact, named)


def _begins(phrase: Phrase) -> Condition:
    text = f"{phrase.text} " if phrase.is_whole else phrase.text
    words = "v.words || ' '" if phrase.is_whole else "v.words"
    return Condition(f"substr({words}, 1, ?) = ?", (len(text), text))


def _begun(phrase: Phrase) -> Match:
    words = _words(phrase)  # behind that with "^", all of them stand once more
    return (((((f"^{words[0]}", *(words if len(words) > 1 else ())),),),),)


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


_NAME = _Text("v.words")


def _folders_below(scope: Scope) -> _Text:
    """Return the words that count: of the folders below the one that is listed."""
    return _Text("substr(f.words, ?)", (len(scope.words) + 1,))


def _all(terms: Sequence[Term], *texts: _Text) -> Condition:
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


def _somewhere(terms: Sequence[Term], scope: Scope) -> list[Condition]:
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
    condition &= _all(terms, _NAME, *([_folders_below(scope)] if scope.recursive else []))
    if shortest is not None:
        condition &= Condition("v.duration >= ?", (shortest,))
    if longest is not None:
        condition &= Condition("v.duration <= ?", (longest,))
    return condition


class Way(Enum):
    """How to come by the rows."""

    FOLDERS = "folder f CROSS JOIN video v ON v.folder = f.id"
    """Folder by folder, each by name."""
    ORDER = "video v CROSS JOIN folder f ON f.id = v.folder"
    """All there are, to be sorted."""
    ALONG = "video v INDEXED BY {index} CROSS JOIN folder f ON f.id = v.folder"
    """All there are, in the order of a column, to the end of the page. SQLite would rather sort all
    where it has a condition that it takes for one that few rows fulfil."""
    MATCHES = (
        "search CROSS JOIN video v ON v.id = search.rowid CROSS JOIN folder f ON f.id = v.folder"
    )
    """What the full-text index finds."""
    MATCHES_ALONE = "search CROSS JOIN video_size_type v ON v.id = search.rowid"
    """The same, of which nothing but the size and the type is known."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is to look at."""

    inside: int
    """Videos in the scope."""
    matches: int | None
    """Those that the full-text index finds, in the scope or not; more than are :func:`few` or
    :func:`many`, roughly. ``None``: it is not asked."""
    lasting: int | None
    """Those that last as long as asked for, at least :data:`FEW` where they are more; ``None``: any
    will do."""
    has_orders: bool
    """Whether there are indexes of the columns yet."""


def way(segment: Segment, extent: Extent) -> Way:
    """Choose how to come by the first rows of a segment."""
    if extent.inside <= FEW:
        return Way.FOLDERS
    if extent.matches is not None and extent.matches <= few(segment, extent.inside):
        return Way.MATCHES
    if extent.lasting is not None and extent.lasting <= FEW:
        return Way.ORDER
    if segment.column is None:
        return Way.FOLDERS
    return Way.ALONG if extent.has_orders else Way.ORDER


def few_to_rank() -> int:
    """Return how many matches are soon put in order by rank, all at once."""
    return FEW // 5


def few(segment: Segment, inside: int) -> int:
    """Return how many matches are soon looked at, rather than to go along the order."""
    return max(FEW, inside // 8) if segment.is_picky else FEW


def count_way(extent: Extent) -> Way:
    """Choose how to come by all rows of a listing."""
    if extent.inside <= FEW or (extent.matches is None and extent.lasting is None):
        return Way.FOLDERS
    if extent.matches is not None and extent.matches <= FEW:
        return Way.MATCHES
    if extent.lasting is not None:
        return Way.ORDER
    return Way.MATCHES if (extent.matches or 0) <= many(extent.inside) else Way.FOLDERS


def many(inside: int) -> int:
    """Return how many matches are no better than to look at all there is in the scope."""
    return max(FEW, inside // 2)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement and the values in it."""

    sql: str
    values: tuple[Any, ...]


def rows(
    how: Way,
    segment: Segment,
    match: str,
    scope: Scope,
    condition: Condition,
    *,
    after: Place | None,
    limit: int,
) -> Iterator[Statement]:
    """Yield statements that together give the first rows of a segment.

    Each gives its rows as one text of JSON, so that a thread needs the interpreter once for all.

    :param match: that of the segment, as :func:`expression` writes it.
    :param limit: of each of the statements.
    """
    condition = segment.condition & condition
    is_by_name = segment.column is None and not segment.ranks
    if is_by_name and how is Way.FOLDERS and after is not None:
        # Rather than compare with each row: what is left of a folder, and the folders behind it.
        more = "<" if segment.descending else ">"
        rest = Condition(f"f.key = ? AND v.key {more} ?", (after.folder, after.key))
        # The conditions of the scope hold of the first by its place, and are an end to the second.
        yield _select(how, segment, rest & condition, limit)
        if scope.recursive:
            bounds = (scope.key, after.folder) if segment.descending else (after.folder, scope.stop)
            behind = Condition(
                f"f.key {'>=' if segment.descending else '>'} ? AND f.key < ?", bounds
            )
            yield _select(how, segment, behind & condition, limit)
        return
    if after is not None:
        condition &= _behind(segment, after)
    yield _select(how, segment, _here(how, match, scope) & condition, limit)


def _select(how: Way, segment: Segment, condition: Condition, limit: int) -> Statement:
    down = " DESC" if segment.descending else ""
    number = segment.rank if segment.ranks else Condition(segment.number)
    if segment.ranks:
        order = ", ".join(["number", *_BY_NAME])
    elif segment.column is None:
        order = ", ".join(name + down for name in _BY_NAME)
    else:
        order = ", ".join([segment.column + down, *_BY_NAME])
    tables = how.value.format(index=f"video_{(segment.column or '').removeprefix('v.')}")
    sql = (
        f"SELECT json_group_array(json_array(path, {name_of('key')}, size, modified, version, "
        "sidecars, duration, title, number)) FROM (SELECT f.path AS path, v.key AS key, "
        "v.size AS size, v.modified AS modified, v.version AS version, v.sidecars AS sidecars, "
        f"v.duration AS duration, v.title AS title, {number.sql} AS number FROM {tables} "
        f"WHERE {condition.sql} ORDER BY {order} LIMIT ?)"
    )
    return Statement(sql, (*number.values, *condition.values, limit))


def _behind(segment: Segment, after: Place) -> Condition:
    """Return what holds of the rows that follow upon a place."""
    more = "<" if segment.descending and segment.column is None else ">"
    name = f"(f.key {more} ? OR f.key = ? AND v.key {more} ?)"
    values = (after.folder, after.folder, after.key)
    if segment.ranks:
        rank = segment.rank
        return Condition(
            f"({rank.sql} > ? OR {rank.sql} = ? AND {name})",
            (*rank.values, after.number, *rank.values, after.number, *values),
        )
    if segment.column is None:
        return Condition(name, values)
    more = "<" if segment.descending else ">"
    # The first part is for the index: by it the search begins in the right place.
    return Condition(
        f"{segment.column} {more}= ? AND ({segment.column} {more} ? OR {name})",
        (after.number, after.number, *values),
    )


def total(how: Way, match: str, scope: Scope, condition: Condition) -> Statement:
    """Return what counts all rows, and sums their sizes.

    Where the full-text index alone is asked, it has the last word on words: there may be very many
    rows to look at.
    """
    condition = _here(how, match, scope) & condition
    return Statement(
        f"SELECT count(*), coalesce(sum(v.size), 0) FROM {how.value} WHERE {condition.sql}",
        condition.values,
    )


def tallied(scope: Scope, types: Sequence[str] | None) -> Statement:
    """Return what counts all videos of some types, and sums their sizes, by the tallies."""
    condition = scope.condition(seek=True)
    if types is not None:
        condition &= Condition(f"t.type IN ({', '.join('?' * len(types))})", tuple(types))
    tables = (
        "folder_stats t"
        if scope.is_all
        else "folder f CROSS JOIN folder_stats t ON t.folder = f.id"
    )
    return Statement(
        "SELECT coalesce(sum(t.videos), 0), coalesce(sum(t.size), 0) "
        f"FROM {tables} WHERE {condition.sql}",
        condition.values,
    )


def roughly(statement: Statement) -> Statement:
    """Return the same count, with a sum of sizes that may be too large for an integer.

    Absurd sizes are what a sparse file has, or one of which its file system knows nothing.
    """
    sql = re.sub(r"coalesce\(sum\((\w\.size)\), 0\)", r"CAST(total(\1) AS INTEGER)", statement.sql)
    return Statement(sql, statement.values)


def types(scope: Scope) -> Statement:
    """Return what finds the types of all videos in the scope, by the tallies."""
    tables = (
        "folder_stats t"
        if scope.is_all
        else "folder f CROSS JOIN folder_stats t ON t.folder = f.id"
    )
    condition = scope.condition(seek=True)
    return Statement(
        "SELECT json_group_array(type) FROM "
        f"(SELECT DISTINCT t.type AS type FROM {tables} WHERE {condition.sql} ORDER BY 1)",
        condition.values,
    )


def in_folder(scope: Scope, terms: Sequence[Term], hidden: Sequence[bytes]) -> Condition:
    """Return what holds of the folders directly in one that have all the terms in their names.

    :param hidden: keys of those that are not shown.
    """
    condition = Condition("parent = ?", (scope.id,))
    condition &= _all(terms, _Text("substr(words, ?)", (len(scope.words) + 1,)))
    if hidden:
        condition &= Condition(f"key NOT IN ({', '.join('?' * len(hidden))})", tuple(hidden))
    return condition


def folders(condition: Condition, after: bytes, limit: int) -> Statement:
    """Return what gives the first folders after a place: id, path, whether a link, and image."""
    return Statement(
        "SELECT json_group_array(json_array(id, path, is_link, poster)) FROM (SELECT id, path, "
        f"is_link, poster FROM folder WHERE {condition.sql} AND key > ? ORDER BY key LIMIT ?)",
        (*condition.values, after, limit),
    )


def folders_total(condition: Condition) -> Statement:
    """Return what counts folders."""
    return Statement(f"SELECT count(*) FROM folder WHERE {condition.sql}", condition.values)


def contents(ids: Sequence[int]) -> Statement:
    """Return what tells of each of some folders: its path, its videos, and the first of them.

    Of a link nobody knows.
    """
    below = (
        "FROM folder f CROSS JOIN {} ON {}.folder = f.id "
        "WHERE f.key >= c.key AND f.key < CAST(c.key || x'ff' AS BLOB)"
    )
    first = (
        f"SELECT json_array(f.path, {name_of('v.key')}, v.size, v.modified, v.version, v.sidecars, "
        f"v.duration, v.title) {below.format('video v', 'v')} ORDER BY f.key, v.key LIMIT 1"
    )
    number = f"SELECT coalesce(sum(t.videos), 0) {below.format('folder_stats t', 't')}"
    return Statement(
        f"SELECT json_group_array(json_array(c.path, ({number}), json(({first})))) "
        "FROM folder c WHERE c.id IN (SELECT value FROM json_each(?)) AND NOT c.is_link",
        (json.dumps(ids),),
    )


def sample(order: Sort) -> Statement:
    """Return what gives what some videos have, here and there, of what is sorted by."""
    return Statement(
        f"SELECT json_group_array({_COLUMNS[order.lstrip('-')]}) FROM json_each(?) j "
        "CROSS JOIN video v ON v.id = 1 + j.value * (SELECT max(id) FROM video) / ?",
        (json.dumps([*range(_SAMPLE)]), _SAMPLE),
    )


def common_of(numbers: Sequence[int]) -> int | None:
    """Return the number that half of a sample have, or more, if there is one."""
    for number, count in Counter(numbers).most_common(1):
        return number if 2 * count >= len(numbers) else None
    return None


def matching(match: str, most: int) -> Statement:
    """Return what counts the videos that the full-text index finds, until they are *most*."""
    return Statement(
        "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)", (match, most)
    )


def spread(beginning: str) -> Statement:
    """Return what tells of words: how many there are, two of them, and figures of :class:`Spread`.

    This is a matter of a millisecond where to find the videos would be one of many; but for the
    short ones, which many words have, and which the full-text index finds at once. Of these no more
    words are looked at than tell that they are not few.
    """
    start, stop = beginning.rstrip("*"), beginning.replace("*", _BEHIND_ALL)
    words = -1 if len(start) > INDEXED else _FEW_WORDS + 1
    return Statement(
        "SELECT count(*), min(term), max(term), "
        f"CASE count(*) WHEN ? THEN {UNTOLD} ELSE coalesce(sum(doc), 0) END, "
        "coalesce(max(doc), 0) "
        "FROM (SELECT term, doc FROM vocabulary WHERE term >= ? AND term <= ? LIMIT ?)",
        (words, start, stop, words),
    )


def spread_of(count: int, first: str, last: str, most: int, least: int) -> Spread:
    """Return what the statement :func:`spread` has found."""
    words = tuple(dict.fromkeys((first, last))) if count else ()
    return Spread(words if count <= _FEW_WORDS else None, most, least)


def spread_of_word(word: str, goes_on: Spread) -> Spread | None:
    """Return how a word is spread, if that is told by how those are that begin with it.

    What all videos have is counted in milliseconds, and this spares the second time.
    """
    if goes_on.words == (word,):
        return goes_on
    if goes_on.words is None or word in goes_on.words:
        return None
    return Spread((), 0, 0)


def bounds(match: Match, spread: SpreadOf) -> tuple[int, int]:
    """Return how many videos are found at least, and at most."""
    most = min(
        UNTOLD if len(part) > _FEW_WAYS else sum(_most(way, spread) for way in part)
        for part in match
    )
    least = _least(match[0], spread) if len(match) == 1 else 0
    return least, most


def telling(match: Match, spread: SpreadOf, number: int) -> Match:
    """Leave out what all videos have.

    :param number: how many there are.
    """
    return tuple(part for part in match if _least(part, spread) < number)


def _most(way: Sequence[Places], spread: SpreadOf) -> int:
    return min(sum(_most_of(words, spread) for words in places) for places in way)


def _most_of(words: Words, spread: SpreadOf) -> int:
    """Return how many videos have *words* at most; of several, nobody has counted."""
    return spread(words[0]).most if len(words) == 1 else UNTOLD


def _least(part: Sequence[Sequence[Places]], spread: SpreadOf) -> int:
    alone = [way[0] for way in part[:_FEW_WAYS] if len(way) == 1]
    words = [words[0] for places in alone for words in places if len(words) == 1]
    return max((spread(word).least for word in words), default=0)


def expression(match: Match, spread: SpreadOf) -> str:
    """Write what the full-text index is asked.

    Words are named one by one where they are few: what has a word is found one after the other, but
    what has the beginning of one is all put in order first.
    """
    return " AND ".join(
        _either(
            *(
                " AND ".join(
                    _either(*(_expression(one, spread) for one in places)) for places in way
                )
                for way in part
            )
        )
        for part in match
    )


def _either(*texts: str) -> str:
    return f"({' OR '.join(texts)})"


def _expression(words: Words, spread: SpreadOf) -> str:
    *others, last = words
    before = "".join([f"{word} " for word in others])
    start = last.rstrip("*")
    if last == start:
        return f'"{before}{last}"'
    ends = spread(last).words
    if ends is None:
        return f'"{before}{start}" *'
    return " OR ".join(f'"{before}{end}"' for end in ends or (start,))


def lasting(shortest: int | None, longest: int | None) -> Statement:
    """Return what counts the videos that last as long as asked for, until they are many."""
    condition = filters((), _ANYWHERE, None, shortest, longest)
    return Statement(
        f"SELECT count(*) FROM (SELECT 1 FROM video v WHERE {condition.sql} LIMIT {FEW + 1})",
        condition.values,
    )


def _here(how: Way, match: str, scope: Scope) -> Condition:
    if how in {Way.MATCHES, Way.MATCHES_ALONE}:
        return Condition("search MATCH ?", (match,)) & scope.condition(seek=False)
    return scope.condition(seek=how is Way.FOLDERS)


def match_of(terms: Sequence[Term], scope: Scope) -> Match:
    """Return what all that is searched is found by."""
    places = _anywhere if scope.recursive else _place
    return tuple(_part(term, places) for term in terms if term.containing is not None)


def _in_names(terms: Sequence[Term]) -> Match:
    return tuple(_part(term, _place) for term in terms if term.containing is not None)


def _part(term: Term, places: Callable[[Words], Places]) -> tuple[tuple[Places, ...], ...]:
    ways = [tuple(places(_words(phrase)) for phrase in way) for way in term.ways]
    if term.middle:
        ways += [(places((word,)),) for word in term.containing or ()]
    return tuple(ways)


def _place(words: Words) -> Places:
    return (words,)


def _anywhere(words: Words) -> Places:
    return (words, tuple([f"/{word}" for word in words]))


def _words(phrase: Phrase) -> Words:
    """Return the words of a phrase, of which the last may be a beginning."""
    *others, last = phrase.words
    return (*others, last if phrase.is_whole else f"{last}*")


def _no(condition: Condition) -> Condition:
    return Condition(f"NOT ({condition.sql})", condition.values)
