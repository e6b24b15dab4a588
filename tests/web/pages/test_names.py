"""Names of files are anyone's: what they say is shown, and nothing of it is done."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.web.pages.conftest import Browser, Put
from tests.web.pages.document import Element

HOSTILE = {
    "markup": "<script>alert(1)<b>",
    "image": "<img src=x onerror=alert(1)>",
    "double quotes": '" onmouseover="alert(1)',
    "single quotes": "' onmouseover='alert(1)",
    "template": "{{ 7 * 7 }}{% raw %}",
    "entity": "&lt;b&gt;&quot;",
    "reserved in URLs": "a#b?c=d&e%41;f+g",
    "scheme": "javascript:alert(1)",
    "spaces": " a  b ",
    "newline": "a\nb",
    "tab and bell": "a\tb\ac",
    "right to left": "فيديو (1) עברית",
    "override": "\u202egpj.exe",
    "emoji": "👩‍👩‍👧 🏳️‍🌈",
    "combining": "e\u0301" * 60,
    "one long word": "w" * 250,
    "line separator": "a\u2028b",
}


@pytest.fixture(params=list(HOSTILE.values()), ids=list(HOSTILE))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def assert_inert(page: Element) -> None:
    for script in page.all("script"):
        if script.attributes.get("type") == "application/ld+json":  # data, that nothing runs
            assert "src" not in script.attributes
            assert "<" not in script.text
        else:
            assert script["src"].startswith("/videos/-/static/")
    assert not page.all("img")
    assert not page.all("b")
    for element in page.all():
        assert not [name for name in element.attributes if name.startswith("on")]


async def test_a_video_of_any_name(browser: Browser, put: Put, name: str) -> None:
    put(f"{name}.mp4")
    put(f"{name}.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")

    gallery = await browser.open("/videos/")
    assert_inert(gallery)
    card = gallery.one("li", class_="qv-card")
    assert card.one("a").get("title") == (f"{name}.mp4" if len(name) > 36 else None)
    assert card.one("h3").one("bdi").text == " ".join(name.split())

    watch = await browser.open(card.one("a")["href"])
    assert_inert(watch)
    assert watch.one("h1").one("bdi").text == " ".join(name.split())
    assert watch.one("dl", class_="qv-details").all("bdi")[0].raw_text == f"{name}.mp4"
    assert await browser.status(watch.one("video")["src"]) == 200
    assert await browser.status(watch.one("track")["src"]) == 200


async def test_a_folder_of_any_name(browser: Browser, put: Put, name: str) -> None:
    put(f"{name}/clip.mp4")

    gallery = await browser.open("/videos/")
    assert_inert(gallery)
    link = gallery.one("a", class_="qv-folder")
    assert link.one("bdi").raw_text == name

    folder = await browser.open(link["href"])
    assert_inert(folder)
    assert folder.one("h1").one("bdi").raw_text == name
    found = await browser.open(folder.one("form", role="search").submit(q="clip"))
    assert_inert(found)
    watch = await browser.open(found.one("li", class_="qv-card").one("a")["href"])
    assert_inert(watch)
    assert watch.one("nav").all("a")[-1]["href"] == link["href"]
    assert watch.one("dl", class_="qv-details").all("dd")[1].raw_text == name


SEARCHES = HOSTILE | {"end of the title": "</title></bdi><script>alert(1)</script>"}


@pytest.mark.parametrize("q", SEARCHES.values(), ids=SEARCHES.keys())
async def test_a_search_for_anything(browser: Browser, q: str) -> None:
    page = await browser.open(f"/videos/?recursive=1&q={quote(q)}")
    assert_inert(page)
    assert page.one("title").raw_text == f"“{q}” in Videos"
    assert page.one("input", type="search")["value"] == q
    newest = urlsplit(page.link("Newest")["href"])
    assert parse_qs(newest.query, keep_blank_values=True)["q"] == [q]
