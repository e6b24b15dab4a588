"""Servers in front of the app, set up by the files of the guide: what they pass on as it is.

The table of the guide has a row for each. It says what comes of these tests, or they fail.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import cache
from http.client import HTTPSConnection
from itertools import product
from pathlib import Path
from typing import cast
from urllib.parse import quote

import pytest

from tests.e2e.fronts import CACHES, FILES, HTTPS, PROXIES, Front, each_of
from tests.e2e.harness import KERNEL, REPOSITORY, Server, make_certificate
from tests.e2e.http1 import Http1
from tests.e2e.http3 import connect as connect_http3
from tests.e2e.reply import Reply, content_range, parse_multipart

TABLE = REPOSITORY / "docs" / "reference" / "fronts.inc"
NAMES = {
    "nginx": "nginx",
    "caddy": "Caddy",
    "haproxy": "HAProxy",
    "apache": "Apache",
    "lighttpd": "lighttpd",
    "h2o": "h2o",
    "traefik": "Traefik",
    "envoy": "Envoy",
    "nginx, cache": "nginx, slices",
    "apache, cache": "Apache, cache",
    "varnish, cache": "Varnish",
    "squid, cache": "Squid",
    "traffic_server, cache": "Traffic Server",
}
"""Rows of the table."""
MEGABYTE = 1 << 20
SIZE = 5 * MEGABYTE // 2  # some slices of the cache
LONG_SIZE = 48 * MEGABYTE  # more than all buffers on the way have room for
HUGE = 3 << 30
TAIL = b"the very end"
ODD = "a b;c%41+é 中 'x' [1] & #2.mp4"
SMALL_BUFFER = 64 << 10


def _numbered(size: int) -> bytes:
    """Return bytes that tell where they are."""
    return b"".join(b"%015d\n" % number for number in range(size // 16))


FILM = _numbered(SIZE)


@cache
def long_film() -> bytes:
    """Return the bytes of what takes long."""
    return _numbered(LONG_SIZE)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("behind")
    (root / "film.mp4").write_bytes(FILM)
    (root / "long.mp4").write_bytes(long_film())
    (root / ODD).write_bytes(b"odd")
    (root / "empty.mp4").write_bytes(b"")
    with (root / "huge.mp4").open("wb") as huge:
        huge.truncate(HUGE)
        huge.seek(HUGE - len(TAIL))
        huge.write(TAIL)
    return root


@pytest.fixture(scope="module")
def server(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {"QUART_VIDEO_MAX_AGE": "31536000"}
    server = Server(KERNEL, root, tmp_path_factory.mktemp("server"), environment)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def fronts(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starts]:
    starts = Starts(server, tmp_path_factory)
    try:
        yield starts
    finally:
        for front in starts.running.values():
            front.stop()


class Starts:
    """Starts each server once, when first asked for it."""

    def __init__(self, server: Server, folders: pytest.TempPathFactory) -> None:
        self.server, self._folders = server, folders
        self.running: dict[str, Front] = {}

    def __call__(self, name: str) -> Front:
        if name not in self.running:
            kind, _, cache = name.partition(", ")
            file = CACHES[kind] if cache else PROXIES[kind]
            folder = self._folders.mktemp(kind)
            config = (FILES / file).read_text()
            self.running[name] = Front(kind, self.server, folder, config)
        return self.running[name]


def address(front: Front, name: str = "film.mp4") -> str:
    """Return where a video is, as the JSON has it: with its version."""
    return str(json.loads(front.get(f"/videos/-/api/videos/{name}").body)["url"])


def one_range(front: Front) -> str:
    """Ask for one range in all its forms."""
    url = address(front)
    data = FILM
    tag = front.request("HEAD", url)["ETag"]
    for asked, start, stop in (
        ("0-0", 0, 1),
        ("2000000-2000999", 2_000_000, 2_001_000),
        (f"{SIZE - 10}-", SIZE - 10, SIZE),
        ("-500", SIZE - 500, SIZE),
        (f"{SIZE - 5}-{SIZE + 9}", SIZE - 5, SIZE),
    ):
        for extra in ((), (("If-Range", tag),)):
            reply = front.get(url, ("Range", f"bytes={asked}"), *extra)
            if reply.status == 200 and reply.body == data:
                return "whole"
            assert (reply.status, reply.body) == (206, data[start:stop]), (asked, reply.status)
            assert content_range(reply["Content-Range"]) == (start, stop, SIZE)
            assert reply["ETag"] == tag
    changed = front.get(url, ("Range", "bytes=0-0"), ("If-Range", '"another"'))
    assert (changed.status, changed.body == data) == (200, True)
    return "yes"


def several_ranges(front: Front) -> str:
    reply = front.get(address(front), ("Range", "bytes=0-3,20-25"))
    data = FILM
    if reply.status == 206:
        parts = parse_multipart(_plainly(reply))
        got = [(part.start, part.stop, part.body) for part in parts]
        assert got == [(0, 4, data[:4]), (20, 26, data[20:26])]
        return "yes"
    if reply.status == 200:
        assert reply.body == data
        return "whole"
    return str(reply.status)


def _plainly(reply: Reply) -> Reply:
    """Return several ranges as they are here: some write them otherwise, which is legal, too."""
    fields = tuple(
        (name, re.sub('boundary="(.*)"', r"boundary=\1", value)) for name, value in reply.fields
    )
    body = reply.body.removeprefix(b"\r\n").replace(b"\r\nContent-range:", b"\r\nContent-Range:")
    return replace(reply, fields=fields, body=body)


def behind_the_end(front: Front) -> str:
    reply = front.get(address(front), ("Range", f"bytes={SIZE}-"))
    if reply.status == 200:
        assert reply.body == FILM
        return "whole"
    assert reply.status == 416
    return "yes" if reply.all("Content-Range") == [f"bytes */{SIZE}"] else "416, bare"


def conditions(front: Front) -> str:
    """Ask with what is true, and with what is not, of the film and of a page."""
    url = address(front)
    tag = front.request("HEAD", url)["ETag"]
    lost = []
    if front.get(url, ("If-None-Match", tag)).status != 304:
        lost.append("304")
    if front.get(url, ("If-Match", '"another"')).status != 412:
        lost.append("412")
    page = front.get("/videos/", ("Accept", "text/html"))
    again = front.get("/videos/", ("Accept", "text/html"), ("If-None-Match", page["ETag"]))
    if again.status != 304:
        assert again.body == page.body
        lost.append("304 of pages")
    return f"no {', '.join(lost)}" if lost else "yes"


def heads(front: Front) -> str:
    """Ask with HEAD, for which a range means nothing (RFC 9110, 14.2)."""
    reply = front.request("HEAD", address(front), ("Range", "bytes=0-9"))
    assert not reply.body
    return {200: "yes", 206: "206 for a range"}[reply.status]


def empty(front: Front) -> str:
    """Ask for what has no byte, as one who asks for no range."""
    reply = front.get("/videos/empty.mp4")
    return "yes" if (reply.status, reply.body) == (200, b"") else str(reply.status)


def names(front: Front) -> str:
    """Ask for a name with all that is escaped in it, and what is told of whom one asked."""
    assert front.get(f"/videos/{quote(ODD)}").body == b"odd"
    playlist = front.get("/videos/-/playlist.m3u").body.decode()
    assert re.search(r"^http://\S+/videos/film.mp4", playlist, re.MULTILINE)
    here = "http://{}:{}/videos/film.mp4".format(*front.address)
    return "yes" if here in playlist else "other address"


def protected(front: Front) -> str:
    """Ask for what only some may have, first as one who may."""
    credentials = ("Cookie", "member=yes"), ("Authorization", "Bearer member")
    paths = "/members/film.mp4", "/members/-/api/videos/film.mp4"
    for path, credential, asked in product(paths, credentials, ("bytes=0-9", "bytes=0-")):
        fields = credential, ("Range", asked)
        reply = front.get(path, *fields)
        assert reply.status in {200, 206}
        assert "private" in reply.cache_control
        assert front.get(path, *fields[1:]).status in {401, 403, 404}
        assert front.get(path, *fields).status == reply.status
    missing = front.get("/videos/late.mp4")
    assert missing.status == 404
    late = front.server.root / "late.mp4"
    late.write_bytes(b"late")
    try:
        assert front.get("/videos/late.mp4").body == b"late"
    finally:
        late.unlink()
    return "yes"


def signed(front: Front) -> str:
    """Ask by an address that is signed, for a while and for one video, and by others like it."""
    url = front.get("/sign/film.mp4").body.decode()
    here = "http://{}:{}/members/".format(*front.address)
    path = f"/members/{url.removeprefix(here)}"
    whole = front.get(path)
    assert (whole.status, whole.body) == (200, FILM)
    assert "private" in whole.cache_control
    tag = ("If-None-Match", whole["ETag"])
    assert front.get(path, tag).status == 304
    part = front.get(path, ("Range", "bytes=2000000-2000999"))
    assert (part.status, part.body) == (206, FILM[2_000_000:2_001_000])
    assert front.get(path, ("Range", f"bytes={SIZE}-")).status == 416
    name, _, signature = path.partition("?signature=")
    expired = front.get("/sign/film.mp4?expired=1").body.decode()
    other = name.replace("film", "long")
    for bad in (name, path[:-1], f"{other}?signature={signature}", expired):
        assert front.get(bad).status in {401, 403, 404, 410}
    assert front.get(path, tag).status == 304
    return "yes" if url.startswith(here) else "other address"


QUICK: dict[str, Callable[[Front], str]] = {
    "one range": one_range,
    "several": several_ranges,
    "past the end": behind_the_end,
    "empty": empty,
    "304, 412": conditions,
    "`HEAD`": heads,
    "names, addresses": names,
    "protected": protected,
    "signed": signed,
}
"""What is asked at once, by its column."""


def table() -> dict[str, dict[str, str]]:
    """Return the rows of the table by the name of the server."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line]
    head, _, *rows = cells
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


