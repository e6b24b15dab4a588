from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from quart import Quart

from quart_video import VideoBlueprint
from quart_video.web import serializers
from tests.web.pages.conftest import Browser, Put, browsing
from tests.web.pages.document import Element


def titles(page: Element) -> list[str]:
    return [card.one("h3").text for card in page.all("li", class_="qv-card")]


def badges(card: Element) -> list[str]:
    inside = card.one("p", class_="qv-badges").children
    return [child.text for child in inside if isinstance(child, Element)]


def chosen_sort(page: Element) -> str:
    return page.one("details", class_="qv-order").one("a", aria_current="true").text


async def test_a_folder_shows_its_folders_and_videos(browser: Browser, put: Put) -> None:
    put("Drone 10.mov", size=4_212_331)
    put("Drone_2.mp4")
    put("Drone_2.en.vtt")
    put("travel/2024/Nile.mp4")
    put("notes.txt")

    page = await browser.open("/videos/")

    assert page.one("title").text == "Videos"
    assert page.one("h1").text == "Videos"
    assert page.one("p", class_="qv-count").text == "2 videos · 4.2 MB · 1 folder"
    assert [a.one("strong").text for a in page.all("a", class_="qv-folder")] == ["travel"]
    two, ten = page.all("li", class_="qv-card")
    assert [a["href"] for a in two.all("a")] == ["/videos/-/watch/Drone_2.mp4"]
    assert two.one("h3").text == "Drone 2"
    assert badges(two) == ["MP4", "CC"]
    assert ten.one("h3").text == "Drone 10"
    assert badges(ten) == ["MOV"]
    facts = ten.one("p", class_="qv-facts")
    assert facts.all("bdi")[0].text == "4.2 MB"
    assert facts.one("time").text == "22 Nov 2025"
    assert ten.one("time")["datetime"] == "2025-11-22T13:15Z"


async def test_folders_for_captions_are_not_shown(browser: Browser, put: Put) -> None:
    put("film.mp4")
    put("Subs/en.srt")
    put("Extras/notes.txt")
    page = await browser.open("/videos/")
    assert [a.one("strong").text for a in page.all("a", class_="qv-folder")] == ["Extras"]
    assert "1 folder" in page.one("p", class_="qv-count").text
    assert await browser.status("/videos/Subs/") == 200


async def test_folders_show_their_pictures(make_app: Callable[..., Quart], put: Put) -> None:
    put("travel/Nile.mp4")
    put("travel/folder.jpg", size=9)
    put("work/2025/a talk.mp4")
    put("work/2025/b talk.mp4")
    put("empty/notes.txt")
    async with browsing(make_app(VIDEO_MEDIA_PROCESSES=1, VIDEO_SURVEY=False)) as browser:
        await browser.open("/videos/?recursive=1")  # for all folders to have been read
        page = await browser.open("/videos/")
    folders = page.all("a", class_="qv-folder")
    empty, travel, work = (a.one("span", class_="qv-cover") for a in folders)
    assert travel.one("img")["src"].startswith("/videos/-/poster/travel?v=")
    assert travel.one("img")["alt"] == ""
    assert work.one("img")["src"].startswith("/videos/-/poster/work/2025/a%20talk.mp4?v=")
    assert not empty.all("img")
    assert [a.one("small").text for a in folders] == ["No videos", "1 video", "2 videos"]
    assert travel["class"].startswith("qv-cover qv-tint-")  # under it


async def test_the_title_is_a_setting(make_app: Callable[..., Quart], put: Put) -> None:
    put("far/clip.mp4")
    async with browsing(make_app(VIDEO_TITLE="Films & <Series>")) as browser:
        root = await browser.open("/videos/")
        below = await browser.open("/videos/far/")
    assert root.one("h1").text == "Films & <Series>"
    assert below.one("title").text == "far · Films & <Series>"
    assert below.one("nav", aria_label="Breadcrumbs").link("Films & <Series>")["href"] == "/videos/"


async def test_breadcrumbs_lead_back_folder_by_folder(browser: Browser, put: Put) -> None:
    put("travel/2024/Nile.mp4")
    page = await browser.open("/videos/travel/2024/")
    trail = page.one("nav", aria_label="Breadcrumbs").all("a")
    assert [(a.text, a["href"], a.get("aria-current")) for a in trail] == [
        ("Videos", "/videos/", None),
        ("travel", "/videos/travel/", None),
        ("2024", "/videos/travel/2024/", "page"),
    ]


