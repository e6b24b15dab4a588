"""What a storage that can only list makes of a folder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from quart_video.storage.base import Digest, Entry, StorageError, in_thread

T = TypeVar("T")


async def study_listed(
    lists: Callable[[str], Awaitable[Sequence[Entry]]], folders: Sequence[str], digest: Digest[T]
) -> Sequence[T | StorageError]:
    """Return what *digest* makes of the first of *folders*, as :meth:`Storage.study` does."""
    folder = folders[0]
    try:
        entries = await lists(folder)
        return [await in_thread("a listing", digest, folder, None, entries)]
    except StorageError as error:
        return [error]
