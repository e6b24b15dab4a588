"""What stands in the answers: RFC 9110 sections 8, 9.3, 15, and what players and proxies need."""

from __future__ import annotations

import os
import re
import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.e2e.harness import Peer, Server
from tests.e2e.reply import Reply, parse_multipart
from tests.e2e.site import CLIP, CLIP_DATE, Site

pytestmark = pytest.mark.over_a_store

URL = "/videos/clip.mp4"
RANGE = ("Range", "bytes=0-4")
STRONG_TAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]+"')
IMF_FIXDATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"\d{4} \d\d:\d\d:\d\d GMT"
)
REPEATED = ("ETag", "Last-Modified", "Cache-Control", "Vary", "Content-Location", "Expires")
"""What 200 says and 206 has to say, too (section 15.3.7)."""


def _values(reply: Reply, *names: str) -> dict[str, list[str]]:
    return {name: reply.all(name) for name in names}


@pytest.mark.parametrize(
    ("method", "fields", "status"),
    [
        pytest.param("GET", (), 200, id="200"),
        pytest.param("HEAD", (), 200, id="200-head"),
        pytest.param("GET", (RANGE,), 206, id="206"),
        pytest.param("GET", (("Range", "bytes=0-4, 9-9"),), 206, id="206-multipart"),
    ],
)
@pytest.mark.parametrize("mount", ["videos", "public"])
def test_success(
    peer: Peer, mount: str, method: str, fields: tuple[tuple[str, str], ...], status: int
) -> None:
    reply = peer.request(method, f"/{mount}/clip.mp4", *fields)
    assert reply.status == status
    assert reply["Accept-Ranges"] == "bytes"
    assert STRONG_TAG.fullmatch(reply["ETag"])
    assert reply["Last-Modified"] == CLIP_DATE
    assert reply["Content-Length"].isascii()
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert reply["X-Accel-Buffering"] == "no"
    assert "no-transform" in reply.cache_control
    assert reply["Content-Type"].startswith(("video/mp4", "multipart/byteranges"))
    assert IMF_FIXDATE.fullmatch(reply["Date"])
    assert not reply.all("Transfer-Encoding")
    assert not reply.all("Content-Encoding")
    assert not reply.all("Set-Cookie")


@pytest.mark.parametrize("mount", ["videos", "public"])
def test_206_repeats_200(peer: Peer, mount: str) -> None:
    whole = peer.get(f"/{mount}/clip.mp4")
    for value in ("bytes=0-4", "bytes=0-4, 9-9"):
        part = peer.get(f"/{mount}/clip.mp4", ("Range", value))
        assert part.status == 206
        assert _values(part, *REPEATED) == _values(whole, *REPEATED)


@pytest.mark.parametrize("mount", ["videos", "public"])
def test_head_says_what_get_says(peer: Peer, mount: str) -> None:
    names = (*REPEATED, "Content-Type", "Content-Length", "Accept-Ranges", "X-Accel-Buffering")
    target = f"/{mount}/clip.mp4"
    assert _values(peer.request("HEAD", target), *names) == _values(peer.get(target), *names)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("mount", ["videos", "public"])
def test_304(peer: Peer, mount: str, method: str) -> None:
    """Section 15.4.5."""
    target = f"/{mount}/clip.mp4"
    whole = peer.get(target)
    for field in (("If-None-Match", whole["ETag"]), ("If-Modified-Since", CLIP_DATE)):
        reply = peer.request(method, target, field)
        assert reply.status == 304
        names = ("ETag", "Cache-Control", "Vary", "Expires", "Content-Location")
        assert _values(reply, *names) == _values(whole, *names)
        assert IMF_FIXDATE.fullmatch(reply["Date"])
        assert not reply.all("Content-Type")
        assert reply.get("Content-Length") in (None, str(len(CLIP)))
        assert not reply.all("Content-Range")
        assert not reply.all("Transfer-Encoding")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_412(peer: Peer, method: str) -> None:
    reply = peer.request(method, URL, ("If-Match", '"other"'), RANGE)
    assert (reply.status, reply.body) == (412, b"")
    assert reply.get("Content-Length") in (None, "0")
    assert not reply.all("Content-Range")


def test_416(peer: Peer) -> None:
    """Section 15.5.17; what describes the media would describe the error here."""
    reply = peer.get(URL, ("Range", "bytes=10000-"))
    assert reply.status == 416
    assert reply["Content-Range"] == "bytes */10000"
    assert int(reply["Content-Length"]) == len(reply.body)
    assert reply.get("Content-Type") != "video/mp4"
    assert not reply.all("Last-Modified")


