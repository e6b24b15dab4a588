"""Pages of another origin in a real browser: what they may do with videos, and what not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.chromium import NewPage, Page
from tests.e2e.film import caption_at
from tests.e2e.harness import Server, Servers

# Looks at the video by all means that need consent, and says what came of it.
_LOOK = """
async ({media, captions, mode}) => {
    const within = (promise, what) => Promise.race([promise, new Promise((_, reject) =>
        setTimeout(() => reject(new Error('not within 20 s: ' + what)), 20000))]);
    const event = (target, good) => within(new Promise(resolve => {
        target.addEventListener(good, () => resolve(true));
        target.addEventListener('error', () => resolve(false));
    }), good);
    const video = document.createElement('video');
    if (mode) video.crossOrigin = mode;
    video.muted = true;
    const track = Object.assign(document.createElement('track'), {src: captions, default: true});
    const cues = event(track, 'load'), frame = event(video, 'loadeddata');
    video.append(track);
    video.src = media;
    document.body.append(video);
    video.textTracks[0].mode = 'showing';
    const result = {plays: await frame, captions: await cues, canvas: null};
    result.cue = result.captions ? track.track.cues[0].text : null;
    if (result.plays) {
        const shown = new Promise(resolve => video.requestVideoFrameCallback(resolve));
        await video.play();
        await within(shown, 'a frame');
        const context = document.createElement('canvas').getContext('2d');
        context.drawImage(video, 0, 0);
        try { result.canvas = context.getImageData(0, 0, 1, 1).data.length > 0; }
        catch (error) { result.canvas = error.name; }
    }
    return result;
}
"""

_FETCH = """
async ({media, options}) => {
    try {
        const answer = await fetch(media, options);
        const bytes = await answer.arrayBuffer();
        return {status: answer.status, length: bytes.byteLength,
                range: answer.headers.get('content-range'), etag: answer.headers.get('etag')};
    } catch (error) { return error.name; }
}
"""


class _Blank(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<!doctype html><title>Elsewhere</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _elsewhere() -> Iterator[int]:
    """Serve a blank page; return the port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Blank) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with _elsewhere() as port:
        yield port


@pytest.fixture
def server(servers: Servers, film: Path, port: int) -> Server:
    assert film.exists()
    return servers.server(
        "uvicorn",
        QUART_VIDEO_CORS_ORIGINS=f"http://127.0.0.1:{port}",
        QUART_VIDEO_CORS_CREDENTIALS="true",
    )


def _addresses(server: Server, mount: str) -> dict[str, str]:
    base = f"{server.url}/{mount}"
    return {
        "media": f"{base}/film/clock.mp4",
        "captions": f"{base}/-/captions/film/clock.en.vtt",
    }


def _open(new_page: NewPage, server: Server, host: str, port: int, *, member: bool) -> Page:
    page = new_page()
    if member:
        page.context.add_cookies([{"name": "member", "value": "yes", "url": server.url}])
    page.goto(f"http://{host}:{port}/")
    return page


def _look(page: Page, server: Server, mount: str, mode: str) -> Any:
    return page.evaluate(_LOOK, {**_addresses(server, mount), "mode": mode})


def _fetch(page: Page, server: Server, mount: str, **options: Any) -> Any:
    media = _addresses(server, mount)["media"]
    return page.evaluate(_FETCH, {"media": media, "options": options})


@pytest.mark.sample(1)
def test_a_page_that_is_named_sees_it_all(server: Server, port: int, new_page: NewPage) -> None:
    page = _open(new_page, server, "127.0.0.1", port, member=True)
    seen = {"plays": True, "captions": True, "cue": caption_at(0.5), "canvas": True}
    assert _look(page, server, "members", "use-credentials") == seen
    assert _look(page, server, "videos", "anonymous") == seen
    ranged = {"Range": "bytes=5-9", "If-Range": '"other"'}
    answer = _fetch(page, server, "members", credentials="include", headers=ranged)
    assert answer["status"] == 200
    answer = _fetch(page, server, "members", credentials="include", headers={"Range": "bytes=5-9"})
    assert (answer["status"], answer["length"]) == (206, 5)
    assert answer["range"].startswith("bytes 5-9/")
    assert answer["etag"]


def test_without_the_cookie_there_is_nothing(server: Server, port: int, new_page: NewPage) -> None:
    page = _open(new_page, server, "127.0.0.1", port, member=False)
    seen = _look(page, server, "members", "use-credentials")
    assert (seen["plays"], seen["captions"]) == (False, False)
    assert _fetch(page, server, "members", credentials="include")["status"] == 404
    # The header that a script sends is as good as a cookie, and is asked for beforehand.
    token = {"Authorization": "Bearer member", "Range": "bytes=0-0"}
    assert _fetch(page, server, "members", headers=token)["status"] == 206


def test_a_page_that_is_not_named_sees_nothing(
    server: Server, port: int, new_page: NewPage
) -> None:
    page = _open(new_page, server, "localhost", port, member=True)
    for mode in ("use-credentials", "anonymous"):
        seen = _look(page, server, "videos", mode)
        assert (seen["plays"], seen["captions"]) == (False, False)
    # Plainly, it may be shown, and not be looked into.
    seen = _look(page, server, "videos", "")
    assert seen == {"plays": True, "captions": False, "cue": None, "canvas": "SecurityError"}
    for options in ({}, {"credentials": "include"}, {"headers": {"Range": "bytes=0-9"}}):
        assert _fetch(page, server, "videos", **options) == "TypeError"
