"""A server under load to which things happen: its processes, its visitors, and what goes wrong."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.e2e.harness import wait_until
from tests.support.swift import REPLICAS, SwiftBox

PATIENCE = 120.0
"""Seconds in which all has to be well again after one thing went wrong, on a busy machine."""


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    role: str
    command: str


def processes(server: int) -> list[Process]:
    """Return all processes below a server, with what each of them is for."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with suppress(OSError):
                stat = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
                if stat[0] != "Z":
                    parents[int(entry)] = int(stat[1])
                    command = Path(f"/proc/{entry}/cmdline").read_bytes()
                    commands[int(entry)] = command.decode(errors="replace")
    found: list[Process] = []
    above = {server: ""}
    while above:
        below = {pid: above[parent] for pid, parent in parents.items() if parent in above}
        roles = {pid: _role(commands[pid], role) for pid, role in below.items()}
        found += [Process(pid, parents[pid], role, commands[pid]) for pid, role in roles.items()]
        above = roles
    return found


def _role(command: str, above: str) -> str:
    if "resource_tracker" in command:
        return "resource tracker"
    if "spawn_main" in command:
        return "worker"
    if "watch_process" in command:
        return "watcher"
    if "fork_server" in command:
        return "media child" if above == "fork server" else "fork server"
    return "other"


