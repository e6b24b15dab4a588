"""A real server, which is started, asked for ranges over the loopback, and ended."""

from __future__ import annotations

import os
import random
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic

import quart_video
from quart_video.command.doctor.finding import Finding, failure, ok
from quart_video.library.config_keys import ENVIRONMENT

_CHECK = "server"
_START = 60.0  # seconds
_ANSWER = 20.0  # seconds
_END = 20.0  # seconds
_SIZE = 1_000_000
_NAME = "probe.mp4"
_REMEDY = "Run quart-video serve on a folder, and look at what it says."


def look_at_server() -> Iterator[Finding]:
    """Yield what a server answers that serves a folder of our own."""
    with tempfile.TemporaryDirectory(prefix="quart-video-") as folder:
        videos = Path(folder) / "videos"
        videos.mkdir()
        data = random.Random(1).randbytes(_SIZE)  # noqa: S311 - to be compared, and no secret
        (videos / _NAME).write_bytes(data)
        yield judge_server(_problem(folder, data))


def judge_server(problem: str | None) -> Finding:
    """Judge what came of it."""
    if problem is None:
        return ok(_CHECK, "one was started, has answered ranges as it should, and has ended")
    return failure(_CHECK, problem, _REMEDY)


def _problem(folder: str, data: bytes) -> str | None:
    command = [sys.executable, "-m", "quart_video.serve", "serve", f"{folder}/videos"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            port = _port(process)
            if port is None:
                process.kill()
                return f"it does not start: {_last_line(process)}"
            problem = ranges_problem(port, data)
            process.terminate()
            if process.wait(_END) != 0 and problem is None:
                problem = f"it ended with status {process.returncode}: {_last_line(process)}"
        except subprocess.TimeoutExpired:
            problem = f"it does not end within {_END:.0f} seconds"
        finally:
            process.kill()
    return problem


def _environment(folder: str) -> Mapping[str, str]:
    """Return ours, without settings that have others send the videos, or sign for them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ENVIRONMENT)}
    package = str(Path(quart_video.__file__).parents[1])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    ours = {"PYTHONPATH": path, f"{ENVIRONMENT}VIDEO_CACHE": f"{folder}/cache"}
    return {**kept, **ours, f"{ENVIRONMENT}VIDEO_MEDIA_PROCESSES": "0"}


def _port(process: subprocess.Popen[bytes]) -> int | None:
    """Wait until it says where it serves; ``None``: it has ended, or says nothing."""
    assert process.stdout is not None
    poll = select.poll()
    poll.register(process.stdout.fileno(), select.POLLIN)
    until, told = monotonic() + _START, b""
    while b" (Ctrl-C" not in told:
        left = until - monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            return None
        part = os.read(process.stdout.fileno(), 4096)
        if not part:
            return None
        told += part
    return int(told.partition(b" is served at http://127.0.0.1:")[2].partition(b"/")[0])


def _last_line(process: subprocess.Popen[bytes]) -> str:
    text = (process.stderr.read() if process.stderr else b"").decode(errors="replace")
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it says nothing"


def ranges_problem(port: int, data: bytes) -> str | None:
    """Ask a server for a video by ranges (RFC 9110, section 14); say what is wrong with them."""
    try:
        status, fields, body = _ask(port, Range="bytes=1000-1999")
        if (status, body) != (206, data[1000:2000]):
            return f"it answers a range with {status} and {len(body)} bytes that are not in it"
        if fields.get("content-range") != f"bytes 1000-1999/{len(data)}":
            return f"it says of a range that it is {fields.get('content-range')}"
        status, _, body = _ask(port, Range="bytes=-500")
        if (status, body) != (206, data[-500:]):
            return f"it answers the last bytes with {status} and {len(body)} others"
        status, _, body = _ask(port, **{"If-None-Match": fields.get("etag", "")})
        if (status, body) != (304, b""):
            return f"it answers who has the video already with {status}"
        status, _, body = _ask(port)
        if (status, body) != (200, data):
            return f"it answers with {status} and {len(body)} bytes that are not the video"
    except (OSError, HTTPException) as error:
        return f"it does not answer: {error or type(error).__name__}"
    return None


def _ask(port: int, **fields: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=_ANSWER)
    try:
        connection.request("GET", f"/{_NAME}", headers={"Connection": "close", **fields})
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, named, answer.read()
    finally:
        with suppress(OSError):
            connection.close()
