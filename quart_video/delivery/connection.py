"""What a server was given for all answers on one connection, and has not written yet.

Over HTTP/2 and HTTP/3 a client has many answers on one connection, and the system tells of the
connection alone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from time import monotonic
from typing import Any

from quart_video.delivery.client_socket import ClientSocket, client_address
from quart_video.delivery.context import this_app

_KEEPS_UP = 0.9
"""Part of what it was given that a server has written when it keeps up. Not all, as something
between may make it shorter."""

_MOST = 2000
"""Connections that are remembered, in one app. One takes some hundred bytes."""

_FORGOTTEN = 30.0
"""Seconds without an answer after which an address may be another client's, should nobody have
looked for its socket."""

_TURN = 3.0
"""Seconds that the others hold still at most."""

_KEY = "quart_video.connections"


class Connection:
    """What the server keeps for one client.

    :param scope: of a request on it.
    """

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self._scope = scope
        self._socket: ClientSocket | None = None
        self.is_hidden = False
        """Whether the system tells nothing of it."""
        self._given = self._counted = 0
        self.written = 0
        """Bytes that the system has taken for the client, as it was told last."""
        self.kept = 0
        """Bytes that the server was given and has not written. The buffers of the system are not
        among them."""
        self.answers = 0
        """Media that are being sent."""
        self.is_known = False
        """Whether a media was sent on it before."""
        self._ended_at = 0.0
        self._has_turn: object | None = None
        self._turn_ends = 0.0

    def is_anothers(self) -> bool:
        """Say whether its client seems to have gone, and another one to have its address."""
        if self.answers or not self.is_known:
            return False
        if self._socket is None:
            return monotonic() - self._ended_at > _FORGOTTEN
        return self._socket.written() is None

    def begin(self) -> None:
        """Note that one more media is sent."""
        self.answers += 1

    def give(self, count: int) -> None:
        """Note that the server was given some bytes."""
        self._given += count

    def end(self) -> None:
        """Note that a media is sent no longer. The server may still have some of it."""
        self.answers -= 1
        self.is_known = True
        self._ended_at = monotonic()

    def find(self, *, counts: bool) -> None:
        """Look for the socket.

        :param counts: whether all that has been given before is to be counted. Else what was
            written before is not, either.
        """
        self._socket = ClientSocket.of(self._scope)
        self.is_hidden = self._socket is None
        if self._socket is not None and not counts:
            self._counted, self.written = self._given, self._socket.written() or 0

    @property
    def is_found(self) -> bool:
        """Whether its socket is known."""
        return self._socket is not None

    def look(self) -> bool:
        """See what has been written; say whether there is any telling."""
        written = self._socket.written() if self._socket is not None else None
        if written is None:
            return False
        given, taken = self._given - self._counted, written - self.written
        self._counted, self.written = self._given, written
        if taken < _KEEPS_UP * given:
            self.kept += given - taken
        else:  # what was late may be in it
            self.kept = max(0, self.kept - max(0, taken - given))
        return True

    def is_drained(self) -> bool:
        """Say whether the client has taken all that was written, or is gone."""
        return self._socket is None or self._socket.is_drained()

    def take_turn(self, who: object) -> None:
        """Have all others hold still, so that one can be told from them."""
        self._has_turn, self._turn_ends = who, monotonic() + _TURN

    def is_turn_of(self, who: object) -> bool:
        """Say whether they have the turn."""
        return self._has_turn is who and monotonic() < self._turn_ends

    def is_turn_of_another(self, who: object) -> bool:
        """Say whether somebody else has the turn."""
        return self._has_turn not in (None, who) and monotonic() < self._turn_ends

    def give_turn_back(self, who: object) -> None:
        """End the turn, if it is theirs."""
        if self._has_turn is who:
            self._has_turn = None


def connection_of(scope: Mapping[str, Any]) -> Connection:
    """Return what the current app knows of the connection of a request.

    Over HTTP/1 each request begins anew, as the one before is over.
    """
    client = client_address(scope)
    if scope["http_version"].startswith("1") or client is None:
        return Connection(scope)
    connections: OrderedDict[tuple[str, int, str], Connection]
    connections = this_app().extensions.setdefault(_KEY, OrderedDict())
    key = (*client, scope["http_version"])
    found = connections.get(key)
    if found is None or found.is_anothers():
        found = connections[key] = Connection(scope)
        if len(connections) > _MOST:
            connections.popitem(last=False)
    else:
        connections.move_to_end(key)
    return found
