"""Listings that are written once for all who ask for the same."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from quart import Quart, typing

from quart_video import Access, VideoBlueprint
from quart_video.catalogue import Page
from quart_video.library import listing_cache
from quart_video.library.listing_cache import CachedListing, ListingResponseCache
from quart_video.web import serializers

API = "/videos/-/api/videos"


def page(number: int) -> Page:
    return Page((), 0, None, (), {}, {}, (), number, 0, (), scanning=False, next_cursor=None)


def body(page: Page, size: int = 1) -> CachedListing:
    return CachedListing(page, b"x" * size, "application/json")


def test_another_page_with_the_same_key() -> None:
    kept, one, other = ListingResponseCache(), page(1), page(2)
    assert kept.get("a", one) is None
    kept.put("a", body(one))
    assert kept.get("a", one) == body(one)
    assert kept.get("a", other) is None
    kept.put("a", body(other))
    assert kept.get("a", one) is None
    assert kept.get("a", other) == body(other)


def test_the_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing_cache, "_MOST", 100_000)
    kept, one = ListingResponseCache(), page(1)
    for key in "ab":
        kept.put(key, body(one, 40_000))
    kept.put("b", body(one, 41_000))
    kept.get("a", one)
    kept.put("c", body(one, 40_000))
    assert [key for key in "abc" if kept.get(key, one)] == ["a", "c"]
    kept.put("d", body(one, 101_000))  # too big by itself: nothing goes for it
    assert [key for key in "abcd" if kept.get(key, one)] == ["a", "c"]


def test_small_ones_are_not_free() -> None:
    """Each keeps its page and its key: who asks for nothing, again and again, fills no memory."""
    kept, one = ListingResponseCache(), page(1)
    for key in range(10_000):
        kept.put(key, body(one, 100))
    assert sum(kept.get(key, one) is not None for key in range(10_000)) < 2000
    for key in range(100):
        kept.put(f"{key}{'q' * 60_000}", body(one, 100))
    found = (kept.get(f"{key}{'q' * 60_000}", one) for key in range(100))
    assert 10 < sum(each is not None for each in found) < 80


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Note which listings are described."""
    calls: list[Any] = []
    listing = serializers.listing

    def note(*arguments: Any) -> Any:
        calls.append(arguments)
        return listing(*arguments)

    monkeypatch.setattr(serializers, "listing", note)
    return calls


def client_of(root: Path, **options: Any) -> typing.TestClientProtocol:
    (root / "clip.mp4").write_bytes(b"clip")
    app = Quart(__name__)
    app.register_blueprint(VideoBlueprint(media_root=str(root), **options))
    return app.test_client()


async def test_the_same_again(tmp_path: Path, described: list[Any]) -> None:
    client = client_of(tmp_path)
    first, second = [await client.get(API) for _ in range(2)]
    assert len(described) == 1
    assert await first.get_json() == await second.get_json()
    assert first.headers == second.headers
    tag = {"If-None-Match": first.headers["ETag"]}
    assert (await client.get(API, headers=tag)).status_code == 304


async def test_other_questions_and_addresses(tmp_path: Path, described: list[Any]) -> None:
    client = client_of(tmp_path)
    await client.get(API)
    behind = await client.get(f"/behind{API}", root_path="/behind")
    (video,) = (await behind.get_json())["videos"]
    assert video["url"] == "/behind/videos/clip.mp4"
    none = await client.get(f"{API}?q=other")
    assert (await none.get_json())["videos"] == []
    assert len(described) == 3


async def test_what_has_changed(tmp_path: Path) -> None:
    client = client_of(tmp_path)
    await client.get(API)
    (tmp_path / "new.mp4").write_bytes(b"new")
    for _ in range(500):
        names = [each["name"] for each in (await (await client.get(API)).get_json())["videos"]]
        if names == ["clip.mp4", "new.mp4"]:
            return
        await asyncio.sleep(0.02)
    pytest.fail("it never shows")


@pytest.mark.parametrize("url", [API, "/videos/"])
async def test_a_tag_is_of_one_state(tmp_path: Path, url: str) -> None:
    client = client_of(tmp_path)
    page = {"Accept": "text/html"}
    first = await client.get(url, headers=page)
    assert first.headers["ETag"].startswith('"')  # a strong one
    tag = page | {"If-None-Match": first.headers["ETag"]}
    assert (await client.get(url, headers=tag)).status_code == 304
    (tmp_path / "new.mp4").write_bytes(b"new")
    for _ in range(500):
        again = await client.get(url, headers=tag)
        if again.status_code == 200:
            assert again.headers["ETag"] != first.headers["ETag"]
            assert b"new.mp4" in await again.get_data(as_text=False)
            return
        assert again.status_code == 304
        await asyncio.sleep(0.02)
    pytest.fail("it never shows")


async def test_what_is_for_one_alone(tmp_path: Path, described: list[Any]) -> None:
    async def authorize(*_: object) -> Access:
        return Access.ALLOW

    client = client_of(tmp_path, authorize=authorize)
    for _ in range(2):
        await client.get(API)
    assert len(described) == 2
