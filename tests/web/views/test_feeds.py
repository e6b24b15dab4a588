"""Listings for feed readers and players, as a feed parser and an XML parser read them."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from quart import Quart, Request

from quart_video import Access, Resource, video_bp
from quart_video.blueprint import VideoBlueprint
from quart_video.catalogue import Finding
from quart_video.library.state import library_of
from tests.support.asgi import Sent, call

feedparser: Any = pytest.importorskip("feedparser")

Make = Callable[..., Quart]
FEED = "/videos/-/feed.rss"
XSPF = "/videos/-/playlist.xspf"
WHEN = 1_763_817_300  # 2025-11-22T13:15:00Z
HOSTILE = (
    "a\nb",
    "\x01\x1b[31m\x7f\x85",
    "]]><item>&amp;",
    'it\'s "double" <b>',
    "\ufffe\uffff",
    "100% #1?",
    unicodedata.normalize("NFD", "Größe"),
    "日本 🎬",
    "http:/",
)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def make(blueprint: VideoBlueprint = video_bp, **config: object) -> Quart:
        app = Quart(__name__)
        app.config.update({"MEDIA_ROOT": str(tmp_path), "VIDEO_MEDIA_PROCESSES": 0} | config)
        app.register_blueprint(blueprint)
        return app

    return make


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., None]:
    def put(path: str, *, size: int = 1, when: float = WHEN) -> None:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * size)
        os.utime(file, (when, when))

    return put


def parsed(sent: Sent) -> Any:
    assert sent.status == 200
    assert sent["content-type"] == "application/rss+xml; charset=utf-8"
    ET.fromstring(sent.body)
    feed = feedparser.parse(sent.body, response_headers={"content-type": sent["content-type"]})
    assert not feed.bozo
    return feed


def links(feed: Any) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in feed.feed.links}


def target(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.path, parts.query


async def test_all_that_a_reader_looks_for(make: Make, put: Callable[..., None]) -> None:
    put("Course/Lesson 1.mkv", size=12)
    app = make()
    await call(app, FEED)
    async with app.app_context():
        library = await library_of("video")
        item = await library.catalogue.find("Course/Lesson 1.mkv")
        assert item.entry.facts is not None
        await library.catalogue.set_found(
            [Finding("Course/Lesson 1.mkv", item.entry.facts.version, 61.7)]
        )
    feed = parsed(await call(app, FEED, query="folder=Course", host="films.example:81"))
    server = "http://films.example:81/videos"
    assert feed.feed.title == "Course · Videos"
    assert feed.feed.description == "Videos of Course, the newest first"
    assert feed.feed.language == "en"
    assert links(feed) == {
        "alternate": f"{server}/Course/",
        "self": f"{server}/-/feed.rss?folder=Course",
    }
    (entry,) = feed.entries
    assert (entry.title, entry.link) == ("Lesson 1", f"{server}/-/watch/Course/Lesson%201.mkv")
    (file,) = entry.enclosures
    assert file == {
        "href": f"{server}/Course/Lesson%201.mkv",
        "type": "video/matroska",
        "length": "12",
    }
    assert parsedate_to_datetime(entry.published).timestamp() == WHEN
    assert [tag["term"] for tag in entry.tags] == ["Course"]
    assert entry.itunes_duration == "62"
    assert "media_thumbnail" not in entry


async def test_newest_first_and_what_is_below(make: Make, put: Callable[..., None]) -> None:
    for number, path in enumerate(("a.mp4", "x/b.mp4", "c.mp4", "x/y/d.mp4")):
        put(path, when=WHEN + number)
    app = make()

    async def titles(query: str) -> list[str]:
        return [entry.title for entry in parsed(await call(app, FEED, query=query)).entries]

    assert await titles("") == ["d", "c", "b", "a"]
    assert await titles("recursive=0") == ["c", "a"]
    assert await titles("sort=name") == ["a", "c", "b", "d"]
    assert await titles("folder=x") == ["d", "b"]
    assert await titles("q=x b") == ["b"]
    assert await titles("q=x b&recursive=0") == []


@pytest.mark.parametrize("query", ["limit=2", "limit=2&sort=name&recursive=0", "limit=2&q=f"])
async def test_pages_lead_to_all_of_it(make: Make, put: Callable[..., None], query: str) -> None:
    for number in range(5):
        put(f"f{number}.mp4", when=WHEN - number)
    app = make()
    found: list[str] = []
    next_url: str | None = f"http://localhost{FEED}?{query}"
    while next_url:
        path, parameters = target(next_url)
        feed = parsed(await call(app, path, query=parameters))
        own = links(feed)["self"]
        again = await call(app, target(own)[0], query=target(own)[1])
        assert [entry.title for entry in parsed(again).entries] == [e.title for e in feed.entries]
        found += [entry.title for entry in feed.entries]
        next_url = links(feed).get("next")
    assert found == [f"f{number}" for number in range(5)]


async def test_a_page_is_bounded(make: Make) -> None:
    assert (await call(make(), FEED, query="limit=501")).status == 400
    assert (await call(make(), FEED, query="cursor=none")).status == 400
    assert (await call(make(), FEED, query="folder=nowhere")).status == 404


async def test_any_name_stays_text_and_leads_to_its_file(
    make: Make, put: Callable[..., None]
) -> None:
    for number, name in enumerate(HOSTILE):
        put(f"{name}/{name.replace('/', '')}.mp4", size=number + 1, when=WHEN - number)
    app = make(VIDEO_TITLE="<b>]]>&\x02")
    sent = await call(app, FEED)
    assert parsed(sent).feed.title_detail.value == "<b>]]>&\ufffd"
    # Not by the feed parser: it takes an "&amp;amp;" for "&".
    items = ET.fromstring(sent.body).findall("channel/item")
    files = [(item.findtext("link") or "", item[-1].attrib) for item in items]
    assert [int(file["length"]) for _, file in files] == [*range(1, len(HOSTILE) + 1)]
    for page, file in files:
        path, query = target(file["url"])
        assert not query
        head = await call(app, unquote(path), "HEAD")
        assert (head.status, head["content-length"]) == (200, file["length"])
        assert (await call(app, unquote(target(page)[0]))).status == 200
    playlist = ET.fromstring((await call(app, XSPF, query="recursive=1")).body)
    tracks = [track.text or "" for track in playlist.findall(".//{*}location")]
    assert sorted(tracks) == sorted(file["url"] for _, file in files)


async def test_it_is_asked_for_again_for_nothing(make: Make, put: Callable[..., None]) -> None:
    put("a.mp4")
    app = make()
    for url in (FEED, XSPF):
        sent = await call(app, url)
        again = await call(app, url, headers={"If-None-Match": sent["etag"]})
        assert (again.status, again.body) == (304, b"")
        # There is no time at which a video went away.
        assert "last-modified" not in sent
    put("b.mp4")
    (head,) = [await call(app, FEED, "HEAD")]
    assert (head.status, head.body) == (200, b"")


async def test_a_video_is_known_by_its_path_alone(make: Make, put: Callable[..., None]) -> None:
    """Whatever the server is called, and whatever the file becomes; but not by another name."""
    put("a.mp4")
    signed = make(VIDEO_SIGNED_URLS=True, SECRET_KEY="s" * 32)
    keys = [
        parsed(await call(app, FEED, host=host)).entries[0].id
        for app in (make(), signed)
        for host in ("localhost", "films.example")
    ]
    put("a.mp4", size=3, when=WHEN + 9)
    keys.append(parsed(await call(make(), FEED)).entries[0].id)
    assert len(set(keys)) == 1
    put("b.mp4")
    (_, other) = parsed(await call(make(), FEED)).entries
    assert other.id != keys[0]


async def test_what_may_not_be_seen_is_left_out(make: Make, put: Callable[..., None]) -> None:
    for path in ("a.mp4", "secret.mp4", "secret/b.mp4"):
        put(path)

    async def authorize(_: Request, resource: Resource) -> Access:
        return Access.HIDE if "secret" in resource.path else Access.ALLOW

    app = make(VideoBlueprint(authorize=authorize))
    for url in (FEED, XSPF):
        sent = await call(app, url, query="recursive=1")
        assert sent.status == 200
        assert b"/a.mp4" in sent.body
        assert b"secret" not in sent.body
        assert sent["cache-control"] == "private, no-cache"
        assert (await call(app, url, query="folder=secret")).status == 404


async def test_a_login_of_the_app_is_asked_for(make: Make, put: Callable[..., None]) -> None:
    put("a.mp4")
    app = make(VIDEO_SITEMAP=True, VIDEO_EMBED_ORIGINS="*")

    @app.before_request
    async def refuse() -> tuple[str, int]:
        return "Log in", 401

    page = "url=http://localhost/videos/-/watch/a.mp4"
    for url in (FEED, XSPF, "/videos/-/sitemap.xml", f"/videos/-/oembed?{page}"):
        path, query = target(url)
        sent = await call(app, path, query=query)
        assert (sent.status, sent.body) == (401, b"Log in")


async def test_addresses_are_signed_where_signing_is_on(
    make: Make, put: Callable[..., None]
) -> None:
    put("a & b.mp4")
    app = make(VIDEO_SIGNED_URLS=True, SECRET_KEY="s" * 32)
    sent = await call(app, FEED)
    assert sent["referrer-policy"] == "same-origin"
    rss = parsed(sent).entries[0].enclosures[0].href
    xspf = ET.fromstring((await call(app, XSPF)).body).findtext(".//{*}location") or ""
    for url in (rss, xspf):
        path, query = target(url)
        assert query.startswith("signature=")
        assert (await call(app, unquote(path), "HEAD")).status == 403
        assert (await call(app, unquote(path), "HEAD", query=query)).status == 200


@pytest.mark.parametrize(
    ("host", "server"),
    [("my_films:81", "http://my_films:81"), ("a b", ""), ("films.example", "http://films.example")],
)
async def test_the_name_is_the_one_the_client_asks_by(
    make: Make, put: Callable[..., None], host: str, server: str
) -> None:
    """As playlists have it: by the field itself, so that a name of a container works."""
    put("a.mp4")
    app = make()
    root = ET.fromstring((await call(app, FEED, host=host)).body)
    enclosure = root.find("channel/item/enclosure")
    assert enclosure is not None
    assert enclosure.get("url") == f"{server}/videos/a.mp4"
    assert root.findtext("channel/link") == f"{server}/videos/"
    m3u = (await call(app, "/videos/-/playlist.m3u", host=host)).body.decode()
    assert m3u.splitlines()[-1] == f"{server}/videos/a.mp4"


async def test_xspf_is_saved(make: Make, put: Callable[..., None]) -> None:
    put("a.mp4")
    sent = await call(make(VIDEO_TITLE="Films"), XSPF)
    assert sent["content-type"] == "application/xspf+xml; charset=utf-8"
    assert sent["content-disposition"] == 'attachment; filename="Films.xspf"'
