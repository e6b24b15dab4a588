"""Where an MP4 or a QuickTime film has its head and its samples. Pure.

ISO/IEC 14496-12, sections 4.2 and 8.1. Only the headers of the outermost boxes are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quart_video.remux.boxes import Box
from quart_video.remux.window import Read

_FIRST = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"uuid"}
"""With what such a file begins."""
_FRAGMENTS = {b"moof", b"sidx", b"mfra"}
_MOST_BOXES = 1000
_LONGEST_HEAD = 32 * 1024 * 1024
"""Bytes of a head: ten hours of film or more. The answer of a child process has room for it."""


class NotPatchableError(ValueError):
    """The film has to be read packet by packet. The text says why."""


class NoMovieError(ValueError):
    """No movie can be made of the film in any way. The text says why."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is."""

    moov: range
    """The box, its header included."""
    kept: Sequence[range]
    """From the beginning of the first ``mdat`` to the end of the last: in two parts where the head
    stands between."""


def read_layout(read: Read, size: int) -> Layout:
    """Look where a file of *size* bytes has everything.

    :raises NotPatchableError: it is not whole, of fragments, or no such file.
    """
    heads: list[Box] = []
    media: list[Box] = []
    for count, box in enumerate(_outermost(read, size)):
        if not count and box.kind not in _FIRST:
            raise NotPatchableError("it is no MP4")
        if box.kind in _FRAGMENTS:
            raise NotPatchableError("it is made of fragments")
        if count == _MOST_BOXES:
            raise NotPatchableError("it is made of too many boxes")
        if box.kind in (b"moov", b"mdat"):
            (heads if box.kind == b"moov" else media).append(box)
            if box.stop > size:
                raise NotPatchableError("it is cut short")
    if len(heads) != 1 or not media:
        raise NotPatchableError("it has not one head, or nothing else")
    head = heads[0]
    if head.stop - head.start > _LONGEST_HEAD:
        raise NotPatchableError("its head is too long")
    start, stop = media[0].start, media[-1].stop
    parts = [range(start, stop)]
    if start < head.start < stop:
        parts = [range(start, head.start), range(head.stop, stop)]
    return Layout(range(head.start, head.stop), parts)


def _outermost(read: Read, size: int) -> Iterator[Box]:
    """Yield the boxes of a file up to where they are none; the last may go beyond its end."""
    start = 0
    while start + 8 <= size:
        header = read(16, start)
        length, kind, content = int.from_bytes(header[:4], "big"), header[4:8], start + 8
        if length == 1:
            length, content = int.from_bytes(header[8:16], "big"), content + 8
        elif length == 0:  # to the end
            length = size - start
        if len(header) < content - start or length < content - start:
            return
        yield Box(kind, start, content, start + length)
        start += length
