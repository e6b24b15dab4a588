"""The tables of a track's samples (ISO/IEC 14496-12, sections 8.6 and 8.7), out of arrays. Pure.

Arrays are of the standard library. In the tables all numbers are big-endian.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable, Sequence
from itertools import compress, groupby
from operator import ne, sub

from quart_video.remux.boxes import full_box

_U32 = struct.Struct(">I")
_BIG = 0xFFFF_FFFF


def time_to_sample(durations: Iterable[int]) -> bytes:
    """Write ``stts``: how long after each sample the next one is to be decoded."""
    return full_box(b"stts", 0, 0, *_runs(durations))


def composition_offsets(offsets: Iterable[int]) -> bytes:
    """Write ``ctts``: how long after its decoding each sample is shown. None is below 0."""
    return full_box(b"ctts", 0, 0, *_runs(offsets))


def sync_samples(keys: Iterable[int]) -> bytes:
    """Write ``stss``: the numbers of the samples where decoding may begin.

    :param keys: 1 for each sample that is one, 0 for the others.
    """
    numbers = array("I", [number for number, key in enumerate(keys, 1) if key])
    return full_box(b"stss", 0, 0, _U32.pack(len(numbers)), big_endian(numbers))


def sample_sizes(sizes: Sequence[int]) -> bytes:
    """Write ``stsz``: how many bytes each sample has. One number does where all have as many."""
    first = sizes[0] if sizes else 0
    if first and all(size == first for size in sizes):
        return full_box(b"stsz", 0, 0, struct.pack(">II", first, len(sizes)))
    table = big_endian(array("I", sizes))
    return full_box(b"stsz", 0, 0, struct.pack(">II", 0, len(sizes)), table)


def sample_to_chunk(counts: Iterable[int]) -> bytes:
    """Write ``stsc``: how many samples each chunk has, told where that number changes."""
    rows = array("I")
    number = 1
    for count, group in groupby(counts):
        rows.extend((number, count, 1))
        number += sum(1 for _ in group)
    return full_box(b"stsc", 0, 0, _U32.pack(len(rows) // 3), big_endian(rows))


def chunk_offsets(offsets: Sequence[int], *, large: bool) -> bytes:
    """Write ``stco``, or ``co64`` if *large*: at which byte of the file each chunk begins."""
    kind, code = (b"co64", "Q") if large else (b"stco", "I")
    return full_box(kind, 0, 0, _U32.pack(len(offsets)), big_endian(array(code, offsets)))


def needs_large_offsets(size: int) -> bool:
    """Tell whether a file of *size* bytes has chunks that 32 bits cannot point to."""
    return size > _BIG


def big_endian(numbers: array[int]) -> bytes:
    """Return *numbers* as they stand in a file."""
    if sys.byteorder == "little":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def from_big_endian(code: str, data: bytes) -> array[int]:
    """Return the numbers in *data*, whole ones of the size that *code* has in :mod:`array`."""
    numbers = array(code, data)
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _runs(values: Iterable[int]) -> tuple[bytes, bytes]:
    numbers = array("I", values)
    # Where each run begins; what is done for each sample is done in C.
    starts = array("I", [0] if numbers else [])
    starts.extend(compress(range(1, len(numbers)), map(ne, numbers[1:], numbers)))
    stops = [*starts[1:], len(numbers)] if numbers else []
    rows = array("I", bytes(8 * len(starts)))
    rows[::2] = array("I", map(sub, stops, starts))
    rows[1::2] = array("I", [numbers[start] for start in starts])
    return _U32.pack(len(starts)), big_endian(rows)