@pytest.mark.parametrize(
    ("method", "target", "fields"),
    [
        pytest.param("HEAD", URL, (), id="200-head"),
        pytest.param("HEAD", URL, (RANGE,), id="200-head-range"),
        pytest.param("HEAD", "/videos/sparse.mp4", (), id="200-head-5-gib"),
        pytest.param("GET", URL, (("If-None-Match", "*"),), id="304"),
        pytest.param("HEAD", URL, (("If-None-Match", "*"),), id="304-head"),
        pytest.param("GET", URL, (("If-Match", '"x"'),), id="412"),
        pytest.param("HEAD", URL, (("If-Match", '"x"'),), id="412-head"),
        pytest.param("HEAD", "/videos/missing.mp4", (), id="404-head"),
        pytest.param("HEAD", "/videos/", (), id="gallery-head"),
        pytest.param("HEAD", "/videos/-/watch/clip.mp4", (), id="watch-head"),
        pytest.param("HEAD", "/videos/-/api/videos", (), id="api-head"),
        pytest.param("HEAD", "/videos/-/api/videos/clip.mp4", (), id="api-video-head"),
        pytest.param("HEAD", "/videos/-/captions/clip.en.vtt", (), id="captions-head"),
    ],
)
def test_no_body(
    server: Server, method: str, target: str, fields: tuple[tuple[str, str], ...]
) -> None:
    """Read to the end of the connection: not one byte follows the head."""
    client = server.connect_h1()
    try:
        client.send(method, target, (*fields, ("Connection", "close")))
        client.read_head()
        assert client.rest() == b""
    finally:
        client.close()


@pytest.mark.parametrize("target", [URL, "/videos/one.mp4", "/videos/empty.mp4"])
def test_http_1_0(server: Server, target: str) -> None:
    """Without Host, and without chunks, which HTTP/1.0 does not know."""
    client = server.connect_h1()
    try:
        client.send_bytes(f"GET {target} HTTP/1.0\r\n\r\n".encode())
        reply = client.read_reply()
        assert reply.status == 200
        assert reply.complete
        assert not reply.all("Transfer-Encoding")
        assert int(reply["Content-Length"]) == len(reply.body)
    finally:
        client.close()


def test_requests_in_a_row_and_at_once(server: Server) -> None:
    """Pipelined: every answer ends where it says, so that the next one starts there."""
    client = server.connect_h1()
    try:
        request = f"GET {URL} HTTP/1.1\r\nHost: x\r\nRange: bytes=%d-%d\r\n\r\n"
        client.send_bytes("".join(request % (n, n + 9) for n in range(5)).encode())
        assert [client.read_reply().body for _ in range(5)] == [CLIP[n : n + 10] for n in range(5)]
    finally:
        client.close()


@pytest.mark.table
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "target",
    [URL, "/videos/", "/videos/-/watch/clip.mp4", "/videos/-/api/videos", "/videos/missing.mp4"],
)
def test_405(peer: Peer, method: str, target: str) -> None:
    """Section 15.5.6."""
    reply = peer.request(method, target, ("Content-Length", "0"))
    assert reply.status == 405
    assert {"GET", "HEAD"} <= {name.strip() for name in reply["Allow"].split(",")}
    assert CLIP[:16] not in reply.body


@pytest.mark.parametrize("target", [URL, "/videos/", "/videos/-/api/videos"])
def test_options(peer: Peer, target: str) -> None:
    reply = peer.request("OPTIONS", target)
    assert reply.status in (200, 204)
    assert {"GET", "HEAD"} <= {name.strip() for name in reply["Allow"].split(",")}
    assert reply.body == b""


@pytest.mark.parametrize("fields", [(), (RANGE,)], ids=["200", "206"])
def test_no_compression(peer: Peer, fields: tuple[tuple[str, str], ...]) -> None:
    encoding = ("Accept-Encoding", "gzip, deflate, br, zstd, *;q=0.1")
    reply = peer.get(URL, encoding, ("TE", "trailers"), *fields)
    assert not reply.all("Content-Encoding")
    assert reply.body == (CLIP[:5] if fields else CLIP)


@pytest.mark.parametrize("query", ["?", "?x=1", "?t=10&x=%00", "?%ff", "?range=0-1#"])
def test_query_is_no_part_of_the_name(peer: Peer, query: str) -> None:
    assert peer.get(URL + query).body == CLIP


def test_accept_does_not_matter(peer: Peer) -> None:
    assert peer.get(URL, ("Accept", "text/html"), ("Accept-Language", "xx")).body == CLIP


