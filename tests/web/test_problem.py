"""Errors of the JSON API: RFC 9457, with the words of the error, and whatever the host prefers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from quart import Quart, Response, abort
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.exceptions import NotFound as HTTPNotFound

from quart_video import MemoryStorage, VideoBlueprint
from quart_video.storage.base import Unavailable
from tests.support.asgi import Sent, call


async def ask(root: Any, path: str, query: str = "", before: Any = None, **fields: str) -> Sent:
    app = Quart(__name__)
    blueprint = VideoBlueprint(media_root=root)
    if before is not None:
        blueprint.before_request(before)
    app.register_blueprint(blueprint)
    return await call(app, f"/videos/{path}", query=query, headers=fields)


NOTHING = (404, "Not Found", "There is nothing at this address.")


@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*"])
@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("-/api/videos?limit=1000", (400, "Bad Request", "limit: ")),
        ("-/api/videos?cursor=x", (400, "Bad Request", "cursor")),
        ("-/api/videos?folder=none", NOTHING),
        ("-/api/videos/none.mp4", NOTHING),
        ("-/api/videos/none.mp4/", NOTHING),
        ("-/api/none", NOTHING),
        ("-/api/videos?q=" + "a" * 70_000, (414, "Request URI Too Long", "Shorten it.")),
    ],
)
async def test_what_is_wrong(
    tmp_path: Path, url: str, wanted: tuple[int, str, str], accept: str
) -> None:
    status, title, detail = wanted
    path, _, query = url.partition("?")
    sent = await ask(tmp_path, path, query, Accept=accept)
    assert (sent.status, sent["content-type"]) == (status, "application/problem+json")
    assert int(sent["content-length"]) == len(sent.body)
    told = json.loads(sent.body)
    assert (told["type"], told["title"], told["status"]) == ("about:blank", title, status)
    assert detail in told["detail"]


async def test_head_has_the_fields_alone(tmp_path: Path) -> None:
    app = Quart(__name__)
    app.register_blueprint(VideoBlueprint(media_root=tmp_path))
    sent = await call(app, "/videos/-/api/videos/none.mp4", method="HEAD")
    assert (sent.status, sent["content-type"], sent.body) == (404, "application/problem+json", b"")


async def test_when_to_ask_again() -> None:
    class Away(MemoryStorage):
        async def list(self, *_: object) -> Any:
            raise Unavailable("it is away", retry_after=7)

        async def stat(self, *_: object) -> Any:
            raise Unavailable("it is away", retry_after=7)

    sent = await ask(Away(), "-/api/videos/a.mp4")
    assert (sent.status, sent["retry-after"]) == (503, "7")
    assert json.loads(sent.body)["status"] == 503


async def test_how_to_log_in_is_kept(tmp_path: Path) -> None:
    scheme = WWWAuthenticate("basic", {"realm": "films"})

    async def login() -> None:
        raise Unauthorized("Log in.", www_authenticate=scheme)

    sent = await ask(tmp_path, "-/api/videos", before=login)
    assert (sent.status, json.loads(sent.body)["detail"]) == (401, "Log in.")
    assert sent["www-authenticate"] == str(scheme)


async def test_an_answer_of_the_app_is_left_as_it_is(tmp_path: Path) -> None:
    async def elsewhere() -> None:
        abort(Response("to the login", 302, {"Location": "/login"}))

    sent = await ask(tmp_path, "-/api/videos", before=elsewhere)
    assert (sent.status, sent["location"], sent.body) == (302, "/login", b"to the login")


async def test_a_handler_of_the_app_goes_first(tmp_path: Path) -> None:
    app = Quart(__name__)
    app.register_blueprint(VideoBlueprint(media_root=tmp_path))

    @app.errorhandler(HTTPNotFound)
    async def mine(error: HTTPException) -> Any:
        return {"error": error.description}, 404

    sent = await call(app, "/videos/-/api/videos/none.mp4")
    assert json.loads(sent.body) == {"error": "There is nothing at this address."}


@pytest.mark.parametrize("path", ["none.mp4", "-/poster/none.mp4", "none/"])
async def test_other_errors_are_as_they_were(tmp_path: Path, path: str) -> None:
    sent = await ask(tmp_path, path)
    assert (sent.status, sent["content-type"]) == (404, "text/html; charset=utf-8")
