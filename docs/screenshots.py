"""Make the screenshots of the README: ``python -m docs.screenshots``. Needs Chromium.

They show the example library as the tests have it. The results are committed; run this when the
pages look different.
"""

from __future__ import annotations

import json
import tempfile
import time
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import ViewportSize

from tests.e2e.chromium import Page, launched
from tests.support.serving import quart_run

REPOSITORY = Path(__file__).parents[1]
STATIC = REPOSITORY / "docs" / "static"
MOST_BYTES = 70_000
"""Of one screenshot: everyone who clones the repository gets them."""

APP = f"""
from quart import Quart
from quart_video import video_bp

app = Quart(__name__)
app.config.update(MEDIA_ROOT={str(REPOSITORY / "example" / "videos")!r}, VIDEO_CACHE="cache")
app.register_blueprint(video_bp)
"""

SIZE: ViewportSize = {"width": 1000, "height": 800}
MOMENT = 11.0
"""Seconds into the video: a chapter has begun, and a caption is shown."""

_READY = "[...document.querySelectorAll('.qv-thumb img')].every(image => image.naturalWidth > 9)"
_SHOW = """async moment => {
    const video = document.querySelector('video');
    for (const track of video.textTracks)
        track.mode = track.language === 'en' ? 'showing' : 'disabled';
    const shown = new Promise(done => video.requestVideoFrameCallback(done));
    video.currentTime = moment;
    await shown;
}"""
_CAPTION = "[...document.querySelector('video').textTracks].some(track => track.activeCues?.length)"


def wait_for_posters(library: str) -> None:
    """Wait until every video of the library has been probed, and has its poster.

    :raises TimeoutError: that takes longer than two minutes.
    """
    deadline = time.monotonic() + 120
    with urlopen(f"{library}-/api/videos?recursive=true") as answer:  # noqa: S310 - our own
        videos = json.load(answer)["videos"]
    for video in videos:
        while time.monotonic() < deadline:
            with urlopen(f"{library}-/poster/{video['path'].replace(' ', '%20')}") as poster:  # noqa: S310
                if poster.headers["Content-Type"] != "image/svg+xml":
                    break
            time.sleep(0.2)
        else:
            raise TimeoutError(f"there is no poster of {video['path']}")


def save(page: Page, name: str) -> None:
    """Write what the page shows into the documentation.

    :raises ValueError: the picture is larger than it may be.
    """
    picture = BytesIO()
    Image.open(BytesIO(page.screenshot())).save(picture, "WEBP", quality=80, method=6)
    if picture.tell() > MOST_BYTES:
        raise ValueError(f"{name} has {picture.tell()} bytes, and may have {MOST_BYTES}")
    (STATIC / name).write_bytes(picture.getvalue())


def main() -> None:
    """Serve the example, and take both pictures."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "app.py").write_text(APP, encoding="utf-8")
        with quart_run("app:app", Path(folder)) as url, launched() as browser:
            library = f"{url}/videos/"
            wait_for_posters(library)
            page = browser.new_page(viewport=SIZE)
            page.goto(library)
            page.wait_for_function(_READY)
            save(page, "gallery.webp")
            page.goto(f"{library}-/watch/Welcome.mp4")
            page.evaluate(_SHOW, MOMENT)
            page.wait_for_function(_CAPTION)
            page.wait_for_timeout(1000)  # until what turns while it loads is gone
            save(page, "watch.webp")


if __name__ == "__main__":
    main()
