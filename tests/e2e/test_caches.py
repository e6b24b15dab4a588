"""Shared caches between the viewers and the app, set up as the documentation says.

A film is replaced under its name while they keep parts of the old one.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.e2e.fronts import CACHES, Front, documented_cache
from tests.e2e.harness import Server, wait_until
from tests.e2e.reply import Reply
from tests.media.films import AAC, H264, Film

pytestmark = pytest.mark.sample(1)

OLD = random.Random(1).randbytes(5_000_000)
NEW = random.Random(2).randbytes(3_500_000)
"""Of which the third slice of a megabyte is the last that both have, and not as long."""
MP4 = "/videos/-/mp4/film.mkv"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("cached")
    (root / "other.mp4").write_bytes(b"another film")
    server = Server(
        "uvicorn", root, tmp_path_factory.mktemp("server"), {"QUART_VIDEO_MAX_AGE": "31536000"}
    )
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(params=CACHES)
def front(
    request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    kind = request.param
    place(server.root / "film.mp4", OLD)
    wait_until(lambda: is_listed(server, OLD), 20, "the film is listed")
    front = Front(kind, server, tmp_path_factory.mktemp(kind), documented_cache(kind))
    try:
        yield front
    finally:
        front.stop()


def place(path: Path, data: bytes) -> None:
    """Put a file into its place in one go, as whoever replaces a film should."""
    aside = path.with_suffix(".part")
    aside.write_bytes(data)
    os.replace(aside, path)


def address(asked: Front | Server) -> str:
    """Return where the film is, as the JSON has it."""
    return str(row(asked)["url"])


def row(asked: Front | Server) -> dict[str, object]:
    if isinstance(asked, Front):
        reply = asked.get("/videos/-/api/videos/film.mp4")
    else:
        client = asked.connect_h1()
        try:
            reply = client.request("GET", "/videos/-/api/videos/film.mp4")
        finally:
            client.close()
    found: dict[str, object] = json.loads(reply.body)
    return found


def is_listed(server: Server, data: bytes) -> bool:
    return row(server).get("size") == len(data)


def part(front: Front, url: str, start: int, stop: int) -> Reply:
    return front.get(url, ("Range", f"bytes={start}-{stop - 1}"))


def is_part(reply: Reply, data: bytes, start: int, stop: int) -> bool:
    """Tell whether it is that range, or the whole, which is right, too (RFC 9110, 14.2)."""
    if reply.status == 206:
        return reply.body == data[start:stop]
    return reply.status == 200 and reply.body == data


def test_a_film_that_is_replaced(front: Front, server: Server) -> None:
    old = address(front)
    assert f"v={quote(str(row(front)['etag']).strip(chr(34)))}" in old
    for url in (old, "/videos/film.mp4"):
        for start, stop in ((0, 100), (1_500_000, 1_600_000)):  # what a cache keeps parts of
            for _ in range(2):
                assert is_part(part(front, url, start, stop), OLD, start, stop)
    place(server.root / "film.mp4", NEW)
    wait_until(lambda: is_listed(server, NEW), 20, "the new film is listed")

    new = address(front)
    assert new != old
    for url in (new, "/videos/film.mp4"):
        for start, stop in ((1_500_000, 1_600_000), (0, 100), (2_000_000, 3_400_000)):
            assert is_part(part(front, url, start, stop), NEW, start, stop), url
        for _ in range(2):
            whole = front.get(url)
            assert (whole.status, len(whole.body), whole.body == NEW) == (200, len(NEW), True), url
    assert front.get(f"{new}&download=1")["Content-Disposition"].startswith("attachment")


def test_a_whole_film_that_is_replaced(front: Front, server: Server) -> None:
    old = address(front)
    for url in (old, "/videos/film.mp4"):
        for _ in range(2):
            assert front.get(url).body == OLD
    place(server.root / "film.mp4", NEW)
    wait_until(lambda: is_listed(server, NEW), 20, "the new film is listed")
    assert front.get(address(front)).body == NEW
    assert front.get("/videos/film.mp4").body == NEW
    # Who has a page from before goes on with the film that it showed.
    assert front.get(old).body in (OLD, NEW)


def directly(server: Server, url: str) -> Reply:
    client = server.connect_h1()
    try:
        return client.request("GET", url)
    finally:
        client.close()


def make(folder: Path, seconds: int) -> Path:
    """Make a video of some slices that is offered as an MP4."""
    source = f"testsrc2=s=640x360:r=10,trim=duration={seconds}"
    options = [*H264, *AAC, "-vf", "noise=alls=40:allf=t", "-qp", "16"]
    return Film(f"{seconds}.mkv", options, seconds, source).make(folder)


def test_an_mp4_whose_video_is_replaced(front: Front, server: Server, tmp_path: Path) -> None:
    """Its address names the version as soon as it is there, and no cache mixes two."""

    def published(seconds: int) -> tuple[str, bytes]:
        place(server.root / "film.mkv", make(tmp_path, seconds).read_bytes())
        whole = directly(server, MP4)  # which has it made
        assert whole.status == 200
        url = json.loads(front.get("/videos/-/api/videos/film.mkv").body)["mp4"]["url"]
        assert url == f"{MP4}?v={quote(whole['ETag'].strip(chr(34)), safe='~')}"
        return url, whole.body

    old, data = published(16)
    assert len(data) > 3 << 20
    for url in (old, MP4):
        for _ in range(2):
            assert is_part(part(front, url, 1_500_000, 1_600_000), data, 1_500_000, 1_600_000)
            assert front.get(url).body == data
    new, after = published(12)
    assert new != old
    assert len(after) > 2 << 20
    for url in (new, MP4):
        for start, stop in ((1_500_000, 1_600_000), (0, 100), (len(after) - 200_000, len(after))):
            for _ in range(2):
                assert is_part(part(front, url, start, stop), after, start, stop), url
        for _ in range(2):
            assert front.get(url).body == after, url
    # Who has a page from before goes on with the film that it showed.
    assert front.get(old).body in (data, after)
    assert front.request("HEAD", new).cache_control >= {"immutable"}


def test_it_keeps_the_mp4_too(front: Front, server: Server, tmp_path: Path) -> None:
    place(server.root / "film.mkv", make(tmp_path, 12).read_bytes())
    data = directly(server, MP4).body
    url = json.loads(front.get("/videos/-/api/videos/film.mkv").body)["mp4"]["url"]
    for _ in range(2):
        assert front.get(url).body == data
    place(server.root / "film.mkv", make(tmp_path, 16).read_bytes())
    assert front.get(url).body == data  # which is nowhere but in the cache


def test_it_keeps_what_it_may(front: Front, server: Server) -> None:
    url = address(front)
    for _ in range(2):
        assert front.get(url).body == OLD
    place(server.root / "film.mp4", NEW)
    assert front.get(url).body == OLD  # which is nowhere but in the cache


def test_what_must_not_be_kept(front: Front, server: Server) -> None:
    """What was not there is there at once, and pages answer conditions."""
    (server.root / "late.mp4").unlink(missing_ok=True)
    wait_until(lambda: front.get("/videos/late.mp4").status == 404, 20, "it is gone")
    place(server.root / "late.mp4", b"there")
    assert front.get("/videos/late.mp4").body == b"there"
    json_url = "/videos/-/api/videos/other.mp4"
    tag = front.get(json_url)["ETag"]
    assert front.get(json_url, ("If-None-Match", tag)).status == 304
