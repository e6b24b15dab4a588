"""Extensions and middlewares of others around a library, in the versions that are installed."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from quart import Quart, Response, session
from quart_session import Session  # type: ignore[import-untyped]

from quart_video import VideoBlueprint
from quart_video.testing import make_film
from tests.e2e.harness import need_tool, wait_until
from tests.support.asgi import call
from tests.support.ports import free_port

FILM = make_film(3)
VTT = b"WEBVTT\n\n00:00.000 --> 00:09.000\n" + b"Hello, hello. " * 400 + b"\n"
MEDIA = r"^/videos/(?!-/(watch|api|static)/).*[^/]$"
"""What these two have to be told to leave alone: they encode parts, too."""
ALL = {"Accept-Encoding": "gzip, br, zstd, deflate"}


@pytest.fixture
def app(tmp_path: Path) -> Quart:
    (tmp_path / "a.mp4").write_bytes(FILM)
    (tmp_path / "a.en.vtt").write_bytes(VTT)
    app = Quart(__name__)
    app.secret_key = "a key for the tests alone"
    app.register_blueprint(VideoBlueprint(media_root=tmp_path))
    return app


async def right(app: Any, **fields: str) -> None:
    """Check that ranges, conditions and whole answers are what they are without anything around."""
    part = await call(app, "/videos/a.mp4", headers={**ALL, **fields, "Range": "bytes=10-4009"})
    assert part.status == 206
    assert part["content-range"] == f"bytes 10-4009/{len(FILM)}"
    assert part["content-length"] == "4000"
    assert "content-encoding" not in part
    assert part.body == FILM[10:4010]
    whole = await call(app, "/videos/a.mp4", headers={**ALL, **fields})
    assert (whole.status, whole.body) == (200, FILM)
    assert "content-encoding" not in whole
    tag = whole["etag"]
    unchanged = await call(app, "/videos/a.mp4", headers={**ALL, **fields, "If-None-Match": tag})
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert "content-encoding" not in unchanged
    several = await call(
        app, "/videos/a.mp4", headers={**ALL, **fields, "Range": "bytes=0-9,90-99"}
    )
    assert several.status == 206
    assert "content-encoding" not in several
    assert FILM[90:100] in several.body
    beyond = await call(app, "/videos/a.mp4", headers={**ALL, **fields, "Range": "bytes=999999-"})
    assert beyond.status == 416
    page = await call(app, "/videos/-/watch/a.mp4", headers={**fields, "Accept": "text/html"})
    assert (page.status, b"<video" in page.body) == (200, True)


async def test_quart_cors(app: Quart) -> None:
    cors = pytest.importorskip("quart_cors")
    cors.cors(app, allow_origin="https://example.org")
    await right(app)
    sent = await call(app, "/videos/a.mp4", headers={"Origin": "https://example.org"})
    assert sent["access-control-allow-origin"] == "https://example.org"


async def test_quart_rate_limiter(app: Quart) -> None:
    limiter = pytest.importorskip("quart_rate_limiter")
    limiter.RateLimiter(app, default_limits=[limiter.RateLimit(20, timedelta(minutes=1))])
    await right(app)
    statuses = [(await call(app, "/videos/a.mp4")).status for _ in range(25)]
    assert set(statuses) == {200, 429}
    refused = await call(app, "/videos/-/api/videos/a.mp4")
    while refused.status == 200:
        refused = await call(app, "/videos/-/api/videos/a.mp4")
    assert refused["content-type"] == "application/problem+json"
    assert int(refused["retry-after"]) > 0


def starlette(app: Any) -> Any:
    from starlette.middleware.gzip import GZipMiddleware  # noqa: PLC0415

    return GZipMiddleware(app.asgi_app, minimum_size=100)


def brotli(app: Any) -> Any:
    from brotli_asgi import BrotliMiddleware  # noqa: PLC0415

    return BrotliMiddleware(app.asgi_app, minimum_size=100, excluded_handlers=[MEDIA])


def zstd(app: Any) -> Any:
    from zstd_asgi import ZstdMiddleware  # type: ignore[import-untyped] # noqa: PLC0415

    return ZstdMiddleware(app.asgi_app, minimum_size=100, excluded_handlers=[MEDIA])


def quart_compress(app: Any) -> Any:
    from quart_compress import Compress  # type: ignore[import-untyped] # noqa: PLC0415

    Compress(app)
    return app.asgi_app


@pytest.mark.parametrize("around", [starlette, brotli, zstd, quart_compress])
async def test_compression(app: Quart, around: Callable[[Quart], Any]) -> None:
    app.asgi_app = around(app)  # type: ignore[method-assign]
    await right(app)
    page = await call(app, "/videos/-/watch/a.mp4", headers={**ALL, "Accept": "text/html"})
    assert "content-encoding" in page
    assert len(page.body) < 8000


async def test_opentelemetry(app: Quart) -> None:
    asgi = pytest.importorskip("opentelemetry.instrumentation.asgi")
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import (  # noqa: PLC0415
        InMemorySpanExporter,
    )

    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    traced = asgi.OpenTelemetryMiddleware(app.asgi_app, tracer_provider=provider)
    app.asgi_app = traced  # type: ignore[method-assign]
    await right(app)
    statuses = {
        span.attributes.get("http.status_code") or span.attributes.get("http.response.status_code")
        for span in spans.get_finished_spans()
        if span.attributes
    }
    assert {200, 206, 304, 416} <= statuses


def test_sentry(tmp_path: Path) -> None:
    pytest.importorskip("sentry_sdk")
    (tmp_path / "a.mp4").write_bytes(FILM)
    (tmp_path / "a.en.vtt").write_bytes(VTT)
    command = [sys.executable, "-m", "tests.web.with_sentry", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    events = json.loads(done.stdout)
    assert {name for name, _ in events} >= {"video.media", "video.watch"}
    assert "error" not in {level for _, level in events}


async def test_a_policy_for_all_pages(app: Quart) -> None:
    @app.after_request
    async def strict(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", "default-src 'self'")
        return response

    await right(app)
    page = await call(app, "/videos/-/watch/a.mp4")
    assert page["content-security-policy"] == "default-src 'self'"
    player = await call(app, "/videos/-/embed/a.mp4")
    assert "frame-ancestors 'self'" in player["content-security-policy"]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[int]:
    """Run a Redis; return its port."""
    port = free_port()
    command = [need_tool("redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    process = subprocess.Popen(
        [*command, "--save", "", "--dir", str(tmp_path)], stdout=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: _listens(port), 20, "Redis listens")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")  # of Redis, by it
async def test_quart_session(tmp_path: Path, redis: int) -> None:
    """What is kept in Redis decides who sees a video; to send one changes nothing of it."""
    (tmp_path / "a.mp4").write_bytes(FILM)
    app = Quart(__name__)
    app.secret_key = "a key for the tests alone"
    app.config.update(SESSION_TYPE="redis", SESSION_URI=f"redis://127.0.0.1:{redis}")
    Session(app)

    @app.get("/login")
    async def login() -> str:
        session["member"] = True
        return "welcome"

    app.register_blueprint(
        VideoBlueprint(media_root=tmp_path, authorize=lambda *_: bool(session.get("member")))
    )
    async with app.test_app():
        assert (await call(app, "/videos/a.mp4")).status == 404
        welcome = await call(app, "/login")
        cookie = welcome["set-cookie"].partition(";")[0]
        await right(app, Cookie=cookie)
        assert (await call(app, "/videos/a.mp4", headers={"Cookie": "session=no"})).status == 404
