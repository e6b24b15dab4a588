from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from quart_video.catalogue import (
    SORTS,
    BadCursor,
    Caption,
    Catalogue,
    Finding,
    Item,
    Marks,
    Query,
    Sort,
)
from quart_video.catalogue import catalogue as catalogue_module
from quart_video.catalogue.index import queries
from quart_video.catalogue.pagination import Position, encode_cursor
from quart_video.storage.base import Denied, Entry, FileFacts, NotFound, Unavailable
from tests.catalogue.shelves import Shelves, catalogue_of, facts, page, paths, shelves

TREE = (
    "clip 10.mp4",
    "clip 2.mp4",
    "Notes.txt",
    "clip 2.vtt",
    "Été 2019/plage.mkv",
    "Été 2019/clip.webm",
    "Été 2019/Extra 2/scène.mov",
    "Été 2019/Extra 10/bloopers.mov",
    "zoo/lion.MP4",
    "no videos/readme.txt",
    "empty/",
)


async def test_a_folder() -> None:
    listing = await page(shelves(*TREE))
    assert paths(listing) == ["clip 2.mp4", "clip 10.mp4"]
    assert [entry.path for entry in listing.folders] == ["empty", "Été 2019", "no videos", "zoo"]
    assert listing.total == 2
    assert listing.next_cursor is None


async def test_a_folder_below() -> None:
    listing = await page(shelves(*TREE), folder="Été 2019")
    assert paths(listing) == ["Été 2019/clip.webm", "Été 2019/plage.mkv"]
    assert [entry.path for entry in listing.folders] == ["Été 2019/Extra 2", "Été 2019/Extra 10"]


async def test_a_folder_named_like_a_video() -> None:
    listing = await page(shelves("clip.mp4/a.mp4", "clip.vtt/a.mp4", "b.mp4"))
    assert paths(listing) == ["b.mp4"]
    assert [entry.path for entry in listing.folders] == ["clip.mp4", "clip.vtt"]


async def test_folders_for_captions_are_no_folders_to_look_into() -> None:
    tree = (
        *("film/film.mp4", "film/Subs/en.srt", "film/SUBTITLES/film/2.srt", "film/captions/"),
        *("film/extras/readme.txt", "film/My Subs/en.srt", "Subs/deep/er/a.mp4", "Subs/en.srt"),
    )
    async with catalogue_of(shelves(*tree)) as catalogue:
        root = await catalogue.page(Query(recursive=True))  # for all folders to have been read
        root = await catalogue.page(Query())
        film = await catalogue.page(Query("film"))
        found = await catalogue.page(Query("film", q="subs"))
    # One with videos in it, at any depth, is a folder like others.
    assert [entry.path for entry in root.folders] == ["film", "Subs"]
    assert [entry.path for entry in root.caption_folders] == ["Subs"]
    assert [entry.path for entry in film.folders] == ["film/extras", "film/My Subs"]
    assert [entry.path for entry in film.caption_folders] == [
        *("film/captions", "film/Subs", "film/SUBTITLES"),
    ]
    assert [entry.path for entry in found.folders] == ["film/My Subs"]
    assert (root.total_folders, film.total_folders, found.total_folders) == (2, 2, 1)


async def test_what_is_in_folders() -> None:
    tree = ("a/2.mp4", "a/10.mp4", "a/deep/er/1.mkv", "a b/1.mp4", "ab/x/1.mp4", "none/n.txt", "n/")
    storage = shelves(*tree, "a\x7f/1.mp4", "ÿ/ÿ/1.mp4")
    storage.links = {"link": "a"}
    async with catalogue_of(storage) as catalogue:
        await catalogue.page(Query(recursive=True))  # for all folders to have been read
        found = (await catalogue.page(Query())).folder_contents
        below = (await catalogue.page(Query("a"))).folder_contents
    assert {
        path: (each.videos, each.first and each.first.entry.path) for path, each in found.items()
    } == {
        "a": (3, "a/2.mp4"),
        "a b": (1, "a b/1.mp4"),
        "a\x7f": (1, "a\x7f/1.mp4"),
        "ab": (1, "ab/x/1.mp4"),
        "n": (0, None),
        "none": (0, None),
        "ÿ": (1, "ÿ/ÿ/1.mp4"),
    }
    assert {path: each.videos for path, each in below.items()} == {"a/deep": 1}


