"""Style and scripts of the pages, and how long they may be kept."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from quart import Quart

from quart_video import VideoBlueprint
from quart_video.web.static_files import FOLDER, version
from tests.support.asgi import call

KEPT = "public, max-age=31536000, immutable"
FILES = sorted(path.name for path in FOLDER.iterdir())


@pytest_asyncio.fixture
async def app(tmp_path: Path) -> AsyncIterator[Quart]:
    root = tmp_path
    (root / "film.mp4").write_bytes(b"film")
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=str(root), VIDEO_CACHE=str(root / "cache"))
    blueprint = VideoBlueprint(authorize=lambda *_: True)
    app.register_blueprint(blueprint)
    app.register_blueprint(blueprint, name="more", url_prefix="/more")
    async with app.test_app():
        yield app


@pytest.mark.parametrize("mount", ["videos", "more"])
async def test_a_page_names_the_version_of_all_it_loads(app: Quart, mount: str) -> None:
    for page in ("", "-/watch/film.mp4", "-/embed/film.mp4"):
        html = (await call(app, f"/{mount}/{page}", headers={"Accept": "text/html"})).body.decode()
        urls = set(re.findall(r'"(/[^"]*/-/static/[^"]*)"', html))
        assert urls
        for url in urls:
            assert url.startswith(f"/{mount}/-/static/{version()}/")
            sent = await call(app, url)
            assert (sent.status, sent["cache-control"]) == (200, KEPT)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("folder", "rule"), [("", "no-cache"), ("0123456789/", "no-cache"), (None, KEPT)]
)
async def test_who_may_keep_them(app: Quart, name: str, folder: str | None, rule: str) -> None:
    folder = f"{version()}/" if folder is None else folder
    sent = await call(app, f"/videos/-/static/{folder}{name}")
    assert (sent.status, sent.body) == (200, (FOLDER / name).read_bytes())
    assert sent["cache-control"] == rule


@pytest.mark.parametrize("path", ["no.css", "0123456789", "0123456789/no.css", "x/player.js"])
async def test_there_are_no_others(app: Quart, path: str) -> None:
    assert (await call(app, f"/videos/-/static/{path}")).status == 404


def test_a_script_imports_what_has_the_same_version() -> None:
    """By addresses beside its own."""
    for name in FILES:
        if name.endswith(".js"):
            text = (FOLDER / name).read_text()
            for imported in re.findall(r"""(?:from |import\()["'](.*?)["']""", text):
                assert imported.startswith("./")
                assert imported[2:] in FILES
