"""A run: all workloads, in rounds that take turns between the peers."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.load import Wrong
from benchmarks.machine import describe_machine
from benchmarks.peers import Peer
from benchmarks.results import Column, Failure, Results, Row, Sample
from benchmarks.scene import Scene
from benchmarks.servers import Server, running
from benchmarks.suite import Suite, Workload


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run."""

    suite: Suite[Any]
    peers: Sequence[Peer]
    workloads: Sequence[Workload[Any]]
    folder: Path
    """Where to put what is served."""
    size: int
    """Of what is served, as the suite has it."""
    scale: float = 1.0
    """Of the work of each sample."""
    most_rounds: int = 3

    def rounds(self, workload: Workload[Any]) -> int:
        """Return how often a workload is done."""
        return min(workload.rounds, self.most_rounds)

    def taking(self, workload: Workload[Any]) -> list[Peer]:
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
    longest = 15.0
    """Seconds; what takes longer is taken once."""

    def undisturbed(self, workload: Workload[Any], scene: Scene[Any]) -> Sample:
        """Return the sample that was disturbed least.

        :raises Wrong: the server does not answer as it has to.
        """
        best = workload.run(scene)
        if best.seconds > self.longest:
            return best
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
    """Run it all. However it ends, no server and no file is left behind.

    :raises DoesNotStart: a peer does not come up.
    """
    samples: list[Sample] = []
    failures: dict[tuple[str, str], Failure] = {}
    machine = describe_machine()
    _allow_open_files()
    with tempfile.TemporaryDirectory(prefix="benchmarks-", dir=plan.folder) as folder:
        progress(0, "making what is served")
        stock = plan.suite.stock(Path(folder), plan.size, plan.peers)
        retake = Retake()
        with closing(_turns(plan, stock, Path(folder))) as turns:
            for step, turn in enumerate(turns):
                peer, workload = turn.server.peer, turn.workload
                key = (peer.name, workload.name)
                progress(step, f"{workload.name}, round {turn.number + 1}: {peer.name}")
                if key not in failures:
                    try:
                        samples.append(retake.undisturbed(workload, turn.scene(plan, stock)))
                    except Wrong as error:
                        failures[key] = Failure(*key, reason=str(error))
                    turn.server.settle()
    return Results(
        machine=machine,
        workloads=[Column(w.name, w.title, w.cost_unit, w.rate_unit) for w in plan.workloads],
        peers=[Row(peer.name, peer.title, peer.beside) for peer in plan.peers],
        samples=samples,
        failures=list(failures.values()),
        suite=plan.suite.name,
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is to do what, for the how manieth time."""

    workload: Workload[Any]
    number: int
    server: Server

    def scene(self, plan: Plan, stock: Any) -> Scene[Any]:
        """Return what the workload needs to know."""
        return Scene(self.workload.name, self.server, stock, plan.scale, seed=self.number)


def _turns(plan: Plan, stock: Any, folder: Path) -> Generator[Turn, None, None]:
    """Yield turn after turn, the servers started and warm."""

    @contextmanager
    def started(workload: Workload[Any], peers: Sequence[Peer]) -> Iterator[list[Server]]:
        with running(peers, folder) as servers:
            for server in servers if workload.warmed else ():
                plan.suite.warm(stock, server)
            yield servers

    for workload in plan.workloads:
        peers = plan.taking(workload)
        if workload.rehearsed and plan.rounds(workload) > 1:
            with started(workload, peers[:1]) as servers, suppress(Wrong):
                for server in servers:
                    workload.run(Turn(workload, 0, server).scene(plan, stock))
        for batch, numbers in _batches(workload, peers, plan.rounds(workload)):
            with started(workload, batch) as servers:
                for number in numbers:
                    # There and back: nobody is always the one after the same other.
                    for server in servers if number % 2 == 0 else servers[::-1]:
                        yield Turn(workload, number, server)


def _batches(
    workload: Workload[Any], peers: Sequence[Peer], rounds: int
) -> list[tuple[Sequence[Peer], Sequence[int]]]:
    """Return which peers run at the same time, and for which rounds."""
    if workload.fresh:
        return [([peer], [number]) for number in range(rounds) for peer in peers]
    return [(peers, range(rounds))]


def _allow_open_files() -> None:
    """Let this process and the servers have the files and connections of 500 viewers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
