"""What is text is no video in an object store, either, and is not looked into all the time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from quart_video.storage.base import NotFound, Unavailable
from quart_video.storage.object_store.client import Body, Bucket
from quart_video.storage.object_store.storage import ObjectStorage
from quart_video.storage.object_store.url import Location
from tests.support.swift import SwiftBox

SOURCE = b'import { x } from "./x";\nexport const name = "\xc3\xa9t\xc3\xa9";\n'
PACKET = b"G\x40\x00\x10\x00" + b"\xff" * 183
BY_CHANCE = b"// " + b"x" * 185  # as long as a packet
FILES = {
    "a/config.ts": SOURCE,
    "a/module.MTS": SOURCE * 100,
    "a/segment.ts": PACKET,
    "a/cut.ts": PACKET[50:] + PACKET * 9 + PACKET[:71],
    "a/begun.ts": b"",
    "a/plain.mp4": SOURCE,
    "a/chance.ts": BY_CHANCE,
}
TEXTS = {"a/config.ts", "a/module.MTS"}
BUCKET = "sources"


@pytest.fixture(scope="module")
def box(store: SwiftBox) -> SwiftBox:
    store.make_bucket(BUCKET)
    for path, data in FILES.items():
        store.put(BUCKET, path, data)
    return store


class Asked:
    """How often the bytes of an object were asked for."""

    def __init__(self, bucket: Bucket) -> None:
        self.keys: list[str] = []
        self.fails = False
        self._real = bucket.receive

    async def __call__(self, key: str, *arguments: Any, **options: Any) -> Body:
        self.keys.append(key)
        if self.fails:
            raise Unavailable("for now")
        return await self._real(key, *arguments, **options)


Make = Callable[..., tuple[ObjectStorage, Asked]]


@pytest.fixture
async def make(box: SwiftBox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Make]:
    made = []

    def make(*streams: str) -> tuple[ObjectStorage, Asked]:
        bucket = Bucket(Location("s3", BUCKET), box.options(), connections=10, timeout=10)
        asked = Asked(bucket)
        monkeypatch.setattr(bucket, "receive", asked)
        storage = ObjectStorage(bucket, streams=streams)
        made.append(storage)
        return storage, asked

    yield make
    for storage in made:
        await storage.aclose()


async def listed(storage: ObjectStorage, how: str) -> set[str]:
    if how == "list":
        return {entry.path for entry in await storage.list("a")}
    found = [entry async for _, entries in storage.walk() for entry in entries]
    return {entry.path for entry in found if entry.facts is not None}


@pytest.mark.parametrize("how", ["list", "walk"])
async def test_listings(make: Make, how: str) -> None:
    storage, asked = make(".ts", ".mts")
    for _ in range(3):
        assert await listed(storage, how) == {*FILES} - TEXTS
    # Not of a segment, which there may be thousands of, and of each but once.
    assert sorted(asked.keys) == ["a/config.ts", "a/cut.ts", "a/module.MTS"]
    with pytest.raises(NotFound):
        await storage.open("a/chance.ts")
    assert await listed(storage, how) == {*FILES} - TEXTS - {"a/chance.ts"}


@pytest.mark.parametrize("first", [None, 0, 7])
async def test_whoever_asks_for_it(make: Make, first: int | None) -> None:
    storage, asked = make(".ts", ".mts")
    likely = range(first, first + 1) if first is not None else None
    for path in FILES:
        if path in TEXTS or path == "a/chance.ts":
            for _ in range(2):
                with pytest.raises(NotFound):
                    await storage.open(path, lambda: likely)
                with pytest.raises(NotFound):
                    await storage.stat(path)
        else:
            (await storage.open(path, lambda: likely)).close()
            assert (await storage.stat(path)).facts is not None
    looks = [key for key in asked.keys if key == "a/config.ts"]
    assert len(looks) == (1 if likely is None else 3)


async def test_other_extensions_may_hold_text(make: Make) -> None:
    storage, asked = make()
    assert await listed(storage, "list") == {*FILES}
    (await storage.open("a/config.ts")).close()
    assert asked.keys == []


async def test_what_cannot_be_looked_into_now_is_shown(make: Make) -> None:
    storage, asked = make(".ts", ".mts")
    asked.fails = True
    assert await listed(storage, "list") == {*FILES}
    asked.fails = False
    assert await listed(storage, "list") == {*FILES} - TEXTS