async def test_what_is_in_folders_is_not_counted_before_all_have_been_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "unread", lambda *_: ["a/b"])
    (contents,) = (await page(shelves("a/1.mp4"))).folder_contents.values()
    assert contents.videos is None


async def test_of_a_link_nobody_knows_what_it_is_for() -> None:
    storage = shelves("film/film.mp4", "elsewhere/en.srt")
    storage.links = {"film/Subs": "elsewhere"}
    listing = await page(storage, folder="film")
    assert listing.folders == listing.caption_folders == (Entry("film/Subs", None, is_link=True),)


async def test_folders_for_captions_behind_a_link() -> None:
    storage = shelves("disk/a/film.mp4", "disk/a/Subs/en.srt", "disk/b/Subs/film.mp4")
    storage.links = {"films": "disk"}
    a = await page(storage, folder="films/a")
    assert a.folders == ()
    assert [entry.path for entry in a.caption_folders] == ["films/a/Subs"]
    b = await page(storage, folder="films/b")
    assert [entry.path for entry in b.folders] == ["films/b/Subs"]


@pytest.mark.parametrize(
    ("query", "types"),
    [
        (Query(), (".mkv", ".mp4")),
        (Query(type="mp4", limit=1), (".mkv", ".mp4")),
        (Query(q="nothing", recursive=True), (".mkv", ".mp4", ".webm")),
        (Query("far", recursive=True, limit=1), (".mp4", ".webm")),
        (Query("far/away"), ()),
    ],
)
async def test_the_types_that_there_are(query: Query, types: tuple[str, ...]) -> None:
    tree = ("b.mp4", "a.MKV", "c.mp4", "c.txt", "far/d.webm", "far/away/off/e.mp4")
    async with catalogue_of(shelves(*tree)) as catalogue:
        await catalogue.page(Query(recursive=True))
        assert (await catalogue.page(query)).types == types


async def test_an_empty_folder() -> None:
    listing = await page(shelves(*TREE), folder="empty")
    assert (listing.items, listing.folders, listing.total) == ((), (), 0)
    assert listing.next_cursor is None


@pytest.mark.parametrize("folder", ["missing", "clip 2.mp4", "Été 2019/missing"])
@pytest.mark.parametrize("recursive", [False, True])
async def test_no_folder(folder: str, *, recursive: bool) -> None:
    with pytest.raises(NotFound):
        await page(shelves(*TREE), folder=folder, recursive=recursive)


async def test_recursive() -> None:
    listing = await page(shelves(*TREE), recursive=True)
    assert paths(listing) == [
        "clip 2.mp4",
        "clip 10.mp4",
        "Été 2019/clip.webm",
        "Été 2019/plage.mkv",
        "Été 2019/Extra 2/scène.mov",
        "Été 2019/Extra 10/bloopers.mov",
        "zoo/lion.MP4",
    ]
    assert listing.folders == ()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "CLIP"}, ["clip 2.mp4", "clip 10.mp4"]),
        ({"q": "clip 10"}, ["clip 10.mp4"]),
        ({"q": "ete"}, []),
        ({"q": "ete clip", "recursive": True}, ["Été 2019/clip.webm"]),
        ({"q": "ete", "folder": "Été 2019", "recursive": True}, []),
        ({"q": "extra scene", "folder": "Été 2019", "recursive": True}, [TREE[6]]),
        ({"q": "2019/plage", "recursive": True}, ["Été 2019/plage.mkv"]),
        ({"q": "txt"}, []),
    ],
)
async def test_search(query: dict[str, object], found: list[str]) -> None:
    listing = await page(shelves(*TREE), **query)
    assert paths(listing) == found
    assert listing.total == len(found)


