"""The MP4 of a video that lies in an object store: which bytes, and how many the store sends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from quart_video.media import DerivativeService, FolderCache
from tests.e2e.harness import Server
from tests.e2e.stored import get, store_environment
from tests.media.films import AAC, H264, Film
from tests.media.make import on_disk
from tests.media.movies import write_movie
from tests.support.swift import SwiftBox
from tests.support.tap import Tap

BUCKET = "virtual"
FILM = Film(
    "film.mkv",
    [*H264, *AAC, "-vf", "noise=alls=40:allf=t", "-qp", "16"],
    12,
    "testsrc2=s=640x360:r=10",
)
MP4 = f"/videos/-/mp4/{FILM.name}"
MIB = 1024 * 1024
SLACK = 2 * 256 * 1024 + 64 * 1024
"""Bytes around what is wanted that come with it: a block of the reader at each end, and heads."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return FILM.make(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def whole(made: Path) -> bytes:
    """Return the MP4 as it is made of the same film on a disk."""

    async def write() -> bytes:
        service = DerivativeService(FolderCache(str(made.parent / "cache"), 10**8), most=1)
        try:
            written = await write_movie(service, on_disk(made), made.parent / "whole.mp4")
            return written.read_bytes()
        finally:
            await service.aclose()

    return asyncio.run(write())


@pytest.fixture(scope="module")
def tap(store: SwiftBox, made: Path) -> Iterator[Tap]:
    """Return what is between the app and the store, which has the film."""
    store.make_bucket(BUCKET)
    store.put(BUCKET, FILM.name, made.read_bytes())
    tap = Tap(store.port)
    yield tap
    tap.close()


@pytest.fixture
def server(
    store: SwiftBox, tap: Tap, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Server]:
    environment = store_environment(store, BUCKET, tap.port)
    # Looked into when a test asks, and the bucket looked through when nobody counts.
    quiet = {"QUART_VIDEO_SURVEY": "false", "QUART_VIDEO_STORE_REFRESH": "600"}
    options = getattr(request, "param", {"QUART_VIDEO_MP4_STORE": "true"})
    server = Server("uvicorn", tmp_path, tmp_path, environment | quiet | options)
    yield server
    server.stop()


def test_film_is_read_once_and_each_range_by_little(
    server: Server, store: SwiftBox, tap: Tap, made: Path, whole: bytes
) -> None:
    size = made.stat().st_size
    # Sound stands in the MP4 by half seconds, and among the pictures of as many in the film.
    around = SLACK + size // int(2 * FILM.seconds)
    assert size > 10 * MIB
    before = tap.received
    first = get(server, MP4, ("Range", "bytes=0-99"))
    assert (first.status, first.body) == (206, whole[:100])
    assert first["Content-Range"] == f"bytes 0-99/{len(whole)}"
    assert tap.received - before < size + SLACK  # the index takes one reading of it
    for start, stop in [
        (0, 1000),
        (len(whole) // 2, len(whole) // 2 + 1),
        (len(whole) // 3, len(whole) // 3 + MIB),
        (len(whole) - 5000, len(whole)),
        (7 * MIB + 13, 8 * MIB + 17),
    ]:
        before = tap.received
        reply = get(server, MP4, ("Range", f"bytes={start}-{stop - 1}"))
        assert (reply.status, reply.body) == (206, whole[start:stop])
        assert reply["ETag"] == first["ETag"]
        assert tap.received - before < stop - start + around
    before = tap.received
    reply = get(server, MP4, ("Range", "bytes=0-9,9000000-9000009"))
    assert reply.body.count(whole[9_000_000:9_000_010]) == 1
    assert tap.received - before < 2 * around
    before = tap.received
    assert get(server, MP4).body == whole
    assert tap.received - before < 1.05 * size + SLACK

    store.put(BUCKET, FILM.name, made.read_bytes()[:-100_000])
    changed = get(server, MP4, ("If-Match", first["ETag"]))
    assert changed.status == 412
    again = get(server, MP4, ("Range", "bytes=0-99"), ("If-Range", first["ETag"]))
    assert again.status == 200
    assert again["ETag"] != first["ETag"]
    store.put(BUCKET, FILM.name, made.read_bytes())


@pytest.mark.parametrize(
    "server", [{}, {"QUART_VIDEO_STORE_DELIVERY": "redirect"}], indirect=True, ids=["", "redirect"]
)
@pytest.mark.sample(1)
def test_no_film_is_read_through_unless_that_is_allowed(server: Server, tap: Tap) -> None:
    before = tap.received
    assert get(server, MP4).status == 404
    assert tap.received - before < MIB


@pytest.mark.parametrize(
    "server",
    [{"QUART_VIDEO_STORE_DELIVERY": "redirect", "QUART_VIDEO_MP4_STORE": "true"}],
    indirect=True,
)
@pytest.mark.slow
def test_app_sends_it_though_the_store_sends_the_film(server: Server, whole: bytes) -> None:
    assert get(server, f"/videos/{FILM.name}").status in (302, 303, 307)
    reply = get(server, MP4, ("Range", "bytes=1000-1999"))
    assert (reply.status, reply.body) == (206, whole[1000:2000])
