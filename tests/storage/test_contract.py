"""What every storage does alike: a folder of this machine, one in memory, a bucket."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from quart_video.storage.base import BadName, Changed, Entry, NotFound, Storage, Unavailable, Walker
from quart_video.storage.local.storage import LocalStorage
from quart_video.storage.memory import MemoryStorage
from quart_video.storage.object_store.client import Bucket
from quart_video.storage.object_store.storage import ObjectStorage
from quart_video.storage.object_store.url import Location
from tests.storage.reading import BAD_NAMES, read
from tests.support.azurite import ACCOUNT, Azurite
from tests.support.gcs import FakeGCS
from tests.support.swift import SwiftBox

LARGE = bytes(range(251)) * 15_000
"""More than any storage hands over at once."""


@dataclass
class Kept:
    """A storage, and how to change what is in it from outside."""

    storage: Storage
    put: Callable[[str, bytes], Awaitable[None]]
    remove: Callable[[str], Awaitable[None]]


async def _local(tmp_path: Path) -> AsyncIterator[Kept]:
    root = tmp_path / "root"
    root.mkdir()

    async def put(path: str, data: bytes) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        new = tmp_path / str(uuid.uuid4())
        new.write_bytes(data)
        new.replace(root / path)

    async def remove(path: str) -> None:
        (root / path).unlink()

    storage = LocalStorage(str(root), threads=2, reserved=("-",))
    yield Kept(storage, put, remove)
    await storage.aclose()


async def _memory() -> AsyncIterator[Kept]:
    storage = MemoryStorage()

    async def put(path: str, data: bytes) -> None:
        storage.put(path, data)

    async def remove(path: str) -> None:
        storage.remove(path)

    yield Kept(storage, put, remove)


async def _object(
    box: SwiftBox | Azurite | FakeGCS, location: Location, options: dict[str, str]
) -> AsyncIterator[Kept]:
    async def put(path: str, data: bytes) -> None:
        await asyncio.to_thread(box.put, BUCKET, f"{location.prefix}/{path}", data)

    async def remove(path: str) -> None:
        await asyncio.to_thread(box.remove, BUCKET, f"{location.prefix}/{path}")

    storage = ObjectStorage(Bucket(location, options, connections=20, timeout=10), reserved=("-",))
    yield Kept(storage, put, remove)
    await storage.aclose()


def _swift(box: SwiftBox, prefix: str) -> AsyncIterator[Kept]:
    return _object(box, Location("s3", BUCKET, prefix), box.options())


def _azure(box: Azurite, prefix: str) -> AsyncIterator[Kept]:
    return _object(box, Location("az", BUCKET, prefix, ACCOUNT), box.options())


def _google(box: FakeGCS, prefix: str) -> AsyncIterator[Kept]:
    return _object(box, Location("gs", BUCKET, prefix), box.options())


BUCKET = "contract"
SHARED = "shared folder"


def _fill(box: SwiftBox | Azurite | FakeGCS) -> None:
    for path, data in FILES.items():
        box.put(BUCKET, f"{SHARED}/{path}", data)
    box.put(BUCKET, f"{SHARED}-secret/secret.mp4", b"secret")


@pytest.fixture(scope="session")
def bucket(store: SwiftBox) -> SwiftBox:
    """Return the store, with a bucket for all of these tests: to put an object takes a while."""
    store.make_bucket(BUCKET)
    _fill(store)
    return store


@pytest.fixture(scope="session")
def container(azure: Azurite) -> Azurite:
    """Return the other store, with the same in a container."""
    azure.make_container(BUCKET)
    _fill(azure)
    return azure


@pytest.fixture(scope="session")
def third(google: FakeGCS) -> FakeGCS:
    """Return the third, with the same in a bucket."""
    google.make_bucket(BUCKET)
    _fill(google)
    return google


KINDS = ("local", "memory", "swift", "azure", "google")


@pytest.fixture(params=KINDS)
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    """Return each storage, with nothing in it."""
    kinds: dict[str, Callable[[], AsyncIterator[Kept]]] = {
        "local": lambda: _local(tmp_path),
        "memory": _memory,
        "swift": lambda: _swift(request.getfixturevalue("bucket"), str(uuid.uuid4())),
        "azure": lambda: _azure(request.getfixturevalue("container"), str(uuid.uuid4())),
        "google": lambda: _google(request.getfixturevalue("third"), str(uuid.uuid4())),
    }
    async for kept in kinds[request.param]():
        yield kept


@pytest.fixture(params=KINDS)
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    """Return each storage, with the :data:`FILES` in it."""
    filled: dict[str, Callable[[], AsyncIterator[Kept]]] = {
        "swift": lambda: _swift(request.getfixturevalue("bucket"), SHARED),
        "azure": lambda: _azure(request.getfixturevalue("container"), SHARED),
        "google": lambda: _google(request.getfixturevalue("third"), SHARED),
    }
    if request.param in filled:
        async for kept in filled[request.param]():
            yield kept.storage
        return
    async for kept in _local(tmp_path) if request.param == "local" else _memory():
        for path, data in FILES.items():
            await kept.put(path, data)
        yield kept.storage


FILES = {
    "clip.mp4": b"clip",
    "empty.mp4": b"",
    "folder/deep/x.mp4": b"deep",
    "folder/large.mp4": LARGE,
    "folder/-/x.mp4": b"not in the root",
    "-/x.mp4": b"reserved",
    ".hidden.mp4": b"hidden",
    ".hidden/x.mp4": b"hidden",
}


async def paths(storage: Storage, folder: str) -> list[str]:
    return sorted(entry.path for entry in await storage.list(folder))


async def test_list(storage: Storage) -> None:
    entries = {entry.path: entry for entry in await storage.list("")}
    assert entries.keys() == {"clip.mp4", "empty.mp4", "folder"}
    assert entries["folder"] == Entry("folder")
    for path in ("clip.mp4", "empty.mp4"):
        assert entries[path] == await storage.stat(path)
    assert await paths(storage, "folder") == ["folder/-", "folder/deep", "folder/large.mp4"]
    assert await paths(storage, "folder/deep") == ["folder/deep/x.mp4"]


@pytest.mark.parametrize(
    "path", ["no", "clip.mp4", "fold", "folder/deep/x.mp4/", "..", ".", "/", ".hidden", "-"]
)
async def test_no_folder(storage: Storage, path: str) -> None:
    with pytest.raises(NotFound):
        await storage.list(path)


async def test_stat(storage: Storage) -> None:
    entry = await storage.stat("clip.mp4")
    assert entry.facts is not None
    assert entry.facts.size == 4
    assert entry.facts.modified_ns > 1_700_000_000 * 10**9
    assert entry.facts.version.isascii()
    assert entry.facts.version.isprintable()
    assert '"' not in entry.facts.version
    assert await storage.stat("folder") == Entry("folder")
    assert await storage.stat("folder/deep") == Entry("folder/deep")
    assert await storage.stat("") == Entry("")


async def test_fingerprint_of_what_stays_as_it_is(empty: Kept) -> None:
    await empty.put("folder/clip.mp4", b"clip")
    (before,) = await empty.storage.fingerprints(["folder"])
    assert await empty.storage.fingerprints(["folder", "folder"]) == [before, before]
    await empty.put("folder/new.mp4", b"new")
    assert before is None or await empty.storage.fingerprints(["folder"]) != [before]


async def test_study(storage: Storage) -> None:
    """Some of the first folders, each as it is listed, or with what is wrong with it."""

    def digest(folder: str, _: str | None, entries: Sequence[Entry]) -> dict[str, Sequence[Entry]]:
        return {folder: entries}

    ahead = ["", "folder", "no", "folder/deep"]
    while ahead:
        studied = await storage.study(ahead, digest)
        assert studied
        for folder, found in zip(ahead, studied, strict=False):
            if folder == "no":
                assert isinstance(found, NotFound)
            else:
                assert isinstance(found, dict)
                assert set(found[folder]) == set(await storage.list(folder))
        del ahead[: len(studied)]


@pytest.mark.parametrize("path", ["clip.mp4", "folder/deep/x.mp4", "folder/large.mp4", "empty.mp4"])
async def test_whole(storage: Storage, path: str) -> None:
    media = await storage.open(path)
    assert media.facts == (await storage.stat(path)).facts
    media.close()
    assert await read(storage, path) == FILES[path]


@pytest.mark.parametrize(
    ("start", "stop"),
    [(0, 1), (5, 5), (len(LARGE) - 1, len(LARGE)), (1_048_575, 1_048_577), (7, 3_000_000)],
)
async def test_range(storage: Storage, start: int, stop: int) -> None:
    assert await read(storage, "folder/large.mp4", start, stop) == LARGE[start:stop]


@pytest.mark.parametrize(
    "likely",
    [
        None,
        range(10, 20),
        range(20),
        range(10, 15),
        range(10, 2**62),
        range(len(LARGE), 2**62),
        range(len(LARGE), len(LARGE) + 1),
        range(2**62),
        range(2**40, 2**62),
    ],
    ids=str,
)
async def test_a_guess_changes_nothing(storage: Storage, likely: range | None) -> None:
    media = await storage.open("folder/large.mp4", lambda: likely)
    assert media.facts.size == len(LARGE)
    await media.ready(10, 20)
    assert b"".join([chunk async for chunk in media.chunks(10, 20)]) == LARGE[10:20]
    assert b"".join([chunk async for chunk in media.chunks(0, 5)]) == LARGE[:5]
    media.close()


async def test_a_guess_about_an_empty_file(storage: Storage) -> None:
    media = await storage.open("empty.mp4", lambda: range(2**62))
    assert media.facts.size == 0
    media.close()


async def test_many_at_once(storage: Storage) -> None:
    every = [read(storage, "folder/large.mp4", n, n + 2_000_000) for n in range(20)]
    assert await asyncio.gather(*every) == [LARGE[n : n + 2_000_000] for n in range(20)]


async def test_left_halfway(storage: Storage) -> None:
    media = await storage.open("folder/large.mp4")
    chunks = media.chunks(0, len(LARGE))
    first = await anext(aiter(chunks))
    assert LARGE.startswith(first)
    media.close()


@pytest.mark.parametrize("path", BAD_NAMES)
async def test_bad_name(storage: Storage, path: str) -> None:
    for ask in (storage.open, storage.stat, storage.list):
        with pytest.raises(BadName):
            await ask(path)


@pytest.mark.parametrize(
    "path",
    ["no.mp4", "clip.mp4/x.mp4", "folder", "folder/no.mp4", "", "-/x.mp4", "CLIP.mp4", "clip"],
)
async def test_not_found(storage: Storage, path: str) -> None:
    for likely in (None, range(10)):
        with pytest.raises(NotFound):
            await storage.open(path, lambda likely=likely: likely)  # type: ignore[misc]


async def test_reserved_only_in_the_root(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        assert "-" not in await paths(storage, "")
    assert await read(storage, "folder/-/x.mp4") == b"not in the root"
    with pytest.raises(NotFound):
        await storage.stat("-")
    assert [record.getMessage() for record in caplog.records] == [
        "Left out of the listing, rename it: '-' has a name that is kept for something else"
    ]


ODD = (
    "hash#tag.mp4",
    "question?.mp4",
    "100%.mp4",
    "%41.mp4",
    'quo"te.mp4',
    "a=1&b=2;c+d,e@f$g!h*i(j)k:l~m|n^o`p{q}[r].mp4",
    " lead.mp4",
    "-.mp4",
    "two..dots.mp4",
    "caf\u00e9.mp4",
    "cafe\u0301.mp4",
    "\U0001f3ac.mp4",
    "n" * 251 + ".mp4",
)


async def test_odd_names(empty: Kept) -> None:
    await asyncio.gather(*(empty.put(f"odd/{name}", name.encode()) for name in ODD))
    assert await paths(empty.storage, "odd") == sorted(f"odd/{name}" for name in ODD)
    for name in ODD:
        assert await read(empty.storage, f"odd/{name}") == name.encode()


async def test_what_no_path_can_name_is_left_out(
    empty: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    await empty.put("odd/back\\slash.mp4", b"odd")
    await empty.put("odd/good.mp4", b"good")
    with caplog.at_level(logging.WARNING, "quart_video"):
        for _ in range(2):
            found = await paths(empty.storage, "odd")
            if found == ["odd/back", "odd/good.mp4"]:
                pytest.skip("this store takes a backslash for a slash")
            assert found == ["odd/good.mp4"]
    (record,) = caplog.records
    assert "rename it" in record.getMessage()


async def test_another_version(empty: Kept) -> None:
    await empty.put("clip.mp4", b"clip")
    before = await empty.storage.stat("clip.mp4")
    assert await empty.storage.stat("clip.mp4") == before
    await empty.put("clip.mp4", b"calm")
    after = await empty.storage.stat("clip.mp4")
    assert before.facts is not None
    assert after.facts is not None
    assert before.facts.version != after.facts.version


@pytest.mark.parametrize("how", ["replaced", "removed"])
async def test_changed_after_it_was_opened(empty: Kept, how: str) -> None:
    """What was described is sent, or nothing."""
    await empty.put("clip.mp4", b"clip")
    media = await empty.storage.open("clip.mp4")
    await (empty.put("clip.mp4", b"calm") if how == "replaced" else empty.remove("clip.mp4"))
    try:
        await media.ready(0, 4)
        assert b"".join([chunk async for chunk in media.chunks(0, 4)]) == b"clip"
    except Changed:
        pass
    finally:
        media.close()


async def test_removed(empty: Kept) -> None:
    await empty.put("folder/clip.mp4", b"clip")
    await empty.put("folder/other.mp4", b"other")
    await empty.remove("folder/clip.mp4")
    assert await paths(empty.storage, "folder") == ["folder/other.mp4"]
    with pytest.raises(NotFound):
        await empty.storage.open("folder/clip.mp4")


async def test_the_root_may_be_empty(empty: Kept) -> None:
    assert await empty.storage.list("") == []
    assert await empty.storage.stat("") == Entry("")


async def test_walk(storage: Storage) -> None:
    """Where there is one, it finds what listing finds."""
    if not isinstance(storage, Walker):
        pytest.skip("has no need of it")
    walked = {folder: entries async for folder, entries in storage.walk()}
    assert list(walked)[-1] == ""
    assert walked.keys() == {"", "folder", "folder/-", "folder/deep"}
    for folder, entries in walked.items():
        listed = await storage.list(folder)
        assert sorted(entries, key=lambda e: e.path) == sorted(listed, key=lambda e: e.path)


async def test_check(storage: Storage) -> None:
    await storage.check()


async def test_closed(storage: Storage) -> None:
    media = await storage.open("clip.mp4")
    await storage.aclose()
    for ask in (storage.open, storage.stat, storage.list):
        with pytest.raises(Unavailable):
            await ask("folder")
    assert b"".join([chunk async for chunk in media.chunks(0, 4)]) == b"clip"
    media.close()
