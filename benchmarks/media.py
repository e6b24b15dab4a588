"""``python -m benchmarks.media``: looking into videos, beside ``ffprobe`` and ``ffmpeg``.

Processor time is what is compared, of all processes that take part, starting them included.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.copies import Copies, copy_library
from benchmarks.mixed import compare_mixed
from quart_video.media import DerivativeService, FolderCache, Source, poster
from quart_video.media.derivative import STORYBOARD
from quart_video.media.workers.pool import WorkerPool
from quart_video.media.workers.protocol import Kind, Limits, Task
from quart_video.storage.base import Media
from quart_video.storage.local.disk import Disk, OpenFile
from quart_video.storage.local.safe_open import open_regular

_H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "30", "-pix_fmt", "yuv420p"]
_TILES = "fps=1/6,scale=160:90,tile=10x10"
_FOLDER = Path(tempfile.gettempdir()) / "quart-video-benchmarks"
_MEMORY = "/dev/shm"  # noqa: S108 - what is made in it is nobody else's
_MIB = 1024 * 1024
_ROUNDS = 5
_MOST_TIMES = 3  # as long as alone may a poster take while a long job runs
_APP = """
from quart import Quart
from quart_video import video_bp

app = Quart(__name__)
app.config.from_prefixed_env()
app.register_blueprint(video_bp)
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less often, and a shorter film")
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where to put the film")
    parser.add_argument(
        "--beside", type=Path, metavar="CHECKOUT", help="another version, for the mixed files"
    )
    options = parser.parse_args(arguments)
    times = 10 if options.quick else 50
    film = make_film(options.folder, 60 if options.quick else 600)
    show(compare_probing(film, times))
    show(compare_posters(film, times))
    show(compare_storyboards(film, 3))
    show(asyncio.run(posters_beside_a_long_job(options.folder, 3 if options.quick else 10)))
    show(stream_while_preparing(100 if options.quick else 1000))
    show(copies(100 if options.quick else 1000))
    show(compare_mixed(options.folder, 100 if options.quick else 1000, options.beside))


def show(result: object) -> None:
    """Print a result as soon as it is there."""
    print(result, flush=True)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What something costs us, and what it costs with a command."""

    name: str
    ours: float
    """Seconds of processor time for one."""
    peers: Mapping[str, float]
    wanted: float
    """How many times as much the cheapest peer should cost."""

    def __str__(self) -> str:
        verdict = "as" if min(self.peers.values()) / self.ours >= self.wanted else "NOT as"
        lines = [f"{self.name}: ours {1000 * self.ours:.1f} ms"]
        for name, cost in self.peers.items():
            lines.append(f"  {name}: {1000 * cost:.1f} ms, {cost / self.ours:.1f} times as much")
        return "\n".join([*lines, f"  wanted: {self.wanted} times; {verdict} wanted"])


def make_film(folder: Path, seconds: int) -> Path:
    """Make a film, 1080p in H.264 with a key frame every ten seconds, unless it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"film-{seconds}.mp4"
    if not path.exists():
        draft = path.with_suffix(".draft.mp4")
        source = ["-f", "lavfi", "-t", str(seconds), "-i", "testsrc2=s=1920x1080:r=24"]
        ffmpeg(*source, *_H264, str(draft))
        draft.replace(path)
    return path


def ffmpeg(*arguments: str) -> None:
    """Run ffmpeg."""
    command = [tool("ffmpeg"), "-nostdin", "-v", "error", "-y", *arguments]
    subprocess.run(command, check=True)


def tool(name: str) -> str:
    """Return the path of a program, or end and say what is missing."""
    found = shutil.which(name)
    if found is None:
        sys.exit(f"This needs {name}: apt-get install ffmpeg")
    return found


