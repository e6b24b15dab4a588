"""How many transfers may go on at once, and how fast one may be. Without Quart, or any media."""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from time import monotonic
from typing import Any

from quart_video.http.host import parse_host

PATIENCE = 2.0
"""Seconds for which a request waits for a transfer to end. A player that goes on to another video
may ask for it before it lets go of the one before, and servers notice that late."""

RETRY_AFTER = 10
"""Seconds after which asking again makes sense, for whoever is turned away."""

_LOOK_EVERY = 0.05  # seconds, while waiting
_PIECE = 0.05  # seconds
_SHORT = 0.005  # seconds that are not worth a nap
_CATCH_UP = 1.0  # seconds


class Verdict(Enum):
    """What becomes of a transfer that is asked for."""

    ADMITTED = auto()
    CLIENT_HAS_ENOUGH = auto()
    SERVER_FULL = auto()


@dataclass(frozen=True, slots=True)
class Limits:
    """Most transfers that may go on at once; ``None``: any number."""

    in_all: int | None
    per_client: int | None


class TransferPermit:
    """The right to a transfer, which goes back when it is released, or forgotten."""

    def __init__(self, transfer_limiter: TransferLimiter, client: str, path: str) -> None:
        self._limiter: TransferLimiter | None = transfer_limiter
        self._client = client
        self._path = path

    def started(self) -> None:
        """Note nothing: the right was there before the transfer."""

    def ended(self, sent: int, outcome: object) -> None:  # noqa: ARG002 - however it ended
        """Give it back."""
        self.release()

    def release(self) -> None:
        """Give it back; may be called more than once."""
        transfer_limiter, self._limiter = self._limiter, None
        if transfer_limiter is not None:
            transfer_limiter.leave(self._client, self._path)

    def __del__(self) -> None:
        # For the answer that is thrown away before anyone sends it.
        self.release()


class TransferLimiter:
    """Counts the transfers that go on.

    A player that seeks asks for a new range before the old one is closed. So a client that has all
    it may have is let in once more for a video that it is being sent: it has one more than the
    limit then, and there is one more in all. Whoever else comes too early waits for a moment.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._total = 0
        self._clients: Counter[str] = Counter()
        self._videos: Counter[tuple[str, str]] = Counter()
        self._waiting: Counter[str] = Counter()

    @property
    def counts_clients(self) -> bool:
        """Whether each client may have so many, and not all together alone."""
        return self._limits.per_client is not None

    async def enter(self, client: str, path: str) -> TransferPermit | Verdict:
        """Return a slot, or why there is none.

        :param client: see :func:`client_key`.
        """
        verdict = self._judge(client, path)
        if verdict is Verdict.ADMITTED:
            return self._admit(client, path)
        if self._waiting[client] >= (self._limits.per_client or 1):
            return verdict
        self._waiting[client] += 1
        try:
            return await self._wait(client, path, verdict)
        finally:
            _take_one(self._waiting, client)

    async def _wait(self, client: str, path: str, verdict: Verdict) -> TransferPermit | Verdict:
        deadline = monotonic() + PATIENCE
        while verdict is not Verdict.ADMITTED and monotonic() < deadline:
            await asyncio.sleep(_LOOK_EVERY)
            verdict = self._judge(client, path)
        return self._admit(client, path) if verdict is Verdict.ADMITTED else verdict

    def _judge(self, client: str, path: str) -> Verdict:
        has = self._clients[client]
        seeks = self._videos[client, path] > 0
        most = self._limits.per_client
        if most is not None and has >= most + seeks:
            return Verdict.CLIENT_HAS_ENOUGH
        most = self._limits.in_all
        if most is not None and self._total >= most and not (seeks and has == 1):
            return Verdict.SERVER_FULL
        return Verdict.ADMITTED

    def _admit(self, client: str, path: str) -> TransferPermit:
        self._total += 1
        self._clients[client] += 1
        self._videos[client, path] += 1
        return TransferPermit(self, client, path)

    def leave(self, client: str, path: str) -> None:
        """Note that a transfer has ended."""
        self._total -= 1
        _take_one(self._clients, client)
        _take_one(self._videos, (client, path))


def _take_one(counter: Counter[Any], key: object) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]  # there is no end to the addresses in this world


def client_key(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the IPv6 network of one household."""
    found = _ip_address(address)
    if found is None:  # a socket of this machine, or what a proxy calls its client
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found)


def _ip_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    with suppress(ValueError):
        return ipaddress.ip_address(text)
    # Some proxies tell the port, too, which is another one for each connection of the same client.
    host = parse_host(text.strip('"'))
    with suppress(ValueError):
        return None if host is None else ipaddress.ip_address(host.name)
    return None


class Pacer:
    """Holds the chunks of one transfer to a number of bytes per second.

    Chunks are cut to what takes a twentieth of a second, and each is sent when its time is over. A
    client that paused may catch up on a second, and not on its pause.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self.size = max(1, round(rate * _PIECE))
        self._due: float | None = None

    async def pieces(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Pass *chunks* on, in time."""
        async for chunk in chunks:
            for start in range(0, len(chunk), self.size):
                piece = chunk[start : start + self.size]
                await self.turn(len(piece))
                yield piece

    async def turn(self, count: int) -> None:
        """Wait until it is time for *count* bytes, which :attr:`size` is the most of."""
        now = monotonic()
        due = now if self._due is None else max(self._due, now - _CATCH_UP)
        self._due = due + count / self._rate
        if self._due - now > _SHORT:
            await asyncio.sleep(self._due - now)
