"""What was measured, as it goes into the JSON file and comes out of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """One peer, one workload, one round."""

    peer: str
    workload: str
    cost: float
    """What counts, in the workload's unit of cost."""
    rate: float
    """Throughput, in the workload's unit of rate."""
    ttfb_p50: float
    """Milliseconds."""
    ttfb_p99: float
    seconds: float
    cpu: float
    generator_cpu: float
    others_cpu: float
    rss_before: float
    """MiB."""
    rss_peak: float
    extra: dict[str, float] = field(default_factory=dict)

    @property
    def disturbance(self) -> float:
        """How many processors other programs kept busy."""
        return self.others_cpu / self.seconds

    @property
    def is_disturbed(self) -> bool:
        """Whether that is enough to change the result."""
        return self.disturbance > 0.25


@dataclass(frozen=True, slots=True)
class Failure:
    """A peer that could not do a workload, and what it did instead."""

    peer: str
    workload: str
    reason: str


@dataclass(frozen=True, slots=True)
class Column:
    """A workload, as far as a reader needs to know it."""

    name: str
    title: str
    cost_unit: str
    rate_unit: str


@dataclass(frozen=True, slots=True)
class Row:
    """A peer, as far as a reader needs to know it."""

    name: str
    title: str
    beside: str


@dataclass(frozen=True, slots=True)
class Results:
    """A run."""

    machine: dict[str, str]
    workloads: list[Column]
    peers: list[Row]
    samples: list[Sample]
    failures: list[Failure]
    suite: str = "serving"

    def samples_of(self, peer: str, workload: str) -> list[Sample]:
        """Return what was measured of a peer, round by round; may be empty."""
        return [s for s in self.samples if (s.peer, s.workload) == (peer, workload)]

    def costs(self, peer: str, workload: str) -> list[float]:
        """Return what a workload cost a peer, round by round."""
        return [sample.cost for sample in self.samples_of(peer, workload)]

    def save(self, path: Path) -> None:
        """Write it down, one sample a line, to four digits."""
        lines = []
        for key, value in asdict(self).items():
            if isinstance(value, list):
                rows = ",\n  ".join(json.dumps(_short(row)) for row in value)
                lines.append(f' "{key}": [\n  {rows}\n ]')
            else:
                lines.append(f' "{key}": {json.dumps(value)}')
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def load(path: Path) -> Results:
    """Read what :meth:`Results.save` wrote.

    :raises OSError: there is no such file.
    :raises ValueError: it is something else.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Results(
            machine=data["machine"],
            workloads=[Column(**row) for row in data["workloads"]],
            peers=[Row(**row) for row in data["peers"]],
            samples=[Sample(**row) for row in data["samples"]],
            failures=[Failure(**row) for row in data["failures"]],
            suite=data.get("suite", "serving"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not a result of this program: {error!r}") from error


def _short(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _short(inner) for key, inner in value.items()}
    return value
