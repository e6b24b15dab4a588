"""A video that stops goes on by itself where it was, and what cannot go on says why, truly.

Between the browser and the server is a proxy that cuts, and that leads to another server.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.e2e.chromium import Error
from tests.e2e.engines import ENGINES, Browser, CrashError
from tests.e2e.harness import Server, Servers, wait_until
from tests.e2e.site import Site
from tests.media.films import ffmpeg
from tests.support.tap import Tap

RATE = {"QUART_VIDEO_TRANSFER_RATE": "500000"}
"""So slow that no browser has all of the film at once, and fast enough to play it."""

H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p")

PLAY = """
const video = document.querySelector('video');
video.muted = true;
if (video.readyState < 1) await new Promise(done => video.addEventListener('loadedmetadata', done));
video.currentTime = argument;
await video.play();
"""
STATE = """
const video = document.querySelector('video');
const board = document.querySelector('.qv-problem');
const shown = [...document.querySelectorAll('[data-qv-problem]')].filter(it => !it.hidden);
return {
  time: video.currentTime, paused: video.paused, error: video.error?.code ?? null,
  ready: video.readyState,
  problem: board?.hidden ?? true ? null : shown[0]?.dataset.qvProblem ?? null,
};
"""


@pytest.fixture(scope="module", params=list(ENGINES))
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Return each browser in turn."""
    with ENGINES[request.param]() as browser:
        yield browser


@pytest.fixture
def tap(server: Server) -> Iterator[Tap]:
    tap = Tap(server.address[1])
    yield tap
    tap.close()


@pytest.fixture
def watch(folder: Path, film: Path) -> str:
    """Return the page of the film below the mount, at an address that no browser has kept it of."""
    os.link(film, folder / "film.mp4")
    return f"-/watch/{folder.name}/film.mp4"


@pytest.fixture
def server(servers: Servers, film: Path) -> Server:
    assert film.exists()
    return servers.server("hypercorn", **RATE)


