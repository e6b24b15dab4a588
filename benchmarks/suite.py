"""What belongs together: peers, the work they are given, and what is to come out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from benchmarks.peers import Peer
from benchmarks.results import Sample
from benchmarks.scene import Scene
from benchmarks.servers import Server
from benchmarks.targets import Target

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Workload(Generic[S]):
    """One kind of work, and how it is measured."""

    name: str
    title: str
    run: Callable[[Scene[S]], Sample]
    cost_unit: str
    rate_unit: str
    takes: Callable[[Peer], bool]
    """Tells whether it makes sense to give this to a peer."""
    rounds: int = 3
    fresh: bool = False
    """Every sample needs a server that has done nothing before, as memory is not given back."""
    warmed: bool = True
    """The servers have done a little before, so that all is imported and allocated."""
    rehearsed: bool = False
    """It takes a GiB of memory in the kernel. The first to do so may have to wait for it: a virtual
    machine gets it from its host. So the first of all samples does not count."""


@dataclass(frozen=True, slots=True)
class Suite(Generic[S]):
    """One comparison: ``python -m benchmarks run NAME``."""

    name: str
    title: str
    peers: tuple[Peer, ...]
    quick: tuple[str, ...]
    """The peers that the targets are about, as far as a minute goes."""
    workloads: tuple[Workload[S], ...]
    targets: tuple[Target, ...]
    stock: Callable[[Path, int, Sequence[Peer]], S]
    """Makes what is served, in a folder, for some peers and of a size."""
    warm: Callable[[S, Server], None]
    """Has a server that was just started do a little of all that it will have to."""
    size: int
    """Of what is served, in a whole run."""
    quick_size: int
    folders: tuple[Path, ...]
    """Where to put what is served: in the first that is there."""
    panels: tuple[str, ...]
    """The workloads that the chart shows."""
    page: str
    """Name of the page in the documentation, with its tables and its chart beside it."""

    @property
    def folder(self) -> Path:
        """Return where to put what is served."""
        return next(folder for folder in self.folders if folder.is_dir())
