"""What chats and search engines find on the page of a video."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from PIL import Image
from quart import Quart, Request

from quart_video import FullVideo, Resource, VideoBlueprint, library
from quart_video.library import media_info
from quart_video.media.details import Chapter, Details
from quart_video.web.link_preview import Links, link_preview, poster_size
from tests.support.asgi import call, follow
from tests.web.pages.document import Element, parse

PAGE = {"Accept": "text/html"}
Make = Callable[..., Quart]
LINKS = Links("http://a/p", "http://a/f", "video/mp4", "http://a/i", (640, 360), "http://a/e")


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    monkeypatch.setattr(media_info, "GLANCE", 60)  # the machine may be busy
    (tmp_path / "videos").mkdir()

    def make(*, authorize: Any = None, **config: Any) -> Quart:
        app = Quart(__name__)
        app.config.update({"MEDIA_ROOT": tmp_path / "videos", "VIDEO_MEDIA_PROCESSES": 0} | config)
        app.register_blueprint(VideoBlueprint(authorize=authorize))
        return app

    return make


def tags(page: Element) -> dict[str, str]:
    metas = [meta for meta in page.all("meta") if "property" in meta]
    metas += [meta for meta in page.all("meta") if (meta.get("name") or "").startswith("twitter")]
    return {meta.get("property") or meta["name"]: meta["content"] for meta in metas}


def data(html: str) -> Any:
    """Return the JSON-LD, which ends at the first end of a script."""
    return json.loads(html.partition('<script type="application/ld+json">')[2].split("</script")[0])


async def test_all_that_is_known(make: Make, tmp_path: Path, films: Callable[[str], Path]) -> None:
    copy(films("texts.mp4"), tmp_path / "videos" / "It's.mp4")
    app = make(VIDEO_TITLE="Our <films>", VIDEO_EMBED_ORIGINS="*", VIDEO_MEDIA_PROCESSES=1)
    async with app.test_app():
        sent = await call(
            app, "/videos/-/watch/It's.mp4", headers=PAGE, query="t=1", host="a.example:81"
        )
        html = sent.body.decode()
        found = tags(parse(html))
        poster = await follow(app, found["og:image"].removeprefix("http://a.example:81"))
    (tmp_path / "poster").write_bytes(poster.body)
    with Image.open(tmp_path / "poster") as image:
        width, height = map(str, image.size)
    server = "http://a.example:81/videos"
    page, file = f"{server}/-/watch/It%27s.mp4", f"{server}/It%27s.mp4"
    assert found == {
        "og:type": "video.other",
        "og:site_name": "Our <films>",
        "og:title": "It's",
        "og:url": page,
        "og:image": found["og:image"],
        "og:image:width": width,
        "og:image:height": height,
        "og:video": file,
        "og:video:type": "video/mp4",
        "og:video:width": "160",
        "og:video:height": "90",
        "video:duration": "2",
        "twitter:card": "player",
        "twitter:player": f"{server}/-/embed/It%27s.mp4",
        "twitter:player:width": "160",
        "twitter:player:height": "90",
    }
    told = data(html)
    assert told.pop("uploadDate").endswith("Z")
    assert told == {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": "It's",
        "contentUrl": file,
        "thumbnailUrl": found["og:image"],
        "embedUrl": f"{server}/-/embed/It%27s.mp4",
        "duration": "PT2S",
        "hasPart": [
            {
                "@type": "Clip",
                "name": name,
                "startOffset": start,
                "endOffset": stop,
                "url": f"{page}?t={start}",
            }
            for name, start, stop in (("Beginning", 0.0, 0.8), ("End & after", 0.8, 2.0))
        ],
    }


async def test_what_is_not_known_is_left_out(make: Make, tmp_path: Path) -> None:
    """As before anybody has looked into the video: there is no picture of it yet."""
    (tmp_path / "videos" / "a.mkv").write_bytes(b"no video")
    sent = await call(make(), "/videos/-/watch/a.mkv", headers=PAGE)
    html = sent.body.decode()
    assert tags(parse(html)) == {
        "og:type": "video.other",
        "og:site_name": "Videos",
        "og:title": "a",
        "og:url": "http://localhost/videos/-/watch/a.mkv",
        "og:video": "http://localhost/videos/a.mkv",
        "og:video:type": "video/matroska",
    }
    assert data(html).keys() == {*("@context", "@type", "name", "uploadDate", "contentUrl")}


async def test_the_picture_beside_a_video_may_have_any_size(
    make: Make, tmp_path: Path, films: Callable[[str], Path]
) -> None:
    copy(films("h264.mp4"), tmp_path / "videos" / "a.mp4")
    Image.new("RGB", (50, 90)).save(tmp_path / "videos" / "a.jpg")
    app = make(VIDEO_MEDIA_PROCESSES=1)
    async with app.test_app():
        sent = await call(app, "/videos/-/watch/a.mp4", headers=PAGE)
    found = tags(parse(sent.body.decode()))
    assert "og:image" in found
    assert "og:image:width" not in found


async def allow(_: Request, __: Resource) -> bool:
    return True


@pytest.mark.parametrize(
    ("authorize", "config", "host"),
    [
        pytest.param(allow, {}, "localhost", id="authorize"),
        pytest.param(None, {"VIDEO_SIGNED_URLS": True, "SECRET_KEY": "s" * 32}, "a", id="signed"),
        pytest.param(None, {}, "no name", id="no full URL"),
    ],
)
async def test_nothing_of_it_for_what_is_not_for_everybody(
    make: Make, tmp_path: Path, authorize: Any, config: dict[str, Any], host: str
) -> None:
    (tmp_path / "videos" / "a.mp4").write_bytes(b"no video")
    app = make(authorize=authorize, VIDEO_EMBED_ORIGINS="*", **config)
    sent = await call(app, "/videos/-/watch/a.mp4", headers=PAGE, host=host)
    assert sent.status == 200
    assert tags(parse(sent.body.decode())) == {}
    assert b"ld+json" not in sent.body
    assert b"schema.org" not in sent.body


@pytest.mark.parametrize(
    "evil", ["<!--<script>", "</script><b>", "]]>&amp;'\"", "\u2028\x01\\u003c", "</SCRIPT\n>"]
)
async def test_no_text_leads_out_of_the_element(make: Make, tmp_path: Path, evil: str) -> None:
    name = evil.replace("/", "\N{FRACTION SLASH}").replace("\\", "")
    (tmp_path / "videos" / f"{name}.mp4").write_bytes(b"no video")
    app = make()
    sent = await call(app, f"/videos/-/watch/{name}.mp4", headers=PAGE)
    html = sent.body.decode()
    title = " ".join(name.split())
    assert data(html)["name"] == tags(parse(html))["og:title"] == title
    assert len(parse(html).all("script")) == 2
    async with app.app_context():
        video = await library().get(f"{name}.mp4")
    made = link_preview(replace(video, title=evil), evil, LINKS).data
    assert not set(made) & set("<>&'")
    assert json.loads(made)["name"] == evil


async def test_a_film_of_many_chapters_has_a_hundred_clips(make: Make, tmp_path: Path) -> None:
    (tmp_path / "videos" / "a.mp4").touch()
    async with make().app_context():
        video = await library().get("a.mp4")
    unknown = dict.fromkeys(field.name for field in fields(Details))
    chapters = tuple(Chapter(n, n + 1, "x") for n in range(150))
    details = Details(**{**unknown, "chapters": chapters})  # type: ignore[arg-type]
    made = json.loads(link_preview(replace(video, details=details), "", LINKS).data)
    assert len(made["hasPart"]) == 100
    assert made["hasPart"][99]["startOffset"] == 99


@pytest.mark.parametrize(
    ("size", "poster"),
    [
        ((1920, 1080), (640, 360)),
        ((160, 90), (160, 90)),
        ((1080, 1920), (640, 1138)),
        ((100, 10_000), (13, 1280)),
        ((None, None), None),
    ],
)
def test_the_size_of_a_poster(
    size: tuple[int | None, int | None], poster: tuple[int, int] | None
) -> None:
    details: Any = type("Details", (), {"width": size[0], "height": size[1]})
    video: Any = object.__new__(FullVideo)
    object.__setattr__(video, "details", details)
    assert poster_size(video) == poster
