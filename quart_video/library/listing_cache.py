"""The last listings as they were written: who asks again for the same gets the same bytes."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from quart_video.bounded import BoundedCache
from quart_video.catalogue import Page

_MOST = 4 * 1024 * 1024  # bytes
_BESIDE = 1024  # bytes, about, that a body takes beside what is in it


@dataclass(frozen=True, slots=True)
class CachedListing:
    """What a listing was answered with."""

    page: Page
    """What it tells of."""
    data: bytes
    content_type: str

    @property
    def size(self) -> int:
        """Bytes that it takes, about, with its page."""
        return _BESIDE + len(self.data) + self.page.weight


class ListingResponseCache:
    """Bodies of the last answers, up to some megabytes."""

    def __init__(self) -> None:
        self._known: BoundedCache[Hashable, CachedListing] = BoundedCache(_MOST)

    def get(self, key: Hashable, page: Page) -> CachedListing | None:
        """Return what was written of this very *page*.

        :param key: all else that it depends on.
        """
        body = self._known.get(key)
        return None if body is None or body.page is not page else body

    def put(self, key: Hashable, body: CachedListing) -> None:
        """Remember a body in the place of another one with this *key*."""
        self._known.put(key, body, body.size)
