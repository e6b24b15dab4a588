"""What the watch page adds to the browser's player, in a real browser."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import pytest

from tests.e2e.chromium import NewPage, Page, Route
from tests.e2e.film import SECONDS
from tests.e2e.harness import Server, need_tool, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect

WATCH = "/videos/-/watch/film/clock.mp4"


@pytest.fixture
def page(hypercorn: Server, new_page: NewPage) -> Page:
    page = new_page(base_url=hypercorn.url, locale="en-GB")
    page.goto(WATCH)
    ready(page)
    return page


def ready(page: Page) -> None:
    with_first_chunk(page, "video.readyState >= 2")


def video(page: Page, what: str) -> Any:
    return page.evaluate(f"document.querySelector('video').{what}")


def with_first_chunk(page: Page, what: str) -> None:
    """Wait until there is a video, and an expression about it holds."""
    page.wait_for_function(f"(video => video && ({what}))(document.querySelector('video'))")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


@pytest.mark.slow
def test_keys_play_and_seek(page: Page) -> None:
    press(page, "k")
    with_first_chunk(page, "!video.paused")
    press(page, "k")
    with_first_chunk(page, "video.paused")
    press(page, " ")
    with_first_chunk(page, "!video.paused")
    press(page, " ")
    with_first_chunk(page, "video.paused")
    press(page, "5")
    assert video(page, "currentTime") == SECONDS / 2
    press(page, "l")
    assert video(page, "currentTime") == SECONDS / 2 + 10
    press(page, "j", "j")
    assert video(page, "currentTime") == SECONDS / 2 - 10
    press(page, "ArrowRight", "ArrowRight", "ArrowLeft")
    assert video(page, "currentTime") == SECONDS / 2 - 5
    press(page, "j", "j")
    assert video(page, "currentTime") == 0
    press(page, "9", "l")
    assert video(page, "currentTime") == SECONDS


@pytest.mark.slow
def test_keys_mute_and_change_the_speed(page: Page) -> None:
    press(page, "m")
    assert video(page, "muted") is True
    press(page, "m")
    assert video(page, "muted") is False
    press(page, ">", ">")
    assert video(page, "playbackRate") == 1.5
    assert page.get_by_label("Speed").input_value() == "1.5"
    press(page, *["<"] * 20)
    assert video(page, "playbackRate") == 0.25
    press(page, *[">"] * 20)
    assert video(page, "playbackRate") == 3
    page.reload()
    ready(page)
    assert video(page, "playbackRate") == 3
    page.get_by_label("Speed").select_option("1")
    assert video(page, "playbackRate") == 1


def test_one_time_line_and_what_stands_below_it(page: Page) -> None:
    controls = page.locator(".qv-controls")
    line = page.get_by_label("Time")
    assert video(page, "controls") is False
    assert page.locator("input[type=range]").count() == 2  # the other one is for the volume
    controls.hover()
    box = line.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    with_first_chunk(page, f"Math.abs(video.currentTime - {SECONDS / 4}) < 0.5")
    press(page, "ArrowRight", "ArrowUp")  # the line has the focus
    with_first_chunk(page, f"Math.abs(video.currentTime - {SECONDS / 4 + 10}) < 0.5")
    assert line.get_attribute("aria-valuetext") in {"0:19", "0:20"}
    page.get_by_role("button", name="Sound off").click()
    assert video(page, "muted") is True
    page.get_by_role("button", name="Sound on").click()
    page.get_by_label("Volume").fill("0.5")
    page.locator("video").focus()
    press(page, "ArrowUp")
    with_first_chunk(page, "Math.abs(video.volume - 0.6) < 0.01")
    page.get_by_role("button", name="Play").click()
    with_first_chunk(page, "!video.paused")
    page.get_by_role("button", name="Pause").click()
    with_first_chunk(page, "video.paused")
    wide = page.get_by_role("button", name="Wide picture")
    before = page.locator("video").evaluate("video => video.clientWidth")
    wide.click()
    assert page.locator("video").evaluate("video => video.clientWidth") > before
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement?.matches('.qv-screen')")
    assert controls.is_visible()
    press(page, "f")
    page.wait_for_function("!document.fullscreenElement")
    page.reload()
    ready(page)
    assert wide.get_attribute("aria-pressed") == "true"
    press(page, "k")
    with_first_chunk(page, "Math.abs(video.volume - 0.6) < 0.01")


@pytest.mark.slow
@pytest.mark.parametrize("length", [str(SECONDS), "0"], ids=["known", "unknown"])
def test_who_is_faster_than_the_controls_goes_where_they_click(page: Page, length: str) -> None:
    """The time line works before its code has come; the server may not know how long a film is."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    def are_asked_for() -> bool:
        page.wait_for_timeout(20)  # in which the route is told of
        return bool(held)

    def write(route: Route) -> None:
        answer = route.fetch()
        body, times = re.subn(r'(type="range" min="0" max=)"[0-9.]+" step', rf'\1"{length}" step',
                              answer.text(), count=1)  # fmt: skip
        assert times
        route.fulfill(response=answer, body=body)

    page.route(re.compile(r"/control_bar\.js$"), hold)
    page.route(f"**{WATCH}", write)
    page.reload()
    ready(page)
    line = page.get_by_label("Time")
    box = line.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    with_first_chunk(page, f"Math.abs(video.currentTime - {SECONDS / 4}) < 0.5")
    wait_until(are_asked_for, 20, "the code is asked for")
    held[0].continue_()
    page.wait_for_function("document.querySelector('.qv-line input').ariaValueText")
    assert line.get_attribute("aria-valuetext") in {"0:09", "0:10"}
    with_first_chunk(page, f"Math.abs(video.currentTime - {SECONDS / 4}) < 0.5")


