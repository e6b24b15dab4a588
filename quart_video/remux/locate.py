"""Where the bytes of a packet are in the film, each compared with the film itself. Pure.

A demuxer tells where a packet is said to be, and some alter what they read: they put back what was
stripped, decompress or decrypt. What is not found as it is becomes a part of the index, within a
budget: beyond it the index would be a copy of the film.
"""

from __future__ import annotations

import re
from array import array

from quart_video.remux.track import FILM, LITERAL, Pieces
from quart_video.remux.window import Window

_LONGEST_PREFIX = 64
_PLAIN_HEADER = 4
_USUAL_HEADER = 300
_LONGEST_HEADER = 64 * 1024 + 64  # a lace of 256 frames with sizes
_SEARCHED = 256  # bytes behind where a packet is said to be


class NotPlainError(ValueError):
    """Too much of the film is not as it has to be. The text says so."""


class Budget:
    """How many bytes an index may hold of what is not in the film as it has to be.

    :param most: bytes.
    """

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, count: int) -> None:
        """Take *count* bytes.

        :raises NotPlainError: there are not as many left.
        """
        self._left -= count
        if self._left < 0:
            raise NotPlainError(
                "its packets are compressed or encrypted, or split, so that an index would be a "
                "copy of it"
            )


class Locator:
    """Finds the packets of one track, as a demuxer yields them one after the other.

    This one is for containers in which a packet stands in one piece, always as far behind the place
    that is told.

    :param film: what the packets are compared with.
    """

    def __init__(self, film: Window, budget: Budget) -> None:
        self.pieces = Pieces()
        self.firsts = array("Q")
        self.literals = bytearray()
        self._film = film
        self._budget = budget
        self._behind: int | None = None
        self._next = 0

    def locate(self, data: bytes | memoryview, position: int | None) -> None:
        """Add the pieces of a packet.

        :param position: where a demuxer says that it is; ``None``: it does not say.
        :raises NotPlainError: there is too much that is not in the film.
        """
        self.firsts.append(len(self.pieces))
        at = self._find(data, position)
        if at is None:
            self.store(data)
        else:
            self.pieces.add(FILM, at, len(data))

    def store(self, data: bytes | memoryview) -> None:
        """Add a piece that becomes part of the index."""
        self._budget.take(len(data))
        self.pieces.add(LITERAL, len(self.literals), len(data))
        self.literals += data

    def _find(self, data: bytes | memoryview, position: int | None) -> int | None:
        behind = self._behind or 0
        # What a parser has split goes on where the packet before ended.
        at = self._next if position is None else position + behind
        if self._film.has(data, at):
            if position is not None:
                self._behind = behind
            self._next = at + len(data)
            return at
        if self._behind is None and position is not None:
            found = self._film.read(len(data) + _SEARCHED, position).find(data)
            if found >= 0:
                self._behind = found
                self._next = position + found + len(data)
                return position + found
        return None


