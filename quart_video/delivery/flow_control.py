"""What we know of the server: whether it waits for a slow client, or takes all into memory.

Over HTTP/1.1 most wait. Over HTTP/2 and HTTP/3 hypercorn takes whatever it is given, at once. Which
ones do is found out while they send, by :mod:`quart_video.delivery.backlog`. Until then, and where
the system tells nothing, they are given less at a time where they may be of that kind.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from quart_video.delivery.backlog import server_record
from quart_video.delivery.client_socket import ClientSocket
from quart_video.delivery.context import this_app, this_request

logger = logging.getLogger("quart_video")

_MUCH = 16 * 1024 * 1024
"""Bytes that a client who stops reading may cost. Of more than that an app is warned."""

_WARNED = "quart_video.warned_of_buffering"
"""Where an app keeps whether it has been warned."""


def waits_for_client() -> bool:
    """Say whether the server of the current request takes no more than its client takes from it."""
    scope = this_request().scope
    return not server_record(scope["http_version"]).keeps_all and holds_back(scope)


def holds_back(scope: Mapping[str, Any]) -> bool:
    """Say the same of a server that nothing else is known of."""
    # Granian does, in every version of HTTP, and this is what it announces.
    return scope["http_version"].startswith("1") or "http.response.pathsend" in scope.get(
        "extensions", {}
    )


def warn_of_buffering(name: str, length: int) -> None:
    """Warn, once in an app, if an answer is so long that this server should not send it.

    :param name: what to call the media in the log.
    :param length: bytes of the answer.
    """
    if length <= _MUCH or waits_for_client():
        return
    app = this_app()
    if app.extensions.get(_WARNED):
        return
    scope = this_request().scope
    record = server_record(scope["http_version"])
    record.is_seen = record.is_seen or ClientSocket.of(scope) is not None
    if record.is_seen:
        return  # what it keeps is bounded, and warned of once it is much
    app.extensions[_WARNED] = True
    logger.warning(
        "%r is sent over HTTP/%s by a server that has no flow control for what an app sends: if "
        "the client is slow, all %d MiB stay in memory, and so it is with every long answer. Let a "
        "proxy speak HTTP/2 and HTTP/3 for it, or use granian. This is said once.",
        name,
        scope["http_version"],
        length >> 20,
    )
