"""``python -m benchmarks.mp4``: the virtual MP4, beside FFmpeg and beside the video as it is.

Processor time is what is compared, of all processes that take part, and memory. How long a visitor
waits for the first frame is told in seconds; it needs Firefox. The limits are those that the
project set itself.
"""

from __future__ import annotations

import argparse
import random
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import av

from benchmarks.measure import cpu_of, family, rss_of
from benchmarks.media import (
    _APP,
    _FOLDER,
    cost_of,
    cost_of_task,
    ffmpeg,
    start,
    wait_for,
)

MIB = 1024 * 1024
_RATES = {"8 Mbit/s": ("640x360", 8000, 1.5), "0.8 Mbit/s": ("320x180", 700, 3.0)}
"""Size of the picture, kbit a second of it, and how much more a range of the MP4 may cost."""
_URLS = {"mp4": "/videos/-/mp4/film.mkv", "video": "/videos/film.mkv"}
_STALLED = 200
_LINE = 20_000_000 // 8
"""Bytes a second of the visitor who waits for the first frame."""
_FIRST_FRAME = """
const isThere = () => document.querySelector('video').readyState >= 2;
while (!isThere() && performance.now() < 50000) await new Promise(done => setTimeout(done, 20));
return isThere() ? performance.now() / 1000 : null;
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter films")
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where to put the films")
    options = parser.parse_args(arguments)
    loops = 2 if options.quick else 15
    films = {name: make_film(options.folder, name, loops) for name in _RATES}
    for each in compare(films, options.folder, 60 if options.quick else 600):
        sys.stdout.write(f"{each}\n")
        sys.stdout.flush()


def compare(films: Mapping[str, Path], folder: Path, seconds: int) -> Iterator[Ratio | Wait]:
    """Yield each comparison as soon as it is made."""
    yield from compare_indexing(films["8 Mbit/s"])
    yield compare_sound(folder, seconds)
    for name, film in films.items():
        yield from compare_serving(film, name)
    yield compare_stalled(films["8 Mbit/s"])
    if shutil.which("firefox-esr"):
        yield wait_for_the_first_frame(films["8 Mbit/s"])


@dataclass(frozen=True, slots=True)
class Ratio:
    """What something costs, as often as what it is compared with."""

    name: str
    ours: float
    """Seconds, or MiB."""
    other: float
    most: float
    is_memory: bool = False

    def __str__(self) -> str:
        ratio = self.ours / self.other
        verdict = "as" if ratio <= self.most else "NOT as"
        factor, unit = (1, "MiB") if self.is_memory else (1000, "ms")
        return (
            f"{self.name}: {factor * self.ours:.2f} {unit} and {factor * self.other:.2f} {unit}, "
            f"{ratio:.2f} times as much; wanted: {self.most} times at most; {verdict} wanted"
        )


@dataclass(frozen=True, slots=True)
class Wait:
    """How long something takes."""

    name: str
    seconds: float
    most: float

    def __str__(self) -> str:
        verdict = "as" if self.seconds <= self.most else "NOT as"
        return f"{self.name}: {self.seconds:.2f} s; wanted: {self.most} s at most; {verdict} wanted"


def make_film(folder: Path, rate: str, loops: int) -> Path:
    """Make a film in Matroska, H.264 and AAC, of so many minutes, unless it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    size, kbit, _ = _RATES[rate]
    path = folder / f"remux-{kbit}-{loops}.mkv"
    if not path.exists():
        minute, draft = path.with_suffix(".minute.mkv"), path.with_suffix(".draft.mkv")
        picture = f"testsrc2=s={size}:r=24,noise=alls=60:allf=t"
        given = ["-f", "lavfi", "-t", "60", "-i", picture, "-f", "lavfi", "-t", "60", "-i", "sine"]
        codec = ["-c:v", "libx264", "-preset", "superfast", "-pix_fmt", "yuv420p", "-g", "48"]
        bits = ["-b:v", f"{kbit}k", "-minrate", f"{kbit}k", "-maxrate", f"{kbit}k"]
        ffmpeg(*given, *codec, *bits, "-bufsize", f"{kbit}k", "-c:a", "aac", str(minute))
        ffmpeg("-stream_loop", str(loops - 1), "-i", str(minute), "-c", "copy", str(draft))
        draft.replace(path)
        minute.unlink()
    return path