async def test_an_empty_folder_says_so_and_leads_back(browser: Browser, library: Path) -> None:
    (library / "travel" / "2024").mkdir(parents=True)
    page = await browser.open("/videos/travel/2024/")
    assert page.one("p", class_="qv-count").text == "No videos"
    empty = page.one("div", class_="qv-empty")
    assert "No videos here yet" in empty.text
    assert empty.link("Back to travel")["href"] == "/videos/travel/"


async def test_an_empty_library_has_no_way_back(browser: Browser) -> None:
    page = await browser.open("/videos/")
    assert not page.one("div", class_="qv-empty").all("a")


async def test_a_folder_of_folders_is_not_empty(browser: Browser, put: Put) -> None:
    put("travel/Nile.mp4")
    page = await browser.open("/videos/")
    assert not page.all("div", class_="qv-empty")
    assert not page.all("ul", class_="qv-grid")
    assert page.one("p", class_="qv-count").text == "1 folder"
    assert not page.all("details", class_="qv-order")


async def test_searching_looks_below_and_tells_where(browser: Browser, put: Put) -> None:
    put("travel/Nile.mp4")
    put("travel/2024/القاهرة/Nile again.mp4")
    put("Nile.mp4")
    page = await browser.open("/videos/travel/?sort=-name&limit=7")

    page = await browser.open(page.one("form", role="search").submit(q="nile"))

    assert page.one("h1").text == "Results for “nile”"
    assert page.one("title").text == "“nile” in travel · Videos"
    assert page.one("p", class_="qv-count").text == "2 videos in travel and in the folders below"
    assert page.one("input", name="q", type="search")["value"] == "nile"
    here, below = sorted(page.all("li", class_="qv-card"), key=lambda card: card.one("h3").text)
    assert here.one("h3").text == "Nile"
    assert not here.all("p", class_="qv-where")
    assert below.one("p", class_="qv-where").text == "in travel/2024/القاهرة"
    clear = page.link("Clear search")["href"]
    assert urlsplit(clear).path == "/videos/travel/"
    assert parse_qs(urlsplit(clear).query) == {"sort": ["-name"], "limit": ["7"]}


async def test_a_search_that_finds_nothing_helps_on(browser: Browser, put: Put) -> None:
    put("travel/Nile.mp4")
    put("Amazon.mp4")
    page = await browser.open("/videos/travel/?q=amazon&recursive=1")
    empty = page.one("div", class_="qv-empty")
    assert "No video matches" in empty.text
    assert titles(await browser.open(empty.link("Clear search")["href"])) == ["Nile"]
    assert titles(await browser.open(empty.link("Search everywhere")["href"])) == ["Amazon"]


async def test_sending_the_search_form_empty_is_no_error(browser: Browser, put: Put) -> None:
    put("travel/Nile.mp4")
    page = await browser.open("/videos/")
    page = await browser.open(page.one("form", role="search").submit(q=""))
    assert titles(page) == ["Nile"]
    assert page.one("h1").text == "Videos"


async def test_all_folders_at_once_and_back(browser: Browser, put: Put) -> None:
    put("travel/Nile.mp4")
    put("Amazon.mp4")
    page = await browser.open("/videos/?sort=-name")
    page = await browser.open(page.link("Include subfolders")["href"])
    assert titles(page) == ["Nile", "Amazon"]
    assert page.one("p", class_="qv-count").text == "2 videos here and in the folders below"
    page = await browser.open(page.link("Show by folder")["href"])
    assert titles(page) == ["Amazon"]
    assert chosen_sort(page) == "Name, from Z to A"


async def test_sorting_keeps_the_search(browser: Browser, put: Put) -> None:
    put("a/clip small.mp4", size=1)
    put("b/clip large.mp4", size=9)
    put("other.mp4", size=5)
    page = await browser.open("/videos/?q=clip&recursive=1")
    page = await browser.open(page.link("Largest")["href"])
    assert titles(page) == ["clip large", "clip small"]
    assert chosen_sort(page) == "Largest"
    assert page.one("input", name="q", type="search")["value"] == "clip"