@pytest.mark.parametrize(
    ("q", "folders"), [("ete 2019", ["Été 2019"]), ("zo", ["zoo"]), ("oo", []), ("?", [])]
)
async def test_search_of_folders(q: str, folders: list[str]) -> None:
    listing = await page(shelves(*TREE), q=q)
    assert [entry.path for entry in listing.folders] == folders


FACTS = {
    "b.mp4": facts(10, -5),
    "a 10.mp4": facts(10, 7),
    "a 2.mp4": facts(10, 7),
    "c.mp4": facts(0, 10**28),
    "d/a.mp4": facts(5_000_000_000, 0),
}
SORTED = {
    "name": ["a 2.mp4", "a 10.mp4", "b.mp4", "c.mp4", "d/a.mp4"],
    "-name": ["d/a.mp4", "c.mp4", "b.mp4", "a 10.mp4", "a 2.mp4"],
    "modified": ["b.mp4", "d/a.mp4", "a 2.mp4", "a 10.mp4", "c.mp4"],
    "-modified": ["c.mp4", "a 2.mp4", "a 10.mp4", "d/a.mp4", "b.mp4"],
    "size": ["c.mp4", "a 2.mp4", "a 10.mp4", "b.mp4", "d/a.mp4"],
    "-size": ["d/a.mp4", "a 2.mp4", "a 10.mp4", "b.mp4", "c.mp4"],
    "duration": ["a 2.mp4", "a 10.mp4", "b.mp4", "c.mp4", "d/a.mp4"],
    "-duration": ["a 2.mp4", "a 10.mp4", "b.mp4", "c.mp4", "d/a.mp4"],
    "relevance": ["a 2.mp4", "a 10.mp4", "b.mp4", "c.mp4", "d/a.mp4"],
}


@pytest.mark.parametrize("sort", SORTS)
async def test_sort(sort: Sort) -> None:
    assert paths(await page(Shelves(FACTS), recursive=True, sort=sort)) == SORTED[sort]


@pytest.mark.parametrize("sort", SORTS)
async def test_pages(sort: Sort) -> None:
    seen: list[str] = []
    cursor = None
    for count in (2, 2, 1):
        listing = await page(Shelves(FACTS), recursive=True, sort=sort, limit=2, cursor=cursor)
        assert (len(listing.items), listing.total) == (count, 5)
        seen += paths(listing)
        cursor = listing.next_cursor
    assert cursor is None
    assert seen == SORTED[sort]


async def test_a_full_last_page_leads_nowhere() -> None:
    listing = await page(shelves("a.mp4", "b.mp4"), limit=2)
    assert (len(listing.items), listing.next_cursor) == (2, None)


async def test_folders_are_on_the_first_page_only() -> None:
    storage = shelves("a.mp4", "b.mp4", "c/d.mp4")
    first = await page(storage, limit=1)
    second = await page(storage, limit=1, cursor=first.next_cursor)
    assert [entry.path for entry in first.folders] == ["c"]
    assert (paths(second), second.folders) == (["b.mp4"], ())


async def all_folders(catalogue: Catalogue, query: Query) -> list[list[str]]:
    """Return the folders on each page of a listing."""
    found: list[list[str]] = []
    cursor = None
    while cursor or not found:
        listing = await catalogue.page(replace(query, cursor=cursor))
        found.append([entry.path for entry in listing.folders])
        cursor = listing.next_folders_cursor
    return found