def _middle_of_the_bar(page: Page) -> bytes:
    """Return what is seen where captions would be without the controls."""
    page.wait_for_timeout(300)  # until it is drawn
    box = page.locator(".qv-clock").bounding_box()
    assert box is not None
    middle = {"x": 540, "y": box["y"] - 10, "width": 200, "height": box["height"] + 20}
    return page.screenshot(clip=cast("FloatRect", middle))


@pytest.mark.slow
def test_the_controls_make_way_for_the_film_and_captions_for_them(page: Page) -> None:
    screen = page.locator(".qv-screen")
    first_cue = "video.textTracks[0].activeCues?.[0]?.line"
    screen.hover()
    page.evaluate("document.querySelector('video').muted = true")
    page.evaluate("document.querySelector('video').currentTime = 13.5")
    with_first_chunk(page, f"typeof {first_cue} === 'number'")
    with_them = _middle_of_the_bar(page)
    press(page, "c")
    with_first_chunk(page, "video.textTracks[0].mode == 'disabled'")
    assert _middle_of_the_bar(page) == with_them  # they are not behind it
    press(page, "c")
    page.locator("video").click()
    page.mouse.move(5, 5)
    page.wait_for_function("'qvIdle' in document.querySelector('.qv-screen').dataset")
    page.wait_for_function("getComputedStyle(document.querySelector('.qv-controls')).opacity == 0")
    with_first_chunk(page, f"{first_cue} === 'auto'")
    screen.hover()
    page.wait_for_function("getComputedStyle(document.querySelector('.qv-controls')).opacity == 1")


def test_by_touch_in_arabic(hypercorn: Server, new_page: NewPage) -> None:
    """The time line runs from left to right in every script."""
    viewport = {"width": 390, "height": 844}
    page = new_page(base_url=hypercorn.url, locale="ar", has_touch=True, viewport=viewport)
    page.goto(WATCH)
    ready(page)
    page.evaluate("document.querySelector('video').muted = true")
    page.locator("video").tap()
    with_first_chunk(page, "!video.paused")
    line = page.locator(".qv-line input")
    page.wait_for_function("document.querySelector('.qv-line input').max > 1")
    box = line.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    with_first_chunk(page, f"video.currentTime >= {SECONDS * 0.72}")
    page.locator("video").tap()
    page.wait_for_function("'qvIdle' in document.querySelector('.qv-screen').dataset")
    assert video(page, "paused") is False
    page.locator("video").tap()
    page.wait_for_function("!('qvIdle' in document.querySelector('.qv-screen').dataset)")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
def test_without_controls_of_ours_those_of_the_browser_stay(
    hypercorn: Server, new_page: NewPage
) -> None:
    page = new_page(base_url=hypercorn.url)
    page.route("**/control_bar.js", lambda route: route.abort())
    page.goto(WATCH)
    ready(page)
    assert video(page, "controls") is False
    page.mouse.move(100, 100)
    with_first_chunk(page, "video.controls")
    assert not page.locator(".qv-controls").is_visible()


