"""Boxes of the ISO base media file format (ISO/IEC 14496-12, section 4.2). Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_HEADER = struct.Struct(">I4s")
_LARGE = struct.Struct(">Q")
_LONGEST = 0xFFFF_FFFF


class Box(NamedTuple):
    """Where a box stands in some bytes."""

    kind: bytes
    start: int
    content: int
    """Where the header ends."""
    stop: int


def box(kind: bytes, *parts: bytes) -> bytes:
    """Write a box of four characters' *kind* that holds *parts*.

    :raises ValueError: it is longer than a 32-bit size can say; no box of a movie's head may be.
    """
    size = 8 + sum(map(len, parts))
    if size > _LONGEST:
        raise ValueError(f"a box {kind!r} of {size} bytes")
    return b"".join((_HEADER.pack(size, kind), *parts))


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """Write a box that begins with a version and 24 bits of flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def large_header(kind: bytes, content: int) -> bytes:
    """Write the header of a box that holds *content* bytes, of any number (``largesize``)."""
    return struct.pack(">I4sQ", 1, kind, 16 + content)


def boxes(data: bytes | bytearray, start: int = 0, stop: int | None = None) -> Iterator[Box]:
    """Yield the boxes that stand in *data*, one after the other.

    :raises ValueError: one of them is broken, or goes beyond *stop*.
    """
    stop = len(data) if stop is None else stop
    while start < stop:
        if start + 8 > stop:
            raise ValueError(f"a box that is cut short at byte {start}")
        size, kind = _HEADER.unpack_from(data, start)
        content = start + 8
        if size == 1 and content + 8 <= stop:
            size, content = _LARGE.unpack_from(data, content)[0], content + 8
        elif size == 0:  # to the end
            size = stop - start
        if not content - start <= size <= stop - start:
            raise ValueError(f"a box {kind!r} of {size} bytes at byte {start}")
        yield Box(kind, start, content, start + size)
        start += size


def find(data: bytes | bytearray, *path: bytes) -> Box | None:
    """Return the first box that *path* leads to, one kind inside the other.

    :raises ValueError: a box on the way is broken.
    """
    start, stop = 0, len(data)
    found = None
    for kind in path:
        found = next((each for each in boxes(data, start, stop) if each.kind == kind), None)
        if found is None:
            return None
        start, stop = found.content, found.stop
    return found
