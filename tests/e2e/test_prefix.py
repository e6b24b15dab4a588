"""An app below a path of a real nginx: what it hands out leads back to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.e2e.fronts import FILES, PROXIES, Front, each_of
from tests.e2e.harness import Servers
from tests.e2e.site import CLIP, GOOD_NAMES, Site

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


# How a front takes the path off, as the guide has it: what stands in its file, and what comes
# there in place of it.
_HANDLE_PATH = "handle_path /media/* {\n\t\treverse_proxy 127.0.0.1:8000\n\t}"
TAKES_IT_OFF: dict[str, tuple[tuple[str, str], ...]] = {
    "nginx": (("location / {", "location /media/ {"), ("http://app;", "http://app/;")),
    "caddy": (("reverse_proxy 127.0.0.1:8000", _HANDLE_PATH),),
    "haproxy": (
        (
            "    option forwardfor",
            "    http-request replace-path /media/(.*) /\\1\n    option forwardfor",
        ),
    ),
    "apache": (("ProxyPass / ", "ProxyPass /media/ "),),
    "h2o": (("      /:", "      /media/:"),),
    "traefik": (
        ("service: app\n", "service: app\n      middlewares: [off]\n"),
        (
            "  services:",
            "  middlewares:\n    off:\n      stripPrefix: {prefixes: [/media]}\n  services:",
        ),
    ),
    "envoy": (
        ("match: {prefix: /}", "match: {prefix: /media/}"),
        ("timeout: 0s}", "timeout: 0s, prefix_rewrite: /}"),
    ),
}


@pytest.mark.parametrize("kind", each_of(TAKES_IT_OFF))
@pytest.mark.sample(2)
def test_a_path_that_the_front_takes_off(
    servers: Servers, site: Site, kind: str, tmp_path: Path
) -> None:
    server = servers.server("uvicorn", UVICORN_ROOT_PATH="/media")
    config = (FILES / PROXIES[kind]).read_text()
    for before, after in TAKES_IT_OFF[kind]:
        assert before in config
        config = config.replace(before, after, 1)
    front = Front(kind, server, tmp_path, config, alive="/media/alive")
    try:
        for name in GOOD_NAMES:
            reply = front.get(f"/media/videos/names/{quote(name)}")
            assert (reply.status, reply.body) == (200, site.content(name)), name
        lines = front.get("/media/videos/-/playlist.m3u").body.decode().splitlines()
        assert front.get("/media/videos/folder")["Location"] == "/media/videos/folder/"
        assert front.get("/media/videos?limit=1")["Location"] == "/media/videos/?limit=1"
    finally:
        front.stop()
    assert "http://{}:{}/media/videos/clip.mp4".format(*front.address) in lines