@pytest.mark.on_disk
@pytest.mark.parametrize(
    ("name", "status"), [("future", 200), ("epoch", 200), ("ancient", 200), ("clip", 200)]
)
@pytest.mark.sample(1)
def test_last_modified_is_never_later_than_date(peer: Peer, name: str, status: int) -> None:
    """Section 8.8.2.1. Some servers renew Date once in a second, busy ones less often."""
    deadline = time.monotonic() + (2.5 if name == "future" else 0)
    while True:
        reply = peer.request("HEAD", f"/videos/{name}.mp4")
        assert reply.status == status
        for field in ("Last-Modified", "Date"):
            assert IMF_FIXDATE.fullmatch(reply[field])
        modified, date = (parsedate_to_datetime(reply[f]) for f in ("Last-Modified", "Date"))
        assert modified <= date
        if time.monotonic() > deadline:
            return
        assert peer.get("/busy").body == b"busy"


@pytest.mark.on_disk
@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("epoch", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("ancient", "Sun, 24 Apr 1938 22:13:20 GMT"),
    ],
)
def test_last_modified_of_old_files(peer: Peer, name: str, date: str) -> None:
    reply = peer.get(f"/videos/{name}.mp4", ("Range", "bytes=0-4"))
    assert reply["Last-Modified"] == date
    assert reply.body == CLIP[:5]


def test_tag_is_of_the_file_and_not_of_its_path(peer: Peer) -> None:
    tags = {
        peer.request("HEAD", f"/{path}")["ETag"]
        for path in ("videos/clip.mp4", "videos/folder/same.mp4", "public/clip.mp4")
    }
    assert len(tags) == 1


@pytest.mark.on_disk
def test_tag_changes_with_the_file(peer: Peer, site: Site) -> None:
    """Section 8.8.1: strong, so no two versions share one, however alike they look from outside."""
    path = site.root / "changing.mp4"
    tags = []
    for step in (_write, _touch, _replace, _rewrite_and_hide):
        step(path)
        reply = peer.get("/videos/changing.mp4")
        assert reply.body == path.read_bytes()
        tags.append(reply["ETag"])
    path.unlink()
    assert len(set(tags)) == len(tags)


def _write(path: Path) -> None:
    path.write_bytes(b"one")
    os.utime(path, ns=(0, 1_600_000_000_000_000_000))


def _touch(path: Path) -> None:
    os.utime(path, ns=(0, 1_600_000_000_000_000_001))


def _replace(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(b"two")
    os.utime(other, ns=(0, 1_600_000_000_000_000_001))
    other.replace(path)


def _rewrite_and_hide(path: Path) -> None:
    time.sleep(0.02)  # file systems tell the time in ticks of a few milliseconds
    path.write_bytes(b"six")
    os.utime(path, ns=(0, 1_600_000_000_000_000_001))


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("clip.mp4", "video/mp4"),
        ("folder/deep/inner.webm", "video/webm"),
        ("names/UPPER.MP4", "video/mp4"),
        ("-/captions/clip.en.vtt", "text/vtt; charset=utf-8"),
    ],
)
def test_content_type(peer: Peer, name: str, media_type: str) -> None:
    reply = peer.get(f"/videos/{name}")
    assert (reply.status, reply["Content-Type"].lower()) == (200, media_type)
    assert reply["X-Content-Type-Options"] == "nosniff"


def test_caching(peer: Peer) -> None:
    """Nothing lets a cache serve a media unasked, but where mount and address say so."""
    for target in (URL, "/public/clip.mp4", "/public/clip.mp4?v=another"):
        assert peer.get(target).cache_control == {"no-cache", "no-transform"}
    version = peer.get("/public/clip.mp4")["ETag"].strip('"')
    public = peer.get(f"/public/clip.mp4?v={quote(version)}").cache_control
    assert public == {"public", "max-age=3600", "immutable", "no-transform"}


def test_errors_are_not_cached_for_long(peer: Peer) -> None:
    for reply in (
        peer.get("/public/missing.mp4"),
        peer.get("/public/clip.mp4", ("Range", "bytes=10000-")),
        peer.get("/public/clip.mp4", ("If-Match", '"x"')),
    ):
        assert reply.status >= 400
        assert "max-age=3600" not in reply.cache_control
        assert not reply.all("ETag") or reply.status != 404


