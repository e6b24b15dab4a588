"""The pictures of a video move on its card, and its date is that of the visitor."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.e2e.chromium import NewPage, Page
from tests.e2e.harness import Server, wait_until
from tests.media.films import ffmpeg

MOVING = ".qv-card .qv-moving"


@pytest.fixture
def gallery(hypercorn: Server, folder: Path) -> str:
    """Return the address of a gallery with one film, whose storyboard is there."""
    film = folder / "film.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:r=5:d=30", "-g", "10", str(film))
    os.utime(film, (1_763_854_200, 1_763_854_200))  # 22 November, 23:30 UTC

    def is_there() -> bool:
        with urlopen(f"{hypercorn.url}/videos/-/storyboard/{folder.name}/film.mp4") as answer:
            return bool(answer.read().count(b"#xywh=") > 1)

    wait_until(is_there, 60, "the storyboard")
    return f"{hypercorn.url}/videos/{folder.name}/"


def _places(page: Page) -> set[str]:
    """Return what of the storyboard is shown, at several times."""
    found = set()
    for _ in range(20):
        page.wait_for_timeout(100)
        found.update(
            page.locator(MOVING).evaluate_all("all => all.map(i => i.style.objectPosition)")
        )
    return found


@pytest.mark.slow
def test_a_card_moves_while_someone_points_at_it(gallery: str, new_page: NewPage) -> None:
    page = new_page()
    page.goto(gallery)
    card = page.locator(".qv-card")
    assert page.locator(MOVING).count() == 0
    card.hover()
    page.locator(MOVING).wait_for()
    assert len(_places(page)) > 1
    thumb, image = page.locator(".qv-thumb").bounding_box(), page.locator(MOVING).bounding_box()
    assert thumb is not None
    assert image is not None
    assert image["width"] == pytest.approx(thumb["width"], abs=2)
    assert image["x"] == pytest.approx(thumb["x"], abs=2)
    page.mouse.move(1, 1)
    page.locator(MOVING).wait_for(state="detached")
    card.get_by_role("link").focus()
    page.keyboard.press("Shift")  # so that it is by the keyboard
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.locator(MOVING).wait_for()


def test_nothing_moves_for_those_who_do_not_want_it(gallery: str, new_page: NewPage) -> None:
    page = new_page(reduced_motion="reduce")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(gallery)
    page.locator(".qv-card").hover()
    page.wait_for_timeout(1500)
    assert page.locator(MOVING).count() == 0
    assert not [url for url in asked if "moving.js" in url or "storyboard" in url]


@pytest.mark.parametrize(
    ("zone", "shown"), [("Asia/Tokyo", "23 Nov 2025"), ("America/New_York", "22 Nov 2025")]
)
@pytest.mark.slow
def test_dates_are_those_of_the_visitor(
    gallery: str, new_page: NewPage, zone: str, shown: str
) -> None:
    page = new_page(timezone_id=zone, locale="en-GB")
    page.goto(gallery)
    page.locator(".qv-card time").get_by_text(shown).wait_for()
