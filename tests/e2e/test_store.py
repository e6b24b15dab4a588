"""An object store in trouble, as the clients of an app see it.

What is asked for is far larger than all that lies in buffers on the way, so that there is something
left to be sent when the trouble begins.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, Route

from tests.e2e.chromium import NewPage
from tests.e2e.harness import REPOSITORY, Server, Servers, need_tool, wait_until
from tests.e2e.http1 import Http1
from tests.e2e.reply import Reply
from tests.e2e.stored import get, store_environment
from tests.support.serving import quart_run
from tests.support.swift import KEY, REPLICAS, SECRET, SwiftBox
from tests.support.tap import Tap

FILM = os.urandom(40 << 20)
URL = "/videos/film.mp4"
BUCKET = "cinema"


@pytest.fixture(scope="module")
def cinema(store: SwiftBox) -> SwiftBox:
    """Return the store, with a bucket that has a film in it."""
    store.make_bucket(BUCKET)
    store.put(BUCKET, "film.mp4", FILM)
    store.put(BUCKET, "clip.mp4", b"clip")
    return store


@pytest.fixture(scope="module")
def tap(cinema: SwiftBox) -> Iterator[Tap]:
    """Return what is between the app and the store."""
    tap = Tap(cinema.port)
    yield tap
    tap.close()


@pytest.fixture
def server(servers: Servers, cinema: SwiftBox, tap: Tap) -> Server:
    """Return a server whose media are in the store, behind the tap."""
    return servers.server("uvicorn", **store_environment(cinema, BUCKET, tap.port))


@contextmanager
def watching(server: Server) -> Iterator[tuple[Http1, Reply, bytearray]]:
    """Take the first megabyte of the film, and leave the rest for later."""
    client = Http1(server.address, receive_buffer=64 << 10)
    try:
        client.send("GET", URL)
        head = client.read_head()
        assert head.status == 200
        assert int(head["Content-Length"]) == len(FILM)
        received = bytearray()
        while len(received) < 1 << 20:
            received += client.read(64 << 10)
        yield client, head, received
    finally:
        client.close()


def take_the_rest(client: Http1, received: bytearray) -> bytes:
    client.sock.settimeout(60)
    while len(received) < len(FILM) and (more := client.read(1 << 20)):
        received += more
    return bytes(received)


@pytest.mark.slow
def test_replica_killed_on_the_way(server: Server, cinema: SwiftBox) -> None:
    with watching(server) as (client, _, received):
        reading = cinema.reading(len(FILM))
        assert reading
        try:
            for name in reading:
                cinema.kill(name)
            assert take_the_rest(client, received) == FILM
        finally:
            for name in reading:
                cinema.start(name)


@pytest.mark.slow
def test_two_of_three_replicas_down(server: Server, cinema: SwiftBox) -> None:
    for name in REPLICAS[:2]:
        cinema.kill(name)
    try:
        assert get(server, URL, ("Range", "bytes=1000000-2999999")).body == FILM[1000000:3000000]
        assert get(server, URL).body == FILM
    finally:
        for name in REPLICAS[:2]:
            cinema.start(name)


@pytest.mark.slow
def test_proxy_killed_and_started_again_on_the_way(server: Server, cinema: SwiftBox) -> None:
    with watching(server) as (client, _, received):
        cinema.kill("proxy")
        time.sleep(0.5)
        cinema.start("proxy")
        assert take_the_rest(client, received) == FILM


def test_overwritten_on_the_way(server: Server, cinema: SwiftBox, tap: Tap) -> None:
    """Whoever has the half of one does not get the half of the other."""
    try:
        with watching(server) as (client, head, received):
            cinema.put(BUCKET, "film.mp4", FILM[::-1])
            tap.cut()
            reply = client.read_body(head)
            assert not reply.complete
            assert FILM.startswith(bytes(received) + reply.body)
        assert "'film.mp4' was replaced" in server.log_with("Broke off sending")
        assert get(server, URL, ("Range", "bytes=0-99")).body == FILM[:-101:-1]
    finally:
        cinema.put(BUCKET, "film.mp4", FILM)


def test_connections_that_are_cut(server: Server, tap: Tap) -> None:
    with watching(server) as (client, _, received):
        for stop in range(6 << 20, 36 << 20, 6 << 20):
            tap.cut()
            while len(received) < stop:
                received.extend(client.read(1 << 20))
        assert take_the_rest(client, received) == FILM


@pytest.mark.slow
def test_a_store_that_pauses(server: Server, tap: Tap) -> None:
    with watching(server) as (client, _, received):
        tap.hold()
        time.sleep(3)
        tap.release()
        assert take_the_rest(client, received) == FILM


def test_the_store_is_left_as_soon_as_the_viewer_leaves(server: Server, tap: Tap) -> None:
    tap.cut()
    with watching(server):
        assert tap.bringing(1 << 20) == 1
    wait_until(lambda: tap.bringing(1 << 20) == 0, 20, "nothing is received any more")


def test_no_more_is_held_than_is_taken(server: Server, tap: Tap) -> None:
    """What the buffers of the kernel take on the way, which may be all, is not the app's."""
    with watching(server) as (client, _, received):
        take_the_rest(client, received)
    before = server.memory()
    with watching(server):
        wait_until(lambda: _steady(tap), 20, "the store has to wait, or has no more")
        assert server.memory() - before < len(FILM) // 2


