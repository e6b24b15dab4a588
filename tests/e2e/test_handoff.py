"""Videos that nginx or lighttpd sends: the app decides, the bytes come from the server in front."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest

from tests.e2e.fronts import Front
from tests.e2e.harness import Servers
from tests.e2e.reply import Reply, content_range, parse_multipart
from tests.e2e.site import CLIP, CLIP_DATE, GOOD_NAMES, LARGE, SECRET, SPARSE_TAIL, Site
from tests.e2e.test_names import REFUSED, TRAVERSAL

SENDFILE = {"nginx": "x-accel-redirect:/internal/videos", "lighttpd": "x-sendfile"}
PAGE = "https://page.example"
CLIP_URL = "/videos/clip.mp4"
CONTROL = [name for name in GOOD_NAMES if any(ord(character) < 0x20 for character in name)]


def _front(
    name: str, servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    kind, _, server_kind = name.partition("-")
    server = servers.server(
        server_kind, QUART_VIDEO_SENDFILE=SENDFILE[kind], QUART_VIDEO_CORS_ORIGINS=PAGE
    )
    front = Front(kind, server, tmp_path_factory.mktemp(kind))
    try:
        yield front
    finally:
        front.stop()


@pytest.fixture(
    scope="module",
    params=["nginx-hypercorn", "nginx-uvicorn", "nginx-granian", "lighttpd-uvicorn"],
)
def front(
    request: pytest.FixtureRequest, servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """Return each server in front in turn."""
    yield from _front(request.param, servers, tmp_path_factory)


@pytest.fixture(scope="module")
def nginx(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Return an nginx."""
    yield from _front("nginx-uvicorn", servers, tmp_path_factory)