@pytest.mark.slow
def test_captions_stay_as_they_were_left(page: Page) -> None:
    mode = "textTracks[0].mode"
    menu = page.locator("[data-qv-captions]")
    assert (video(page, mode), menu.input_value()) == ("showing", "0")
    press(page, "c")
    with_first_chunk(page, "video.textTracks[0].mode == 'disabled'")
    page.wait_for_function("document.querySelector('[data-qv-captions]').value == ''")
    page.reload()
    ready(page)
    assert video(page, mode) == "disabled"
    press(page, "c")
    with_first_chunk(page, "video.textTracks[0].mode == 'showing'")
    menu.select_option("Off")
    with_first_chunk(page, "video.textTracks[0].mode == 'disabled'")


def test_the_look_of_captions_is_chosen_by_keyboard(page: Page) -> None:
    page.locator(".qv-look summary").focus()
    press(page, "Enter")
    page.wait_for_function("document.querySelector('link[href*=captions]')?.sheet != null")
    for name in ("size", "color", "background"):
        press(page, "Tab", "ArrowDown")
        field = page.locator(f".qv-look [name={name}]")
        assert video(page, f"getAttribute('data-qv-cue-{name}')") == field.input_value() != ""
    press(page, "Tab", *["ArrowUp"] * 13)
    with_first_chunk(page, "Math.abs(video.textTracks[0].cues?.[1]?.startTime - 5.3) < 0.001")
    menu = page.locator("[data-qv-captions]")
    menu.select_option("Off")  # and they are moved when they are shown again
    with_first_chunk(page, "video.textTracks[0].mode == 'disabled'")
    page.locator("[data-qv-usual]").focus()
    press(page, "Enter")
    press(page, "c")
    with_first_chunk(page, "video.textTracks[0].cues?.[1].startTime === 4")
    assert page.evaluate("localStorage.getItem('quart-video:delays')") == "{}"


def begin_with(
    server: Server, new_page: NewPage, folder: Path, files: Sequence[str], locales: Sequence[str]
) -> dict[str, str]:
    """Return which captions of a video with some files the player begins with, by locale."""
    for name in ("a.mp4", *files):
        (folder / name).write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nHello\n")
    shown = {}
    for locale in locales:
        page = new_page(base_url=server.url, locale=locale)
        page.goto(f"/videos/-/watch/{folder.name}/a.mp4")
        menu = page.locator("[data-qv-captions]")
        menu.wait_for()
        shown[locale] = menu.locator("option:checked").inner_text()
    return shown


@pytest.mark.slow
def test_captions_begin_in_the_language_of_the_visitor(
    hypercorn: Server, new_page: NewPage, folder: Path
) -> None:
    files = ("a.en.vtt", "a.de.vtt", "a.fr-CA.vtt")
    assert begin_with(hypercorn, new_page, folder, files, ("de-AT", "fr-FR", "en-US", "ja-JP")) == {
        "de-AT": "Deutsch",
        "fr-FR": "Français (Canada)",
        "en-US": "English",
        "ja-JP": "Deutsch",  # the first
    }


def test_captions_begin_as_the_server_has_it_where_that_knows_more(
    hypercorn: Server, new_page: NewPage, folder: Path
) -> None:
    """The script and the region count, and so does what a file says of itself."""
    files = (
        *("a.zh-Hans.vtt", "a.zh-Hant.vtt", "a.pt-PT.vtt", "a.tr.default.vtt"),
        *("a.pt-BR.vtt", "a.en.vtt", "a.en.Plain.default.vtt"),
    )
    locales = ("zh-TW", "zh-CN", "pt-PT", "pt-BR", "en-GB", "ja-JP")
    assert begin_with(hypercorn, new_page, folder, files, locales) == {
        "zh-TW": "繁體中文",
        "zh-CN": "简体中文",
        "pt-PT": "Português (Portugal)",
        "pt-BR": "Português (Brasil)",
        "en-GB": "English: Plain",
        "ja-JP": "Türkçe",
    }


@pytest.mark.slow
def test_help_lists_the_keys_and_switches_them_off(page: Page) -> None:
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    press(page, "?")
    dialog.wait_for()
    assert "Full screen" in dialog.inner_text()
    press(page, "k", "5")  # the page behind does not hear them
    assert video(page, "currentTime") == 0
    dialog.get_by_label("Use these keys").uncheck()
    press(page, "Escape")
    assert not dialog.is_visible()
    press(page, "5", "m")
    assert (video(page, "currentTime"), video(page, "muted")) == (0, False)
    page.reload()
    ready(page)
    press(page, "5", "?")
    dialog.wait_for()
    assert video(page, "currentTime") == 0
    dialog.get_by_label("Use these keys").check()
    dialog.get_by_role("button", name="Close").click()
    dialog.wait_for(state="hidden")
    press(page, "5")
    with_first_chunk(page, f"video.currentTime === {SECONDS / 2}")
    page.get_by_role("button", name="Keyboard").click()
    dialog.wait_for()


