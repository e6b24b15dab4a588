"""What is read from an index: each function is within one transaction of its caller's.

So all that an answer says is of one moment, whatever is written meanwhile.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quart_video.catalogue import plan, schema
from quart_video.catalogue.captions import CAPTION_FOLDERS
from quart_video.catalogue.cursor import BadCursor, Position, decode_cursor, encode_cursor
from quart_video.catalogue.facts import Contents, Item, Neighbours, Page, Progress, Query
from quart_video.catalogue.natural import folder_bytes, name_bytes
from quart_video.catalogue.rows import unpack, unpack_image
from quart_video.catalogue.schema import name_of
from quart_video.catalogue.words import searched
from quart_video.storage.base import Entry, FileFacts, NotFound
from quart_video.storage.names import join

_MICRO = 1_000_000
_MOST_TOTALS = 512


@dataclass(frozen=True, slots=True)
class FolderState:
    """What the index knows of a folder as a whole."""

    path: str
    is_link: bool
    fingerprint: str | None
    entries: int | None
    """``None``: it has not been read yet."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some folders, in natural order."""

    folders: Sequence[FolderState]
    last: bytes
    """Where the batch ends."""


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A video of which nobody has said how long it lasts."""

    number: int
    """Goes up from one to the next."""
    path: str
    version: str


@dataclass(frozen=True, slots=True)
class Totals:
    """How many videos a listing has, and their bytes."""

    number: int
    size: int


@dataclass(slots=True)
class TotalsCache:
    """Totals of the last listings, for as long as nothing changes. Made by each process."""

    generation: int = -1
    known: dict[Any, Any] = field(default_factory=dict)
    """And other figures, by the statements that they come from."""

    def of(self, generation: int) -> dict[Any, Any]:
        """Return those of a generation of the index."""
        if generation != self.generation or len(self.known) > _MOST_TOTALS:
            self.generation, self.known = generation, {}
        return self.known


def after_of(query: Query) -> plan.Place | None:
    """Return the place where the page before ended.

    :raises BadCursor: the cursor is none that this listing gave.
    """
    if query.cursor is None:
        return None
    position = decode_cursor(query.order, query.cursor)
    folder, _, name = position.path.rpartition("/")
    below = position.path[len(query.prefix) :]
    if not position.path.startswith(query.prefix) or ("/" in below and not query.recursive):
        raise BadCursor
    return plan.Place(position.number, folder_bytes(folder), name_bytes(name))


def deepest(connection: sqlite3.Connection, folder: str) -> FolderState:
    """Return what is known of *folder*, or of the deepest folder above it that is known."""
    names = folder.split("/") if folder else []
    known = FolderState("", is_link=False, fingerprint=None, entries=None)
    low, high = 0, len(names)  # halving works, as all folders above a known one are known
    ahead = high
    while low <= high:
        path = "/".join(names[:ahead])
        row = connection.execute(
            "SELECT path, is_link, fingerprint, entries FROM folder WHERE path = ?", (path,)
        ).fetchone()
        if row is None:
            high = ahead - 1
        else:
            known = FolderState(row[0], bool(row[1]), row[2], row[3])
            low = ahead + 1
        ahead = (low + high + 1) // 2
    return known


def unread(connection: sqlite3.Connection, folder: str, limit: int) -> list[str]:
    """Return paths of folders at or below *folder* that are still to be read."""
    key = folder_bytes(folder)
    rows = connection.execute(
        "SELECT path FROM folder WHERE entries IS NULL AND key >= ? AND key < ? "
        "ORDER BY key LIMIT ?",
        (key, key + b"\xff", limit),
    )
    return [path for (path,) in rows]


def progress(connection: sqlite3.Connection) -> Progress:
    """Return how many of the folders have been read."""
    (found,) = connection.execute("SELECT count(entries), count(*) FROM folder")
    return Progress(*found)


def caption_folders(connection: sqlite3.Connection, folder: str) -> list[FolderState]:
    """Return the folders directly in *folder* that bear the name of one for captions."""
    names = ", ".join("?" * len(CAPTION_FOLDERS))
    rows = connection.execute(
        "SELECT path, is_link, fingerprint, entries FROM folder WHERE NOT is_link "
        "AND parent = (SELECT id FROM folder WHERE path = ?) "
        f"AND lower(substr(path, ?)) IN ({names})",  # "lower" is of ASCII, and so are the names
        (folder, len(join(folder, "")) + 1, *CAPTION_FOLDERS),
    )
    return [FolderState(path, bool(link), *rest) for path, link, *rest in rows]


def batch(connection: sqlite3.Connection, folder: str, after: bytes, limit: int) -> Batch:
    """Return folders at or below *folder* that have been read, some at a time.

    :param after: :attr:`Batch.last` of the batch before, ``b""`` at first.
    """
    key = folder_bytes(folder)
    rows = connection.execute(
        "SELECT path, is_link, fingerprint, entries, key FROM folder WHERE entries IS NOT NULL "
        "AND NOT is_link AND key >= ? AND key < ? ORDER BY key LIMIT ?",
        (after + b"\0" if after else key, key + b"\xff", limit),
    ).fetchall()
    states = [FolderState(path, bool(link), *rest) for path, link, *rest, _ in rows]
    return Batch(states, rows[-1][4] if rows else after)


def page(
    connection: sqlite3.Connection,
    query: Query,
    types: Mapping[str, str],
    after: plan.Place | None,
    cache: TotalsCache,
) -> Page:
    """Return one page of a listing.

    :param types: media types of the videos by extension.
    :param after: :func:`after_of` the query.
    :raises NotFound: the index has no such folder.
    """
    listing = _Listing(connection, query, types, cache)
    shown = listing.rows(after, query.limit + 1)
    more = len(shown) > query.limit
    del shown[query.limit :]
    totals = listing.totals()
    folders = {} if query.recursive or query.cursor is not None else listing.folders()
    captions = tuple(filter(listing.is_for_captions, folders))
    scanning = listing.is_unfinished()
    return Page(
        folders=tuple(entry for entry in folders if entry not in captions),
        caption_folders=captions,
        folder_posters={entry.path: poster for entry, poster in folders.items() if poster},
        folder_contents=listing.contents(is_whole=not scanning) if folders else {},
        items=tuple(map(_item, shown)),
        total=totals.number,
        total_size=totals.size,
        types=listing.types(),
        scanning=scanning,
        next_cursor=_cursor_after(query, shown[-1]) if more else None,
    )


def item(connection: sqlite3.Connection, path: str) -> Item | None:
    """Return what the index knows of the video at *path*."""
    folder, _, name = path.rpartition("/")
    return _one(connection, "v.key = ?", "v.key", folder, name_bytes(name))


def unmeasured(connection: sqlite3.Connection, after: int, limit: int) -> list[Unmeasured]:
    """Return videos of unknown duration, those with numbers above *after*."""
    rows = connection.execute(
        f"SELECT v.id, f.path, {name_of('v.key')}, v.version FROM video v CROSS JOIN folder f "
        "ON f.id = v.folder WHERE v.duration IS NULL AND v.id > ? ORDER BY v.id LIMIT ?",
        (after, limit),
    )
    return [
        Unmeasured(number, join(folder, name), version) for number, folder, name, version in rows
    ]


def neighbours(connection: sqlite3.Connection, path: str) -> Neighbours:
    """Return what stands before and after *path* in its folder."""
    folder, _, name = path.rpartition("/")
    key = name_bytes(name)
    return Neighbours(
        _one(connection, "v.key < ?", "v.key DESC", folder, key),
        _one(connection, "v.key > ?", "v.key", folder, key),
    )


_Row = Sequence[Any]


def _one(
    connection: sqlite3.Connection, condition: str, order: str, folder: str, key: bytes
) -> Item | None:
    row = connection.execute(
        f"SELECT f.path, {name_of('v.key')}, v.size, v.modified, v.version, v.beside, v.duration "
        "FROM folder f CROSS JOIN video v ON v.folder = f.id "
        f"WHERE f.path = ? AND {condition} ORDER BY {order} LIMIT 1",
        (folder, key),
    ).fetchone()
    return None if row is None else _item(row)


def _item(row: _Row) -> Item:
    folder, name, size, modified, version, beside, duration = row[:7]
    captions, poster = unpack(folder, beside)
    return Item(
        Entry(join(folder, name), FileFacts(size, modified, version)),
        captions,
        None if duration is None else duration / _MICRO,
        poster,
    )


def _cursor_after(query: Query, row: _Row) -> str:
    return encode_cursor(query.order, Position(row[7], join(row[0], row[1])))


class _Listing:
    """One listing, on the way out of an index."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        query: Query,
        types: Mapping[str, str],
        cache: TotalsCache,
    ) -> None:
        row = connection.execute(
            "SELECT id, key, words FROM folder WHERE path = ?", (query.folder,)
        ).fetchone()
        if row is None:
            raise NotFound(f"{query.folder!r} is no folder")
        self._connection = connection
        self._query = query
        self._scope = plan.Scope(row[0], row[1], row[2], query.recursive)
        self._words = searched(query.q)
        self._types = extensions_of(query.type, types) if query.type else None
        self._is_hopeless = self._words is None or self._types == ()
        self._lengths = (_micro(query.min_duration), _micro(query.max_duration))
        self._parts = plan.segments(query.order, self._words or (), self._scope)
        self._has_search = bool(self._words) and schema.has_search(connection)
        self._condition = plan.filters(self._words or (), self._scope, self._types, *self._lengths)
        (generation,) = connection.execute("SELECT generation FROM state").fetchone()
        self._known = cache.of(generation)
        self._inside = self._totals(plan.tallied(self._scope, None))
        self._match = self._parts[-1].match
        """What all of it is found by."""
        self._is_of_words_alone = (
            self._has_search
            and self._inside.number > plan.FEW
            and self._scope.is_all
            and self._lengths == (None, None)
        )

    def rows(self, after: plan.Place | None, limit: int) -> list[_Row]:
        """Return the first rows after a place."""
        found: list[_Row] = []
        if self._is_hopeless:
            return found
        start = plan.start_of(self._parts, self._query.order, after)
        for part in self._parts[start:]:
            extent = self._extent(part.match, plan.few(part, self._inside.number))
            place, after = after, None
            if extent.matches == 0:
                continue
            how = plan.way(part, extent)
            for statement in plan.rows(
                how,
                part,
                self._expression(part.match, how),
                self._scope,
                self._condition,
                after=place,
                limit=limit - len(found),
            ):
                found += json.loads(self._fetch(statement)[0])
                if len(found) >= limit:
                    return found[:limit]
        return found

    def totals(self) -> Totals:
        """Return how much there is on all pages."""
        if self._is_hopeless:
            return Totals(0, 0)
        if not self._words and self._lengths == (None, None):
            return self._totals(plan.tallied(self._scope, self._types))
        place = (self._scope, self._condition)
        if place not in self._known:
            self._known[place] = self._sum()
        found: Totals = self._known[place]
        return found

    def _sum(self) -> Totals:
        match, condition = self._match, self._condition
        if self._is_of_words_alone:
            how, condition = plan.Way.MATCHES_ALONE, plan.of_types(self._types)
            match = plan.telling(match, self._spread, self._inside.number)
            if not match:
                return self._totals(plan.tallied(self._scope, self._types))
        else:
            how = plan.count_way(self._extent(match, plan.many(self._inside.number)))
        asked = self._expression(match, how)
        return Totals(*self._fetch(plan.total(how, asked, self._scope, condition)))

    def _totals(self, statement: plan.Statement) -> Totals:
        if statement not in self._known:
            self._known[statement] = Totals(*self._fetch(statement))
        found: Totals = self._known[statement]
        return found

    def _spread(self, beginning: str) -> plan.Spread:
        statement = plan.spread(beginning)
        if statement not in self._known:
            self._known[statement] = plan.spread_of(*self._fetch(statement))
        found: plan.Spread = self._known[statement]
        return found

    def _expression(self, match: plan.Match, how: plan.Way) -> str:
        """Write what the full-text index is asked, if it is."""
        if how not in {plan.Way.MATCHES, plan.Way.MATCHES_ALONE}:
            return ""
        return plan.expression(match, self._spread)

    def _counted(self, statement: plan.Statement) -> int:
        if statement not in self._known:
            self._known[statement] = Totals(self._fetch(statement)[0], 0)
        number: int = self._known[statement].number
        return number

    def _matches(self, match: plan.Match, enough: int) -> int:
        """Return how many videos the full-text index finds; of more than *enough*, roughly."""
        if self._is_of_words_alone and self._types is None:
            found = self.totals().number
            if found <= enough or match == self._match:
                return found
        least, most = plan.bounds(match, self._spread)
        if most <= enough or least > enough:
            return most
        return self._counted(plan.matching(plan.expression(match, self._spread), enough + 1))

    def _extent(self, match: plan.Match, enough: int) -> plan.Extent:
        """Return how much there is to look at.

        :param enough: matches that make no difference any more.
        """
        inside = self._inside.number
        if inside <= plan.FEW:
            return plan.Extent(inside, None, None, has_orders=False)
        matches = lasting = None
        if self._has_search:
            matches = self._matches(match, enough)
        if self._lengths != (None, None):
            lasting = self._counted(plan.lasting(*self._lengths))
        has_orders = schema.has_orders(self._connection)
        return plan.Extent(inside, matches, lasting, has_orders=has_orders)

    def types(self) -> tuple[str, ...]:
        """Return the types that there are, of all videos that it might be of."""
        statement = plan.types(self._scope)
        if statement not in self._known:
            self._known[statement] = tuple(json.loads(self._fetch(statement)[0]))
        found: tuple[str, ...] = self._known[statement]
        return found

    def folders(self) -> dict[Entry, Entry | None]:
        """Return the folders in this one whose names match, each with the image that shows it."""
        if self._words is None:
            return {}
        start = len(self._scope.words) + 1
        names = " AND ".join(["parent = ?", *["instr(substr(words, ?), ?)"] * len(self._words)])
        values = [value for word in self._words for value in (start, f" {word}")]
        rows = self._connection.execute(
            "SELECT json_group_array(json_array(path, is_link, poster)) FROM "
            f"(SELECT path, is_link, poster FROM folder WHERE {names} ORDER BY key)",
            (self._scope.id, *values),
        )
        return {
            Entry(path, None, bool(link)): unpack_image(path, poster)
            for path, link, poster in json.loads(rows.fetchone()[0])
        }

    def contents(self, *, is_whole: bool) -> dict[str, Contents]:
        """Return what is in each of the folders in this one; of a link nobody knows.

        :param is_whole: whether the index has all of it.
        """
        statement = plan.contents(self._scope.id)
        place = (statement, is_whole)
        if place not in self._known:
            self._known[place] = {
                path: Contents(number if is_whole else None, _item(first) if first else None)
                for path, number, first in json.loads(self._fetch(statement)[0])
            }
        found: dict[str, Contents] = self._known[place]
        return found

    def is_for_captions(self, folder: Entry) -> bool:
        """Say whether a folder is there for captions of the videos beside it, and holds no video.

        Of a link nobody knows.
        """
        if folder.is_link or folder.name.lower() not in CAPTION_FOLDERS:
            return False
        scope = plan.Scope(0, folder_bytes(folder.path), "", recursive=True)
        return not json.loads(self._fetch(plan.types(scope))[0])

    def is_unfinished(self) -> bool:
        """Say whether folders at or below this one are still to be read."""
        return bool(unread(self._connection, self._query.folder, 1))

    def _fetch(self, statement: plan.Statement) -> Any:
        return self._connection.execute(statement.sql, statement.values).fetchone()


def extensions_of(kind: str, types: Mapping[str, str]) -> tuple[str, ...]:
    """Return the extensions of a type, which is an extension without its dot or a media type."""
    kind = kind.lower()
    return tuple(suffix for suffix, name in types.items() if kind in (suffix[1:], name.lower()))


def _micro(seconds: float | None) -> int | None:
    """Return microseconds, no more than SQLite holds."""
    return None if seconds is None else round(min(seconds, 1e12) * _MICRO)
