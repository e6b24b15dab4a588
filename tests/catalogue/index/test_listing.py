"""No listing looks at more than it has to: what SQLite says of each statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from quart_video.catalogue import SORTS, Finding, Page, Query, Sort, cursor_after
from quart_video.catalogue.index import (
    conditions,
    full_text,
    listing,
    schema,
    statements,
    vocabulary,
    ways,
    writes,
)
from quart_video.catalogue.index.rows import take_snapshot
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.base import Entry, FileFacts


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    """Return an index of some folders."""
    connection = filled(20)
    yield connection
    connection.close()


def filled(count: int, *, alike: bool = False) -> sqlite3.Connection:
    """Return an index of *count* folders.

    :param alike: whether most videos have one size and time; else no two do.
    """
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    folders = [f"folder {number}" for number in range(count)]
    shelves = [take_snapshot("", None, [Entry(folder) for folder in folders], VIDEO_TYPES)]
    numbers = iter(range(100 * count))
    for place, folder in enumerate(folders):
        names = [f"clip {number}.mp4" for number in range(50)]
        if place < 10:
            names.append("rare clip.mp4")
        entries = [
            Entry(f"{folder}/{name}", FileFacts(number * 7919 % 1_000_003, number, "v"))
            if number % 9 == 0 or not alike
            else Entry(f"{folder}/{name}", FileFacts(500_000, 500, "v"))
            for name, number in zip(names, numbers, strict=False)
        ]
        shelves.append(take_snapshot(folder, None, entries, VIDEO_TYPES))
    writes.put(connection, shelves)
    writes.set_found(
        connection,
        [
            Finding(f"{folder}/clip {number}.mp4", "v", number / 2 + place / 10_000)
            for place, folder in enumerate(folders)
            for number in range(40)
        ],
    )
    writes.complete(connection)
    return connection


def explained(connection: sqlite3.Connection, query: Query) -> list[str]:
    """Answer a query, and return what SQLite says of how it came by it."""
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    after = listing.after_of(query)
    assert listing.page(connection, query, VIDEO_TYPES, after, listing.TotalsCache()).total
    connection.set_trace_callback(None)
    plans: list[str] = []
    for statement in statements:
        if not statement.startswith("--"):  # what the full-text index asks itself
            rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}")
            plans += [str(row[3]) for row in rows]
    return plans


ALL = {"recursive": True}
ASKED: list[tuple[int, dict[str, Any]]] = [
    (0, ALL),
    (0, {**ALL, "q": "clip"}),
    (0, {**ALL, "q": "4 clip", "folder": "folder 2"}),
    (0, {**ALL, "min_duration": 1.0, "max_duration": 5.0}),
    (0, {**ALL, "type": "mp4"}),
    (0, {"folder": "folder 2"}),
    (5000, {"folder": "folder 2"}),
    (5000, {**ALL, "q": "4 clip", "folder": "folder 2"}),
]


@pytest.mark.parametrize("sort", [None, *SORTS])
@pytest.mark.parametrize(("few", "asked"), ASKED, ids=str)
def test_no_table_is_scanned(
    connection: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, Any],
    sort: Sort | None,
    few: int,
) -> None:
    monkeypatch.setattr(ways, "FEW", few)
    query = Query(**asked, sort=sort, limit=5)
    first = listing.page(connection, query, VIDEO_TYPES, None, listing.TotalsCache())
    for cursor in (None, first.next_cursor):
        for line in explained(connection, replace(query, cursor=cursor)):
            assert not line.startswith("SCAN") or _is_cheap(line), line


def _is_cheap(line: str) -> bool:
    """Say whether a scan is one along an order, which ends with the page, or of what was chosen."""
    along = (
        "v USING INDEX video_",
        "f USING INDEX sqlite_autoindex_folder_2",
        "search VIRTUAL",
        "vocabulary VIRTUAL",
    )
    few = ("state", "sqlite_master", "t", "(subquery", "j VIRTUAL")
    return line.removeprefix("SCAN ").startswith((*along, *few))


@pytest.fixture(scope="module")
def libraries() -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
    """Return two indexes, one of them of ten times as much."""
    both = filled(20), filled(200)
    yield both
    for connection in both:
        connection.close()


GROWN: list[dict[str, Any]] = [
    ALL,
    {**ALL, "q": "clip"},
    {**ALL, "q": "c"},
    {**ALL, "q": "fold clip"},
    {**ALL, "q": "rare"},
    {**ALL, "q": "rare clip"},
    {**ALL, "type": "mp4"},
    {"folder": "folder 7"},
    {"folder": "folder 7", "q": "clip 4"},
]


@pytest.mark.thorough
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("asked", GROWN, ids=str)
@pytest.mark.sample(10)
def test_pages_of_ten_times_as_much(
    libraries: tuple[sqlite3.Connection, sqlite3.Connection],
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, Any],
    sort: Sort,
) -> None:
    """Pages cost about the same, once it is counted how much there is."""
    monkeypatch.setattr(ways, "FEW", 100)
    query = Query(**asked, sort=sort, limit=20)
    for where in ("at first", "in the middle"):
        small, large = [_steps(library, query, where) for library in libraries]
        assert large <= 3 * small, (where, small, large)


@pytest.mark.thorough
@pytest.mark.parametrize("sort", ["modified", "-modified", "size", "-size"])
@pytest.mark.parametrize("asked", [ALL, {**ALL, "q": "clip"}, {**ALL, "type": "mp4"}], ids=str)
@pytest.mark.sample(2)
def test_pages_of_ten_times_as_much_that_is_alike(
    monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], sort: Sort
) -> None:
    monkeypatch.setattr(ways, "FEW", 100)
    query = Query(**asked, sort=sort, limit=20)
    libraries = filled(20, alike=True), filled(200, alike=True)
    for where in ("at first", "in the middle"):
        small, large = [_steps(library, query, where) for library in libraries]
        assert large <= 3 * small, (where, small, large)
    for library in libraries:
        library.close()


@pytest.fixture(scope="module")
def shelves() -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
    """Return two indexes of folders in one folder, in one of them ten times as many."""
    both = filled_with_folders(500), filled_with_folders(5000)
    yield both
    for connection in both:
        connection.close()


def filled_with_folders(count: int) -> sqlite3.Connection:
    """Return an index of folders that have one video each, and of two for captions."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.create(connection)
    folders = [*(f"series {number}" for number in range(count)), "Subs", "CAPTIONS"]
    writes.put(
        connection,
        [take_snapshot("", None, [Entry(folder) for folder in folders], VIDEO_TYPES)]
        + [
            take_snapshot(
                folder, None, [Entry(f"{folder}/1.mp4", FileFacts(1, 1, "v"))], VIDEO_TYPES
            )
            for folder in folders[:-2]
        ],
    )
    return connection