# What has the focus, what is pressed there, and whether we take it.
PRESSED = [
    ("body", "k", True),
    ("body", " ", True),
    ("body", "ArrowLeft", True),
    ("body", "ArrowDown", False),
    ("body", "Tab", False),
    ("body", "x", False),
    ("body", "/", False),
    ("body", "constructor", False),
    ("body", "Control+f", False),
    ("body", "Meta+l", False),
    ("body", "Alt+ArrowLeft", False),
    ("body", "Shift+ArrowLeft", False),
    ("#typing", "k", False),
    ("#typing", " ", False),
    ("#typing", "5", False),
    ("#typing", "?", False),
    ("#typing", "ArrowLeft", False),
    ("textarea", "m", False),
    ("[contenteditable]", "f", False),
    ("[contenteditable] b", "f", False),
    ("select", "c", False),
    ("[data-qv-copy]", " ", False),
    ("[data-qv-copy]", "k", True),
    ("a[href]", " ", False),
    ("a[href]", "5", True),
    ("video", " ", True),
    ("video", "ArrowRight", True),
    ("video", "ArrowUp", True),
    ("video", "m", True),
    ("[data-qv-play]", " ", False),
    ("[data-qv-play]", "ArrowLeft", True),
    ("[data-qv-play]", "ArrowDown", True),
    ("[data-qv-volume]", "ArrowUp", False),
    ("[data-qv-volume]", "k", True),
    ("[data-qv-captions]", "ArrowDown", False),
]


@pytest.mark.slow
def test_keys_work_as_soon_as_the_help_is_closed(page: Page) -> None:
    press(page, "?")
    page.get_by_role("dialog").wait_for()
    page.evaluate("""() => {
        const help = document.querySelector("dialog");
        help.close();  // the focus is in it until the page is drawn anew
        help.querySelector("button").dispatchEvent(
            new KeyboardEvent("keydown", {key: "m", bubbles: true}));
    }""")
    assert video(page, "muted")


@pytest.mark.slow
def test_keys_that_are_someone_elses(page: Page) -> None:
    """A page of the host's own may have anything on it."""
    taken = page.evaluate(
        """pressed => {
            const more = '<input id=typing><textarea></textarea>'
                + '<p contenteditable><b>bold</b></p>';
            document.querySelector('main').insertAdjacentHTML('beforeend', more);
            return pressed.map(([selector, combination]) => {
                const [key, modifier] = combination.split('+').reverse();
                const event = new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true,
                    ctrlKey: modifier == 'Control', metaKey: modifier == 'Meta',
                    altKey: modifier == 'Alt', shiftKey: modifier == 'Shift'});
                return !document.querySelector(selector).dispatchEvent(event);
            });
        }""",
        PRESSED,
    )
    found = [(selector, key, each) for (selector, key, _), each in zip(PRESSED, taken, strict=True)]
    assert found == PRESSED


@pytest.mark.slow
def test_keys_of_any_alphabet(page: Page) -> None:
    for key, code in (("л", "KeyK"), ("κ", "KeyK"), ("K", "KeyK"), ("k", "KeyE")):
        page.evaluate(
            "([key, code]) => document.body.dispatchEvent("
            "new KeyboardEvent('keydown', {key, code, bubbles: true}))",
            [key, code],
        )
        with_first_chunk(page, "!video.paused")
        page.evaluate("document.querySelector('video').pause()")


@pytest.mark.slow
def test_a_link_begins_at_its_time(page: Page) -> None:
    page.goto(f"{WATCH}?t=21.5")
    ready(page)
    with_first_chunk(page, "Math.abs(video.currentTime - 21.5) < 0.2")


