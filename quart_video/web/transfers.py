"""Glue: which transfers of a mount may begin, how fast they are, and what is told of them."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from dataclasses import replace
from time import monotonic

from quart import Quart, Response, current_app, request
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from quart_video.delivery.body import Outcome, Transfer
from quart_video.delivery.context import this_app
from quart_video.delivery.signals import (
    Announcer,
    MediaTransfer,
    transfer_aborted,
    transfer_finished,
    transfer_started,
)
from quart_video.http import ByteRange, length_of
from quart_video.library.library import Library
from quart_video.library.state import app_state
from quart_video.policy.transfer_limits import (
    RETRY_AFTER,
    Pacer,
    TransferLimiter,
    TransferPermit,
    Verdict,
    client_key,
)

logger = logging.getLogger("quart_video")
access_log = logging.getLogger("quart_video.access")

_WARNED = "quart_video.warned_of_nameless_clients"
"""Where an app keeps whether it has been warned."""

_SIGNALS = (transfer_started, transfer_finished, transfer_aborted)


class _Reporter:
    """Tells of one transfer."""

    def __init__(self, app: Quart, announcer: Announcer, transfer: MediaTransfer) -> None:
        self._app = app
        self._announcer = announcer
        self._transfer = transfer
        self._context = contextvars.copy_context()
        self._began = 0.0
        self._announced: asyncio.Task[None] | None = None

    def started(self) -> None:
        """Note the beginning."""
        self._began = monotonic()
        self._announced = self._announcer.announce(
            transfer_started, self._app, self._transfer, context=self._context
        )

    def ended(self, sent: int, outcome: Outcome) -> None:
        """Note the end."""
        seconds = monotonic() - self._began
        transfer = replace(self._transfer, sent=sent, seconds=seconds, outcome=outcome)
        signal = transfer_finished if outcome is Outcome.FINISHED else transfer_aborted
        self._announcer.announce(
            signal, self._app, transfer, context=self._context, after=self._announced
        )
        if access_log.isEnabledFor(logging.INFO):
            ranges = ",".join(f"{start}-{stop - 1}" for start, stop in transfer.ranges)
            access_log.info(
                "%s %r %d %s/%d %d bytes %.3f s %s",
                transfer.client,
                transfer.path,
                transfer.status,
                ranges,
                transfer.size,
                sent,
                seconds,
                outcome,
            )


async def apply_transfer_policy(
    response: Response, library: Library, path: str, media_type: str
) -> Response:
    """Keep what *response* sends of a file within the limits of the mount, and have it reported.

    :param path: of the media, below the media root.
    :raises werkzeug.exceptions.TooManyRequests: the client has enough already.
    :raises werkzeug.exceptions.ServiceUnavailable: all have, together.
    """
    body = response.response
    if isinstance(body, Transfer):
        if library.transfer_limiter is not None:
            body.observers = (await _admit(library.transfer_limiter, body, path),)
        if library.settings.transfer_rate is not None:
            body.pacer = Pacer(library.settings.transfer_rate)
        app = this_app()
        if _is_heard(app):
            transfer = _describe(body, path, media_type, response.status_code)
            body.observers += (_Reporter(app, app_state(app).announcer, transfer),)
    return response


async def _admit(transfer_limiter: TransferLimiter, body: Transfer, path: str) -> TransferPermit:
    _warn_of_nameless_clients(transfer_limiter)
    try:
        answer = await transfer_limiter.enter(client_key(str(request.remote_addr)), path)
    except BaseException:  # the client has left meanwhile
        body.media.close()
        raise
    if isinstance(answer, TransferPermit):
        return answer
    body.media.close()
    if answer is Verdict.CLIENT_HAS_ENOUGH:
        text = "You are being sent as many videos as you may have at once. Try again in a moment."
        raise TooManyRequests(text, retry_after=RETRY_AFTER)
    text = "As many videos are being sent as can be at once. Try again in a moment."
    raise ServiceUnavailable(text, retry_after=RETRY_AFTER)


def _warn_of_nameless_clients(transfer_limiter: TransferLimiter) -> None:
    """Say, once in an app, that all clients are one: so it is where a server names none of them."""
    client = request.scope.get("client")
    if not transfer_limiter.counts_clients or (client and client[0]):
        return
    if current_app.extensions.setdefault(_WARNED, False):
        return
    current_app.extensions[_WARNED] = True
    logger.warning(
        "VIDEO_MAX_TRANSFERS_PER_CLIENT counts all viewers as one, as the server tells no address "
        "of a client: so it is on a Unix socket. Behind a proxy, have the server believe what that "
        "says: Uvicorn by --forwarded-allow-ips '*', others by a ProxyFixMiddleware. This is said "
        "once."
    )


def _describe(body: Transfer, path: str, media_type: str, status: int) -> MediaTransfer:
    ranges = [part for part in body.segments if isinstance(part, ByteRange)]
    return MediaTransfer(
        mount=str(request.blueprint),
        path=path,
        media_type=media_type,
        size=body.media.facts.size,
        status=status,
        ranges=tuple((part.start, part.stop) for part in ranges),
        length=length_of(body.segments),
        client=str(request.remote_addr),
    )


def _is_heard(app: Quart) -> bool:
    return access_log.isEnabledFor(logging.INFO) or any(
        signal.has_receivers_for(app) for signal in _SIGNALS
    )
