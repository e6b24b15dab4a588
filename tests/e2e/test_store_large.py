"""A bucket with very many videos: found in the background, while the app answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import Server, wait_until
from tests.e2e.stored import get, store_environment
from tests.support.lister import Lister
from tests.support.swift import SwiftBox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

IN_ONE = 50
FOLDERS = 2000
BUCKET = "large"
EVERYTHING = "recursive=true&limit=1"


def key(number: int) -> str:
    return f"Series {number // IN_ONE:04d}/Episode {number % IN_ONE:02d}.mp4"


def ask(server: Server, query: str) -> Any:
    reply = get(server, f"/videos/-/api/videos?{query}")
    assert reply.status == 200
    return json.loads(reply.body)


def wait_for_total(server: Server, query: str, total: int) -> None:
    def complete() -> bool:
        listing = ask(server, query)
        return not listing["scanning"] and listing["total"] == total

    wait_until(complete, 100, f"{total} videos are known")


@pytest.fixture
def lister() -> Iterator[Lister]:
    lister = Lister(map(key, range(IN_ONE * FOLDERS)))
    yield lister
    lister.close()


def test_a_hundred_thousand(lister: Lister, tmp_path: Path) -> None:
    environment = {
        "QUART_MEDIA_ROOT": "s3://many",
        "QUART_VIDEO_STORE_OPTIONS": json.dumps(lister.options()),
        "QUART_VIDEO_STORE_REFRESH": "0.5",
    }
    server = Server("uvicorn", tmp_path, tmp_path, environment)
    try:
        before = server.memory()
        # Whoever comes while the bucket is looked through is told so, and a folder is complete.
        assert ask(server, EVERYTHING)["scanning"]
        assert ask(server, "folder=Series%201999&limit=100")["total"] == IN_ONE
        wait_for_total(server, EVERYTHING, IN_ONE * FOLDERS)
        assert (
            lister.asked < 2 * FOLDERS * IN_ONE // 1000
        )  # a thousand at a time, and not by folder
        assert server.memory() - before < 60_000_000
        lister.add("Series 1000/new.mp4")
        lister.remove(key(0))
        wait_for_total(server, f"{EVERYTHING}&q=new", 1)
        wait_for_total(server, EVERYTHING, IN_ONE * FOLDERS)
    finally:
        server.stop()


def test_some_thousand_of_a_real_store(store: SwiftBox, tmp_path: Path) -> None:
    total = 2050  # three pages
    store.make_bucket(BUCKET)
    with ThreadPoolExecutor(8) as pool:
        for put in [pool.submit(store.put, BUCKET, key(n), b"video") for n in range(total)]:
            put.result()
    server = Server("uvicorn", tmp_path, tmp_path, store_environment(store, BUCKET, store.port))
    try:
        wait_for_total(server, EVERYTHING, total)
        folders = ask(server, "folder=&limit=200")["folders"]
        assert [folder["name"] for folder in folders] == [f"Series {n:04d}" for n in range(41)]
        store.put(BUCKET, "Series 0040/new.mp4", b"new")
        store.remove(BUCKET, key(1030))
        wait_for_total(server, f"{EVERYTHING}&q=new", 1)
        wait_for_total(server, EVERYTHING, total)
    finally:
        server.stop()
