"""The player in a frame of another page, in a real browser."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.e2e.chromium import NewPage, Page
from tests.e2e.film import caption_at
from tests.e2e.harness import Server, wait_until
from tests.e2e.player import CAPTION, LIBRARY, PLAY, SEEK

EMBED = "/-/embed/film/clock.mp4"


def embed(page: Page, server: Server, site: str, mount: str = "/videos") -> None:
    """Open a page of a site with the player in a frame of it."""
    page.goto(f"{site}/article?{urlencode({'url': f'{server.url}{mount}{EMBED}'})}")


def test_it_plays_in_a_page_of_the_same_site(hypercorn: Server, new_page: NewPage) -> None:
    page = new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.text} {message.location}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    embed(page, hypercorn, hypercorn.url)
    frame = page.frames[1]
    assert frame.evaluate(f"async () => {{ {LIBRARY} {PLAY} }}")["width"] > 0
    over = frame.locator(".qv-over")
    frame.evaluate("document.querySelector('video').play()")
    wait_until(
        lambda: over.evaluate("each => getComputedStyle(each).opacity") == "0", 10, "no title"
    )
    frame.evaluate(f"async argument => {{ {LIBRARY} {SEEK} }}", 13.5)
    caption = frame.evaluate(f"async argument => {{ {LIBRARY} {CAPTION} }}")
    assert caption["text"] == caption_at(13.5)
    assert over.get_by_role("link").get_attribute("href") == "/videos/-/watch/film/clock.mp4"
    box = frame.locator("video").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (640, 360)
    assert [each for each in complaints if "favicon.ico" not in each] == []


def test_in_a_page_elsewhere_it_shows_only_where_that_is_named(
    hypercorn: Server, new_page: NewPage
) -> None:
    elsewhere = hypercorn.url.replace("127.0.0.1", "localhost")  # which is another origin
    assert elsewhere != hypercorn.url
    shown = {}
    for mount in ("/videos", "/public"):
        page = new_page()
        embed(page, hypercorn, elsewhere, mount)
        shown[mount] = page.frames[1].locator("video").count()
    assert shown == {"/videos": 0, "/public": 1}