def compare_indexing(film: Path) -> Iterator[Ratio]:
    """Compare making an index with reading the packets alone, and with writing them to an MP4."""
    with tempfile.TemporaryDirectory(dir=film.parent) as folder:
        target = str(Path(folder) / "copy.mp4")
        copying = cost_of(lambda: ffmpeg("-i", str(film), "-c", "copy", target), 2)
    reading, indexing = [], []
    for _ in range(3):  # in turns, as a machine is not as quick at all times
        reading.append(cost_of(lambda: demux(film), 1))
        # Of the second and the third, as a server starts what makes them once.
        three, one = (times * cost_of_task(film, "film", times) for times in (3, 1))
        indexing.append((three - one) / 2)
    ours = min(indexing)
    name = f"an index of {film.stat().st_size / MIB:.0f} MiB"
    yield Ratio(f"{name}, and reading its packets", ours, min(reading), 2.0)
    yield Ratio(f"{name}, and ffmpeg -c copy", ours, copying, 0.5)


def demux(path: Path) -> None:
    """Read all packets of a file."""
    with av.open(str(path)) as container:
        for packet in container.demux():
            bytes(packet)


def compare_sound(folder: Path, seconds: int) -> Ratio:
    """Compare making AC-3 of six channels AAC with what ffmpeg takes."""
    path = folder / f"remux-ac3-{seconds}.mkv"
    if not path.exists():
        given = ["-f", "lavfi", "-t", str(seconds), "-i", "testsrc2=s=128x72:r=5"]
        given += ["-f", "lavfi", "-t", str(seconds), "-i", "anoisesrc=r=48000:a=0.1"]
        codec = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "ac3", "-ac", "6"]
        ffmpeg(*given, *codec, str(path))
    with tempfile.TemporaryDirectory(dir=folder) as name:
        target = ["-c:v", "copy", "-c:a", "aac", "-ac", "2", "-b:a", "160k"]
        target.append(str(Path(name) / "copy.mp4"))
        other = cost_of(lambda: ffmpeg("-i", str(path), *target), 2)
        videos = Path(name) / "videos"
        videos.mkdir()
        (videos / "film.mkv").hardlink_to(path)
        command = ["quart_video.serve", "prepare", str(videos), "--mp4"]
        environment = {"QUART_VIDEO_CACHE": str(Path(name) / "cache"), "PATH": ""}

        def prepare() -> None:
            if start(Path(name), environment, *command).wait():
                raise RuntimeError("the sound was not made")

        ours = cost_of(prepare, 1)
    return Ratio(f"AAC of {seconds} s of AC-3 with all it takes, and ffmpeg", ours, other, 1.1)


def compare_serving(film: Path, name: str) -> Iterator[Ratio]:
    """Compare ranges of the MP4 with such of the video itself."""
    most = _RATES[name][2]
    with serving(film) as (port, pid):
        size = min(length(port, url) for url in _URLS.values())
        draw = random.Random(3)  # noqa: S311 - the same places each time
        starts = [draw.randrange(size - MIB) for _ in range(300)]
        costs: dict[str, list[float]] = {each: [] for each in _URLS}
        first: dict[str, list[float]] = {each: [] for each in _URLS}
        for _ in range(4):  # in turns
            for each, url in _URLS.items():
                before = cpu_of(family(pid))
                first[each] += [receive(port, url, begin) for begin in starts]
                costs[each].append((cpu_of(family(pid)) - before) / len(starts))
        ours, other = min(costs["mp4"]), min(costs["video"])
        yield Ratio(f"1 MiB of the MP4 at {name}, and of the video", ours, other, most)
        ours, other = (statistics.median(first[each]) for each in _URLS)
        yield Ratio(f"the first byte of the MP4 at {name}, and of the video", ours, other, 1.5)


