"""What is read from an index: each function is within one transaction of its caller's.

So all that an answer says is of one moment, whatever is written meanwhile.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quart_video.bounded import BoundedCache
from quart_video.catalogue.index import query_plan, schema, vocabulary
from quart_video.catalogue.index.folders import NONE, Folders, cursor_after
from quart_video.catalogue.index.rows import MICRO, unpack_image, unpack_item
from quart_video.catalogue.index.schema import name_of
from quart_video.catalogue.pagination import BadCursor, Position, decode_cursor, encode_cursor
from quart_video.catalogue.sidecars.captions import CAPTION_FOLDERS
from quart_video.catalogue.text.natural import folder_bytes, name_bytes, natural_key
from quart_video.catalogue.text.seasons import season_of
from quart_video.catalogue.text.terms import Term, searched
from quart_video.catalogue.types import Item, Neighbours, Page, Progress, Query
from quart_video.storage.base import Entry, FileFacts, NotFound
from quart_video.storage.names import join

_MOST_ALIKE = 10  # videos whose names differ in case and accents alone
_MOST_SEASONS = 100  # folders that are looked at for the next one
_MOST_FIGURES = 4 * 1024 * 1024  # bytes


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
    entry: Entry
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


After = query_plan.Place | query_plan.FolderPlace | None
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
        return query_plan.FolderPlace(folder_bytes(position.path))
    below = position.path[len(query.prefix) :]
    if not position.path.startswith(query.prefix) or ("/" in below and not query.recursive):
        raise BadCursor
    return query_plan.Place(position.number, folder_bytes(folder), name_bytes(name))


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


def holds(connection: sqlite3.Connection, folder: str) -> bool:
    """Return whether anything is known of what is in a folder."""
    rows = connection.execute("SELECT 1 FROM folder WHERE path = ? AND entries > 0", (folder,))
    return rows.fetchone() is not None


def progress(connection: sqlite3.Connection) -> Progress:
    """Return how many of the folders have been read."""
    (found,) = connection.execute("SELECT count(entries), count(*) FROM folder")
    return Progress(*found)


def number_of_videos(connection: sqlite3.Connection) -> int:
    """Return how many videos there are."""
    (number,) = connection.execute("SELECT coalesce(sum(videos), 0) FROM folder_stats").fetchone()
    return int(number)


def caption_folders(connection: sqlite3.Connection, folder: str) -> list[FolderState]:
    """Return the folders directly in *folder* that bear the name of one for captions."""
    above = folder_bytes(folder)
    found = []
    for name in sorted(CAPTION_FOLDERS):  # by their keys: there may be very many others
        key = above + natural_key(name)[0].encode() + b"\0"
        rows = connection.execute(
            "SELECT path, is_link, fingerprint, entries FROM folder WHERE "
            "parent = (SELECT id FROM folder WHERE path = ?) AND key >= ? AND key < ? ORDER BY key",
            (folder, key, key + b"\xff"),
        )
        found += [FolderState(path, bool(link), *rest) for path, link, *rest in rows]
    # Accents do not count for a key.
    return [each for each in found if each.path.rpartition("/")[2].lower() in CAPTION_FOLDERS]


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
    after: After,
    cache: TotalsCache,
) -> Page:
    """Return one page of a listing.

    :param types: media types of the videos by extension.
    :param after: :func:`after_of` the query.
    :raises NotFound: the index has no such folder.
    """
    listing = _Listing(connection, query, types, cache)
    shown = (
        [] if isinstance(after, query_plan.FolderPlace) else listing.rows(after, query.limit + 1)
    )
    more = len(shown) > query.limit
    del shown[query.limit :]
    totals = listing.totals()
    scanning = listing.is_unfinished()
    folders, some, contents = listing.folders(), NONE, {}
    if folders is not None and not isinstance(after, query_plan.Place):
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


def item(connection: sqlite3.Connection, path: str) -> Item | None:
    """Return what the index knows of the video at *path*."""
    folder, _, name = path.rpartition("/")
    return _one(connection, "v.key = ?", "v.key", folder, name_bytes(name))


def folder_poster(connection: sqlite3.Connection, folder: str) -> Entry | None:
    """Return the image that shows *folder*.

    :raises NotFound: the index has no such folder.
    """
    row = connection.execute("SELECT poster FROM folder WHERE path = ?", (folder,)).fetchone()
    if row is None:
        raise NotFound(f"{folder!r} is no folder")
    return unpack_image(folder, row[0])


def videos_called(connection: sqlite3.Connection, folder: str, names: Sequence[str]) -> list[str]:
    """Return the videos in *folder* that have one of *names*, or are all that there is.

    Case and accents do not count. It costs the same whatever there is.

    :returns: paths.
    :raises NotFound: the index has no such folder.
    """
    row = connection.execute("SELECT id FROM folder WHERE path = ?", (folder,)).fetchone()
    if row is None:
        raise NotFound(f"{folder!r} is no folder")
    found = []
    for name in names:
        key = natural_key(name)[0].encode()
        found += connection.execute(
            f"SELECT {name_of('v.key')} FROM video v WHERE v.folder = ? AND v.key >= ? "
            "AND v.key < ? ORDER BY v.key LIMIT ?",
            (row[0], key + b"\0", key + b"\1", _MOST_ALIKE),
        ).fetchall()
    if not found:
        found = connection.execute(
            f"SELECT {name_of('v.key')} FROM video v WHERE v.folder = ? LIMIT 2", row
        ).fetchall()
        found = found if len(found) == 1 else []
    return [join(folder, name) for (name,) in found]


def unmeasured(connection: sqlite3.Connection, after: int, limit: int, by: str) -> list[Unmeasured]:
    """Return videos of unknown duration, those with numbers above *after*.

    :param by: who is to be asked, and has not been in vain.
    """
    rows = connection.execute(
        f"SELECT v.id, f.path, {name_of('v.key')}, v.size, v.modified, v.version "
        "FROM video v CROSS JOIN folder f ON f.id = v.folder "
        "WHERE v.duration IS NULL AND v.asked IS NOT ? AND v.id > ? ORDER BY v.id LIMIT ?",
        (by, after, limit),
    )
    return [
        Unmeasured(number, Entry(join(folder, name), FileFacts(*facts)), facts[2])
        for number, folder, name, *facts in rows
    ]


def neighbours(connection: sqlite3.Connection, path: str) -> Neighbours:
    """Return what stands before and after *path* in its folder, or in that of the next season."""
    folder, _, name = path.rpartition("/")
    key = name_bytes(name)
    return Neighbours(
        _one(connection, "v.key < ?", "v.key DESC", folder, key)
        or _in_season(connection, folder, "DESC"),
        _one(connection, "v.key > ?", "v.key", folder, key)
        or _in_season(connection, folder, "ASC"),
    )


def _in_season(connection: sqlite3.Connection, folder: str, direction: str) -> Item | None:
    """Return the nearest video of the seasons beside *folder*, if that is one of them.

    Specials, as season 0, stand beside the others, and not before them.
    """
    here = season_of(folder)
    if here is None or not here.number:
        return None
    place = (here.number, folder_bytes(folder))
    places: dict[tuple[int, bytes], str] = {}
    for path in _beside(connection, folder):
        season = season_of(path)
        if season is not None and season.number and season.series == here.series:
            places[season.number, folder_bytes(path)] = path
    ahead = sorted(other for other in places if (other > place) == (direction == "ASC"))
    for other in ahead if direction == "ASC" else reversed(ahead):
        found = _one(connection, "v.key > ?", f"v.key {direction}", places[other], b"")
        if found is not None:
            return found
    return None


def _beside(connection: sqlite3.Connection, folder: str) -> Iterator[str]:
    """Yield the folders beside one, as many on either side as may be of its seasons."""
    for beyond, direction in (("<", "DESC"), (">", "ASC")):
        rows = connection.execute(
            "SELECT f.path FROM folder f, folder o WHERE o.path = ? AND f.parent = o.parent "
            f"AND f.key {beyond} o.key AND NOT f.is_link ORDER BY f.key {direction} LIMIT ?",
            (folder, _MOST_SEASONS),
        )
        yield from (path for (path,) in rows)


_Row = Sequence[Any]


def _caption_folders(connection: sqlite3.Connection, folder: str) -> tuple[Entry, ...]:
    return tuple(
        Entry(each.path, None, each.is_link) for each in caption_folders(connection, folder)
    )


def _one(
    connection: sqlite3.Connection, condition: str, order: str, folder: str, key: bytes
) -> Item | None:
    row = connection.execute(
        f"SELECT f.path, {name_of('v.key')}, v.size, v.modified, v.version, v.sidecars, "
        "v.duration, v.title FROM folder f CROSS JOIN video v ON v.folder = f.id "
        f"WHERE f.path = ? AND {condition} ORDER BY {order} LIMIT 1",
        (folder, key),
    ).fetchone()
    return None if row is None else unpack_item(row)


def _cursor_after(query: Query, row: _Row) -> str:
    return encode_cursor(query.order, Position(row[8], join(row[0], row[1])))


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
        self._scope = query_plan.Scope(row[0], row[1], row[2], query.recursive)
        self._types = extensions_of(query.type, types) if query.type else None
        self._lengths = (_micro(query.min_duration), _micro(query.max_duration))
        (generation,) = connection.execute("SELECT generation FROM state").fetchone()
        self._cache, self._known = cache, cache.of(generation)
        self._inside = self._totals(query_plan.tallied(self._scope, None))
        self.caption_folders = () if query.recursive else _caption_folders(connection, query.folder)
        self._terms = searched(query.q)
        self._has_search = bool(self._terms) and schema.has_search(connection)
        self._is_hopeless = self._terms is None or self._types == ()
        self._look_for(self._terms or ())
        if self._terms and not self._is_hopeless and not self.totals().number:
            self._look_for_parts(self._terms)

    def _look_for(self, terms: Sequence[Term]) -> None:
        self._sought = terms
        self._condition = query_plan.filters(terms, self._scope, self._types, *self._lengths)
        self._match = query_plan.match_of(terms, self._scope)
        """What all of it is found by."""
        self._all: Totals | None = None
        self._is_of_words_alone = (
            self._has_search
            and self._inside.number > query_plan.FEW
            and self._scope.is_all
            and self._lengths == (None, None)
            and query_plan.is_exact(terms)
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

    def rows(self, after: query_plan.Place | None, limit: int) -> list[_Row]:
        """Return the first rows after a place."""
        found: list[_Row] = []
        number = self.totals().number
        if not number:
            return found
        if self._query.order == "relevance" and self._sought and number <= query_plan.few_to_rank():
            ranked = query_plan.by_rank(self._sought, self._scope)
            return self._all_ranks(ranked, after, limit)
        common = self._find_common()
        parts = query_plan.segments(self._query.order, self._sought, self._scope, common)
        start = query_plan.start_of(parts, self._query.order, after, common)
        for part in parts[start:]:
            extent = self._extent(part.match, query_plan.few(part, self._inside.number))
            place, after = after, None
            if extent.matches == 0:
                continue
            found += self._rows(query_plan.way(part, extent), part, place, limit - len(found))
            if len(found) >= limit:
                break
        return found

    def _all_ranks(
        self, ranked: query_plan.Segment, after: query_plan.Place | None, limit: int
    ) -> list[_Row]:
        how = query_plan.count_way(self._extent(ranked.match, query_plan.many(self._inside.number)))
        return self._rows(how, ranked, after, limit)

    def _rows(
        self,
        how: query_plan.Way,
        part: query_plan.Segment,
        after: query_plan.Place | None,
        limit: int,
    ) -> list[_Row]:
        found: list[_Row] = []
        match = self._expression(part.match, how)
        for statement in query_plan.rows(
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
            return self._totals(query_plan.tallied(self._scope, self._types))
        place = (self._scope, self._condition)
        found: Totals = self._known.of(place, self._sum)
        return found

    def _sum(self) -> Totals:
        match, condition = self._match, self._condition
        if self._is_of_words_alone:
            how, condition = query_plan.Way.MATCHES_ALONE, query_plan.of_types(self._types)
            match = query_plan.telling(match, self._spread, self._inside.number)
            if not match:
                return self._totals(query_plan.tallied(self._scope, self._types))
            if not query_plan.bounds(match, self._spread)[1]:
                return Totals(0, 0)
        else:
            how = query_plan.count_way(self._extent(match, query_plan.many(self._inside.number)))
        asked = self._expression(match, how)
        return self._count(query_plan.total(how, asked, self._scope, condition))

    def _totals(self, statement: query_plan.Statement) -> Totals:
        found: Totals = self._known.of(statement, lambda: self._count(statement))
        return found

    def _count(self, statement: query_plan.Statement) -> Totals:
        try:
            return Totals(*self._fetch(statement))
        except sqlite3.OperationalError as error:
            if "overflow" not in str(error):
                raise
            return Totals(*self._fetch(query_plan.roughly(statement)))

    def _find_common(self) -> int | None:
        """Return what so many videos have of what is sorted by that to sort them would take long.

        Which one it is makes no difference to what is found.
        """
        if self._query.order.lstrip("-") not in {"modified", "size"}:
            return None
        if self._inside.number <= query_plan.FEW:
            return None
        statement = query_plan.sample(self._query.order)
        found: int | None = self._known.of(
            statement, lambda: query_plan.common_of(json.loads(self._fetch(statement)[0]))
        )
        return found

    def _spread(self, beginning: str) -> query_plan.Spread:
        found: query_plan.Spread = self._known.of(beginning, lambda: self._find_spread(beginning))
        return found

    def _find_spread(self, beginning: str) -> query_plan.Spread:
        # Of what names begin with, all that goes on is asked for, too.
        ahead = self._spread if beginning[0] == "^" and beginning[-1] != "*" else self._known.get
        goes_on: query_plan.Spread | None = ahead(f"{beginning}*")
        told = query_plan.spread_of_word(beginning, goes_on) if goes_on else None
        return told or query_plan.spread_of(*self._fetch(query_plan.spread(beginning)))

    def _expression(self, match: query_plan.Match, how: query_plan.Way) -> str:
        """Write what the full-text index is asked, if it is."""
        if how not in {query_plan.Way.MATCHES, query_plan.Way.MATCHES_ALONE}:
            return ""
        return query_plan.expression(match, self._spread)

    def _counted(self, statement: query_plan.Statement) -> int:
        found: Totals = self._known.of(statement, lambda: Totals(self._fetch(statement)[0], 0))
        return found.number

    def _matches(self, match: query_plan.Match, enough: int) -> int:
        """Return how many videos the full-text index finds; of more than *enough*, roughly."""
        if self._is_of_words_alone and self._types is None:
            found = self.totals().number
            if found <= enough or match == self._match:
                return found
        least, most = query_plan.bounds(match, self._spread)
        if most <= enough or least > enough:
            return most
        return self._counted(
            query_plan.matching(query_plan.expression(match, self._spread), enough + 1)
        )

    def _extent(self, match: query_plan.Match, enough: int) -> query_plan.Extent:
        """Return how much there is to look at.

        :param enough: matches that make no difference any more.
        """
        inside = self._inside.number
        if inside <= query_plan.FEW:
            return query_plan.Extent(inside, None, None, has_orders=False)
        matches = lasting = None
        if self._has_search and match:
            matches = self._matches(match, enough)
        if self._lengths != (None, None):
            lasting = self._counted(query_plan.lasting(*self._lengths))
        has_orders = schema.has_orders(self._connection)
        return query_plan.Extent(inside, matches, lasting, has_orders=has_orders)

    def types(self) -> tuple[str, ...]:
        """Return the types that there are, of all videos that it might be of."""
        statement = query_plan.types(self._scope)
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
        return bool(unread(self._connection, self._query.folder, 1))

    def _fetch(self, statement: query_plan.Statement) -> Any:
        return self._connection.execute(statement.sql, statement.values).fetchone()


def extensions_of(kind: str, types: Mapping[str, str]) -> tuple[str, ...]:
    """Return the extensions of a type, which is an extension without its dot or a media type."""
    kind = kind.lower()
    return tuple(suffix for suffix, name in types.items() if kind in (suffix[1:], name.lower()))


def _micro(seconds: float | None) -> int | None:
    """Return microseconds, no more than SQLite holds."""
    return None if seconds is None else round(min(seconds, 1e12) * MICRO)
