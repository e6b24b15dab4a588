"""WCAG 2.2 AA, as far as axe-core can tell, for each page in each state."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.chromium import NewPage, Page
from tests.e2e.harness import Server
from tests.support.npm import unpack

AXE = "axe-core@4.14.1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WATCH = "/videos/-/watch/film/clock.mp4"


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the source of axe-core, out of its npm package."""
    package = unpack(AXE, tmp_path_factory.mktemp("npm"))
    return (package / "axe.min.js").read_text(encoding="utf-8")


def nothing(_: Page) -> None:
    pass


def open_menu(page: Page) -> None:
    page.locator(".qv-menu summary").last.click()


def open_filters(page: Page) -> None:
    page.locator(".qv-filters summary").click()


def open_help(page: Page) -> None:
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_role("dialog").wait_for()


def look_at_a_time(page: Page) -> None:
    page.get_by_label("Time").hover()
    page.locator(".qv-tile").wait_for()


def open_style(page: Page) -> None:
    page.locator(".qv-look summary").click()
    page.wait_for_function("document.querySelector('link[href*=captions]')?.sheet != null")


def begin(page: Page) -> None:
    page.evaluate(
        """path => localStorage.setItem('quart-video:positions', JSON.stringify(
            Object.fromEntries(Array.from({length: 20}, (_, number) => [`${path}${number}`,
                {seconds: 9, duration: 20, when: number, title: `Part ${number}`}]))))""",
        "/videos/-/watch/film/",
    )
    page.reload()
    page.get_by_role("region", name="Continue watching").wait_for()


def see_all(page: Page) -> None:
    page.evaluate(
        """() => localStorage.setItem('quart-video:watched', JSON.stringify(Object.fromEntries(
            [...document.querySelectorAll('.qv-card a')].map(link => [link.pathname, 1]))))"""
    )
    page.reload()
    page.locator(".qv-seen").first.wait_for()
    page.get_by_label("Hide watched").wait_for()


def wait_for_alert(page: Page) -> None:
    page.get_by_role("alert").wait_for()


def say_something(page: Page) -> None:
    page.get_by_role("button", name="Copy link at this time").click()
    page.get_by_text("/-/watch/film/clock.mp4").wait_for()


STATES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "gallery": ("/videos/", nothing),
    "begun": ("/videos/", begin),
    "watched": ("/videos/names/", see_all),
    "menu": ("/videos/?sort=-size", open_menu),
    "filters": ("/videos/?min_duration=60", open_filters),
    "list": ("/videos/names/?view=list", nothing),
    "a page of many": ("/videos/names/?limit=5", nothing),
    "folders of many": ("/videos/?limit=1", nothing),
    "search": ("/videos/?q=mp4&recursive=1&limit=10", nothing),
    "no result": ("/videos/folder/?q=nothing&recursive=1", nothing),
    "error": ("/videos/nowhere/", nothing),
    "watch": (WATCH, say_something),
    "time line": (WATCH, look_at_a_time),
    "keys": (WATCH, open_help),
    "caption style": (WATCH, open_style),
    "cannot play": ("/videos/-/watch/clip.mp4", wait_for_alert),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.slow
def test_no_violation(hypercorn: Server, new_page: NewPage, axe: str, scheme: str) -> None:
    """In one browser, as most of the time goes into axe itself."""
    viewport = {"width": 390, "height": 844} if scheme == "dark" else {"width": 1280, "height": 900}
    page = new_page(base_url=hypercorn.url, color_scheme=scheme, viewport=viewport)
    found = {}
    for state, (target, prepare) in STATES.items():
        page.goto(target)
        prepare(page)
        page.evaluate(axe)
        result = page.evaluate(
            """async values => {
                const {violations, passes} = await axe.run(
                    {runOnly: {type: 'tag', values}, resultTypes: ['violations']});
                return {passes: passes.length, violations: violations.flatMap(({id, help, nodes}) =>
                    nodes.map(({html, failureSummary}) => [id, help, html, failureSummary]))};
            }""",
            RULES,
        )
        assert result["passes"] > 10, state
        if result["violations"]:
            found[state] = result["violations"]
    assert found == {}


@pytest.mark.slow
def test_it_would_find_one(hypercorn: Server, new_page: NewPage, axe: str) -> None:
    page = new_page(base_url=hypercorn.url)
    page.goto("/videos/")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('input').placeholder = ''")
    page.evaluate(axe)
    found = page.evaluate("axe.run().then(({violations}) => violations.map(({id}) => id))")
    assert "label" in found


@pytest.mark.slow
def test_whatever_is_pressed_is_big_enough(hypercorn: Server, new_page: NewPage) -> None:
    """44 pixels for what stands alone; 24, as section 2.5.8 asks for, in a line of text."""
    page = new_page(base_url=hypercorn.url, viewport={"width": 390, "height": 844})
    for target, _ in STATES.values():
        page.goto(target)
        small = page.evaluate(
            """() => [...document.querySelectorAll('.qv-button, .qv-switch a, .qv-folder')]
                .filter(each => each.checkVisibility())
                .map(each => [each.outerHTML, each.getBoundingClientRect()])
                .filter(([, box]) => box.width < 44 || box.height < 44 - 0.5)
                .map(([html, {width, height}]) => [html, width, height])"""
        )
        assert small == [], target


@pytest.mark.slow
def test_nothing_moves_for_those_who_do_not_want_it(hypercorn: Server, new_page: NewPage) -> None:
    page = new_page(base_url=hypercorn.url, reduced_motion="reduce")
    for target, _ in STATES.values():
        page.goto(target)
        moving = page.evaluate(
            """() => [...document.querySelectorAll('body *')].filter(each => {
                const {transitionDuration, animationName} = getComputedStyle(each);
                return each.checkVisibility()
                    && (animationName != 'none' || transitionDuration.split(',').some(parseFloat));
            }).map(each => each.outerHTML)"""
        )
        assert moving == [], target


@pytest.mark.slow
def test_larger_text_and_more_space_cut_nothing_off(hypercorn: Server, new_page: NewPage) -> None:
    """Sections 1.4.4 and 1.4.12: twice the size, and the spacing that a reader may need."""
    page = new_page(base_url=hypercorn.url, viewport={"width": 1280, "height": 900})
    for target in ("/videos/", "/videos/names/?view=list", WATCH):
        page.goto(target)
        page.add_style_tag(
            content="html { font-size: 200% } * { line-height: 1.5 !important;"
            " letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), target
