"""In AWS Lambda, by way of Mangum, which keeps each answer whole until it hands it on."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from quart import Quart

from quart_video import video_bp

mangum = pytest.importorskip("mangum")

FILM = bytes(range(256)) * 4096
HOST = "videos.lambda-url.eu-central-1.on.aws"


class Reply(NamedTuple):
    status: int
    fields: dict[str, str]
    body: bytes


Ask = Callable[..., Reply]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Return what sends a request as a function URL does, which starts and ends the app for it."""
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a film.mp4").write_bytes(FILM)
    app = Quart(__name__)
    app.config |= {
        "MEDIA_ROOT": str(tmp_path / "media"),
        "VIDEO_CACHE": str(tmp_path / "cache"),
        "VIDEO_MEDIA_PROCESSES": 0,
    }
    app.register_blueprint(video_bp)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)  # else Mangum makes one, and never closes it
    handler = mangum.Mangum(app)

    def ask(path: str, **fields: str) -> Reply:
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"host": HOST, "x-forwarded-proto": "https", **fields},
            "requestContext": {
                "http": {"method": "GET", "path": path, "sourceIp": "192.0.2.1"},
                "stage": "$default",
            },
            "isBase64Encoded": False,
        }
        reply = handler(event, None)
        encoded = reply["isBase64Encoded"]
        body = base64.b64decode(reply["body"]) if encoded else reply["body"].encode()
        return Reply(reply["statusCode"], reply["headers"], body)

    yield ask
    asyncio.set_event_loop(None)
    loop.close()


def test_answers_are_as_ever(ask: Ask) -> None:
    assert ask("/videos/-/health").status == 200
    whole = ask("/videos/a%20film.mp4")
    assert (whole.status, whole.body) == (200, FILM)
    part = ask("/videos/a%20film.mp4", range="bytes=5-9")
    assert (part.status, part.body) == (206, FILM[5:10])
    assert part.fields["content-range"] == f"bytes 5-9/{len(FILM)}"
    tag = whole.fields["etag"]
    assert ask("/videos/a%20film.mp4", **{"if-none-match": tag}).status == 304
    assert ask("/videos/a%20film.mp4", range=f"bytes={len(FILM)}-").status == 416
    assert ask("/videos/none.mp4").status == 404


def test_addresses_are_those_of_the_function(ask: Ask) -> None:
    assert f"\nhttps://{HOST}/videos/a%20film.mp4\n" in ask("/videos/-/playlist.m3u").body.decode()
    page = ask("/videos/", accept="text/html").body.decode()
    assert 'href="/videos/-/watch/a%20film.mp4"' in page
    assert page.rstrip().endswith("</html>")