@pytest.mark.slow
def test_a_link_to_this_time_is_copied(hypercorn: Server, new_page: NewPage) -> None:
    page = new_page(base_url=hypercorn.url, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{WATCH}?t=3&utm_source=elsewhere")
    ready(page)
    press(page, "5")
    page.get_by_role("button", name="Copy link at this time").click()
    link = f"{hypercorn.url}{WATCH}?t={SECONDS // 2}"
    page.get_by_text(f"Copied: {link}").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == link


@pytest.mark.slow
def test_without_a_clipboard_the_old_way_works(hypercorn: Server, new_page: NewPage) -> None:
    page = new_page(base_url=hypercorn.url)
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(WATCH)
    ready(page)
    page.get_by_role("button", name="Copy link at this time").click()
    link = f"{hypercorn.url}{WATCH}"
    page.get_by_text(re.compile(f"(Copied|Copy this link): {re.escape(link)}")).wait_for()
    assert page.evaluate("document.activeElement.matches('[data-qv-copy]')")
    assert not page.locator("textarea").count()


def leave_at(page: Page, seconds: float) -> None:
    """Watch for a moment, from here, and go."""
    page.evaluate(
        """async seconds => {
            const video = document.querySelector('video');
            video.muted = true;
            video.currentTime = seconds;
            await video.play();
            await new Promise(done => video.requestVideoFrameCallback(done));
            video.pause();
        }""",
        seconds,
    )
    page.goto("/videos/")


def test_it_goes_on_where_one_left_off(page: Page) -> None:
    leave_at(page, 23)
    page.goto(f"{WATCH}?from=elsewhere")
    with_first_chunk(page, "Math.abs(video.currentTime - 23) < 2")
    assert page.get_by_role("status").inner_text().startswith("Resumed at 0:2")
    page.get_by_role("button", name="Start over").click()
    with_first_chunk(page, "video.currentTime == 0")
    page.reload()
    ready(page)
    assert video(page, "currentTime") == 0


@pytest.mark.slow
def test_the_gallery_shows_what_has_been_begun(page: Page) -> None:
    leave_at(page, 23)
    page.goto("/videos/")
    row = page.get_by_role("region", name="Continue watching")
    assert row.get_by_role("progressbar").get_attribute("value") == "58"
    assert row.locator(".qv-where").inner_text() == "film"
    with page.expect_navigation():
        row.get_by_role("link", name="clock").click()
    with_first_chunk(page, "Math.abs(video.currentTime - 23) < 2")
    page.go_back()
    row.get_by_role("button", name="Forget these").click()
    row.wait_for(state="hidden")
    page.reload()
    page.locator(".qv-card").first.wait_for()
    assert not row.is_visible()
    page.goto(WATCH)
    ready(page)
    assert video(page, "currentTime") == 0


@pytest.mark.slow
def test_what_was_watched_is_marked_and_can_be_hidden(
    hypercorn: Server, new_page: NewPage, folder: Path, film: Path
) -> None:
    for number in (1, 2):
        os.link(film, folder / f"Part {number}.mp4")
    page = new_page(base_url=hypercorn.url)
    gallery = f"/videos/{folder.name}/"
    page.goto(f"/videos/-/watch/{folder.name}/Part%201.mp4")
    ready(page)
    seen = page.get_by_role("button", name="Watched")
    assert seen.get_attribute("aria-pressed") == "false"
    leave_at(page, SECONDS - 0.5)
    page.goto(gallery)
    first, second = page.locator(".qv-card").all()
    hide = page.get_by_label("Hide watched")
    assert "Watched" in first.inner_text()
    assert "Watched" not in second.inner_text()
    assert ("New" in first.inner_text(), "New" in second.inner_text()) == (False, True)
    hide.check()
    assert (first.is_visible(), second.is_visible()) == (False, True)
    page.reload()
    second.wait_for()
    assert (first.is_visible(), hide.is_checked()) == (False, True)
    hide.uncheck()
    first.get_by_role("link").click()
    ready(page)
    assert seen.get_attribute("aria-pressed") == "true"
    assert video(page, "currentTime") == 0
    seen.click()
    wait_until(lambda: seen.get_attribute("aria-pressed") == "false", 10, "it is noted")
    page.goto(gallery)
    page.locator(".qv-card").first.wait_for()
    assert not page.get_by_text("Watched", exact=True).count()
    assert not hide.is_visible()


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (("Asia/Tokyo", "en-GB"), "22 Nov 2025, 22:15"),
        (("America/New_York", "de-DE"), "22.11.2025, 08:15"),
    ],
)
@pytest.mark.slow
def test_times_are_those_of_the_visitor(
    hypercorn: Server, new_page: NewPage, folder: Path, place: tuple[str, str], shown: str
) -> None:
    (folder / "old.mp4").touch()
    os.utime(folder / "old.mp4", (1_763_817_300, 1_763_817_300))
    zone, locale = place
    page = new_page(base_url=hypercorn.url, timezone_id=zone, locale=locale)
    page.goto(f"/videos/-/watch/{folder.name}/old.mp4")
    page.locator(".qv-details time").get_by_text(shown).wait_for()


