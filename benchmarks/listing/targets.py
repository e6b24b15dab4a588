"""What listing is to cost at most."""

from __future__ import annotations

from operator import sub

from benchmarks.results import Sample
from benchmarks.targets import Target


def _cost(sample: Sample) -> float:
    return sample.cost


def _seconds(sample: Sample) -> float:
    return sample.seconds


SEARCHES = {
    "search-rare": "a word that few have",
    "search-prefix": "the beginning of a word",
    "search-wide": "a letter or two that many words begin with",
    "search-two": "two words",
    "search-none": "a word that none has",
    "search-common": "a word that all have",
    "search-again": "a word that all have, again",
}
PAGES = {
    "page": "A page of a folder",
    "recursive": "First page of all folders",
    "deep": "A page in the middle of all folders",
    "sorts": "First pages of all folders, in each order",
    "deep-sorts": "Pages in the middle of all folders, in each order",
}

TARGETS = (
    Target("First scan: time, by that of a bare walk", "scan", "scan", _seconds, 3.0, "walk"),
    Target(
        "First scan of ten times the files: time, by that of a bare walk",
        "scan-large",
        "scan-large",
        _seconds,
        3.0,
        "walk-large",
    ),
    Target(
        "MiB of memory after a scan, pages and searches, beyond those of a small app",
        "memory",
        "ours-alone",
        _cost,
        60.0,
        "memory-uvicorn",
        compared=sub,
    ),
    *(
        Target(
            f"A page of 50: CPU on {server}, by that of a view with the same JSON in memory",
            "page",
            f"ours-{server}",
            _cost,
            3.0,
            f"memory-{server}",
        )
        for server in ("uvicorn", "hypercorn")
    ),
    *(
        Target(
            f"Search for {what}: CPU milliseconds",
            workload,
            "ours-uvicorn",
            _cost,
            20.0,
        )
        for workload, what in SEARCHES.items()
    ),
    *(
        Target(
            f"{what}: CPU with ten times the files, by that without",
            workload,
            "ours-large",
            _cost,
            3.0,
            "ours-uvicorn",
        )
        for workload, what in PAGES.items()
    ),
    *(
        Target(
            f"Search for {what}, in ten times the files: CPU milliseconds",
            workload,
            "ours-large",
            _cost,
            60.0,
        )
        for workload, what in SEARCHES.items()
    ),
)
