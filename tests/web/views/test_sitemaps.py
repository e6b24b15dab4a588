"""What search engines are told of a whole library, if it is for everybody."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from quart import Quart, Request

from quart_video import Resource, VideoBlueprint
from quart_video.access import guard
from quart_video.catalogue import Finding, Page
from quart_video.command.folder_app import Given, make_app
from quart_video.library.state import library_of
from quart_video.web import sitemap
from quart_video.web.views import sitemaps
from tests.support.asgi import Sent, call, follow

INDEX = "/videos/-/sitemap.xml"
FIRST = "/videos/-/sitemap-videos.xml"
Make = Callable[..., Quart]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def make(*, authorize: Any = None, **config: Any) -> Quart:
        app = Quart(__name__)
        app.config.update({"MEDIA_ROOT": tmp_path, "VIDEO_SITEMAP": True} | config)
        app.register_blueprint(VideoBlueprint(authorize=authorize))
        return app

    return make


@pytest.fixture
def in_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "ENTRIES", 2)
    monkeypatch.setattr(sitemaps, "_QUERY", replace(sitemaps._QUERY, limit=2))  # noqa: SLF001


async def started(app: Quart) -> Quart:
    """Have all folders read, as the scan does that begins with the server."""
    async with app.app_context():
        async for _ in (await library_of("video")).catalogue.scan():
            pass
    return app


def locations(sent: Sent, kind: str) -> list[str]:
    assert sent.status == 200
    assert sent["content-type"] == "application/xml; charset=utf-8"
    root = ET.fromstring(sent.body)
    assert root.tag.endswith(f"}}{kind}")
    found = [entry.findtext("{*}loc") or "" for entry in root]
    assert all(len(url) < 2048 for url in found)
    return found


async def all_of(app: Quart) -> list[list[str]]:
    """Return the pages in each sitemap that the index names."""
    found = []
    for url in locations(await call(app, INDEX), "sitemapindex"):
        parts = urlsplit(url)
        found.append(locations(await call(app, parts.path, query=parts.query), "urlset"))
    return found


async def test_each_video_is_in_one_of_them(make: Make, tmp_path: Path, in_twos: None) -> None:
    names = ["a.mp4", "it's & <b>.mp4", "x/b\n\x01.mp4", "x/y/c.mp4", "z.mp4"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    app = await started(make())
    found = await all_of(app)
    assert [len(each) for each in found] == [2, 2, 1]
    pages = [url for each in found for url in each]
    before = "http://localhost/videos/-/watch/"
    assert sorted(unquote(url).removeprefix(before) for url in pages) == sorted(names)
    for url in pages:
        assert (await follow(app, url.removeprefix("http://localhost"))).status == 200


async def test_addresses_that_are_too_long(make: Make, tmp_path: Path, in_twos: None) -> None:
    """They are left out, and lose none of the others."""
    deep = tmp_path / "/".join(["d" * 255] * 5)
    deep.mkdir(parents=True)
    for name in ("1.mp4", "2.mp4", "3.mp4", f"{'é' * 122}.mp4", "5.mp4"):
        (deep / name).touch()
        (tmp_path / f"short {name}").touch()
    found = {url for each in await all_of(await started(make())) for url in each}
    assert len(found) == 9


async def test_what_is_told_of_a_video(make: Make, tmp_path: Path) -> None:
    for name in ("a & b.mp4", "long.mp4", "unknown.mp4"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1_763_817_300, 1_763_817_300))
    app = await started(make(VIDEO_MEDIA_PROCESSES=1))
    async with app.app_context():
        catalogue = (await library_of("video")).catalogue
        for name, seconds in (("a & b.mp4", 61.7), ("long.mp4", 30_000.0)):
            facts = (await catalogue.find(name)).entry.facts
            assert facts is not None
            await catalogue.set_found([Finding(name, facts.version, seconds)])
    one, long, unknown = ET.fromstring((await call(app, FIRST, host="a.example:81")).body)
    server, time = "http://a.example:81/videos", "2025-11-22T13:15:00Z"
    assert unknown.find("{*}video") is None
    assert one.findtext("{*}lastmod") == time
    (video,) = one.findall("{*}video")
    told = {child.tag.partition("}")[2]: child.text for child in video}
    assert (told.pop("thumbnail_loc") or "").startswith(f"{server}/-/poster/a%20&%20b.mp4?v=")
    assert told == {
        "title": "a & b",
        "description": "a & b",
        "content_loc": f"{server}/a%20&%20b.mp4",
        "duration": "62",
        "publication_date": time,
    }
    assert long.findtext("{*}video/{*}title") == "long"
    assert long.findtext("{*}video/{*}duration") is None


async def test_it_is_asked_for_again_for_nothing(make: Make, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    app = await started(make())
    sent = await call(app, FIRST)
    assert (await call(app, FIRST, headers={"If-None-Match": sent["etag"]})).status == 304
    head = await call(app, INDEX, "HEAD")
    assert (head.status, head.body, head["cache-control"]) == (200, b"", "no-cache")


async def allow(_: Request, __: Resource) -> bool:
    return True


@pytest.mark.parametrize(
    ("authorize", "config", "host"),
    [
        pytest.param(None, {"VIDEO_SITEMAP": False}, "localhost", id="off"),
        pytest.param(allow, {}, "localhost", id="authorize"),
        pytest.param(None, {"VIDEO_SIGNED_URLS": True, "SECRET_KEY": "s" * 32}, "a", id="signed"),
        pytest.param(None, {}, "no name", id="no full URL"),
    ],
)
async def test_there_is_none(
    make: Make, tmp_path: Path, authorize: Any, config: dict[str, Any], host: str
) -> None:
    (tmp_path / "a.mp4").touch()
    app = await started(make(authorize=authorize, **config))
    for url in (INDEX, FIRST):
        sent = await call(app, url, host=host)
        assert sent.status in (404, 403)
        assert b"a.mp4" not in sent.body


async def test_a_library_that_is_still_read(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Search engines would forget the rest."""
    page = guard.LibraryAccess.page

    async def scanning(access: Any, query: Any) -> Page:
        return replace(await page(access, query), scanning=True)

    app = make()
    (tmp_path / "a.mp4").touch()
    monkeypatch.setattr(guard.LibraryAccess, "page", scanning)
    for url in (INDEX, FIRST):
        sent = await call(app, url)
        assert (sent.status, sent["retry-after"]) == (503, "60")


async def test_a_cursor_of_something_else(make: Make) -> None:
    assert (await call(make(), FIRST, query="cursor=none")).status == 400


@pytest.mark.parametrize("wanted", [True, False])
async def test_the_command_names_it_to_crawlers(tmp_path: Path, *, wanted: bool) -> None:
    given = Given.from_json(Given(tmp_path, is_local=False, has_sitemap=wanted).to_json())
    app = make_app(given)
    lines = (await call(app, "/robots.txt", host="my_nas:8000")).body.decode().splitlines()
    assert ("Sitemap: http://my_nas:8000/-/sitemap.xml" in lines) is wanted
    assert ("Allow: /-/sitemap" in lines) is wanted
    assert (await call(app, "/-/sitemap.xml")).status == (200 if wanted else 404)
