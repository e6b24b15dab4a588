"""Several players on one page of the app, each with all that the watch page's has."""

from __future__ import annotations

import os
from pathlib import Path

from tests.e2e.chromium import NewPage
from tests.e2e.harness import Servers, wait_until


def test_each_is_by_itself(servers: Servers, new_page: NewPage, folder: Path, film: Path) -> None:
    """Under a strict policy: its place is kept and its keys are its own."""
    for name in ("a.mp4", "b.mp4"):
        os.link(film, folder / name)
    (folder / "broken.mp4").write_bytes(b"no video")
    server = servers.server("hypercorn", QUART_E2E_CSP="default-src 'self'")
    page = new_page(base_url=server.url)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    names = "&".join(f"name={folder.name}/{name}" for name in ("a.mp4", "b.mp4", "broken.mp4"))
    page.goto(f"/players?{names}")
    videos = page.locator("video")

    def of(number: int, what: str) -> object:
        return videos.nth(number).evaluate(f"video => video.{what}")

    wait_until(lambda: of(1, "readyState") == 4 and of(0, "readyState") == 4, 30, "no video")
    alerts = page.locator(".qv-problem")
    alerts.nth(2).wait_for(state="visible")
    assert not alerts.nth(0).is_visible()
    videos.nth(1).focus()
    page.keyboard.press("5")
    page.keyboard.press("m")
    assert (of(0, "currentTime"), of(0, "muted")) == (0, False)
    assert (of(1, "currentTime"), of(1, "muted")) == (20, True)
    page.keyboard.press("k")
    wait_until(lambda: of(1, "currentTime") > 20.2, 30, "it does not play")  # type: ignore[operator]
    assert page.evaluate("navigator.mediaSession.metadata.title") == "b"
    page.keyboard.press("k")
    wait_until(lambda: of(1, "paused") is True, 10, "it plays on")
    page.reload()
    wait_until(lambda: of(1, "currentTime") > 20, 30, "its place is forgotten")  # type: ignore[operator]
    assert of(0, "currentTime") == 0
    assert page.get_by_role("button", name="Start over").count() == 1
    assert complaints == []
