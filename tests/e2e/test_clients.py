"""Programs that people download and look at videos with, and what they end up with."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.film import FRAMES_PER_SECOND, HEIGHT, SECONDS, WIDTH, read_number
from tests.e2e.harness import Server, need_tool
from tests.e2e.site import CLIP, LARGE

TIMEOUT = 60
CUT = 5_000_000
"""Bytes of the large file that are there already when a download is resumed."""


def _run(command: list[str], folder: Path) -> bytes:
    """Run a client without the settings and proxies of whoever runs the tests."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [need_tool(command[0]), *command[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def _curl(folder: Path, *options: str) -> bytes:
    return _run(["curl", "-q", "--silent", "--show-error", *options], folder)


def _curl_status(folder: Path, *options: str) -> str:
    """Run curl and return the status of the answer; the body is in the file ``body``."""
    return _curl(folder, "-o", "body", "-w", "%{http_code}", *options).decode()


@pytest.mark.parametrize(
    ("span", "start", "stop"),
    [
        ("100-199", 100, 200),
        ("9990-", 9990, 10_000),
        ("-500", 9500, 10_000),
        ("0-", 0, 10_000),
        ("9000-99999", 9000, 10_000),
    ],
)
def test_curl_range(server: Server, tmp_path: Path, span: str, start: int, stop: int) -> None:
    assert _curl(tmp_path, "-r", span, f"{server.url}/videos/clip.mp4") == CLIP[start:stop]


def test_curl_resumes(server: Server, tmp_path: Path) -> None:
    (tmp_path / "large.mp4").write_bytes(LARGE[:CUT])
    status = _curl(
        tmp_path,
        *("-C", "-", "-O", "-w", "%{http_code} %{size_download}"),
        f"{server.url}/videos/large.mp4",
    )
    assert status.decode() == f"206 {len(LARGE) - CUT}"
    assert (tmp_path / "large.mp4").read_bytes() == LARGE


def test_curl_resumes_what_is_complete(server: Server, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(CLIP)
    _curl(tmp_path, "-C", "-", "-O", f"{server.url}/videos/clip.mp4")
    assert (tmp_path / "clip.mp4").read_bytes() == CLIP


def test_curl_time_condition(server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/videos/clip.mp4"
    assert _curl_status(tmp_path, "-z", "Thu, 02 Jan 2020 03:04:05 GMT", url) == "304"
    assert _curl_status(tmp_path, "-z", "Thu, 02 Jan 2020 03:04:04 GMT", url) == "200"
    assert (tmp_path / "body").read_bytes() == CLIP
    # What was downloaded with its time (-R) is not downloaded again (-z with a file).
    _curl(tmp_path, "-R", "-O", url)
    assert _curl_status(tmp_path, "-z", "clip.mp4", url) == "304"
    # With a minus: only if it is older, which is If-Unmodified-Since.
    assert _curl_status(tmp_path, "-z", "-Thu, 02 Jan 2020 03:04:04 GMT", url) == "412"
    assert _curl_status(tmp_path, "-z", "-Thu, 02 Jan 2020 03:04:06 GMT", url) == "200"


def test_curl_etag(server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/videos/clip.mp4"
    assert _curl_status(tmp_path, "--etag-save", "tag", url) == "200"
    assert _curl_status(tmp_path, "--etag-compare", "tag", url) == "304"
    (tmp_path / "tag").write_text('"other"')
    assert _curl_status(tmp_path, "--etag-compare", "tag", "--etag-save", "tag", url) == "200"
    assert _curl_status(tmp_path, "--etag-compare", "tag", url) == "304"


def test_curl_compressed(server: Server, tmp_path: Path) -> None:
    assert _curl(tmp_path, "--compressed", f"{server.url}/videos/clip.mp4") == CLIP


def test_curl_attachment(server: Server, tmp_path: Path) -> None:
    _curl(tmp_path, "-O", "-J", f"{server.url}/attachment?name=a%2Fb%22.mp4")
    (saved,) = tmp_path.glob("*.mp4")
    assert saved.read_bytes() == CLIP


@pytest.mark.parametrize("server", ["hypercorn", "granian"], indirect=True)
def test_curl_http_2(server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/videos/large.mp4"
    version = ("--http2-prior-knowledge", "-w", "%{stderr}%{http_version}")
    assert _curl(tmp_path, *version, url) == LARGE
    assert _curl(tmp_path, *version, "-r", f"{CUT}-{CUT + 999}", url) == LARGE[CUT : CUT + 1000]


def test_wget_resumes(server: Server, tmp_path: Path) -> None:
    (tmp_path / "large.mp4").write_bytes(LARGE[:CUT])
    command = ["wget", "--no-config", "--no-proxy", "-q", "-c", f"{server.url}/videos/large.mp4"]
    _run(command, tmp_path)
    assert (tmp_path / "large.mp4").read_bytes() == LARGE
    _run(command, tmp_path)  # nothing is left to do, and nothing is done
    assert [path.name for path in tmp_path.glob("large*")] == ["large.mp4"]
    assert (tmp_path / "large.mp4").read_bytes() == LARGE


def test_wget_only_newer(server: Server, tmp_path: Path) -> None:
    command = ["wget", "--no-config", "--no-proxy", "-nv", "-N", f"{server.url}/videos/clip.mp4"]
    _run(command, tmp_path)
    file = tmp_path / "clip.mp4"
    before = file.stat()
    _run(command, tmp_path)
    assert file.read_bytes() == CLIP
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_aria2_with_four_connections(server: Server, tmp_path: Path) -> None:
    command = ["aria2c", "--no-conf", "--quiet", "-x4", "-s4", "-k1M", "--file-allocation=none"]
    _run([*command, f"{server.url}/videos/large.mp4"], tmp_path)
    assert (tmp_path / "large.mp4").read_bytes() == LARGE


def test_ffprobe(server: Server, film: Path, tmp_path: Path) -> None:
    """The index is at the end, so that already this takes a seek."""
    command = ["ffprobe", "-loglevel", "error", "-of", "json", "-show_format", "-show_streams"]
    answer = json.loads(_run([*command, f"{server.url}/videos/film/clock.mp4"], tmp_path))
    assert {stream["codec_name"] for stream in answer["streams"]} == {"h264", "aac"}
    assert abs(float(answer["format"]["duration"]) - SECONDS) < 1
    assert int(answer["format"]["size"]) == film.stat().st_size


@pytest.mark.parametrize("second", [0, 37, 12.5])
@pytest.mark.sample(3)
def test_ffmpeg_seeks(server: Server, film: Path, tmp_path: Path, second: float) -> None:
    def picture_of(source: str) -> bytes:
        command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-ss", str(second), "-i", source]
        output = ["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "pipe:"]
        return _run([*command, *output], tmp_path)

    picture = picture_of(f"{server.url}/videos/film/clock.mp4")
    assert len(picture) == WIDTH * HEIGHT
    assert read_number(picture) == second * FRAMES_PER_SECOND
    assert picture == picture_of(str(film))


def test_ffmpeg_reads_every_packet(server: Server, film: Path, tmp_path: Path) -> None:
    def packets_of(source: str) -> bytes:
        command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", source]
        return _run([*command, "-c", "copy", "-f", "framemd5", "pipe:"], tmp_path)

    assert packets_of(f"{server.url}/videos/film/clock.mp4") == packets_of(str(film))
