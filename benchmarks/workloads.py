"""The work: the same for every peer, as fixed numbers of bytes, requests or viewers."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from time import perf_counter

from benchmarks.films import MIB, Film, Films, can_be_dropped, drop
from benchmarks.load import Request, Wrong, drive, fields_of, range_request, request
from benchmarks.measure import rss_of
from benchmarks.peers import Peer
from benchmarks.results import Sample
from benchmarks.scene import CONNECTIONS, GIB
from benchmarks.scene import Scene as SceneOf
from benchmarks.servers import Server
from benchmarks.suite import Workload
from benchmarks.viewers import LATE, Audience, stalled

Scene = SceneOf[Films]


def _film(scene: Scene, mib: float | None = None) -> tuple[Film, str]:
    """Return a film, the longest unless told otherwise, and its path in the URL."""
    film = scene.stock.of_size(scene.stock.longest if mib is None else mib)
    return film, scene.server.peer.prefix + film.name


def warm(films: Films, server: Server) -> None:
    """Have a server send a little, so that all is imported and allocated."""
    if server.peer.sends_films:
        path = server.peer.prefix + films.of_size(1).name
        requests = [range_request(path, n, n + 65536) for n in range(20)]
        with suppress(Wrong):  # which is told when it is measured
            drive(server.address, requests, connections=4)


def _ranges(scene: Scene, length: int, count: float) -> list[Request]:
    """Ask for ranges all over the film, none at a round number, the same for every peer."""
    film, path = _film(scene)
    choice = random.Random(scene.seed)  # noqa: S311 - to be the same for all, not to be secret
    starts = [choice.randrange(film.size - length) for _ in range(max(CONNECTIONS, round(count)))]
    return [range_request(path, start, start + length) for start in starts]


def whole(scene: Scene) -> Sample:
    """Download a whole film on one connection."""
    film, path = _film(scene, 1024 * scene.share)
    with scene.meter() as meter:
        tally = scene.drive([request("GET", path, status=200, length=film.size)], connections=1)
    return scene.sample_of_bytes(meter.usage, tally)


def ranges_16m(scene: Scene) -> Sample:
    """Ask for ranges of 16 MiB, as some downloaders do: what is left of them is sending."""
    film, _ = _film(scene)
    length = min(16 * MIB, film.size // 2)
    requests = _ranges(scene, length, 128 * scene.share)
    with scene.meter() as meter:
        tally = scene.drive(requests)
    return scene.sample_of_bytes(meter.usage, tally)


def ranges_1m(scene: Scene) -> Sample:
    """Ask for ranges of 1 MiB, as downloaders and some players do."""
    requests = _ranges(scene, MIB, 1024 * scene.share)
    with scene.meter() as meter:
        tally = scene.drive(requests)
    return scene.sample_of_bytes(meter.usage, tally)


def ranges_64k(scene: Scene) -> Sample:
    """Ask for ranges of 64 KiB, each somewhere else: what seeking costs."""
    requests = _ranges(scene, 64 * 1024, 3000 * scene.share)
    with scene.meter() as meter:
        tally = scene.drive(requests)
    return scene.sample_of_requests(meter.usage, tally)


def not_modified(scene: Scene) -> Sample:
    """Ask whether a film has changed, which it has not."""
    _, path = _film(scene, 1)
    if scene.server.peer.sends_films:
        tag = fields_of(scene.server.address, range_request(path, 0, 1)).get("etag")
        if tag is None:
            raise Wrong("sends no ETag")
        wanted = request("GET", path, f"If-None-Match: {tag}", status=304)
    else:
        wanted = request("GET", path, 'If-None-Match: "any"', status=200, length=0)
    with scene.meter() as meter:
        tally = scene.drive([wanted] * round(3000 * scene.scale))
    return scene.sample_of_requests(meter.usage, tally)


def head(scene: Scene) -> Sample:
    """Ask for nothing but the fields; of a small film, as stock Quart reads it to its end."""
    _, path = _film(scene, 1)
    wanted = request("HEAD", path, status=200)
    with scene.meter() as meter:
        tally = scene.drive([wanted] * round(3000 * scene.share))
    return scene.sample_of_requests(meter.usage, tally)


def cold(scene: Scene) -> Sample:
    """Ask for ranges of 1 MiB that have to come from the disk."""
    film, _ = _film(scene)
    if not can_be_dropped(film):
        raise Wrong("cannot be tried: the films are in memory, not on a disk; see --folder")
    requests = _ranges(scene, MIB, 128 * scene.share)
    with film.path.open("rb") as file:

        def drop_wanted(wanted: Request) -> None:
            drop(file.fileno(), wanted.start, wanted.length or 0)

        with scene.meter() as meter:
            tally = drive(
                scene.server.address, requests, connections=CONNECTIONS, before=drop_wanted
            )
    return scene.sample_of_bytes(meter.usage, tally)


def paced(scene: Scene) -> Sample:
    """Have 500 viewers watch at 8 Mbit/s each."""
    film, path = _film(scene)
    # Fewer of them for slow peers, but a shorter run is one of less time, not of less at once.
    count = round(500 * scene.server.peer.share)
    meter = scene.meter()
    before = rss_of(scene.server.pids)
    audience = Audience(scene.server.address, film, path, count)
    try:
        received = audience.watch(
            max(1.5, 5 * scene.scale), meter, arrival=max(1.5, 3 * scene.scale)
        )
    finally:
        audience.close()
    return scene.sample(
        replace(meter.usage, rss_before=before),
        audience.first_bytes,
        cost=meter.usage.cpu / (received / GIB),
        rate=received / MIB / meter.usage.seconds,
        viewers=count,
        kept_pace=sum(behind < LATE for behind in audience.behind),
        most_behind=max(audience.behind),
    )


def stall(scene: Scene) -> Sample:
    """Have 200 viewers stop taking a film, while one beside them takes it at full speed."""
    film, path = _film(scene)
    wanted = request("GET", path, status=200, length=film.size)
    count = round(200 * scene.server.peer.share)
    short, short_path = _film(scene, 512 * scene.share)
    download = [request("GET", short_path, status=200, length=short.size)] * 3

    def full_speed() -> float:
        began = perf_counter()
        tally = scene.drive(download, connections=1)
        return tally.bytes / MIB / (perf_counter() - began)

    alone = full_speed()
    with scene.meter() as meter, stalled(scene.server.address, wanted, count) as first_bytes:
        scene.server.settle()
        beside = full_speed()
    growth = meter.usage.rss_peak - meter.usage.rss_before
    return scene.sample(
        meter.usage,
        first_bytes,
        cost=growth / count,
        rate=beside,
        viewers=count,
        rate_alone=alone,
    )


PER_GIB = "CPU seconds per GiB"
PER_REQUESTS = "CPU seconds per 1,000 requests"
PER_VIEWER = "MiB per viewer"


def _sends(peer: Peer) -> bool:
    return peer.sends_films


def _sends_304(peer: Peer) -> bool:
    return peer.sends_304 or not peer.sends_films


def _any(_: Peer) -> bool:
    return True


WORKLOADS = (
    Workload("whole", "Whole file of 1 GiB, one connection", whole, PER_GIB, "MiB/s", _sends),
    Workload("ranges-16m", "Ranges of 16 MiB, 8 connections", ranges_16m, PER_GIB, "MiB/s", _sends),
    Workload("ranges-1m", "Ranges of 1 MiB, 8 connections", ranges_1m, PER_GIB, "MiB/s", _sends),
    Workload(
        "ranges-64k",
        "Ranges of 64 KiB, 8 connections",
        ranges_64k,
        PER_REQUESTS,
        "req/s",
        _sends,
    ),
    Workload(
        "304",
        "Nothing modified (304), 8 connections",
        not_modified,
        PER_REQUESTS,
        "req/s",
        _sends_304,
    ),
    Workload("head", "HEAD, 8 connections", head, PER_REQUESTS, "req/s", _any),
    Workload(
        "paced",
        "500 viewers at 8 Mbit/s",
        paced,
        PER_GIB,
        "MiB/s",
        _sends,
        rounds=2,
        rehearsed=True,
    ),
    Workload(
        "stalled",
        "200 viewers that stall, and one that does not",
        stall,
        PER_VIEWER,
        "MiB/s",
        _sends,
        rounds=2,
        fresh=True,
    ),
    Workload(
        "cold", "Ranges of 1 MiB from the disk, 8 connections", cold, PER_GIB, "MiB/s", _sends
    ),
)
