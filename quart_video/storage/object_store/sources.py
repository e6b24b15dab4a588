"""Objects that are named like MPEG transport streams, and are sources or other text."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable

from quart_video.bounded import BoundedCache
from quart_video.storage.base import NotFound, StorageError
from quart_video.storage.contents import LOOK, begins_text, is_whole, may_be_text
from quart_video.storage.object_store.client import Bucket, Object

_REMEMBERED = 2**20
"""Bytes for what is known of objects that were looked into."""
_AT_ONCE = 8  # of those in a listing


class Sources:
    """Knows which objects hold text. Each is looked into once for as long as it stays the same.

    :param streams: extensions, in lower case, of transport streams.
    """

    def __init__(self, bucket: Bucket, streams: Collection[str]) -> None:
        self._bucket = bucket
        self._streams = tuple(streams)
        self._known: BoundedCache[str, bool] = BoundedCache(_REMEMBERED)

    async def among(self, objects: Iterable[Object]) -> Collection[str]:
        """Return the keys of those that hold text, as far as a listing has to know.

        A request for each segment of a broadcast would cost too much: what is as long as whole
        packets is taken for a stream until somebody asks for it.
        """
        if not self._streams:
            return ()
        unknown: list[Object] = []
        found: list[str] = []
        for each in objects:
            if self._may_be_text(each):
                known = self._known.get(_version(each))
                if known:
                    found.append(each.key)
                elif known is None and not is_whole(each.size):
                    unknown.append(each)
        for start in range(0, len(unknown), _AT_ONCE):
            some = unknown[start : start + _AT_ONCE]
            looks = await asyncio.gather(*map(self._holds_text, some))
            found += [each.key for each, is_text in zip(some, looks, strict=True) if is_text]
        return frozenset(found)

    async def refuse(self, found: Object) -> None:
        """Have an object be absent that holds text.

        :raises NotFound: it is such a one.
        """
        if self._may_be_text(found) and await self._holds_text(found):
            raise NotFound(f"{found.key!r} is text, and no MPEG transport stream")

    def _may_be_text(self, found: Object) -> bool:
        return found.key.lower().endswith(self._streams) and may_be_text(found.size)

    async def _holds_text(self, found: Object) -> bool:
        version = _version(found)
        known = self._known.get(version)
        if known is None:
            try:
                known = begins_text(await self._head(found))
            except StorageError:  # it is shown, and whoever asks for it is told
                return False
            self._known.put(version, known, len(version))
        return known

    async def _head(self, found: Object) -> bytes:
        wanted = min(found.size, LOOK)
        body = await self._bucket.receive(found.key, 0, wanted, expected=found)
        try:
            head = b""
            while len(head) < wanted and (data := await body.chunk()):
                head += data
        finally:
            body.close()
        return head[:wanted]


def _version(found: Object) -> str:
    return f"{found.key}\0{found.etag}\0{found.size}"
