"""The player alone, for frames in other pages: what is in it, who may have it, and where."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from quart import Quart, Request

from quart_video import FullVideo, Resource, VideoBlueprint, library, sign_url
from quart_video.media.details import Details
from quart_video.policy.frame_ancestors import player_policy
from quart_video.web.embedding import frame, frame_size
from tests.support.asgi import Sent, call
from tests.web.pages.document import Element, parse

KEY = "a key of sixteen letters and more"
EMBED = "/videos/-/embed/films/one #1.mp4"
Make = Callable[..., Quart]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "one #1.mp4").write_bytes(b"no video")
    (tmp_path / "films" / "one #1.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    (tmp_path / "films" / "two.mp4").write_bytes(b"another")

    def make(*, authorize: Any = None, **config: Any) -> Quart:
        app = Quart(__name__)
        app.config["MEDIA_ROOT"] = tmp_path
        app.config["VIDEO_SIGNING_KEYS"] = [KEY]
        app.config.update(config)
        app.register_blueprint(VideoBlueprint(authorize=authorize))
        return app

    return make


async def nobody(_: Request, __: Resource) -> bool:
    return False


async def follow(app: Quart, url: str, **options: Any) -> Sent:
    parts = urlsplit(url)
    return await call(app, unquote(parts.path), query=parts.query, **options)


def addresses(page: Element) -> list[str]:
    """Return the addresses of what is played."""
    video = page.one("video")
    return [video["src"], *(track["src"] for track in video.all("track"))]


async def test_the_page(make: Make) -> None:
    sent = await call(make(VIDEO_TITLE="Films"), EMBED, query="t=90")
    assert sent.status == 200
    page = parse(sent.body.decode())
    watch = "/videos/-/watch/films/one%20%231.mp4"
    assert addresses(page) == [
        "/videos/films/one%20%231.mp4#t=90",
        "/videos/-/captions/films/one%20%231.en.vtt",
    ]
    assert "controls" in page.one("video")
    assert page.one("meta", name="robots")["content"] == "noindex"
    assert page.one("link", rel="canonical")["href"] == watch
    assert page.one("h1").one("a")["href"] == watch
    assert page.one("h1").one("small").text == "Watch on Films"
    assert [link["href"] for link in page.all("a")][-1] == watch
    assert not page.all("header") + page.all("style")
    assert all("style" not in element for element in page.all())


async def test_it_is_small(make: Make) -> None:
    """With all that it loads before anybody does anything."""
    app = make()
    html = (await call(app, EMBED)).body.decode()
    linked = set(re.findall(r'"(/videos/-/static/[\w./-]+)"', html))
    assert len(linked) == 4
    linked.add("/videos/-/static/begin.js")
    static = [(await call(app, url)) for url in linked]
    assert all(sent.status == 200 for sent in static)
    assert len(html) + sum(len(sent.body) for sent in static) < 20_000


@pytest.mark.parametrize(
    ("config", "ancestors"),
    [
        ({}, "'self'"),
        ({"VIDEO_EMBED_ORIGINS": "https://example.org"}, "'self' https://example.org"),
        (
            {"VIDEO_EMBED_ORIGINS": ["https://b.example:8443", "https://*.a.example"]},
            "'self' https://*.a.example https://b.example:8443",
        ),
        ({"VIDEO_EMBED_ORIGINS": ["*"]}, "*"),
    ],
)
async def test_the_policy(make: Make, config: dict[str, Any], ancestors: str) -> None:
    app = make(**config)
    policy = (await call(app, EMBED))["content-security-policy"]
    directives = dict(each.split(" ", 1) for each in policy.split("; "))
    assert directives.pop("frame-ancestors") == ancestors
    assert directives.pop("default-src") == "'none'"
    assert set(directives.values()) == {"'self'", "'none'"}
    assert "unsafe" not in policy
    unchanged = await call(app, EMBED, headers={"If-None-Match": "*"})
    assert (unchanged.status, unchanged["content-security-policy"]) == (304, policy)
    assert "content-security-policy" not in await call(app, "/videos/-/watch/films/two.mp4")


def test_the_policy_where_a_store_sends_the_videos() -> None:
    assert "media-src *;" in player_policy((), redirects=True)
    assert "media-src 'self';" in player_policy(("*",), redirects=False)


@pytest.mark.parametrize("path", ["none.mp4", "films", "films/one #1.en.vtt", "../x.mp4"])
async def test_what_is_no_video(make: Make, path: str) -> None:
    assert (await call(make(), f"/videos/-/embed/{path}")).status == 404


class TestTheCode:
    """What a person may put into another page, on the watch page."""

    @staticmethod
    async def code(app: Quart) -> str | None:
        page = parse((await call(app, "/videos/-/watch/films/one #1.mp4")).body.decode())
        found = page.all("textarea")
        return found[0].raw_text if found else None

    async def test_it_shows_the_player(self, make: Make) -> None:
        code = await self.code(make(VIDEO_EMBED_ORIGINS="*"))
        assert code is not None
        element = parse(code).one("iframe")
        assert element["src"] == "http://localhost/videos/-/embed/films/one%20%231.mp4"
        assert (element["width"], element["height"]) == ("640", "360")
        assert element["title"] == "one #1"

    @pytest.mark.parametrize(
        "config", [{}, {"VIDEO_EMBED_ORIGINS": "*", "VIDEO_SIGNED_URLS": True}]
    )
    async def test_not_where_it_would_not_work(self, make: Make, config: dict[str, Any]) -> None:
        assert await self.code(make(**config)) is None

    async def test_a_title_is_text(self) -> None:
        title = 'a "b" <i>&amp;</textarea>'
        code = frame(_video(title=title), "https://example.org/?a=1&b=2", (640, 360))
        element = parse(code).one("iframe")
        assert (element["title"], element["src"]) == (title, "https://example.org/?a=1&b=2")


def _video(title: str = "a", size: tuple[int | None, int | None] | None = None) -> FullVideo:
    video: Any = object.__new__(FullVideo)
    object.__setattr__(video, "title", title)
    details: Any = None
    if size is not None:
        details = object.__new__(Details)
        object.__setattr__(details, "width", size[0])
        object.__setattr__(details, "height", size[1])
    object.__setattr__(video, "details", details)
    return video  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("size", "most", "frame_of"),
    [
        (None, (640, 640), (640, 360)),
        ((None, None), (640, 640), (640, 360)),
        ((1920, 1080), (640, 640), (640, 360)),
        ((320, 240), (640, 640), (640, 480)),
        ((1080, 1920), (640, 640), (360, 640)),
        ((1920, 800), (300, 100), (240, 100)),
        ((10_000, 1), (100, 100), (100, 1)),
    ],
)
def test_a_frame_that_the_video_fills(
    size: tuple[int | None, int | None] | None, most: tuple[int, int], frame_of: tuple[int, int]
) -> None:
    assert frame_size(_video(size=size), *most) == frame_of


class TestSigned:
    """A signature for the player is one for all that it needs, and for nothing else."""

    async def test_it_plays_what_the_app_would_not_give(self, make: Make) -> None:
        app = make(authorize=nobody)
        assert (await call(app, EMBED)).status == 404
        async with app.app_context():
            url = await sign_url("films/one #1.mp4", "embed", expires=600)
        sent = await follow(app, url)
        assert sent.status == 200
        assert sent["cache-control"] == "private, no-cache"
        assert sent["referrer-policy"] == "same-origin"
        page = parse(sent.body.decode())
        until = url.partition("signature=")[2].partition(".")[0]
        for address in addresses(page):
            assert f"?signature={until}." in address
            assert (await follow(app, address)).status == 200
            assert (await follow(app, address.replace("one%20%231", "two"))).status == 403
        assert (await follow(app, page.one("h1").one("a")["href"])).status == 404
        for other in ("watch", "api/videos", "mp4"):
            assert (await follow(app, url.replace("/embed/", f"/{other}/"))).status == 403

    async def test_for_the_one_client_it_is_for(self, make: Make) -> None:
        app = make(authorize=nobody)
        async with app.app_context():
            url = await sign_url("films/two.mp4", "embed", expires=600, client="192.0.2.1")
        assert (await follow(app, url)).status == 403
        sent = await follow(app, url, client="192.0.2.1")
        media = addresses(parse(sent.body.decode()))[0]
        assert (await follow(app, media, client="192.0.2.1")).status == 200
        assert (await follow(app, media)).status == 403

    async def test_where_all_is_signed(self, make: Make) -> None:
        app = make(VIDEO_SIGNED_URLS=True)
        assert (await call(app, EMBED)).status == 403
        async with app.app_context():
            url = await library().url("films/one #1.mp4", "embed")
        sent = await follow(app, url)
        for address in addresses(parse(sent.body.decode())):
            assert (await follow(app, address)).status == 200

    async def test_what_has_ended(self, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        app = make(authorize=nobody)
        async with app.app_context():
            url = await sign_url("films/two.mp4", "embed", expires=600)
        media = addresses(parse((await follow(app, url)).body.decode()))[0]
        later = time.time() + 601
        monkeypatch.setattr(time, "time", lambda: later)
        assert (await follow(app, url)).status == 403
        assert (await follow(app, media)).status == 403


async def test_from_code(make: Make) -> None:
    app = make()
    async with app.test_request_context("/"):
        videos = library()
        path = "films/one #1.mp4"
        assert await videos.url(path, "embed") == "/videos/-/embed/films/one%20%231.mp4"
        full = await videos.url(path, "embed", external=True)
        assert full == "http://localhost/videos/-/embed/films/one%20%231.mp4"
        assert "?signature=" in await videos.url(path, "embed", expires=60)
