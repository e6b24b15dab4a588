"""Viewers: clients that take a film as fast as it plays, or stop taking it."""

from __future__ import annotations

import heapq
import select
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter

from benchmarks.films import Film
from benchmarks.load import PATIENCE, Address, Connection, Request, Wrong, request

BYTES_PER_SECOND = 8_000_000 // 8
TICK = 0.1
"""Seconds between two looks of a viewer at what has come."""
FILLING = 1.0
"""Seconds after the last viewer has arrived before the measuring begins. Each is sent some MiB at
once; when the buffers on the way are full, what is sent is what is watched."""
LATE = 1.0
"""Seconds of film that a viewer may be behind, as players have more than that in store."""

_RECEIVE_BUFFER = 256 * 1024  # some ticks' worth; left to grow it would swallow seconds of film


class Viewer:
    """One who watches a film from somewhere in it, by an open-ended range."""

    def __init__(self, address: Address, film: Film, path: str, start: int) -> None:
        wanted = f"Range: bytes={start}-"
        self._request = request(
            "GET", path, wanted, status=206, start=start, length=film.size - start
        )
        self.connection = Connection(address, receive_buffer=_RECEIVE_BUFFER)
        self.began = 0.0
        self.behind = 0.0
        """The most seconds of film that were due and had not come, while it counted."""

    def begin(self, now: float) -> None:
        """Press play."""
        self.began = now
        self.connection.ask(self._request)

    def look(self, now: float) -> None:
        """Take what is due by now, or what of it has come."""
        due = int((now - self.began) * BYTES_PER_SECOND)
        try:
            while (missing := due - self.connection.received) > 0:
                self.connection.receive(missing)
        except BlockingIOError:
            self.behind = max(self.behind, missing / BYTES_PER_SECOND)


class Audience:
    """Viewers who watch at the same time, each somewhere else in the film."""

    def __init__(self, address: Address, film: Film, path: str, count: int) -> None:
        self._viewers: list[Viewer] = []
        try:
            for number in range(count):
                start = film.size // 2 // count * number
                self._viewers.append(Viewer(address, film, path, start))
        except OSError as error:
            self.close()
            raise Wrong(f"does not take {count} connections: {error}") from error

    @property
    def received(self) -> int:
        """Bytes of film that have come to all of them."""
        return sum(viewer.connection.received for viewer in self._viewers)

    @property
    def behind(self) -> list[float]:
        """The most seconds of film that each was behind."""
        return [viewer.behind for viewer in self._viewers]

    @property
    def first_bytes(self) -> list[float]:
        """Seconds from asking to the first byte, one for each viewer to whom one came."""
        return [v.connection.first_byte for v in self._viewers if v.connection.first_byte]

    def watch(
        self, seconds: float, meter: AbstractContextManager[object], *, arrival: float
    ) -> int:
        """Arrive, and watch for so long; return the bytes that came within *meter*.

        How far each was behind counts from then on, too.

        :param arrival: seconds over which the viewers arrive, evenly.

        :raises Wrong: a connection broke, or something else came than the film.
        """
        now = perf_counter()
        all_there = now + arrival + FILLING
        gap = arrival / len(self._viewers)
        looks = [(now + number * gap, number) for number in range(len(self._viewers))]
        try:
            with select.epoll() as starting:
                self._look_until(all_there, looks, starting)
                before = self.received
                for viewer in self._viewers:
                    viewer.behind = 0.0
                with meter:
                    self._look_until(all_there + seconds, looks, starting)
        except OSError as error:
            raise Wrong(f"broke a connection: {error}") from error
        if self.received == before:
            raise Wrong("sent nothing to any viewer")
        return self.received - before

    def _look_until(
        self, end: float, looks: list[tuple[float, int]], starting: select.epoll
    ) -> None:
        """Have every viewer look whenever it is time.

        :param looks: a heap of times, each with the number of who looks then.
        :param starting: knows the connections that wait for their first byte.
        """
        by_descriptor = {v.connection.socket.fileno(): v.connection for v in self._viewers}
        while (now := perf_counter()) < end:
            for descriptor, _ in starting.poll(max(0.0, min(looks[0][0], end) - now)):
                connection = by_descriptor[descriptor]
                if not connection.first_byte:
                    connection.receive(1)
                starting.unregister(descriptor)
            now = perf_counter()
            while looks[0][0] <= now:
                due, number = looks[0]
                viewer = self._viewers[number]
                if viewer.began:
                    viewer.look(now)
                else:
                    viewer.begin(now)
                    starting.register(viewer.connection.socket.fileno(), select.EPOLLIN)
                heapq.heapreplace(looks, (due + TICK, number))

    def close(self) -> None:
        """Leave, all at once."""
        for viewer in self._viewers:
            viewer.connection.close()


@contextmanager
def stalled(address: Address, wanted: Request, count: int) -> Iterator[list[float]]:
    """Have clients ask, take the first bytes of what comes, and nothing more.

    Yields the seconds that each waited for its first byte.

    :raises Wrong: the server does not answer one of them.
    """
    connections: list[Connection] = []
    try:
        for _ in range(count):
            connection = Connection(address)
            connections.append(connection)
            connection.socket.settimeout(PATIENCE)
            connection.ask(wanted)
            while not connection.received:
                connection.receive()
        yield [connection.first_byte for connection in connections]
    except OSError as error:
        raise Wrong(f"does not answer {count} clients at once: {error}") from error
    finally:
        for connection in connections:
            connection.close()
