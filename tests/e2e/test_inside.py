"""What is inside videos, in a real browser: posters, previews, chapters and captions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import copy

import pytest

from tests.e2e.chromium import NewPage, Page, Route
from tests.e2e.harness import Server, Servers, wait_until
from tests.media.films import SRT, ffmpeg

Films = Callable[[str], Path]
STORYBOARDS = "**/-/storyboard/**"


@pytest.fixture
def hypercorn(servers: Servers) -> Server:
    """Return a server that looks into all videos by itself, too."""
    return servers.server("hypercorn", QUART_VIDEO_SURVEY="true")


@pytest.fixture
def library(folder: Path, films: Films) -> Path:
    copy(films("texts.mp4"), folder / "film.mp4")
    copy(films("h264.mp4"), folder / "other.mp4")
    (folder / "film.fr.srt").write_text(SRT.replace("Hello", "Bonjour"))
    (folder / "broken.mp4").write_bytes(b"no video")
    return folder


@pytest.fixture
def page(hypercorn: Server, new_page: NewPage, library: Path) -> Page:
    page = new_page(base_url=hypercorn.url, locale="fr-FR")
    # Until it is known, the page is made without: the machine may be busy.
    api = f"{hypercorn.url}/videos/-/api/videos/{library.name}/film.mp4"
    page.goto(f"/videos/{library.name}/")
    page.wait_for_function(
        "url => fetch(url).then(answer => answer.json()).then(video => video.details)", arg=api
    )
    return page


def watch(page: Page, library: Path, name: str) -> None:
    page.goto(f"/videos/-/watch/{library.name}/{name}")
    page.wait_for_function("document.querySelector('video').readyState >= 1")


@pytest.mark.slow
def test_the_gallery_shows_posters_and_leaves_drawings_where_there_are_none(page: Page) -> None:
    page.wait_for_function(
        "[...document.querySelectorAll('.qv-thumb img')].filter(i => i.naturalWidth).length === 3"
    )
    kinds = page.evaluate(
        "Promise.all([...document.querySelectorAll('.qv-thumb img')].map(image =>"
        " fetch(image.currentSrc).then(answer => answer.headers.get('Content-Type'))))"
    )
    # Asked by a script, which takes anything.
    assert sorted(kinds) == ["image/jpeg", "image/jpeg", "image/svg+xml"]


def test_the_player_has_a_poster_and_previews(page: Page, library: Path) -> None:
    for _ in range(10):  # a page does not wait for long to be told what is known
        watch(page, library, "film.mp4")
        if page.locator("[data-qv-storyboard]").count():
            break
    assert "w=640" in page.evaluate("document.querySelector('video').poster")
    page.wait_for_function(
        "fetch(document.querySelector('[data-qv-storyboard]').dataset.qvStoryboard)"
        ".then(answer => answer.ok)"
    )
    line = page.get_by_label("Temps")
    tile = page.locator(".qv-tile:not([hidden]) img:not([hidden])")
    for step in range(100):  # what still moves on the page may take the line from under the mouse
        line.hover(position={"x": 20 + step, "y": 3})
        if tile.count() and page.get_by_text("Beginning").count() == 2:  # in the list, too
            break
        page.wait_for_timeout(100)
    page.wait_for_function("document.querySelector('.qv-tile img').naturalWidth > 0")
    assert page.locator(".qv-tile b").inner_text() == "Beginning"
    line.focus()
    page.keyboard.press("End")
    page.wait_for_function("document.querySelector('video').currentTime > 1.5")


@pytest.mark.slow
def test_previews_that_come_late(page: Page, library: Path) -> None:
    """They are asked for again, and not shown to someone who has left meanwhile."""
    page.clock.install()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(STORYBOARDS, hold)
    watch(page, library, "film.mp4")
    tile = page.locator(".qv-tile img")

    _move_over_times(page)
    wait_until(lambda: _come(page, held, 1), 30, "the storyboard is asked for")
    with page.expect_response(STORYBOARDS):
        held[0].fulfill(status=503)
    page.wait_for_timeout(100)
    _move_over_times(page)  # too early
    page.clock.fast_forward(10_000)
    _move_over_times(page)
    wait_until(lambda: _come(page, held, 2), 30, "it is asked for again")
    assert len(held) == 2

    page.locator(".qv-line input").dispatch_event("pointerleave")
    with page.expect_response(STORYBOARDS):
        held[1].fulfill(
            content_type="text/vtt",
            body="WEBVTT\n\n00:00:00.000 --> 00:00:10.000\nsheet.jpg#xywh=0,0,160,90\n",
        )
    page.wait_for_timeout(200)
    assert tile.is_hidden()
    _move_over_times(page)
    tile.wait_for(state="visible")


def _come(page: Page, held: list[Route], count: int) -> bool:
    page.wait_for_timeout(10)  # routes come in while Playwright waits
    return len(held) >= count


def _move_over_times(page: Page) -> None:
    line = page.locator(".qv-line input")
    line.dispatch_event("pointermove", {"clientX": 300, "bubbles": True})
    page.wait_for_function("'qvName' in document.querySelector('[data-qv-play]').dataset")
    line.dispatch_event("pointermove", {"clientX": 300})
    page.locator(".qv-tile").wait_for(state="attached")
    line.dispatch_event("pointermove", {"clientX": 300})


@pytest.mark.slow
def test_chapters_are_links_that_seek(page: Page, library: Path) -> None:
    watch(page, library, "film.mp4")
    page.get_by_role("link", name="End & after").click()
    page.wait_for_function("document.querySelector('video').currentTime === 0.8")
    assert page.evaluate("[...document.querySelector('video').textTracks].map(t => t.kind)") == [
        *["captions"] * 3,
        "chapters",
    ]


@pytest.mark.slow
def test_captions_begin_in_the_language_of_the_browser(page: Page, library: Path) -> None:
    watch(page, library, "film.mp4")
    page.wait_for_function(
        "[...document.querySelector('video').textTracks].some(track =>"
        " track.mode === 'showing' && track.language === 'fr' && track.cues?.length === 2)"
    )
    text = page.evaluate(
        "[...document.querySelector('video').textTracks]"
        ".find(track => track.mode === 'showing').cues[0].text"
    )
    assert text == "Bonjour <i>there</i> &amp; you"


@pytest.mark.slow
def test_what_begins_late_has_captions_and_chapters_when_it_shows_them(
    hypercorn: Server, new_page: NewPage, folder: Path, films: Films
) -> None:
    ffmpeg("-itsoffset", "3", "-i", str(films("vp9.webm")), "-c", "copy", str(folder / "late.webm"))
    (folder / "late.en.srt").write_text(SRT)  # from 0.5 s on
    page = new_page(base_url=hypercorn.url, locale="en")
    page.goto(f"/videos/-/watch/{folder.name}/late.webm")
    for _ in range(60):  # until somebody has looked into it: the machine may be busy
        if page.locator("video[data-qv-start]").count():
            break
        page.wait_for_timeout(300)
        page.reload()
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    assert page.evaluate("document.querySelector('video').currentTime") == pytest.approx(3, abs=0.1)
    page.wait_for_function("document.querySelector('video').textTracks[0].cues?.[0]?.startTime > 1")
    times = page.evaluate(
        "[...document.querySelector('video').textTracks[0].cues].map(cue => cue.startTime)"
    )
    assert times == pytest.approx([3.5, 4.2], abs=0.1)
    page.mouse.move(100, 100)
    page.wait_for_function("'qvName' in document.querySelector('[data-qv-play]').dataset")
    end = page.locator("[data-qv-storyboard] input").get_attribute("max")
    assert float(end or 0) == pytest.approx(5, abs=0.2)