async def test_folders_that_do_not_fit_have_pages_of_their_own() -> None:
    storage = shelves("1.mp4", "2.mp4", "3.mp4", *(f"f{n}/v.mp4" for n in range(5)), "Subs/")
    query = Query(limit=2)
    async with catalogue_of(storage) as catalogue:
        first = await catalogue.page(query)
        second = await catalogue.page(replace(query, cursor=first.next_folders_cursor))
        last = await catalogue.page(replace(query, cursor=second.next_folders_cursor))
        videos = await catalogue.page(replace(query, cursor=first.next_cursor))
    assert [entry.path for entry in first.folders] == ["f0", "f1"]
    assert paths(first) == ["1.mp4", "2.mp4"]
    assert [entry.path for entry in second.folders] == ["f2", "f3"]
    assert [entry.path for entry in last.folders] == ["f4"]
    assert (second.items, second.next_cursor) == ((), None)
    assert (last.items, last.next_cursor, last.next_folders_cursor) == ((), None, None)
    assert (videos.folders, videos.next_folders_cursor, paths(videos)) == ((), None, ["3.mp4"])
    for each in (first, second, last, videos):
        assert (each.total, each.total_folders, each.types) == (3, 5, (".mp4",))
        assert [entry.path for entry in each.caption_folders] == ["Subs"]


async def test_as_many_folders_as_fit_lead_nowhere() -> None:
    listing = await page(shelves("a/", "b/"), limit=2)
    assert (len(listing.folders), listing.next_folders_cursor) == (2, None)


@pytest.mark.parametrize("sort", SORTS)
async def test_folders_go_by_name_in_all_orders(sort: Sort) -> None:
    storage = shelves("v.mp4", *(f"f {n}/" for n in (10, 9, 1, 2)), "É/", "e/", "f/")
    async with catalogue_of(storage) as catalogue:
        found = await all_folders(catalogue, Query(limit=3, sort=sort))
    assert found == [["e", "É", "f"], ["f 1", "f 2", "f 9"], ["f 10"]]


async def test_folders_that_a_search_finds_are_paged() -> None:
    storage = shelves(*(f"film {n}/" for n in range(4)), *(f"other {n}/" for n in range(4)))
    async with catalogue_of(storage) as catalogue:
        found = await all_folders(catalogue, Query(q="film", limit=3))
        total = (await catalogue.page(Query(q="film", limit=3))).total_folders
        assert await all_folders(catalogue, Query(q="?", limit=3)) == [[]]
    assert (found, total) == ([["film 0", "film 1", "film 2"], ["film 3"]], 4)


async def test_folders_that_come_and_go_between_the_pages() -> None:
    storage = shelves(*(f"f{n}/" for n in range(10)))

    async def shown(cursor: str | None) -> tuple[list[str], str | None]:
        listing = await page(storage, limit=3, cursor=cursor)
        return [entry.path for entry in listing.folders], listing.next_folders_cursor

    first, cursor = await shown(None)
    storage.empty -= {"f0", "f2", "f4"}  # the one that the page ended with, too
    storage.empty |= {"a", "f2 and a half"}
    second, cursor = await shown(cursor)
    storage.empty -= {f"f{n}" for n in range(5, 10)}
    third = await shown(cursor)
    assert (first, second) == (["f0", "f1", "f2"], ["f2 and a half", "f3", "f5"])
    assert third == ([], None)


async def test_every_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_module, "_BATCH", 2)
    async with catalogue_of(shelves("a/", "b/", "c/", "d/", "e/1.mp4", "f.mp4")) as catalogue:
        found = [entry.path async for entry in catalogue.every_folder(Query(sort="size"))]
        assert [each async for each in catalogue.every_folder(Query(recursive=True))] == []
    assert found == ["a", "b", "c", "d", "e"]


async def test_what_is_in_folders_is_told_of_those_on_the_page() -> None:
    storage = shelves(*(f"f{n}/{video}.mp4" for n in range(4) for video in range(n)), "f0/")
    async with catalogue_of(storage) as catalogue:
        await catalogue.page(Query(recursive=True))  # for all folders to have been read
        first = await catalogue.page(Query(limit=2))
        rest = await catalogue.page(Query(limit=2, cursor=first.next_folders_cursor))
        silent = await catalogue.page(Query(limit=2, contents=False))
    assert {path: each.videos for path, each in first.folder_contents.items()} == {"f0": 0, "f1": 1}
    assert {path: each.videos for path, each in rest.folder_contents.items()} == {"f2": 2, "f3": 3}
    assert (len(silent.folders), silent.folder_contents) == (2, {})