def end(page: Page) -> None:
    """Play the last moment of the video."""
    ready(page)
    page.evaluate(
        """async () => {
            const video = document.querySelector('video');
            video.muted = true;
            video.currentTime = video.duration - 0.3;
            await video.play();
        }"""
    )
    with_first_chunk(page, "video.ended")


@pytest.mark.slow
def test_the_next_video_begins_by_itself(
    hypercorn: Server, new_page: NewPage, folder: Path, film: Path
) -> None:
    for number in (1, 2, 3):
        os.link(film, folder / f"Part {number}.mp4")
    page = new_page(base_url=hypercorn.url)
    for _ in range(10):  # a page does not wait for long to be told what is beside the video
        page.goto(f"/videos/-/watch/{folder.name}/Part%201.mp4")
        if page.get_by_label("Autoplay").count():
            break
    end(page)
    words = page.get_by_text("The next video begins in")
    words.wait_for()
    box = words.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < page.evaluate("innerHeight")
    page.get_by_role("button", name="Cancel").click()
    assert not page.get_by_text("The next video begins in").is_visible()
    end(page)
    page.wait_for_url("**/Part%202.mp4")
    with_first_chunk(page, "video.currentTime > 0.2 && !video.paused")
    page.get_by_label("Autoplay").uncheck()
    end(page)
    assert not page.get_by_text("The next video begins in").is_visible()
    page.reload()
    ready(page)
    assert not page.get_by_label("Autoplay").is_checked()
    assert video(page, "paused")


@pytest.mark.slow
def test_a_time_in_the_link_goes_first(page: Page) -> None:
    leave_at(page, 23)
    page.goto(f"{WATCH}?t=5")
    ready(page)
    with_first_chunk(page, "Math.abs(video.currentTime - 5) < 0.2")
    assert page.get_by_role("status").inner_text() == ""


@pytest.mark.parametrize("seconds", [2, SECONDS - 0.5], ids=["the-beginning", "the-end"])
@pytest.mark.slow
def test_neither_the_beginning_nor_the_end_is_kept(page: Page, seconds: float) -> None:
    leave_at(page, 20)
    page.goto(WATCH)
    with_first_chunk(page, "video.currentTime > 18")
    leave_at(page, seconds)
    page.goto(WATCH)
    ready(page)
    assert video(page, "currentTime") == 0


@pytest.mark.parametrize(
    "kept",
    [
        *("", "{", "null", "[]", '{"/a": null, "/b": 1, "/c": null}'),
        '{"/videos/-/watch/film/clock.mp4": {"seconds": "x"}}',
        None,
    ],
)
@pytest.mark.slow
def test_whatever_is_in_the_storage(hypercorn: Server, new_page: NewPage, kept: str | None) -> None:
    page = new_page(base_url=hypercorn.url)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    if kept is None:
        page.add_init_script(
            "Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused'); }})"
        )
    else:
        page.add_init_script(f"localStorage.setItem('quart-video:positions', {kept!r})")
    page.goto(WATCH)
    ready(page)
    press(page, "5", ">", "c", "k")
    with_first_chunk(page, "!video.paused")
    press(page, "k")
    with_first_chunk(page, "video.paused")
    page.goto("/videos/film/")
    page.locator(".qv-card").wait_for()
    assert errors == []


def alert(page: Page) -> str:
    board = page.get_by_role("alert")
    board.wait_for()
    return board.inner_text()


@pytest.mark.slow
def test_what_no_browser_plays_is_offered_for_download(
    hypercorn: Server, new_page: NewPage, folder: Path
) -> None:
    (folder / "no video.mp4").write_bytes(os.urandom(5000))
    page = new_page(base_url=hypercorn.url)
    page.goto(f"/videos/-/watch/{folder.name}/no%20video.mp4")
    page.get_by_role("alert").get_by_text("This video is damaged").wait_for()
    with page.expect_download() as download:
        page.get_by_role("alert").get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "no video.mp4"


