"""What a workload is given, and how a sample is made of what it found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from benchmarks.films import MIB
from benchmarks.load import Request, Tally, drive
from benchmarks.measure import Meter, Usage
from benchmarks.results import Sample
from benchmarks.servers import Server

S = TypeVar("S")

GIB = 1024 * MIB
CONNECTIONS = 8


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that so large a part of the values does not exceed."""
    return sorted(values)[math.ceil(part * len(values)) - 1]


@dataclass(frozen=True, slots=True)
class Scene(Generic[S]):
    """A server that is ready, and how much of the whole work it is given."""

    workload: str
    server: Server
    stock: S
    """What is served."""
    scale: float
    """Of all work, for a run that is shorter."""
    seed: int

    @property
    def share(self) -> float:
        """Of the work, where bytes are sent: less for slow peers, and in a shorter run."""
        return self.scale * self.server.peer.share

    def meter(self) -> Meter:
        """Return what measures the server, which is idle by then."""
        self.server.settle()
        return Meter(self.server.pids)

    def drive(self, requests: Sequence[Request], connections: int = CONNECTIONS) -> Tally:
        """Send requests, and check what comes back."""
        return drive(self.server.address, requests, connections=connections)

    def sample(
        self,
        usage: Usage,
        first_bytes: Sequence[float],
        *,
        cost: float,
        rate: float,
        **extra: float,
    ) -> Sample:
        """Put together what was found."""
        return Sample(
            peer=self.server.peer.name,
            workload=self.workload,
            cost=cost,
            rate=rate,
            ttfb_p50=1000 * percentile(first_bytes, 0.50),
            ttfb_p99=1000 * percentile(first_bytes, 0.99),
            seconds=usage.seconds,
            cpu=usage.cpu,
            generator_cpu=usage.generator_cpu,
            others_cpu=usage.others_cpu,
            rss_before=usage.rss_before,
            rss_peak=usage.rss_peak,
            extra=extra,
        )

    def sample_of_bytes(self, usage: Usage, tally: Tally) -> Sample:
        """Put together what it took to send bytes."""
        return self.sample(
            usage,
            tally.first_bytes,
            cost=usage.cpu / (tally.bytes / GIB),
            rate=tally.bytes / MIB / usage.seconds,
        )

    def sample_of_requests(self, usage: Usage, tally: Tally) -> Sample:
        """Put together what it took to answer requests."""
        return self.sample(
            usage,
            tally.first_bytes,
            cost=usage.cpu / (tally.requests / 1000),
            rate=tally.requests / usage.seconds,
        )
