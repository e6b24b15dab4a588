"""Arrays of numbers as bytes, each in as few as all of them fit into, little-endian. Pure."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Sequence

_HEAD = struct.Struct("<cI")
_SIGNED = (("b", 1 << 7), ("h", 1 << 15), ("i", 1 << 31), ("q", 1 << 63))


def pack(numbers: Sequence[int]) -> bytes:
    """Write *numbers*, each of which fits into 64 bits with a sign."""
    least, most = min(numbers, default=0), max(numbers, default=0)
    code = next(code for code, limit in _SIGNED if -limit <= least and most < limit)
    packed = array(code, numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return _HEAD.pack(code.encode(), len(packed)) + packed.tobytes()


def unpack(data: memoryview) -> tuple[array[int], memoryview]:
    """Read what :func:`pack` wrote; return it, and what is behind it.

    :raises ValueError: the data is something else, or cut short.
    """
    if len(data) < _HEAD.size:
        raise ValueError("numbers that are cut short")
    letter, count = _HEAD.unpack_from(data)
    code = letter.decode("latin-1")
    if code not in dict(_SIGNED):
        raise ValueError("numbers of no known size")
    numbers = array(code)
    stop = _HEAD.size + count * numbers.itemsize
    if stop > len(data):
        raise ValueError("numbers that are cut short")
    numbers.frombytes(data[_HEAD.size : stop])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers, data[stop:]
