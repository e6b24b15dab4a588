"""The index of a folder that programs get."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from quart import Quart, Request

from quart_video import Access, Resource, video_bp
from quart_video.access import guard
from quart_video.blueprint import VideoBlueprint
from quart_video.storage.base import Unavailable
from tests.support.asgi import Sent, call

Make = Callable[..., Quart]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def make(blueprint: VideoBlueprint = video_bp, **config: object) -> Quart:
        app = Quart(__name__)
        app.config.update({"MEDIA_ROOT": str(tmp_path), "VIDEO_MEDIA_PROCESSES": 0} | config)
        app.register_blueprint(blueprint)
        return app

    return make


def names(sent: Sent) -> list[str]:
    """Return the names that are linked: each reference is of one segment, and its text the name."""
    found = re.findall(r'<a href="([^"]*)">([^<]*)</a>', sent.body.decode())
    assert len(found) == sent.body.count(b"<a ")
    for reference, text in found:
        assert re.fullmatch(r"[A-Za-z0-9._~%-]+/?", reference)
        assert unquote(reference) == unescape(text)
    return [unescape(text) for _, text in found]


async def test_all_of_a_folder_in_batches(make: Make, tmp_path: Path) -> None:
    for number in range(1200):
        (tmp_path / f"{number}.mp4").touch()
        (tmp_path / f"folder {number}").mkdir()
    sent = await call(make(), "/videos/")
    assert (sent.status, sent.complete) == (200, True)
    assert names(sent) == [
        *(f"folder {number}/" for number in range(1200)),
        *(f"{number}.mp4" for number in range(1200)),
    ]
    assert len(sent.chunks) > 4
    assert max(map(len, sent.chunks)) < 50_000


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_is_short_has_a_length(make: Make, tmp_path: Path, method: str) -> None:
    """Else Uvicorn sends chunks over HTTP/1.0, and waitress the end of a body after a HEAD."""
    (tmp_path / "clip.mp4").touch()
    sent = await call(make(), "/videos/", method)
    whole = await call(make(), "/videos/")
    assert (sent.status, sent["Content-Length"]) == (200, str(len(whole.body)))
    assert names(whole) == ["clip.mp4"]


@pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
async def test_who_gets_it(make: Make, tmp_path: Path, accept: str | None) -> None:
    (tmp_path / "http it's: 1%.mp4").touch()
    sent = await call(make(), "/videos/", headers={"Accept": accept} if accept else None)
    assert names(sent) == ["http it's: 1%.mp4"]
    assert (sent["vary"], sent["cache-control"]) == ("Accept", "no-cache")
    head = await call(make(), "/videos/", "HEAD")
    assert (head.status, head.body) == (200, b"")


async def test_a_browser_gets_the_page(make: Make) -> None:
    sent = await call(make(), "/videos/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert b"qv-toolbar" in sent.body
    assert sent["vary"] == "Accept, Accept-Language"


async def test_what_may_not_be_seen_is_left_out(make: Make, tmp_path: Path) -> None:
    for name in ("a.mp4", "secret.mp4", "secret/b.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    async def authorize(_: Request, resource: Resource) -> Access:
        return Access.HIDE if "secret" in resource.path else Access.ALLOW

    app = make(VideoBlueprint(authorize=authorize))
    assert names(await call(app, "/videos/")) == ["a.mp4"]
    assert (await call(app, "/videos/secret/")).status == 404


async def test_signed_addresses_are_told_rather_than_an_empty_folder(make: Make) -> None:
    sent = await call(make(SECRET_KEY="s" * 32, VIDEO_SIGNED_URLS=True), "/videos/")
    assert sent.status == 403
    assert b"/videos/-/playlist.m3u" in sent.body


async def test_a_folder_that_is_still_read(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short index would have a copy of the rest deleted."""

    async def page(*_: object) -> None:
        raise Unavailable("it is still being read", retry_after=5)

    (tmp_path / "a.mp4").touch()
    monkeypatch.setattr(guard.LibraryAccess, "_read_page", page)
    sent = await call(make(), "/videos/")
    assert (sent.status, sent["retry-after"]) == (503, "5")


async def test_a_name_with_a_colon_as_rclone_asks_for_it(make: Make, tmp_path: Path) -> None:
    (tmp_path / "Film: 1.mp4").touch()
    sent = await call(make(), "/videos/./Film: 1.mp4", query="x=1")
    assert (sent.status, sent["location"]) == (308, "/videos/Film:%201.mp4?x=1")
    assert (await call(make(), "/videos/.//host/a.mp4")).status == 404
