"""Which paths a search finds. Pure."""

from __future__ import annotations

from collections.abc import Callable

from quart_video.catalogue.natural import fold
from quart_video.storage.names import MAX_PATH_BYTES


def matcher(q: str) -> Callable[[str], bool]:
    """Return a function that says whether all words of *q* occur in a path.

    Case and accents do not count. Without any word every path matches.
    """
    words = tuple(dict.fromkeys(fold(q).split()))
    if not words:
        return lambda _: True
    if len(q) > MAX_PATH_BYTES:  # No path is that long, and looking would take its time.
        return lambda _: False
    return lambda path: all(map(fold(path).__contains__, words))