def state(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = browser.do(STATE)
    return found


def until(browser: Browser, condition: Callable[[dict[str, Any]], bool], what: str) -> None:
    now: dict[str, Any] = {}

    def holds() -> bool:
        now.update(state(browser))
        return condition(now)

    try:
        wait_until(holds, 10, what)
    except AssertionError as error:
        raise AssertionError(f"{what}: {now}") from error


def plays_on(browser: Browser, second: float) -> None:
    """Wait until it plays from about a second on, and nothing is told any more."""
    until(
        browser,
        lambda now: (
            second + 1 < now["time"] < second + 15
            and not (now["paused"] or now["problem"] or now["error"])
        ),
        f"it plays on at {second}",
    )


def is_told(browser: Browser, problem: str) -> None:
    until(browser, lambda now: now["problem"] == problem, problem)


def play(browser: Browser, url: str, second: float) -> None:
    browser.visit(url)
    browser.do(PLAY, second)
    until(browser, lambda now: now["time"] > second + 0.5, "it plays")


def is_new_page(browser: Browser) -> bool:
    with suppress(AssertionError, CrashError, Error):  # it is loaded just now
        return bool(browser.do("return !window.before && document.querySelector('video');"))
    return False


def seek(browser: Browser, second: float) -> None:
    browser.do("document.querySelector('video').currentTime = argument;", second)


def address(tap: Tap, path: str) -> str:
    return f"http://127.0.0.1:{tap.port}{path}"


def answer(server: Server, status: int) -> None:
    with urlopen(f"{server.url}/answer/{status}"):
        pass


@pytest.fixture
def told(server: Server) -> Iterator[Callable[[int], None]]:
    """Return what has the mount ``told`` answer with a status."""
    yield lambda status: answer(server, status)
    answer(server, 200)


@pytest.mark.sample(1)
def test_a_connection_is_cut(tap: Tap, watch: str, browser: Browser) -> None:
    play(browser, address(tap, f"/videos/{watch}"), 10)
    tap.refuse()
    is_told(browser, "network")
    place = max(10, state(browser)["time"])
    tap.admit()
    plays_on(browser, place)


@pytest.mark.slow
def test_a_connection_of_a_frame_is_cut(tap: Tap, watch: str, browser: Browser) -> None:
    play(browser, address(tap, f"/videos/{watch}".replace("/watch/", "/embed/")), 10)
    tap.refuse()
    until(browser, lambda now: now["error"] or now["ready"] < 3, "it stops")
    place = max(10, state(browser)["time"])
    tap.admit()
    plays_on(browser, place)


@pytest.mark.slow
def test_the_server_is_restarted(
    servers: Servers, tap: Tap, watch: str, browser: Browser, request: pytest.FixtureRequest
) -> None:
    old = servers.server("uvicorn", **RATE, QUART_E2E_NAME=request.node.name)
    tap.lead_to(old.address[1])
    play(browser, address(tap, f"/videos/{watch}"), 10)
    old.stop()
    old.new_log()  # of what it broke off
    tap.cut()
    is_told(browser, "network")
    new = servers.server("hypercorn", **RATE)
    tap.lead_to(new.address[1])
    plays_on(browser, 10)


@pytest.mark.slow
def test_a_link_ends(servers: Servers, tap: Tap, watch: str, browser: Browser) -> None:
    """It is signed with a key that the next server does not know."""
    old, new = (
        servers.server(
            "hypercorn",
            **RATE,
            QUART_VIDEO_SIGNED_URLS="true",
            QUART_VIDEO_SIGNING_KEYS=f'["the {name} key for the tests"]',
        )
        for name in ("old", "new")
    )
    tap.lead_to(old.address[1])
    play(browser, address(tap, f"/videos/{watch}"), 10)
    save = "return document.querySelector('a[data-qv-download]').href;"
    before = browser.do(save)
    tap.lead_to(new.address[1])
    tap.cut()
    seek(browser, 25)
    plays_on(browser, 25)
    assert browser.do(save) != before
    with urlopen(browser.do(save)) as saved:
        assert saved.status == 200


@pytest.mark.parametrize("status", [503, 429])
@pytest.mark.slow
def test_too_many(
    tap: Tap, watch: str, told: Callable[[int], None], browser: Browser, status: int
) -> None:
    play(browser, address(tap, f"/told/{watch}"), 10)
    told(status)
    tap.cut()
    seek(browser, 25)
    is_told(browser, "busy")
    told(200)
    plays_on(browser, 25)


@pytest.mark.parametrize(
    ("status", "problem"), [(401, "login"), (403, "login"), (302, "login"), (404, "gone")]
)
@pytest.mark.sample(1)
def test_a_refusal_on_the_way(  # noqa: PLR0917 - fixtures
    tap: Tap, watch: str, told: Callable[[int], None], browser: Browser, status: int, problem: str
) -> None:
    play(browser, address(tap, f"/told/{watch}"), 10)
    told(status)
    tap.cut()
    seek(browser, 25)
    is_told(browser, problem)
    told(200)  # they have logged in, in another tab
    browser.do("document.dispatchEvent(new Event('visibilitychange'));")
    plays_on(browser, 25)


@pytest.mark.slow
def test_another_film_of_this_name(
    tap: Tap, watch: str, site: Site, folder: Path, browser: Browser
) -> None:
    play(browser, address(tap, f"/videos/{watch}"), 10)
    other = site.root / "film" / "other.tmp"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=d=9", *H264, "-f", "mp4", str(other))
    other.replace(folder / "film.mp4")
    tap.cut()
    seek(browser, 25)
    is_told(browser, "replaced")
    if browser.do("return 'mozHasAudio' in document.querySelector('video');"):
        return  # Firefox puts what it has kept of the first film together with the other one
    press = "setTimeout(() => document.querySelector('[data-qv-offer=reload]').click());"
    browser.do(f"window.before = true; {press}")
    wait_until(lambda: is_new_page(browser), 20, "the page is loaded again")
    until(browser, lambda now: now["problem"] is None and now["ready"] > 1, "the other film")


@pytest.mark.sample(1)
def test_what_is_wrong_with_a_file(hypercorn: Server, folder: Path, browser: Browser) -> None:
    (folder / "empty.mp4").touch()
    (folder / "damaged.mp4").write_bytes(os.urandom(50_000))
    for name in ("empty", "damaged"):
        browser.visit(f"{hypercorn.url}/videos/-/watch/{folder.name}/{name}.mp4")
        is_told(browser, name)


@pytest.mark.slow
def test_a_film_that_ends_too_early(
    hypercorn: Server, folder: Path, film: Path, browser: Browser
) -> None:
    """As when the copying of it was cut short; its index stands at the beginning."""
    whole = folder / "whole.tmp"
    ffmpeg("-i", str(film), "-c", "copy", "-movflags", "faststart", "-f", "mp4", str(whole))
    (folder / "short.mp4").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    play(browser, f"{hypercorn.url}/videos/-/watch/{folder.name}/short.mp4", 2)
    seek(browser, 35)
    is_told(browser, "damaged")


@pytest.mark.slow
def test_try_again_keeps_the_place(tap: Tap, watch: str, browser: Browser) -> None:
    play(browser, address(tap, f"/videos/{watch}"), 20)
    tap.refuse()
    is_told(browser, "network")
    browser.do("document.querySelector('[data-qv-offer=retry]').click();")
    kept = "return JSON.parse(localStorage['quart-video:positions'] ?? '{}');"
    tap.admit()
    plays_on(browser, 20)
    browser.do("document.querySelector('video').pause();")
    wait_until(lambda: browser.do(kept)[f"/videos/{watch}"]["seconds"] > 20, 10, kept)
