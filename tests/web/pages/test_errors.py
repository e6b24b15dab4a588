"""A person who went astray gets a page that leads on; programs and the host get what they had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from quart import Blueprint, Quart
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import (
    Forbidden,
    HTTPException,
    NotFound,
    TooManyRequests,
    Unauthorized,
)
from werkzeug.wrappers import Response as WerkzeugResponse

from quart_video import VideoBlueprint
from quart_video.storage.base import Unavailable
from quart_video.storage.local.storage import LocalStorage
from tests.web.pages.conftest import Browser, Put, browsing
from tests.web.pages.document import Element, parse

PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def astray(browser: Browser, url: str, status: int) -> Element:
    response = await browser.client.get(url, headers=PERSON)
    assert response.status_code == status
    assert response.content_type == "text/html; charset=utf-8"
    assert response.headers["Vary"] == "Accept, Accept-Language"
    assert response.headers["Cache-Control"] == "no-cache"
    return parse(await response.get_data(as_text=True))


@pytest.mark.parametrize("path", ["nowhere/", "nowhere.mp4", "-/watch/nowhere.mp4", "note.txt"])
async def test_nothing_there(browser: Browser, put: Put, path: str) -> None:
    put("note.txt")
    page = await astray(browser, f"/videos/{path}", 404)
    assert page.one("h1").text == "There is nothing here"
    assert page.one("title").text == "There is nothing here · Videos"
    assert page.link("Go to Videos")["href"] == "/videos/"


@pytest.mark.parametrize("query", ["limit=<b>", "sort=<b>", "view=<b>", "cursor=<b>"])
async def test_a_wrong_parameter(browser: Browser, query: str) -> None:
    page = await astray(browser, f"/videos/?{query}", 400)
    assert page.one("h1").text == "This address does not work"
    assert not page.all("b")
    assert query.partition("=")[0] in page.one("div", class_="qv-empty").text


async def test_a_disk_that_fails(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise Unavailable("the disk", retry_after=7)

    monkeypatch.setattr(LocalStorage, "stat", fail)
    response = await browser.client.get("/videos/-/watch/clip.mp4", headers=PERSON)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "7"
    page = parse(await response.get_data(as_text=True))
    assert page.one("h1").text == "The library cannot be read just now"
    assert page.link("Try again")["href"] == ""  # the same address


def refusing(library: Path, failure: HTTPException) -> Quart:
    """Return an app that lets nobody in."""

    def refuse(*_: object) -> bool:
        raise failure

    app = Quart(__name__)
    app.config["MEDIA_ROOT"] = str(library)
    app.register_blueprint(VideoBlueprint(authorize=refuse))
    return app


REFUSALS = [
    (Unauthorized(), "Please log in", "Load the page again"),
    (Forbidden(), "You do not have access", "Go to Videos"),
    (TooManyRequests(retry_after=7), "Too much at once", "Try again"),
]


@pytest.mark.parametrize(("failure", "words", "remedy"), REFUSALS)
@pytest.mark.parametrize("path", ["", "-/watch/clip.mp4", "clip.mp4"])
async def test_a_refusal_has_a_page(  # noqa: PLR0917 - fixtures
    library: Path,
    put: Put,
    failure: HTTPException,
    words: str,
    remedy: str,
    path: str,
) -> None:
    put("clip.mp4")

    async with browsing(refusing(library, failure)) as browser:
        response = await browser.client.get(f"/videos/{path}", headers=PERSON)
        short = await browser.client.get(f"/videos/{path}", headers={"Accept": "*/*"})
    assert response.status_code == failure.code == short.status_code
    page = parse(await response.get_data(as_text=True))
    assert page.one("h1").text == words
    assert page.link(remedy)
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers.get("Retry-After") == ("7" if failure.code == 429 else None)
    assert len(await short.get_data()) < 400


async def test_a_browser_is_asked_for_a_password_on_a_page_too(library: Path) -> None:
    failure = Unauthorized(www_authenticate=WWWAuthenticate("basic", {"realm": "films"}))
    async with browsing(refusing(library, failure)) as browser:
        response = await browser.client.get("/videos/", headers=PERSON)
    assert response.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert parse(await response.get_data(as_text=True)).one("h1").text == "Please log in"


async def test_a_refusal_with_an_answer_of_the_app_stays_as_it_is(library: Path) -> None:
    failure = Forbidden(response=WerkzeugResponse("our own", 403))
    async with browsing(refusing(library, failure)) as browser:
        response = await browser.client.get("/videos/", headers=PERSON)
    assert await response.get_data(as_text=True) == "our own"


async def test_programs_get_a_short_answer(browser: Browser) -> None:
    for accept in ("*/*", "application/json", ""):
        response = await browser.client.get("/videos/nowhere.mp4", headers={"Accept": accept})
        assert response.status_code == 404
        assert len(await response.get_data()) < 300


async def own_page(_: Exception) -> tuple[str, int]:
    return "our own page", 404


@pytest.mark.parametrize("kind", [404, NotFound, HTTPException, Exception])
async def test_the_host_goes_first(
    make_app: Callable[..., Quart], kind: type[Exception] | int
) -> None:
    app = make_app()
    app.register_error_handler(kind, own_page)
    async with browsing(app) as browser:
        response = await browser.client.get("/videos/nowhere/", headers=PERSON)
    assert await response.get_data(as_text=True) == "our own page"


async def test_the_blueprint_around_goes_first(tmp_path: object) -> None:
    app = Quart(__name__)
    app.config["MEDIA_ROOT"] = tmp_path
    outer = Blueprint("outer", __name__)
    outer.register_blueprint(VideoBlueprint())
    outer.register_error_handler(HTTPException, own_page)
    app.register_blueprint(outer)
    async with browsing(app) as browser:
        response = await browser.client.get("/videos/nowhere/", headers=PERSON)
    assert await response.get_data(as_text=True) == "our own page"