def _steady(tap: Tap) -> bool:
    before = tap.received
    time.sleep(0.3)
    return tap.received == before


@pytest.mark.slow
def test_unreachable_for_a_while(server: Server, tap: Tap) -> None:
    """503 with Retry-After, quickly, for whatever is asked; then all is well again by itself."""
    assert get(server, "/videos/-/health").status == 200
    tap.refuse()
    try:
        for target in (URL, "/videos/", "/videos/-/api/videos", "/videos/-/watch/film.mp4"):
            reply = get(server, target)
            assert (reply.status, int(reply["Retry-After"]) > 0) == (503, True)
            assert SECRET.encode() not in reply.body
        wait_until(lambda: get(server, "/videos/-/health").status == 503, 20, "unhealthy")
        health = get(server, "/videos/-/health")
        assert health["Cache-Control"] == "no-store"
        assert int(health["Retry-After"]) > 0
        assert get(server, "/alive").status == 200
    finally:
        tap.admit()
    assert get(server, URL, ("Range", "bytes=0-99")).body == FILM[:100]
    wait_until(lambda: get(server, "/videos/-/health").status == 200, 20, "healthy")
    log = server.log_with("can be used again")
    assert "cannot be used now" in log
    assert SECRET not in log


@pytest.mark.slow
def test_unreachable_at_the_start(cinema: SwiftBox, tap: Tap, tmp_path: Path) -> None:
    tap.refuse()
    try:
        server = Server("uvicorn", tmp_path, tmp_path, store_environment(cinema, BUCKET, tap.port))
        try:
            assert "s3://cinema cannot be used now" in server.log_with("MEDIA_ROOT")
            assert get(server, "/videos/").status == 503
            tap.admit()
            assert get(server, "/videos/clip.mp4").body == b"clip"
            assert b"film.mp4" in get(server, "/videos/").body
        finally:
            server.stop()
    finally:
        tap.admit()


@pytest.mark.parametrize(
    ("bucket", "other", "words"),
    [
        (BUCKET, {"secret_access_key": "wrong-" + SECRET}, "are the credentials right"),
        ("no-such-bucket", {}, "no such bucket"),
    ],
    ids=["credentials", "bucket"],
)
@pytest.mark.sample(1)
def test_a_store_that_does_not_let_us_in(
    cinema: SwiftBox, tmp_path: Path, bucket: str, other: dict[str, str], words: str
) -> None:
    server = Server(
        "uvicorn", tmp_path, tmp_path, store_environment(cinema, bucket, cinema.port, **other)
    )
    try:
        for target in ("/videos/", "/videos/-/health"):
            reply = get(server, target)
            assert (reply.status, reply.all("Retry-After")) == (503, ["30"])
            assert b"wrong" not in reply.body
        log = server.log_with(words)
        for secret in (SECRET, KEY, "127.0.0.1:" + str(cinema.port), "Signature"):
            assert secret not in log
    finally:
        server.stop()


def test_what_comes_and_goes(server: Server, cinema: SwiftBox) -> None:
    """Both in a folder that is asked for, and in what nobody asks for but by a search."""

    def found(query: str) -> bool:
        return b"fresh.mp4" in get(server, f"/videos/-/api/videos?{query}").body

    assert not found("folder=")
    for query in ("folder=late", "q=fresh&recursive=true"):
        cinema.put(BUCKET, "late/fresh.mp4", b"fresh")
        wait_until(lambda query=query: found(query), 20, "it is there")  # type: ignore[misc]
        cinema.remove(BUCKET, "late/fresh.mp4")
        wait_until(lambda query=query: not found(query), 20, "it is gone")  # type: ignore[misc]


