"""Bodies of which the kernel sends the bytes, on a server that can have it do so.

What Python need not touch costs neither its time nor memory: the kernel takes the bytes out of the
page cache and hands them to the network. How a server is asked for that:

- by ``quart_video.sendfile``, which :mod:`quart_video.servers.uvicorn` adds to Uvicorn. It tells
  how much the kernel took, so that all is counted and watched over as with any other body;
- by the extension ``http.response.zerocopysend`` of ASGI, on whichever server announces it.

All else, as a page that is not in memory, takes the way of :mod:`quart_video.delivery.body`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import Any

from quart import Request, asgi, request

from quart_video.delivery.body import Transfer
from quart_video.http import ByteRange
from quart_video.storage.base import Changed, Media
from quart_video.storage.local.chunk_size import AdaptiveChunkSize
from quart_video.storage.local.disk import OpenFile

OURS = "quart_video.sendfile"
ASGI = "http.response.zerocopysend"

STRETCH = 1024 * 1024
"""Bytes at most between two turns of others."""

LEAST = 32 * 1024
"""Bytes of a range from which on it pays."""

RECENT = 1.0
"""Seconds for which bytes that were in memory are taken to be there still."""

Send = Callable[[Any], Awaitable[None]]
Sendfile = Callable[[int, int, int], Awaitable[int]]
"""Has the kernel send: descriptor, offset and count; returns how many bytes were sent. It gives
others a turn. Where there were none, the bytes that come next have to be yielded."""


def transfer_of(media: Media) -> Callable[..., Transfer] | None:
    """Return what makes the body for *media*, if the kernel can send it to the current client."""
    if not isinstance(media, OpenFile):
        return None
    sendfile = _offered(request.scope, _send_of(request))
    return None if sendfile is None else partial(KernelTransfer, sendfile=sendfile)


def _offered(scope: Mapping[str, Any], send: Send | None) -> Sendfile | None:
    extensions = scope.get("extensions")
    if not extensions or send is None or not scope["http_version"].startswith("1"):
        return None
    ours = extensions.get(OURS)
    if ours is not None:
        # A middleware with a send of its own may count the bytes, or change them.
        return ours if ours.send == _below_quart(send) else None
    # By the specification, a middleware that cannot deal with its messages takes it out.
    return _Messages(send) if ASGI in extensions else None


def _send_of(of: Request) -> Send | None:
    """Return what Quart sends the messages of a response by; ``None``: there is no telling."""
    # Quart hands it to nobody, but for what stands behind Request.send_push_promise().
    push = getattr(of, "_send_push_promise", None)
    if isinstance(push, partial) and len(push.args) == 1 and not push.keywords:
        send: Send = push.args[0]
        return send
    return None


def _below_quart(send: Send) -> Send:
    """Return what Quart itself was given to send by.

    Quart 0.23 lays a function of its own over it, which only tells errors in other words.
    """
    is_quarts = getattr(send, "__globals__", None) is vars(asgi)
    below: Send = getattr(send, "__wrapped__", send) if is_quarts else send
    return below


class _Descriptor(int):
    """A descriptor for servers that ask for one, and for those that ask for a file."""

    def fileno(self) -> int:
        """Return the descriptor."""
        return int(self)


class _Messages:
    """Has a server send by the messages of ASGI. What it took is known when it has taken all."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._pace: AdaptiveChunkSize | None = None

    async def __call__(self, descriptor: int, offset: int, count: int) -> int:
        if self._pace is None:
            self._pace = AdaptiveChunkSize.for_range(count)
        else:
            await asyncio.sleep(0)
        count = min(count, self._pace.size, os.fstat(descriptor).st_size - offset)
        if count <= 0:
            return 0
        began = monotonic()
        file = _Descriptor(descriptor)
        await self._send(
            {"type": ASGI, "file": file, "offset": offset, "count": count, "more_body": True}
        )
        self._pace.note(count, monotonic() - began)
        if os.fstat(descriptor).st_size < offset + count:
            raise Changed(f"the file was cut short before byte {offset + count} while it was sent")
        return count


class KernelTransfer(Transfer):
    """Send *segments* out of a file as :class:`Transfer` does, by the kernel where that can be.

    :param sendfile: as the server offers it.
    """

    media: OpenFile

    def __init__(
        self,
        media: OpenFile,
        segments: Sequence[bytes | ByteRange],
        *,
        name: str,
        stall_timeout: float | None,
        sendfile: Sendfile,
    ) -> None:
        super().__init__(media, segments, name=name, stall_timeout=stall_timeout)
        self._sendfile: Sendfile | None = sendfile
        self._took_none = False

    async def read(self, segment: ByteRange) -> AsyncGenerator[bytes, None]:
        """Have the kernel send a range; yield what it does not."""
        position, stop = segment.start, segment.stop
        if stop - position >= LEAST:
            size = AdaptiveChunkSize.for_range(stop - position).size
            due = cached = position
            looked = 0.0
            while position < stop and self._sendfile is not None:
                if position == due:
                    due = await self._next_stretch(position, stop)
                if position == cached or monotonic() - looked > RECENT:
                    cached = self.media.cached_until(position, due)
                    looked = monotonic()
                if position < cached:
                    sent = await self._have_sent(self._sendfile, position, cached - position)
                    position += sent
                    if sent:
                        continue
                chunk = await self.media.chunk(position, stop, min(size, due - position))
                self.watchdog.arm()
                yield chunk
                self.watchdog.disarm()
                self.sent += len(chunk)
                position += len(chunk)
                cached = max(cached, position)
                await asyncio.sleep(0)
        if position < stop:
            async for chunk in super().read(ByteRange(position, stop)):
                yield chunk

    async def _next_stretch(self, start: int, stop: int) -> int:
        """Return how far may be sent at once from *start* on, when it is time for it."""
        if self.pacer is None:
            return min(start + STRETCH, stop)
        count = min(STRETCH, self.pacer.size, stop - start)
        await self.pacer.turn(count)
        return start + count

    async def _have_sent(self, sendfile: Sendfile, start: int, count: int) -> int:
        self.watchdog.arm()
        taken = await sendfile(self.media.fileno(), start, count)
        self.watchdog.disarm()
        self.sent += taken
        if not taken and self._took_none:
            # What was yielded since has gone, and there is room: so it is not for want of that.
            self._sendfile = None
        self._took_none = not taken
        return taken
