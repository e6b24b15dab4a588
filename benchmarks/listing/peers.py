"""Who lists: ours, on as many files and on ten times as many, and others."""

from __future__ import annotations

from pathlib import Path

from benchmarks.commands import Command, caddy, hypercorn, module, nginx, uvicorn
from benchmarks.listing.shelves import LARGE, SMALL
from benchmarks.peers import Peer


def _own_cache(command: Command) -> Command:
    """Have a server begin without an index."""

    def own(port: int, root: Path, folder: Path) -> list[str]:
        return ["env", f"VIDEO_CACHE={folder}/cache", *command(port, root, folder)]

    return own


def _peer(
    name: str,
    title: str,
    command: Command,
    *modules: str,
    beside: str = "ours-uvicorn",
    program: str | None = None,
    root: str = SMALL,
) -> Peer:
    return Peer(name, title, command, modules, beside=beside, program=program, root=root)


_AUTOINDEX = nginx("location /videos/ {{ alias {root}/; autoindex on; autoindex_format json; }}")
_OURS = uvicorn("library")

PEERS = (
    _peer("ours-uvicorn", "quart-video, uvicorn", _OURS, "uvicorn"),
    _peer(
        "ours-hypercorn",
        "quart-video, hypercorn",
        hypercorn("library"),
        "hypercorn",
        beside="ours-hypercorn",
    ),
    _peer("ours-large", "quart-video, uvicorn, tenfold", _OURS, "uvicorn", root=LARGE),
    _peer(
        "ours-alone",
        "quart-video, uvicorn, no index yet",
        _own_cache(_OURS),
        "uvicorn",
        beside="ours-alone",
    ),
    _peer("memory-uvicorn", "JSON from memory, uvicorn", uvicorn("memory"), "uvicorn"),
    _peer(
        "memory-hypercorn",
        "JSON from memory, hypercorn",
        hypercorn("memory"),
        "hypercorn",
        beside="ours-hypercorn",
    ),
    _peer("scan", "quart-video", uvicorn("scan"), "uvicorn", beside="scan"),
    _peer("walk", "os.scandir and stat", module("walk"), beside="scan"),
    _peer(
        "scan-large",
        "quart-video, tenfold",
        uvicorn("scan"),
        "uvicorn",
        beside="scan-large",
        root=LARGE,
    ),
    _peer(
        "walk-large",
        "os.scandir and stat, tenfold",
        module("walk"),
        beside="scan-large",
        root=LARGE,
    ),
    _peer("aiohttp", "aiohttp show_index, HTML", module("aiohttp_index"), "aiohttp"),
    _peer("caddy", "Caddy browse, JSON", caddy, program="caddy"),
    _peer("nginx", "nginx autoindex, JSON", _AUTOINDEX, program="nginx"),
)

QUICK = tuple(peer.name for peer in PEERS)
