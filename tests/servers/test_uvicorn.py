from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from quart_video.servers import uvicorn as servers
from quart_video.servers.uvicorn import EXTENSION, HTTPProtocol, Sendfile
from tests.e2e.harness import need_tool

DATA = os.urandom(3_000_000)
BY_H11 = servers._extended(H11Protocol, servers._H11Sendfile)  # noqa: SLF001 - it is not the one chosen here
App = Callable[[Any, Any, Any], Any]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    path = tmp_path / "clip.mp4"
    path.write_bytes(DATA)
    descriptor = os.open(path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


@pytest.fixture(params=[HTTPProtocol, BY_H11], ids=["httptools", "h11"])
def protocol(request: pytest.FixtureRequest) -> Any:
    return request.param


@asynccontextmanager
async def serving(
    protocol: Any, app: App, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Serve an app with a protocol, and connect to it."""
    config = uvicorn.Config(app, ws="none", log_config=None)
    state = ServerState()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0, ssl=tls
    )
    client_tls = None
    if tls:
        client_tls = ssl.create_default_context()
        client_tls.check_hostname, client_tls.verify_mode = False, ssl.CERT_NONE
    port = listening.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_tls)
    try:
        yield reader, writer
    finally:
        writer.close()
        listening.close()
        while state.tasks or state.connections:
            await asyncio.sleep(0.01)


def sendfile_of(scope: Any) -> Sendfile | None:
    found: Sendfile | None = scope.get("extensions", {}).get(EXTENSION)
    return found


async def start(send: Any, *fields: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": fields})


async def body(send: Any, data: bytes = b"", *, more: bool = False) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": more})


def length(count: int) -> tuple[bytes, bytes]:
    return (b"content-length", b"%d" % count)


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str = "GET"
) -> bytes:
    """Send a request that ends the connection, and return what comes of it."""
    writer.write(f"{method} / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    return await asyncio.wait_for(reader.read(), 20)


async def test_between_messages(protocol: Any, file: int) -> None:
    async def app(scope: Any, _: Any, send: Any) -> None:
        sendfile = sendfile_of(scope)
        assert sendfile is not None
        assert sendfile.send == send
        await start(send, length(len(DATA) + 2))
        await body(send, b"<", more=True)
        position = 0
        while position < len(DATA):
            taken = await sendfile(file, position, len(DATA) - position)
            position += taken
            if not taken:
                filler = DATA[position : position + 100]
                await body(send, filler, more=True)
                position += len(filler)
        await body(send, b">")

    async with serving(protocol, app) as streams:
        answer = await ask(*streams)
    assert answer.partition(b"\r\n\r\n")[2] == b"<" + DATA + b">"


async def test_not_more_than_the_response_has(protocol: Any, file: int) -> None:
    async def app(scope: Any, _: Any, send: Any) -> None:
        sendfile = sendfile_of(scope)
        assert sendfile is not None
        await start(send, length(10))
        await body(send, b"abc", more=True)
        assert await sendfile(file, 5, 1000) == 7
        assert await sendfile(file, 12, 1000) == 0
        await body(send)
        assert await sendfile(file, 12, 1000) == 0

    async with serving(protocol, app) as streams:
        answer = await ask(*streams)
    assert answer.partition(b"\r\n\r\n")[2] == b"abc" + DATA[5:12]


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("GET", []),
        ("GET", [(b"transfer-encoding", b"chunked")]),
        ("HEAD", [length(1000)]),
    ],
)
async def test_not_where_the_body_is_not_plain(
    protocol: Any, file: int, method: str, fields: list[tuple[bytes, bytes]]
) -> None:
    taken = []

    async def app(scope: Any, _: Any, send: Any) -> None:
        sendfile = sendfile_of(scope)
        assert sendfile is not None
        taken.append(await sendfile(file, 0, 1000))  # before there is a head
        await start(send, *fields)
        taken.append(await sendfile(file, 0, 1000))
        await body(send, DATA[:1000] if method == "GET" else b"")

    async with serving(protocol, app) as streams:
        answer = await ask(*streams, method=method)
    assert taken == [0, 0]
    assert (DATA[:1000] in answer) == (method == "GET")


async def test_what_cannot_be_sent(protocol: Any, file: int, tmp_path: Path) -> None:
    """Behind the end of the file, of a folder, or of nothing at all."""
    folder = os.open(tmp_path, os.O_RDONLY)

    async def app(scope: Any, _: Any, send: Any) -> None:
        sendfile = sendfile_of(scope)
        assert sendfile is not None
        await start(send, length(3))
        assert await sendfile(file, len(DATA), 3) == 0
        assert await sendfile(folder, 0, 3) == 0
        assert await sendfile(-1, 0, 3) == 0
        await body(send, b"abc")

    async with serving(protocol, app) as streams:
        answer = await ask(*streams)
    os.close(folder)
    assert answer.endswith(b"abc")


async def test_a_client_that_goes(protocol: Any, file: int) -> None:
    """Nothing is sent once it has gone, nor after the end of the request."""
    gone = asyncio.Event()
    kept = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        sendfile = sendfile_of(scope)
        assert sendfile is not None
        kept.append(sendfile)
        await start(send, length(1 << 40))
        while (await receive())["type"] != "http.disconnect":
            pass
        assert await sendfile(file, 0, 1000) == 0
        gone.set()

    async with serving(protocol, app) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()
        await asyncio.wait_for(gone.wait(), 20)
    assert await kept[0](file, 0, 1000) == 0


async def test_a_client_that_takes_nothing(protocol: Any, file: int) -> None:
    """The rest waits for it, and no more than the last message is kept for it meanwhile."""
    waiting: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        sendfile = sendfile_of(scope)
        assert sendfile is not None
        transport = sendfile._cycle.transport  # noqa: SLF001 - Uvicorn shows it to nobody
        await start(send, length(1 << 40))
        while not transport.get_write_buffer_size():
            assert await sendfile(file, 0, 1_000_000)
        sending = asyncio.ensure_future(sendfile(file, 0, 1_000_000))
        await asyncio.wait([sending], timeout=0.05)
        assert not sending.done()
        waiting.set_result(transport.get_write_buffer_size())
        while (await receive())["type"] != "http.disconnect":
            pass
        assert await sending == 0

    async with serving(protocol, app) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert 0 < await asyncio.wait_for(waiting, 20) <= servers.FILLER
        assert not reader.at_eof()
        writer.transport.abort()


async def test_not_over_tls(protocol: Any, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [need_tool("openssl"), "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]
    command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)

    async def app(scope: Any, _: Any, send: Any) -> None:
        assert sendfile_of(scope) is None
        await start(send, length(2))
        await body(send, b"ok")

    async with serving(protocol, app, tls) as streams:
        assert (await ask(*streams)).endswith(b"ok")


@pytest.mark.parametrize("version", ["0.29.0", "0.99.0", "1.0", "nonsense"])
def test_an_unknown_version(
    version: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(uvicorn, "__version__", version)
    monkeypatch.setattr(servers, "_warn", servers._Once())  # noqa: SLF001 - a process that begins
    assert servers._choose() is HttpToolsProtocol  # noqa: SLF001 - what is done at the import
    assert servers._choose() is HttpToolsProtocol  # noqa: SLF001 - the same
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert version in record.getMessage()


async def test_what_is_relied_on_is_missing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(servers, "_warn", servers._Once())  # noqa: SLF001 - a process that begins

    class Demanding(Sendfile):
        relied_on = (*Sendfile.relied_on, "no_such_thing")

    async def app(scope: Any, _: Any, send: Any) -> None:
        assert sendfile_of(scope) is None
        await start(send, length(2))
        await body(send, b"ok")

    protocol = servers._extended(HttpToolsProtocol, Demanding)  # noqa: SLF001 - as above
    for _ in range(2):
        async with serving(protocol, app) as streams:
            assert (await ask(*streams)).endswith(b"ok")
    (record,) = caplog.records
    assert "no_such_thing" in record.getMessage()
