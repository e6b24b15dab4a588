"""A page of a listing, on the way out of an index, all within one transaction of its caller's."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quart_video.bounded import BoundedCache
from quart_video.catalogue.index import (
    conditions,
    full_text,
    queries,
    schema,
    segments,
    statements,
    vocabulary,
    ways,
)
from quart_video.catalogue.index.folders import NONE, Folders, cursor_after
from quart_video.catalogue.index.rows import MICRO, unpack_item
from quart_video.catalogue.pagination import BadCursor, Position, decode_cursor, encode_cursor
from quart_video.catalogue.text.natural import folder_bytes, name_bytes
from quart_video.catalogue.text.terms import Term, searched
from quart_video.catalogue.types import Page, Query
from quart_video.storage.base import Entry, NotFound
from quart_video.storage.names import join

_MOST_FIGURES = 4 * 1024 * 1024  # bytes

_Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many videos a listing has, and their bytes."""

    number: int
    size: int


@dataclass(slots=True)
class TotalsCache:
    """Totals of the last listings, for as long as nothing changes. Made by each process."""

    generation: int = -1
    known: BoundedCache[Any, Any] = field(default_factory=lambda: BoundedCache(_MOST_FIGURES))
    """And other figures, by the statements that they come from."""
    words: vocabulary.Vocabulary | None = None
    """All words that there are, when they have been asked for."""

    def of(self, generation: int) -> BoundedCache[Any, Any]:
        """Return those of a generation of the index."""
        if generation != self.generation:  # one who still reads of another keeps the old ones
            self.generation, self.known = generation, BoundedCache(_MOST_FIGURES)
            self.words = None
        return self.known


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """Where a page of folders ended."""

    key: bytes


After = segments.Place | FolderPlace | None
"""Where the page before ended, if there was one: behind a video, or behind a folder."""


def after_of(query: Query) -> After:
    """Return the place where the page before ended.

    :raises BadCursor: the cursor is none that this listing gave.
    """
    if query.cursor is None:
        return None
    position = decode_cursor(query.order, query.cursor)
    folder, _, name = position.path.rpartition("/")
    if position.is_folder:
        if folder != query.folder or query.recursive:
            raise BadCursor
        return FolderPlace(folder_bytes(position.path))
    below = position.path[len(query.prefix) :]
    if not position.path.startswith(query.prefix) or ("/" in below and not query.recursive):
        raise BadCursor
    return segments.Place(position.number, folder_bytes(folder), name_bytes(name))


