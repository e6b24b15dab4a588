"""A person who went astray gets a page that leads on; programs and the host get what they had."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from quart import Blueprint, Quart
from werkzeug.exceptions import HTTPException, NotFound

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
    assert response.headers["Vary"] == "Accept"
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