class MatroskaLocator(Locator):
    """Finds packets in blocks of Matroska (RFC 9559, section 10): laced, or stripped of a header.

    The place that is told is that of the block's content: its track number.
    """

    def __init__(self, film: Window, budget: Budget) -> None:
        super().__init__(film, budget)
        self._prefix: bytes | None = None
        self._prefix_at = 0
        self._block = -1
        # Called for every packet of the film.
        self._add_first = self.firsts.append
        self._sizes = self.pieces.sizes
        self._add_source = self.pieces.sources.append
        self._add_offset = self.pieces.offsets.append
        self._add_size = self.pieces.sizes.append

    def locate(self, data: bytes | memoryview, position: int | None) -> None:
        """Add the pieces of a packet."""
        if self._prefix == b"" and position is not None and position != self._block:
            # Nearly always it is this: a block with one frame, whose track has a number up to 127.
            size = len(data)
            found, at = self._film.find(size + _PLAIN_HEADER, position)
            is_there = found.startswith(data, at + _PLAIN_HEADER)
            if is_there and found[at] > 127 and not found[at + 3] & 6:
                start = position + _PLAIN_HEADER
                self._block, self._next = position, start + size
                self._add_first(len(self._sizes))
                self._add_source(FILM)
                self._add_offset(start)
                self._add_size(size)
                return
        self._locate(bytes(data), position)

    def _locate(self, data: bytes, position: int | None) -> None:
        self.firsts.append(len(self.pieces))
        header = 0
        if position is None or position == self._block:  # another frame of the same lace
            start = self._next
        else:
            header = block_header(self._film.read(_USUAL_HEADER, position)) or 0
            if not header:
                header = block_header(self._film.read(_LONGEST_HEADER, position)) or 0
            start = position + header
            self._block = position
        found = self._film.read(len(data), start)
        if self._prefix is None:
            self._keep(self._learn(data, found))
        prefix = self._prefix or b""
        size = len(data) - len(prefix)
        if size <= 0 or not data.startswith(prefix) or not found.startswith(data[len(prefix) :]):
            self.store(data)
            return
        if prefix:
            self.pieces.add(LITERAL, self._prefix_at, len(prefix))
        self.pieces.add(FILM, start, size)
        self._next = start + size

    def _learn(self, data: bytes, found: bytes) -> bytes:
        """Return what was stripped of a first packet; nothing, if it is whole, or another thing."""
        for length in range(min(_LONGEST_PREFIX, len(data) - 1) + 1):
            if found.startswith(data[length:]):
                return data[:length]
        return b""

    def _keep(self, prefix: bytes) -> None:
        self._prefix = prefix
        self._prefix_at = len(self.literals)
        self.literals += prefix


def block_header(data: bytes) -> int | None:
    """Return how long the header of a Block is that *data* begins with, that of a lace included.

    :returns: ``None``: it goes on behind the data, or is none.
    """
    try:
        at = _length_of_number(data[0]) + 2
        lacing = data[at] >> 1 & 3
        at += 1
        if not lacing:
            return at
        frames = data[at]
        at += 1
        if lacing == 1:  # Xiph: sizes in bytes of 255
            for _ in range(frames):
                while data[at] == 255:
                    at += 1
                at += 1
        elif lacing == 3:  # EBML: sizes as numbers
            for _ in range(frames):
                at += _length_of_number(data[at])
    except IndexError:
        return None
    return at


def _length_of_number(first: int) -> int:
    """Return of how many bytes a number of EBML is (RFC 8794, section 4)."""
    return 9 - first.bit_length()


_START_CODE = re.compile(b"\0\0\1")


class StartCodeLocator(Locator):
    """Finds packets of H.264 and H.265 with start codes, which become lengths as an MP4 has them.

    ITU-T H.264, annex B; ISO/IEC 14496-15, section 5.3.
    """

    def locate(self, data: bytes | memoryview, position: int | None) -> None:
        """Add the pieces of a packet."""
        self.firsts.append(len(self.pieces))
        at = self._find(data, position)
        data = bytes(data)
        for start, stop in unit_ranges(data):
            size = (stop - start).to_bytes(4, "big")
            if at is None:
                self.store(size + data[start:stop])
            else:
                self.store(size)
                self.pieces.add(FILM, at + start, stop - start)
        if self.firsts[-1] == len(self.pieces):
            raise NotPlainError("its pictures have no start codes where they should have some")


def unit_ranges(data: bytes) -> list[tuple[int, int]]:
    """Return where the NAL units are between start codes, half-open, without zeros behind them."""
    codes = [found.span() for found in _START_CODE.finditer(data)]
    ends = [*(start for start, _ in codes[1:]), len(data)]
    ranges = []
    for (_, start), end in zip(codes, ends, strict=False):  # of no codes none
        size = len(data[start:end].rstrip(b"\0"))
        if size:
            ranges.append((start, start + size))
    return ranges