FORGED = [
    Position(None, "b/c", is_folder=True),
    Position(None, "/", is_folder=True),
    Position(None, "../..", is_folder=True),
    Position(None, "a/b/c", is_folder=True),
    Position(None, "a", is_folder=True),
]


@pytest.mark.parametrize("position", FORGED, ids=lambda position: position.path)
@pytest.mark.parametrize("recursive", [False, True])
async def test_a_cursor_of_folders_elsewhere(position: Position, *, recursive: bool) -> None:
    storage = shelves("a/1/", "a/2/", "b/c/")
    cursor = encode_cursor("name", position)
    with pytest.raises(BadCursor):
        await page(storage, folder="a", cursor=cursor, recursive=recursive)


async def test_a_cursor_of_folders_is_none_of_a_recursive_listing() -> None:
    storage = shelves("a/", "b/")
    first = await page(storage, limit=1)
    with pytest.raises(BadCursor):
        await page(storage, limit=1, recursive=True, cursor=first.next_folders_cursor)


@pytest.mark.parametrize("name", ["", "..", "\0", "a\nb", "é" * 2000, "zzz", "\U0010ffff"])
async def test_a_forged_cursor_of_folders_is_another_place(name: str) -> None:
    cursor = encode_cursor("name", Position(None, f"a/{name}", is_folder=True))
    listing = await page(shelves("a/1/", "a/2/", "a/b/", "c/", "v.mp4"), folder="a", cursor=cursor)
    assert {entry.path for entry in listing.folders} <= {"a/1", "a/2", "a/b"}
    assert (listing.items, listing.total_folders) == ((), 3)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ({"folder": "a"}, {"folder": "b"}),
        ({"folder": "a"}, {"folder": ""}),
        ({"folder": "a"}, {"folder": "ab", "recursive": True}),
        ({"folder": "ab"}, {"folder": "a", "recursive": True}),
        ({"folder": "", "recursive": True, "sort": "-name"}, {"folder": "", "sort": "-name"}),
        ({"folder": "a", "sort": "size"}, {"folder": "a", "sort": "-size"}),
    ],
)
async def test_a_cursor_of_another_listing(
    here: dict[str, object], there: dict[str, object]
) -> None:
    storage = shelves("1.mp4", *(f"{folder}/{n}.mp4" for folder in ("a", "ab", "b") for n in "12"))
    first = await page(storage, **here, limit=1)
    with pytest.raises(BadCursor):
        await page(storage, **there, limit=1, cursor=first.next_cursor)


async def test_a_cursor_may_be_used_where_more_is_listed() -> None:
    storage = shelves("1.mp4", "2.mp4", "a/3.mp4")
    first = await page(storage, limit=1)
    listing = await page(storage, recursive=True, cursor=first.next_cursor)
    assert paths(listing) == ["2.mp4", "a/3.mp4"]


@pytest.mark.parametrize("cursor", ["", "x", "\udcff"])
async def test_a_bad_cursor_costs_no_access(cursor: str) -> None:
    storage = shelves("a.mp4")
    with pytest.raises(BadCursor):
        await page(storage, cursor=cursor)
    assert storage.listed == []


async def test_loops_of_links_end() -> None:
    storage = shelves("a/clip.mp4", "b/clip.mp4")
    storage.links = {"a/up": "", "a/self": "a", "b/other": "a"}
    listing = await page(storage, recursive=True)
    assert paths(listing) == ["a/clip.mp4", "b/clip.mp4"]
    assert set(storage.listed) == {"", "a", "b"}
    below = await page(storage, folder="a", recursive=True)
    assert (paths(below), below.folders) == (["a/clip.mp4"], ())


