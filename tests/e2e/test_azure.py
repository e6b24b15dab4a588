"""A library out of Azure, as the clients of an app see it. What is the same for all object stores
is tested over Swift; here is what is Azure's own: addresses, keys, signatures, tags."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.e2e.harness import Server, Servers
from tests.e2e.stored import get
from tests.support.azurite import ACCOUNT, KEY, Azurite

FILM = os.urandom(5 << 20)
CONTAINER = "films"
URL = "/videos/film.mp4"


@pytest.fixture(scope="module")
def films(azure: Azurite) -> Azurite:
    azure.make_container(CONTAINER)
    azure.put(CONTAINER, "all/film.mp4", FILM)
    azure.put(CONTAINER, "all/Deep/Lesson 1 #?%41.mp4", b"lesson")
    return azure


def environment(box: Azurite, key: str = KEY) -> dict[str, str]:
    """Return what has an app serve the container, with the key where machines of Azure have it."""
    options = {name: value for name, value in box.options().items() if name != "account_key"}
    return {
        "QUART_MEDIA_ROOT": f"az://{ACCOUNT}/{CONTAINER}/all",
        "QUART_VIDEO_STORE_OPTIONS": json.dumps(options),
        "AZURE_STORAGE_ACCOUNT_KEY": key,
    }


@pytest.fixture
def server(servers: Servers, films: Azurite) -> Server:
    return servers.server("uvicorn", **environment(films))


def test_listed_described_and_streamed(server: Server) -> None:
    videos = json.loads(get(server, "/videos/-/api/videos?folder=&recursive=true").body)["videos"]
    assert {video["path"] for video in videos} == {"film.mp4", "Deep/Lesson 1 #?%41.mp4"}
    (lesson,) = (video for video in videos if video["name"].startswith("Lesson"))
    assert get(server, lesson["url"]).body == b"lesson"
    reply = get(server, URL)
    assert (reply.status, reply.body) == (200, FILM)
    tag = ("If-Range", reply["ETag"])
    part = get(server, URL, ("Range", "bytes=1000000-2999999"), tag)
    assert (part.status, part.body) == (206, FILM[1_000_000:3_000_000])
    assert get(server, URL, ("Range", "bytes=-7")).body == FILM[-7:]
    assert get(server, URL, ("Range", f"bytes={len(FILM)}-")).status == 416
    assert get(server, URL, ("If-None-Match", reply["ETag"])).status == 304
    assert get(server, "/videos/no.mp4").status == 404
    assert get(server, "/videos/-/health").status == 200


def test_overwritten(server: Server, films: Azurite) -> None:
    films.put(CONTAINER, "all/changing.mp4", b"before")
    first = get(server, "/videos/changing.mp4")
    films.put(CONTAINER, "all/changing.mp4", b"behind")
    second = get(server, "/videos/changing.mp4", ("If-None-Match", first["ETag"]))
    assert (first.body, second.status, second.body) == (b"before", 200, b"behind")


@pytest.mark.slow
def test_sent_on(servers: Servers, films: Azurite) -> None:
    redirect = {"QUART_VIDEO_STORE_DELIVERY": "redirect", "QUART_VIDEO_STORE_EXPIRY": "600"}
    server = servers.server("uvicorn", **environment(films), **redirect)
    reply = get(server, URL)
    assert (reply.status, reply["Cache-Control"]) == (302, "no-store")
    with urlopen(Request(reply["Location"], headers={"Range": "bytes=5-99"}), timeout=30) as part:
        assert (part.status, part.read()) == (206, FILM[5:100])
    with pytest.raises(HTTPError, match="403"):
        urlopen(reply["Location"].replace("film.mp4", "changing.mp4"), timeout=30)


@pytest.mark.slow
def test_another_key(films: Azurite, tmp_path: Path) -> None:
    wrong = "d3Jvbmc="
    server = Server("uvicorn", tmp_path, tmp_path, environment(films, wrong))
    try:
        for target in ("/videos/", URL, "/videos/-/health"):
            reply = get(server, target)
            assert (reply.status, reply.all("Retry-After")) == (503, ["30"])
        log = server.log_with("are the credentials right")
        for secret in (wrong, KEY, "Signature", f"127.0.0.1:{films.port}"):
            assert secret not in log
    finally:
        server.stop()
