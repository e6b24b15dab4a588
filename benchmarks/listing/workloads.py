"""The work: scans, starts, pages and searches, each of which is checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import attrgetter
from time import perf_counter
from typing import Any

from benchmarks.bodies import Text
from benchmarks.listing.asks import MOST, ORDERS, PAGE, Ask, folder_pages, recursive
from benchmarks.listing.folders import FORMATS, check_folder, path_of
from benchmarks.listing.shelves import Shelves, check_text
from benchmarks.listing.tree import FEW, MANY, Folder, Tree
from benchmarks.load import Request, Tally, Wrong, fields_of, request, text_request
from benchmarks.measure import Meter, Usage, cpu_of, rss_of
from benchmarks.peers import Peer
from benchmarks.results import Sample
from benchmarks.scene import Scene as SceneOf
from benchmarks.suite import Workload

Scene = SceneOf[Shelves]
Asks = Callable[[Tree], Sequence[Ask]]

_REHEARSED = 24
"""Requests ahead of those that count."""


def scan(scene: Scene) -> Sample:
    """Find all files, for the first time."""
    count = len(scene.stock.tree(scene.server).names)
    text = Text()
    with scene.meter() as meter:
        scene.drive([text_request("/scan", text)], connections=1)
    check_text(text, lambda body: _same_count(json.loads(body)["files"], count))
    usage = meter.usage
    cost, rate = usage.cpu / (count / 100_000), count / usage.seconds
    return scene.sample(usage, [usage.seconds], cost=cost, rate=rate)


def _same_count(found: int, wanted: int) -> None:
    if found != wanted:
        raise Wrong(f"found {found} files in place of {wanted}")


def start(scene: Scene) -> Sample:
    """Start, and list a folder, with an index that is there."""
    server = scene.server
    (ask,) = _few(scene.stock.tree(server))
    text = Text()
    scene.drive([text_request(ask.path, text)], connections=1)
    seconds, cpu = perf_counter() - server.born, cpu_of(server.pids)
    check_text(text, ask.look)
    scene.stock.request(server, ask)  # for those who are to have it in memory
    rss = rss_of(server.pids, peak=True)
    usage = Usage(seconds, cpu, 0.0, 0.0, rss, rss)
    return scene.sample(usage, [seconds], cost=1000 * usage.cpu, rate=1 / seconds)


def memory(scene: Scene) -> Sample:
    """Do a little of everything; the memory counts, from the start of the process on."""
    server = scene.server
    tree = scene.stock.tree(server)
    requests = [scene.stock.request(server, ask) for ask in _few(tree)]
    if server.peer.is_ours:
        asks = [*_first(tree), *_deep(tree), *_sorts(tree), *_deep_sorts(tree)]
        requests += [scene.stock.request(server, ask) for ask in asks]
        for kind in ("rare", "prefix", "two", "common", "none"):
            asks = scene.stock.searches(server, kind, 8)
            requests += [scene.stock.request(server, ask) for ask in asks]
    peak = rss_of(server.pids, peak=True)
    with scene.meter() as meter:
        tally = scene.drive(requests * max(1, round(1000 * scene.scale / len(requests))))
    usage = replace(meter.usage, rss_peak=max(peak, meter.usage.rss_peak))
    rate = tally.requests / usage.seconds
    return scene.sample(usage, tally.first_bytes, cost=usage.rss_peak, rate=rate)


def _listing(asks: Asks, count: int) -> Callable[[Scene], Sample]:
    """Return what asks again and again for what is known by then."""

    def run(scene: Scene) -> Sample:
        wanted = asks(scene.stock.tree(scene.server))
        requests = [scene.stock.request(scene.server, ask) for ask in wanted]
        return _repeated(scene, requests, count)

    return run


def _folder(choose: Callable[[Tree], Folder], count: int) -> Callable[[Scene], Sample]:
    """Return what asks for all of a folder, again and again."""

    def run(scene: Scene) -> Sample:
        tree = scene.stock.tree(scene.server)
        folder = choose(tree)
        listed = FORMATS.get(scene.server.peer.name)
        if listed is None:
            pages = folder_pages(tree, folder, MOST)
            requests = [scene.stock.request(scene.server, ask) for ask in pages]
            return _repeated(scene, requests, count * len(requests), per=len(requests))
        read, fields = listed

        def check(body: bytes) -> None:
            check_folder(tree, folder, read(body))

        text = scene.stock.known(scene.server, path_of(folder), check, *fields)
        return _repeated(scene, [text_request(path_of(folder), text, *fields)], count)

    return run


def _repeated(scene: Scene, requests: list[Request], count: float, per: int = 1) -> Sample:
    """Send the requests again and again.

    :param per: how many make one piece of work.
    """
    times = max(1, round(count * scene.scale / len(requests)))
    scene.drive((requests * _REHEARSED)[:_REHEARSED])
    with scene.meter() as meter:
        tally = scene.drive(requests * times)
    return _sample(scene, meter, tally, per)


def _sample(scene: Scene, meter: Meter, tally: Tally, per: int = 1) -> Sample:
    usage, done = meter.usage, tally.requests / per
    cost, rate = 1000 * usage.cpu / done, done / usage.seconds
    return scene.sample(usage, tally.first_bytes, cost=cost, rate=rate)


def not_modified(scene: Scene) -> Sample:
    """Ask whether a page has changed, which it has not."""
    (ask,) = _few(scene.stock.tree(scene.server))
    known = scene.stock.request(scene.server, ask)
    tag = fields_of(scene.server.address, known).get("etag")
    if tag is None or tag.startswith("W/"):
        raise Wrong("sends no strong ETag")
    wanted = request("GET", ask.path, f"If-None-Match: {tag}", status=304)
    return _repeated(scene, [wanted], 1000)


def _search(kind: str, count: int) -> Callable[[Scene], Sample]:
    """Return what searches for something else each time."""

    def run(scene: Scene) -> Sample:
        wanted = max(1, round(count * scene.scale))
        # What everybody needs, such as the tables that are counted in, is there already.
        rehearsed, *asks = scene.stock.searches(scene.server, kind, 1 + wanted)
        scene.stock.request(scene.server, rehearsed)
        texts = [Text() for _ in asks]
        requests = [text_request(ask.path, text) for ask, text in zip(asks, texts, strict=True)]
        with scene.meter() as meter:
            tally = scene.drive(requests, connections=2)
        for ask, text in zip(asks, texts, strict=True):
            check_text(text, ask.look)
        return _sample(scene, meter, tally)

    return run


def search_again(scene: Scene) -> Sample:
    """Search for a word that all have, and that has been searched for since the last change."""
    (ask,) = scene.stock.searches(scene.server, "common", 1)
    return _repeated(scene, [scene.stock.request(scene.server, ask)], 200)


def _few(tree: Tree) -> list[Ask]:
    return folder_pages(tree, tree.few, PAGE)


def _first(tree: Tree) -> list[Ask]:
    return [recursive(tree)]


def _deep(tree: Tree) -> list[Ask]:
    return [recursive(tree, deep=True)]


def _sorts(tree: Tree) -> list[Ask]:
    return [recursive(tree, order) for order in ORDERS]


def _deep_sorts(tree: Tree) -> list[Ask]:
    return [recursive(tree, order, deep=True) for order in ORDERS]


def _among(*names: str) -> Callable[[Peer], bool]:
    return lambda peer: peer.name in names


CPU = "CPU milliseconds per request"

_OURS = _among("ours-uvicorn", "ours-hypercorn", "ours-large")
_SCALES = _among("ours-uvicorn", "ours-large")


def _work(
    name: str,
    title: str,
    run: Callable[[Scene], Sample],
    takes: Callable[[Peer], bool] = _SCALES,
    **options: Any,
) -> Workload[Shelves]:
    return Workload(name, title, run, CPU, "req/s", takes, **options)


WORKLOADS = (
    Workload(
        "scan",
        "First scan",
        scan,
        "CPU seconds per 100,000 files",
        "files/s",
        _among("scan", "walk"),
    ),
    Workload(
        "scan-large",
        "First scan of ten times the files",
        scan,
        "CPU seconds per 100,000 files",
        "files/s",
        _among("scan-large", "walk-large"),
        rounds=1,
    ),
    Workload(
        "memory",
        "Memory after a scan, pages and searches",
        memory,
        "MiB at most",
        "req/s",
        _among("ours-alone", "memory-uvicorn"),
        rounds=2,
        fresh=True,
    ),
    Workload(
        "start",
        "Start with an index that is there, to the first listing",
        start,
        "CPU milliseconds per start",
        "starts/s",
        _among(
            "ours-uvicorn", "ours-hypercorn", "ours-large", "memory-uvicorn", "memory-hypercorn"
        ),
        fresh=True,
        warmed=False,
    ),
    _work(
        "page",
        "A page of 50, 8 connections",
        _listing(_few, 1000),
        _among(
            "ours-uvicorn", "ours-hypercorn", "ours-large", "memory-uvicorn", "memory-hypercorn"
        ),
    ),
    _work("304", "A page that has not changed (304), 8 connections", not_modified, _OURS),
    _work("recursive", "All folders, first page of 50, 8 connections", _listing(_first, 400)),
    _work("deep", "All folders, a page in the middle, 8 connections", _listing(_deep, 400)),
    _work(
        "sorts", "All folders, in each other order in turn, 8 connections", _listing(_sorts, 400)
    ),
    _work(
        "deep-sorts",
        "All folders, in each other order, a page in the middle, 8 connections",
        _listing(_deep_sorts, 400),
    ),
    _work("search-rare", "Search for a word that few have", _search("rare", 60)),
    _work("search-prefix", "Search for the beginning of a word", _search("prefix", 60)),
    _work("search-wide", "Search for a letter or two that many begin with", _search("wide", 2)),
    _work("search-two", "Search for two words", _search("two", 30)),
    _work("search-none", "Search for a word that none has", _search("none", 60)),
    _work("search-common", "Search for a word that all have", _search("common", 3)),
    _work("search-again", "The same search for a word that all have, again", search_again),
    *(
        Workload(
            f"folder-{size}",
            f"A whole folder of {size:,}, 8 connections",
            _folder(choose, count),
            "CPU milliseconds per listing",
            "listings/s",
            _among("ours-uvicorn", "ours-hypercorn", *FORMATS),
        )
        for size, choose, count in (
            (FEW, attrgetter("few"), 600),
            (MANY, attrgetter("many"), 60),
        )
    ),
)
