"""The library for code of the app: the same as the JSON, for whom it may be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from quart import Quart, Request, request
from werkzeug.exceptions import Forbidden, HTTPException, NotFound

from quart_video import (
    Access,
    ConfigurationError,
    ListingQuery,
    Resource,
    VideoBlueprint,
    current_library,
    library,
)
from quart_video.models import as_json
from quart_video.web.library_api import UrlKind
from tests.support.asgi import call, follow

Make = Callable[..., Quart]
KEY = "a key of sixteen letters and more"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    (tmp_path / "series" / "one").mkdir(parents=True)
    for name in ("a.mp4", "b #1.mkv", "series/c.mp4", "series/one/d.webm", "series/secret.mp4"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "a.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")

    def make(*, authorize: Any = None, **config: Any) -> Quart:
        app = Quart(__name__)
        app.config["MEDIA_ROOT"] = tmp_path
        app.config.update(config)
        app.register_blueprint(VideoBlueprint(authorize=authorize))
        return app

    return make


async def no_secrets(request: Request, resource: Resource) -> bool | Access:
    if resource.path.endswith("c.mp4"):
        return Access.REFUSE
    return "secret" not in resource.path or request.headers.get("X-User") == "admin"


async def json_of(app: Quart, url: str, **headers: str) -> Any:
    path, _, query = url.partition("?")
    sent = await call(app, path, query=query, headers=headers)
    assert sent.status == 200, sent.body
    return json.loads(sent.body)


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        (ListingQuery(), ""),
        (ListingQuery(folder="series"), "folder=series"),
        (ListingQuery(recursive=True, sort="-size", limit=2), "recursive=1&sort=-size&limit=2"),
        (ListingQuery(q="d"), "q=d"),
        (ListingQuery(folder="series", q="secret"), "folder=series&q=secret"),
    ],
)
@pytest.mark.parametrize("user", ["", "admin"])
async def test_a_listing_is_that_of_the_json(
    make: Make, query: ListingQuery, parameters: str, user: str
) -> None:
    app = make(authorize=no_secrets)
    wanted = await json_of(app, f"/videos/-/api/videos?{parameters}", **{"X-User": user})
    async with app.test_request_context("/of/the/app", headers={"X-User": user}):
        found = as_json(await library().list(query))
    assert found | {"scanning": True} == wanted | {"scanning": True}


async def test_a_video_is_that_of_the_json(make: Make) -> None:
    app = make()
    wanted = await json_of(app, "/videos/-/api/videos/a.mp4")
    async with app.app_context():
        video = await library("video").get("a.mp4")
    assert json.loads(json.dumps(as_json(video))) == wanted
    assert [track.label for track in video.captions] == ["English"]


async def test_a_walk_has_everything(make: Make) -> None:
    app = make(authorize=no_secrets, VIDEO_PAGE_SIZE=1)
    async with app.app_context():
        paths = [video.path async for video in library().walk(as_system=True)]
        below = [
            video.path
            async for video in library().walk(
                ListingQuery(folder="series", limit=1), as_system=True
            )
        ]
    series = ["series/c.mp4", "series/secret.mp4", "series/one/d.webm"]
    assert paths == ["a.mp4", "b #1.mkv", *series]
    assert below == ["series/c.mp4", "series/secret.mp4"]
    async with app.test_request_context("/"):
        seen = [video.path async for video in library().walk()]
    assert seen == ["a.mp4", "b #1.mkv", "series/one/d.webm"]


async def test_bytes(make: Make) -> None:
    app = make()
    async with app.app_context():
        media = await library().open("b #1.mkv")
        try:
            found = [chunk async for chunk in media.chunks(0, media.facts.size)]
        finally:
            media.close()
        for path in ("a.en.vtt", "series", "none.mp4", "../a.mp4"):
            with pytest.raises(NotFound):
                await library().open(path)
    assert b"".join(found) == b"b #1.mkv"


@pytest.mark.parametrize(
    ("path", "error"),
    [("series/secret.mp4", NotFound), ("series/c.mp4", Forbidden), ("../x.mp4", NotFound)],
)
async def test_who_may_not_have_it(make: Make, path: str, error: type[HTTPException]) -> None:
    app = make(authorize=no_secrets)
    async with app.test_request_context("/"):
        for ask in (library().get, library().open, library().url):
            with pytest.raises(error):
                await ask(path)
        if path.startswith("series"):
            assert (await library().get(path, as_system=True)).path == path


async def test_nobody_to_ask_for(make: Make) -> None:
    app = make(authorize=no_secrets)
    async with app.app_context():
        with pytest.raises(RuntimeError, match="as_system=True"):
            await library().list()
        assert (await library().list(as_system=True)).total == 2


@pytest.mark.parametrize(
    "query",
    [
        ListingQuery(limit=0),
        ListingQuery(limit=501),
        ListingQuery(sort=cast(Any, "colour")),
        ListingQuery(cursor="none of ours"),
        ListingQuery(min_duration=-1),
    ],
)
async def test_a_query_that_is_wrong(make: Make, query: ListingQuery) -> None:
    app = make()
    async with app.app_context():
        with pytest.raises(ValueError, match=r"limit|sort|cursor|min_duration"):
            await library().list(query)


@pytest.mark.parametrize(
    "kind", ["media", "captions", "watch", "api", "gallery", "playlist", "xspf", "feed"]
)
@pytest.mark.parametrize("prefix", ["", "/behind/a/front"])
async def test_an_address_leads_there(make: Make, kind: UrlKind, prefix: str) -> None:
    app = make()
    lists = dict.fromkeys(("gallery", "playlist", "xspf", "feed"), "series")
    path = {"captions": "a.en.vtt", **lists}.get(kind, "b #1.mkv")
    async with app.test_request_context("/", root_path=prefix, headers={"Host": "a.example"}):
        url = await library().url(path, kind)
        full = await library().url(path, kind, external=True)
    assert full == f"http://a.example{url}"
    assert url.startswith(prefix + "/videos/")
    if not prefix:
        async with app.app_context():
            assert await library().url(path, kind) == url
        below, _, query = url.partition("?")
        assert (
            await call(app, below.replace("%20", " ").replace("%23", "#"), query=query)
        ).status == 200


@pytest.mark.parametrize(("kind", "path"), [("media", "a.mp4"), ("captions", "a.en.vtt")])
async def test_an_address_names_the_version_where_it_may_be_kept(
    make: Make, kind: UrlKind, path: str
) -> None:
    app = make(VIDEO_MAX_AGE=60)
    async with app.app_context():
        url = await library().url(path, kind)
    assert re.search(r"[?]v=[^&]+$", url)
    assert "immutable" in (await follow(app, url))["cache-control"]


async def test_an_address_is_signed_where_signing_is_on(make: Make) -> None:
    app = make(VIDEO_SIGNED_URLS=True, VIDEO_SIGNING_KEYS=[KEY])
    async with app.app_context():
        url = await library().url("a.mp4")
        assert "signature" not in await library().url("a.mp4", "watch")
        with pytest.raises(ValueError, match="a watch is not signed"):
            await library().url("a.mp4", "watch", expires=60)
        with pytest.raises(ValueError, match="after now"):
            await library().url("a.mp4", expires=-60)
    path, _, query = url.partition("?")
    assert (await call(app, path)).status == 403
    assert (await call(app, path, query=query)).status == 200


async def test_an_address_is_signed_if_that_is_asked_for(make: Make) -> None:
    app = make(VIDEO_SIGNING_KEYS=[KEY])
    async with app.app_context():
        assert "?" not in await library().url("a.mp4")
        until = datetime(3000, 1, 1, tzinfo=UTC)
        assert "?signature=32503680000." in await library().url("a.mp4", expires=until)


@pytest.mark.parametrize("path", ["", "series", "a.mp4", "none.en.vtt", "../a.en.vtt"])
async def test_captions_that_are_none(make: Make, path: str) -> None:
    app = make()
    async with app.app_context():
        with pytest.raises(NotFound):
            await library().url(path, "captions", as_system=True)


async def test_an_address_that_cannot_be_made(make: Make) -> None:
    app = make()
    async with app.app_context():
        with pytest.raises(NotFound):
            await library().url("none.mp4")
        with pytest.raises(ValueError, match="kind has to be one of media, mp4"):
            await library().url("a.mp4", cast(Any, "film"))
        with pytest.raises(ConfigurationError, match="SERVER_NAME"):
            await library().url("a.mp4", external=True)
        with pytest.raises(ConfigurationError, match="VIDEO_SIGNING_KEYS"):
            await library().url("a.mp4", expires=60)
    app.config["SERVER_NAME"] = "videos.example.com"
    async with app.app_context():
        url = await library().url("a.mp4", external=True)
    assert url == "http://videos.example.com/videos/a.mp4"


async def test_which_library(make: Make, tmp_path: Path) -> None:
    app = make()
    more = VideoBlueprint("more", media_root=tmp_path / "series", url_prefix="/more")
    here: list[str] = []

    @more.before_request
    async def note() -> None:
        here.append(current_library().mount)
        here.append((await current_library().get("c.mp4")).url)

    app.register_blueprint(more)
    assert (await call(app, "/more/c.mp4")).status == 200
    assert here == ["more", "/more/c.mp4"]
    async with app.app_context():
        assert (await library("more").get("c.mp4")).url == "/more/c.mp4"
        for ask in (current_library, library, lambda: library("none")):
            with pytest.raises(ValueError, match=r"one of \['more', 'video'\]"):
                ask()


async def test_in_a_view_what_is_not_there_is_the_response(make: Make) -> None:
    app = make(authorize=no_secrets)

    @app.get("/article/<path:video>")
    async def article(video: str) -> str:
        return (await library().get(video)).title + request.path

    assert (await call(app, "/article/a.mp4")).body == b"a/article/a.mp4"
    assert (await call(app, "/article/series/secret.mp4")).status == 404
    assert (await call(app, "/article/series/c.mp4")).status == 403


async def test_it_is_let_go_and_opens_again(make: Make) -> None:
    app = make()
    async with app.app_context():
        for _ in range(2):
            assert (await library().list()).total == 2
            await library().aclose()