async def test_a_link_that_is_asked_for_is_listed() -> None:
    storage = shelves("a/clip.mp4", "a/b/clip.mp4")
    storage.links = {"link": "a"}
    assert [entry.path for entry in (await page(storage)).folders] == ["a", "link"]
    listing = await page(storage, folder="link", recursive=True)
    assert paths(listing) == ["link/clip.mp4", "link/b/clip.mp4"]


async def test_closed_folders_below_are_passed_over() -> None:
    storage = shelves("a/clip.mp4", "b/clip.mp4", "b/c/clip.mp4")
    storage.closed = {"b"}
    assert paths(await page(storage, recursive=True)) == ["a/clip.mp4"]
    with pytest.raises(Denied):
        await page(storage, folder="b", recursive=True)


async def test_folders_that_vanish_are_passed_over() -> None:
    class Vanishing(Shelves):
        async def list(self, folder: str) -> list[Entry]:
            rows = await super().list(folder)
            self.files.pop("a/clip.mp4", None)
            return rows

    storage = Vanishing({"a/clip.mp4": facts(), "b/clip.mp4": facts()})
    assert paths(await page(storage, recursive=True)) == ["b/clip.mp4"]


async def test_a_listing_that_lacks_a_folder_says_so() -> None:
    class Failing(Shelves):
        async def list(self, folder: str) -> list[Entry]:
            if folder == "b":
                raise Unavailable("out of order")
            return await super().list(folder)

    storage = Failing({"a/clip.mp4": facts(), "b/clip.mp4": facts()})
    listing = await page(storage, recursive=True)
    assert (paths(listing), listing.scanning) == (["a/clip.mp4"], True)
    assert not (await page(storage, folder="a", recursive=True)).scanning
    for recursive in (False, True):
        with pytest.raises(Unavailable):
            await page(storage, folder="b", recursive=recursive)


async def test_deep_folders() -> None:
    path = "/".join(["a"] * 1100)
    async with catalogue_of(shelves(f"{path}/clip.mp4")) as catalogue:
        listing = await catalogue.page(Query(recursive=True))
        while listing.scanning:  # each folder has to be read to know of the next
            listing = await catalogue.page(Query(recursive=True))
        assert paths(listing) == [f"{path}/clip.mp4"]
        assert paths(await catalogue.page(Query(folder=path))) == [f"{path}/clip.mp4"]


async def test_captions_come_from_the_folder_of_each_video() -> None:
    storage = shelves(
        "clip.mp4",
        "clip.en.vtt",
        "clip.VTT",
        "a/clip.mp4",
        "a/clip.de.vtt",
        "a/b.mp4",
        "b/clip.vtt",
    )
    listing = await page(storage, recursive=True)
    assert {item.entry.path: item.captions for item in listing.items} == {
        "clip.mp4": (
            Caption("clip.VTT", Marks()),
            Caption("clip.en.vtt", Marks("en")),
        ),
        "a/clip.mp4": (Caption("a/clip.de.vtt", Marks("de")),),
        "a/b.mp4": (),
    }


async def test_captions_know_all_videos_of_the_folder() -> None:
    storage = shelves("clip.mp4", "clip.en.webm", "clip.en.vtt")
    listing = await page(storage, type="mp4")
    assert listing.items == (Item(Entry("clip.mp4", facts()), ()),)


async def test_other_types() -> None:
    storage = shelves("a.mp3", "b.mp4", "c.vtt", "c.mp3")
    async with catalogue_of(storage, {".mp3": "audio/mpeg"}) as catalogue:
        listing = await catalogue.page(Query())
    assert paths(listing) == ["a.mp3", "c.mp3"]
    assert listing.items[1].captions == (Caption("c.vtt", Marks()),)


async def test_caption_files_can_be_listed_themselves() -> None:
    types = {".mp4": "video/mp4", ".vtt": "text/vtt"}
    async with catalogue_of(shelves("a.mp4", "a.vtt"), types) as catalogue:
        listing = await catalogue.page(Query())
    assert paths(listing) == ["a.mp4", "a.vtt"]
    assert [caption.path for caption in listing.items[0].captions] == ["a.vtt"]


