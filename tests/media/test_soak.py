"""A thousand broken files: the server lives, all requests are answered, and nothing is left."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import IO
from urllib.parse import quote

import pytest

from tests.e2e.harness import wait_until
from tests.support.mutations import mutate

Films = Callable[[str], Path]
SEEDS = [
    *("h264.mp4", "fragmented.mp4", "h264.mkv", "h264.ts", "h264.flv", "hevc.mp4", "av1.mp4"),
    *("vp9.webm", "mpeg4.avi", "mpeg2.mpg", "theora.ogv", "wmv2.wmv", "texts.mkv", "texts.mp4"),
]
FILES = 1000
APP = """
from quart import Quart
from quart_video import video_bp

app = Quart(__name__)
app.config.from_prefixed_env()
app.register_blueprint(video_bp)
"""


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_thousand_broken_files(tmp_path: Path, films: Films) -> None:
    draw = random.Random(5)
    videos = tmp_path / "videos"
    videos.mkdir()
    for number in range(FILES):
        seed = films(SEEDS[number % len(SEEDS)])
        (videos / f"{number}{seed.suffix}").write_bytes(mutate(seed.read_bytes(), draw))
    (tmp_path / "app.py").write_text(APP)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log"
    with log.open("wb") as errors:
        server = _serve(tmp_path, port, errors)
    try:
        wait_until(lambda: _answers(port), 30, "the server answers")
        with ThreadPoolExecutor(4) as clients:
            statuses = Counter(
                status
                for found in clients.map(lambda path: _ask(port, path.name), videos.iterdir())
                for status in found
            )
        assert server.poll() is None
        assert set(statuses) <= {200, 404}
        assert statuses[200] >= 3 * FILES
        listing = _get(port, "/videos/-/api/videos?limit=1")[1]
        assert json.loads(listing)["total"] == FILES
        left = _children(server.pid)
        assert left
    finally:
        server.terminate()
        server.wait(30)
    wait_until(lambda: not any(map(_is_there, left)), 30, "no process stays behind")
    assert b"Traceback" not in log.read_bytes()


def _serve(folder: Path, port: int, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "hypercorn", "--bind", f"127.0.0.1:{port}", "app:app"],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "QUART_MEDIA_ROOT": str(folder / "videos"),
            "QUART_VIDEO_CACHE": str(folder / "cache"),
            "QUART_VIDEO_MEDIA_PROCESSES": "2",
        },
        stderr=errors,
    )


def _ask(port: int, name: str) -> list[int]:
    """Ask for everything about a video, as a page of it would."""
    status, body = _get(port, f"/videos/-/api/videos/{quote(name)}")
    video = json.loads(body)
    urls = [video["poster_url"], f"/videos/-/watch/{quote(name)}", video["storyboard_url"]]
    urls += [track["url"] for track in video["captions"]]
    return [status, *(_get_in_time(port, url) for url in urls if url)]


def _get_in_time(port: int, url: str) -> int:
    """Ask again while it is being made, as the answer says: a busy machine takes longer."""
    for _ in range(12):
        status, _ = _get(port, url)
        if status != 503:
            break
        time.sleep(5)  # as Retry-After has it
    return status


def _get(port: int, url: str) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", url, headers={"Accept": "image/webp,*/*"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _answers(port: int) -> bool:
    try:
        return _get(port, "/videos/")[0] == 200
    except OSError:
        return False


def _children(pid: int) -> list[int]:
    """Return all processes below one."""
    text = "".join(file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children"))
    found = [int(part) for part in text.split()]
    return found + [deeper for child in found for deeper in _children(child)]


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
