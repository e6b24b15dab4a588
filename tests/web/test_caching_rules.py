"""Every answer has one rule for caches, whatever was asked for and however (RFC 9111, 4.2.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from quart import Blueprint, Quart
from werkzeug.exceptions import HTTPException, Unauthorized

from quart_video import Access, VideoBlueprint, video_bp
from quart_video.blueprint import _ROUTES
from quart_video.storage.base import Unavailable
from quart_video.storage.local.storage import LocalStorage
from tests.support.asgi import call

KEY = "a key of sixteen letters and more"
PREFIXES = ["/videos", "", "/a/b"]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"]
FIELDS = [
    {},
    {"Accept": "text/html"},
    {"Range": "bytes=500-"},
    {"If-Match": '"x"'},
    {"If-None-Match": "*"},
]
QUERIES = ["", "v=1", "download=1", "signature=x", "cursor=x", "limit=x", "audio=x", "url=x"]
PATHS = [
    *("/", "", "/a.mp4", "/a.mp4/", "/none.mp4", "/none", "/b", "/b/", "//a.mp4", "/.hidden.mp4"),
    *("/a\0.mp4", f"/{'x' * 3000}.mp4", "/-", "/-/", "/-/none", "/-/static/", "/-/api/videos/"),
    *("/-/piece/none", "/-/captions/a.en.vtt", "/-/static/gallery.js"),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.mp4").write_bytes(bytes(100))
    (tmp_path / "b" / "c.mp4").write_bytes(bytes(100))
    (tmp_path / "a.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    return tmp_path


@asynccontextmanager
async def serving(root: Path, prefix: str = "/videos", **config: Any) -> AsyncIterator[Quart]:
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=str(root), VIDEO_MEDIA_PROCESSES=0, VIDEO_MAX_AGE=60)
    app.config.update(config)
    app.register_blueprint(video_bp, url_prefix=prefix)
    async with app.test_app():
        yield app


def every_path() -> list[str]:
    """Return paths below a mount: of each route, and odd ones."""
    names = {"path": "a.mp4", "folder": "b/", "filename": "gallery.css", "name": "keys"}
    routes = []
    for rule, _ in _ROUTES:
        for each, value in names.items():
            before, found, behind = rule.partition(f":{each}>")
            rule = f"{before.rpartition('<')[0]}{value}{behind}" if found else rule  # noqa: PLW2901
        routes += [rule, f"{rule}x"]
    return [*PATHS, *routes]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    "config", [{}, {"VIDEO_SIGNED_URLS": True, "VIDEO_SIGNING_KEYS": [KEY]}], ids=["all", "signed"]
)
async def test_every_answer_has_one(root: Path, prefix: str, config: dict[str, Any]) -> None:
    statuses = set()
    async with serving(root, prefix, **config) as app:
        for path in every_path():
            asked: list[tuple[str, dict[str, str], str]] = [(each, {}, "") for each in METHODS]
            asked += [("GET", fields, "") for fields in FIELDS]
            asked += [("GET", {}, query) for query in QUERIES]
            for method, fields, query in asked:
                if not f"{prefix}{path}":
                    continue
                sent = await call(app, f"{prefix}{path}", method, fields, query=query)
                told = method, path, fields, query, sent.status, sent.all("cache-control")
                if sent.status == HTTPStatus.NOT_FOUND and not path:
                    continue  # the app has nothing there: it is the mount without its slash
                (rule,) = sent.all("cache-control") or [""]
                assert rule, told
                if sent.status >= HTTPStatus.BAD_REQUEST:
                    assert rule in ("no-cache", "private, no-cache", "no-store"), told
                    # What is said without a look at what there is, is the same for everybody.
                    alike = sent.status in (404, 405) or "/-/static/" in path
                    assert rule != "no-cache" or not config or alike, told
                statuses.add(sent.status)
    assert statuses >= {200, 304, 308, 400, 404, 405, 412} | ({403} if config else {416})


class TooMany(HTTPException):
    code = 429
    description = "too many"


@pytest.mark.parametrize(
    ("answer", "status"),
    [(Access.HIDE, 404), (Access.REFUSE, 403), (Unauthorized, 401), (TooMany, 429)],
)
@pytest.mark.parametrize("path", ["/videos/a.mp4", "/videos/-/watch/a.mp4", "/videos/-/api/videos"])
async def test_what_is_refused_is_kept_nowhere(
    root: Path, answer: Access | Callable[[], HTTPException], status: int, path: str
) -> None:
    async def decide(*_: object) -> Access:
        if isinstance(answer, Access):
            return answer
        raise answer()

    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=str(root), VIDEO_MEDIA_PROCESSES=0, VIDEO_MAX_AGE=60)
    app.register_blueprint(VideoBlueprint(authorize=decide))
    async with app.test_app():
        sent = await call(app, path)
        if path.endswith("videos") and isinstance(answer, Access):
            return  # a listing of nothing
        assert (sent.status, sent["cache-control"]) == (status, "no-store")


async def test_what_cannot_be_read_now_is_not_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("the disk is away")

    async with serving(root) as app:
        monkeypatch.setattr(LocalStorage, "open", away)
        monkeypatch.setattr(LocalStorage, "stat", away)
        for path in ("a.mp4", "-/captions/a.en.vtt", "b"):
            sent = await call(app, f"/videos/{path}")
            assert (sent.status, sent["cache-control"]) == (503, "no-cache"), path


async def test_what_is_of_the_app_stays_as_it_is(root: Path) -> None:
    async with serving(root) as app:
        for path in ("/", "/videosnotours", "/other/videos/"):
            sent = await call(app, path)
            assert (sent.status, sent.all("cache-control")) == (404, [])


@pytest.mark.parametrize("root_path", ["", "/behind/a/front"])
async def test_a_mount_within_another_blueprint_and_below_a_prefix(
    root: Path, root_path: str
) -> None:
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=str(root), VIDEO_MEDIA_PROCESSES=0)
    parent = Blueprint("parent", __name__, url_prefix="/parent")
    parent.register_blueprint(video_bp)
    app.register_blueprint(parent)
    async with app.test_app():
        for path, method, status in (
            ("", "GET", 308),
            ("/", "POST", 405),
            ("/a.mp4", "DELETE", 405),
            ("//a.mp4", "GET", 404),
        ):
            there = f"{root_path}/parent/videos{path}"
            sent = await call(app, there, method, root_path=root_path)
            assert (sent.status, sent.all("cache-control")) == (status, ["no-cache"]), path
