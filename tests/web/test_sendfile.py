"""What the server in front is told, and that nobody but the setting has it told anything."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quart import Quart, abort, request

from quart_video import video_bp
from quart_video.policy.sendfile import SendfileHeader, sendfile_header
from tests.support.asgi import Sent, all_closed, call, follow

ACCEL = "x-accel-redirect:/internal/videos"
MODES = {"x-accel-redirect": ACCEL, "x-sendfile": "x-sendfile"}
FIELDS = ("x-accel-redirect", "x-sendfile")


@pytest.mark.parametrize(
    ("sendfile", "root", "expected"),
    [
        ("off", "/srv/videos", None),
        (ACCEL, "/srv/videos", SendfileHeader("X-Accel-Redirect", "/internal/videos")),
        (f"{ACCEL}/", "/srv/videos", SendfileHeader("X-Accel-Redirect", "/internal/videos")),
        ("x-accel-redirect:/a:b", "/srv", SendfileHeader("X-Accel-Redirect", "/a:b")),
        ("x-sendfile", "/srv/videos", SendfileHeader("X-Sendfile", "/srv/videos")),
        ("x-sendfile", "/", SendfileHeader("X-Sendfile", "")),
    ],
)
def test_mode(sendfile: str, root: str, expected: SendfileHeader | None) -> None:
    assert sendfile_header(sendfile, root) == expected


@pytest.mark.parametrize(
    ("base", "path", "expected"),
    [
        ("/i", "clip.mp4", "/i/clip.mp4"),
        ("", "clip.mp4", "/clip.mp4"),
        ("/i", "a/b/c-d_e.f~g.mp4", "/i/a/b/c-d_e.f~g.mp4"),
        ("/i", "a b.mp4", "/i/a%20b.mp4"),
        ("/i", "100%.mp4", "/i/100%25.mp4"),
        ("/i", "%2e%2e%2Fx.mp4", "/i/%252e%252e%252Fx.mp4"),
        ("/i", "#?&;=+,:@.mp4", "/i/%23%3F%26%3B%3D%2B%2C%3A%40.mp4"),
        ("/i", "\"'<>\\^`{|}.mp4", "/i/%22%27%3C%3E%5C%5E%60%7B%7C%7D.mp4"),
        ("/i", "a\r\nSet-Cookie: b\t\x7f.mp4", "/i/a%0D%0ASet-Cookie%3A%20b%09%7F.mp4"),
        ("/i", "\u00e9\N{CLAPPER BOARD}.mp4", "/i/%C3%A9%F0%9F%8E%AC.mp4"),
        ("/in side/%41", "x.mp4", "/in%20side/%2541/x.mp4"),
        (os.fsdecode(b"/srv/\xff"), "x.mp4", "/srv/%FF/x.mp4"),
    ],
)
def test_field(base: str, path: str, expected: str) -> None:
    assert SendfileHeader("X-Name", base).field(path) == ("X-Name", expected)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_the_name_it_stays_one_line_that_unescapes_to_it(path: str) -> None:
    _, value = SendfileHeader("X-Name", "/i").field(path)
    assert value.isascii()
    assert value.isprintable()
    assert not set(value) & set(" ?#;,\"'")
    assert unquote(value) == f"/i/{path}"
    assert unquote_to_bytes(value) == f"/i/{path}".encode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "videos"
    (root / "sub").mkdir(parents=True)
    (root / "clip 1.mkv").write_bytes(b"0123456789")
    (root / "clip 1.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    for name in ("clip 1.mkv", "clip 1.vtt"):  # the date of what is new changes once more
        os.utime(root / name, (1_600_000_000, 1_600_000_000))
    (root / "notes.txt").write_text("notes")
    (root / "dir.mp4").mkdir()
    (root / "out.mp4").symlink_to("/etc/passwd")
    return root


def make_app(root: Path, sendfile: str, **config: Any) -> Quart:
    app = Quart(__name__)
    app.config.update(config, MEDIA_ROOT=str(root), VIDEO_SENDFILE=sendfile)
    app.register_blueprint(video_bp)
    return app


@pytest.fixture(params=MODES.values(), ids=list(MODES))
def app(root: Path, request: pytest.FixtureRequest) -> Quart:
    return make_app(root, request.param)


def told(sent: Sent) -> dict[str, str]:
    """Return the fields that are for the server in front."""
    return {name: value for name, value in sent.lines if name in FIELDS}


async def test_media(root: Path) -> None:
    sent = await call(make_app(root, ACCEL), "/videos/clip 1.mkv")
    assert (sent.status, sent.body) == (200, b"")
    assert sorted(sent.lines) == [
        ("cache-control", "no-cache, no-transform"),
        ("content-length", "0"),
        ("content-type", "video/matroska"),
        ("x-accel-buffering", "no"),
        ("x-accel-redirect", "/internal/videos/clip%201.mkv"),
        ("x-content-type-options", "nosniff"),
    ]


async def test_media_by_its_path(root: Path) -> None:
    sent = await call(make_app(root, "x-sendfile"), "/videos/clip 1.mkv")
    assert told(sent) == {"x-sendfile": f"{root}/clip%201.mkv"}


async def test_captions(app: Quart) -> None:
    sent = await call(app, "/videos/-/captions/clip 1.vtt")
    assert (sent.status, sent.body) == (200, b"")
    assert sent["content-type"] == "text/vtt; charset=utf-8"
    (value,) = told(sent).values()
    assert value.endswith("/clip%201.vtt")


async def test_the_file_is_closed(app: Quart) -> None:
    await call(app, "/videos/clip 1.mkv")
    assert await all_closed("clip 1.mkv")


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-3"},
        {"Range": "bytes=99-"},
        {"If-None-Match": "*"},
        {"If-Match": '"other"'},
        {"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If-Range": '"other"', "Range": "bytes=0-3"},
    ],
    ids=str,
)
async def test_ranges_and_preconditions_are_left_to_the_front(
    app: Quart, headers: dict[str, str]
) -> None:
    plain = await call(app, "/videos/clip 1.mkv")
    for method in ("GET", "HEAD"):
        sent = await call(app, "/videos/clip 1.mkv", method, headers)
        assert (sent.status, sent.body, sent.lines) == (200, b"", plain.lines)


@pytest.mark.parametrize(
    "path",
    ["no.mkv", "notes.txt", "dir.mp4", "out.mp4", "../videos/clip 1.mkv", "-/captions/no.vtt"],
)
async def test_what_is_not_served_is_not_handed_off(app: Quart, path: str) -> None:
    sent = await call(app, f"/videos/{path}")
    assert (sent.status, told(sent)) == (404, {})


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_other_methods_hand_nothing_off(app: Quart, method: str) -> None:
    sent = await call(app, "/videos/clip 1.mkv", method)
    assert (sent.status, told(sent)) == (200 if method == "OPTIONS" else 405, {})


@pytest.mark.parametrize(
    "path",
    ["", "-/watch/clip 1.mkv", "-/api/videos", "-/api/videos/clip 1.mkv", "sub",
     "-/static/quart-video.css"],
)  # fmt: skip
async def test_pages_are_sent_by_us(app: Quart, path: str) -> None:
    sent = await call(app, f"/videos/{path}")
    assert sent.status in (200, 308)
    assert sent.body
    assert told(sent) == {}


async def test_a_login_comes_first(app: Quart) -> None:
    @app.before_request
    async def login() -> None:
        if "Authorization" not in request.headers:
            abort(401)

    refused = await call(app, "/videos/clip 1.mkv")
    assert (refused.status, told(refused)) == (401, {})
    assert told(await call(app, "/videos/clip 1.mkv", headers={"Authorization": "Basic eDp5"}))


async def test_fields_for_other_origins_and_caches(root: Path) -> None:
    app = make_app(
        root,
        ACCEL,
        VIDEO_CORS_ORIGINS="https://page.example",
        VIDEO_CROSS_ORIGIN_RESOURCE_POLICY="cross-origin",
        VIDEO_MAX_AGE=60,
    )
    plain = await call(app, "/videos/clip 1.mkv", headers={"Origin": "https://page.example"})
    assert plain["cache-control"] == "no-cache, no-transform"
    row = (await call(app, "/videos/-/api/videos/clip 1.mkv")).body
    sent = await follow(app, json.loads(row)["url"], headers={"Origin": "https://page.example"})
    assert told(sent)
    assert sent["access-control-allow-origin"] == "https://page.example"
    assert sent["vary"] == "Origin"
    assert sent["cross-origin-resource-policy"] == "cross-origin"
    assert sent["cache-control"] == "public, max-age=60, immutable, no-transform"


async def test_each_mount_has_its_own(root: Path) -> None:
    app = make_app(root, "x-sendfile")
    app.register_blueprint(video_bp, name="nginx", url_prefix="/nginx", sendfile=ACCEL)
    app.register_blueprint(video_bp, name="own", url_prefix="/own", sendfile="off")
    assert set(told(await call(app, "/videos/clip 1.mkv"))) == {"x-sendfile"}
    assert set(told(await call(app, "/nginx/clip 1.mkv"))) == {"x-accel-redirect"}
    sent = await call(app, "/own/clip 1.mkv")
    assert (sent.body, told(sent)) == (b"0123456789", {})


# By these, or the like, a client could have had files sent that other software handed off.
ASKED = {
    "X-Sendfile": "/etc/passwd",
    "X-Sendfile-Type": "X-Accel-Redirect",
    "X-Accel-Mapping": "/=/internal/",
    "X-Accel-Redirect": "/internal/videos/clip",
    "X-Lighttpd-Send-File": "/etc/passwd",
}


@pytest.mark.parametrize("name", [*ASKED, "all"])
async def test_no_client_can_switch_it_on(root: Path, name: str) -> None:
    headers = ASKED if name == "all" else {name: ASKED[name]}
    app = make_app(root, "off")
    while json.loads((await call(app, "/videos/-/api/videos")).body)["scanning"]:
        await asyncio.sleep(0.01)  # the pages tell how much is in each folder, when that is known
    for path in ("clip 1.mkv", "-/captions/clip 1.vtt", ""):
        sent = await call(app, f"/videos/{path}", headers=headers)
        plain = await call(app, f"/videos/{path}")
        assert (sent.status, sent.body, sent.lines) == (200, plain.body, plain.lines)
        assert sent.body
        assert told(sent) == {}


@pytest.mark.parametrize("name", [*ASKED, "all"])
async def test_no_client_can_change_it(app: Quart, name: str) -> None:
    headers = ASKED if name == "all" else {name: ASKED[name]}
    plain = await call(app, "/videos/clip 1.mkv")
    sent = await call(app, "/videos/clip 1.mkv", headers=headers)
    assert (sent.status, sent.body, sent.lines) == (200, b"", plain.lines)
