from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from quart import Quart, Response

from quart_video import send_file, video_bp
from quart_video.delivery.flow_control import holds_back
from tests.support.asgi import call

MIB = 1 << 20
SIZE = 17 * MIB
HYPERCORN = ("http.response.trailers", "http.response.push", "http.response.early_hint")
GRANIAN = ("http.response.pathsend", "websocket.http.response")


@pytest.fixture
def app(tmp_path: Path) -> Quart:
    """Return an app with a film that is more than a server should have in memory."""
    with (tmp_path / "film.mp4").open("wb") as film:
        film.truncate(SIZE)
    (tmp_path / "short.mp4").write_bytes(bytes(100))
    app = Quart(__name__)
    app.config["MEDIA_ROOT"] = str(tmp_path)
    app.register_blueprint(video_bp)

    @app.get("/own")
    async def own() -> Response:
        return await send_file(tmp_path / "film.mp4")

    return app


# What the servers were seen to say of a request.
@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({"http_version": "1.0"}, True),
        ({"http_version": "1.1"}, True),
        ({"http_version": "1.1", "extensions": {}}, True),
        ({"http_version": "1.1", "extensions": dict.fromkeys(GRANIAN)}, True),
        ({"http_version": "2", "extensions": dict.fromkeys(GRANIAN)}, True),
        ({"http_version": "2", "extensions": dict.fromkeys(HYPERCORN)}, False),
        ({"http_version": "2"}, False),
        ({"http_version": "2.0"}, False),
        ({"http_version": "3", "extensions": {}}, False),
    ],
    ids=str,
)
def test_holds_back(scope: dict[str, Any], *, expected: bool) -> None:
    assert holds_back(scope) is expected


@pytest.mark.parametrize("path", ["/videos/film.mp4", "/own"])
@pytest.mark.parametrize(
    ("http_version", "extensions", "field", "expected"),
    [
        ("1.1", (), "bytes=0-", f"bytes 0-{SIZE - 1}/{SIZE}"),
        ("2", GRANIAN, "bytes=0-", f"bytes 0-{SIZE - 1}/{SIZE}"),
        ("2", HYPERCORN, "bytes=0-", f"bytes 0-{8 * MIB - 1}/{SIZE}"),
        ("3", HYPERCORN, "bytes=0-", f"bytes 0-{8 * MIB - 1}/{SIZE}"),
        ("3", HYPERCORN, "bytes=5-", f"bytes 5-{SIZE - 1}/{SIZE}"),
        ("2", HYPERCORN, f"bytes={SIZE - 5}-", f"bytes {SIZE - 5}-{SIZE - 1}/{SIZE}"),
        ("2", HYPERCORN, "bytes=1-99999999", f"bytes 1-{SIZE - 1}/{SIZE}"),
    ],
)
async def test_an_open_range(
    app: Quart,
    path: str,
    *,
    http_version: str,
    extensions: tuple[str, ...],
    field: str,
    expected: str,
) -> None:
    sent = await call(
        app, path, headers={"Range": field}, http_version=http_version, extensions=extensions
    )
    assert (sent.status, sent["Content-Range"]) == (206, expected)
    assert len(sent.body) == int(sent["Content-Length"])


@pytest.mark.parametrize("path", ["/videos/film.mp4", "/own"])
async def test_an_open_range_of_a_player_that_seeks(app: Quart, path: str) -> None:
    fields = {"Range": "bytes=5-", "Sec-Fetch-Dest": "video"}
    sent = await call(app, path, headers=fields, http_version="2", extensions=HYPERCORN)
    assert sent["Content-Range"] == f"bytes 5-{8 * MIB + 4}/{SIZE}"


@pytest.mark.parametrize(("limit", "length"), [(None, SIZE), (65_536, 65_536)])
async def test_the_limit_is_a_setting(app: Quart, limit: int | None, length: int) -> None:
    app.config["VIDEO_OPEN_RANGE_LIMIT"] = limit
    for path in ("/videos/film.mp4", "/own"):
        sent = await call(app, path, headers={"Range": "bytes=0-"}, http_version="2")
        assert sent["Content-Length"] == str(length)


async def test_a_long_answer_is_warned_of_once(
    app: Quart, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "quart_video"):
        for method, path, fields, version in (
            ("GET", "/videos/film.mp4", {}, "1.1"),
            ("GET", "/videos/film.mp4", {"Range": "bytes=0-"}, "2"),
            ("GET", "/videos/film.mp4", {"Range": f"bytes=0-{16 * MIB - 1}"}, "2"),
            ("GET", "/videos/film.mp4", {"If-None-Match": "*"}, "2"),
            ("HEAD", "/videos/film.mp4", {}, "2"),
            ("GET", "/videos/short.mp4", {}, "2"),
        ):
            await call(app, path, method, fields, http_version=version)
        assert not caplog.records
        await call(app, "/videos/film.mp4", http_version="2", extensions=GRANIAN)
        assert not caplog.records
        await call(app, "/videos/film.mp4", http_version="2", extensions=HYPERCORN)
        await call(app, "/own", http_version="3", extensions=HYPERCORN)
    (record,) = caplog.records
    assert record.getMessage().startswith("'film.mp4' is sent over HTTP/2 by a server")


async def test_every_app_is_warned(app: Quart, caplog: pytest.LogCaptureFixture) -> None:
    other = Quart("other")
    other.config.update(app.config)
    other.register_blueprint(video_bp)
    with caplog.at_level(logging.WARNING, "quart_video"):
        for one in (app, other, app, other):
            await call(one, "/videos/film.mp4", http_version="2")
    assert len(caplog.records) == 2
