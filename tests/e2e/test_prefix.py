"""An app below a path of a real nginx: what it hands out leads back to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.e2e.fronts import Front
from tests.e2e.harness import Servers
from tests.e2e.site import CLIP

# Uvicorn puts the path back by itself, so it is taken off here.
_CONFIG = """
server {
    listen 8080;
    location = /alive { proxy_pass http://127.0.0.1:8000; }
    location /media/x/ {
        proxy_pass http://127.0.0.1:8000/;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto https;
    }
}
"""


@pytest.fixture(scope="module")
def front(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    server = servers.server("uvicorn", UVICORN_ROOT_PATH="/media/x")
    front = Front("nginx", server, tmp_path_factory.mktemp("nginx"), _CONFIG)
    try:
        yield front
    finally:
        front.stop()


def test_json(front: Front) -> None:
    listing = json.loads(front.get("/media/x/videos/-/api/videos?limit=1").body)
    assert listing["next_url"].startswith("/media/x/videos/-/api/videos?")
    assert front.get(listing["next_url"]).status == 200
    video = json.loads(front.get("/media/x/videos/-/api/videos/clip.mp4").body)
    assert front.get(video["url"], ("Range", "bytes=1-4")).body == CLIP[1:5]
    for url in (video["watch_url"], video["api_url"], video["download_url"]):
        assert url.startswith("/media/x/videos/")
        assert front.get(url).status == 200
    for caption in video["captions"]:
        assert front.get(caption["url"]).body.startswith(b"WEBVTT")


def test_pages(front: Front) -> None:
    for page in ("/media/x/videos/", "/media/x/videos/-/watch/clip.mp4"):
        text = front.get(page, ("Accept", "text/html")).body.decode()
        addresses = set(re.findall(r'(?:src|href)="(/[^"#?]*)', text))
        assert len(addresses) > 3
        for address in addresses:
            assert address.startswith("/media/x/videos/")
        assert "quart-video.css" in " ".join(addresses)
        style = next(address for address in addresses if address.endswith(".css"))
        assert front.get(style).status == 200


def test_redirects(front: Front) -> None:
    assert front.get("/media/x/videos/folder")["Location"] == "/media/x/videos/folder/"
    assert front.get("/media/x/videos/folder/").status == 200


def test_full_addresses(front: Front) -> None:
    """The name and the scheme are those that the browser used, as the proxy says."""
    lines = front.get("/media/x/videos/-/playlist.m3u").body.decode().splitlines()
    base = "https://{}:{}/media/x/videos/".format(*front.address)
    addresses = [line for line in lines if not line.startswith("#")]
    assert f"{base}clip.mp4" in addresses
    assert all(address.startswith(base) for address in addresses)
    signed = front.get("/media/x/sign/clip.mp4").body.decode()
    assert signed.startswith(base.replace("/videos/", "/members/") + "clip.mp4?signature=")
    target = signed.partition(f":{front.address[1]}")[2]
    assert front.get(target).body == CLIP
    assert front.get(target.partition("?")[0]).status == 404
