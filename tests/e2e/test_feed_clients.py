"""Programs that read the feed and the playlists, on a server as people run it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import unquote

import pytest

from tests.support.serving import quart_run

NAMES = ("one & 'two' #3?.mp4", "zwei \N{CLAPPER BOARD}\n%41.mp4", "below/<b>.mp4")
APP = """
from quart import Quart
from quart_video import video_bp

app = Quart(__name__)
app.config.update(MEDIA_ROOT="library", VIDEO_SIGNED_URLS=True, SECRET_KEY="s" * 32)
app.register_blueprint(video_bp)
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of a library with signed addresses, as the harder case."""
    folder = tmp_path_factory.mktemp("feeds")
    for name in NAMES:
        file = folder / "library" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"film")
    (folder / "app.py").write_text(APP)
    with quart_run("app:app", folder) as url:
        yield f"{url}/videos/"


def yt_dlp(*arguments: str) -> str:
    pytest.importorskip("yt_dlp")
    command = [sys.executable, "-m", "yt_dlp", "--ignore-config", "--no-cache-dir", "--proxy", ""]
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("form", ["feed.rss", "playlist.xspf?recursive=1"])
@pytest.mark.sample(1)
def test_yt_dlp_takes_all_of_it(served: str, form: str) -> None:
    listed = json.loads(yt_dlp("--flat-playlist", "-J", f"{served}-/{form}"))
    assert listed["_type"] == "playlist"
    assert sorted(entry["title"] for entry in listed["entries"]) == [
        "<b>",
        "one & 'two' #3?",
        "zwei \N{CLAPPER BOARD} %41",
    ]


def test_yt_dlp_finds_the_file_of_each(served: str) -> None:
    printed = yt_dlp("--simulate", "--print", "%(url)s", f"{served}-/feed.rss")
    found = [unquote(line.partition("?signature=")[0]) for line in printed.splitlines()]
    assert sorted(found) == sorted(f"{served}{name}" for name in NAMES)
