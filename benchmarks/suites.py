"""The suites there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import listing, peers, storage, targets, workloads
from benchmarks.films import Films
from benchmarks.suite import Suite

_DISK = Path("/var/tmp")  # noqa: S108 - a folder of its own is made in it
_MEMORY = Path("/dev/shm")  # noqa: S108 - the same

SERVING = Suite(
    name="serving",
    title="Sending videos",
    peers=peers.PEERS,
    quick=peers.QUICK,
    workloads=workloads.WORKLOADS,
    targets=targets.TARGETS,
    stock=lambda folder, size, _: Films(folder, size),
    warm=workloads.warm,
    size=1024,
    quick_size=256,
    folders=(_DISK,),
    panels=("ranges-1m", "ranges-64k", "stalled"),
    page="performance",
)
"""The size is in MiB, of the longest film. On a disk, as one workload is about reading from it."""

LISTING = Suite(
    name="listing",
    title="Listing and searching videos",
    peers=listing.PEERS,
    quick=listing.QUICK,
    workloads=listing.WORKLOADS,
    targets=listing.TARGETS,
    stock=listing.Shelves,
    warm=listing.warm,
    size=100_000,
    quick_size=10_000,
    folders=(_MEMORY, _DISK),
    panels=("page", "folder-50", "search-common"),
    page="listing_performance",
)
"""The size is a number of files, and ten times as many for some peers. In memory, where a million
of them are soon made and gone."""

STORAGE = replace(
    SERVING,
    name="storage",
    title="Videos out of an object store",
    peers=storage.PEERS,
    quick=tuple(peer.name for peer in storage.PEERS),
    workloads=storage.WORKLOADS,
    targets=storage.TARGETS,
    panels=("whole", "ranges-1m", "ranges-64k"),
    page="storage_performance",
)
"""The same films. The bucket is the folder that they are in."""

SUITES: Mapping[str, Suite[Any]] = {suite.name: suite for suite in (SERVING, LISTING, STORAGE)}
