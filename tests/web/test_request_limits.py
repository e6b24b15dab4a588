"""What is refused before it is taken apart, and what is not read."""

from __future__ import annotations

import asyncio
import tracemalloc
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from quart import Quart, Request

from quart_video import Resource, VideoBlueprint
from quart_video.storage.names import MAX_PATH_BYTES
from quart_video.web.request_limits import (
    MAX_PARAMETERS,
    MAX_QUERY_BYTES,
    accepted_languages,
    accepts,
)
from tests.support.asgi import call

API = "/videos/-/api/videos"


@pytest.fixture
def app(tmp_path: Path) -> Quart:
    (tmp_path / "a.mp4").touch()
    app = Quart(__name__)
    app.register_blueprint(VideoBlueprint(media_root=str(tmp_path)))
    return app


@pytest.mark.parametrize(
    "path", ["", "a.mp4", "-/api/videos", "-/watch/a.mp4", "-/static/quart-video.css", "-/health"]
)
async def test_long_queries(app: Quart, path: str) -> None:
    longest = "x=" + "a" * (MAX_QUERY_BYTES - 2)
    assert (await call(app, f"/videos/{path}", query=longest)).status == 200
    sent = await call(app, f"/videos/{path}", query=f"{longest}a")
    assert sent.status == 414
    assert b"Shorten it" in sent.body


@pytest.mark.parametrize("parameter", ["x=1", "x", "", "q=a"])
async def test_many_parameters(app: Quart, parameter: str) -> None:
    most = "&".join([parameter] * MAX_PARAMETERS)
    assert (await call(app, API, query=most)).status == 200
    sent = await call(app, API, query=f"{most}&{parameter}")
    assert sent.status == 400
    assert b"more than 100 parameters" in sent.body


async def test_the_longest_listing_that_there_can_be(app: Quart) -> None:
    """A folder, a search and a cursor as long as they can be."""
    letter = quote("\N{HIRAGANA LETTER A}")
    folder = f"folder={letter * (MAX_PATH_BYTES // 3)}"
    search, cursor = f"q={letter * MAX_PATH_BYTES}", f"cursor={'a' * 5500}"
    sent = await call(app, API, query=f"{folder}&{search}&{cursor}&limit=500&sort=-modified")
    assert sent.status == 404  # there is no such folder


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", False),
        ("image/webp", True),
        ("image/avif,image/webp,*/*;q=0.8", True),
        ("image/webp;q=0", False),
        ("*/*", False),
        ("image/*", False),
        ("image/webp," + "a/b," * 900, True),
        ("image/webp," + "a/b," * 1100, False),
    ],
)
async def test_accepts(app: Quart, accept: str, expected: bool) -> None:  # noqa: FBT001 - of a table
    async with app.test_request_context("/", headers={"Accept": accept}):
        assert accepts("image/webp") is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        ("de, en;q=0.5, *;q=0.1", ["de", "en"]),
        ("en;q=0.5, de", ["de", "en"]),
        ("de," * 1000, ["de"] * 1000),
        ("de," * 2000, []),
    ],
)
async def test_languages(app: Quart, value: str, expected: list[str]) -> None:
    async with app.test_request_context("/", headers={"Accept-Language": value}):
        assert accepted_languages() == expected


@pytest.mark.parametrize("path", ["/videos/a.mp4", "/videos/-/api/videos", "/videos/nothing.mp4"])
async def test_a_body_is_not_kept_while_the_answer_is_sent(app: Quart, path: str) -> None:
    """A viewer who sends a body along costs no more than another one."""
    requests: list[Request] = []

    class Noted(Request):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            requests.append(self)

    app.request_class = Noted
    left = [b"x" * 65_536] * 100
    taken, ended = asyncio.Event(), asyncio.Event()

    async def receive() -> Any:
        if left:
            await asyncio.sleep(0)
            return {"type": "http.request", "body": left.pop(), "more_body": bool(left)}
        taken.set()
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        if event["type"] == "http.response.start":
            await taken.wait()
        elif not event.get("more_body"):
            ended.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 80),
        "extensions": {},
    }
    tracemalloc.start()
    try:
        await app(scope, receive, send)  # type: ignore[arg-type]
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(requests) == 1
    assert kept < 1_000_000


async def test_a_function_that_asks_for_a_body_gets_none(tmp_path: Path) -> None:
    async def authorize(request: Request, _resource: Resource) -> bool:
        return await request.get_data() == b""

    (tmp_path / "a.mp4").touch()
    app = Quart(__name__)
    app.register_blueprint(VideoBlueprint(media_root=str(tmp_path), authorize=authorize))
    assert (await call(app, "/videos/a.mp4")).status == 200
