"""A process that can start no more threads answers 503, and is itself again when it can."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from quart import Quart

from quart_video import VideoBlueprint
from tests.support.asgi import call

ROUTES = (
    *("/videos/", "/videos/a/", "/videos/a/clip.mp4", "/videos/-/watch/a/clip.mp4"),
    *("/videos/-/api/videos", "/videos/-/api/videos?recursive=1&q=clip"),
    *("/videos/-/api/videos/a/clip.mp4", "/videos/-/captions/a/clip.en.vtt"),
    *("/videos/-/poster/a/clip.mp4", "/videos/-/storyboard/a/clip.mp4"),
    *("/videos/-/chapters/a/clip.mp4", "/videos/-/mp4/a/clip.mp4", "/videos/-/playlist.m3u"),
    *("/videos/-/playlist.xspf", "/videos/-/feed.rss", "/videos/-/health"),
)


@pytest.mark.parametrize("is_cached", [True, False], ids=["cache", "memory"])
async def test_no_thread_can_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_cached: bool
) -> None:
    (tmp_path / "media" / "a").mkdir(parents=True)
    (tmp_path / "media" / "a" / "clip.mp4").write_bytes(b"\0" * 1000)
    (tmp_path / "media" / "a" / "clip.en.vtt").write_text("WEBVTT\n\n")
    app = Quart(__name__)
    cache = str(tmp_path / "cache") if is_cached else None
    app.register_blueprint(VideoBlueprint(media_root=tmp_path / "media", cache=cache))

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    refused = set()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        for route in ROUTES:
            path, _, query = route.partition("?")
            sent = await call(app, path, query=query)
            assert sent.status in {200, 503}, route  # what needs no thread is served
            if sent.status == 503:
                assert int(sent["Retry-After"]) > 0
                refused.add(route)
    assert refused >= {"/videos/", "/videos/-/api/videos", "/videos/-/playlist.m3u"}
    for route in ROUTES:
        path, _, query = route.partition("?")
        assert (await call(app, path, query=query)).status in {200, 404, 503}
    assert (await call(app, "/videos/a/clip.mp4")).status == 200
    assert (await call(app, "/videos/-/api/videos")).status == 200
    async with asyncio.timeout(20):  # the last word on that counts for a moment
        while (await call(app, "/videos/-/health")).status != 200:
            await asyncio.sleep(0.1)