@pytest.mark.parametrize("query", ["limit=2", "limit=2&sort=-name", "limit=2&recursive=1&q=clip"])
async def test_next_leads_to_every_video_once(browser: Browser, put: Put, query: str) -> None:
    for number in range(5):
        put(f"clip {number}.mp4")
    start = f"/videos/?{query}"
    page = await browser.open(start)
    expected = ["clip 0", "clip 1", "clip 2", "clip 3", "clip 4"]
    assert not [a for a in page.all("a") if a.text == "First page"]

    seen = titles(page)
    while following := page.all("a", rel="next"):
        assert page.one("nav", aria_label="Pages").one("p").text.startswith("2 of 5 videos")
        page = await browser.open(following[0]["href"])
        seen += titles(page)
        assert titles(await browser.open(page.link("First page")["href"])) == seen[:2]

    assert seen == (expected[::-1] if "-name" in query else expected)


async def test_a_single_page_has_no_paging(browser: Browser, put: Put) -> None:
    put("clip.mp4")
    assert not (await browser.open("/videos/")).all("nav", aria_label="Pages")


async def test_a_page_whose_videos_have_gone_leads_to_the_first(
    browser: Browser, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quart_video.catalogue.sync.synchronizer.FRESH", 0)
    files = [put(f"clip {number}.mp4") for number in range(3)]
    page = await browser.open("/videos/?limit=2")
    files[2].unlink()
    page = await browser.open(page.one("a", rel="next")["href"])
    assert "Nothing more here" in page.one("div", class_="qv-empty").text
    assert titles(await browser.open(page.link("First page")["href"])) == ["clip 0", "clip 1"]


def folders(page: Element) -> list[str]:
    return [a.one("strong").text for a in page.all("a", class_="qv-folder")]


async def test_more_folders_than_fit_are_on_pages_of_their_own(browser: Browser, put: Put) -> None:
    for number in range(1, 6):
        put(f"Series {number}/{number}.mp4")
    put("clip 1.mp4", size=3)
    put("clip 2.mp4", size=4)
    put("clip 3.mp4")

    page = first = await browser.open("/videos/?limit=2&view=list")

    assert page.one("p", class_="qv-count").text == "3 videos · 7 bytes · 5 folders"
    assert (titles(page), folders(page)) == (["clip 1", "clip 2"], ["Series 1", "Series 2"])
    paging = page.one("nav", aria_label="Pages of folders")
    assert paging.one("p").text == "2 of 5 folders on this page"
    assert [a.text for a in paging.all("a")] == ["More folders"]
    seen = folders(page)
    while following := page.one("nav", aria_label="Pages of folders").all("a", rel="next"):
        page = await browser.open(following[0]["href"])
        assert page.one("p", class_="qv-count").text == "5 folders"
        assert not page.all("h2", id="qv-videos")
        assert not page.all("div", class_="qv-empty")
        assert not page.all("nav", aria_label="Pages")
        assert not page.all("details", class_="qv-order")
        back = await browser.open(page.link("First page")["href"])
        assert (titles(back), folders(back)) == (titles(first), folders(first))
        seen += folders(page)
    assert seen == [f"Series {number}" for number in range(1, 6)]
    page = await browser.open(first.one("nav", aria_label="Pages").one("a", rel="next")["href"])
    assert (titles(page), folders(page)) == (["clip 3"], [])
    assert not page.all("nav", aria_label="Pages of folders")


async def test_folders_that_fit_are_as_ever(browser: Browser, put: Put) -> None:
    put("a/clip.mp4")
    put("b/clip.mp4")
    page = await browser.open("/videos/?limit=2")
    assert folders(page) == ["a", "b"]
    assert not page.all("nav", aria_label="Pages of folders")
    assert len(page.all("form", role="search")) == 1


async def test_a_folder_among_many_is_found_by_its_name(browser: Browser, put: Put) -> None:
    for name in ("Alps", "Andes", "Atlas", "Andes north"):
        put(f"{name}/clip.mp4")
    page = await browser.open("/videos/?limit=2&view=list")
    form = page.one("form", role="search", aria_label="Find a folder here")
    page = await browser.open(form.submit(q="and"))
    assert folders(page) == ["Andes", "Andes north"]
    assert page.one("p", class_="qv-count").text == "2 folders"
    assert not page.all("div", class_="qv-empty")
    assert len(page.all("form", role="search")) == 1
    assert folders(await browser.open(page.link("Clear search")["href"])) == ["Alps", "Andes"]
    page = await browser.open(form.submit(q="clip"))
    assert "No video matches" in page.one("div", class_="qv-empty").text


async def test_a_page_whose_folders_have_gone_leads_to_the_first(
    browser: Browser, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quart_video.catalogue.sync.synchronizer.FRESH", 0)
    for name in "abc":
        (library / name).mkdir()
    page = await browser.open("/videos/?limit=2")
    (library / "c").rmdir()
    page = await browser.open(page.link("More folders")["href"])
    assert "Nothing more here" in page.one("div", class_="qv-empty").text
    assert folders(await browser.open(page.link("First page")["href"])) == ["a", "b"]


async def test_a_page_of_thousands_of_folders_is_small(browser: Browser, library: Path) -> None:
    for number in range(3000):
        (library / f"Customer {number}").mkdir()
    html = await (await browser.client.get("/videos/", headers={"Accept": "text/html"})).get_data(
        as_text=True
    )
    listed = await (await browser.client.get("/videos/-/api/videos")).get_data(as_text=True)
    assert "3,000 folders" in html
    assert (len(html) < 25_000, len(listed) < 12_000) == (True, True)


async def test_the_same_listing_as_json_is_linked(browser: Browser, put: Put) -> None:
    put("a/clip.mp4")
    page = await browser.open("/videos/a/?q=clip&recursive=1&sort=-size")
    link = page.one("link", type="application/json")
    assert link["type"] == "application/json"
    listing = await (await browser.client.get(link["href"])).get_json()
    assert [video["path"] for video in listing["videos"]] == ["a/clip.mp4"]


async def test_the_same_listing_as_a_feed_is_linked(browser: Browser, put: Put) -> None:
    """In the head, where feed readers look, and where people do."""
    put("a/clip.mp4")
    put("a/other.mp4")
    page = await browser.open("/videos/a/?q=clip&recursive=1&sort=-size&limit=1")
    url = page.one("link", type="application/rss+xml")["href"]
    assert url == page.link("RSS: podcasts, feed readers")["href"]
    assert url == "/videos/-/feed.rss?folder=a&q=clip"
    feed = await (await browser.client.get(url)).get_data(as_text=True)
    assert feed.count("<item>") == 1


@pytest.mark.parametrize("signed", [False, True])
async def test_programs_are_told_of_where_they_can_read_folders(
    make_app: Callable[..., Quart], put: Put, *, signed: bool
) -> None:
    put("a.mp4")
    async with browsing(make_app(VIDEO_SIGNED_URLS=signed, SECRET_KEY="s" * 32)) as browser:
        page = await browser.open("/videos/")
        index = await browser.client.get("/videos/")
    assert ("rclone" in page.one("main").text) is not signed
    assert (index.status_code == 200) is not signed


async def test_a_list_in_the_place_of_a_grid(browser: Browser, put: Put) -> None:
    put("series/Part 1.mp4")
    put("Film.mp4")
    page = await browser.open("/videos/?sort=-size&q=")
    assert page.one("ul", class_="qv-grid")
    assert view(page) == "Grid"
    page = await browser.open(page.link("List")["href"])
    assert not page.all("ul", class_="qv-grid")
    assert titles(page) == ["Film"]
    assert view(page) == "List"
    # It stays, with the order, on the way through the folders and the searches.
    for href in (
        page.one("a", class_="qv-folder")["href"],
        page.link("Newest")["href"],
        page.link("Include subfolders")["href"],
        page.one("form", role="search").submit(q="part"),
    ):
        following = await browser.open(href)
        assert view(following) == "List"
    below = await browser.open(page.one("a", class_="qv-folder")["href"])
    assert chosen_sort(below) == "Largest"
    back = await browser.open(below.one("nav", aria_label="Breadcrumbs").link("Videos")["href"])
    assert (view(back), chosen_sort(back)) == ("List", "Largest")
    page = await browser.open(page.link("Grid")["href"])
    assert page.one("ul", class_="qv-grid")


def view(page: Element) -> str:
    return page.one("nav", aria_label="View").one("a", aria_current="true").text


async def test_the_best_matches_come_first(browser: Browser, put: Put) -> None:
    put("Nile/Amazon.mp4")
    put("Nile.mp4")
    page = await browser.open("/videos/?q=nile&recursive=1")
    assert chosen_sort(page) == "Best match"
    assert titles(page)[0] == "Nile"
    assert not [a for a in (await browser.open("/videos/")).all("a") if a.text == "Best match"]


async def test_new_is_what_came_in_this_week(browser: Browser, put: Put) -> None:
    put("new.mp4", when=time.time() - 3600)
    put("old.mp4", when=time.time() - 8 * 86400)
    cards = (await browser.open("/videos/")).all("li", class_="qv-card")
    assert [bool(card.all("span", class_="qv-new")) for card in cards] == [True, False]


async def test_filters_stay_on_the_way(browser: Browser, put: Put) -> None:
    put("a.mp4")
    put("b.webm")
    page = await browser.open("/videos/?type=webm")
    assert titles(page) == ["b"]
    for text in ("Newest", "List"):
        assert titles(await browser.open(page.link(text)["href"])) == ["b"]
    assert titles(await browser.open(page.one("form", role="search").submit(q="b"))) == ["b"]


async def test_a_form_filters_by_type(browser: Browser, put: Put) -> None:
    for name in ("a.mp4", "b.webm", "c.mkv"):
        put(name)
    page = await browser.open("/videos/?sort=-name")
    form = page.one("details", class_="qv-filters").one("form")
    assert [o["value"] for o in form.all("option")] == ["", "mkv", "mp4", "webm"]
    page = await browser.open(form.submit(type="webm"))
    assert (titles(page), chosen_sort(page)) == (["b"], "Name, from Z to A")
    details = page.one("details", class_="qv-filters")
    assert details.one("summary").text == "Filter (1)"
    assert titles(await browser.open(details.link("Clear filters")["href"])) == ["c", "b", "a"]
    page = await browser.open(details.one("form").submit(type="avi"))
    empty = page.one("div", class_="qv-empty")
    assert "No video matches" in empty.text
    assert len(titles(await browser.open(empty.link("Clear filters")["href"]))) == 3


async def types_offered(browser: Browser, query: str) -> list[str]:
    page = await browser.open(f"/videos/?{query or 'limit=2'}")
    return [
        option.text for each in page.all("select", name="type") for option in each.all("option")
    ]


async def test_the_types_to_filter_by_are_those_there_are(browser: Browser, put: Put) -> None:
    for name in ("a.mp4", "b.mp4", "c.mkv", "far/d.webm", "far/e.webm", "far/f.AVI"):
        put(name)
    assert await types_offered(browser, "") == ["Any", "MKV", "MP4"]
    assert await types_offered(browser, "type=MP4") == ["Any", "MKV", "MP4"]
    assert await types_offered(browser, "q=none&type=mp4&recursive=0") == ["Any", "MKV", "MP4"]
    every = ["Any", "AVI", "MKV", "MP4", "WEBM"]
    assert await types_offered(browser, "recursive=1&limit=1") == every
    assert await types_offered(browser, "q=none&type=mp4") == every
    assert await types_offered(browser, "type=video/webm") == ["Any", "MKV", "MP4", "video/webm"]


async def test_what_may_not_be_seen_is_not_told_of(library: Path, put: Put) -> None:
    for name in ("a.mp4", "b.mp4", "c.webm", "d.mkv", "far/e.mp4"):
        put(name)
    app = Quart(__name__)
    app.config["MEDIA_ROOT"] = str(library)
    allow = VideoBlueprint(authorize=lambda _, resource: resource.path != "d.mkv")
    app.register_blueprint(allow)
    async with browsing(app) as browser:
        assert await types_offered(browser, "") == []
        assert await types_offered(browser, "limit=4") == ["Any", "MP4", "WEBM"]
        assert await types_offered(browser, "type=mp4") == ["Any", "MP4"]
        far = (await browser.open("/videos/")).one("a", class_="qv-folder")
        assert not far.all("small") + far.all("img")


async def test_a_form_filters_by_length(
    browser: Browser, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("a.mp4")
    put("b.mp4")
    assert not (await browser.open("/videos/")).all("details", class_="qv-filters")
    video = serializers.ListingSerializer.video
    monkeypatch.setattr(
        serializers.ListingSerializer,
        "video",
        lambda *given: replace(video(*given), duration=3723.4),
    )
    form = (await browser.open("/videos/")).one("details", class_="qv-filters").one("form")
    assert not form.all("select", name="type")
    url = form.submit(min_duration="300", max_duration="7200")
    form = (await browser.open(url)).one("details", class_="qv-filters").one("form")
    chosen = [o.text for o in form.all("option") if "selected" in o]
    assert chosen == ["5 min", "2 h"]
    page = await browser.open("/videos/?min_duration=90")
    options = page.one("details", class_="qv-filters").one("form").all("option")
    assert "1:30" in [option.text for option in options]


async def test_there_is_nothing_to_filter_in_one_video(browser: Browser, put: Put) -> None:
    put("a.mp4")
    assert not (await browser.open("/videos/")).all("details", class_="qv-filters")


async def test_a_library_that_is_still_read_says_so(
    browser: Browser, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("clip.mp4")
    listing = serializers.listing
    monkeypatch.setattr(
        serializers, "listing", lambda *arguments: replace(listing(*arguments), scanning=True)
    )
    for query, told in (("", False), ("?recursive=1", True), ("?q=none&recursive=1", True)):
        page = await browser.open(f"/videos/{query}")
        assert ("still being read" in page.one("main").text) is told


async def test_durations_are_shown_and_sorted_by(
    browser: Browser, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("clip.mp4")
    assert "Longest" not in (await browser.open("/videos/")).one("main").text
    video = serializers.ListingSerializer.video
    monkeypatch.setattr(
        serializers.ListingSerializer,
        "video",
        lambda *given: replace(video(*given), duration=3723.4),
    )
    page = await browser.open("/videos/")
    assert badges(page.one("li", class_="qv-card")) == ["MP4", "Duration: 1:02:03"]
    page = await browser.open(page.link("Longest")["href"])
    assert chosen_sort(page) == "Longest"
    watch = await browser.open("/videos/-/watch/clip.mp4")
    assert "1:02:03" in watch.one("dl", class_="qv-details").text


async def test_a_folder_is_there_as_soon_as_it_is_asked_for(browser: Browser, put: Put) -> None:
    """Even if the one above was looked at just before, so that nobody looks again by itself."""
    for number in range(3):
        await browser.open("/videos/")
        put(f"new {number}/deep/clip.mp4")
        await browser.open(f"/videos/-/watch/new {number}/deep/clip.mp4")
        assert titles(await browser.open(f"/videos/new {number}/deep/")) == ["clip"]


@pytest.mark.parametrize("url", ["/it's/?q='clip'", "/it's/", "/-/watch/it's/'clip'.mp4"])
async def test_no_address_needs_a_character_reference_for_a_quote(
    browser: Browser, put: Put, url: str
) -> None:
    """Programs that look for links cut it off there, or take the reference for the name."""
    put("it's/'clip'.mp4")
    put("it's/below/clip.mp4")
    put("it's/x.mp4")
    page = await browser.client.get(f"/videos{url}", headers={"Accept": "text/html"})
    html = await page.get_data(as_text=True)
    links = re.findall(r'(?:href|src|action)="([^"]*)"', html)
    assert any("%27" in link for link in links)
    assert not [link for link in links if re.search(r"&#|'", link)]


@pytest.mark.parametrize(
    ("query", "robots"),
    [
        ("", []),
        ("?sort=-size", ["noindex, nofollow"]),
        ("?view=list", ["noindex, nofollow"]),
        ("?recursive=1", ["noindex, nofollow"]),
    ],
)
async def test_crawlers_are_kept_to_one_address(
    browser: Browser, put: Put, query: str, robots: list[str]
) -> None:
    put("a/b/clip.mp4")
    put("a/clip.mp4")
    page = await browser.open(f"/videos/a/{query}")
    assert page.one("link", rel="canonical")["href"] == "/videos/a/"
    assert [meta["content"] for meta in page.all("meta", name="robots")] == robots
    variants = [link for link in page.all("a") if "sort=size" in link["href"]]
    assert variants
    assert all(link["rel"] == "nofollow" for link in variants)


async def test_crawlers_go_on_to_the_next_page(make_app: Callable[..., Quart], put: Put) -> None:
    for number in range(3):
        put(f"{number}.mp4")
    async with browsing(make_app(VIDEO_PAGE_SIZE=1)) as browser:
        page = await browser.open("/videos/")
        page = await browser.open(page.one("a", rel="next")["href"])
        assert page.one("meta", name="robots")["content"] == "noindex"
        assert page.one("a", rel="next")["href"].startswith("/videos/?cursor=")