def compare_stalled(film: Path) -> Ratio:
    """Compare the memory that clients take who ask for all, and then take no more of it."""
    grown = {}
    for name, url in _URLS.items():
        with serving(film) as (port, pid), ExitStack() as clients:
            length(port, url)
            receive(port, url, 0)
            before = rss_of(family(pid))
            for _ in range(_STALLED):
                client = clients.enter_context(socket.create_connection(("127.0.0.1", port), 60))
                client.sendall(f"GET {url} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                if client.recv(12) != b"HTTP/1.1 200":
                    raise RuntimeError(f"{url} is not sent")
            time.sleep(2)  # for what is on its way
            grown[name] = rss_of(family(pid)) - before
    name = f"{_STALLED} who take no more of the MP4, and of the video"
    return Ratio(name, grown["mp4"], grown["video"], 1.5, is_memory=True)


def wait_for_the_first_frame(film: Path) -> Wait:
    """Open the page of a film that nobody has asked for before; Firefox at the end of a line.

    :raises RuntimeError: there is no frame within 50 seconds.
    """
    # Runs a browser as the tests do.
    from tests.e2e.engines import Engine, firefox  # noqa: PLC0415

    waits = []
    for _ in range(3):
        rate = {"QUART_VIDEO_TRANSFER_RATE": str(_LINE)}
        with serving(film, **rate) as (port, _), Engine(firefox) as engine:
            engine.visit(f"http://127.0.0.1:{port}/videos/-/watch/film.mkv")
            waits.append(engine.do(_FIRST_FRAME))
    if None in waits:
        raise RuntimeError("Firefox shows no frame")
    size = film.stat().st_size / MIB
    name = f"first frame in Firefox of {size:.0f} MiB never seen before, at 20 Mbit/s"
    return Wait(name, statistics.median(waits), 4)


@contextmanager
def serving(film: Path, **settings: str) -> Iterator[tuple[int, int]]:
    """Serve a film, of which nothing is known yet; return the port, and the process."""
    with tempfile.TemporaryDirectory(dir=film.parent) as name:
        folder = Path(name)
        (folder / "videos").mkdir()
        (folder / "app.py").write_text(_APP, encoding="utf-8")
        (folder / "videos" / "film.mkv").hardlink_to(film)
        environment = {
            "QUART_MEDIA_ROOT": str(folder / "videos"),
            "QUART_VIDEO_CACHE": str(folder / "cache"),
            "QUART_VIDEO_SURVEY": "false",
            "PATH": "",
            **settings,
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = ["uvicorn", "app:app", "--port", str(port), "--log-level", "warning"]
        server = start(folder, environment, *command)
        try:
            wait_for(port)
            yield port, server.pid
        finally:
            server.terminate()
            server.wait(30)


def length(port: int, url: str) -> int:
    """Return how long a file is, as soon as it is there."""
    for _ in range(60):
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("HEAD", url)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status == 200:
            return int(answer.headers["Content-Length"])
        time.sleep(1)
    raise TimeoutError(f"{url} is not there")


def receive(port: int, url: str, begin: int) -> float:
    """Receive 1 MiB; return the seconds until it began to come."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.connect()
    before = time.perf_counter()
    connection.request("GET", url, headers={"Range": f"bytes={begin}-{begin + MIB - 1}"})
    answer = connection.getresponse()
    answer.read(1)
    waited = time.perf_counter() - before
    if len(answer.read()) != MIB - 1:
        raise RuntimeError(f"{url} answers otherwise than it was asked")
    connection.close()
    return waited


if __name__ == "__main__":
    main()