def test_cross_origin(peer: Peer) -> None:
    origin = ("Origin", "https://example.org")
    for fields in ((origin,), (origin, RANGE), (origin, ("If-None-Match", "*"))):
        reply = peer.get("/public/clip.mp4", *fields)
        assert reply["Access-Control-Allow-Origin"] == "*"
        if reply.status != 304:
            assert reply["Cross-Origin-Resource-Policy"] == "cross-origin"
            exposed = {name.strip().lower() for name in _exposed(reply)}
            assert {"content-length", "content-range", "accept-ranges", "etag"} <= exposed
    closed = peer.get(URL, origin)
    assert not closed.all("Access-Control-Allow-Origin")
    assert not closed.all("Cross-Origin-Resource-Policy")


def _exposed(reply: Reply) -> list[str]:
    return reply["Access-Control-Expose-Headers"].split(",")


def test_preflight(peer: Peer) -> None:
    reply = peer.request(
        "OPTIONS",
        "/public/clip.mp4",
        ("Origin", "https://example.org"),
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "range, if-range"),
    )
    assert reply.status in (200, 204)
    assert reply["Access-Control-Allow-Origin"] == "*"
    allowed = {name.strip().lower() for name in reply["Access-Control-Allow-Headers"].split(",")}
    assert {"range", "if-range"} <= allowed


@pytest.mark.on_disk
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("clip.mp4", 'attachment; filename="clip.mp4"', id="plain"),
        pytest.param("my%20clip.mp4", 'attachment; filename="my clip.mp4"', id="space"),
        pytest.param(
            "caf%C3%A9.mp4",
            "attachment; filename=\"cafe.mp4\"; filename*=UTF-8''caf%C3%A9.mp4",
            id="rfc-8187",
        ),
    ],
)
def test_attachment(peer: Peer, query: str, expected: str) -> None:
    reply = peer.get(f"/attachment?name={query}")
    assert reply["Content-Disposition"] == expected
    assert reply.body == CLIP


@pytest.mark.on_disk
@pytest.mark.parametrize(
    "query",
    [
        pytest.param("a%22%3B%20evil%3D%22b.mp4", id="quote"),
        pytest.param("a%0D%0AX-Evil%3A%20yes.mp4", id="line-break"),
        pytest.param("a%0AX-Evil%3A%20yes.mp4", id="newline"),
        pytest.param("a%5C%22b.mp4", id="backslash"),
        pytest.param("a%00b.mp4", id="nul"),
        pytest.param("a%E2%80%A8X-Evil%3A%20yes.mp4", id="line-separator"),
        pytest.param("a%C2%85X-Evil%3A%20yes.mp4", id="next-line"),
        pytest.param("%F0%9F%8E%AC.mp4", id="emoji"),
        pytest.param("a" * 3000 + ".mp4", id="long"),
    ],
)
def test_attachment_injects_nothing(peer: Peer, query: str) -> None:
    reply = peer.get(f"/attachment?name={query}")
    assert reply.status == 200
    assert not reply.all("X-Evil")
    token = r"[!#$&+\-.^_`|~0-9A-Za-z%']+"
    field = rf'attachment; filename="[^"\\\x00-\x1f]*"(; filename\*=UTF-8\'\'{token})?'
    assert re.fullmatch(field, reply["Content-Disposition"])


@pytest.mark.on_disk
@pytest.mark.parametrize("target", ["/file", "/folder/notes.txt"])
def test_send_file(peer: Peer, target: str) -> None:
    whole = peer.get(target)
    assert (whole.status, whole.body) == (200, b"notes\n")
    assert whole["Content-Type"].startswith("text/plain")
    assert whole["Accept-Ranges"] == "bytes"
    tag = ("If-None-Match", whole["ETag"])
    assert peer.get(target, tag).status == 304
    assert peer.get(target, ("If-Match", '"x"')).status == 412
    part = peer.get(target, ("Range", "bytes=-500"))
    assert (part.status, part["Content-Range"]) == (206, "bytes 0-5/6")
    assert peer.get(target, ("Range", "bytes=6-")).status == 416


@pytest.mark.on_disk
def test_make_conditional(peer: Peer) -> None:
    whole = peer.get("/made")
    assert whole.body == bytes(range(256))
    assert STRONG_TAG.fullmatch(whole["ETag"])
    assert peer.get("/made", ("If-None-Match", whole["ETag"])).status == 304
    part = peer.get("/made", ("Range", "bytes=10-19"), ("If-Range", whole["ETag"]))
    assert (part.status, part.body) == (206, bytes(range(10, 20)))
    several = peer.get("/made", ("Range", "bytes=10-19, 0-1"))
    assert [part.body for part in parse_multipart(several)] == [bytes(range(10, 20)), b"\0\1"]
    assert peer.get("/made", ("Range", "bytes=256-")).status == 416
    assert peer.request("HEAD", "/made", ("Range", "bytes=0-1"))["Content-Length"] == "256"
