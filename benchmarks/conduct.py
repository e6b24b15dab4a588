"""A run: all workloads, in rounds that take turns between the peers."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import resource
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.films import Films
from benchmarks.load import Wrong, drive, range_request
from benchmarks.peers import Peer, nginx
from benchmarks.results import Column, Failure, Results, Row, Sample
from benchmarks.servers import Server, running
from benchmarks.workloads import Scene, Workload

VERSIONS = (
    "quart-video",
    "quart",
    "hypercorn",
    "uvicorn",
    "granian",
    "uvloop",
    "httptools",
    "starlette",
    "aiohttp",
)


FOLDER = Path("/var/tmp")  # noqa: S108 - a folder of its own is made in it
"""Where the films go: on a disk, which ``/tmp`` need not be."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run."""

    peers: Sequence[Peer]
    workloads: Sequence[Workload]
    scale: float = 1.0
    """Of the work of each sample."""
    most_rounds: int = 3
    longest: int = 1024
    """MiB of the longest film."""
    folder: Path = FOLDER
    """Where to put the films."""

    def rounds(self, workload: Workload) -> int:
        """Return how often a workload is done."""
        return min(workload.rounds, self.most_rounds)

    def taking(self, workload: Workload) -> list[Peer]:
        """Return the peers that take part in a workload."""
        return [peer for peer in self.peers if workload.takes(peer)]

    @property
    def steps(self) -> int:
        """Number of samples to take."""
        return sum(self.rounds(w) * len(self.taking(w)) for w in self.workloads)


Progress = Callable[[int, str], None]
"""Is told how many samples have been taken, and which is next."""


def conduct(plan: Plan, progress: Progress) -> Results:
    """Run it all. However it ends, no server and no film is left behind.

    :raises DoesNotStart: a peer does not come up.
    """
    samples: list[Sample] = []
    failures: dict[tuple[str, str], Failure] = {}
    machine = describe_machine()
    _allow_open_files()
    with tempfile.TemporaryDirectory(prefix="benchmarks-", dir=plan.folder) as folder:
        films = Films(Path(folder), plan.longest)
        step = 0
        for workload in plan.workloads:
            for turn, server in _turns(plan, workload, films):
                key = (server.peer.name, workload.name)
                progress(step, f"{workload.name}, round {turn + 1}: {server.peer.name}")
                step += 1
                if key in failures:
                    continue
                scene = Scene(workload.name, server, films, plan.scale, seed=turn)
                try:
                    samples.append(workload.run(scene))
                except Wrong as error:
                    failures[key] = Failure(*key, reason=str(error))
                server.settle()
    return Results(
        machine=machine,
        workloads=[Column(w.name, w.title, w.cost_unit, w.rate_unit) for w in plan.workloads],
        peers=[Row(peer.name, peer.title, peer.beside) for peer in plan.peers],
        samples=samples,
        failures=list(failures.values()),
    )


def _turns(plan: Plan, workload: Workload, films: Films) -> Iterator[tuple[int, Server]]:
    """Yield the rounds of a workload and, in each, the servers, started and warm."""
    peers = plan.taking(workload)
    if workload.fresh:
        for turn in range(plan.rounds(workload)):
            for peer in peers:
                with _warm([peer], films) as (server,):
                    yield turn, server
        return
    with _warm(peers, films) as servers:
        if workload.rehearsed and servers and plan.rounds(workload) > 1:
            with suppress(Wrong):
                workload.run(Scene(workload.name, servers[0], films, plan.scale, seed=0))
            servers[0].settle()
        for turn in range(plan.rounds(workload)):
            # There and back: nobody is always the one after the same other.
            yield from ((turn, server) for server in (servers if turn % 2 == 0 else servers[::-1]))


def _allow_open_files() -> None:
    """Let this process and the servers have the files and connections of 500 viewers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


@contextmanager
def _warm(peers: Sequence[Peer], films: Films) -> Iterator[list[Server]]:
    """Start servers and have each send a little, so that all is imported and allocated."""
    with running(peers, films.folder) as servers:
        film = films.of_size(1)
        for server in servers:
            if server.peer.sends_films:
                path = server.peer.prefix + film.name
                requests = [range_request(path, n, n + 65536) for n in range(20)]
                drive(server.address, requests, connections=4)
        yield servers


def describe_machine() -> dict[str, str]:
    """Say what the numbers are of."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    versions = [f"{name} {version}" for name in VERSIONS if (version := _version(name))]
    if path := nginx():
        answer = subprocess.run([path, "-v"], capture_output=True, text=True, check=False)
        versions.append(answer.stderr.strip().rpartition(": ")[2].replace("/", " "))
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": f"{os.cpu_count()} x {cpu}",
        "system": f"Linux {platform.release()}",
        "python": f"Python {platform.python_version()}",
        "load": f"{os.getloadavg()[0]:.2f}",
        "versions": ", ".join(versions),
    }


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
