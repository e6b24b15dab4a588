"""Two workers that stream, list and make posters, to which one thing after another happens.

In the end every transfer that was finished was whole and right, nothing is left behind, and all has
recovered by itself. ``CHAOS_SECONDS`` says how long it goes on, ``CHAOS_SEED`` in which order, and
``CHAOS_FAULTS`` has the names of the only ones, with commas.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e import chaos
from tests.e2e.harness import wait_until
from tests.e2e.stored import store_environment
from tests.support.ports import free_port
from tests.support.preload import build
from tests.support.swift import SwiftBox

Films = Callable[[str], Path]
SECONDS = min(600.0, float(os.environ.get("CHAOS_SECONDS", "180")))
SEED = int(os.environ.get("CHAOS_SEED", "13"))
MAY_OPEN = 40
"""Descriptors of a worker: connections of visitors, of the index, and to what makes posters."""
FAULTS = [
    fault
    for fault in chaos.FAULTS
    if fault.__name__ in os.environ.get("CHAOS_FAULTS", fault.__name__).split(",")
]
MARK = "QUART_VIDEO_CHAOS"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(int(SECONDS) + 600),
    pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of processes"),
]


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Have a disk of 24 MiB there, if we may mount one; say whether we may."""
    folder.mkdir(mode=0o700)
    options = "size=24m,mode=700"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    is_mounted = (
        shutil.which("mount") is not None
        and os.geteuid() == 0
        and subprocess.run(command, check=False, capture_output=True).returncode == 0
    )
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)


@contextmanager
def site(folder: Path, films: Films) -> Iterator[chaos.Site]:
    chance = random.Random(SEED)
    clip = films("h264.mp4").read_bytes()
    media = folder / "media"
    contents = {}
    for name in ("folder 1", "folder 2", "deep/er/folder", "new", "steady"):
        (media / name).mkdir(parents=True)
        for number in range(3):
            path = f"{name}/clip {number}.mp4"
            (media / path).write_bytes(clip + b"\0\0\0\x0cfree" + chance.randbytes(4))
        contents[f"{name}/large.mp4"] = chance.randbytes(chance.randrange(1 << 23, 1 << 24))
        (media / f"{name}/large.mp4").write_bytes(contents[f"{name}/large.mp4"])
    port = free_port()
    clock = folder / "clock"
    clock.write_bytes(bytes(8))
    with small_disk(folder / "cache") as is_small, (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [
                *(sys.executable, "-c", "import quart_video.serve as serve; serve.main()"),
                *("serve", str(media), "--port", str(port), "--workers", "2"),
            ],
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("QUART_")},
                "QUART_VIDEO_CACHE": str(folder / "cache"),
                "QUART_VIDEO_MEDIA_PROCESSES": "1",
                "LD_PRELOAD": str(build(Path(__file__).with_name("clock.c"), folder)),
                "CLOCK_SHIFT": str(clock),
                MARK: str(folder),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        clips = [f"{each}/clip {n}.mp4" for each in ("folder 1", "steady") for n in range(3)]
        visitors = chaos.Visitors(port, contents, clips)
        with ended(server):
            yield chaos.Site(server, media, folder / "cache", clip, visitors, is_small, clock)


APP = """
from quart import Quart
from quart_video import video_bp
app = Quart(__name__)
app.config.from_prefixed_env()
app.register_blueprint(video_bp)
"""
BUCKET = "chaos"


@contextmanager
def stored_site(folder: Path, store: SwiftBox) -> Iterator[chaos.Site]:
    """The same with the media in a store."""
    chance = random.Random(SEED)
    store.make_bucket(BUCKET)
    contents = {f"folder {n % 2}/large {n}.mp4": chance.randbytes(6 << 20) for n in range(4)}
    for path, data in contents.items():
        store.put(BUCKET, path, data)
    (folder / "app.py").write_text(APP)
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--port", str(port), "--workers", "2", "app:app"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("QUART_")},
                **store_environment(store, BUCKET, store.port),
                "QUART_VIDEO_CACHE": str(folder / "cache"),
                "QUART_VIDEO_MEDIA_PROCESSES": "0",
                MARK: str(folder),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        visitors = chaos.Visitors(port, contents, [*contents], "/videos")
        cache = folder / "cache"
        with ended(server):
            yield chaos.Site(server, folder, cache, b"", visitors, is_small=False, store=store)


@contextmanager
def ended(server: subprocess.Popen[bytes]) -> Iterator[None]:
    """Have a server end at the end."""
    try:
        yield
    finally:
        server.terminate()
        try:
            server.wait(60)
        finally:
            server.kill()


