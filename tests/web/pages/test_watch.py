from __future__ import annotations

from collections.abc import Callable

import pytest
from quart import Quart

from tests.web.pages.conftest import Browser, Put, browsing


async def test_it_plays_without_javascript(browser: Browser, put: Put) -> None:
    put("travel/Nile_cruise.mp4", size=1_234_567)
    page = await browser.open("/videos/-/watch/travel/Nile_cruise.mp4")
    video = page.one("video")
    assert {"controls", "playsinline"} <= video.attributes.keys()
    assert video["preload"] == "metadata"
    assert video["src"] == "/videos/travel/Nile_cruise.mp4"
    assert "autoplay" not in video
    assert page.one("h1").text == "Nile cruise"
    assert page.one("title").text == "Nile cruise · Videos"


async def test_the_details(browser: Browser, put: Put) -> None:
    put("travel/Nile_cruise.mkv", size=1_234_567)
    page = await browser.open("/videos/-/watch/travel/Nile_cruise.mkv")
    details = page.one("dl", class_="qv-details")
    terms = [dt.text for dt in details.all("dt")]
    assert dict(zip(terms, [dd.text for dd in details.all("dd")], strict=True)) == {
        "File": "Nile_cruise.mkv",
        "Folder": "travel",
        "Type": "video/matroska",
        "Size": "1.2 MB (1,234,567 bytes)",
        "Changed": "22 Nov 2025, 13:15 UTC",
    }


async def test_the_ways_out(browser: Browser, put: Put) -> None:
    put("travel/Nile.mp4")
    page = await browser.open("/videos/-/watch/travel/Nile.mp4")
    download = page.all("div", class_="qv-actions")[0].link("Download")
    assert download["href"] == "/videos/travel/Nile.mp4?download=1"
    assert page.one("nav", aria_label="Breadcrumbs").link("travel")["href"] == "/videos/travel/"
    fallback = page.one("video").one("a")
    assert fallback["href"] == "/videos/travel/Nile.mp4?download=1"
    assert page.one("link", rel="alternate")["href"] == "/videos/-/api/videos/travel/Nile.mp4"