@pytest.mark.parametrize("column", QUICK)
@pytest.mark.parametrize("name", each_of(NAMES))
@pytest.mark.sample(6)
def test_what_is_passed_on(fronts: Starts, name: str, column: str) -> None:
    front = fronts(name)
    seen = {QUICK[column](front) for _ in range(2)}  # the second time out of a cache
    assert " / ".join(sorted(seen)) == table()[NAMES[name]][column]


class Closing:
    """An app that keeps each connection open, and closes it as soon as it is used once more.

    So it looks to a front if a request comes just when a server has had enough of waiting.
    """

    root = Path("/nowhere")

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()

    def run(self) -> None:
        """Answer until closed."""
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(connection,)).start()

    def _answer(self, connection: socket.socket) -> None:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: no-cache\r\n\r\nok"
        with connection, suppress(OSError):
            connection.settimeout(60)
            for reply in (answer, b""):
                head = b""
                while b"\r\n\r\n" not in head and (more := connection.recv(4096)):
                    head += more
                connection.sendall(reply if head else b"")

    def close(self) -> None:
        """Answer nobody else."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def closing() -> Iterator[Closing]:
    closing = Closing()
    thread = threading.Thread(target=closing.run)
    thread.start()
    try:
        yield closing
    finally:
        closing.close()
        thread.join()


@pytest.mark.parametrize("name", each_of(NAMES))
@pytest.mark.sample(3)
def test_connections_that_the_app_closes(
    closing: Closing, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Apache and h2o, as they are by default, make a 502 of each."""
    front = Starts(cast("Server", closing), tmp_path_factory)(name)
    try:
        for number in range(6):
            assert front.get(f"/videos/{number}.mp4").status == 200
        client = Http1(front.address)
        for number in range(4):
            assert client.request("GET", f"/videos/-/{number}").status == 200
        client.close()
    finally:
        front.stop()