@pytest.fixture(scope="module")
def lighttpd(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Return a lighttpd."""
    yield from _front("lighttpd-uvicorn", servers, tmp_path_factory)


def ask(front: Front, target: str, *fields: tuple[str, str], method: str = "GET") -> Reply:
    """Send a request and return the response, which must not tell what passed behind the scenes."""
    reply = front.request(method, target, *fields)
    assert reply.complete
    for name, value in reply.fields:
        assert name.lower() not in ("x-accel-redirect", "x-sendfile")
        assert str(front.server.root) not in value
        assert "/internal/" not in value
    assert os.fsencode(front.server.root) not in reply.body
    return reply


@pytest.mark.sample(2)
def test_whole(front: Front) -> None:
    reply = ask(front, CLIP_URL)
    assert (reply.status, reply.body) == (200, CLIP)
    assert reply["Content-Type"] == "video/mp4"
    assert reply["Content-Length"] == "10000"
    assert reply["Accept-Ranges"] == "bytes"
    assert reply["Last-Modified"] == CLIP_DATE
    assert reply.cache_control == {"no-cache", "no-transform"}
    assert reply["X-Content-Type-Options"] == "nosniff"


def test_head(front: Front) -> None:
    def fields(method: str) -> dict[str, str]:
        reply = ask(front, CLIP_URL, method=method)
        assert (reply.status, len(reply.body)) == (200, 0 if method == "HEAD" else len(CLIP))
        return {name.lower(): value for name, value in reply.fields if name.lower() != "date"}

    assert fields("HEAD") == fields("GET")


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("0-0", 0, 1),
        ("0-999", 0, 1000),
        ("9000-", 9000, 10_000),
        ("9000-99999", 9000, 10_000),
        ("-500", 9500, 10_000),
    ],
)
def test_range(front: Front, asked: str, start: int, stop: int) -> None:
    reply = ask(front, CLIP_URL, ("Range", f"bytes={asked}"))
    assert (reply.status, reply.body) == (206, CLIP[start:stop])
    assert content_range(reply["Content-Range"]) == (start, stop, 10_000)
    assert reply["Content-Type"] == "video/mp4"
    assert reply.cache_control == {"no-cache", "no-transform"}
    assert reply["X-Content-Type-Options"] == "nosniff"


def test_several_ranges_by_nginx(nginx: Front) -> None:
    reply = ask(nginx, CLIP_URL, ("Range", "bytes=0-3,10-12"))
    assert reply.status == 206
    # It puts a line break in front of the first boundary, which is legal.
    parts = parse_multipart(replace(reply, body=reply.body.removeprefix(b"\r\n")))
    assert [(part.start, part.stop, part.body) for part in parts] == [
        (0, 4, CLIP[:4]),
        (10, 13, CLIP[10:13]),
    ]
    assert [dict(part.fields)["Content-Type"] for part in parts] == ["video/mp4"] * 2


def test_several_ranges_by_lighttpd(lighttpd: Front) -> None:
    """As the documentation says: it sends one, with all of them in it."""
    reply = ask(lighttpd, CLIP_URL, ("Range", "bytes=0-3,10-12"))
    assert (reply.status, reply.body) == (206, CLIP[:13])
    assert content_range(reply["Content-Range"]) == (0, 13, 10_000)


def test_range_outside(front: Front) -> None:
    reply = ask(front, CLIP_URL, ("Range", "bytes=10000-"))
    assert reply.status == 416
    assert reply.get("Content-Range") in ("bytes */10000", None)  # lighttpd forgets it


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_not_modified(front: Front, method: str) -> None:
    whole = ask(front, CLIP_URL)
    for field in (("If-None-Match", whole["ETag"]), ("If-Modified-Since", CLIP_DATE)):
        reply = ask(front, CLIP_URL, field, ("Range", "bytes=0-3"), method=method)
        assert (reply.status, reply.body) == (304, b"")
        assert reply["ETag"] == whole["ETag"]
        assert reply.cache_control == {"no-cache", "no-transform"}
    reply = ask(front, CLIP_URL, ("If-None-Match", '"other"'), method=method)
    assert reply.status == 200


def test_precondition_failed(nginx: Front) -> None:
    for field in (
        ("If-Match", '"other"'),
        ("If-Unmodified-Since", "Thu, 01 Jan 2015 00:00:00 GMT"),
    ):
        reply = ask(nginx, CLIP_URL, field)
        assert reply.status == 412
        assert CLIP[:16] not in reply.body


def test_if_range(front: Front) -> None:
    whole = ask(front, CLIP_URL)
    for validator in (whole["ETag"], CLIP_DATE):
        reply = ask(front, CLIP_URL, ("If-Range", validator), ("Range", "bytes=0-3"))
        assert (reply.status, reply.body) == (206, CLIP[:4])
    for validator in ('"other"', "Thu, 01 Jan 2015 00:00:00 GMT"):
        reply = ask(front, CLIP_URL, ("If-Range", validator), ("Range", "bytes=0-3"))
        assert (reply.status, reply.body) == (200, CLIP)


def test_a_changed_file_has_another_tag(front: Front, site: Site) -> None:
    """Else halves of two versions could be joined."""
    path = site.root / f"{front.kind}-changing.mp4"
    path.write_bytes(CLIP)
    before = ask(front, f"/videos/{path.name}")["ETag"]
    path.write_bytes(CLIP[::-1])
    os.utime(path, (time.time() + 5, time.time() + 5))
    deadline = time.monotonic() + 30  # lighttpd remembers a file for a second or two
    while ask(front, f"/videos/{path.name}")["ETag"] == before:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    reply = ask(front, f"/videos/{path.name}", ("If-Range", before), ("Range", "bytes=0-3"))
    assert (reply.status, reply.body) == (200, CLIP[::-1])


@pytest.mark.table
@pytest.mark.parametrize("name", GOOD_NAMES)
def test_odd_name(front: Front, site: Site, name: str) -> None:
    target = f"/videos/names/{quote(name)}"
    reply = ask(front, target)
    if front.kind == "lighttpd" and name in CONTROL:
        assert reply.status == 400  # as the documentation says
        return
    assert (reply.status, reply.body) == (200, site.content(name))
    assert reply["Content-Type"] == "video/mp4"
    assert ask(front, target, ("Range", "bytes=0-3")).body == b"this"


@pytest.mark.table(odd=False)
@pytest.mark.parametrize("path", (TRAVERSAL | REFUSED).values(), ids=TRAVERSAL | REFUSED)
def test_refused(front: Front, site: Site, path: str) -> None:
    real = path.replace("{root}", str(site.root)).replace("{outside}", str(site.outside))
    for view in ("", "-/captions/"):
        reply = front.get(f"/videos/{view}{real}")
        for bytes_of in (SECRET, b"root:"):
            assert bytes_of not in reply.body
        # lighttpd puts dots and slashes in order before it asks the app.
        if front.kind == "nginx" or path in REFUSED.values():
            assert reply.status in (400, 404)


def test_not_found_is_the_answer_of_the_app(front: Front) -> None:
    reply = ask(front, "/videos/missing.mp4")
    own = front.server.connect_h1()
    try:
        assert reply.status == 404
        assert reply.body == own.request("GET", "/videos/missing.mp4").body
    finally:
        own.close()


@pytest.mark.parametrize(
    ("target", "media_type"),
    [
        ("/videos/folder/deep/inner.webm", "video/webm"),
        ("/videos/-/captions/clip.en.vtt", "text/vtt; charset=utf-8"),
    ],
)
def test_types_are_ours(front: Front, target: str, media_type: str) -> None:
    """Neither front has a table of types here."""
    for fields in ((), (("Range", "bytes=0-3"),)):
        assert ask(front, target, *fields)["Content-Type"] == media_type


def test_large_and_sparse_and_empty(front: Front) -> None:
    before = front.server.bytes_read()
    assert ask(front, "/videos/large.mp4").body == LARGE
    assert ask(front, "/videos/sparse.mp4", ("Range", "bytes=-12")).body == SPARSE_TAIL
    assert ask(front, "/videos/empty.mp4").body == b""
    front.server.wait_idle()
    assert front.server.bytes_read() - before < len(LARGE) // 16  # the app did not read them


def test_pages_and_files_of_the_app_itself(front: Front) -> None:
    assert b"<html" in ask(front, "/videos/").body
    assert b"<video" in ask(front, "/videos/-/watch/clip.mp4").body
    assert json.loads(ask(front, "/videos/-/api/videos/clip.mp4").body)["size"] == len(CLIP)
    assert ask(front, "/videos/-/static/quart-video.css")["Content-Type"].startswith("text/css")
    assert ask(front, "/folder/clip.mp4", ("Range", "bytes=0-3")).body == CLIP[:4]


@pytest.mark.sample(1)
def test_fields_for_other_origins_and_caches(front: Front) -> None:
    for fields in ((), (("Range", "bytes=0-3"),)):
        reply = ask(front, CLIP_URL, ("Origin", PAGE), *fields)
        assert reply["Access-Control-Allow-Origin"] == PAGE
        assert reply["Vary"] == "Origin"
        assert "Content-Range" in reply["Access-Control-Expose-Headers"]
        reply = ask(front, CLIP_URL, ("Origin", "https://other.example"), *fields)
        assert reply.get("Access-Control-Allow-Origin") is None
        assert reply["Vary"] == "Origin"
        url = json.loads(front.get("/public/-/api/videos/clip.mp4").body)["url"]
        reply = ask(front, url, ("Origin", PAGE), *fields)
        assert reply["Access-Control-Allow-Origin"] == "*"
        assert reply["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert reply.cache_control == {"public", "max-age=3600", "immutable", "no-transform"}


@pytest.mark.parametrize(
    "target",
    [
        "/internal/videos/clip.mp4",
        "/internal/videos/",
        "/internal/videos",
        "//internal/videos/clip.mp4",
        "/internal//videos/clip.mp4",
        "/%69nternal/videos/clip.mp4",
        "/internal%2fvideos/clip.mp4",
        "/videos/../internal/videos/clip.mp4",
        "/./internal/videos/clip.mp4",
        "/internal/videos/notes.txt",
        "/internal/videos/.hidden.mp4",
        "/internal/videos../secret.mp4",
        "/internal/videos/../secret.mp4",
        "/INTERNAL/videos/clip.mp4",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_the_internal_location_is_closed(nginx: Front, target: str, method: str) -> None:
    reply = nginx.request(method, target)
    assert reply.status == 404
    assert CLIP[:16] not in reply.body
    assert SECRET not in reply.body


# What a client might hope that somebody on the way listens to.
HOPES = (
    ("X-Accel-Redirect", "/internal/videos/.hidden.mp4"),
    ("X-Accel-Mapping", "/=/internal/videos/.folder/"),
    ("X-Sendfile-Type", "X-Accel-Redirect"),
    ("X-Sendfile", "/etc/passwd"),
)


def test_what_a_client_asks_of_the_front_is_not_heard(front: Front) -> None:
    for target in ("/alive", "/videos/", CLIP_URL, "/videos/missing.mp4"):
        plain, hoping = ask(front, target), ask(front, target, *HOPES)
        assert (hoping.status, hoping.body) == (plain.status, plain.body)


@pytest.mark.parametrize("path", ["link-inside.mp4", "link-inside-folder/same.mp4"])
def test_the_front_follows_no_link(front: Front, path: str) -> None:
    """Not even one that the app lets pass: it could have been swapped for another since."""
    reply = ask(front, f"/videos/{path}")
    assert reply.status in (403, 404)
    assert CLIP[:16] not in reply.body


def test_without_the_setting_the_app_sends(servers: Servers) -> None:
    client = servers.server("uvicorn").connect_h1()
    try:
        for target in (CLIP_URL, "/videos/-/captions/clip.en.vtt"):
            reply = client.request("GET", target, HOPES)
            assert reply.status == 200
            assert len(reply.body) > 0
            assert reply.all("X-Accel-Redirect") == reply.all("X-Sendfile") == []
    finally:
        client.close()
