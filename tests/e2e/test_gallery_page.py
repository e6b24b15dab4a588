"""What the gallery does by itself while it is open, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.chromium import NewPage, Page, Response
from tests.e2e.harness import Server, Servers

GALLERY = re.compile(r"/videos/test-\w+/$")


@pytest.fixture
def hypercorn(servers: Servers) -> Server:
    """Return a server that looks all the time for what is new."""
    return servers.server("hypercorn", QUART_E2E_FRESH="0.1")


@pytest.fixture
def page(hypercorn: Server, new_page: NewPage, folder: Path) -> Page:
    for number in range(1, 41):
        (folder / f"Part {number}.mp4").write_bytes(b"x" * number)
    page = new_page(base_url=hypercorn.url)
    page.goto(f"/videos/{folder.name}/")
    return page


def titles(page: Page) -> list[str]:
    return page.locator(".qv-card h3").all_inner_texts()


def come_back(page: Page) -> Response:
    """Do what the browser does when someone comes back to the tab; return what is answered."""
    with page.expect_response(GALLERY) as answer:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    return answer.value


def is_news(answer: Response) -> bool:
    return answer.request.resource_type == "fetch" and bool(GALLERY.search(answer.url))


def announced(page: Page, words: str) -> None:
    """Come back until a screen reader is told; the server looks for what is new now and then."""
    told = page.locator("[role=status]").filter(has_text=words)
    for _ in range(60):
        if told.count():
            return
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_timeout(300)
    pytest.fail(f"not told: {words}")


@pytest.mark.slow
def test_videos_come_and_go(page: Page, folder: Path) -> None:
    # The page asks by itself, too, where it has been open for a while.
    asked: list[int] = []
    page.on("response", lambda it: asked.append(it.status) if is_news(it) else None)
    page.reload()
    come_back(page)
    come_back(page)
    assert asked[:2] == [200, 304]
    (folder / "Part 7.mp4").unlink()
    (folder / "Part 5b <i>.mp4").write_bytes(b"")
    (folder / "more").mkdir()
    (folder / "more" / "clip.mp4").touch()
    come_back(page)
    announced(page, "The list has changed: 40 videos · 813 bytes · 1 folder")
    parts = [f"Part {number}" for number in range(1, 41) if number != 7]
    assert titles(page) == [*parts[:5], "Part 5b <i>", *parts[5:]]
    assert page.locator(".qv-folder strong").all_inner_texts() == ["more"]
    count = page.locator(".qv-count").inner_text()
    assert count.replace("\N{NO-BREAK SPACE}", " ") == "40 videos · 813 bytes · 1 folder"


@pytest.mark.slow
def test_folders_that_do_not_fit_any_more(page: Page, folder: Path) -> None:
    """There is a way to them, and one's words stay in the field for finding one."""
    for number in range(50):
        (folder / f"Box {number}").mkdir()
    page.reload()
    assert page.get_by_role("link", name="More folders").count() == 0
    (folder / "Box 50").mkdir()
    announced(page, "51 folders")
    page.get_by_role("link", name="More folders").click()
    assert page.locator(".qv-folder strong").all_inner_texts() == ["Box 50"]
    page.get_by_label("Find a folder here").last.fill("box 4")
    (folder / "Box 51").mkdir()
    announced(page, "52 folders")
    assert page.locator(".qv-folder strong").all_inner_texts() == ["Box 50", "Box 51"]
    page.get_by_label("Find a folder here").last.press("Enter")
    page.wait_for_url("**q=box*")
    found = ["Box 4", *(f"Box {number}" for number in range(40, 50))]
    assert page.locator(".qv-folder strong").all_inner_texts() == found


@pytest.mark.slow
def test_it_asks_by_itself_and_less_and_less(page: Page, folder: Path) -> None:
    page.clock.install()
    page.reload()
    asked: list[int] = []
    page.on("response", lambda it: asked.append(it.status) if GALLERY.search(it.url) else None)
    for seconds in (5, 8, 12):
        with page.expect_response(GALLERY):
            page.clock.fast_forward(seconds * 1000)
        page.wait_for_function("true")
    assert asked == [200, 304, 304]
    (folder / "new.mp4").touch()
    with page.expect_response(GALLERY):
        page.clock.fast_forward(18_000)
    announced(page, "41 videos")


@pytest.mark.slow
def test_what_one_is_at_stays_where_it_is(page: Page, folder: Path) -> None:
    come_back(page)
    link = page.get_by_role("link", name="Part 20", exact=True)
    link.scroll_into_view_if_needed()
    link.focus()
    page.evaluate(
        """() => {
            const title = document.activeElement.querySelector('bdi').firstChild;
            getSelection().setBaseAndExtent(title, 0, title, 4);
            window.topBefore = document.activeElement.getBoundingClientRect().top;
        }"""
    )
    for number in range(20):
        (folder / f"Part 0{number}.mp4").touch()
    come_back(page)
    announced(page, "60 videos")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("document.activeElement.innerText") == "Part 20"
    assert page.evaluate("getSelection().toString()") == "Part"
    assert abs(page.evaluate("document.activeElement.getBoundingClientRect().top - topBefore")) < 2


