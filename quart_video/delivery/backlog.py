"""How much a server keeps of what it was given, and a stop to that.

ASGI has a server wait in ``send()`` while its client takes nothing. Some do not, and keep what they
are given in memory: a film for each paused viewer. No name or version tells; what the system has
taken of what was given does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from quart_video.delivery.connection import connection_of
from quart_video.delivery.context import this_app

logger = logging.getLogger("quart_video")

STEP = 2 * 1024 * 1024
"""Bytes from one look to the next. Shorter answers are not looked at."""

MUCH = 6 * 1024 * 1024
"""Bytes that a server may keep. The buffers of the system are not among them."""

_LITTLE = STEP
"""Bytes down to which it has to have written them, before it is given more."""

MOST = 10 * 1024 * 1024
"""Bytes that it may keep of all that a connection carries, but for what each transfer is tried by
once."""

_SELDOM = 5.0  # seconds between two looks for a socket, on a server that nothing is known against
_SWIFT = 8 * 1024 * 1024  # bytes in a second. Who takes so much is looked at in any case.
_WAIT = 0.05  # seconds
_IDLE = 20
"""Looks in a row at a client who has all that was written, and is written nothing: over HTTP/1 the
server has nothing more then. Over HTTP/2 it may, and is tried."""

_TRIAL = 256 * 1024
"""Bytes that it is given then. A server that had nothing more writes them, or what something on the
way has left of them; one whose client takes nothing of this answer keeps them, too."""
_TOLD = _TRIAL // 64  # bytes that are more than what a connection itself has to say
_TRIALS = 3
"""In a row before it is believed: a client may have gone on just then."""
_SOON = 5  # looks, where the last trial was good, or others hold still meanwhile
_LESS_OFTEN = 4

_LEAST_STEP = 64 * 1024
"""Bytes from one look to the next, and of a trial, where a connection has much to carry."""

_KEY = "quart_video.backlogs"


@dataclass(slots=True)
class ServerRecord:
    """What is known of a server, for one version of HTTP."""

    keeps_all: bool = False
    """Whether it was seen to keep what its client does not take."""
    is_suspected: bool = False
    """Whether it looks so, and is tried. All transfers are looked at meanwhile."""
    is_seen: bool = False
    """Whether the system told how much of an answer it had written, so that it can be looked at."""
    next_look: float = 0.0
    """When to look for the socket of a client again, should nothing be known against it."""


def server_record(http_version: str) -> ServerRecord:
    """Return what the current app knows of its server."""
    records: dict[str, ServerRecord] = this_app().extensions.setdefault(_KEY, {})
    record = records.get(http_version)
    if record is None:
        record = records[http_version] = ServerRecord()
    return record


def counts(scope: Mapping[str, Any], length: int) -> bool:
    """Say whether an answer of so many bytes is looked at.

    Over HTTP/2 there may be many, on one connection.
    """
    return length > (MUCH if scope["http_version"].startswith("1") else _LEAST_STEP)


class Backlog:
    """What the server has been given for one transfer, and has not written yet.

    What one connection carries beside is counted with it: there the system tells of all together.

    :param scope: of the request.
    :param record: what is known of the server.
    :param name: what to call the media in the log.
    """

    def __init__(self, scope: Mapping[str, Any], record: ServerRecord, name: str) -> None:
        self._version = scope["http_version"]
        self._is_http_1 = self._version.startswith("1")
        self._record = record
        self._name = name
        self._connection = connection_of(scope)
        self._began = monotonic()
        self._sent = 0
        self._others = 0
        """Bytes of what the server keeps that are none of this transfer's, as it was seen."""
        self._was_shared = False
        self._tried: tuple[int, int] | None = None
        """Bytes that were sent and written when the server was given some only to see."""
        self._failed_at: int | None = None
        """Bytes that had been written when a trial failed last."""
        self._trials = 0
        self._patience = _IDLE
        self.next_look = STEP
        """Bytes of the transfer from which on to look again."""

    @property
    def _is_shared(self) -> bool:
        """Whether the connection has, or had, other media to carry."""
        return self._connection.answers > 1 or self._connection.is_known

    def begin(self) -> None:
        """Note that the transfer begins."""
        self._connection.begin()
        if self._is_shared:  # before it is given anything
            self._was_shared, self._patience, self.next_look = True, _SOON, 0

    def end(self, sent: int) -> None:
        """Note that the server is given no more.

        :param sent: bytes of the transfer that it was given.
        """
        self._connection.give(sent - self._sent)
        self._connection.give_turn_back(self)
        self._connection.end()

    async def look(self, sent: int) -> bool:
        """See what has been written, and wait while it is too little.

        :param sent: bytes of the transfer that the server has been given.
        :return: whether it is to be given more only to see what comes of it, as the client has
            taken nothing.
        """
        connection = self._connection
        connection.give(sent - self._sent)
        self._sent = sent
        self._was_shared = self._was_shared or self._is_shared
        self.next_look = sent + self._step()
        if not (connection.is_found or self._find()) or not connection.look():
            return False
        if connection.is_turn_of_another(self):
            await self._pause()
        is_near = self._was_shared or self._record.keeps_all or self._record.is_suspected
        if self._kept() >= (STEP if is_near else MUCH):
            return await self._wait()
        self._tried = None
        return False

    def _step(self) -> int:
        """Return how many bytes may be given to the server until the next look."""
        if not self._was_shared:
            return STEP
        return max(_LEAST_STEP, STEP // (2 * self._connection.answers))

    def _kept(self) -> int:
        """Return how many bytes the server keeps that may be of this transfer."""
        kept = self._connection.kept
        self._others = min(self._others, kept)
        return kept - self._others

    def _find(self) -> bool:
        """Look for the socket of the client, where that is worth what it takes."""
        now = monotonic()
        record = self._record
        if self._connection.is_hidden:
            self.next_look = 1 << 62  # nor will there be any later
            return False
        if not (
            self._was_shared
            or record.keeps_all
            or record.is_suspected
            or now >= record.next_look
            or self._sent >= max(MUCH, _SWIFT * (now - self._began))
        ):
            return False
        record.next_look = now + _SELDOM
        self._connection.find(counts=not self._is_http_1)
        return self._connection.is_found and not self._is_http_1

    def _note(self) -> None:
        # Of several answers on a connection, the server may have been right to take some of each.
        if self._record.keeps_all or self._was_shared:
            return
        self._record.keeps_all = True
        logger.warning(
            "%r is sent over HTTP/%s by a server that does not wait for its client, as it should, "
            "and keeps in memory what that does not take: it had %d MiB. From now on it is given "
            "%d MiB at most. Let a proxy stand before it, or use Uvicorn, Hypercorn or Granian "
            "over HTTP/1.1. This is said once.",
            self._name,
            self._version,
            self._kept() >> 20,
            (MUCH + STEP) >> 20,
        )

    async def _pause(self) -> bool:
        """Wait for the time of the next look, and until no other has the turn, and look.

        :return: whether the client is still there.
        """
        while True:
            await asyncio.sleep(_WAIT)
            if not self._connection.look():
                return False
            if not self._connection.is_turn_of_another(self):
                return True

    async def _wait(self) -> bool:
        """Wait until the server has written most of what it keeps, or the client is gone.

        :return: whether it is to be tried.
        """
        connection = self._connection
        if not self._was_shared:
            self._record.is_suspected = not self._record.keeps_all and not self._is_http_1
        looks = idle = 0
        turn = self._patience
        written = connection.written
        while self._kept() > _LITTLE:
            if not await self._pause():
                break
            looks += 1
            if looks == turn and connection.answers > 1:
                connection.take_turn(self)
                turn += _LESS_OFTEN * looks
            if connection.written != written or not connection.is_drained():
                written, idle = connection.written, 0
                if self._tried is None:
                    self._note()
                continue
            idle += 1
            if idle < (_SOON if connection.is_turn_of(self) else self._patience):
                continue
            if self._is_http_1 or self._is_known_to_be_written():
                # Something made it shorter, or what is kept is of other answers.
                self._others = connection.kept
                self._record.is_suspected = False
                break
            if self._may_try():
                self._tried = self._sent, connection.written
                self.next_look = self._sent + (_LEAST_STEP if self._was_shared else _TRIAL)
                return True
            connection.give_turn_back(self)
            idle = 0
        connection.give_turn_back(self)
        self._tried, self._trials = None, 0
        return False

    def _is_known_to_be_written(self) -> bool:
        """Say whether the server has been seen to write what it is given of this transfer.

        Over HTTP/2 a client may take nothing of one answer, and all else that is sent to it, so
        that its socket does not tell: the server is tried, less and less often.
        """
        if self._tried is not None:
            sent, before = self._tried
            given, taken = self._sent - sent, self._connection.written - before
            if _TOLD <= taken <= given + given // 16 + _TOLD:
                self._trials += 1
                self._patience = _SOON
            else:
                self._trials = 0
                self._patience *= _LESS_OFTEN if self._was_shared else 2
                self._failed_at = self._connection.written
                self._note()
        return self._trials == _TRIALS

    def _may_try(self) -> bool:
        """Say whether the server is to be given more, to see what comes of it."""
        if not self._was_shared or self._failed_at is None:
            return True
        if self._tried is not None and not self._trials:  # it has just failed
            self._tried = None
            return False
        return self._connection.kept < MOST or self._connection.written != self._failed_at
