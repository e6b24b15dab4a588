"""Arrays of numbers as bytes, each in as few as all of them fit into, little-endian. Pure."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Sequence
from contextlib import suppress

_HEAD = struct.Struct("<cI")
_CODES = "bhiq"  # numbers with a sign of 1, 2, 4 and 8 bytes


def pack(numbers: Sequence[int]) -> bytes:
    """Write *numbers*, each of which fits into 64 bits with a sign."""
    packed = _fitting(numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return _HEAD.pack(packed.typecode.encode(), len(packed)) + packed.tobytes()


def _fitting(numbers: Sequence[int]) -> array[int]:
    for code in _CODES[:-1]:
        with suppress(OverflowError):
            return array(code, numbers)
    return array(_CODES[-1], numbers)


def unpack(data: memoryview) -> tuple[array[int], memoryview]:
    """Read what :func:`pack` wrote; return it, and what is behind it.

    :raises ValueError: the data is something else, or cut short.
    """
    if len(data) < _HEAD.size:
        raise ValueError("numbers that are cut short")
    letter, count = _HEAD.unpack_from(data)
    code = letter.decode("latin-1")
    if code not in _CODES:
        raise ValueError("numbers of no known size")
    numbers = array(code)
    stop = _HEAD.size + count * numbers.itemsize
    if stop > len(data):
        raise ValueError("numbers that are cut short")
    numbers.frombytes(data[_HEAD.size : stop])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers, data[stop:]
