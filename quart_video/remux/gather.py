"""Which bytes of which sources make up a chunk of a virtual file, read in as few calls as can be.

What stands in one run in a source is read by one call straight to where it belongs in the chunk.
What lies between two pieces and is not wanted is read, too, where it is little, and thrown away:
that takes less than another call. Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from quart_video.remux.index_file import Block
from quart_video.remux.track import LITERAL

GAP = 16 * 1024
"""Bytes that are read in vain, at most, to spare another call."""

_MOST_BUFFERS = 1000  # of one call; IOV_MAX of Linux is 1024

_waste = memoryview(bytearray(GAP))  # written to by all, and read by nobody


class Read(NamedTuple):
    """Bytes of a source, and where they are wanted."""

    source: int
    offset: int
    target: memoryview


@dataclass(slots=True)
class Span:
    """Bytes of a source to be read by one call."""

    source: int
    start: int
    stop: int
    targets: list[memoryview]
    """Where they go, one after the other."""


def gather(block: Block, position: int, chunk: memoryview, reads: list[Read]) -> int:
    """Fill the front of *chunk* with what *block* has from byte *position* of the file on.

    What the block itself does not hold is added to *reads*.

    :returns: how many bytes of the chunk are accounted for.
    """
    if block.starts is None or block.offsets is None:
        part = block.data[position - block.start : position - block.start + len(chunk)]
        chunk[: len(part)] = part
        return len(part)
    assert block.sources is not None
    assert block.sizes is not None
    sources, offsets, sizes, data = block.sources, block.offsets, block.sizes, block.data
    first = bisect_right(block.starts, position) - 1
    skip = position - block.starts[first]
    at, room = 0, len(chunk)
    for number in range(first, len(sizes)):
        offset = offsets[number] + skip
        size = sizes[number] - skip
        skip = 0
        stop = at + size
        if stop > room:
            stop = room
            size = stop - at
        source = sources[number]
        if source == LITERAL:
            chunk[at:stop] = data[offset : offset + size]
        else:
            reads.append(Read(source, offset, chunk[at:stop]))
        at = stop
        if at == room:
            break
    return at


def spans(reads: Iterable[Read], gap: int = GAP) -> Iterator[Span]:
    """Put together what can be read by one call.

    :param gap: bytes between two pieces up to which that is done, :data:`GAP` at most.
    """
    span: Span | None = None
    for source, offset, target in reads:
        if span is not None:
            between = offset - span.stop
            if source == span.source and 0 <= between <= gap and len(span.targets) < _MOST_BUFFERS:
                if between:
                    span.targets.append(_waste[:between])
                span.targets.append(target)
                span.stop = offset + len(target)
                continue
            yield span
        span = Span(source, offset, offset + len(target), [target])
    if span is not None:
        yield span
