"""What a server does about file descriptors, and what it says when there are none left."""

from __future__ import annotations

import logging
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from quart_video.servers import descriptors
from quart_video.servers.descriptors import OutOfDescriptors, raise_limit

_SERVER = """
import asyncio, resource
from quart_video.servers.descriptors import spare_the_log

async def main():
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(input)

spare_the_log()
resource.setrlimit(resource.RLIMIT_NOFILE, (30, 30))
asyncio.run(main())
"""


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_limit_is_raised(limits: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    soft, hard = limits
    monkeypatch.setattr(descriptors, "_MOST", soft - 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 10, hard))
    assert raise_limit() == soft - 1
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft - 1, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert raise_limit() == soft  # it is never lowered


def test_a_flood_is_one_line() -> None:
    with (
        subprocess.Popen(
            [sys.executable, "-c", _SERVER],
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
        assert "all 30 file descriptors of this process are in use" in line
        _, rest = server.communicate("\n", timeout=60)
        assert rest.count("file descriptors") < 10
        assert "Traceback" not in rest


def test_all_else_is_said() -> None:
    record = logging.LogRecord("asyncio", logging.ERROR, "", 0, "a task %s", ("failed",), None)
    assert OutOfDescriptors().filter(record)
    assert record.getMessage() == "a task failed"
