"""What is inside videos that lie in an object store: posters, details, captions, storyboards.

Between the app and the store is a tap that counts what the store sends.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.e2e.chromium import NewPage
from tests.e2e.harness import Server, wait_until
from tests.e2e.stored import get, store_environment
from tests.media.films import AAC, H264, SRT, Film, with_texts
from tests.support.swift import SwiftBox
from tests.support.tap import Tap

Films = Callable[[str], Path]

BUCKET = "inside"
WEBP = ("Accept", "image/webp,*/*")
# Large by noise, so that what is read of it is little.
NOISE = [*H264, *AAC, "-vf", "noise=alls=60:allf=t", "-qp", "16"]
LARGE = [
    Film(f"large.{suffix}", NOISE, 18, "testsrc2=s=640x360:r=10", after=with_texts)
    for suffix in ("mp4", "mkv")
]


@pytest.fixture(scope="module")
def shelf(store: SwiftBox, films: Films, tmp_path_factory: pytest.TempPathFactory) -> SwiftBox:
    """Return the store, with films in a bucket of their own."""
    folder = tmp_path_factory.mktemp("large")
    store.make_bucket(BUCKET)
    for film in LARGE:
        store.put(BUCKET, film.name, film.make(folder).read_bytes())
    store.put(BUCKET, "small/film.mp4", films("texts.mp4").read_bytes())
    store.put(BUCKET, "small/film.fr.srt", SRT.replace("Hello", "Bonjour").encode())
    store.put(BUCKET, "small/broken.mp4", b"no video")
    return store


@pytest.fixture(scope="module")
def tap(shelf: SwiftBox) -> Iterator[Tap]:
    """Return what is between the app and the store."""
    tap = Tap(shelf.port)
    yield tap
    tap.close()


def start(shelf: SwiftBox, tap: Tap, folder: Path) -> Server:
    environment = store_environment(shelf, BUCKET, tap.port)
    # Looked into when a test asks, and the bucket looked through when nobody counts.
    quiet = {"QUART_VIDEO_SURVEY": "false", "QUART_VIDEO_STORE_REFRESH": "600"}
    return Server("uvicorn", folder, folder, environment | quiet)


@pytest.fixture(scope="module")
def server(shelf: SwiftBox, tap: Tap, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(shelf, tap, tmp_path_factory.mktemp("inside"))
    yield server
    server.stop()


def ask(server: Server, target: str) -> Any:
    return json.loads(get(server, f"/videos/-/api/videos/{target}").body)


def details(server: Server, path: str) -> Any:
    """Return what is told of a video, when it has been looked into."""
    found: Any = None

    def known() -> bool:
        nonlocal found
        found = ask(server, path)
        return found["details"] is not None

    wait_until(known, 60, f"{path} has been looked into")
    return found


def picture(server: Server, path: str, width: int = 320) -> Image.Image:
    reply = get(server, f"/videos/-/poster/{path}?w={width}", WEBP)
    assert (reply.status, reply["Content-Type"]) == (200, "image/webp")
    return Image.open(io.BytesIO(reply.body))


@pytest.mark.parametrize("film", LARGE, ids=lambda film: film.name)
@pytest.mark.slow
def test_little_of_a_large_file_is_read_and_once(server: Server, tap: Tap, film: Film) -> None:
    before = tap.received
    video = details(server, film.name)
    assert 17.9 < video["details"]["duration"] < 18.2
    assert video["details"]["width"] == 640
    assert {track["language"] for track in video["captions"]} == {"en", "de"}
    assert video["size"] > 20_000_000
    assert picture(server, film.name).size == (320, 180)
    assert tap.received - before < video["size"] // 4

    board = get(server, video["storyboard_url"])
    assert (board.status, board.body[:6]) == (200, b"WEBVTT")
    assert tap.received - before < video["size"] // 2

    track = get(server, video["captions"][0]["url"])
    assert (track.status, b"Hello <i>there</i> &amp; you" in track.body) == (200, True)

    before = tap.received
    assert details(server, film.name)["details"] == video["details"]
    assert picture(server, film.name, 640).size == (640, 360)
    for target in (video["storyboard_url"], video["chapters_url"], video["captions"][1]["url"]):
        assert get(server, target).status == 200
    assert tap.received - before < 50_000  # all of it was kept; only what there is was asked for


def test_the_pages_show_it(server: Server, new_page: NewPage) -> None:
    details(server, "small/film.mp4")
    page = new_page(base_url=server.url, locale="fr-FR")
    page.goto("/videos/small/")
    page.wait_for_function(
        "[...document.querySelectorAll('.qv-thumb img')].filter(i => i.naturalWidth > 16).length"
        " === 2"
    )
    page.goto("/videos/-/watch/small/film.mp4")
    page.wait_for_function(
        "[...document.querySelector('video').textTracks].some(track =>"
        " track.mode === 'showing' && track.language === 'fr' && track.cues?.length === 2)"
    )


@pytest.mark.slow
def test_an_object_in_its_place_is_looked_into_anew(
    server: Server, shelf: SwiftBox, films: Films
) -> None:
    shelf.put(BUCKET, "changing.mp4", films("h264.mp4").read_bytes())
    before = details(server, "changing.mp4")
    assert picture(server, "changing.mp4").size == (160, 90)
    shelf.put(BUCKET, "changing.mp4", films("rotated.mov").read_bytes())
    after = details(server, "changing.mp4")
    assert after["etag"] != before["etag"]
    assert after["poster_url"] != before["poster_url"]
    assert (after["details"]["width"], after["details"]["height"]) == (90, 160)
    assert picture(server, "changing.mp4").size == (90, 160)


@pytest.mark.slow
def test_a_store_that_goes_away_meanwhile(shelf: SwiftBox, tap: Tap, tmp_path: Path) -> None:
    """No error of ours, nothing is taken for impossible, and all is well again by itself."""
    server = start(shelf, tap, tmp_path)
    captions = "/videos/-/captions/large.mkv?track=2"
    try:
        assert ask(server, "large.mkv")["size"]
        tap.cut_after(700_000)
        assert picture(server, "large.mkv").size == (320, 180)
        with ThreadPoolExecutor(1) as client:
            before = tap.received
            answer = client.submit(get, server, captions)
            wait_until(lambda: tap.received > before + 5_000_000, 20, "it is being read")
            tap.refuse()
            assert get(server, "/videos/-/api/videos/large.mp4").status == 503
            assert get(server, "/videos/-/poster/large.mp4", WEBP).status == 503
            tap.admit()
            assert b"Hello" in answer.result(30).body
        tap.refuse()
        reply = get(server, "/videos/-/captions/large.mp4?track=2")
        assert (reply.status, int(reply["Retry-After"]) > 0) == (503, True)
        tap.admit()
        assert b"Hello" in get(server, "/videos/-/captions/large.mp4?track=2").body
        assert details(server, "large.mp4")["details"]["duration"] > 11
        assert "Traceback" not in server.new_log()
    finally:
        tap.admit()
        server.stop()


@pytest.mark.slow
def test_a_store_that_stays_away(shelf: SwiftBox, tap: Tap, tmp_path: Path) -> None:
    """Nobody waits for it for longer than for anything that is being made."""
    server = start(shelf, tap, tmp_path)
    try:
        before = tap.received
        with ThreadPoolExecutor(1) as client:
            answer = client.submit(get, server, "/videos/-/captions/large.mkv?track=2")
            wait_until(lambda: tap.received > before + 5_000_000, 20, "it is being read")
            tap.refuse()
            assert answer.result(50).status == 503
        assert "Traceback" not in server.new_log()
        tap.admit()
        assert b"Hello" in get(server, "/videos/-/captions/large.mkv?track=2").body
    finally:
        tap.admit()
        server.stop()
