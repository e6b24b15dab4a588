"""An object store beside a folder: what it costs to pass bytes on, and to send clients on."""

from __future__ import annotations

import socket
from pathlib import Path

from benchmarks.commands import Command, nginx, python
from benchmarks.films import Films
from benchmarks.load import request
from benchmarks.peers import PEERS as SERVING_PEERS
from benchmarks.peers import Peer
from benchmarks.results import Sample
from benchmarks.scene import Scene
from benchmarks.suite import Workload
from benchmarks.targets import Target
from benchmarks.workloads import PER_REQUESTS
from benchmarks.workloads import WORKLOADS as SERVING_WORKLOADS

_STORE = nginx("location / {{ root {root}/..; }}")  # the folder is the bucket


def _beside_store(app: str, delivery: str = "proxy") -> Command:
    def command(port: int, root: Path, folder: Path) -> list[str]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            store_port: int = probe.getsockname()[1]
        store = _STORE(store_port, root, folder)
        start = python("benchmarks.apps.beside_store", app, str(port), str(store_port), *store)
        return ["env", f"VIDEO_STORE_DELIVERY={delivery}", *start]

    return command


PEERS = (
    *(peer for peer in SERVING_PEERS if peer.name == "ours-uvicorn"),
    Peer(
        "ours-stored",
        "quart-video, uvicorn, out of a store",
        _beside_store("stored"),
        ("uvicorn", "obstore"),
        program="nginx",
    ),
    Peer(
        "aiobotocore",
        "Quart view with aiobotocore, uvicorn, out of a store",
        _beside_store("relayed"),
        ("uvicorn", "aiobotocore"),
        program="nginx",
    ),
    Peer(
        "ours-redirecting",
        "quart-video, uvicorn, sending on to a store",
        _beside_store("stored", "redirect"),
        ("uvicorn", "obstore"),
        beside="ours-redirecting",
        program="nginx",
        sends_films=False,
    ),
)


def redirect_response(scene: Scene[Films]) -> Sample:
    """Ask for a range, and be sent on to the store."""
    film = scene.stock.of_size(1)
    path = scene.server.peer.prefix + film.name
    wanted = request("GET", path, "Range: bytes=0-1048575", status=302, length=0)
    with scene.meter() as meter:
        tally = scene.drive([wanted] * round(3000 * scene.scale))
    return scene.sample_of_requests(meter.usage, tally)


WORKLOADS = (
    *(row for row in SERVING_WORKLOADS if row.name in ("whole", "ranges-1m", "ranges-64k")),
    Workload(
        "sent-on",
        "Sent on to the store (302), 8 connections",
        redirect_response,
        PER_REQUESTS,
        "req/s",
        lambda peer: not peer.sends_films,
    ),
)


def _cost(sample: Sample) -> float:
    return sample.cost


TARGETS = (
    Target(
        "Ranges of 1 MiB: CPU out of a store, by that out of a folder",
        "ranges-1m",
        "ours-stored",
        _cost,
        2.0,
        "ours-uvicorn",
    ),
    Target(
        "Ranges of 1 MiB: CPU out of a store, by that of aiobotocore",
        "ranges-1m",
        "ours-stored",
        _cost,
        1.0,
        "aiobotocore",
    ),
)