@pytest.mark.parametrize("q", ["", "series"])
@pytest.mark.parametrize("where", ["at first", "in the middle", "at last"])
def test_pages_of_ten_times_as_many_folders(
    shelves: tuple[sqlite3.Connection, sqlite3.Connection], where: str, q: str
) -> None:
    """A page of folders costs the same, wherever it is, once they have been counted."""
    steps = []
    for connection in shelves:
        cache = listing.TotalsCache()
        whole = listing.page(connection, Query(q=q, limit=10**6), VIDEO_TYPES, None, cache)
        assert whole.total_folders == len(whole.folders) in {500, 5000}
        place = {"at first": 0, "in the middle": len(whole.folders) // 2, "at last": -51}[where]
        cursor = cursor_after(whole.folders[place].path) if place else None
        query = Query(q=q, cursor=cursor)
        page, done = _counted(connection, query, cache)
        assert len(page.folders) == len(page.folder_contents) == 50
        assert (page.next_folders_cursor is None) is (where == "at last")
        steps.append(done)
    assert steps[1] <= 1.2 * steps[0]


def test_what_was_in_folders_is_remembered_of_some_pages_alone(
    shelves: tuple[sqlite3.Connection, sqlite3.Connection],
) -> None:
    """It is much: of as many pages as there are totals, it was a hundred megabytes."""
    whole = listing.page(shelves[0], Query(limit=1000), VIDEO_TYPES, None, listing.TotalsCache())
    cache, sizes = listing.TotalsCache(), []
    for folder in whole.folders[:200]:
        query = Query(cursor=cursor_after(folder.path))
        listing.page(shelves[0], query, VIDEO_TYPES, listing.after_of(query), cache)
        sizes.append(len(repr(cache.known)))
    assert max(sizes) < 40 * sizes[0]


def test_a_page_of_folders_is_found_by_its_place(
    shelves: tuple[sqlite3.Connection, sqlite3.Connection],
) -> None:
    statement = statements.folders(conditions.in_folder(_ROOT, (), (b"a", b"b")), b"series 2", 50)
    rows = shelves[0].execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.values).fetchall()
    assert [row[3] for row in rows if "folder_children" in row[3]] == [
        "SEARCH folder USING INDEX folder_children (parent=? AND key>?)"
    ]
    assert not [row for row in rows if "B-TREE" in row[3]]
    statement = statements.folders_total(conditions.in_folder(_ROOT, (), (b"a", b"b")))
    rows = shelves[0].execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.values).fetchall()
    assert rows[0][3] == "SEARCH folder USING COVERING INDEX folder_children (parent=?)"


