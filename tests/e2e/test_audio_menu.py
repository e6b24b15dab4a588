"""The menu of sound tracks on the watch page: which one is heard, told by its tone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.chromium import NewPage, Page
from tests.e2e.engines import ENGINES, CrashError, Engine
from tests.e2e.harness import Server, Servers, wait_until
from tests.media.films import ffmpeg

TONES = {"eng": 500, "ger": 2000, "fra": 5000}
FILMS = ("first.mp4", "second.mkv")

HEARD = """async () => {
  const video = document.querySelector('video');
  if (!window.analyser) {
    const context = new AudioContext();
    await context.resume();
    window.analyser = context.createAnalyser();
    context.createMediaElementSource(video).connect(window.analyser);
    window.rate = context.sampleRate;
  }
  const bins = new Uint8Array(window.analyser.frequencyBinCount);
  window.analyser.getByteFrequencyData(bins);
  const loudest = bins.indexOf(Math.max(...bins));
  return loudest * window.rate / 2 / bins.length;
}"""


@pytest.fixture(scope="module")
def library(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Server:
    root = tmp_path_factory.mktemp("dubbed")
    make(root)
    return servers.server("hypercorn", QUART_MEDIA_ROOT=str(root), QUART_VIDEO_MEDIA_PROCESSES="1")


def make(root: Path) -> None:
    tones = [f"sine=f={tone}:r=48000:d=20" for tone in TONES.values()]
    given = ["-f", "lavfi", "-i", "testsrc2=s=128x96:r=10:d=20"]
    for tone in tones:
        given += ["-f", "lavfi", "-i", tone]
    options = ["-map", "0:v", "-c:v", "libx264", "-preset", "ultrafast", "-g", "10"]
    options += ["-pix_fmt", "yuv420p", "-c:a", "aac", "-disposition:a:0", "default"]
    for number, language in enumerate(TONES):
        options += ["-map", f"{number + 1}:a", f"-metadata:s:a:{number}", f"language={language}"]
    ffmpeg(*given, *options, str(root / FILMS[0]))
    ffmpeg("-i", str(root / FILMS[0]), "-map", "0", "-c", "copy", str(root / FILMS[1]))


@pytest.fixture
def page(library: Server, new_page: NewPage) -> Page:
    page = new_page(base_url=library.url, locale="en-GB")
    watch(page, FILMS[0])
    return page


def watch(page: Page, name: str) -> None:
    """Open the page of a film, as soon as somebody has looked into it."""

    def is_known() -> bool:
        page.goto(f"/videos/-/watch/{name}")
        return page.locator("[data-qv-audio]").count() == 1

    wait_until(is_known, 60, "the menu")
    page.wait_for_function("document.querySelector('video').readyState >= 2")


def hears(page: Page, language: str) -> bool:
    return abs(float(page.evaluate(HEARD)) - TONES[language]) < 100


def state(page: Page) -> dict[str, object]:
    found = page.evaluate(
        "(({currentTime, paused, currentSrc, error}) => ({at: currentTime, paused, src: currentSrc,"
        " error: error && error.message}))(document.querySelector('video'))"
    )
    assert isinstance(found, dict)
    return found


def test_track_is_changed_by_keys_while_the_film_goes_on(page: Page) -> None:
    page.evaluate("window.stays = true; document.querySelector('video').currentTime = 5")
    page.evaluate("document.querySelector('video').play()")
    wait_until(lambda: hears(page, "eng"), 20, "the first sound")
    page.locator("[data-qv-audio] summary").focus()
    for key in ("Enter", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    wait_until(lambda: hears(page, "ger"), 20, "the second sound")
    now = state(page)
    assert "/-/mp4/first.mp4?audio=1" in str(now["src"])
    assert (now["paused"], now["error"]) == (False, None)
    assert 5 <= float(str(now["at"])) < 19
    assert page.evaluate("window.stays")
    assert page.locator("[data-qv-audio] summary").text_content() == "Sound: Deutsch"
    assert page.locator("[data-qv-audio] [aria-current]").all_text_contents() == ["Deutsch"]
    assert re.search(r"/first\.mp4\?audio=1$", page.url)
    assert page.evaluate("document.activeElement.localName") == "summary"
    page.keyboard.press("Enter")
    assert page.locator("[data-qv-audio]").get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert page.locator("[data-qv-audio]").get_attribute("open") is None
    page.get_by_text("Sound: Deutsch").click()
    page.get_by_text("English").click()
    wait_until(lambda: hears(page, "eng"), 20, "the first sound")
    assert str(state(page)["src"]).partition("#")[0].endswith("/videos/first.mp4")


@pytest.mark.slow
def test_language_is_chosen_again_in_the_next_film(page: Page) -> None:
    page.get_by_text("Sound: English").click()
    page.get_by_text("Français").click()
    page.wait_for_function("document.querySelector('video').currentSrc.includes('audio=2')")
    watch(page, FILMS[1])
    page.wait_for_function("document.querySelector('video').currentSrc.includes('audio=2')")
    assert page.locator("[data-qv-audio] summary").text_content() == "Sound: Français"
    page.evaluate("document.querySelector('video').play()")
    wait_until(lambda: hears(page, "fra"), 20, "the sound that was chosen")
    page.goto(f"/videos/-/watch/{FILMS[1]}?audio=1")  # which says more than what is remembered
    page.evaluate("document.querySelector('video').play()")
    wait_until(lambda: hears(page, "ger"), 20, "the sound that was asked for")


def test_menu_works_without_javascript(library: Server, new_page: NewPage, page: Page) -> None:
    plain = new_page(base_url=library.url, java_script_enabled=False)
    plain.goto(f"/videos/-/watch/{FILMS[1]}")
    plain.locator("[data-qv-audio] summary").click()
    plain.get_by_text("Deutsch").click()
    assert plain.url.endswith(f"/{FILMS[1]}?audio=1")
    assert plain.locator("[data-qv-audio] summary").text_content() == "Sound: Deutsch"
    source = plain.locator("video source").first.get_attribute("src")
    assert source == f"/videos/-/mp4/{FILMS[1]}?audio=1"


def test_nothing_beside_it_grows_with_the_menu_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    heights = (
        "[...document.querySelectorAll('.qv-actions > *')]"
        ".map(each => each.localName === 'details' ? 0 : each.offsetHeight)"
    )
    closed = page.evaluate(heights)
    page.locator("[data-qv-audio] summary").click()
    assert page.get_by_text("Deutsch").is_visible()
    assert page.evaluate(heights) == closed


@pytest.mark.slow
def test_page_of_the_track_is_shown_where_the_server_does_not_answer(page: Page) -> None:
    page.route("**/-/api/videos/**", lambda route: route.abort())
    page.evaluate("document.querySelector('video').currentTime = 7")
    page.get_by_text("Sound: English").click()
    page.get_by_text("Deutsch").click()
    page.wait_for_url("**/first.mp4?audio=1&t=7.0")
    assert page.locator("[data-qv-audio] summary").text_content() == "Sound: Deutsch"


ENTER, TAB, ESCAPE = "\ue007", "\ue004", "\ue00c"

PLAY = """
const video = document.querySelector('video');
video.muted = true;
video.currentTime = 5;
await video.play();
document.querySelector('[data-qv-audio] summary').focus();
window.stays = true;
"""
SHOWN = """
const video = document.querySelector('video');
const menu = document.querySelector('[data-qv-audio]');
return {
  at: video.currentTime, paused: video.paused, src: video.currentSrc, ready: video.readyState,
  error: video.error && video.error.message, open: menu.open, stays: window.stays === true,
  summary: menu.querySelector('summary').textContent, page: location.href,
  focus: document.activeElement.localName,
  current: [...menu.querySelectorAll('[aria-current]')].map(link => link.textContent),
};
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Firefox", "WebKit"])
def test_other_engines_change_it_by_keys_as_well(library: Server, name: str) -> None:
    with ENGINES[name]() as engine:
        assert isinstance(engine, Engine)
        for last in (False, False, True):
            try:
                change_by_keys(engine, library.url)
                break
            except CrashError:
                if last:
                    raise
                engine.start_anew()