def processor_time() -> float:
    """Return the seconds that this process and all that it has waited for have taken."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def cost_of(work: Callable[[], object], times: int) -> float:
    """Return the processor time of *work*, for one time of *times*."""
    before = processor_time()
    for _ in range(times):
        work()
    return (processor_time() - before) / times


def cost_of_task(path: Path, kind: Kind, times: int, **options: str) -> float:
    """Return the processor time of a task, for one time of *times*, with all it takes to do it."""

    async def run() -> None:
        workers, disk = WorkerPool(), Disk(1)
        for _ in range(times):
            media = OpenFile(open_regular(str(path)), disk, path.name)
            await workers.do(Task(kind, options, Limits(cpu=600, wall=900)), media)
            media.close()
        await workers.aclose()
        disk.close()

    return cost_of(lambda: asyncio.run(run()), 1) / times


def compare_probing(film: Path, times: int) -> Comparison:
    """Compare finding out what is inside."""
    command = [tool("ffprobe"), "-v", "error", "-of", "json", "-show_format", "-show_streams"]

    def probe() -> None:
        subprocess.run([*command, str(film)], check=True, stdout=subprocess.DEVNULL)

    ours = cost_of_task(film, "details", 200)
    return Comparison("details of one video", ours, {"ffprobe": cost_of(probe, times)}, 4)


def compare_posters(film: Path, times: int) -> Comparison:
    """Compare making a poster of 640 pixels in JPEG; ours makes one of 320 pixels as well."""
    with tempfile.TemporaryDirectory() as folder:
        taken = ["-ss", "6", "-i", str(film), "-frames:v", "1", "-vf", "scale=640:-2"]
        taken.append(str(Path(folder) / "poster.jpg"))
        peers = {
            "ffmpeg": cost_of(lambda: ffmpeg(*taken), times),
            "ffmpeg, key frames alone": cost_of(
                lambda: ffmpeg("-noaccurate_seek", "-skip_frame", "nokey", *taken), times
            ),
        }
    ours = cost_of_task(film, "poster", 100, form="jpeg")
    return Comparison("posters of one video", ours, peers, 4)


def compare_storyboards(film: Path, times: int) -> Comparison:
    """Compare making a storyboard of a hundred tiles, out of key frames alone."""
    with tempfile.TemporaryDirectory() as folder:
        target = ["-vf", _TILES, "-frames:v", "1", str(Path(folder) / "sheet.jpg")]
        peer = cost_of(lambda: ffmpeg("-skip_frame", "nokey", "-i", str(film), *target), times)
    ours = cost_of_task(film, "storyboard", 10 * times)
    return Comparison("a storyboard", ours, {"ffmpeg, key frames alone": peer}, 1.5)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long a new poster takes, alone and while another job takes long."""

    alone: float
    """Seconds, the median."""
    meanwhile: float
    longest: float
    """Seconds meanwhile, the most."""
    posters: int
    """How many were made meanwhile."""

    def __str__(self) -> str:
        times = self.meanwhile / self.alone
        verdict = "as" if times <= _MOST_TIMES else "NOT as"
        return (
            f"a new poster: {1000 * self.alone:.0f} ms alone, {1000 * self.meanwhile:.0f} ms "
            f"({1000 * self.longest:.0f} at most of {self.posters}) while a long job runs\n"
            f"  {times:.1f} times as long; wanted: {_MOST_TIMES} times; {verdict} wanted"
        )


