"""What a storage that can only list makes of a folder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from quart_video.storage.base import Digest, Entry, StorageError

T = TypeVar("T")


async def study_listed(
    lists: Callable[[str], Awaitable[Sequence[Entry]]], folders: Sequence[str], digest: Digest[T]
) -> Sequence[T | StorageError]:
    """Return what *digest* makes of the first of *folders*, as :meth:`Storage.study` does."""
    folder = folders[0]
    try:
        entries = await lists(folder)
    except StorageError as error:
        return [error]
    return [await asyncio.to_thread(digest, folder, None, entries)]
