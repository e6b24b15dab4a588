"""A library that hands out signed addresses, in a real browser: all it needs has a signature."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.chromium import NewPage, Response
from tests.e2e.harness import Servers

_SHOW = """
async () => {
    const within = promise => Promise.race([promise, new Promise((_, reject) =>
        setTimeout(() => reject(new Error('not within 20 s')), 20000))]);
    const video = document.querySelector('video');
    video.muted = true;
    const shown = new Promise(resolve => video.requestVideoFrameCallback(resolve));
    await video.play();
    await within(shown);
    const seeked = new Promise(resolve => video.addEventListener('seeked', resolve));
    video.currentTime = 30;
    await within(seeked);
    const track = video.textTracks[0];
    while (!track.cues || !track.cues.length) await new Promise(done => setTimeout(done, 50));
    return video.videoWidth;
}
"""


@pytest.mark.slow
def test_all_that_a_page_needs_is_signed(servers: Servers, film: Path, new_page: NewPage) -> None:
    assert film.exists()
    server = servers.server(
        "uvicorn",
        QUART_VIDEO_SIGNED_URLS="true",
        QUART_VIDEO_SIGNING_KEYS='["a key for the tests alone"]',
    )
    page = new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright marks it
    page.goto(f"{server.url}/videos/film/")
    page.goto(f"{server.url}/videos/-/watch/film/clock.mp4")
    assert page.evaluate(_SHOW) == 320
    media = [answer for answer in answers if "/film/clock." in answer.url]
    assert len(media) > 3
    assert {answer.status for answer in answers} <= {200, 206, 304}
    for answer in media:
        page_of_ours = "/-/watch/" in answer.url or "/-/api/" in answer.url
        assert ("signature=" in answer.url) != page_of_ours, answer.url
    bare = server.connect_h1()
    try:
        for path in ("film/clock.mp4", "-/poster/film/clock.mp4", "-/storyboard/film/clock.mp4"):
            assert bare.request("GET", f"/videos/{path}").status == 403
    finally:
        bare.close()