async def posters_beside_a_long_job(folder: Path, posters: int) -> Waiting:
    """Make posters of new videos: alone, and while the storyboard of a large film is made.

    :raises RuntimeError: the long job ended too soon to say anything.
    """
    clip, film = make_clip(folder), make_large_film(folder)
    disk = Disk(4)
    most = max(1, (os.cpu_count() or 1) // 2)  # as the setting has it
    with tempfile.TemporaryDirectory() as cache:
        service = DerivativeService(FolderCache(cache, 10**9), most=most)

        names = itertools.count()

        async def new_poster() -> float:
            began = time.monotonic()
            await service.get(source_of(clip, disk, str(next(names))), poster(320, "webp"))
            return time.monotonic() - began

        await new_poster()  # for which a process is started
        alone: list[float] = []
        meanwhile: list[float] = []
        for number in range(_ROUNDS):  # by turns, as a machine is not as quick at all times
            alone += [await new_poster() for _ in range(posters)]
            long = asyncio.create_task(
                service.get(source_of(film, disk, f"film {number}"), STORYBOARD)
            )
            await asyncio.sleep(1)
            meanwhile += [await new_poster() for _ in range(posters)]
            if long.done():
                raise RuntimeError(f"the long job did not take long enough: {long}")
            long.cancel()
            await asyncio.gather(long, return_exceptions=True)
        await service.aclose()
    disk.close()
    return Waiting(
        statistics.median(alone), statistics.median(meanwhile), max(meanwhile), len(meanwhile)
    )


def source_of(path: Path, disk: Disk, name: str) -> Source:
    """Return a file as what something is made of, by a name by which nothing is known of it."""

    def opened() -> OpenFile:
        return OpenFile(open_regular(str(path)), disk, path.name)

    async def media() -> Media:
        return opened()

    file = opened()
    version = file.facts.content
    file.close()
    return Source(name, version, media)


def make_clip(folder: Path) -> Path:
    """Make a video of some seconds, unless it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "clip.mp4"
    if not path.exists():
        ffmpeg("-f", "lavfi", "-t", "5", "-i", "testsrc2=s=1280x720:r=24", *_H264, str(path))
    return path


def make_large_film(folder: Path) -> Path:
    """Make a film in 4K all of key frames, unless it is there: its storyboard takes long."""
    path = folder / "large.mp4"
    if not path.exists():
        draft = path.with_suffix(".draft.mp4")
        source = ["-f", "lavfi", "-t", "60", "-i", "testsrc2=s=3840x2160:r=7", "-g", "1"]
        ffmpeg(*source, *_H264, str(draft))
        draft.replace(path)
    return path


@dataclass(frozen=True, slots=True)
class Streaming:
    """How fast a video is received, alone and while others are looked into."""

    alone: float
    """MiB a second."""
    meanwhile: float
    taken: float
    """Part of all processors that looking into videos took."""
    files: int

    def __str__(self) -> str:
        left = self.meanwhile / self.alone
        verdict = "as" if left >= 1 - self.taken else "NOT as"
        return (
            f"streaming: {self.alone:.0f} MiB/s alone, {self.meanwhile:.0f} MiB/s while "
            f"{self.files} videos are prepared, which takes {self.taken:.0%} of the processors\n"
            f"  {left:.0%} are left; wanted: no less than of the processors; {verdict} wanted"
        )


def copies(files: int) -> Copies:
    """Prepare a library and a copy of it on another disk, if memory is to be had as one."""
    memory = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory(dir=memory) as elsewhere,
    ):
        return copy_library(Path(folder), Path(elsewhere), files)


def stream_while_preparing(files: int) -> Streaming:
    """Receive a video over and over, from a server whose library is being prepared meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = make_library(folder, files)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = start(folder, environment, "hypercorn", "--bind", f"127.0.0.1:{port}", "app:app")
        try:
            wait_for(port)
            rates = [receive(port, lambda: False) for _ in range(20)]
            before, began = children_time(), time.monotonic()
            preparing = start(folder, environment, "quart", "video", "prepare")
            meanwhile = receive(port, lambda: preparing.poll() is None)
            preparing.wait()
            processors = (time.monotonic() - began) * (os.cpu_count() or 1)
            taken = (children_time() - before) / processors
            # Before and after, as a machine is not as quick at all times.
            rates += [receive(port, lambda: False) for _ in range(20)]
        finally:
            server.terminate()
            server.wait(30)
    return Streaming(statistics.median(rates), meanwhile, taken, files)


def make_library(folder: Path, files: int) -> dict[str, str]:
    """Make an app with many short videos and a long one; return the environment it runs in."""
    videos = folder / "videos"
    videos.mkdir()
    (folder / "app.py").write_text(_APP, encoding="utf-8")
    clip = folder / "clip.mp4"
    ffmpeg("-f", "lavfi", "-t", "5", "-i", "testsrc2=s=640x360:r=24", *_H264, str(clip))
    for number in range(files):
        shutil.copy(clip, videos / f"{number}.mp4")
    with (videos / "long.mp4").open("wb") as file:
        file.truncate(256 * _MIB)
    return {
        "PATH": os.environ["PATH"],
        "QUART_APP": "app:app",
        "QUART_MEDIA_ROOT": str(videos),
        "QUART_VIDEO_CACHE": str(folder / "cache"),
        "QUART_VIDEO_SURVEY": "false",
    }


def start(folder: Path, environment: Mapping[str, str], *module: str) -> subprocess.Popen[bytes]:
    """Start a module as a program, and hear nothing of it."""
    return subprocess.Popen(
        [sys.executable, "-m", *module],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def children_time() -> float:
    """Return the processor time of all processes that have been waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def receive(port: int, go_on: Callable[[], bool]) -> float:
    """Receive the long video, again for as long as *go_on* says so; return MiB a second."""
    began, received = time.monotonic(), 0
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request("GET", "/videos/long.mp4")
        answer = connection.getresponse()
        while data := answer.read(_MIB):
            received += len(data)
        connection.close()
        if not go_on():
            return received / _MIB / (time.monotonic() - began)


def wait_for(port: int) -> None:
    """Wait until a server answers."""
    for _ in range(300):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/videos/-/api/videos?limit=1")
            json.load(connection.getresponse())
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server does not answer")


if __name__ == "__main__":
    main()
