"""An index against a model of it: random trees, changes and queries, by every way there is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quart_video.catalogue import SORTS, Finding, Page, Query
from quart_video.catalogue.index import listing, schema, ways, writes
from quart_video.catalogue.index.rows import FolderSnapshot, take_snapshot
from quart_video.catalogue.pagination import LARGEST, Position, encode_cursor
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.base import Entry, FileFacts
from tests.catalogue.model import Model

STEMS = [
    "clip",
    "Clip",
    "é",
    "e\u0301",
    "big buck",
    "BigBuck",
    "映画",
    "a' OR \"1",
    "_%",
    "\x01\x02",
    "Spider-Man",
    "Ocean's",
    "S01E02",
    "s1e10",
    "1x02",
    "M.A.S.H",
    "中国 映",
    "한국",
]
ENDS = ["", " 1", " 2", " 10", " 02", "٢", ".en", "-", " mp4", "😀"]
NAMES = st.builds("{}{}".format, st.sampled_from(STEMS), st.sampled_from(ENDS))
FOLDERS = st.lists(
    st.sampled_from(["a", "A", "a 10", "a 2", "Buck", "\x01", "映", "b*"]), max_size=3
).map("/".join)
PATHS = st.builds(
    lambda folder, name, suffix: f"{folder}/{name}{suffix}".lstrip("/"),
    FOLDERS,
    NAMES,
    st.sampled_from([".mp4", ".m4v", ".WEBM"]),
)
FACTS = st.builds(
    FileFacts, st.integers(0, 2), st.sampled_from([-1, 0, 10**18]), st.sampled_from(["v", "w"])
)
FILES = st.dictionaries(PATHS, FACTS, min_size=5, max_size=30)
SEARCHES = [
    *("", " ", "clip", "CLI", "buck", "big b", "bigbuck", "1", "02", "a", "a clip", "10 2", "é"),
    *("c", "b", "b 1", "m c"),
    *("s01e02", "s1", "s1e1", "1x02 cl", "season 1 episode 2", "spiderman", "oceans", "mash", "ap"),
    *(
        *("old", "clip of", "oldfriends", "riend", "friends 1", "of clip"),
        "uck",
        "bigb",
        "ean",
        "an",
        "idermanm",
        "spider",
        "국",
        "中映",
        "中国",
        "lip 1",
        "uc 1",
        "012",
    ),
    *("映", "mp4", "clip.mp4", "?", '"', "*", "^clip", "NOT clip", "a OR", "' --", "😀", "zzz"),
]
QUERIES = st.builds(
    Query,
    q=st.sampled_from(SEARCHES),
    recursive=st.booleans(),
    type=st.sampled_from(["", "", "mp4", "video/mp4", "webm", "x"]),
    min_duration=st.sampled_from([None, None, 0.0, 1.5]),
    max_duration=st.sampled_from([None, None, 0.5, 1.5, 1e300]),
    sort=st.sampled_from([None, *SORTS]),
    limit=st.integers(1, 9),
)
TITLES = {0.0: None, 0.5: "", 1.5: "Clip of Old-Friends", 7200.25: "S01E02: BigBuck"}
"""What is written inside of what lasts so many seconds."""
SECONDS = st.sampled_from([*TITLES])


class Tree:
    """A tree of files, and an index that is told of it folder by folder."""

    def __init__(self, *, search: bool) -> None:
        self.files: dict[str, FileFacts] = {}
        self.durations: dict[str, float] = {}
        self.titles: dict[str, str | None] = {}
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        schema.create(self.connection)
        if not search:
            self.connection.execute("DROP TABLE search")
        self.cache = listing.TotalsCache()

    def put(self, files: Mapping[str, FileFacts | None]) -> None:
        before = self.folders()
        for path, facts in files.items():
            if self.files.get(path) != facts and (
                facts is None or path not in self.files or self.files[path].version != facts.version
            ):
                self.durations.pop(path, None)
                self.titles.pop(path, None)
            if facts is None:
                self.files.pop(path, None)
            else:
                self.files[path] = facts
        after = self.folders()
        # From above, as a walk finds them; of those that are gone, what they were in tells.
        on_change = {folder for path in files for folder in _upwards(path)} & after
        on_change |= {""} | {folder for folder in after if folder not in before}
        shelves = [self.snapshot(folder) for folder in sorted(on_change)]
        while writes.put(self.connection, shelves):
            (left,) = self.connection.execute(
                "SELECT count(*) FROM video WHERE folder NOT IN (SELECT id FROM folder)"
            ).fetchone()
            assert not left

    def last(self, durations: Mapping[str, float]) -> None:
        known = {path: lasts for path, lasts in durations.items() if path in self.files}
        self.durations |= known
        self.titles |= {path: TITLES[seconds] for path, seconds in known.items()}
        writes.set_found(
            self.connection,
            [
                Finding(path, self.files[path].version, lasts, TITLES[lasts])
                for path, lasts in known.items()
            ],
        )

    def folders(self) -> set[str]:
        return {folder for path in self.files for folder in _upwards(path)} | {""}

    def snapshot(self, folder: str) -> FolderSnapshot:
        prefix = f"{folder}/" if folder else ""
        below = {path for path in (*self.files, *self.folders()) if path.startswith(prefix)}
        children = {path for path in below if path and "/" not in path[len(prefix) :]}
        entries = [Entry(path, self.files.get(path)) for path in children]
        return take_snapshot(folder, None, entries, VIDEO_TYPES)

    def model(self) -> Model:
        return Model(self.files, self.durations, frozenset(self.folders()), self.titles)

    def page(self, query: Query) -> Page:
        after = listing.after_of(query)
        return listing.page(self.connection, query, VIDEO_TYPES, after, self.cache)

    def check(self, query: Query) -> None:
        """Compare all pages of a listing with the model."""
        model = self.model()
        expected = model.listed(query)
        page = self.page(query)
        self.check_folders(query, page)
        listed = _paths(page)
        while True:
            assert (page.total, page.total_size) == model.total(query)
            assert page.next_cursor is None or len(page.items) == query.limit
            for item in page.items:
                assert item.entry.facts == self.files[item.entry.path]
                assert item.duration == self.durations.get(item.entry.path)
                assert item.title == (self.titles.get(item.entry.path) or None)
            if page.next_cursor is None:
                break
            page = self.page(replace(query, cursor=page.next_cursor))
            assert (page.folders, page.next_folders_cursor) == ((), None)
            listed += _paths(page)
        assert listed == expected

    def check_folders(self, query: Query, page: Page) -> None:
        """Compare the folders of the first page, and of all pages of folders, with the model."""
        expected = self.model().shown_folders(query)
        found = [entry.path for entry in page.folders]
        while page.next_folders_cursor is not None:
            assert (len(page.folders), page.total_folders) == (query.limit, len(expected))
            page = self.page(replace(query, cursor=page.next_folders_cursor))
            assert (page.items, page.next_cursor) == ((), None)
            assert set(page.folder_contents) == {entry.path for entry in page.folders}
            found += [entry.path for entry in page.folders]
        assert (found, page.total_folders) == (expected, len(expected))


def _paths(page: Page) -> list[str]:
    return [item.entry.path for item in page.items]


def _upwards(path: str) -> Iterator[str]:
    while path:
        path = path.rpartition("/")[0]
        yield path


@pytest.fixture(params=["small", "by search", "by order"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have each way of coming by the rows be taken, however small the tree.

    What is gone is taken out in parts of so many rows, too.
    """
    monkeypatch.setattr(
        writes, "_AT_ONCE", {"small": 5000, "by search": 3, "by order": 0}[request.param]
    )
    monkeypatch.setattr(ways, "FEW", {"small": 5000, "by search": 3, "by order": 0}[request.param])
    return str(request.param)


