"""What quart-video wants to reach beside its peers, and whether it did in a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import truediv
from statistics import median

from benchmarks.results import Results, Sample

SERVERS = ("hypercorn", "hypercorn-uvloop", "uvicorn", "granian")


@dataclass(frozen=True, slots=True)
class Target:
    """A bound for one number, or for those of two peers, compared."""

    text: str
    workload: str
    peer: str
    of: Callable[[Sample], float]
    limit: float
    other: str | None = None
    """Peer with whose number it is compared."""
    at_least: bool = False
    """The limit is the least it may be, not the most."""
    compared: Callable[[float, float], float] = truediv
    """How: as a rule, as a multiple."""

    def judge(self, results: Results) -> Verdict | None:
        """Return what a run says; ``None``: nothing, as one of the peers was not in it."""
        ours = [self.of(sample) for sample in results.samples_of(self.peer, self.workload)]
        if not ours:
            return None
        rounds, measured = ours, median(ours)
        if self.other is not None:
            theirs = [self.of(sample) for sample in results.samples_of(self.other, self.workload)]
            if not theirs:
                return None
            rounds = list(map(self.compared, ours, theirs))
            measured = self.compared(measured, median(theirs))
        met = measured >= self.limit if self.at_least else measured <= self.limit
        return Verdict(self, measured, min(rounds), max(rounds), met)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run says about a target."""

    target: Target
    measured: float
    """Of the medians."""
    lowest: float
    """Of the single rounds."""
    highest: float
    met: bool

    @property
    def bound(self) -> str:
        """The limit, in a reader's words."""
        return f"{'at least' if self.target.at_least else 'at most'} {self.target.limit:.3g}"

    @property
    def found(self) -> str:
        """What was measured, and the rounds between which it lies."""
        return f"{self.measured:.3g} ({self.lowest:.3g} to {self.highest:.3g})"


def _cost(sample: Sample) -> float:
    return sample.cost


def _rate(sample: Sample) -> float:
    return sample.rate


def _kept_pace(sample: Sample) -> float:
    return sample.extra["kept_pace"] / sample.extra["viewers"]


def _beside(sample: Sample) -> float:
    return sample.rate / sample.extra["rate_alone"]


KERNEL = "ours-kernel"
_KERNEL_BESIDE = (
    ("500 viewers", "paced", "ours-uvicorn", "Uvicorn's own protocol", 0.4),
    ("500 viewers", "paced", "aiohttp", "aiohttp", 1.1),
    ("Whole file", "whole", "aiohttp", "aiohttp", 1.0),
    ("Whole file", "whole", "nginx", "nginx", 1.3),
    ("Ranges of 16 MiB", "ranges-16m", "aiohttp", "aiohttp", 1.0),
    ("Ranges of 1 MiB", "ranges-1m", "aiohttp", "aiohttp", 0.8),
    ("Ranges of 1 MiB", "ranges-1m", "starlette-file", "Starlette's FileResponse", 0.18),
    ("Ranges of 64 KiB", "ranges-64k", "aiohttp", "aiohttp", 0.75),
    ("Ranges of 64 KiB", "ranges-64k", "starlette-file", "Starlette's FileResponse", 0.3),
    ("304", "304", "bare-uvicorn", "an empty view", 1.6),
    ("HEAD", "head", "bare-uvicorn", "an empty view", 1.6),
)

TARGETS = (
    Target(
        "Ranges of 1 MiB: CPU on hypercorn, by that of stock Quart on hypercorn",
        "ranges-1m",
        "ours-hypercorn",
        _cost,
        1 / 25,
        "stock-hypercorn",
    ),
    Target(
        "Ranges of 1 MiB: CPU on uvicorn, by that of Starlette's FileResponse",
        "ranges-1m",
        "ours-uvicorn",
        _cost,
        1 / 5,
        "starlette-file",
    ),
    Target(
        "Ranges of 1 MiB: CPU on uvicorn, by that of aiohttp with sendfile",
        "ranges-1m",
        "ours-uvicorn",
        _cost,
        1.0,
        "aiohttp",
    ),
    *(
        Target(
            f"Whole file: throughput on {server}, by that of aiohttp",
            "whole",
            f"ours-{server}",
            _rate,
            1.0,
            "aiohttp",
            at_least=True,
        )
        for server in ("uvicorn", "granian")
    ),
    *(
        Target(
            f"Ranges of 64 KiB: CPU on uvicorn, by that of Starlette's {kind}",
            "ranges-64k",
            "ours-uvicorn",
            _cost,
            1 / 2,
            peer,
        )
        for kind, peer in (("FileResponse", "starlette-file"), ("StaticFiles", "starlette-static"))
    ),
    *(
        Target(
            f"{title}: CPU on {server.replace('-', ' with ')}, by that of an empty view",
            workload,
            f"ours-{server}",
            _cost,
            1.3,
            f"bare-{server}",
        )
        for title, workload in (("304", "304"), ("HEAD", "head"))
        for server in SERVERS
    ),
    *(
        Target(
            f"500 viewers: part that keeps pace on {server.replace('-', ' with ')}",
            "paced",
            f"ours-{server}",
            _kept_pace,
            1.0,
            at_least=True,
        )
        for server in SERVERS
    ),
    *(
        Target(
            f"200 stalled viewers: MiB for each on {server.replace('-', ' with ')}",
            "stalled",
            f"ours-{server}",
            _cost,
            0.3,
        )
        for server in SERVERS
    ),
    *(
        Target(
            f"200 stalled viewers: speed of another on {server.replace('-', ' with ')}, "
            "by that without them",
            "stalled",
            f"ours-{server}",
            _beside,
            0.9,
            at_least=True,
        )
        for server in SERVERS
    ),
    *(
        Target(
            f"{title}: CPU with our protocol on uvicorn, by that of {their}",
            workload,
            KERNEL,
            _cost,
            limit,
            other,
        )
        for title, workload, other, their, limit in _KERNEL_BESIDE
    ),
    Target(
        "200 stalled viewers: MiB for each with our protocol on uvicorn",
        "stalled",
        KERNEL,
        _cost,
        0.05,
    ),
    Target(
        "200 stalled viewers: speed of another with our protocol on uvicorn, by that without them",
        "stalled",
        KERNEL,
        _beside,
        0.9,
        at_least=True,
    ),
)


def verdicts(results: Results, targets: Iterable[Target]) -> list[Verdict]:
    """Judge those targets that the run says something about."""
    return [verdict for target in targets if (verdict := target.judge(results))]
