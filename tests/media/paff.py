"""A stream of H.264 whose fields are pictures of their own, as camcorders and broadcasts have it.

No free encoder makes one. Its macroblocks are raw samples (I_PCM), so it takes no transforms.
"""

from __future__ import annotations

_WIDE, _HIGH = 4, 2  # macroblocks of a field
_PCM = 25  # mb_type of I_PCM in slices of I macroblocks


class _Writer:
    """Bits of a NAL unit."""

    def __init__(self) -> None:
        self._bits: list[int] = []

    def put(self, count: int, value: int) -> None:
        self._bits += [value >> place & 1 for place in reversed(range(count))]

    def golomb(self, *values: int) -> None:
        for value in values:
            length = (value + 1).bit_length()
            self.put(2 * length - 1, value + 1)

    def align(self) -> None:
        self.put(-len(self._bits) % 8, 0)

    def unit(self, header: int) -> bytes:
        """Return the whole with its start code, and what ends it."""
        self.put(1, 1)
        self.align()
        text = "".join(map(str, self._bits))
        unit = bytearray([header])
        zeros = 0
        for byte in int(text, 2).to_bytes(len(text) // 8, "big"):
            if zeros >= 2 and byte <= 3:
                unit.append(3)
                zeros = 0
            unit.append(byte)
            zeros = 0 if byte else zeros + 1
        return b"\0\0\0\1" + bytes(unit)


def _sequence() -> bytes:
    bits = _Writer()
    for byte in (77, 0, 30):  # main profile, level 3
        bits.put(8, byte)
    bits.golomb(0, 0, 2, 1)  # no reordering, one reference
    bits.put(1, 0)
    bits.golomb(_WIDE - 1, _HIGH - 1)
    for flag in (0, 0, 1, 0):  # frame_mbs_only_flag 0: there may be fields
        bits.put(1, flag)
    for count, value in ((1, 1), (4, 0), (1, 1), (32, 1), (32, 50), (1, 1), (4, 0)):
        bits.put(count, value)  # 25 frames a second
    return bits.unit(0x67)


def _parameters() -> bytes:
    bits = _Writer()
    bits.golomb(0, 0)
    bits.put(2, 0)
    bits.golomb(0, 0, 0)
    bits.put(3, 0)
    bits.golomb(0, 0, 0)
    bits.put(3, 0)
    return bits.unit(0x68)


def _field(number: int, *, bottom: bool) -> bytes:
    bits = _Writer()
    bits.golomb(0, 7, 0)  # a slice of I macroblocks
    bits.put(4, 0)  # frame_num
    bits.put(2, 2 | bottom)  # field_pic_flag, bottom_field_flag
    if not bottom:
        bits.golomb(number % 2)  # idr_pic_id
    bits.put(1 if bottom else 2, 0)
    bits.golomb(0)
    for block in range(_WIDE * _HIGH):
        bits.golomb(_PCM)
        bits.align()
        for sample in range(256):
            bits.put(8, 16 + ((sample % 16) * 6 + (block % _WIDE) * 40 + number * 3) % 200)
        for _ in range(128):
            bits.put(8, 90 + block * 10)
    return bits.unit(0x61 if bottom else 0x65)


def paff(frames: int) -> bytes:
    """Return so many frames of 64x64 pixels, as a stream with start codes."""
    delimiter = b"\0\0\0\1\x09\x10"
    parts = []
    for number in range(frames):
        parts += [delimiter, _sequence(), _parameters(), _field(number, bottom=False)]
        parts += [delimiter, _field(number, bottom=True)]
    return b"".join(parts)
