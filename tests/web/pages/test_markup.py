"""What holds for every page in every state: safe under a strict policy, complete, reachable."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from quart import Quart

import quart_video
from quart_video.web import serializers
from tests.web.pages.conftest import Browser, Put, browsing
from tests.web.pages.document import Element, parse

pytestmark = pytest.mark.thorough

PACKAGE = Path(quart_video.__file__).parent
STATIC = sorted((PACKAGE / "static").iterdir())
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))

STATES = {
    "root": "/",
    "folder": "/travel/2024/",
    "empty folder": "/empty/",
    "first page": "/?limit=2&sort=-size",
    "first page of many folders": "/?limit=1",
    "search": "/?q=nile&recursive=1&sort=-modified&limit=1",
    "search of one folder": "/travel/?q=nile",
    "no result": "/travel/?q=nothing&recursive=1",
    "all folders": "/?recursive=1",
    "list": "/?view=list&sort=size",
    "watch": "/-/watch/clip.mp4",
    "watch from a time": "/-/watch/clip.mp4?t=1m30s",
    "watch in a folder": "/-/watch/travel/2024/Nile.webm",
}
URL_ATTRIBUTES = ("href", "src", "action", "poster", "srcset", "data", "formaction", "xlink:href")


@pytest.fixture
def filled(library: Path, put: Put) -> None:
    put("clip.mp4", size=3)
    put("clip.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    put("clip.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    put("other.mkv", size=2)
    put("third & last.avi", size=1)
    put("travel/2024/Nile.webm")
    put("travel/Nile.mp4")
    (library / "empty").mkdir()


@pytest.fixture(params=list(STATES.values()), ids=list(STATES))
async def page(request: pytest.FixtureRequest, filled: None, browser: Browser) -> Element:
    return await browser.open(f"/videos{request.param}")


def urls(page: Element) -> list[str]:
    return [e[name] for e in page.all() for name in URL_ATTRIBUTES if name in e]


def addresses(page: Element) -> set[str]:
    """Return what the page asks the server for."""
    return {url.partition("#")[0] for url in urls(page) if not url.startswith("#")}


def test_a_strict_content_security_policy_has_nothing_to_block(page: Element) -> None:
    for script in page.all("script"):
        if script["type"] == "application/ld+json":
            continue  # a block of data, which nothing runs
        assert script["src"]
        assert not script.text
    assert not page.all("style")
    for element in page.all():
        assert "style" not in element
        assert not [name for name in element.attributes if name.startswith("on")]


def test_nothing_comes_from_elsewhere(page: Element) -> None:
    assert urls(page)
    for url in urls(page):
        parts = urlsplit(url)
        assert not parts.scheme, url
        assert not parts.netloc, url


async def test_every_link_answers(page: Element, browser: Browser) -> None:
    for url in addresses(page):
        assert url.startswith("/videos/")
        assert await browser.status(url) == 200, url


def test_ids_are_unique_and_what_refers_to_them_finds_them(page: Element) -> None:
    ids = [e["id"] for e in page.all() if "id" in e]
    assert len(set(ids)) == len(ids)
    referred = [e[name] for e in page.all() for name in ("for", "aria-labelledby") if name in e]
    referred += [url[1:] for url in urls(page) if url.startswith("#")]
    assert "qv-content" in referred
    assert set(referred) <= set(ids)


def test_landmarks_and_headings(page: Element) -> None:
    assert page.one("html")["lang"] == "en"
    assert page.one("title").text
    assert page.one("main")["id"] == "qv-content"
    assert len(page.all("header")) == len(page.all("footer")) == 1
    assert all(nav["aria-label"] for nav in page.all("nav"))
    levels = [int(e.tag[1]) for e in page.all() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_everything_to_press_or_fill_in_has_a_name(page: Element) -> None:
    for element in page.all("a") + page.all("button") + page.all("summary"):
        assert element.text or element.get("aria-label")
    labelled = {label.get("for") for label in page.all("label") if label.text}
    inside = [field for label in page.all("label") if label.text for field in label.all()]
    for field in page.all("input") + page.all("select"):
        named = field.get("id") in labelled or field in inside or field.get("aria-label")
        assert field.get("type") == "hidden" or named
    for drawing in page.all("svg"):
        assert drawing["aria-hidden"] == "true"


def test_the_first_stop_of_the_keyboard_skips_to_the_content(page: Element) -> None:
    assert page.one("body").all("a")[0]["href"] == "#qv-content"
    assert not [e for e in page.all() if e.get("tabindex") not in {None, "-1"}]


def test_no_link_is_inside_another(page: Element) -> None:
    for element in page.all("a"):
        assert not element.all("a") + element.all("button")


async def test_a_mount_under_another_name_links_to_itself_only(
    make_app: Callable[..., Quart], filled: None
) -> None:
    app = make_app(mount={"name": "archive", "url_prefix": "/archive/of/films"})
    async with browsing(app) as browser:
        for state in STATES.values():
            page = await browser.open(f"/archive/of/films{state}")
            for url in addresses(page):
                assert url.startswith("/archive/of/films/")
                assert await browser.status(url) == 200, url


@pytest.mark.parametrize(
    ("filename", "media_type"),
    [
        ("quart-video.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("watch.js", "text/javascript; charset=utf-8"),
    ],
)
async def test_static_files_have_their_types(
    browser: Browser, filename: str, media_type: str
) -> None:
    response = await browser.client.get(f"/videos/-/static/{filename}")
    assert response.status_code == 200
    assert response.content_type.replace("svg+xml; charset=utf-8", "svg+xml") == media_type


@pytest.mark.parametrize("file", STATIC, ids=lambda file: file.name)
def test_static_files_load_nothing(file: Path) -> None:
    text = file.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")
    text = re.sub(r"(?m)(^|\s)//\s.*$", "", text)  # comments of JavaScript
    assert not re.search(r"url\(|@import|data:|//", text)


SHEETS = [file.name for file in STATIC if file.suffix == ".css"]


@pytest.mark.parametrize("name", SHEETS)
def test_a_style_sheet_stays_inside_its_own_pages(name: str) -> None:
    variables = (PACKAGE / "static" / "quart-video.css").read_text()
    sheet = (PACKAGE / "static" / name).read_text()
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    for selector in re.findall(r"([^{}]+)\{", sheet):
        assert ".qv" in selector or selector.strip() == ":root" or selector.strip()[0] == "@"
    for variable in re.findall(r"var\((--[\w-]+)", sheet):
        assert f"{variable}:" in variables


def test_every_variable_is_documented() -> None:
    root = (PACKAGE / "static" / "quart-video.css").read_text().partition("@media")[0]
    guide = (PACKAGE.parent / "docs" / "how_to_guides" / "templates.md").read_text()
    variables = re.findall(r"(?m)^  (--qv-[\w-]+):", root)
    assert len(variables) > 10
    for name in variables:
        assert f"`{name}`" in guide


def imported(name: str) -> set[str]:
    """Return a script, and what it cannot begin without."""
    text = (PACKAGE / "static" / name).read_text()
    found = re.findall(r'(?m)^import .* from "\./(.*)";$', text)
    return {name}.union(*map(imported, found))


@pytest.mark.parametrize("url", ["/", "/-/watch/A film 1.mp4"])
async def test_a_page_is_small(browser: Browser, put: Put, url: str) -> None:
    """With all that it loads before anybody does anything."""
    for number in range(1, 80):
        put(f"A film {number}.mp4", size=number * 10_000_000, when=time.time() - 60)
    for language in ("de", "en", "es", "fr"):
        put(f"A film 1.{language}.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    page = await browser.client.get(f"/videos{url}", headers={"Accept": "text/html"})
    html = await page.get_data(as_text=True)
    linked = set(re.findall(r"/-/static/[0-9a-f]{10}/([\w.-]+)", html))
    scripts = {name for name in linked if name.endswith(".js")}
    loaded = linked.union(*map(imported, scripts))
    assert len(loaded) > 4
    static = sum((PACKAGE / "static" / name).stat().st_size for name in loaded)
    assert len(html.encode()) + static < 50_000


NAMES = """\
A Walk Along the Northern Shore
Baking Bread at Home - Episode 1 - The Starter
City Lights (2019)
Conference Talk - Designing Interfaces that People Understand
Deep Sea Documentary Part 1
GOPR0042
Drone_Flight_over_the_Fjords
Family Reunion 2023-08-12
Grandma's Kitchen: Apple Strudel
VID_20240611
How Trains Work
Interview with the Mayor (uncut)
Introduction to Astronomy 01 - The Night Sky
الأهرام
Live at the Harbour Festival - Full Concert - Summer 2022
Übung macht den Meister
Mountain Biking in the Dolomites
Night Train to Lisbon
Old Film Reel 1964 restored
映画の予告編
Pottery Class
Road Trip Day 1
Snow in the Black Forest
The Making of a Violin
Whale Song
""".splitlines()


@pytest.mark.parametrize("signed", [False, True], ids=["plain", "signed"])
@pytest.mark.parametrize("view", ["grid", "list"])
async def test_a_gallery_with_posters_is_small(
    make_app: Callable[..., Quart],
    put: Put,
    monkeypatch: pytest.MonkeyPatch,
    *,
    view: str,
    signed: bool,
) -> None:
    names = [f"{name} {part}" for part in (1, 2) for name in NAMES]
    for number, name in enumerate(names):
        put(f"Holidays/{name}.mp4", size=number * 10_000_000, when=time.time() - 60)
        put(f"Holidays/{name}.en.vtt")
    video = serializers.ListingSerializer.video
    monkeypatch.setattr(
        serializers.ListingSerializer,
        "video",
        lambda *given: replace(video(*given), duration=3723.4),
    )
    app = make_app(
        SECRET_KEY="secret",
        VIDEO_MEDIA_PROCESSES=1,
        VIDEO_SURVEY=False,
        VIDEO_SIGNED_URLS=signed,
    )
    async with browsing(app) as browser:
        url = f"/videos/Holidays/?limit=50&view={view}"
        sent = await browser.client.get(url, headers={"Accept": "text/html"})
        html = await sent.get_data(as_text=True)
    page = parse(html)
    assert len(page.all("li", class_="qv-card")) == len(page.all("img")) == 50
    assert sum("srcset" in each for each in page.all("img")) == (50 if view == "grid" else 0)
    assert len(html.encode()) < (52_000 if signed else 50_000)
