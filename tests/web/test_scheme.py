"""Full addresses begin with a scheme, whatever a proxy says of it and a server passes on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypercorn.middleware import ProxyFixMiddleware
from quart import Quart

from quart_video import sign_url, video_bp
from tests.support.asgi import call

WATCH = "http://films.example/videos/-/watch/clip.mp4"


@pytest_asyncio.fixture
async def app(tmp_path: Path) -> AsyncIterator[Quart]:
    (tmp_path / "clip.mp4").write_bytes(b"film")
    app = Quart(__name__)
    app.config.update(MEDIA_ROOT=str(tmp_path), VIDEO_SITEMAP=True, VIDEO_EMBED_ORIGINS=["*"])
    app.secret_key = "a key for the tests alone"
    app.register_blueprint(video_bp)

    @app.get("/address")
    async def address() -> str:
        return await sign_url("clip.mp4", external=True)

    async with app.test_app():
        app.asgi_app = ProxyFixMiddleware(app.asgi_app)  # type: ignore[method-assign]
        yield app


ADDRESSES = {
    "/videos/-/playlist.m3u": "",
    "/videos/-/playlist.xspf": "",
    "/videos/-/feed.rss": "",
    "/videos/-/sitemap.xml": "",
    "/videos/-/watch/clip.mp4": "",
    "/videos/-/oembed": f"url={WATCH}",
    "/address": "",
}


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize(
    ("told", "scheme"),
    [("HTTPS", "https"), ("Https", "https"), ("HTTP", "http"), ("", "http"), ("on", "http")],
)
async def test_by_a_proxy(app: Quart, path: str, told: str, scheme: str) -> None:
    fields = {"X-Forwarded-Proto": told, "X-Forwarded-Host": "films.example"}
    sent = await call(app, path, headers=fields, query=ADDRESSES[path])
    assert sent.status == 200
    text = sent.body.decode().replace("\\/", "/")
    assert f"{scheme}://films.example/" in text
    for before in text.split("://films.example/")[:-1]:
        assert before.endswith(scheme)
    assert '"//films.example' not in text
    assert ">//films.example" not in text


@pytest.mark.parametrize(("told", "scheme"), [("https, http", "https"), ("", "https")])
async def test_as_a_server_passes_it_on(app: Quart, told: str, scheme: str) -> None:
    """As Daphne does with a list. Where nothing is told, the app may have said what it expects."""
    app.config["PREFERRED_URL_SCHEME"] = "https"

    async def odd(scope: object, receive: object, send: object) -> None:
        assert isinstance(scope, dict)
        await app({**scope, "scheme": told}, receive, send)  # type: ignore[arg-type]

    sent = await call(odd, "/videos/-/playlist.m3u")
    assert sent.body.decode().splitlines()[-1] == f"{scheme}://localhost/videos/clip.mp4"


async def test_oembed_finds_by_another_scheme(app: Quart) -> None:
    fields = {"X-Forwarded-Proto": "", "X-Forwarded-Host": "films.example"}
    sent = await call(app, "/videos/-/oembed", headers=fields, query=f"url={WATCH}")
    assert 'src="http://films.example/videos/-/embed/clip.mp4"' in json.loads(sent.body)["html"]
