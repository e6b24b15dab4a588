"""The index of a library, under servers that share it, die, and find it in pieces."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.e2e.harness import Server, wait_until

FOLDERS, EACH = 60, 50
ALL = FOLDERS * EACH

Start = Callable[[], Server]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    root = tmp_path / "library"
    for number in range(FOLDERS):
        folder = root / f"Series {number % 7}" / f"Season {number}"
        folder.mkdir(parents=True)
        for episode in range(EACH):
            (folder / f"Episode {episode}.mp4").touch()
    return root


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def start(library: Path, cache: Path, tmp_path: Path) -> Iterator[Start]:
    """Start servers of the library, which share an index."""
    servers: list[Server] = []

    def start() -> Server:
        folder = tmp_path / str(len(servers))
        folder.mkdir()
        servers.append(Server("uvicorn", library, folder, {"QUART_VIDEO_CACHE": str(cache)}))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
        server.expect_quiet()


def ask(server: Server, **query: object) -> Any:
    client = server.connect_h1()
    try:
        reply = client.request("GET", f"/videos/-/api/videos?{urlencode(query)}")
        assert reply.status == 200, reply.body
        return json.loads(reply.body)
    finally:
        client.close()


def kill(server: Server) -> None:
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(8)


def has_all(server: Server, total: int = ALL) -> bool:
    listing = ask(server, recursive="1", limit=1)
    return not listing["scanning"] and listing["total"] == total


def files(cache: Path) -> list[Path]:
    return sorted(cache.rglob("*.sqlite3"))


@pytest.mark.slow
def test_two_at_once(start: Start, cache: Path) -> None:
    one, other = start(), start()
    for server in (one, other):
        # A folder is complete from the first, however far the scan has come.
        assert ask(server, folder="Series 3/Season 3")["total"] == EACH
    for server in (one, other):
        wait_until(partial(has_all, server), 20, "the library is scanned")
    assert len(files(cache)) == 1
    kill(one)
    (one.root / "Series 0" / "Season 0" / "New.mp4").touch()
    assert ask(other, folder="Series 0/Season 0")["total"] in {EACH, EACH + 1}
    (one.root / "New" / "below").mkdir(parents=True)
    (one.root / "New" / "below" / "New.mp4").touch()
    wait_until(lambda: has_all(other, ALL + 2), 20, "the other one goes on")


@pytest.mark.slow
def test_a_killed_scan_goes_on(start: Start) -> None:
    for _ in range(3):
        server = start()
        ask(server, folder="Series 1")
        kill(server)
    server = start()
    wait_until(lambda: has_all(server), 20, "the library is scanned")
    assert ask(server, q="episode 49", recursive="1")["total"] == FOLDERS + EACH - 1


@pytest.mark.slow
def test_a_restart_answers_at_once(start: Start, library: Path) -> None:
    server = start()
    wait_until(lambda: has_all(server), 20, "the library is scanned")
    server.stop()
    shutil.rmtree(library / "Series 2")
    (library / "Series 1" / "Season 1" / "Episode 50.mp4").touch()
    server = start()
    listing = ask(server, recursive="1", limit=1)
    assert not listing["scanning"]
    assert ALL / 2 < listing["total"] <= ALL + 1
    assert ask(server, folder="Series 1/Season 1")["total"] == EACH + 1
    gone = len([number for number in range(FOLDERS) if number % 7 == 2]) * EACH
    wait_until(lambda: has_all(server, ALL + 1 - gone), 20, "what has changed meanwhile is seen")


def test_what_changes_is_seen(start: Start, library: Path) -> None:
    server = start()
    wait_until(lambda: has_all(server), 20, "the library is scanned")
    season = library / "Series 1" / "Season 1"
    (season / "Episode 0.mp4").unlink()
    (season / "Episode 1.mp4").rename(season / "Pilot.mp4")
    (season / "Episode 2.mp4").write_bytes(b"grown")
    (library / "Series 1").rename(library / "Other")

    def shown() -> dict[str, int]:
        listing = ask(server, folder="Other/Season 1")
        return {video["name"]: video["size"] for video in listing["videos"]}

    def is_right() -> bool:
        sizes = shown()
        return sizes.get("Pilot.mp4") == 0 and sizes.get("Episode 2.mp4") == 5 and len(sizes) == 49

    wait_until(is_right, 30, "the folder is right")
    wait_until(lambda: has_all(server, ALL - 1), 20, "all is right")
    assert [folder["name"] for folder in ask(server)["folders"]][:2] == ["Other", "Series 0"]
    assert ask(server, q="pilot", recursive="1")["videos"][0]["folder"] == "Other/Season 1"
    (season.parents[1] / "Other" / "Season 1" / "Episode 2.mp4").write_bytes(b"grown more")
    wait_until(lambda: shown()["Episode 2.mp4"] == 10, 30, "a file that grows is seen to")


@pytest.mark.parametrize("what", ["deleted", "broken", "the folder is a file"])
@pytest.mark.sample(1)
def test_the_index_may_go_at_any_time(start: Start, cache: Path, what: str) -> None:
    server = start()
    wait_until(lambda: has_all(server), 20, "the library is scanned")
    if what == "deleted":
        shutil.rmtree(cache)
    elif what == "broken":
        for file in cache.rglob("*.sqlite3*"):
            size = file.stat().st_size
            with file.open("r+b") as opened:
                opened.write(os.urandom(size))
    else:
        shutil.rmtree(cache)
        cache.touch()
    assert ask(server, folder="Series 3/Season 3")["total"] == EACH
    wait_until(lambda: has_all(server), 20, "the library is scanned again")
    assert ask(server, q="season 3 episode 7", recursive="1")["total"]
    if what == "the folder is a file":
        server.log_with("VIDEO_CACHE")


@pytest.mark.slow
def test_a_broken_index_is_made_anew_at_the_start(start: Start, cache: Path) -> None:
    server = start()
    wait_until(lambda: has_all(server), 20, "the library is scanned")
    server.stop()
    (file,) = files(cache)
    file.write_bytes(b"no database" * 1000)
    server = start()
    assert ask(server, folder="Series 3/Season 3")["total"] == EACH
    wait_until(lambda: has_all(server), 20, "the library is scanned again")
    assert server.new_log().count("made anew") == 1
    assert len(files(cache)) == 1


@pytest.mark.slow
def test_no_place_for_an_index(start: Start, cache: Path) -> None:
    cache.touch()
    server = start()
    wait_until(lambda: has_all(server), 20, "the library is scanned")
    log = server.new_log()
    assert 1 <= log.count("The index of videos cannot be kept") <= 4  # once for each mount
    assert str(cache) in log


HOSTILE = [
    *('"', "'", "*", "(", ")", "a OR b", "NOT", "NEAR(a b)", "^a", "a^", "-a", "+a", ":", "a:b"),
    *("{a}: b", "\0", "\x1a", "%00", "' OR 1=1 --", '"; DROP TABLE video; --', "\\", "/", "../.."),
    *("\ufffd", "\u202e", "\u0301" * 2000, "a " * 3000, "a" * 20_000, "😀", "?" * 500, "1" * 5000),
]


@pytest.mark.slow
def test_hostile_searches(start: Start) -> None:
    server = start()
    wait_until(lambda: has_all(server), 20, "the library is scanned")
    client = server.connect_h1()
    for text in HOSTILE:
        for name in ("q", "type", "cursor", "folder", "min_duration"):
            for target in ("/videos/-/api/videos", "/videos/"):
                value = quote(text, safe="")
                reply = client.request("GET", f"{target}?recursive=1&{name}={value}")
                # What is longer than any name could be is refused, with words.
                refused = {400, 404} if name not in {"q", "type"} or len(text) > 255 else set()
                assert reply.status in {200, *refused}, text
    client.close()
    assert has_all(server)
