"""Every address that is handed out leads somewhere, wherever the app is mounted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypercorn.middleware import DispatcherMiddleware
from quart import Blueprint, Quart, url_for

from quart_video import VideoBlueprint, video_bp
from tests.support.asgi import ASGI, Sent, call

_IN_HTML = re.compile(r'\b(?:href|src|action|data-qv-page)="([^"#]+)')
_IN_XML = re.compile(r"""(?:(?:href|url)="|<(?:link|location|info|image)>)([^"<]+)""")
_CHOICE = re.compile(r"[?&](?:view|sort)=")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "one #1.mp4").write_bytes(b"one")
    (tmp_path / "a b" / "one #1.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    for number in range(3):
        (tmp_path / f"{number}.mp4").write_bytes(b"x")
    return tmp_path


def addresses(sent: Sent) -> Iterator[str]:
    """Give all that an answer leads to."""
    text = sent.body.decode()
    if "location" in sent:
        yield sent["location"]
    elif sent["content-type"].startswith("text/html"):
        yield from (unescape(address) for address in _IN_HTML.findall(text))
    elif sent["content-type"].startswith("application/json"):
        yield from _in_json(json.loads(text))
    elif "xml" in sent["content-type"]:
        yield from (unescape(address) for address in _IN_XML.findall(text))
    elif "mpegurl" in sent["content-type"]:
        yield from (line for line in text.splitlines() if not line.startswith("#"))


def _in_json(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name.endswith("url") and item is not None:
                yield item
            elif not isinstance(item, str):
                yield from _in_json(item)
    elif isinstance(value, list):
        for item in value:
            yield from _in_json(item)


PAGE = {"Accept": "text/html,*/*;q=0.8"}
"""As browsers send it."""


async def crawl(app: ASGI, start: str, prefix: str, **options: Any) -> set[str]:
    """Follow all that is handed out; return the paths that were found.

    :param prefix: what all of it has to begin with.
    """
    base = f"http://{options.get('host', 'localhost')}{start}"
    todo, found = [base], {base}
    while todo:
        url = todo.pop()
        parts = urlsplit(url)
        assert parts.netloc == urlsplit(base).netloc, url
        assert parts.path.startswith(prefix), url
        sent = await call(app, unquote(parts.path), headers=PAGE, query=parts.query, **options)
        assert sent.status in (200, 308), url
        for address in addresses(sent):
            target = urljoin(url, address)
            # One order and one view are enough.
            if target not in found and not _CHOICE.search(target):
                found.add(target)
                todo.append(target)
    paths = {unquote(urlsplit(url).path) for url in found}
    return {re.sub(r"(/static/)[0-9a-f]{10}/", r"\1", path) for path in paths}


def expected(prefix: str) -> set[str]:
    one = "a b/one #1"
    below = {
        *("", "a b/", f"{one}.mp4", "0.mp4", f"-/watch/{one}.mp4", "-/watch/2.mp4"),
        *("-/api/videos", f"-/api/videos/{one}.mp4", f"-/captions/{one}.en.vtt"),
        *("-/playlist.m3u", "-/playlist.xspf", "-/feed.rss", "-/static/quart-video.css"),
    }
    return {prefix + path for path in below}


Make = Callable[..., Quart]


@pytest.fixture
def make(root: Path) -> Make:
    def make(**config: Any) -> Quart:
        app = Quart(__name__)
        app.config |= {"MEDIA_ROOT": root, "VIDEO_PAGE_SIZE": 2, "SECRET_KEY": "of the tests"}
        app.config |= config
        return app

    return make


@pytest.mark.parametrize("signed", [False, True])
async def test_plain(make: Make, signed: bool) -> None:  # noqa: FBT001
    app = make(VIDEO_SIGNED_URLS=signed)
    app.register_blueprint(video_bp)
    assert expected("/videos/") <= await crawl(app, "/videos", "/videos")


@pytest.mark.parametrize("signed", [False, True])
async def test_behind_a_prefix(make: Make, signed: bool) -> None:  # noqa: FBT001
    app = make(VIDEO_SIGNED_URLS=signed)
    app.register_blueprint(video_bp)
    found = await crawl(app, "/media/x/videos", "/media/x/videos", root_path="/media/x")
    assert expected("/media/x/videos/") <= found


async def test_under_a_dispatcher(make: Make) -> None:
    """As SCRIPT_NAME does for WSGI: an app among others, below a path."""
    app, other = make(), Quart("other")
    app.register_blueprint(video_bp)
    both = DispatcherMiddleware({"/media": app, "/": other})
    assert expected("/media/videos/") <= await crawl(both, "/media/videos", "/media/videos")


async def test_nested_and_at_the_root_of_a_prefix(make: Make) -> None:
    app = make()
    outer = Blueprint("outer", __name__, url_prefix="/outer")
    outer.register_blueprint(VideoBlueprint(url_prefix="/films"))
    app.register_blueprint(outer)
    app.register_blueprint(VideoBlueprint("top", url_prefix="/"))
    where = {"root_path": "/media"}
    assert expected("/media/outer/films/") <= await crawl(
        app, "/media/outer/films/", "/media/outer/films/", **where
    )
    assert expected("/media/") <= await crawl(app, "/media/", "/media/", **where)


async def test_with_a_server_name(make: Make) -> None:
    app = make(SERVER_NAME="media.example.org:8443")
    app.register_blueprint(video_bp)
    where = {"host": "media.example.org:8443", "root_path": "/m"}
    assert expected("/m/videos/") <= await crawl(app, "/m/videos", "/m/videos", **where)


async def test_on_a_subdomain(make: Make) -> None:
    app = Quart(__name__, subdomain_matching=True)
    app.config |= make().config | {"SERVER_NAME": "example.org"}
    app.register_blueprint(VideoBlueprint(), subdomain="media")
    where = {"host": "media.example.org"}
    assert expected("/videos/") <= await crawl(app, "/videos", "/videos", **where)


@pytest.mark.parametrize("subdomain", [None, "media"])
@pytest.mark.parametrize("host", ["10.0.0.1", "10.0.0.1:8000", "[::1]:8000", "localhost", "x.org"])
@pytest.mark.filterwarnings("ignore:Current server name:UserWarning")
async def test_health_by_any_name(make: Make, subdomain: str | None, host: str) -> None:
    """A probe asks by an address. Of all else the app has one name."""
    app = Quart(__name__, subdomain_matching=subdomain is not None)
    app.config |= make().config | {"SERVER_NAME": "example.org"}
    app.register_blueprint(VideoBlueprint(), subdomain=subdomain)
    health = "/videos/-/health"
    for method, status in (("GET", 200), ("HEAD", 200), ("POST", 405)):
        reply = await call(app, health, method=method, host=host)
        assert reply.status == status
    assert (await call(app, health, host=host))["cache-control"] == "no-store"
    for path in ("/videos/", "/videos/0.mp4", "/videos/-/static/x", f"{health}/"):
        assert (await call(app, path, host=host)).status == 404
    async with app.app_context():
        own = f"http://{subdomain + '.' if subdomain else ''}example.org{health}"
        assert url_for("video.health", _external=True) == own


async def test_another_path_is_none_of_ours(make: Make) -> None:
    app = make()
    app.register_blueprint(video_bp)
    for path in ("/videos/0.mp4", "/other/videos/0.mp4", "/media"):
        assert (await call(app, path, root_path="/media")).status == 404


@pytest.mark.parametrize(
    "host", ["localhost:8000", "web_1:5000", "example.org:", "b\xfccher", "[::1]"]
)
@pytest.mark.parametrize("root_path", ["", "/media"])
async def test_the_slash_of_a_mount_names_no_server(make: Make, root_path: str, host: str) -> None:
    """A front knows better whom its client has asked, and by which scheme."""
    app = make()
    app.register_blueprint(video_bp)
    app.add_url_rule("/own/", "own", view_func=lambda: "of the app")
    where: dict[str, Any] = {"root_path": root_path, "host": host}
    for method in ("GET", "HEAD"):
        sent = await call(app, f"{root_path}/videos", method, query="q=a%20b&limit=1", **where)
        assert (sent.status, sent["location"]) == (308, f"{root_path}/videos/?q=a%20b&limit=1")
        assert sent["content-length"] == str(len(sent.body)) or method == "HEAD"
        assert b"http:" not in sent.body
    if host == "localhost:8000":
        other = await call(app, f"{root_path}/own", **where)
        assert other["location"] == f"http://{host}{root_path}/own/"


async def test_a_slash_leads_to_no_other_server(make: Make) -> None:
    """As a path that begins with two slashes would."""
    app = make()
    app.register_blueprint(video_bp)
    sent = await call(app, "//evil.example/videos", root_path="//evil.example")
    assert sent.status == 308
    assert urlsplit(sent["location"]).netloc in ("", "localhost")