async def test_no_way_out_where_downloads_are_off(make_app: Callable[..., Quart], put: Put) -> None:
    put("Nile.mp4")
    put("Nile.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    async with browsing(make_app(VIDEO_DOWNLOADS=False)) as browser:
        page = await browser.open("/videos/-/watch/Nile.mp4")
    assert page.one("video")["controlslist"] == "nodownload"
    assert page.one("video").one("track")["src"] == "/videos/-/captions/Nile.en.vtt"
    links = [link["href"] for link in page.all("a")]
    assert links
    assert not [link for link in links if link.endswith((".mp4", ".vtt", "download=1"))]


async def test_captions_become_tracks_and_a_list(browser: Browser, put: Put) -> None:
    put("Nile.mp4")
    for name in ("Nile.vtt", "Nile.en.vtt", "Nile.pt-BR.vtt"):
        put(name).write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    page = await browser.open("/videos/-/watch/Nile.mp4")
    tracks = page.one("video").all("track")
    assert {(t["src"], t.get("srclang")) for t in tracks} == {
        ("/videos/-/captions/Nile.vtt", None),
        ("/videos/-/captions/Nile.en.vtt", "en"),
        ("/videos/-/captions/Nile.pt-BR.vtt", "pt-BR"),
    }
    # Without srclang, kind="subtitles" would not be valid.
    assert {t["kind"] for t in tracks} == {"captions"}
    assert all(t["label"] for t in tracks)
    assert ["default" in t for t in tracks] == [True, False, False]
    listed = page.one("ul", class_="qv-captions").all("a")
    assert [(a["href"], a.text) for a in listed] == [(t["src"], t["label"]) for t in tracks]


async def test_without_captions_there_is_no_list(browser: Browser, put: Put) -> None:
    put("Nile.mp4")
    page = await browser.open("/videos/-/watch/Nile.mp4")
    assert not page.all("track")
    assert not page.all("ul", class_="qv-captions")


@pytest.mark.parametrize(
    ("query", "fragment"),
    [("t=90", "#t=90"), ("t=1m30s", "#t=90"), ("t=0.5", "#t=0.5"), ("t=later", ""), ("t=", "")],
)
async def test_a_link_at_a_time(browser: Browser, put: Put, query: str, fragment: str) -> None:
    put("Nile.mp4")
    page = await browser.open(f"/videos/-/watch/Nile.mp4?{query}")
    assert page.one("video")["src"] == f"/videos/Nile.mp4{fragment}"
    assert {a["href"] for a in page.all("a") if a.text == "Download"} == {
        "/videos/Nile.mp4?download=1"
    }


@pytest.mark.parametrize(
    ("query", "robots"), [("", []), ("?t=90", ["noindex, nofollow"]), ("?x", ["noindex, nofollow"])]
)
async def test_crawlers_are_kept_to_one_address(
    browser: Browser, put: Put, query: str, robots: list[str]
) -> None:
    put("a/Nile.mp4")
    page = await browser.open(f"/videos/-/watch/a/Nile.mp4{query}")
    assert page.one("link", rel="canonical")["href"] == "/videos/-/watch/a/Nile.mp4"
    assert [meta["content"] for meta in page.all("meta", name="robots")] == robots
    variants = [link for link in page.all("a") if "?" in link["href"]]
    assert len(variants) == 3  # on the board, in the player and among the actions
    assert all("nofollow" in link["rel"].split() for link in variants)


async def test_what_needs_javascript_is_hidden_without(browser: Browser, put: Put) -> None:
    put("Nile.mp4")
    put("Nile.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    page = await browser.open("/videos/-/watch/Nile.mp4")
    board = page.one("div", class_="qv-problem")
    assert "hidden" in board
    menu = page.one("details", class_="qv-look")
    bar = page.one("div", class_="qv-controls")
    assert "hidden" in menu
    assert "hidden" in bar
    assert "controls" in page.one("video")
    behind = board.all() + menu.all() + bar.all()
    for control in page.one("main").all("button") + page.one("main").all("select"):
        labels = [label for label in page.all("label") if control in label.all()]
        assert control in behind or any("hidden" in e for e in [control, *labels]), control.text


async def test_pieces_that_are_fetched_speak_the_language_of_the_page(browser: Browser) -> None:
    headers = {"Accept-Language": "de"}
    for name, words in (("keys", "Lauter oder leiser"), ("caption_style", "Hintergrund")):
        sent = await browser.client.get(f"/videos/-/piece/{name}", headers=headers)
        assert sent.status_code == 200
        assert words in await sent.get_data(as_text=True)
        assert "Accept-Language" in sent.headers["Vary"]
        assert sent.headers["Cache-Control"] == "no-cache"
    dialog = (await browser.open("/videos/-/piece/keys")).one("dialog")
    assert "open" not in dialog
    assert await browser.status("/videos/-/piece/base") == 404


async def test_the_videos_beside_it(browser: Browser, put: Put) -> None:
    for name in ("Part 1", "Part 2", "Part 10"):
        put(f"series/{name}.mp4")
    put("series/more/Part 3.mp4")

    async def beside(name: str) -> list[tuple[str, str, str]]:
        page = await browser.open(f"/videos/-/watch/series/{name}.mp4")
        found = page.all("a", class_="qv-beside")
        return [(a["rel"], a.one("b").text, a["href"]) for a in found]

    base = "/videos/-/watch/series/Part%20"
    assert await beside("Part 1") == [("next", "Part 2", f"{base}2.mp4")]
    assert await beside("Part 2") == [
        ("next", "Part 10", f"{base}10.mp4"),
        ("prev", "Part 1", f"{base}1.mp4"),
    ]
    assert await beside("Part 10") == [("prev", "Part 2", f"{base}2.mp4")]


async def test_alone_it_has_none_beside(browser: Browser, put: Put) -> None:
    put("Nile.mp4")
    page = await browser.open("/videos/-/watch/Nile.mp4")
    assert not page.all("nav", aria_label="Previous and next video")
