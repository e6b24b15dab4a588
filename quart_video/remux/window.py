"""The film beside a demuxer that reads it, in runs of many packets at a time. Pure."""

from __future__ import annotations

from collections.abc import Callable

Read = Callable[[int, int], bytes]
"""Returns so many bytes of the film from a position on; fewer where it ends before."""

RUN = 256 * 1024
"""Bytes that are read at once where packets follow one another."""


class Window:
    """What was read of the film last.

    Packets mostly lie one behind the other, and then one call reads many of them. One that lies
    elsewhere is read alone: the next one is likely to be where the last run was.

    :param read: reads the film.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._data = b""
        self._start = 0

    def find(self, size: int, position: int) -> tuple[bytes, int]:
        """Return a run of bytes, and where in it the *size* bytes at a position begin.

        The run may end before they do only where the film ends.
        """
        begin = position - self._start
        if 0 <= begin <= len(self._data) - size:
            return self._data, begin
        if not 0 <= begin <= len(self._data) + RUN:
            return self._read(size, position), 0
        self._data, self._start = self._read(max(size, RUN), position), position
        return self._data, 0

    def read(self, size: int, position: int) -> bytes:
        """Return *size* bytes at a position, fewer where the film ends before."""
        data, begin = self.find(size, position)
        return data[begin : begin + size]

    def has(self, data: bytes | memoryview, position: int) -> bool:
        """Tell whether the film has *data* at a position."""
        found, begin = self.find(len(data), position)
        return found.startswith(data, begin)
