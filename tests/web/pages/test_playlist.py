from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from quart import Quart

from quart_video.web import m3u, tracks, xspf
from quart_video.web.tracks import Track
from tests.web.pages.conftest import Browser, Put, browsing

XSPF_TRACK = ("location", "title", "info", "image", "duration")
TRACKS = [
    Track("http://a/1.mp4", "One", "http://a/1"),
    Track("http://a/2.mp4?a&b", "Two, <three>", "http://a/2", 61.5, "http://a/2.jpg"),
]


def test_it_is_written_line_by_line() -> None:
    assert m3u.write("Films", TRACKS) == (
        "#EXTM3U\n"
        "#PLAYLIST:Films\n"
        "#EXTINF:-1,One\n"
        "http://a/1.mp4\n"
        "#EXTINF:62,Two, <three>\n"
        "http://a/2.mp4?a&b\n"
    )


def test_as_xspf() -> None:
    written = xspf.write("Films & more", TRACKS)
    root = ET.fromstring(written.encode())
    names = {"x": "http://xspf.org/ns/0/"}
    assert (root.tag, root.get("version")) == ("{http://xspf.org/ns/0/}playlist", "1")
    assert root.findtext("x:title", None, names) == "Films & more"
    found = [
        [root_of.findtext(f"x:{name}", None, names) for name in XSPF_TRACK]
        for root_of in root.findall("x:trackList/x:track", names)
    ]
    assert found == [
        ["http://a/1.mp4", "One", "http://a/1", None, None],
        ["http://a/2.mp4?a&b", "Two, <three>", "http://a/2", "http://a/2.jpg", "61500"],
    ]


@pytest.mark.parametrize("evil", ["a\nhttp://evil/", "a\r#EXT", "a\u2028b", "a\x85b", "\0a\x1bb"])
def test_no_title_begins_a_line(evil: str) -> None:
    written = m3u.write(evil, [Track("http://a/", evil, "http://a/page")])
    assert len(written.splitlines()) == 4


async def addresses(browser: Browser, url: str) -> list[str]:
    response = await browser.client.get(url)
    assert response.status_code == 200
    assert response.content_type == "audio/x-mpegurl; charset=utf-8"
    text = await response.get_data(as_text=True)
    return [line for line in text.splitlines() if not line.startswith("#")]


async def test_all_pages_of_a_listing(make_app: Callable[..., Quart], put: Put) -> None:
    for number in range(1, 8):
        put(f"series/Part {number}.mp4")
    put("other.mp4")
    expected = [f"http://localhost/videos/series/Part%20{number}.mp4" for number in range(1, 8)]
    async with browsing(make_app(VIDEO_PAGE_SIZE=2)) as browser:
        page = await browser.open("/videos/series/?limit=3&sort=-name")
        assert await addresses(browser, page.link("M3U: VLC, mpv, Kodi")["href"]) == expected[::-1]
        page = await browser.open("/videos/?q=part&recursive=1")
        assert await addresses(browser, page.link("M3U: VLC, mpv, Kodi")["href"]) == expected


async def test_the_address_is_the_one_the_browser_used(browser: Browser, put: Put) -> None:
    put("a#b?c%.mp4")
    headers = {"Host": "films.example:8443"}
    response = await browser.client.get("/videos/-/playlist.m3u", headers=headers)
    text = await response.get_data(as_text=True)
    assert text.splitlines()[-1] == "http://films.example:8443/videos/a%23b%3Fc%25.mp4"


@pytest.mark.parametrize("name", ["a\nb", "a b&c;d=e+f", "é", "e\u0301", "文", "[x]~'(1)!", "a:b"])
async def test_every_address_leads_to_its_video(browser: Browser, put: Put, name: str) -> None:
    put(f"{name}/{name}.mp4", size=7)
    (url,) = await addresses(browser, "/videos/-/playlist.m3u?recursive=1")
    response = await browser.client.get(url.removeprefix("http://localhost"))
    assert response.status_code == 200
    assert response.content_length == 7


async def test_there_is_a_bound(
    browser: Browser, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracks, "MAX_TRACKS", 3)
    for number in range(1, 6):
        put(f"{number}.mp4")
    found = await addresses(browser, "/videos/-/playlist.m3u")
    assert [url[-5:] for url in found] == ["1.mp4", "2.mp4", "3.mp4"]


async def test_an_empty_one_and_none(browser: Browser) -> None:
    assert await addresses(browser, "/videos/-/playlist.m3u") == []
    assert await browser.status("/videos/-/playlist.m3u?folder=nowhere") == 404
    assert await browser.status("/videos/-/playlist.m3u?sort=colour") == 400


async def test_it_is_asked_for_again_for_nothing(browser: Browser, put: Put) -> None:
    put("clip.mp4")
    tag = (await browser.client.get("/videos/-/playlist.m3u")).headers["ETag"]
    again = await browser.client.get("/videos/-/playlist.m3u", headers={"If-None-Match": tag})
    assert again.status_code == 304


async def test_it_is_saved_or_opened_and_never_played_by_the_browser(
    make_app: Callable[..., Quart], put: Put
) -> None:
    put("a.mp4")
    async with browsing(make_app(VIDEO_TITLE='Our "films" / \u00fc')) as browser:
        response = await browser.client.get("/videos/-/playlist.m3u")
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=")
    assert ".m3u" in disposition
    assert "\n" not in disposition