async def test_big_folders_let_others_run() -> None:
    storage = shelves(*(f"{number}.mp4" for number in range(5000)))
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    listing = await page(storage, limit=2)
    task.cancel()
    assert listing.total == 5000
    assert turns >= 8


async def test_find() -> None:
    storage = shelves("a/clip.mp4", "a/clip.en.vtt", "a/clip.2.vtt", "a/clip.2.mp4", "b/c/d.mp4")
    async with catalogue_of(storage) as catalogue:
        assert await catalogue.find("a/clip.mp4") == Item(
            Entry("a/clip.mp4", facts()), (Caption("a/clip.en.vtt", Marks("en")),)
        )


async def test_find_in_the_root() -> None:
    async with catalogue_of(shelves("clip.MP4", "clip.vtt")) as catalogue:
        item = await catalogue.find("clip.MP4")
    assert item.captions == (Caption("clip.vtt", Marks()),)


async def test_what_is_found_is_what_is_there() -> None:
    storage = shelves("a/clip.mp4")
    async with catalogue_of(storage) as catalogue:
        await catalogue.find("a/clip.mp4")
        storage.files["a/clip.mp4"] = FileFacts(7, 8, "other")
        storage.files["a/clip.vtt"] = storage.files["a/new.mp4"] = facts()
        assert (await catalogue.find("a/clip.mp4")).entry.facts == FileFacts(7, 8, "other")
        assert (await catalogue.find("a/clip.mp4")).captions
        assert (await catalogue.find("a/new.mp4")).entry.facts == facts()
        del storage.files["a/new.mp4"]
        with pytest.raises(NotFound):
            await catalogue.find("a/new.mp4")


@pytest.mark.parametrize("path", ["", "a", "missing.mp4", "a/notes.txt", "a/clip.vtt", "dir.mp4"])
async def test_what_is_not_found(path: str) -> None:
    storage = shelves("a/notes.txt", "a/clip.vtt", "dir.mp4/clip.mp4")
    async with catalogue_of(storage) as catalogue:
        with pytest.raises(NotFound):
            await catalogue.find(path)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"type": "mkv"}, ["Été 2019/plage.mkv"]),
        ({"type": "MP4"}, ["clip 2.mp4", "clip 10.mp4", "zoo/lion.MP4"]),
        ({"type": "video/quicktime", "q": "scene"}, [TREE[6]]),
        *(({"type": odd}, []) for odd in (".mp4", "txt", "video", "vtt", "' OR 1", "%")),
        ({"min_duration": 0.0}, []),
        ({"max_duration": 1e300}, []),
    ],
)
async def test_filters(query: dict[str, object], found: list[str]) -> None:
    listing = await page(shelves(*TREE), recursive=True, **query)
    assert paths(listing) == found
    assert (listing.total, listing.total_size) == (len(found), len(found))


async def test_total_size() -> None:
    listing = await page(Shelves(FACTS), recursive=True, limit=1)
    assert listing.total_size == 5_000_000_030
    assert (await page(Shelves(FACTS), limit=1)).total_size == 30


@pytest.mark.parametrize(
    ("path", "previous", "following"),
    [
        ("clip 2.mp4", None, "clip 10.mp4"),
        ("clip 10.mp4", "clip 2.mp4", None),
        ("clip 3.mp4", "clip 2.mp4", "clip 10.mp4"),
        ("zoo/lion.MP4", None, None),
    ],
)
async def test_neighbours(path: str, previous: str | None, following: str | None) -> None:
    async with catalogue_of(shelves(*TREE)) as catalogue:
        beside = await catalogue.neighbours(path)
    around = (beside.previous, beside.next)
    assert [item and item.entry.path for item in around] == [previous, following]


async def test_every() -> None:
    storage = shelves(*(f"{n % 7}/{n}.mp4" for n in range(1234)))
    async with catalogue_of(storage) as catalogue:
        every = catalogue.every(Query(recursive=True, limit=1))
        found = [item.entry.path async for item in every]
    assert found == paths(await page(storage, recursive=True, limit=2000))