def left_behind(folder: Path) -> list[str]:
    """Return the processes of the server that are there, whoever their parents are by now."""
    mark = f"{MARK}={folder}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                if mark in Path(f"/proc/{entry}/environ").read_bytes():
                    found.append(Path(f"/proc/{entry}/cmdline").read_text()[:200])
            except OSError:
                pass
    return found


def descriptors(server: chaos.Site) -> list[int]:
    return [len(os.listdir(f"/proc/{pid}/fd")) for pid in server.pids("worker")]


def fault_by_fault(it: chaos.Site, faults: list[chaos.Fault], seconds: float) -> None:
    """Have one thing after another happen, see that all is well after each, and tell of it."""
    chance = random.Random(SEED)
    took: defaultdict[str, list[float]] = defaultdict(list)
    saw: defaultdict[str, Counter[str]] = defaultdict(Counter)
    began = time.monotonic()
    order: list[chaos.Fault] = []
    while time.monotonic() < began + seconds:
        order = order or chance.sample(faults, len(faults))
        fault = order.pop()
        if fault is chaos.fill_disk and not it.is_small:
            continue
        name = fault.__name__.replace("_", " ")
        before = it.visitors.seen.copy()
        recovered = fault(it, chance)
        over = time.monotonic()
        wait_until(recovered, chaos.PATIENCE, f"after: {name}")
        reasons: Counter[str | None] = Counter()

        def is_well(reasons: Counter[str | None] = reasons) -> bool:
            reasons[it.trouble] += not it.is_well()
            return it.trouble is None

        wait_until(is_well, chaos.PATIENCE, f"all is well after: {name}")
        took[name].append(time.monotonic() - over)
        saw[name] += it.visitors.seen - before
        troubles = [each for each in reasons if each]
        tell(f"{over - began:6.1f} s  {name}: well after {took[name][-1]:.1f} s {troubles}")
        assert not it.visitors.wrong
        time.sleep(chance.uniform(0, 3))
    it.visitors.stop()
    assert not it.visitors.wrong
    tell(f"seed {SEED}; a visitor saw {dict(it.visitors.seen)}")
    for name, each in sorted(took.items()):
        bad = {k: v for k, v in saw[name].items() if " 2" not in k}
        tell(
            f"{name}: {len(each)} times, median {statistics.median(each):.1f} s, "
            f"at most {max(each):.1f} s; beside what was right: {bad}"
        )
    streams = it.visitors.seen["stream 206"] + it.visitors.seen["stream 200"]
    assert streams > seconds
    assert it.visitors.seen["play 200"] > seconds / 20


def test_chaos(tmp_path: Path, films: Films) -> None:
    with site(tmp_path, films) as it:
        wait_until(it.is_well, chaos.PATIENCE, "it is served")
        it.visitors.start(SEED)
        time.sleep(5)
        fresh = max(descriptors(it))
        fault_by_fault(it, FAULTS, SECONDS)
        log = (tmp_path / "log").read_text(errors="replace")
        tell(f"the index went to memory {log.count('until it can')} times")
        wait_until(lambda: max(descriptors(it)) <= fresh + MAY_OPEN, 60, "no descriptor leaks")
        wait_until(lambda: len(it.pids("media child")) == 0, 60, "no child goes on")
        wait_until(lambda: len(it.pids("other")) == 0, 60, "there is nothing else")
        roles = Counter(each.role for each in chaos.processes(it.server.pid))
        assert roles["worker"] == 2
        assert roles["watcher"] <= 2
        assert roles["fork server"] <= 4
        assert it.server.poll() is None
    wait_until(lambda: not left_behind(tmp_path), 60, "no process is left behind")
    assert "Traceback" not in (tmp_path / "log").read_text(errors="replace")


def test_chaos_of_a_store(tmp_path: Path, store: SwiftBox) -> None:
    """A store loses one of its three copies, or is not there at all for a while."""
    with stored_site(tmp_path, store) as it:
        wait_until(it.is_well, chaos.PATIENCE, "it is served")
        it.visitors.start(SEED)
        time.sleep(5)
        fresh = max(descriptors(it))
        fault_by_fault(it, chaos.FAULTS_OF_STORES, min(SECONDS, 60))
        wait_until(lambda: max(descriptors(it)) <= fresh + MAY_OPEN, 60, "no descriptor leaks")
    wait_until(lambda: not left_behind(tmp_path), 60, "no process is left behind")
    assert "Traceback" not in (tmp_path / "log").read_text(errors="replace")


def tell(line: str) -> None:
    sys.stderr.write(line + "\n")