@dataclass
class Visitors:
    """Clients of all kinds, who note what they see.

    :param contents: bytes of the files that are streamed, by path.
    """

    port: int
    contents: dict[str, bytes]
    clips: list[str]
    base: str = ""
    """Where the library is mounted."""
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """What nobody may ever see."""
    kills: list[float] = field(default_factory=list)
    """When a worker was killed, or a store that it was reading from."""
    _end: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def ask(self, path: str, **fields: str) -> tuple[int, bytes]:
        """Return status and body.

        :raises OSError: nobody answers, or the answer ends early.
        """
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", self.base + path, headers=fields)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except HTTPException as error:
            raise ConnectionError(f"cut: {error!r}") from error
        finally:
            connection.close()

    def date(self) -> float | None:
        """Return the time that the server says it is; ``None``: it says nothing for now."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        with suppress(OSError, HTTPException), closing(connection):
            connection.request("HEAD", f"{self.base}/")
            field = connection.getresponse().headers["Date"]
            return None if field is None else parsedate_to_datetime(field).timestamp()
        return None

    def json(self, path: str) -> Any:
        """Return what an address answers; ``None``: an error, or nothing, for now."""
        with suppress(OSError):
            status, body = self.ask(path)
            if status == 200:
                return json.loads(body)
        return None

    def start(self, seed: int) -> None:
        for number, act in enumerate(
            [self._stream, self._play, self._play, self._list, self._poster]
        ):
            chance = random.Random(f"{seed} {number}")
            thread = threading.Thread(target=self._visit, args=(act, chance), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join(90)
            assert not thread.is_alive(), "a visitor hangs"

    def _visit(self, act: Callable[[random.Random], str], chance: random.Random) -> None:
        while not self._end.is_set():
            began = time.monotonic()
            try:
                told = act(chance)
            except OSError as error:
                told = self._cut(act.__name__, began, error)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is to be told
                self.wrong.append(f"{act.__name__}: {error!r}")
                return
            self.seen[told] += 1
            if time.monotonic() - began > 30:
                self.wrong.append(f"{act.__name__} took {time.monotonic() - began:.0f} s: {told}")
            self._end.wait(0.05)

    def _cut(self, what: str, began: float, problem: object = "") -> str:
        """Note an answer that was not whole, which is right where a worker was killed alone."""
        if not any(began - 1 < moment for moment in self.kills):
            self.wrong.append(f"{what} was cut, and no worker was killed: {problem!r}")
        return "cut"

    def _stream(self, chance: random.Random) -> str:
        path = chance.choice([*self.contents])
        data = self.contents[path]
        start = chance.randrange(len(data))
        stop = min(len(data), start + int(2 ** chance.uniform(0, 23)))
        fields = {"Range": f"bytes={start}-{stop - 1}"} if chance.random() < 0.8 else {}
        if not fields:
            start, stop = 0, len(data)
        status, body = self.ask(f"/{quote(path)}", **fields)
        if status in {200, 206} and body != data[start:stop]:
            self.wrong.append(f"{path} {fields}: {len(body)} bytes that are others")
        return self._told("stream", status, {200, 206, 404, 503})

    def _play(self, chance: random.Random) -> str:
        """Take a file as slowly as a player does, so that what happens comes in the middle."""
        path = chance.choice([*self.contents])
        began = time.monotonic()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", f"{self.base}/{quote(path)}")
            answer = connection.getresponse()
            if answer.status != 200:
                answer.read()
                return self._told("play", answer.status, {404, 503})
            taken = b""
            with suppress(HTTPException):
                while piece := answer.read(1 << 18):
                    taken += piece
                    time.sleep(0.05)
        finally:
            connection.close()
        data = self.contents[path]
        if not data.startswith(taken):
            self.wrong.append(f"{path}: {len(taken)} bytes that are others")
        return "play 200" if len(taken) == len(data) else self._cut(f"play {path}", began)

    def _list(self, chance: random.Random) -> str:
        query = chance.choice(["", "?recursive=true&limit=500", "?q=clip", "?folder=folder%201"])
        status, body = self.ask(f"/-/api/videos{query}")
        if status == 200:
            json.loads(body)
        return self._told("list", status, {200, 404, 503})

    def _poster(self, chance: random.Random) -> str:
        status, _ = self.ask(f"/-/poster/{quote(chance.choice(self.clips))}")
        return self._told("poster", status, {200, 404, 503})

    def _told(self, what: str, status: int, allowed: set[int]) -> str:
        if status not in allowed:
            self.wrong.append(f"{what}: {status}")
        return f"{what} {status}"


@dataclass
class Site:
    """What the faults are done to."""

    server: subprocess.Popen[bytes]
    media: Path
    cache: Path
    clip: bytes
    visitors: Visitors
    is_small: bool
    """Whether the cache is on a small disk of its own."""
    clock: Path | None = None
    """Says by how much the clock of the server is wrong."""
    store: SwiftBox | None = None
    """Where the media are; ``None``: in a folder."""
    number: int = 0
    trouble: str | None = None
    """What was wrong when it was last looked at."""

    def pids(self, role: str) -> list[int]:
        return [each.pid for each in processes(self.server.pid) if each.role == role]

    def kill(self, chance: random.Random, role: str) -> bool:
        """Kill one process; say whether there is one."""
        found = self.pids(role)
        if found:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(found), signal.SIGKILL)
        return bool(found)

    def new_clip(self) -> str:
        """Put a new video there, of which nothing is known, and return its path."""
        self.number += 1
        name = f"new/clip {self.number}.mp4"
        # What is behind the last box changes nothing but what it is known by.
        (self.media / name).write_bytes(self.clip + b"\0\0\0\x0cfree" + self.number.to_bytes(4))
        return name

    def has_poster(self, path: str) -> bool:
        """Say whether there is a real picture, and not the transparent one in its place."""
        with suppress(OSError):
            status, body = self.visitors.ask(f"/-/poster/{quote(path)}", Accept="image/webp")
            return status == 200 and len(body) > 400
        return False

    def listed(self) -> set[str]:
        """Return what a recursive listing shows; nothing while it says that it is behind."""
        found = self.visitors.json("/-/api/videos?recursive=true&limit=500")
        if not found or found["scanning"]:
            return set()
        return {each["path"] for each in found["videos"]}

    def there(self) -> set[str]:
        if self.store is not None:
            return {*self.visitors.contents}
        return {str(path.relative_to(self.media)) for path in self.media.rglob("*.mp4")}

    def is_well(self) -> bool:
        """Say whether all is listed, all processes are there, and nothing is in trouble."""
        self.trouble = self._trouble()
        return self.trouble is None

    def _trouble(self) -> str | None:
        if len(self.pids("worker")) != 2:
            return "a worker is missing"
        for _ in range(8):  # by either worker
            health = self.visitors.json("/-/health?verbose")
            if health is None:
                return "it is not healthy"
            for each in health["background"]:
                if each["trouble"]:
                    return f"{each['name']}: trouble"
            if self.listed() != self.there():
                return "not all is listed"
        return None


Fault = Callable[[Site, random.Random], Callable[[], bool]]
"""Has something go wrong, and returns what says whether that is over."""


def kill_worker(site: Site, chance: random.Random) -> Callable[[], bool]:
    """Kill one of the two processes that serve."""
    before = set(site.pids("worker"))
    site.visitors.kills.append(time.monotonic())
    assert site.kill(chance, "worker")
    return lambda: len(site.pids("worker")) == 2 and set(site.pids("worker")) != before


def kill_media_child(site: Site, chance: random.Random) -> Callable[[], bool]:
    """Kill the process that looks into a new video, as the kernel does that has no memory."""
    path = site.new_clip()
    stop = time.monotonic() + 10
    while time.monotonic() < stop:
        with suppress(OSError):
            site.visitors.ask(f"/-/poster/{quote(path)}")
        if site.kill(chance, "media child"):
            break
    return lambda: site.has_poster(path)


def kill_fork_server(site: Site, chance: random.Random) -> Callable[[], bool]:
    """Kill the process that has such children."""
    site.kill(chance, "fork server")
    path = site.new_clip()
    return lambda: site.has_poster(path)


def kill_watcher(site: Site, chance: random.Random) -> Callable[[], bool]:
    """Kill the process that is told of changes."""
    before = set(site.pids("watcher"))
    site.kill(chance, "watcher")
    return lambda: bool(set(site.pids("watcher")) - before)


def fill_disk(site: Site, chance: random.Random) -> Callable[[], bool]:
    """Fill the disk of the cache for some seconds, while new videos come."""
    filler = site.cache / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    for _ in range(20):
        site.new_clip()
    time.sleep(chance.uniform(3, 8))
    filler.unlink()
    path = site.new_clip()
    return lambda: site.has_poster(path)


def delete_cache(site: Site, _: random.Random) -> Callable[[], bool]:
    """Delete all that is in VIDEO_CACHE."""
    for entry in site.cache.iterdir():
        shutil.rmtree(entry, ignore_errors=True)
    return lambda: any(site.cache.rglob("*.sqlite3"))


def rename_folder(site: Site, chance: random.Random) -> Callable[[], bool]:
    """Rename a folder, and have it back under its name a while after."""
    folder = site.media / chance.choice(["folder 1", "folder 2"])
    other = folder.with_name(f"{folder.name} elsewhere")
    folder.rename(other)
    time.sleep(chance.uniform(0, 4))
    other.rename(folder)
    return lambda: True


def lock_index(site: Site, chance: random.Random) -> Callable[[], bool]:
    """Lock the index from another process, for longer than one waits for it."""
    files = [*site.cache.rglob("*.sqlite3")]
    if files:
        with suppress(sqlite3.Error), closing(sqlite3.connect(max(files))) as connection:
            connection.isolation_level = None
            connection.execute("BEGIN IMMEDIATE")
            (site.media / f"folder 1/locked {site.number}.mp4").touch()
            time.sleep(chance.uniform(5, 9))
    return lambda: True


def turn_times(site: Site, chance: random.Random) -> Callable[[], bool]:
    """Have files from the future, and from before there were any."""
    for path in chance.sample(sorted(site.media.rglob("clip*.mp4")), 3):
        moment = chance.choice([0, 2**31 + 5, time.time() + 86_400])
        os.utime(path, (moment, moment))
        os.utime(path.parent, (moment, moment))
    return lambda: True


def jump_clock(site: Site, chance: random.Random) -> Callable[[], bool]:
    """Have the clock of the server jump, and jump back a while after, as new videos come."""
    days = chance.choice([-400, -1, 1, 30, 4000])
    _set_clock(site, days * 86_400 + chance.randrange(3600))
    path = site.new_clip()
    until = time.monotonic() + chance.uniform(2, 6)
    while time.monotonic() < until and not site.has_poster(path):
        time.sleep(0.1)
    _set_clock(site, 0)
    path = site.new_clip()
    return lambda: site.has_poster(path)


def _set_clock(site: Site, shift: int) -> None:
    """Have the clock of the server wrong by so many seconds, and see that it is."""
    assert site.clock is not None
    with site.clock.open("r+b", buffering=0) as file:
        file.write(struct.pack("=q", shift))  # in one piece, as the server has it in memory
    wait_until(lambda: _has_jumped(site, shift), PATIENCE, "the clock has jumped")


def _has_jumped(site: Site, shift: int) -> bool:
    """Say whether both workers write a date that is wrong by so many seconds, but for a minute."""
    dates = [site.visitors.date() for _ in range(8)]
    return all(date and abs(date - time.time() - shift) < 60 for date in dates)


def kill_replica(site: Site, chance: random.Random) -> Callable[[], bool]:
    """Kill one of the servers that have the bytes, and have it come back a while after."""
    assert site.store is not None
    name = chance.choice(REPLICAS)
    site.store.kill(name)
    time.sleep(chance.uniform(2, 6))
    site.store.start(name)
    return lambda: True


def cut_off_store(site: Site, chance: random.Random) -> Callable[[], bool]:
    """Kill the server by which the store is asked, and have it come back a while after."""
    assert site.store is not None
    site.visitors.kills.append(time.monotonic())
    site.store.kill("proxy")
    time.sleep(chance.uniform(2, 6))
    site.store.start("proxy")
    site.visitors.kills.append(time.monotonic())
    return lambda: True


FAULTS_OF_STORES: list[Fault] = [kill_worker, kill_replica, cut_off_store]
FAULTS: list[Fault] = [
    kill_worker,
    kill_media_child,
    kill_fork_server,
    kill_watcher,
    fill_disk,
    delete_cache,
    rename_folder,
    lock_index,
    turn_times,
    jump_clock,
]
