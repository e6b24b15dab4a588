"""Results as no run would give them, but with numbers that are easy to check."""

from __future__ import annotations

from benchmarks.results import Column, Failure, Results, Row, Sample


def sample(peer: str, workload: str, cost: float, rate: float = 100.0, **extra: float) -> Sample:
    return Sample(
        peer=peer,
        workload=workload,
        cost=cost,
        rate=rate,
        ttfb_p50=1.0,
        ttfb_p99=2.0,
        seconds=1.0,
        cpu=cost,
        generator_cpu=0.25,
        others_cpu=0.5,
        rss_before=50.0,
        rss_peak=60.0,
        extra=extra,
    )


def results(*samples: Sample, failures: tuple[Failure, ...] = ()) -> Results:
    return Results(
        machine={
            "date": "today",
            "cpu": "2 x any",
            "system": "Linux",
            "python": "Python 3",
            "load": "0.10",
            "versions": "quart 1",
        },
        workloads=[
            Column("ranges-1m", "Ranges", "CPU seconds per GiB", "MiB/s"),
            Column("paced", "Viewers", "CPU seconds per GiB", "MiB/s"),
            Column("stalled", "Stalled", "MiB per viewer", "MiB/s"),
        ],
        peers=[
            Row("ours-uvicorn", "Ours & all", "ours-uvicorn"),
            Row("aiohttp", "aiohttp", "ours-uvicorn"),
        ],
        samples=list(samples),
        failures=list(failures),
    )