@pytest.mark.slow
def test_the_focus_follows_what_was_made_anew(page: Page, folder: Path) -> None:
    come_back(page)
    page.get_by_role("link", name="Part 3", exact=True).focus()
    (folder / "Part 3.mp4").write_bytes(b"x" * 5000)
    come_back(page)
    announced(page, "40 videos")
    assert page.evaluate("document.activeElement.innerText") == "Part 3"
    (folder / "Part 3.mp4").unlink()
    come_back(page)
    announced(page, "39 videos")
    assert page.evaluate("document.activeElement.id") == "qv-content"


@pytest.mark.slow
def test_from_nothing_to_something_and_back(
    hypercorn: Server, new_page: NewPage, folder: Path
) -> None:
    page = new_page(base_url=hypercorn.url)
    page.goto(f"/videos/{folder.name}/")
    assert page.get_by_text("No videos here yet").is_visible()
    (folder / "first.mp4").touch()
    come_back(page)
    announced(page, "1 video")
    assert titles(page) == ["first"]
    assert not page.get_by_text("No videos here yet").is_visible()
    assert page.get_by_role("region", name="Videos").is_visible()
    (folder / "first.mp4").unlink()
    come_back(page)
    announced(page, "No videos")
    assert page.get_by_text("No videos here yet").is_visible()


@pytest.mark.parametrize("status", [404, 500, 302])
@pytest.mark.sample(1)
def test_a_failure_changes_nothing(page: Page, folder: Path, status: int) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route(
        GALLERY,
        lambda route: route.fulfill(status=status, headers={"Location": "/alive"}, body="oops"),
    )
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(300)
    assert len(titles(page)) == 40
    page.unroute(GALLERY)
    (folder / "new.mp4").touch()
    come_back(page)
    announced(page, "41 videos")
    assert errors == []


@pytest.mark.slow
def test_what_was_watched_is_shown(page: Page, folder: Path) -> None:
    positions = {
        f"/videos/-/watch/{folder.name}/Part%20{number}.mp4": {
            "seconds": seconds,
            "duration": 200,
            "when": number,
        }
        for number, seconds in ((1, 50), (2, 199))
    }
    page.evaluate(
        "kept => localStorage.setItem('quart-video:positions', kept)", json.dumps(positions)
    )
    page.reload()
    bars = page.get_by_role("progressbar")
    assert [bar.get_attribute("value") for bar in bars.all()] == ["25", "100"]
    assert bars.first.get_attribute("aria-label") == "Watched up to 25 %"


@pytest.mark.slow
def test_the_menu_closes_as_menus_do(page: Page) -> None:
    menu = page.locator(".qv-menu").first
    summary = menu.locator("summary")
    closing: list[Callable[[], None]] = [
        lambda: page.keyboard.press("Escape"),
        lambda: page.locator("h1").click(),
        lambda: page.get_by_role("searchbox").focus(),
    ]
    for close in closing:
        summary.click()
        assert menu.get_attribute("open") is not None
        close()
        page.wait_for_function("!document.querySelector('.qv-menu').open")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('summary')")
    summary.click()
    page.get_by_role("link", name="Largest").click()
    page.wait_for_url(re.compile("sort=-size"))
    assert titles(page)[0] == "Part 40"


@pytest.mark.slow
def test_badges_of_the_list_stand_in_one_line(
    hypercorn: Server, new_page: NewPage, folder: Path
) -> None:
    for name in ("clip.webm", "clip.en.vtt"):
        (folder / name).touch()
    page = new_page(base_url=hypercorn.url)
    page.goto(f"/videos/{folder.name}/?view=list")
    page.evaluate(
        """() => {
            const [badge] = document.querySelectorAll('.qv-badges > :not(.qv-new)');
            badge.after(Object.assign(badge.cloneNode(), {textContent: '1:02:03'}));
        }"""
    )
    assert page.locator(".qv-badges > *").all_inner_texts() == ["New", "WEBM", "1:02:03", "CC"]
    for width in (360, 600, 768, 1000, 1600):
        page.set_viewport_size({"width": width, "height": 800})
        boxes = page.evaluate(
            "[...document.querySelectorAll('.qv-badges > *')]"
            ".map(each => [each.getBoundingClientRect().top, each.scrollWidth - each.clientWidth])"
        )
        assert boxes == [[boxes[0][0], 0]] * 4, width


@pytest.mark.slow
def test_the_list_fits_every_screen(hypercorn: Server, new_page: NewPage) -> None:
    page = new_page(base_url=hypercorn.url)
    for target, menu in (
        ("/videos/names/?view=list", 0),
        ("/videos/names/", 0),
        ("/videos/names/", 1),
        ("/videos/-/watch/clip.mp4", None),
    ):
        page.goto(target)
        if menu is not None:
            page.locator(".qv-menu summary").nth(menu).click()
        for width, direction in ((320, "ltr"), (390, "rtl"), (768, "ltr"), (1600, "rtl")):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate("direction => { document.documentElement.dir = direction; }", direction)
            sideways = page.evaluate(
                "[document.documentElement.scrollWidth, innerWidth,"
                " ...[...document.querySelectorAll('.qv-menu[open] ul')].map("
                "each => each.getBoundingClientRect()).flatMap(box => [box.left, box.right])]"
            )
            assert sideways[0] <= sideways[1] == width, (width, target)
            assert all(-1 <= edge <= width + 1 for edge in sideways[2:]), (width, target)