def change_by_keys(engine: Engine, url: str) -> None:
    def opened(film: str) -> None:
        def is_known() -> bool:
            engine.visit(f"{url}/videos/-/watch/{film}")
            return bool(engine.do("return document.querySelector('[data-qv-audio]') !== null"))

        wait_until(is_known, 60, "the menu")

    def becomes(**wanted: object) -> dict[str, object]:
        def is_so() -> bool:
            found.update(engine.do(SHOWN))
            return all(found[each] == value for each, value in wanted.items())

        found: dict[str, object] = {}
        wait_until(is_so, 30, f"{wanted}")
        return found

    opened(FILMS[0])
    engine.do(PLAY)
    engine.press(ENTER)
    becomes(open=True)
    engine.press(ESCAPE)
    becomes(open=False, focus="summary")
    engine.press(ENTER, TAB, TAB, ENTER)
    found = becomes(summary="Sound: Deutsch", ready=4)
    assert "/-/mp4/first.mp4?audio=1" in str(found["src"]), found
    assert (found["paused"], found["error"], found["stays"]) == (False, None, True)
    assert 5 <= float(str(found["at"])) < 19
    assert (found["current"], found["focus"], found["open"]) == (["Deutsch"], "summary", False)
    assert str(found["page"]).endswith("/first.mp4?audio=1")
    opened(FILMS[1])
    found = becomes(summary="Sound: Deutsch")
    assert "second.mkv?audio=1" in str(found["src"]), found