@pytest.mark.parametrize("viewport", [(1280, 800), (390, 844), (320, 568)])
@pytest.mark.slow
def test_what_is_wrong_is_seen_at_once(
    hypercorn: Server, new_page: NewPage, folder: Path, viewport: tuple[int, int]
) -> None:
    (folder / "no video.mp4").write_bytes(os.urandom(5000))
    width, height = viewport
    page = new_page(base_url=hypercorn.url, viewport={"width": width, "height": height})
    page.goto(f"/videos/-/watch/{folder.name}/no%20video.mp4")
    board = page.get_by_role("alert")
    board.wait_for()
    seen = [board, board.get_by_role("link", name="Download"), page.locator("video")]
    for box in [each.bounding_box() for each in seen]:
        assert box is not None
        assert 0 <= box["y"] < box["y"] + box["height"] <= height
    assert page.evaluate("scrollY") == 0


def make(path: Path, *options: str) -> None:
    command = [need_tool("ffmpeg"), "-nostdin", "-loglevel", "error", *options, str(path)]
    subprocess.run(command, check=True, timeout=60)


def looked_into(page: Page) -> None:
    """Load the page anew until it knows what is inside the video: the machine may be busy."""
    for _ in range(60):
        if page.locator("video[data-qv-picture]").count():
            return
        page.wait_for_timeout(300)
        page.reload(wait_until="domcontentloaded")
    raise AssertionError("nobody looks into it")


@pytest.mark.slow
def test_a_picture_that_is_missing_is_told_and_none_is_missed_in_sound(
    hypercorn: Server, new_page: NewPage, folder: Path
) -> None:
    tone = ["-f", "lavfi", "-i", "sine=duration=2"]
    picture = ["-f", "lavfi", "-i", "testsrc2=s=64x64:d=2"]
    hevc = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"]
    make(folder / "sound.mp4", *tone, "-c:a", "aac")
    make(folder / "hevc.mp4", *picture, *tone, *hevc, "-c:a", "aac")
    page = new_page(base_url=hypercorn.url)
    page.goto(f"/videos/-/watch/{folder.name}/hevc.mp4")
    looked_into(page)
    assert "This browser shows no picture of this video" in alert(page)
    assert "It does not decode HEVC (H.265) video." in alert(page)
    page.goto(f"/videos/-/watch/{folder.name}/sound.mp4")
    looked_into(page)
    ready(page)
    assert not page.get_by_role("alert").is_visible()


@pytest.mark.parametrize(
    ("missing", "words", "true_when_loaded"),
    [
        ("avc1", "This browser shows no picture of this video", False),
        ("mp4a", "This browser plays this video without sound", True),
        ("", "This browser cannot play this type of video", False),
        ("hvc1", None, False),
    ],
)
@pytest.mark.slow
def test_what_will_not_play_is_told_before_it_is_loaded(
    hypercorn: Server, new_page: NewPage, missing: str, words: str | None, *, true_when_loaded: bool
) -> None:
    page = new_page(base_url=hypercorn.url)
    page.add_init_script(
        "HTMLMediaElement.prototype.canPlayType ="
        f" type => type.split('codecs=')[1].includes('{missing}') ? '' : 'probably'"
    )
    page.route("**/videos/film/clock.mp4", lambda _: None)  # it waits
    page.goto(WATCH, wait_until="domcontentloaded")
    looked_into(page)
    board = page.get_by_role("alert")
    if words is None:
        assert not board.is_visible()
    else:
        assert words in alert(page)
        assert board.get_by_role("link", name="Download").is_visible()
    assert video(page, "readyState") == 0
    page.unroute("**/videos/film/clock.mp4")  # it goes on
    ready(page)
    assert board.is_visible() is true_when_loaded


@pytest.mark.slow
def test_nothing_moves_when_the_video_comes(
    hypercorn: Server, new_page: NewPage, page: Page
) -> None:
    page.wait_for_function(
        "fetch('/videos/-/api/videos/film/clock.mp4').then(answer => answer.json())"
        ".then(video => video.details)"
    )
    height = "document.querySelector('video').getBoundingClientRect().height"
    waiting = new_page(base_url=hypercorn.url, viewport={"width": 390, "height": 844})
    for pattern in ("**/videos/film/clock.mp4", "**/-/poster/**"):
        waiting.route(pattern, lambda _: None)
    waiting.goto(WATCH, wait_until="domcontentloaded")
    before = waiting.evaluate(height)
    for pattern in ("**/videos/film/clock.mp4", "**/-/poster/**"):
        waiting.unroute(pattern)
    ready(waiting)
    assert before == pytest.approx(waiting.evaluate(height), abs=1)
    assert before == pytest.approx(390 * 192 / 320, abs=1)


