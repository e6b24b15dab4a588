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

from quart_video.delivery.client_socket import ClientSocket
from quart_video.delivery.context import this_app

logger = logging.getLogger("quart_video")

STEP = 2 * 1024 * 1024
"""Bytes from one look to the next. Shorter answers are not looked at."""

MUCH = 6 * 1024 * 1024
"""Bytes that a server may keep. The buffers of the system are not among them."""

_LITTLE = STEP
"""Bytes down to which it has to have written them, before it is given more."""

_KEEPS_UP = 0.9
"""Part of what it was given that a server has written when it keeps up. Not all, as something
between may make it shorter."""

_SELDOM = 5.0  # seconds between two looks for a socket, on a server that nothing is known against
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
_SOON = 5  # looks, where the last trial was good

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


class Backlog:
    """What the server has been given for one transfer, and has not written yet.

    :param scope: of the request.
    :param record: what is known of the server.
    :param name: what to call the media in the log.
    """

    def __init__(self, scope: Mapping[str, Any], record: ServerRecord, name: str) -> None:
        self._scope = scope
        self._is_http_1 = scope["http_version"].startswith("1")
        self._record = record
        self._name = name
        self._socket: ClientSocket | None = None
        self._sent = self._written = 0
        self._kept = 0
        self._tried: tuple[int, int] | None = None
        """Bytes that were sent and written when the server was given some only to see."""
        self._trials = 0
        self._patience = _IDLE
        self.next_look = STEP
        """Bytes of the transfer from which on to look again."""

    async def look(self, sent: int) -> bool:
        """See what has been written, and wait while it is too little.

        :param sent: bytes of the transfer that the server has been given.
        :return: whether it is to be given more only to see what comes of it, as the client has
            taken nothing.
        """
        self.next_look = sent + STEP
        written = self._take(sent)
        if written is None:
            return False
        given, taken = sent - self._sent, written - self._written
        self._sent, self._written = sent, written
        if taken < _KEEPS_UP * given:
            self._kept += given - taken
        else:  # what was late may be in it
            self._kept = max(0, self._kept - max(0, taken - given))
        is_near = self._record.keeps_all or self._record.is_suspected
        if self._kept >= MUCH or (is_near and self._kept >= STEP):
            return await self._wait()
        self._tried = None
        return False

    def _take(self, sent: int) -> int | None:
        """Return what has been written to the socket of the client; ``None``: there is no telling.

        The first time it is looked for, and what was written before counts for nothing.
        """
        if self._socket is None:
            now = monotonic()
            record = self._record
            if not (record.keeps_all or record.is_suspected) and now < record.next_look:
                return None
            record.next_look = now + _SELDOM
            self._socket = ClientSocket.of(self._scope)
            self._sent, self._written = sent, 0
            if self._socket is not None:
                self._written = self._socket.written() or 0
            else:
                self.next_look = 1 << 62  # nor will there be any later
            return None
        return self._socket.written()

    def _note(self) -> None:
        if self._record.keeps_all:
            return
        self._record.keeps_all = True
        logger.warning(
            "%r is sent over HTTP/%s by a server that does not wait for its client, as it should, "
            "and keeps in memory what that does not take: it had %d MiB. From now on it is given "
            "%d MiB at most. Let a proxy stand before it, or use Uvicorn, Hypercorn or Granian "
            "over HTTP/1.1. This is said once.",
            self._name,
            self._scope["http_version"],
            self._kept >> 20,
            (MUCH + STEP) >> 20,
        )

    async def _wait(self) -> bool:
        """Wait until the server has written most of what it keeps, or the client is gone.

        :return: whether it is to be tried.
        """
        assert self._socket is not None
        self._record.is_suspected = not self._record.keeps_all and not self._is_http_1
        idle = 0
        while self._kept > _LITTLE:
            await asyncio.sleep(_WAIT)
            written = self._socket.written()
            if written is None:
                break
            if written == self._written and self._socket.is_drained():
                idle += 1
                if idle < self._patience:
                    continue
                if not self._has_nothing_more():
                    return True
                self._kept = 0
                self._record.is_suspected = False
                break
            idle = 0
            if self._tried is None:
                self._note()
            self._kept -= written - self._written
            self._written = written
        self._tried, self._trials = None, 0
        return False

    def _has_nothing_more(self) -> bool:
        """Say whether a server that writes nothing has nothing: something made it shorter.

        Else have it tried, less and less often. Over HTTP/2 a client may take nothing of one
        answer, and all else that is sent to it, so that its socket does not tell.
        """
        if self._is_http_1:
            return True
        if self._tried is not None:
            sent, written = self._tried
            if _TOLD <= self._written - written <= self._sent - sent:
                self._trials += 1
                self._patience = _SOON
            else:
                self._trials = 0
                self._patience *= 2
                self._note()
        if self._trials == _TRIALS:
            return True
        self._tried = self._sent, self._written
        self.next_look = self._sent + _TRIAL
        return False
