"""A run: all workloads, in rounds that take turns between the peers."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.films import Films
from benchmarks.load import Wrong, drive, range_request
from benchmarks.machine import describe_machine
from benchmarks.peers import Peer
from benchmarks.results import Column, Failure, Results, Row, Sample
from benchmarks.servers import Server, running
from benchmarks.workloads import Scene, Workload

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


class Retake:
    """Takes a sample again when other programs were busy meanwhile, within bounds.

    They do not only take time. Where they keep one of two processors busy, the load generator and
    the server have to share the other, and what it costs to wake each other up is not the same:
    half as much for a server that often hands over to threads.
    """

    attempts = 3
    seconds = 120.0
    """For all samples of a run together."""

    def undisturbed(self, workload: Workload, scene: Scene) -> Sample:
        """Return the sample that was disturbed least.

        :raises Wrong: the server does not answer as it has to.
        """
        best = workload.run(scene)
        for _ in range(self.attempts - 1):
            if not best.is_disturbed or workload.fresh or self.seconds < 0:
                break
            began = time.monotonic()
            again = workload.run(scene)
            self.seconds -= time.monotonic() - began
            best = min(best, again, key=lambda sample: sample.disturbance)
        return best


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
        retake = Retake()
        with closing(_turns(plan, films)) as turns:
            for step, turn in enumerate(turns):
                peer, workload = turn.server.peer, turn.workload
                key = (peer.name, workload.name)
                progress(step, f"{workload.name}, round {turn.number + 1}: {peer.name}")
                if key not in failures:
                    try:
                        samples.append(retake.undisturbed(workload, turn.scene(plan, films)))
                    except Wrong as error:
                        failures[key] = Failure(*key, reason=str(error))
                    turn.server.settle()
    return Results(
        machine=machine,
        workloads=[Column(w.name, w.title, w.cost_unit, w.rate_unit) for w in plan.workloads],
        peers=[Row(peer.name, peer.title, peer.beside) for peer in plan.peers],
        samples=samples,
        failures=list(failures.values()),
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is to do what, for the how manieth time."""

    workload: Workload
    number: int
    server: Server

    def scene(self, plan: Plan, films: Films) -> Scene:
        """Return what the workload needs to know."""
        return Scene(self.workload.name, self.server, films, plan.scale, seed=self.number)


def _turns(plan: Plan, films: Films) -> Generator[Turn, None, None]:
    """Yield turn after turn, the servers started and warm."""
    for workload in plan.workloads:
        if workload.fresh:
            yield from _turns_of_fresh(plan, workload, films)
            continue
        peers = plan.taking(workload)
        if workload.rehearsed and plan.rounds(workload) > 1:
            with _warm(peers[:1], films) as servers, suppress(Wrong):
                for server in servers:
                    workload.run(Turn(workload, 0, server).scene(plan, films))
        with _warm(peers, films) as servers:
            for number in range(plan.rounds(workload)):
                # There and back: nobody is always the one after the same other.
                for server in servers if number % 2 == 0 else servers[::-1]:
                    yield Turn(workload, number, server)


def _turns_of_fresh(plan: Plan, workload: Workload, films: Films) -> Generator[Turn, None, None]:
    for number in range(plan.rounds(workload)):
        for peer in plan.taking(workload):
            with _warm([peer], films) as (server,):
                yield Turn(workload, number, server)


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
                with suppress(Wrong):  # which is told when it is measured
                    drive(server.address, requests, connections=4)
        yield servers