@pytest.fixture
def redirecting(servers: Servers, cinema: SwiftBox) -> Server:
    """Return a server that sends its clients on to the store."""
    redirect = {"QUART_VIDEO_STORE_DELIVERY": "redirect", "QUART_VIDEO_STORE_EXPIRY": "600"}
    return servers.server("uvicorn", **store_environment(cinema, BUCKET, cinema.port), **redirect)


def fetch(url: str, *fields: tuple[str, str]) -> tuple[int, bytes]:
    try:
        with urlopen(Request(url, headers=dict(fields)), timeout=30) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, b""


def test_sent_on(redirecting: Server, cinema: SwiftBox) -> None:
    reply = get(redirecting, URL, ("Range", "bytes=0-99"))
    assert (reply.status, reply.body) == (302, b"")
    assert reply["Cache-Control"] == "no-store"
    assert reply["Location"].startswith(f"{cinema.endpoint}/{BUCKET}/film.mp4?")
    assert "X-Amz-Expires=600&" in reply["Location"]
    assert SECRET not in reply["Location"]
    assert fetch(reply["Location"], ("Range", "bytes=5-99")) == (206, FILM[5:100])
    # The address is for this object, for reading it, and for as long as it says.
    other = reply["Location"].replace("film.mp4", "clip.mp4")
    assert fetch(other)[0] == 403
    assert fetch(reply["Location"].replace("Expires=600", "Expires=6000"))[0] == 403


def test_what_is_not_sent_on(redirecting: Server) -> None:
    client = Http1(redirecting.address, timeout=60)
    try:
        head = client.request("HEAD", URL)
        assert (head.status, head["Content-Length"]) == (200, str(len(FILM)))
        assert head["Accept-Ranges"] == "bytes"
        for fields, status in (
            ((("If-None-Match", head["ETag"]),), 304),
            ((("If-Match", '"other"'),), 412),
            ((("Range", f"bytes={len(FILM)}-"),), 416),
        ):
            assert client.request("GET", URL, fields).status == status
        assert client.request("GET", "/videos/no.mp4").status == 404
        saved = client.request("GET", "/videos/clip.mp4?download=1")
        assert (saved.status, saved.body) == (200, b"clip")
        assert saved["Content-Disposition"] == 'attachment; filename="clip.mp4"'
    finally:
        client.close()


def test_the_tag_is_that_of_the_store(redirecting: Server) -> None:
    """So whoever resumes a download with it is understood, by us and by the store."""
    tag = get(redirecting, "/videos/-/api/videos/film.mp4").body
    with urlopen(get(redirecting, URL)["Location"], timeout=30) as answer:
        assert json.loads(tag)["etag"] == answer.headers["ETag"]