def _read(client: Http1, amount: int) -> bytes:
    data = bytearray()
    while len(data) < amount and (more := client.read(amount - len(data))):
        data += more
    return bytes(data)


def _transfer(front: Front, target: str) -> tuple[Http1, Reply]:
    client = Http1(front.address, receive_buffer=SMALL_BUFFER, timeout=120)
    client.send("GET", target)
    head = client.read_head()
    assert head.status == 200
    return client, head


def pauses(front: Front) -> str:
    """Take the beginning, nothing for 75 seconds, and the rest."""
    client, _ = _transfer(front, address(front, "long.mp4"))
    try:
        data = _read(client, MEGABYTE)
        time.sleep(75)
        data += _read(client, LONG_SIZE - len(data))
    except OSError:
        pass
    finally:
        client.close()
    return "yes" if data == long_film() else f"cut at {len(data)}"


def reads_slowly(front: Front) -> str:
    """Take a little at a time for 65 seconds, and the rest."""
    client, _ = _transfer(front, address(front, "long.mp4"))
    data = b""
    try:
        for _ in range(65):
            data += _read(client, 20_000)
            time.sleep(1)
        data += _read(client, LONG_SIZE - len(data))
    finally:
        client.close()
    return "yes" if data == long_film() else f"cut at {len(data)}"