@pytest.mark.slow
def test_a_video_that_has_gone_is_told(hypercorn: Server, new_page: NewPage, folder: Path) -> None:
    (folder / "gone.mp4").write_bytes(os.urandom(5000))
    page = new_page(base_url=hypercorn.url)
    page.route(f"**/videos/{folder.name}/gone.mp4", lambda route: route.fulfill(status=404))
    page.goto(f"/videos/-/watch/{folder.name}/gone.mp4")
    assert "The video is not there any more" in alert(page)


@pytest.mark.parametrize(
    ("status", "words", "remedy"),
    [
        (401, "You may not watch this video now", "Load the page again"),
        (503, "The server is busy", "Try again"),
    ],
)
@pytest.mark.sample(1)
def test_a_refusal_is_told(
    hypercorn: Server, new_page: NewPage, status: int, words: str, remedy: str
) -> None:
    page = new_page(base_url=hypercorn.url)
    page.route("**/videos/film/clock.mp4", lambda route: route.fulfill(status=status))
    page.goto(WATCH)
    assert words in alert(page)
    page.unroute("**/videos/film/clock.mp4")
    page.get_by_role("button", name=remedy).click()
    ready(page)
    page.get_by_role("alert").wait_for(state="hidden")


@pytest.mark.slow
def test_a_video_of_which_nothing_ever_comes_is_loaded_anew(
    hypercorn: Server, new_page: NewPage
) -> None:
    """It stands from the beginning, before the script that watches over it is there."""
    page = new_page(base_url=hypercorn.url)
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/videos/film/clock.mp4", hold)
    page.goto(WATCH, wait_until="domcontentloaded")
    page.locator("[data-qv-help]").wait_for()  # the script is there
    page.evaluate("document.querySelector('video').play().catch(() => {}), 0")
    page.wait_for_function("document.querySelector('video').currentTime > 0.5")


@pytest.mark.slow
def test_the_player_tells_the_system_what_it_plays(page: Page) -> None:
    press(page, "k")
    page.wait_for_function("navigator.mediaSession.metadata")
    metadata = page.evaluate(
        "(({title, artist, album}) => ({title, artist, album}))(navigator.mediaSession.metadata)"
    )
    assert metadata == {"title": "clock", "artist": "Videos", "album": "film"}


@pytest.mark.slow
def test_keys_lead_to_the_videos_beside_it(
    hypercorn: Server, new_page: NewPage, folder: Path, film: Path
) -> None:
    for number in (1, 2, 3):
        os.link(film, folder / f"Part {number}.mp4")
    page = new_page(base_url=hypercorn.url)
    page.goto(f"/videos/-/watch/{folder.name}/Part%202.mp4")
    ready(page)
    press(page, "n")  # without Shift, it is nobody's
    press(page, "Shift+N")
    page.wait_for_url("**/Part%203.mp4")
    ready(page)
    press(page, "Shift+N")  # there is none
    press(page, "Shift+P")
    page.wait_for_url("**/Part%202.mp4")


@pytest.mark.slow
def test_a_picture_in_a_picture_where_there_is_one(page: Page) -> None:
    offered = page.get_by_role("button", name="Picture in picture").is_visible()
    assert offered is page.evaluate("document.pictureInPictureEnabled")


@pytest.mark.parametrize(
    "name", ["<b>x</b>\n\"'&.mp4".replace("/", "\N{DIVISION SLASH}"), "%41?#.mp4"]
)
@pytest.mark.slow
def test_any_name(
    hypercorn: Server, new_page: NewPage, folder: Path, film: Path, name: str
) -> None:
    os.link(film, folder / name)
    page = new_page(base_url=hypercorn.url)
    page.goto(f"/videos/-/watch/{folder.name}/{quote(name)}")
    ready(page)
    leave_at(page, 23)
    page.goto(f"/videos/{folder.name}/")
    assert int(page.get_by_role("progressbar").get_attribute("value") or 0) > 50
    page.locator(".qv-card a").click()
    with_first_chunk(page, "Math.abs(video.currentTime - 23) < 2")
    press(page, "k")
    page.wait_for_function("navigator.mediaSession.metadata")
    assert page.evaluate("navigator.mediaSession.metadata.title") == " ".join(
        name.removesuffix(".mp4").split()
    )
