"""A server that answers every request with the bytes it was given, right or wrong."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from benchmarks.load import Address


@contextmanager
def answering(*answers: bytes, stay: bool = True) -> Iterator[Address]:
    """Serve these answers, one for each request, on every connection.

    :param stay: keep the connection after the last of them, until the client closes it.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        threading.Thread(
            target=_accept, args=(listener, answers), kwargs={"stay": stay}, daemon=True
        ).start()
        host, port = listener.getsockname()
        try:
            yield host, port
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, answers: tuple[bytes, ...], *, stay: bool) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(
                target=_answer, args=(connection, answers), kwargs={"stay": stay}, daemon=True
            ).start()


def _answer(connection: socket.socket, answers: tuple[bytes, ...], *, stay: bool) -> None:
    with connection, suppress(OSError):
        for answer in answers:
            if not connection.recv(65536):
                return
            connection.sendall(answer)
        if stay:
            connection.recv(65536)
