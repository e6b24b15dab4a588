"""Media that do not come from a path: bytes in memory, and file objects."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from hashlib import blake2b
from typing import BinaryIO

from quart_video.storage.base import Changed, FileFacts, Unavailable
from quart_video.storage.disk import Disk
from quart_video.storage.pace import SMALL


def content_version(data: bytes) -> str:
    """Return a version that follows from the bytes alone."""
    return blake2b(data, digest_size=12).hexdigest()


class BytesMedia:
    """A media out of bytes."""

    def __init__(self, data: bytes, *, version: str, modified_ns: int = 0) -> None:
        self._data = memoryview(data)
        self.facts = FileFacts(len(data), modified_ns, version)

    async def chunks(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes in pieces that do not fill a slow client's buffers."""
        for position in range(start, stop, SMALL):
            yield bytes(self._data[position : min(position + SMALL, stop)])

    def close(self) -> None:
        """Nothing is held."""


class FileObjectMedia:
    """A media out of a seekable binary file object, read in threads, one at a time."""

    def __init__(self, file: BinaryIO, facts: FileFacts, disk: Disk, name: str) -> None:
        self._file = file
        self._name = name
        self._disk = disk
        self._lock = threading.Lock()
        self.facts = facts

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
        self._file.close()
