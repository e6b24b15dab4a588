"""The statements that a listing is got by out of an index. Pure.

Rule 1: what is in a statement is ours; what came from outside is given as values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from quart_video.catalogue.index import ways
from quart_video.catalogue.index.conditions import ANYWHERE, Condition, Scope, filters
from quart_video.catalogue.index.full_text import FEW_WORDS, UNTOLD
from quart_video.catalogue.index.schema import INDEXED, name_of
from quart_video.catalogue.index.segments import COLUMNS, Place, Segment
from quart_video.catalogue.index.ways import Way
from quart_video.catalogue.types import Sort

_BY_NAME = ("f.key", "v.key")
_SAMPLE = 64  # videos
_BEHIND_ALL = chr(0x10FFFF)


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
        f"SELECT json_group_array({COLUMNS[order.lstrip('-')]}) FROM json_each(?) j "
        "CROSS JOIN video v ON v.id = 1 + j.value * (SELECT max(id) FROM video) / ?",
        (json.dumps([*range(_SAMPLE)]), _SAMPLE),
    )


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
    words = -1 if len(start) > INDEXED else FEW_WORDS + 1
    return Statement(
        "SELECT count(*), min(term), max(term), "
        f"CASE count(*) WHEN ? THEN {UNTOLD} ELSE coalesce(sum(doc), 0) END, "
        "coalesce(max(doc), 0) "
        "FROM (SELECT term, doc FROM vocabulary WHERE term >= ? AND term <= ? LIMIT ?)",
        (words, start, stop, words),
    )


def lasting(shortest: int | None, longest: int | None) -> Statement:
    """Return what counts the videos that last as long as asked for, until they are many."""
    condition = filters((), ANYWHERE, None, shortest, longest)
    return Statement(
        f"SELECT count(*) FROM (SELECT 1 FROM video v WHERE {condition.sql} LIMIT {ways.FEW + 1})",
        condition.values,
    )


def _here(how: Way, match: str, scope: Scope) -> Condition:
    if how in {Way.MATCHES, Way.MATCHES_ALONE}:
        return Condition("search MATCH ?", (match,)) & scope.condition(seek=False)
    return scope.condition(seek=how is Way.FOLDERS)
