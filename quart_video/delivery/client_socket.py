"""The socket that a client is answered on, found among those of this process.

ASGI hands no app its socket. But a server that runs in this process has it open, and the system
tells what became of the bytes that were written to it. Linux alone; elsewhere none is found.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Mapping
from typing import Any

_TCP_INFO = 11
_BYTES_ACKED = 120  # place of tcpi_bytes_acked in struct tcp_info, 64 bits, since Linux 4.1
_ACKED = struct.Struct("=Q")
_UNSENT_AND_UNACKED = 0x5411  # SIOCOUTQ
_COUNT = struct.Struct("=i")

Address = tuple[str, int]


def client_address(scope: Mapping[str, Any]) -> Address | None:
    """Return the address of a client; ``None``: the server tells none, or that of a proxy's client.

    Granian tells the port as a text.
    """
    client = scope.get("client")
    try:
        return (client[0], int(client[1])) if client and int(client[1]) else None
    except (TypeError, ValueError):
        return None


class ClientSocket:
    """A TCP socket that belongs to the server.

    It is looked at, and neither read nor written nor closed.
    """

    def __init__(self, descriptor: int, client: Address) -> None:
        self._descriptor = descriptor
        self._client = client

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> ClientSocket | None:
        """Find the one that the client of a request is connected by.

        It takes some microseconds for each open file. ``None``: there is none, as where the system
        tells nothing, or a proxy has put its client in the place of its own address.
        """
        address = client_address(scope)
        if not sys.platform.startswith("linux") or address is None:
            return None
        try:
            descriptors = [*map(int, os.listdir("/proc/self/fd"))]
        except OSError:
            return None
        for descriptor in descriptors:
            if _peer(descriptor) == address:
                return cls(descriptor, address)
        return None

    def written(self) -> int | None:
        """Return how many bytes the system has ever taken for the client; ``None``: it is gone."""
        try:
            with _Borrowed(self._descriptor) as sock:
                if _address(sock.getpeername()) != self._client:
                    return None  # the number is another file's by now
                info = sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, 256)
                waiting = self._waiting()
        except OSError:
            return None
        if len(info) < _BYTES_ACKED + _ACKED.size:
            return None
        (acked,) = _ACKED.unpack_from(info, _BYTES_ACKED)
        return int(acked) + waiting

    def is_drained(self) -> bool:
        """Say whether the client has taken all that was written, or is gone."""
        try:
            return self._waiting() == 0
        except OSError:
            return True

    def _waiting(self) -> int:
        import fcntl  # noqa: PLC0415 - not on every system

        data = fcntl.ioctl(self._descriptor, _UNSENT_AND_UNACKED, bytes(_COUNT.size))
        return int(_COUNT.unpack(data)[0])


class _Borrowed:
    """A socket object for a descriptor that somebody else will close."""

    def __init__(self, descriptor: int) -> None:
        # To say what it is spares asking. An address of this family has room for those of IPv4.
        self._socket = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, 0, fileno=descriptor)

    def __enter__(self) -> socket.socket:
        return self._socket

    def __exit__(self, *_: object) -> None:
        self._socket.detach()


def _peer(descriptor: int) -> Address | None:
    try:
        with _Borrowed(descriptor) as sock:
            name = sock.getpeername()
            if (
                not isinstance(name, tuple)
                or sock.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) != socket.SOCK_STREAM
            ):
                return None
            return _address(name)
    except OSError:  # it is no socket, or one that listens
        return None


def _address(name: Any) -> Address:
    return name[0], name[1]
