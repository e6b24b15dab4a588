"""The pages in a real browser: what is seen on the screen, not what events say."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from quart_video.testing import make_film
from tests.e2e.chromium import NewPage, Page, Response
from tests.e2e.film import FRAMES_PER_SECOND, HEIGHT, WIDTH, caption_at
from tests.e2e.harness import Server, Servers
from tests.e2e.player import CAPTION, LIBRARY, PLAY, SEEK
from tests.e2e.site import GOOD_NAMES

WATCH = "/videos/-/watch/film/clock.mp4"
MEDIA = "/videos/film/clock.mp4"
STRICT_POLICY = "default-src 'self'"
PHONE = {"width": 320, "height": 640}


def _do(page: Page, script: str, argument: object = None) -> Any:
    """Run JavaScript in the page and return what it returns."""
    return page.evaluate(f"async argument => {{ {LIBRARY} {script} }}", argument)


def _log_media(page: Page) -> list[Response]:
    """Collect the answers to requests for the film."""
    seen: list[Response] = []
    page.on("response", lambda answer: seen.append(answer) if MEDIA in answer.url else None)
    return seen


@pytest.mark.sample(1)
def test_plays_and_seeks(server: Server, film: Path, new_page: NewPage) -> None:
    page = new_page()
    answers = _log_media(page)
    page.goto(server.url + WATCH)
    played = _do(page, PLAY)
    assert (played["width"], played["height"]) == (WIDTH, HEIGHT)
    assert played["times"] == sorted(set(played["times"]))
    assert played["times"][-1] > played["times"][0] + 0.3
    for frame in (300, 50, 399, 0, 220, 221, 219):
        # The middle of the time for which the frame is shown.
        shown = _do(page, SEEK, (frame + 0.5) / FRAMES_PER_SECOND)
        assert shown["number"] == frame
        assert abs(shown["time"] - frame / FRAMES_PER_SECOND) < 0.01
    assert answers
    assert {answer.status for answer in answers} == {206}
    size = film.stat().st_size
    starts = [int(a.headers["content-range"].split()[1].split("-")[0]) for a in answers]
    assert 0 in starts
    assert max(starts) > size // 2  # the index is at the end
    assert all(a.headers["content-range"].endswith(f"/{size}") for a in answers)


@pytest.mark.slow
def test_plays_and_seeks_over_http_2(servers: Servers, film: Path, new_page: NewPage) -> None:
    """Of a server that answers only in parts: what is open-ended, as all that a player asks is."""
    limit, size = 65_536, film.stat().st_size
    server = servers.server("hypercorn-tls", QUART_VIDEO_OPEN_RANGE_LIMIT=str(limit))
    page = new_page(ignore_https_errors=True)
    answers: list[Any] = []
    network = page.context.new_cdp_session(page)
    network.on("Network.responseReceived", lambda event: answers.append(event["response"]))
    network.send("Network.enable")
    page.goto(server.tls_url + WATCH)
    assert _do(page, PLAY)["width"] == WIDTH
    for frame in (300, 50, 399, 0):
        assert _do(page, SEEK, (frame + 0.5) / FRAMES_PER_SECOND)["number"] == frame
    answers = [answer for answer in answers if answer["url"].endswith(MEDIA)]
    assert {(answer["protocol"], answer["status"]) for answer in answers} == {("h2", 206)}
    fields = [
        {name.lower(): value for name, value in answer["headers"].items()} for answer in answers
    ]
    assert {int(field["content-length"]) for field in fields} - {limit}, "the last of the film"
    assert all(int(field["content-length"]) <= limit for field in fields)
    assert all(field["content-range"].endswith(f"/{size}") for field in fields)
    assert len(answers) > 20, "it asks on"


@pytest.mark.slow
def test_captions_show(hypercorn: Server, new_page: NewPage) -> None:
    page = new_page()
    page.goto(hypercorn.url + WATCH)
    for second in (13.5, 33.5, 1.5):
        _do(page, SEEK, second)
        caption = _do(page, CAPTION)
        assert caption == {"mode": "showing", "count": 10, "text": caption_at(second)}


@pytest.mark.slow
def test_from_the_gallery_to_the_video_by_keyboard(hypercorn: Server, new_page: NewPage) -> None:
    page = new_page()
    page.goto(hypercorn.url + "/videos/")
    _tab_to(page, "a[href='/videos/film/']")
    _enter(page, "/videos/film/")
    _tab_to(page, f"a[href='{WATCH}']")
    _enter(page, WATCH)
    _tab_to(page, "[data-qv-play]")
    page.keyboard.press("Space")
    assert _do(page, "return await within(frame(), 'a frame');") >= 0
    assert not _do(page, "return video.paused;")


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until what matches *selector* has the focus, and see that this is visible."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            break
    else:
        pytest.fail(f"Tab does not lead to {selector}")
    with_focus = page.screenshot()
    page.evaluate("window.focused = document.activeElement; focused.blur()")
    assert page.screenshot() != with_focus, f"nothing shows that {selector} has the focus"
    page.evaluate("focused.focus()")


def _enter(page: Page, target: str) -> None:
    with page.expect_navigation(url=f"**{target}"):
        page.keyboard.press("Enter")


@pytest.mark.slow
def test_without_javascript(hypercorn: Server, new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    answers = _log_media(page)
    page.goto(hypercorn.url + "/videos/")
    page.click("a[href='/videos/film/']")
    page.click(f"a[href='{WATCH}']")
    page.wait_for_url(f"**{WATCH}")
    video = page.locator("video")
    assert video.get_attribute("controls") is not None
    with page.expect_response(lambda answer: MEDIA in answer.url and answer.ok):
        page.reload(wait_until="commit")
    assert {answer.status for answer in answers} == {206}
    page.goto(hypercorn.url + "/videos/")
    page.fill("input[name=q]", "clock")
    page.press("input[name=q]", "Enter")
    page.click(f"a[href='{WATCH}']")


@pytest.mark.slow
def test_under_a_strict_content_security_policy(
    servers: Servers, film: Path, new_page: NewPage
) -> None:
    assert film.exists()
    server = servers.server("hypercorn", QUART_E2E_CSP=STRICT_POLICY)
    page = new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', event =>"
        " console.error('refused', event.violatedDirective, event.blockedURI))"
    )
    for target in ("/videos/", "/videos/film/", WATCH):
        answer = page.goto(server.url + target)
        assert answer is not None
        assert answer.headers["content-security-policy"] == STRICT_POLICY
    assert _do(page, PLAY)["width"] == WIDTH
    _do(page, SEEK, 13.5)
    assert _do(page, CAPTION)["text"] == caption_at(13.5)
    assert complaints == []
    # That a violation would have been noted:
    page.evaluate(
        "document.head.append(Object.assign(document.createElement('style'),"
        " {textContent: 'p {color: red}'}))"
    )
    page.evaluate("new Promise(resolve => setTimeout(resolve, 200))")
    assert complaints


@pytest.mark.parametrize(
    "target",
    [
        "/videos/",
        "/videos/names/",
        "/videos/?q=mp4&recursive=1",
        WATCH,
        f"/videos/-/watch/names/{quote(max(GOOD_NAMES, key=len))}",
    ],
    ids=["gallery", "odd-names", "search", "watch", "watch-long-name"],
)
@pytest.mark.sample(1)
def test_on_a_phone_nothing_scrolls_sideways(
    hypercorn: Server, new_page: NewPage, target: str
) -> None:
    page = new_page(viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2)
    page.goto(hypercorn.url + target)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize(("scheme", "dark"), [("dark", True), ("light", False)])
@pytest.mark.parametrize("target", ["/videos/", WATCH], ids=["gallery", "watch"])
@pytest.mark.sample(1)
def test_in_the_dark(
    hypercorn: Server, new_page: NewPage, target: str, scheme: str, *, dark: bool
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(hypercorn.url + target)
    # What is painted, wherever the colour comes from.
    luminance = page.evaluate(
        """() => {
            const layers = [document.body, document.documentElement].map(
                element => getComputedStyle(element).backgroundColor);
            const seen = layers.find(colour => !/, 0\\)$/.test(colour)) || 'rgb(255, 255, 255)';
            const context = document.createElement('canvas').getContext('2d');
            context.fillStyle = seen;
            context.fillRect(0, 0, 1, 1);
            const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
            return (red + green + blue) / 3;
        }"""
    )
    assert (luminance < 80) if dark else (luminance > 175)


@pytest.mark.slow
def test_a_film_made_for_tests_plays(hypercorn: Server, new_page: NewPage, folder: Path) -> None:
    (folder / "made.mp4").write_bytes(make_film(5, tint="blue"))
    page = new_page()
    page.goto(f"{hypercorn.url}/videos/-/watch/{folder.name}/made.mp4")
    played = _do(page, PLAY)
    assert (played["width"], played["height"]) == (64, 48)
    assert played["times"][-1] > played["times"][0] + 0.3
    assert _do(page, "return video.duration;") == 5