SEASONS = (
    *("Show/Season 1/Show S01E01.mp4", "Show/Season 1/Show S01E02.mp4"),
    *("Show/Season 2/Show S02E01.mp4", "Show/Season 2/Show S02E02.mp4"),
    *("Show/Season 4/readme.txt", "Show/Season 10/Show S10E01.mp4"),
    *("Show/Extras/a.mp4", "Show/Staffel 2/x.mp4", "Other.S01/a.mp4", "Other.S02.720p/b.mp4"),
    *("More.S03/c.mp4", "2019/a.mp4", "2020/b.mp4"),
    *("Lamp/Season One/a.mp4", "Lamp/Season Two/b.mp4", "Lamp/Season Three/c.mp4"),
    *("Lamp/Specials/s.mp4", "灯/第一季/a.mp4", "灯/第二季/b.mp4", "灯/第十季/c.mp4"),
)


@pytest.mark.parametrize(
    ("path", "previous", "following"),
    [
        (SEASONS[0], None, SEASONS[1]),
        (SEASONS[1], SEASONS[0], SEASONS[2]),
        (SEASONS[2], SEASONS[1], SEASONS[3]),
        # By the number, whatever the season is called; and then by the name.
        (SEASONS[3], SEASONS[2], "Show/Staffel 2/x.mp4"),
        ("Show/Staffel 2/x.mp4", SEASONS[3], "Show/Season 10/Show S10E01.mp4"),
        ("Show/Season 10/Show S10E01.mp4", "Show/Staffel 2/x.mp4", None),
        ("Lamp/Season One/a.mp4", None, "Lamp/Season Two/b.mp4"),
        ("Lamp/Season Two/b.mp4", "Lamp/Season One/a.mp4", "Lamp/Season Three/c.mp4"),
        ("Lamp/Season Three/c.mp4", "Lamp/Season Two/b.mp4", None),
        ("Lamp/Specials/s.mp4", None, None),
        ("灯/第二季/b.mp4", "灯/第一季/a.mp4", "灯/第十季/c.mp4"),
        ("Show/Extras/a.mp4", None, None),
        ("Other.S01/a.mp4", None, "Other.S02.720p/b.mp4"),
        ("Other.S02.720p/b.mp4", "Other.S01/a.mp4", None),
        ("More.S03/c.mp4", None, None),
        ("2019/a.mp4", None, None),
    ],
)
async def test_from_season_to_season(
    path: str, previous: str | None, following: str | None
) -> None:
    async with catalogue_of(shelves(*SEASONS)) as catalogue:
        await catalogue.page(Query(recursive=True))  # for all folders to have been read
        found = await catalogue.neighbours(path)
    assert (found.previous and found.previous.entry.path) == previous
    assert (found.next and found.next.entry.path) == following


async def test_titles_inside() -> None:
    storage = shelves("a/clip 1.mp4", "a/clip 2.mp4")
    async with catalogue_of(storage) as catalogue:
        await catalogue.page(Query(recursive=True))
        await catalogue.set_found(
            [
                Finding("a/clip 1.mp4", "v", 1.0, "Café at the Old-Mill"),
                Finding("a/clip 2.mp4", "other", 1.0, "Café"),
            ]
        )
        for q in ("cafe", "oldmill", "at the", "1 mill"):
            (item,) = (await catalogue.page(Query(q=q, recursive=True))).items
            assert (item.entry.path, item.title) == ("a/clip 1.mp4", "Café at the Old-Mill")
        assert (await catalogue.page(Query(q="clip cafe", recursive=True))).total == 1
        await catalogue.set_found([Finding("a/clip 1.mp4", "v", 1.0, "Another")])
        assert (await catalogue.page(Query(q="cafe mill", recursive=True))).total == 0
        assert (await catalogue.page(Query(q="another", recursive=True))).total == 1
