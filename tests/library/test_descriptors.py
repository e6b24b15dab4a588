"""What an app is told that may open too few files, and what it says when it has opened all."""

from __future__ import annotations

import logging
import resource
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from quart import Quart

from quart_video import video_bp
from quart_video.library.descriptors import OutOfDescriptors, descriptor_warning, spare_the_log

# Any server on asyncio, and no command of ours that would see to it.
_SERVER = """
import asyncio, resource, sys
from quart import Quart
from quart_video import video_bp

app = Quart(__name__)
app.config.update(MEDIA_ROOT=sys.argv[1], VIDEO_CACHE=sys.argv[1] + "/cache")
app.register_blueprint(video_bp)

async def main():
    await app.startup()
    await app.shutdown()
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.readline)

asyncio.run(main())
"""

# Any server: the app is told of no start, and its first request comes when there are none left.
_FIRST_REQUEST = """
import asyncio, resource, sys
from quart import Quart
from quart_video import video_bp
from tests.support.asgi import call

app = Quart(__name__)
app.config.update(MEDIA_ROOT=sys.argv[1], VIDEO_CACHE=sys.argv[1] + "/cache")
app.register_blueprint(video_bp)

async def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (3, soft):
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        print((await call(app, "/videos/film.mp4")).status)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("limit", "transfers", "told"),
    [
        (1024, None, None),
        (1024, 462, None),
        (1024, 463, "lower VIDEO_MAX_TRANSFERS to 462"),
        (40, 60, "open 220 files, and this one may open 40"),
        (40, 60, "lower VIDEO_MAX_TRANSFERS to 1."),
        (resource.RLIM_INFINITY, 1_000_000, None),
    ],
)
def test_what_is_told(
    limit: int, transfers: int | None, told: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    warning = descriptor_warning(transfers)
    assert warning is None if told is None else told in str(warning)


async def test_it_is_told_at_the_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = Quart(__name__)
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    app.config.update(
        MEDIA_ROOT=str(tmp_path), VIDEO_CACHE=str(tmp_path / "cache"), VIDEO_MAX_TRANSFERS=soft
    )
    app.register_blueprint(video_bp)
    async with app.test_app():
        pass
    assert f"VIDEO_MAX_TRANSFERS is {soft}" in caplog.text


def test_a_flood_is_one_line(tmp_path: Path) -> None:
    with (
        subprocess.Popen(
            [sys.executable, "-c", _SERVER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as server,
        ExitStack() as stack,
    ):
        stack.callback(server.kill)
        assert server.stdout is not None
        port = int(server.stdout.readline())
        for _ in range(60):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.send(b"x")
        assert server.stderr is not None
        line = server.stderr.readline()
        assert "all 40 file descriptors of this process are in use" in line
        _, rest = server.communicate("\n", timeout=60)
        assert rest.count("file descriptors") < 10
        assert "Traceback" not in rest


def test_the_first_request_may_be_a_503(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"film")
    run = subprocess.run(
        [sys.executable, "-c", _FIRST_REQUEST, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in run.stderr
    assert run.stdout.split() == ["503", "200"]


def test_all_else_is_said() -> None:
    record = logging.LogRecord("asyncio", logging.ERROR, "", 0, "a task %s", ("failed",), None)
    assert OutOfDescriptors().filter(record)
    assert record.getMessage() == "a task failed"


def test_it_is_seen_to_once() -> None:
    spare_the_log()
    spare_the_log()
    ours = [
        each for each in logging.getLogger("asyncio").filters if isinstance(each, OutOfDescriptors)
    ]
    assert len(ours) == 1