@pytest.mark.thorough
@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("search", [True, False], ids=["fts5", "no fts5"])
class TestModel:
    @settings(max_examples=60)
    @given(
        trees=st.lists(st.dictionaries(PATHS, st.none() | FACTS, max_size=15), max_size=3),
        files=FILES,
        durations=st.dictionaries(PATHS, SECONDS, max_size=9),
        queries=st.lists(st.tuples(st.integers(0, 9), QUERIES), min_size=5, max_size=15),
    )
    @pytest.mark.sample(1)
    def test_pages_totals_and_cursors(
        self,
        trees: Sequence[Mapping[str, FileFacts | None]],
        files: Mapping[str, FileFacts],
        durations: Mapping[str, float],
        queries: Sequence[tuple[int, Query]],
        *,
        search: bool,
    ) -> None:
        tree = Tree(search=search)
        for change in [files, *trees]:
            tree.put(change)
            writes.complete(tree.connection)
            if change is files:
                tree.last({**dict.fromkeys([*files][::2], 1.5), **durations})
            folders = sorted(tree.folders())
            for number, query in queries:
                tree.check(replace(query, folder=folders[number % len(folders)]))
        tree.connection.close()

    @settings(max_examples=15)
    @given(
        files=FILES,
        durations=st.dictionaries(PATHS, SECONDS, max_size=9),
        query=QUERIES,
        places=st.lists(
            st.builds(
                Position,
                st.none() | st.integers(-4, 4) | st.integers(-LARGEST, LARGEST),
                PATHS | st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
            ),
            min_size=5,
            max_size=15,
        ),
    )
    @pytest.mark.sample(2)
    def test_a_forged_cursor_is_another_place(
        self,
        files: Mapping[str, FileFacts],
        durations: Mapping[str, float],
        query: Query,
        places: Sequence[Position],
        *,
        search: bool,
    ) -> None:
        tree = Tree(search=search)
        tree.put(files)
        writes.complete(tree.connection)
        tree.last(durations)
        query = replace(query, recursive=True, limit=100)
        whole = tree.model().listed(query)
        for place in places:
            page = tree.page(replace(query, cursor=encode_cursor(query.order, place)))
            shown = _paths(page)
            assert shown == whole[len(whole) - len(shown) :]
            assert (page.total, page.total_size) == tree.model().total(query)
        tree.connection.close()
