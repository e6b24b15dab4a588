"""A media out of a file object that somebody else opened."""

from __future__ import annotations

import io
import threading
from collections.abc import AsyncIterator
from typing import BinaryIO

from quart_video.storage.base import Changed, FileFacts, Unavailable, pool_errors
from quart_video.storage.local.chunk_size import SMALL
from quart_video.storage.local.disk import Disk


class FileObjectMedia:
    """A media out of a seekable binary file object, read in threads, one at a time."""

    def __init__(self, file: BinaryIO, facts: FileFacts, disk: Disk, name: str) -> None:
        self._file = file
        self._name = name
        self._disk = disk
        self._lock = threading.Lock()
        self.facts = facts
        if not isinstance(file, io.BytesIO):
            with pool_errors("the disk"):
                disk.closer.start()  # to close it may have to wait for a disk, or for who reads it

    async def ready(self, start: int, stop: int) -> None:
        """Do nothing: it can be read, or fails at any place."""

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes as the file object gives them."""
        while start < stop:
            data = await self._disk.run(self._read, self._name, start, min(stop - start, SMALL))
            if not data:
                raise Changed(f"{self._name!r} ended at byte {start} while up to {stop} were sent")
            start += len(data)
            yield data

    def _read(self, name: str, offset: int, size: int) -> bytes:
        try:
            with self._lock:
                self._file.seek(offset)
                return self._file.read(size)
        except ValueError as error:
            raise Unavailable(f"{name!r} was closed while it was sent") from error

    def close(self) -> None:
        """Close the file object."""
        if isinstance(self._file, io.BytesIO):
            self._file.close()
        else:
            self._disk.closer.close(self._file.close)
