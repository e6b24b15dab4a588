"""``quart-video check`` and ``quart video check``: does a collection work?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copy

import pytest

from tests.media.films import SRT

Films = Callable[[str], Path]
APP = """
from quart import Quart
from quart_video import video_bp
app = Quart(__name__)
app.config.from_prefixed_env()
app.register_blueprint(video_bp)
"""


@pytest.fixture
def folder(tmp_path: Path, films: Films) -> Path:
    videos = tmp_path / "videos"
    (videos / "below").mkdir(parents=True)
    copy(films("texts.mkv"), videos / "below/texts.mkv")
    copy(films("h264.mp4"), videos / "a <b> & c.mp4")
    (videos / "a <b> & c.en.srt").write_text(SRT)
    return videos


def check(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder.parent,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **variables},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def test_a_folder_that_works(folder: Path) -> None:
    page = folder.parent / "report.html"
    done = check(folder, "quart_video.serve", "check", "videos", "--html", str(page))
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Checked 2 videos, ")
    assert lines[1:5] == [
        "  2 have details",
        "  2 have a poster",
        "  2 have a storyboard",
        "  3 captions are shown",
    ]
    assert lines[-1] == f"All posters are in {page}"
    assert done.returncode == 0
    text = page.read_text()
    assert text.count("data:image/jpeg;base64,") == 2
    assert "a &lt;b&gt; &amp; c.mp4" in text
    assert "<b>a <b>" not in text
    assert sorted(path.name for path in folder.parent.iterdir()) == ["report.html", "videos"]


@pytest.mark.slow
def test_what_cannot_be_made_is_told(folder: Path) -> None:
    (folder / "broken.mp4").write_bytes(b"no video")
    (folder / "below/texts.jpg").write_bytes(b"no image")
    (folder.parent / "app.py").write_text(APP)
    done = check(
        folder,
        *("quart", "video", "check"),
        QUART_APP="app:app",
        QUART_MEDIA_ROOT=str(folder),
        QUART_VIDEO_CACHE=str(folder.parent / "cache"),
    )
    assert done.returncode == 1
    problems = [line for line in done.stdout.splitlines() if ": no " in line]
    assert [line.partition(":")[0].strip() for line in problems] == [
        "below/texts.mkv",
        "broken.mp4",
        "broken.mp4",
    ]
    assert "no poster of below/texts.jpg" in problems[0]
    assert "no details" in problems[1]


def test_no_folder_and_no_app_is_said(tmp_path: Path) -> None:
    missing = check(tmp_path / "x", "quart_video.serve", "check", "missing")
    assert missing.returncode == 2
    assert "does not exist" in missing.stderr
