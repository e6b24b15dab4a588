"""A TCP proxy between an app and its store, by which connections can be slowed, held and cut."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress


class Tap:
    """Passes everything on to *port*, as long as nothing else is asked of it."""

    def __init__(self, port: int) -> None:
        self._target: tuple[str, int]
        self.lead_to(port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.received = 0
        """Bytes that came from the store."""
        self.accepted = 0
        """Connections that there were."""
        self._open: dict[socket.socket, int] = {}  # to what each has brought
        self._lock = threading.Lock()
        self._flowing = threading.Event()
        self._flowing.set()
        self._left: int | None = None
        self._every: int | None = None
        self._refusing = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def connections(self) -> int:
        """How many connections to the store are open."""
        with self._lock:
            return len(self._open)

    def bringing(self, least: int) -> int:
        """Return how many open connections have brought so many bytes from the store, or more."""
        with self._lock:
            return sum(brought >= least for brought in self._open.values())

    def lead_to(self, port: int) -> None:
        """Pass new connections on to another *port*."""
        self._target = ("127.0.0.1", port)

    def hold(self) -> None:
        """Pass nothing on from the store, and keep all connections open."""
        self._flowing.clear()

    def release(self) -> None:
        """Pass on what was held."""
        self._flowing.set()

    def cut_after(self, amount: int) -> None:
        """Reset the connection that brings the byte after the next *amount* from the store."""
        with self._lock:
            self._left = amount

    def cut_every(self, amount: int) -> None:
        """Reset a connection whenever so many bytes more have come from the store."""
        with self._lock:
            self._left = self._every = amount

    def refuse(self) -> None:
        """Reset all connections, and every new one."""
        self._refusing = True
        self.cut()

    def admit(self) -> None:
        """Let connections be made again."""
        self._refusing = False

    def cut(self) -> None:
        """Reset all connections."""
        with self._lock:
            for end in self._open:
                _reset(end)
            self._open.clear()

    def close(self) -> None:
        """End it."""
        self._listener.close()
        self.refuse()
        self.release()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing:
                _reset(near)
                continue
            try:
                far = socket.create_connection(self._target, 10)
            except OSError:
                _reset(near)
                continue
            far.settimeout(None)
            with self._lock:
                self.accepted += 1
                self._open[near] = 0
            threading.Thread(target=self._up, args=(near, far), daemon=True).start()
            threading.Thread(target=self._down, args=(near, far), daemon=True).start()

    def _up(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                far.sendall(data)
        with suppress(OSError):
            far.shutdown(socket.SHUT_RDWR)
        self._forget(near)

    def _down(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                self._flowing.wait()
                near.sendall(self._counted(data, near))
        for end in (near, far):
            with suppress(OSError):
                end.close()
        self._forget(near)

    def _counted(self, data: bytes, near: socket.socket) -> bytes:
        with self._lock:
            self.received += len(data)
            if near in self._open:
                self._open[near] += len(data)
            if self._left is not None:
                self._left -= len(data)
                if self._left < 0:
                    self._left = self._every
                    _reset(near)
        return data

    def _forget(self, near: socket.socket) -> None:
        with self._lock:
            self._open.pop(near, None)


def _reset(end: socket.socket) -> None:
    """Have the other side see a connection that broke, not one that ended."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RD)
        end.close()
