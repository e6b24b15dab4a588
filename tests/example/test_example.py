"""The example does what it promises, served as ``make example`` serves it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from http.client import HTTPMessage
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import pytest

from tests.e2e.harness import need_tool
from tests.support.serving import quart_run

REPOSITORY = Path(__file__).parents[2]
VIDEOS = REPOSITORY / "example" / "videos"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with quart_run("example:app", REPOSITORY) as served:
        yield served + "/"


@pytest.fixture(scope="module")
def page(url: str) -> Page:
    with urlopen(url) as response:
        return Page(url, response.read().decode())


class Page(HTMLParser):
    """The URLs a page names, by tag."""

    def __init__(self, url: str, html: str) -> None:
        super().__init__()
        self.html, self._url = html, url
        self.urls: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href") and value:
                self.urls.setdefault(tag, []).append(urljoin(self._url, value))


def _get(url: str, **fields: str) -> tuple[int, HTTPMessage, bytes]:
    with urlopen(Request(url, headers=fields)) as response:
        return response.status, response.headers, response.read()


def test_the_page_plays_at_once(page: Page) -> None:
    tag = re.search(r"<video ([^>]*)>", page.html)
    assert tag
    # Browsers start a video on their own only when it is muted; iOS only when it is inline, too.
    assert {"controls", "autoplay", "muted", "playsinline"} <= set(tag[1].split())


def test_the_video_answers_a_range_with_its_bytes(page: Page) -> None:
    (source,) = page.urls["source"]
    data = (VIDEOS / unquote(source.partition("/videos/")[2])).read_bytes()
    status, headers, body = _get(source, Range="bytes=1000-1999")
    assert status == 206
    assert headers["Content-Range"] == f"bytes 1000-1999/{len(data)}"
    assert headers["Content-Type"] == "video/mp4"
    assert body == data[1000:2000]


def test_the_captions_are_there(page: Page) -> None:
    assert len(page.urls["track"]) == 2
    for track in page.urls["track"]:
        status, headers, body = _get(track)
        assert status == 200
        assert headers["Content-Type"].startswith("text/vtt")
        assert body.startswith(b"WEBVTT\n")


def test_every_link_leads_somewhere(page: Page, url: str) -> None:
    assert url + "videos/" in page.urls["a"]
    for link in page.urls["a"] + page.urls["link"]:
        status, _, body = _get(link)
        assert status == 200, link
        assert body, link


def test_the_library_lists_every_clip(url: str) -> None:
    _, _, body = _get(url + "videos/-/api/videos?recursive=true")
    clips = [path for path in VIDEOS.rglob("*") if path.suffix in (".mp4", ".webm")]
    assert len(clips) >= 5
    for clip in clips:
        assert f'"{clip.name}"'.encode() in body


def test_the_app_is_a_dozen_lines() -> None:
    source = (REPOSITORY / "example" / "__init__.py").read_text(encoding="utf-8")
    code = [line for line in source.splitlines() if line and not line.lstrip().startswith('"""')]
    assert len(code) <= 12


def test_a_page_of_its_own_has_a_player_and_cards(url: str) -> None:
    page = Page(url + "magazine/", _get(url + "magazine/")[2].decode())
    assert page.urls["video"] == [url + "videos/Welcome.mp4"]
    cards = [link for link in page.urls["a"] if "/videos/-/watch/" in link]
    assert page.html.count('class="qv-card"') == 3
    for link in cards + page.urls["link"] + page.urls["video"] + page.urls["track"]:
        assert _get(link)[0] == 200, link


def test_the_course_is_for_members(url: str) -> None:
    lesson = url + "magazine/course/Lesson%201.mp4"
    with pytest.raises(HTTPError, match="404"):
        _get(lesson)
    assert b"/magazine/course/" not in _get(url + "magazine/")[2]
    visitor = build_opener(HTTPCookieProcessor())
    with visitor.open(url + "magazine/door", b"name=Ali") as response:
        html = response.read()
    assert b"Welcome, Ali." in html
    assert html.count(b"/magazine/course/-/watch/") == 3
    with visitor.open(lesson) as response:
        assert response.headers["Cache-Control"].startswith("private")
        assert response.read() == (VIDEOS / "Course" / "Lesson 1.mp4").read_bytes()
    with visitor.open(url + "magazine/door", b"") as response:
        assert b"/magazine/course/-/watch/" not in response.read()


def test_a_port_in_use_is_told_in_a_sentence(tmp_path: Path) -> None:
    """And not by a traceback: that of the example is taken by AirPlay on a Mac."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".installed").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [need_tool("make"), "example", f"VENV={tmp_path}", f"PORT={port}"]
        result = subprocess.run(
            command, cwd=REPOSITORY, check=False, capture_output=True, text=True, timeout=120
        )
    assert result.returncode == 2
    assert f"Port {port} is in use" in result.stderr
    assert "make example PORT=5001" in result.stderr
    assert "Traceback" not in result.stderr
