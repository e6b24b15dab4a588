"""``python -m benchmarks.fairness``: what 50 viewers notice of one client that takes all it can.

Each viewer asks for a MiB in every second, as a film of 8 Mbit/s is played. Their times to the
first byte are taken alone, and beside a client that downloads at full speed, in turns.
"""

from __future__ import annotations

import argparse
import heapq
import multiprocessing
import random
import select
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from benchmarks.films import MIB, Film, Films
from benchmarks.load import PATIENCE, Address, Connection, Wrong, range_request, request
from benchmarks.peers import PEERS
from benchmarks.servers import DoesNotStart, Server, running

VIEWERS = 50
LENGTH = 256  # MiB
NAMES = ("ours-hypercorn", "ours-uvicorn", "ours-granian", "starlette-file", "aiohttp", "nginx")
GREEDY = 1 << 20  # bytes taken at once

_fork = multiprocessing.get_context("fork")


@dataclass(slots=True)
class Times:
    """Seconds to the first byte, and how fast the greedy client was meanwhile."""

    first_bytes: list[float] = field(default_factory=list)
    pulled: float = 0.0
    """MiB per second."""

    def percentile(self, percent: int) -> float:
        """Return milliseconds to the first byte."""
        return 1000 * quantiles(self.first_bytes, n=100, method="inclusive")[percent - 1]


def watch(address: Address, film: Film, path: str, seconds: float) -> list[float]:
    """Have the viewers watch for so long; return their times to the first byte."""
    choice = random.Random(5)  # noqa: S311 - to be the same for all, not to be secret
    viewers = [Connection(address) for _ in range(VIEWERS)]
    begin = perf_counter()
    due = [(begin + number / VIEWERS, number) for number in range(VIEWERS)]
    busy: dict[int, Connection] = {}
    times = []
    try:
        with select.epoll() as poll:
            for viewer in viewers:
                poll.register(viewer.socket.fileno(), select.EPOLLIN)
            while busy or due[0][0] < begin + seconds:
                now = perf_counter()
                if now > begin + seconds + PATIENCE:
                    raise Wrong("does not keep pace")
                while due[0][0] <= now and due[0][0] < begin + seconds:
                    at, number = due[0]
                    viewer = viewers[number]
                    if viewer.socket.fileno() in busy:  # it is late: ask as soon as that is over
                        heapq.heapreplace(due, (at + 0.05, number))
                        continue
                    start = choice.randrange(film.size - MIB)
                    viewer.ask(range_request(path, start, start + MIB))
                    busy[viewer.socket.fileno()] = viewer
                    heapq.heapreplace(due, (at + 1, number))
                for descriptor, _ in poll.poll(max(0.0, min(due[0][0] - perf_counter(), 0.5))):
                    viewer = busy[descriptor]
                    if viewer.receive():
                        times.append(viewer.first_byte)
                        del busy[descriptor]
    finally:
        for viewer in viewers:
            viewer.close()
    return times


def _pull(address: Address, wire: bytes, taken: Synchronized[int]) -> None:
    """Download again and again. The kernel throws the bytes away, so that this costs little."""
    buffer = bytearray(GREEDY)
    while True:
        with socket.create_connection(address) as connection:
            connection.sendall(wire)
            while count := connection.recv_into(buffer, GREEDY, socket.MSG_TRUNC):
                with taken:
                    taken.value += count


@contextmanager
def greedy(address: Address, path: str) -> Iterator[Synchronized[int]]:
    """Have a client in another process take all it can; give the number of bytes it took."""
    wire = request("GET", path, "Connection: close", status=200).wire
    taken: Synchronized[int] = _fork.Value("q", 0)
    process = _fork.Process(target=_pull, args=(address, wire, taken), daemon=True)
    process.start()
    try:
        yield taken
    finally:
        process.terminate()
        process.join()


def measure(server: Server, film: Film, *, rounds: int, seconds: float) -> tuple[Times, Times]:
    """Return what viewers notice alone, and beside a greedy client."""
    path = server.peer.prefix + film.name
    alone, beside = Times(), Times()
    watch(server.address, film, path, 1)
    for _ in range(rounds):
        alone.first_bytes += watch(server.address, film, path, seconds)
        with greedy(server.address, path) as taken:
            before, began = taken.value, perf_counter()
            beside.first_bytes += watch(server.address, film, path, seconds)
            pulled = (taken.value - before) / MIB / (perf_counter() - began)
        if not pulled:
            raise Wrong("sends nothing to the greedy client")
        beside.pulled += pulled / rounds
    return alone, beside


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the peers, one after the other, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=__doc__)
    parser.add_argument("--peers", nargs="+", metavar="NAME", default=NAMES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6, help="of each half of a round (6)")
    options = parser.parse_args(arguments)
    peers = [peer for peer in PEERS if peer.name in options.peers and not peer.missing()]
    print("ms to the first byte     alone p50    p99   beside p50    p99   ratio   beside MiB/s")
    with tempfile.TemporaryDirectory(prefix="fairness-") as folder:
        film = Films(Path(folder), LENGTH).of_size(LENGTH)
        for peer in peers:
            try:
                with running([peer], Path(folder)) as (server,):
                    alone, beside = measure(
                        server, film, rounds=options.rounds, seconds=options.seconds
                    )
            except (DoesNotStart, Wrong, OSError) as error:
                print(f"{peer.name:24} {error}")
                continue
            print(
                f"{peer.name:24} {alone.percentile(50):9.1f} {alone.percentile(99):6.1f}"
                f" {beside.percentile(50):12.1f} {beside.percentile(99):6.1f}"
                f" {beside.percentile(99) / alone.percentile(99):7.1f} {beside.pulled:14.0f}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