def huge(front: Front) -> str:
    """Take three gigabytes."""
    client, head = _transfer(front, "/videos/huge.mp4")
    assert head["Content-Length"] == str(HUGE)
    got = 0
    last = b""
    try:
        while got < HUGE and (more := client.read(4 * MEGABYTE)):
            got += len(more)
            last = (last[-len(TAIL) :] + more)[-len(TAIL) :]
    finally:
        client.close()
    return "yes" if (got, last) == (HUGE, TAIL) else f"cut at {got}"


LONG: dict[str, Callable[[Front], str]] = {
    "pause of 75 s": pauses,
    "65 s, slowly": reads_slowly,
    "3 GB": huge,
}
"""What takes its time, by its column."""


TEXT = "text/html application/json text/vtt text/css text/javascript"
ENVOY = "type.googleapis.com/envoy.extensions"
COMPRESSING: dict[str, tuple[str, str]] = {
    "nginx": ("    # A paused player", f"gzip on; gzip_types {TEXT[10:]}; gzip_proxied any;"),
    "caddy": ("\treverse_proxy", "\tencode gzip\n"),
    "haproxy": (
        "    default_backend app",
        f"    compression algo gzip\n    compression type {TEXT}\n",
    ),
    "apache": (
        "Timeout",
        (
            "LoadModule filter_module /usr/lib/apache2/modules/mod_filter.so\n"
            "LoadModule deflate_module /usr/lib/apache2/modules/mod_deflate.so\n"
            f"AddOutputFilterByType DEFLATE {TEXT}\nDeflateAlterETag NoChange\n"
        ),
    ),
    "h2o": ("hosts:", "compress: ON\n"),
    "traefik": (
        "  services:",
        (
            "      middlewares: [text]\n  middlewares:\n    text:\n      compress:\n"
            f"        includedContentTypes: [{TEXT.replace(' ', ', ')}]\n"
        ),
    ),
    "envoy": (
        "                  - name: envoy.filters.http.router",
        f"""                  - name: envoy.filters.http.compressor
                    typed_config:
                      "@type": {ENVOY}.filters.http.compressor.v3.Compressor
                      response_direction_config: {{weaken_etag_on_compress: true}}
                      compressor_library:
                        name: gzip
                        typed_config:
                          "@type": {ENVOY}.compression.gzip.compressor.v3.Gzip
""",
    ),
}
"""What a front is told of compression, and before which of its lines, as the guide has it."""


@pytest.mark.parametrize("kind", each_of(COMPRESSING))
@pytest.mark.sample(2)
def test_text_alone_is_compressed(server: Server, tmp_path: Path, kind: str) -> None:
    config = (FILES / PROXIES[kind]).read_text()
    before, lines = COMPRESSING[kind]
    assert before in config
    front = Front(kind, server, tmp_path, config.replace(before, lines + before, 1))
    gzip = ("Accept-Encoding", "gzip")
    html = ("Accept", "text/html")
    try:
        page = front.get("/videos/", gzip, html)
        again = front.get("/videos/", gzip, html, ("If-None-Match", page["ETag"]))
        whole = front.get(address(front), gzip)
        part = front.get(address(front), gzip, ("Range", "bytes=1000-1999"))
    finally:
        front.stop()
    assert page["Content-Encoding"] == "gzip"
    assert again.status == 304
    assert (whole.status, whole.body) == (200, FILM)
    assert (part.status, part.body) == (206, FILM[1000:2000])


