"""Templates of one mount, beside those of the app and of the library."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from quart import Quart, render_template_string

from quart_video import video_bp
from tests.support.asgi import call

HTML = {"Accept": "text/html"}
Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, text: str) -> None:
        path = tmp_path / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


@pytest_asyncio.fixture
async def app(tmp_path: Path) -> AsyncIterator[Quart]:
    root = tmp_path / "videos"
    root.mkdir()
    (root / "film.mp4").write_bytes(b"film")
    app = Quart(__name__, template_folder=str(tmp_path / "templates"))
    app.config.update(MEDIA_ROOT=str(root), VIDEO_CACHE=str(tmp_path / "cache"))
    app.register_blueprint(video_bp, name="films", url_prefix="/films", templates="films")
    app.register_blueprint(video_bp, name="talks", url_prefix="/talks")
    async with app.test_app():
        yield app


async def page(app: Quart, path: str) -> str:
    return (await call(app, path, headers=HTML)).body.decode()


@pytest.mark.parametrize("target", ["", "-/watch/film.mp4", "no"])
async def test_a_part_that_all_pages_are_made_of(app: Quart, write: Write, target: str) -> None:
    write("films/base.html", _with_footer("of the films"))
    assert "of the films" in await page(app, f"/films/{target}")
    assert "of the films" not in await page(app, f"/talks/{target}")


async def test_those_of_the_app_are_for_all_others(app: Quart, write: Write) -> None:
    write("quart_video/base.html", _with_footer("of the app"))
    write("films/base.html", _with_footer("of the films"))
    write("quart_video/_card.html", "a card of the app")
    for mount, footer in (("films", "of the films"), ("talks", "of the app")):
        html = await page(app, f"/{mount}/")
        assert footer in html
        assert "a card of the app" in html


async def test_a_small_part(app: Quart, write: Write) -> None:
    write("films/_card.html", "a card of the films")
    assert "a card of the films" in await page(app, "/films/")
    assert "a card of the films" not in await page(app, "/talks/")


async def test_the_pieces_in_pages_of_the_app(app: Quart, write: Write) -> None:
    write("films/_card.html", "a card of the films")
    source = (
        '{% from "quart_video/player.html" import video_grid %}'
        '{{ video_grid(["film.mp4"], mount=mount) }}'
    )
    shown = {}
    for mount in ("films", "talks"):
        async with app.test_request_context("/"):
            shown[mount] = await render_template_string(source, mount=mount)
    assert "a card of the films" in shown["films"]
    assert "a card of the films" not in shown["talks"]


async def test_a_folder_without_templates_is_told_of(
    app: Quart, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "quart_video"):
        for _ in range(2):
            assert "film.mp4" in await page(app, "/films/")
    assert caplog.text.count("VIDEO_TEMPLATES is 'films', and there is no template") == 1


def _with_footer(text: str) -> str:
    return (
        f'{{% extends "quart_video/default/base.html" %}}{{% block footer %}}{text}{{% endblock %}}'
    )