def test_curl_follows(redirecting: Server, tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    target.write_bytes(FILM[:1_000_000])
    command = [need_tool("curl"), "-sSfL", "-C", "-", "-o", str(target), redirecting.url + URL]
    subprocess.run(command, check=True, timeout=60)
    assert target.read_bytes() == FILM


# Seconds that pass in the page at once, and what it takes for a frame to be on the screen.
_LATER = """async seconds => {
    // What watches over the video is asked for by the first seek, and reads the clock as it begins.
    await import(new URL('recover.js', document.querySelector('script[type=module]').src));
    const now = performance.now.bind(performance);
    performance.now = () => now() + 1000 * seconds;
}"""
_SHOW = """async second => {
    const video = document.querySelector('video');
    const frame = () => new Promise(done => video.requestVideoFrameCallback((_, is) => done(is)));
    let last = null;
    const shown = (async () => {
        do last = (await frame()).mediaTime; while (Math.abs(last - second) > 0.2);
    })();
    video.currentTime = second;
    await Promise.race([shown, new Promise((_, fail) => setTimeout(() => fail(new Error(
        `no frame of second ${second} within 50 s: the last was of ${last}, the time is ` +
        `${video.currentTime}, ready ${video.readyState}, network ${video.networkState}`
    )), 50000))]);
    return video.error;
}"""


@pytest.mark.slow
def test_the_page_gets_a_new_address_when_one_has_expired(
    redirecting: Server, cinema: SwiftBox, film: Path, new_page: NewPage
) -> None:
    """Chromium stays with the address it was sent on to, and waits when that has expired."""
    cinema.put(BUCKET, "clock.mp4", film.read_bytes())
    page = new_page()
    seen: set[str] = set()
    expired: set[str] = set()

    def pass_on(route: Route) -> None:
        seen.add(route.request.url)
        if route.request.url in expired:
            route.fulfill(status=403)
        else:
            route.continue_()

    page.route(re.compile("X-Amz-Signature"), pass_on)
    page.goto(redirecting.url + "/videos/-/watch/clock.mp4")
    assert page.evaluate(_SHOW, 5.0) is None
    assert seen
    expired |= seen

    def is_new() -> bool:
        return get(redirecting, "/videos/clock.mp4")["Location"] not in expired

    # Addresses of one second are the same.
    wait_until(is_new, 20, "the store has another address for it")
    page.evaluate(_LATER, 601)
    assert page.evaluate(_SHOW, 30.0) is None
    assert seen - expired


@pytest.fixture
def later(redirecting: Server, cinema: SwiftBox, film: Path, new_page: NewPage) -> Page:
    """Return a page that shows second 5, in which the address of the film has just expired."""
    cinema.put(BUCKET, "clock.mp4", film.read_bytes())
    page = new_page()
    page.goto(redirecting.url + "/videos/-/watch/clock.mp4")
    assert page.evaluate(_SHOW, 5.0) is None
    page.evaluate(_LATER, 601)
    return page


@pytest.mark.slow
def test_who_seeks_while_another_address_is_fetched(later: Page) -> None:
    later.evaluate("document.querySelector('video').dispatchEvent(new Event('waiting'))")
    assert later.evaluate(_SHOW, 30.0) is None


_SEEK_AS_IT_STALLS = """() => {
    const video = document.querySelector('video');
    video.currentTime = 30;
    video.dispatchEvent(new Event('stalled'));
    return video.readyState === 0;
}"""


@pytest.mark.slow
def test_who_seeks_just_before_another_address_is_fetched(later: Page) -> None:
    """The event of the seek never comes: it is taken back when the video is loaded anew."""
    assert later.evaluate(_SEEK_AS_IT_STALLS), "it is loaded anew at once"
    later.wait_for_function(
        "(video => video.readyState > 1 && !video.seeking)(document.querySelector('video'))"
    )
    assert later.evaluate("document.querySelector('video').currentTime") == 30


def test_a_folder_cannot_redirect(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="VIDEO_STORE_DELIVERY is"):
        Server("uvicorn", tmp_path, tmp_path, {"QUART_VIDEO_STORE_DELIVERY": "redirect"})


@pytest.mark.slow
def test_the_example_by_one_variable(
    cinema: SwiftBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the environment has credentials, as it has on machines of these clouds."""
    welcome = (REPOSITORY / "example/videos/Welcome.mp4").read_bytes()
    cinema.make_bucket("example")
    cinema.put("example", "films/Welcome.mp4", welcome)
    for name, value in (
        ("AWS_ENDPOINT_URL", cinema.endpoint),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("QUART_VIDEO_CACHE", str(tmp_path)),
        ("QUART_MEDIA_ROOT", "s3://example/films"),
    ):
        monkeypatch.setenv(name, value)
    with quart_run("example:app", REPOSITORY) as url, urlopen(f"{url}/videos/Welcome.mp4") as film:
        assert film.read() == welcome


@pytest.mark.slow
def test_without_the_extra(tmp_path: Path) -> None:
    """The remedy is named, where the package is not installed."""
    hidden = tmp_path / "hidden" / "obstore"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ModuleNotFoundError(name='obstore')")
    path = f"{hidden.parent}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    with pytest.raises(RuntimeError, match=r"pip install .quart-video\[cloud\]") as failure:
        Server(
            "uvicorn", tmp_path, tmp_path, {"QUART_MEDIA_ROOT": "s3://bucket", "PYTHONPATH": path}
        )
    assert "MEDIA_ROOT" in str(failure.value)


@pytest.mark.slow
def test_unusable_options(tmp_path: Path) -> None:
    options = {"QUART_VIDEO_STORE_OPTIONS": json.dumps({"secret": SECRET})}
    with pytest.raises(RuntimeError, match="'secret' is not valid") as failure:
        Server("uvicorn", tmp_path, tmp_path, {"QUART_MEDIA_ROOT": "s3://bucket", **options})
    assert "VIDEO_STORE_OPTIONS" in str(failure.value)
    assert SECRET not in str(failure.value)
