"""What the pages cost until their first frame: ``python -m benchmarks.pages``. Needs Chromium.

The connection is that of a phone: 10 Mbit/s and 60 ms, as Chromium's own tools emulate it. To
compare with another build, give the folder of one: ``python -m benchmarks.pages /tmp/before``.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.e2e.chromium import Browser, launched
from tests.support.serving import quart_run

REPOSITORY = Path(__file__).parents[1]
RUNS = 7
BYTES_A_SECOND = 10_000_000 // 8
LATENCY = 60  # milliseconds
PAGES = {"gallery": "/videos/", "watch": "/videos/-/watch/Welcome.mp4"}

APP = """
import sys

sys.path.insert(0, {package!r})

from quart import Quart
from quart_video import video_bp

app = Quart(__name__)
app.config.update(MEDIA_ROOT={media!r}, VIDEO_CACHE="cache")
app.register_blueprint(video_bp)
"""

FIRST_FRAME = """() => new Promise(done => {
    const video = () => document.querySelector("video");
    const pictures = () => [...document.querySelectorAll(".qv-thumb img")]
        .filter(each => each.getBoundingClientRect().top < innerHeight);
    const isThere = () => document.readyState !== "loading" && (
        video() ? video().readyState >= 2 : pictures().every(each => each.complete));
    const look = () => isThere()
        ? requestAnimationFrame(() => done(performance.now())) : setTimeout(look, 5);
    look();
})"""
"""Of a gallery, the first frame is there with the pictures that are seen."""


@contextmanager
def served(package: Path) -> Iterator[str]:
    """Serve the library of the example by a build of quart-video, once it has all its posters."""
    media = str(REPOSITORY / "example" / "videos")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "app.py").write_text(APP.format(package=str(package), media=media))
        with quart_run("app", place) as url:
            _prepare(url)
            yield url


def _prepare(url: str) -> None:
    with urlopen(f"{url}/videos/-/api/videos?recursive=true") as answer:  # noqa: S310 - our own
        videos = json.load(answer)["videos"]
    for video in videos:
        for _ in range(300):
            with urlopen(f"{url}{video['poster_url']}") as poster:  # noqa: S310
                if poster.headers["Content-Type"] != "image/svg+xml":
                    break
            time.sleep(0.2)


def visit(browser: Browser, url: str) -> dict[str, float]:
    """Open a page as somebody who has never been there; return what it costs."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Performance.enable")
    speed = {"downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    session.send(
        "Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY, **speed}
    )
    received = {"bytes": 0, "requests": 0}

    def count(event: dict[str, Any]) -> None:
        received["bytes"] += event["encodedDataLength"]

    def begin(_: dict[str, Any]) -> None:
        received["requests"] += 1

    session.on("Network.dataReceived", count)
    session.on("Network.requestWillBeSent", begin)
    page.goto(url, wait_until="commit")
    first = page.evaluate(FIRST_FRAME)
    metrics = session.send("Performance.getMetrics")["metrics"]
    (busy,) = (each["value"] for each in metrics if each["name"] == "TaskDuration")
    context.close()
    return {**received, "main thread": busy * 1000, "first frame": first}


def measure(packages: list[Path]) -> dict[str, dict[str, list[dict[str, float]]]]:
    """Visit each page several times, the builds in turn, so that all have the same weather."""
    with launched() as browser, ExitStack() as stack:
        urls = {str(package): stack.enter_context(served(package)) for package in packages}
        for url in urls.values():
            visit(browser, url + PAGES["watch"])  # what is made at the first request
        found: dict[str, dict[str, list[dict[str, float]]]] = {
            page: {name: [] for name in urls} for page in PAGES
        }
        for page, path in PAGES.items():
            for _ in range(RUNS):
                for name, url in urls.items():
                    found[page][name].append(visit(browser, url + path))
    return found


def table(found: dict[str, dict[str, list[dict[str, float]]]]) -> str:
    """Return the medians as a table in Markdown."""
    lines = [
        "| Page | Build | kB | Requests | Main thread, ms | First frame, ms |",
        "|---|---|---|---|---|---|",
    ]
    for page, builds in found.items():
        for number, runs in enumerate(builds.values()):
            middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            name = "this" if number == 0 else "before"
            lines.append(
                f"| {page} | {name} | {middle['bytes'] / 1000:.0f} | {middle['requests']:.0f} |"
                f" {middle['main thread']:.0f} | {middle['first frame']:.0f} |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(measure([REPOSITORY, *map(Path, sys.argv[1:])])))
