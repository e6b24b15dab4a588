"""The simplest H.264 there is: pictures as they are, and pictures like the one before. Pure.

ITU-T H.264 is what every browser plays. Samples that are not compressed (``I_PCM``, section
7.3.5.3) need no encoder, and a picture that is like the one before is a few bytes.
"""

from __future__ import annotations

import re

BLOCK = 16
"""Pixels; width and height are multiples of it."""

_FRAME_NUMBER_BITS = 16
_MARKER = re.compile(rb"\0\0(?=[\0-\3])")

_IDR, _SLICE, _SPS, _PPS = 5, 1, 7, 8
_BASELINE, _CONSTRAINTS, _LEVEL = 66, 0xC0, 40

Colour = tuple[int, int, int]
"""Y, Cb and Cr of what a block is filled with, 16 to 235."""


class _Bits:
    """Bits, the first first, as section 7.2 writes them."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._bits = ""

    def fixed(self, value: int, size: int) -> _Bits:
        """Append a number of *size* bits: ``u(n)``."""
        self._bits += format(value, f"0{size}b")
        whole = len(self._bits) // 8 * 8
        self._bytes += bytes(int(self._bits[at : at + 8], 2) for at in range(0, whole, 8))
        self._bits = self._bits[whole:]
        return self

    def golomb(self, *values: int) -> _Bits:
        """Append numbers from 0 on: ``ue(v)``, section 9.1."""
        for value in values:
            self.fixed(value + 1, 2 * (value + 1).bit_length() - 1)
        return self

    def align(self) -> _Bits:
        """Append zeros up to the next byte."""
        return self.fixed(0, -len(self._bits) % 8) if self._bits else self

    def raw(self, data: bytes) -> _Bits:
        """Append bytes, which begin at a byte."""
        assert not self._bits
        self._bytes += data
        return self

    def stop(self) -> bytes:
        """Return all of it with its end marked, section 7.3.2.11."""
        self.fixed(1, 1).align()
        return bytes(self._bytes)


def _unit(kind: int, importance: int, payload: bytes) -> bytes:
    """Write a NAL unit: nothing in it looks like the beginning of one (section 7.4.1)."""
    return bytes([importance << 5 | kind]) + _MARKER.sub(b"\0\0\3", payload)


class Encoder:
    """Writes pictures of one size.

    :param columns: blocks beside each other.
    :param rows: blocks below each other.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows
        self._since_key = 0
        self._keys = 0

    def parameters(self) -> tuple[bytes, bytes]:
        """Return the sequence and picture parameter sets (sections 7.3.2.1 and 7.3.2.2)."""
        sequence = _Bits().fixed(_BASELINE, 8).fixed(_CONSTRAINTS, 8).fixed(_LEVEL, 8)
        # Number of the set, bits of frame numbers less 4, pictures in the order that they come in,
        # one reference.
        sequence.golomb(0, _FRAME_NUMBER_BITS - 4, 2, 1).fixed(0, 1)
        sequence.golomb(self._columns - 1, self._rows - 1)
        sequence.fixed(0b1100, 4)  # whole frames, as they are, not cropped, no more is said
        picture = _Bits().golomb(0, 0).fixed(0, 2).golomb(0, 0, 0).fixed(0, 3)
        picture.golomb(0, 0, 0).fixed(0b100, 3)  # it is said whether edges are smoothed
        return _unit(_SPS, 3, sequence.stop()), _unit(_PPS, 3, picture.stop())

    def picture(self, blocks: list[Colour]) -> bytes:
        """Write a picture by itself, its blocks line by line."""
        assert len(blocks) == self._columns * self._rows
        self._since_key = 0
        self._keys += 1
        bits = _Bits().golomb(0, 7, 0).fixed(0, _FRAME_NUMBER_BITS)
        bits.golomb(self._keys % 2)  # two that follow each other are told apart by it
        bits.fixed(0, 2).golomb(0, 1)  # no memory is kept; edges are not smoothed
        for luma, blue, red in blocks:
            bits.golomb(25).align()
            bits.raw(bytes([luma]) * BLOCK**2)
            bits.raw(bytes([blue]) * (BLOCK // 2) ** 2 + bytes([red]) * (BLOCK // 2) ** 2)
        return _unit(_IDR, 3, bits.stop())

    def same(self) -> bytes:
        """Write a picture that is like the one before."""
        self._since_key += 1
        bits = _Bits().golomb(0, 5, 0)
        bits.fixed(self._since_key % 2**_FRAME_NUMBER_BITS, _FRAME_NUMBER_BITS)
        bits.fixed(0, 3).golomb(0, 1)
        bits.golomb(self._columns * self._rows)  # so many blocks are passed over
        return _unit(_SLICE, 2, bits.stop())
