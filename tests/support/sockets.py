"""What all tests that wait for sockets share."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterable


def readable(sockets: Iterable[socket.socket], seconds: float = 0) -> list[socket.socket]:
    """Wait until some of *sockets* have something to read, or their end; return these.

    :func:`select.select` would do, but for the processes of test runs with more than a thousand
    open files, which it refuses.
    """
    with selectors.DefaultSelector() as selector:
        for sock in sockets:
            selector.register(sock, selectors.EVENT_READ)
        return [key.fileobj for key, _ in selector.select(seconds)]  # type: ignore[misc]