def test_https(server: Server, tmp_path: Path) -> None:
    """The app knows the address that its clients have asked for."""
    certificate = tmp_path / "fullchain.pem"
    make_certificate(certificate, tmp_path / "privkey.pem")
    front = Front("nginx", server, tmp_path, (FILES / HTTPS).read_text())
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False  # it names no address, as browsers want it
    try:
        client = HTTPSConnection("localhost", front.tls_port, context=context, timeout=60)
        answers = {}
        for path in ("/videos/-/playlist.m3u", "/videos/film.mp4", "/metrics"):
            client.request("GET", path, headers={"Range": "bytes=5-8"} if "film" in path else {})
            response = client.getresponse()
            answers[path] = (response.status, response.read())
        client.close()
        plain = front.get("/videos/?q=x")
    finally:
        front.stop()
    here = f"https://localhost:{front.tls_port}/videos/film.mp4"
    assert here in answers["/videos/-/playlist.m3u"][1].decode()
    assert answers["/videos/film.mp4"] == (206, FILM[5:9])
    assert answers["/metrics"][0] == 403
    assert (plain.status, plain["Location"]) == (301, "https://127.0.0.1/videos/?q=x")


async def test_http3(server: Server, tmp_path: Path) -> None:
    """Caddy speaks it by itself, wherever it has a certificate."""
    make_certificate(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    plain = (FILES / PROXIES["caddy"]).read_text()
    name = plain.replace(":8080 {", "media.example.org {")
    front = Front("caddy", server, tmp_path, f"{plain}\n{name}")
    try:
        async with connect_http3(front.tls_port) as client:

            async def get(target: str, *fields: tuple[str, str]) -> Reply:
                client.send("GET", target, fields)
                return await client.read()

            playlist = await get("/videos/-/playlist.m3u")
            url = json.loads((await get("/videos/-/api/videos/film.mp4")).body)["url"]
            whole = await get(url)
            part = await get(url, ("Range", "bytes=-500"), ("If-Range", whole["ETag"]))
            several = await get(url, ("Range", "bytes=0-3,20-25"))
            odd = await get(f"/videos/{quote(ODD)}")
    finally:
        front.stop()
    assert f"https://localhost{url}" in playlist.body.decode()
    assert (whole.status, whole.body) == (200, FILM)
    assert (part.status, part.body) == (206, FILM[-500:])
    assert content_range(part["Content-Range"]) == (SIZE - 500, SIZE, SIZE)
    assert [each.body for each in parse_multipart(several)] == [FILM[:4], FILM[20:26]]
    assert odd.body == b"odd"


Outcomes = Mapping[tuple[str, str], Future[str]]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, fronts: Starts) -> Iterator[Outcomes]:
    """Have all that is asked about in this run begin at once: most of it is waiting."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    asked = [item.callspec.params for item in items if "outcomes" in item.fixturenames]
    pairs = [(str(each["name"]), str(each["column"])) for each in asked]
    running = {name: fronts(name) for name, _ in pairs}
    with ThreadPoolExecutor(len(pairs)) as pool:
        yield {(name, column): pool.submit(LONG[column], running[name]) for name, column in pairs}


@pytest.mark.parametrize("column", LONG)
@pytest.mark.parametrize("name", each_of(NAMES))
@pytest.mark.slow
@pytest.mark.timeout(1200)  # the first one waits for what begins with it
def test_what_takes_long(outcomes: Outcomes, name: str, column: str) -> None:
    assert outcomes[name, column].result() == table()[NAMES[name]][column]


def test_the_table_has_every_server() -> None:
    assert set(table()) == set(NAMES.values())
    for row in table().values():
        assert row.keys() - {"needs"} == QUICK.keys() | LONG.keys()