def page(
    connection: sqlite3.Connection,
    query: Query,
    types: Mapping[str, str],
    after: After,
    cache: TotalsCache,
) -> Page:
    """Return one page of a listing.

    :param types: media types of the videos by extension.
    :param after: :func:`after_of` the query.
    :raises NotFound: the index has no such folder.
    """
    listing = _Listing(connection, query, types, cache)
    shown = [] if isinstance(after, FolderPlace) else listing.rows(after, query.limit + 1)
    more = len(shown) > query.limit
    del shown[query.limit :]
    totals = listing.totals()
    scanning = listing.is_unfinished()
    folders, some, contents = listing.folders(), NONE, {}
    if folders is not None and not isinstance(after, segments.Place):
        some = folders.some(b"" if after is None else after.key, query.limit)
        contents = folders.contents(some, is_whole=not scanning) if query.contents else {}
    listed = tuple(some.folders)
    return Page(
        folders=listed,
        total_folders=0 if folders is None else folders.total(),
        next_folders_cursor=None if some.are_last else cursor_after(listed[-1].path),
        caption_folders=listing.caption_folders,
        folder_posters={entry.path: poster for entry, poster in some.folders.items() if poster},
        folder_contents=contents,
        items=tuple(map(unpack_item, shown)),
        total=totals.number,
        total_size=totals.size,
        types=listing.types(),
        scanning=scanning,
        next_cursor=_cursor_after(query, shown[-1]) if more else None,
    )


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
        self._scope = conditions.Scope(row[0], row[1], row[2], query.recursive)
        self._types = extensions_of(query.type, types) if query.type else None
        self._lengths = (_micro(query.min_duration), _micro(query.max_duration))
        (generation,) = connection.execute("SELECT generation FROM state").fetchone()
        self._cache, self._known = cache, cache.of(generation)
        self._inside = self._totals(statements.tallied(self._scope, None))
        self.caption_folders = () if query.recursive else _caption_folders(connection, query.folder)
        self._terms = searched(query.q)
        self._has_search = bool(self._terms) and schema.has_search(connection)
        self._is_hopeless = self._terms is None or self._types == ()
        self._look_for(self._terms or ())
        if self._terms and not self._is_hopeless and not self.totals().number:
            self._look_for_parts(self._terms)

    def _look_for(self, terms: Sequence[Term]) -> None:
        self._sought = terms
        self._condition = conditions.filters(terms, self._scope, self._types, *self._lengths)
        self._match = full_text.match_of(terms, self._scope)
        """What all of it is found by."""
        self._all: Totals | None = None
        self._is_of_words_alone = (
            self._has_search
            and self._inside.number > ways.FEW
            and self._scope.is_all
            and self._lengths == (None, None)
            and full_text.is_exact(terms)
        )

    def _look_for_parts(self, terms: Sequence[Term]) -> None:
        """Look for what is in the middle of words: nothing begins with what was searched."""
        parts = (
            vocabulary.loosened(terms, self._vocabulary())
            if any(term.part for term in terms)
            else None
        )
        if parts is None:
            self._is_hopeless, self._all = True, None
        else:
            self._look_for(parts)

    def _vocabulary(self) -> vocabulary.Vocabulary:
        words = self._cache.words
        if words is None or self._cache.known is not self._known:
            words = vocabulary.read(self._connection)
            if self._cache.known is self._known:
                self._cache.words = words
        return words

    def rows(self, after: segments.Place | None, limit: int) -> list[_Row]:
        """Return the first rows after a place."""
        found: list[_Row] = []
        number = self.totals().number
        if not number:
            return found
        if self._query.order == "relevance" and self._sought and number <= ways.few_to_rank():
            ranked = segments.by_rank(self._sought, self._scope)
            return self._all_ranks(ranked, after, limit)
        common = self._find_common()
        parts = segments.segments(self._query.order, self._sought, self._scope, common)
        start = segments.start_of(parts, self._query.order, after, common)
        for part in parts[start:]:
            extent = self._extent(part.match, ways.few(part, self._inside.number))
            place, after = after, None
            if extent.matches == 0:
                continue
            found += self._rows(ways.way(part, extent), part, place, limit - len(found))
            if len(found) >= limit:
                break
        return found

    def _all_ranks(
        self, ranked: segments.Segment, after: segments.Place | None, limit: int
    ) -> list[_Row]:
        how = ways.count_way(self._extent(ranked.match, ways.many(self._inside.number)))
        return self._rows(how, ranked, after, limit)

    def _rows(
        self,
        how: ways.Way,
        part: segments.Segment,
        after: segments.Place | None,
        limit: int,
    ) -> list[_Row]:
        found: list[_Row] = []
        match = self._expression(part.match, how)
        for statement in statements.rows(
            how, part, match, self._scope, self._condition, after=after, limit=limit
        ):
            found += json.loads(self._fetch(statement)[0])
            if len(found) >= limit:
                break
        return found[:limit]

    def totals(self) -> Totals:
        """Return how much there is on all pages."""
        if self._all is None:
            self._all = self._find_totals()
        return self._all

    def _find_totals(self) -> Totals:
        if self._is_hopeless:
            return Totals(0, 0)
        if not self._terms and self._lengths == (None, None):
            return self._totals(statements.tallied(self._scope, self._types))
        place = (self._scope, self._condition)
        found: Totals = self._known.of(place, self._sum)
        return found

    def _sum(self) -> Totals:
        match, condition = self._match, self._condition
        if self._is_of_words_alone:
            how, condition = ways.Way.MATCHES_ALONE, conditions.of_types(self._types)
            match = full_text.telling(match, self._spread, self._inside.number)
            if not match:
                return self._totals(statements.tallied(self._scope, self._types))
            if not full_text.bounds(match, self._spread)[1]:
                return Totals(0, 0)
        else:
            how = ways.count_way(self._extent(match, ways.many(self._inside.number)))
        asked = self._expression(match, how)
        return self._count(statements.total(how, asked, self._scope, condition))

    def _totals(self, statement: statements.Statement) -> Totals:
        found: Totals = self._known.of(statement, lambda: self._count(statement))
        return found

    def _count(self, statement: statements.Statement) -> Totals:
        try:
            return Totals(*self._fetch(statement))
        except sqlite3.OperationalError as error:
            if "overflow" not in str(error):
                raise
            return Totals(*self._fetch(statements.roughly(statement)))

    def _find_common(self) -> int | None:
        """Return what so many videos have of what is sorted by that to sort them would take long.

        Which one it is makes no difference to what is found.
        """
        if self._query.order.lstrip("-") not in {"modified", "size"}:
            return None
        if self._inside.number <= ways.FEW:
            return None
        statement = statements.sample(self._query.order)
        found: int | None = self._known.of(
            statement, lambda: segments.common_of(json.loads(self._fetch(statement)[0]))
        )
        return found

    def _spread(self, beginning: str) -> full_text.Spread:
        found: full_text.Spread = self._known.of(beginning, lambda: self._find_spread(beginning))
        return found

    def _find_spread(self, beginning: str) -> full_text.Spread:
        words = self._cache.words if self._cache.known is self._known else None
        if words is not None and words.lacks(beginning.lstrip("^/").rstrip("*")):
            return full_text.Spread((), 0, 0)
        # Of what names begin with, all that goes on is asked for, too.
        ahead = self._spread if beginning[0] == "^" and beginning[-1] != "*" else self._known.get
        goes_on: full_text.Spread | None = ahead(f"{beginning}*")
        told = full_text.spread_of_word(beginning, goes_on) if goes_on else None
        return told or full_text.spread_of(*self._fetch(statements.spread(beginning)))

    def _expression(self, match: full_text.Match, how: ways.Way) -> str:
        """Write what the full-text index is asked, if it is."""
        if how not in {ways.Way.MATCHES, ways.Way.MATCHES_ALONE}:
            return ""
        return full_text.expression(match, self._spread)

    def _counted(self, statement: statements.Statement) -> int:
        found: Totals = self._known.of(statement, lambda: Totals(self._fetch(statement)[0], 0))
        return found.number

    def _matches(self, match: full_text.Match, enough: int) -> int:
        """Return how many videos the full-text index finds; of more than *enough*, roughly."""
        if self._is_of_words_alone and self._types is None:
            found = self.totals().number
            if found <= enough or match == self._match:
                return found
        least, most = full_text.bounds(match, self._spread)
        if most <= enough or least > enough:
            return most
        return self._counted(
            statements.matching(full_text.expression(match, self._spread), enough + 1)
        )

    def _extent(self, match: full_text.Match, enough: int) -> ways.Extent:
        """Return how much there is to look at.

        :param enough: matches that make no difference any more.
        """
        inside = self._inside.number
        if inside <= ways.FEW:
            return ways.Extent(inside, None, None, has_orders=False)
        matches = lasting = None
        if self._has_search and match:
            matches = self._matches(match, enough)
        if self._lengths != (None, None):
            lasting = self._counted(statements.lasting(*self._lengths))
        has_orders = schema.has_orders(self._connection)
        return ways.Extent(inside, matches, lasting, has_orders=has_orders)

    def types(self) -> tuple[str, ...]:
        """Return the types that there are, of all videos that it might be of."""
        statement = statements.types(self._scope)
        found: tuple[str, ...] = self._known.of(
            statement, lambda: tuple(json.loads(self._fetch(statement)[0]))
        )
        return found

    def folders(self) -> Folders | None:
        """Return the folders in this one whose names match; ``None``: it shows what is in them."""
        if self._terms is None or self._scope.recursive:
            return None
        return Folders(
            self._connection, self._scope, self._terms, self.caption_folders, self._known
        )

    def is_unfinished(self) -> bool:
        """Say whether folders at or below this one are still to be read."""
        return bool(queries.unread(self._connection, self._query.folder, 1))

    def _fetch(self, statement: statements.Statement) -> Any:
        return self._connection.execute(statement.sql, statement.values).fetchone()


def extensions_of(kind: str, types: Mapping[str, str]) -> tuple[str, ...]:
    """Return the extensions of a type, which is an extension without its dot or a media type."""
    kind = kind.lower()
    return tuple(suffix for suffix, name in types.items() if kind in (suffix[1:], name.lower()))


def _micro(seconds: float | None) -> int | None:
    """Return microseconds, no more than SQLite holds."""
    return None if seconds is None else round(min(seconds, 1e12) * MICRO)


def _caption_folders(connection: sqlite3.Connection, folder: str) -> tuple[Entry, ...]:
    return tuple(
        Entry(each.path, None, each.is_link) for each in queries.caption_folders(connection, folder)
    )


def _cursor_after(query: Query, row: _Row) -> str:
    return encode_cursor(query.order, Position(row[8], join(row[0], row[1])))