_ROOT = conditions.Scope(1, b"", "", recursive=False)


def _steps(connection: sqlite3.Connection, query: Query, where: str) -> int:
    """Return how much SQLite does for a page."""
    cache = listing.TotalsCache()
    whole = listing.page(connection, replace(query, limit=10**6), VIDEO_TYPES, None, cache)
    assert whole.total == len(whole.items)
    if where == "in the middle":
        first = replace(query, limit=max(1, len(whole.items) // 2))
        cursor = listing.page(connection, first, VIDEO_TYPES, None, cache).next_cursor
        query = replace(query, cursor=cursor)
    return _counted(connection, query, cache)[1]


def _counted(
    connection: sqlite3.Connection, query: Query, cache: listing.TotalsCache
) -> tuple[Page, int]:
    """Return a page, and how much SQLite does for it."""
    after = listing.after_of(query)
    count = 0

    def step() -> None:
        nonlocal count
        count += 1

    connection.set_progress_handler(step, 10)
    page = listing.page(connection, query, VIDEO_TYPES, after, cache)
    connection.set_progress_handler(None, 0)
    return page, count


def spread(words: dict[str, int], beginning: str) -> full_text.Spread:
    """Say how words are spread that so many videos have, none of them two."""
    index = sqlite3.connect(":memory:")
    schema.create(index)
    rows = enumerate(word for word, count in words.items() for _ in range(count))
    index.executemany("INSERT INTO search (rowid, words) VALUES (?, ?)", rows)
    statement = statements.spread(beginning)
    found = full_text.spread_of(*index.execute(statement.sql, statement.values).fetchone())
    index.close()
    return found


WORDS = {"wed": 1, "wedding": 3, "weddings": 2, "week": 1, "été": 4, "/wed": 5}


@pytest.mark.parametrize(
    ("beginning", "words", "most", "least"),
    [
        ("wedd*", ("wedding", "weddings"), 5, 3),
        ("wed*", None, 6, 3),
        ("we*", None, full_text.UNTOLD, 3),
        ("w*", None, full_text.UNTOLD, 3),
        ("é*", ("été",), 4, 4),
        ("wed", ("wed",), 1, 1),
        ("/w*", ("/wed",), 5, 5),
        ("ét*", ("été",), 4, 4),
        ("x*", (), 0, 0),
        ("we", (), 0, 0),
    ],
)
def test_spread(beginning: str, words: tuple[str, ...] | None, most: int, least: int) -> None:
    assert spread(WORDS, beginning) == full_text.Spread(words, most, least)


@pytest.mark.parametrize("beginning", ["wedd", "wed", "we", "w", "é", "été", "x", "/wed"])
def test_a_word_is_spread_as_its_beginning_tells(beginning: str) -> None:
    goes_on = spread(WORDS, f"{beginning}*")
    told = full_text.spread_of_word(beginning, goes_on)
    assert told in {None, spread(WORDS, beginning)}
    # Nothing is counted twice where there is one word alone, or none.
    assert told is not None or len(goes_on.words or "many") > 1


def test_what_all_have_is_counted_once(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "FEW", 100)
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    query = Query(q="clip", recursive=True)
    listing.page(connection, query, VIDEO_TYPES, None, listing.TotalsCache())
    connection.set_trace_callback(None)
    counts = [each for each in statements if "FROM vocabulary WHERE term >= 'clip'" in each]
    assert len(counts) == 1


def test_what_is_nowhere_is_asked_once_when_the_words_are_known(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "FEW", 100)
    cache = listing.TotalsCache()
    asked = []
    for q in ("zebra", "zeppelin", "clip zeppelin"):
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        page = listing.page(connection, Query(q=q, recursive=True), VIDEO_TYPES, None, cache)
        connection.set_trace_callback(None)
        assert page.total == 0
        asked.append([each for each in statements if "FROM vocabulary WHERE term >= 'ze" in each])
    assert [bool(each) for each in asked] == [True, False, False]


@pytest.mark.parametrize("most", [5, 1 << 20])
@pytest.mark.parametrize("beginning", ["wed", "weds", "wee", "w", "x", "é", "ét", "1", "", "zz"])
def test_the_words_tell_what_begins_none(
    beginning: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabulary, "_MOST", most)
    words = sorted(word for word in WORDS if word.isalpha())
    is_there = any(word.startswith(beginning) for word in words)
    lacks = vocabulary.Vocabulary(words).lacks(beginning)
    assert lacks == (most > 5 and beginning >= "a" and not is_there)


def test_words_are_named_where_they_are_few() -> None:
    def known(beginning: str) -> full_text.Spread:
        return spread(WORDS, beginning)

    wed = (("wed*",), ("/wed*",))
    match: full_text.Match = (
        ((wed,), ((("week",),), (("été*",),))),
        (((("x*",),),),),
    )
    assert full_text.expression(match, known) == (
        '(("wed" * OR "/wed") OR ("week") AND ("été")) AND (("x"))'
    )
    assert full_text.bounds(match, known) == (0, 0)
    assert full_text.bounds(match[:1], known) == (5, 12)


def test_phrases_are_asked_as_they_stand() -> None:
    asked: list[str] = []

    def known(beginning: str) -> full_text.Spread:
        asked.append(beginning)
        return spread(WORDS, beginning)

    phrase = (("my", "wed*"), ("/my", "/wed*"))
    match: full_text.Match = (((phrase,),), (((("x", "ét*"),),),))
    assert full_text.expression(match, known) == ('(("my wed" * OR "/my /wed")) AND (("x été"))')
    asked.clear()
    assert full_text.bounds(match, known) == (0, full_text.UNTOLD)
    assert full_text.bounds(match[:1], known) == (0, 2 * full_text.UNTOLD)
    assert full_text.telling(match, known, 1) == match
    assert not asked  # nobody has counted phrases: to count their words would tell little


def test_what_is_known_of_words_goes_with_the_videos(connection: sqlite3.Connection) -> None:
    def known(beginning: str) -> full_text.Spread:
        statement = statements.spread(beginning)
        return full_text.spread_of(*connection.execute(statement.sql, statement.values).fetchone())

    connection.execute("BEGIN")
    assert known("clip*") == full_text.Spread(("clip",), 1010, 1010)
    writes.forget(connection, "folder 2")
    assert known("clip*") == full_text.Spread(("clip",), 959, 959)
    connection.execute("ROLLBACK")
