"""The last listings as they were written: who asks again for the same gets the same bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from quart_video.catalogue import Page

_MOST = 2 * 1024 * 1024  # bytes
_BESIDE = 4096  # bytes, about, of the page and the key that are kept with each body


@dataclass(frozen=True, slots=True)
class CachedListing:
    """What a listing was answered with."""

    page: Page
    """What it tells of."""
    data: bytes
    content_type: str

    @property
    def size(self) -> int:
        """Bytes that it takes, about."""
        return _BESIDE + len(self.data)


class ListingResponseCache:
    """Bodies of the last answers, up to some megabytes."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, CachedListing] = OrderedDict()
        self._size = 0

    def get(self, key: Hashable, page: Page) -> CachedListing | None:
        """Return what was written of this very *page*.

        :param key: all else that it depends on.
        """
        body = self._known.get(key)
        if body is None or body.page is not page:
            return None
        self._known.move_to_end(key)
        return body

    def put(self, key: Hashable, body: CachedListing) -> None:
        """Remember a body in the place of another one with this *key*."""
        if key in self._known:
            self._size -= self._known.pop(key).size
        self._known[key] = body
        self._size += body.size
        while self._size > _MOST:
            _, oldest = self._known.popitem(last=False)
            self._size -= oldest.size
