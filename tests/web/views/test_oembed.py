"""What a site is told that is given a link to a video."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree as ET

import pytest
from quart import Quart, Request

from quart_video import Resource, VideoBlueprint
from quart_video.library import media_info
from tests.support.asgi import Sent, call, follow
from tests.web.pages.document import parse

PATH = "/videos/-/oembed"
TITLE = 'it\'s "a" <b> & #1'
WATCH = f"/videos/-/watch/x/{quote(TITLE)}.mp4"
Make = Callable[..., Quart]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / f"{TITLE}.mp4").write_bytes(b"no video")

    def make(*, authorize: Any = None, url_prefix: str = "/videos", **config: Any) -> Quart:
        app = Quart(__name__)
        app.config["MEDIA_ROOT"] = tmp_path
        app.config["VIDEO_EMBED_ORIGINS"] = ["https://blog.example"]
        app.config.update(config)
        app.register_blueprint(VideoBlueprint(authorize=authorize, url_prefix=url_prefix))
        return app

    return make


async def ask(app: Quart, url: str, *, host: str = "localhost", **parameters: Any) -> Sent:
    return await call(app, PATH, query=urlencode({"url": url, **parameters}), host=host)


async def test_the_answer(make: Make) -> None:
    sent = await ask(make(VIDEO_TITLE="Films"), f"http://localhost{WATCH}")
    assert (sent.status, sent["content-type"]) == (200, "application/json")
    answer = json.loads(sent.body)
    frame = parse(answer.pop("html")).one("iframe")
    assert answer == {
        "version": "1.0",
        "type": "video",
        "title": TITLE,
        "provider_name": "Films",
        "provider_url": "http://localhost/videos/",
        "width": 640,
        "height": 360,
    }
    assert (frame["width"], frame["height"], frame["title"]) == ("640", "360", TITLE)
    assert (await follow(make(), frame["src"].removeprefix("http://localhost"))).status == 200


async def test_as_xml(make: Make) -> None:
    app = make()
    sent = await ask(app, f"http://localhost{WATCH}", format="xml")
    assert sent["content-type"] == "text/xml; charset=utf-8"
    root = ET.fromstring(sent.body)
    assert root.tag == "oembed"
    as_json = json.loads((await ask(app, f"http://localhost{WATCH}")).body)
    assert {child.tag: child.text for child in root} == {k: str(v) for k, v in as_json.items()}
    assert (await ask(app, f"http://localhost{WATCH}", format="yaml")).status == 501


async def test_a_site_finds_it_by_the_page(make: Make) -> None:
    """Also by an address with a time in it, and of the player; and behind a prefix."""
    app = make()
    for page in (WATCH, f"{WATCH}?t=9", WATCH.replace("watch", "embed")):
        host: Any = {"host": "films.example:8080", "root_path": "/behind"}
        html = (await follow(app, f"/behind{WATCH}", **host)).body.decode()
        link = parse(html).one("link", type="application/json+oembed")
        assert link["title"] == TITLE
        parts = urlsplit(link["href"])
        assert parts.netloc == "films.example:8080"
        sent = await follow(app, f"{parts.path}?{parts.query}", **host)
        assert json.loads(sent.body)["title"] == TITLE
        url = f"http://films.example:8080/behind{page}"
        again = await call(app, f"/behind{PATH}", query=urlencode({"url": url}), **host)
        assert again.body == sent.body


@pytest.mark.parametrize(
    ("most", "size"),
    [
        ({"maxwidth": 320}, (320, 180)),
        ({"maxheight": 90}, (160, 90)),
        ({"maxwidth": 1280}, (1280, 720)),
        ({"maxwidth": 1280, "maxheight": 90}, (160, 90)),
        ({"maxwidth": ""}, (640, 360)),
    ],
)
async def test_the_largest_that_fits(
    make: Make, most: dict[str, Any], size: tuple[int, int]
) -> None:
    answer = json.loads((await ask(make(), f"http://localhost{WATCH}", **most)).body)
    assert (answer["width"], answer["height"]) == size


async def test_a_picture_with_its_size(
    make: Make, tmp_path: Path, films: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_info, "GLANCE", 60)  # the machine may be busy
    copy(films("h264.mp4"), tmp_path / "a.mp4")
    app = make(VIDEO_MEDIA_PROCESSES=1)
    async with app.test_app():
        answer = json.loads((await ask(app, "http://localhost/videos/-/watch/a.mp4")).body)
        poster = answer["thumbnail_url"].removeprefix("http://localhost")
        assert (await follow(app, poster))["content-type"] == "image/jpeg"
    assert (answer["thumbnail_width"], answer["thumbnail_height"]) == (160, 90)


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example" + WATCH,
        "http://localhost:81" + WATCH,
        "ftp://localhost" + WATCH,
        "//localhost" + WATCH,
        WATCH,
        "http://localhost/videos/",
        "http://localhost/videos/x/a.mp4",
        "http://localhost/videos/-/watch/",
        "http://localhost/videos/-/watch/none.mp4",
        "http://localhost/videos/-/watch/../x",
        "http://localhost/videos/-/watch/%00.mp4",
        "http://localhost/videos/-/watch/%ff.mp4",
        "http://localhost/videos/-/watch/" + "a" * 5000,
        "http://[::1/videos/-/watch/x",
        "http://localhost/-/watch/x.mp4",
        "none",
    ],
)
async def test_what_is_no_page_of_ours(make: Make, url: str) -> None:
    assert (await ask(make(), url)).status == 404


@pytest.mark.parametrize(
    "query",
    ["", "url=", "url=http://localhost/&maxwidth=0", "url=a&maxheight=1e3", "url=a&maxwidth=-1"],
)
async def test_what_is_wrong_is_told(make: Make, query: str) -> None:
    sent = await call(make(), PATH, query=query)
    assert sent.status == 400
    assert any(name in sent.body for name in (b"url is missing", b"maxwidth", b"maxheight"))


async def allow(_: Request, __: Resource) -> bool:
    return True


@pytest.mark.parametrize(
    ("authorize", "config"),
    [
        pytest.param(allow, {}, id="authorize"),
        pytest.param(None, {"VIDEO_SIGNED_URLS": True, "SECRET_KEY": "s" * 32}, id="signed"),
        pytest.param(None, {"VIDEO_EMBED_ORIGINS": []}, id="no site may"),
    ],
)
async def test_nothing_where_not_everybody_may_see_it(
    make: Make, authorize: Any, config: dict[str, Any]
) -> None:
    """Not even whether there is such a video."""
    app = make(authorize=authorize, **config)
    assert b"oembed" not in (await follow(app, WATCH)).body
    there = await ask(app, f"http://localhost{WATCH}")
    not_there = await ask(app, "http://localhost/videos/-/watch/none.mp4")
    assert (there.status, there.body) == (404, not_there.body)
