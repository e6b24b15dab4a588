"""Glue: what is told of the transfers of a mount, by signals and in the access log."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from dataclasses import replace
from time import monotonic

from quart import Quart, Response, current_app, request

from quart_video.http import ByteRange, length_of
from quart_video.mounts import app_state
from quart_video.signals import (
    Announcer,
    MediaTransfer,
    transfer_aborted,
    transfer_finished,
    transfer_started,
)
from quart_video.streaming import Outcome, Transfer

access_log = logging.getLogger("quart_video.access")

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


def report(response: Response, path: str, media_type: str) -> None:
    """Have signals and log tell of what *response* sends of a media, if anybody listens.

    :param path: of the media, below the media root.
    """
    body = response.response
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    if not isinstance(body, Transfer) or not _is_heard(app):
        return
    ranges = [part for part in body.segments if isinstance(part, ByteRange)]
    transfer = MediaTransfer(
        mount=str(request.blueprint),
        path=path,
        media_type=media_type,
        size=body.media.facts.size,
        status=response.status_code,
        ranges=tuple((part.start, part.stop) for part in ranges),
        length=length_of(body.segments),
        client=str(request.remote_addr),
    )
    body.attendant = _Reporter(app, app_state(app).announcer, transfer)


def _is_heard(app: Quart) -> bool:
    return access_log.isEnabledFor(logging.INFO) or any(
        signal.has_receivers_for(app) for signal in _SIGNALS
    )
