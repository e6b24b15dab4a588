"""Closed captions among the data of coded pictures: which bytes of a packet they are. Pure.

CEA-608 travels in pairs of bytes, and a pair, with a byte in front that tells the field, is a
construct of ``cc_data()`` (ATSC A/53 Part 4, section 6.2.3; CTA-708, section 4.4). Of H.264 and
HEVC it stands in supplemental enhancement information, registered by ITU-T T.35 (H.264, D.1.6); of
MPEG-2 in user data, where DVDs have a form of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count, islice

_ATSC = b"GA94"
_CC_DATA = b"\x03"  # user_data_type_code
_REGISTERED = b"\xb5\x00\x31" + _ATSC + _CC_DATA  # the United States, ATSC
_DVD = b"CC\x01\xf8"
_START_CODE = b"\0\0\1"
_USER_DATA = _START_CODE + b"\xb2"
_T35 = 4  # payloadType user_data_registered_itu_t_t35
_VALID = 4  # cc_valid
_FIELD = 3  # cc_type: 0 and 1 are the fields of CEA-608, 2 and 3 are CEA-708
_FIRST = 0xFC  # reserved bits, cc_valid, and the first field
_SEI = {"h264": (0x1F, 0, 6, 1), "hevc": (0x3F, 1, 39, 2)}
"""How the type is taken of the first byte of a NAL unit, by mask and shift; which one it is, and
how long the header is (H.264, 7.3.1; H.265, 7.3.1.2)."""
_PARITY = 0x80
_MOST_UNITS = 4096  # of a packet; one of 8K in many slices has some hundreds
_HELD = 64  # pictures; of H.264 and HEVC none is shown more than 16 later than it is coded


@dataclass(frozen=True, slots=True)
class Coding:
    """How pictures are coded.

    :param codec: as FFmpeg calls it.
    :param extradata: beside the track, which tells how NAL units are told apart: ``avcC`` and
        ``hvcC`` (ISO/IEC 14496-15) have lengths, nothing and parameter sets have start codes.
    """

    codec: str
    extradata: bytes = b""

    @property
    def is_known(self) -> bool:
        """Whether captions are looked for in such pictures."""
        return self.codec in _SEI or self.codec == "mpeg2video"

    @property
    def length_size(self) -> int:
        """Bytes of the length before each NAL unit, 0 where there are start codes."""
        place = 4 if self.codec == "h264" else 21
        if self.extradata[:1] != b"\1" or len(self.extradata) <= place:
            return 0
        return (self.extradata[place] & 3) + 1


def read_pairs(data: bytes, coding: Coding) -> bytes:
    """Return the pairs of CEA-608 of a packet, of both fields, each with its byte in front."""
    if coding.codec == "mpeg2video":
        return b"".join(islice(_of_user_data(data), _MOST_UNITS))
    # Hardly any packet without captions has these bytes, and so much of it is done in no time.
    if coding.codec not in _SEI or _REGISTERED not in data:
        return b""
    return b"".join(_of_sei(data, coding))


def _of_user_data(data: bytes) -> Iterator[bytes]:
    position = data.find(_USER_DATA)
    while position >= 0:
        begin = position + len(_USER_DATA)
        position = data.find(_START_CODE, begin)
        user_data = data[begin:] if position < 0 else data[begin:position]
        if user_data.startswith(_ATSC + _CC_DATA):
            yield _cc_data(user_data[len(_ATSC) + 1 :])
        elif user_data.startswith(_DVD):
            yield _of_dvd(user_data[len(_DVD) :])
        position = data.find(_USER_DATA, begin)


def _of_dvd(data: bytes) -> bytes:
    """Read what a DVD has for all of a group of pictures."""
    blocks = (data[0] >> 1 & 0x1F) * 2 + (data[0] & 1) if data else 0
    found = bytearray()
    for at in range(1, min(1 + blocks * 3, len(data) - 2), 3):
        if data[at] >> 1 != 0x7F:  # they have ended
            break
        # The lowest bit is that it is the first field, which is field 0 elsewhere.
        found += bytes([_FIRST | (~data[at] & 1)]) + data[at + 1 : at + 3]
    return bytes(found)


def _of_sei(data: bytes, coding: Coding) -> Iterator[bytes]:
    mask, shift, wanted, header = _SEI[coding.codec]
    size = coding.length_size
    units = _with_lengths(data, size) if size else _with_start_codes(data)
    for start, stop in islice(units, _MOST_UNITS):
        if start + header < stop and data[start] >> shift & mask == wanted:
            # An emulation prevention byte is behind two that are 0 (H.264, 7.3.1).
            yield from _of_messages(data[start + header : stop].replace(b"\0\0\3", b"\0\0"))


def _with_lengths(data: bytes, size: int) -> Iterator[tuple[int, int]]:
    position = 0
    while position + size <= len(data):
        start = position + size
        position = start + int.from_bytes(data[position:start], "big")
        yield start, min(position, len(data))


def _with_start_codes(data: bytes) -> Iterator[tuple[int, int]]:
    position = data.find(_START_CODE)
    while position >= 0:
        start = position + len(_START_CODE)
        position = data.find(_START_CODE, start)
        yield start, position if position >= 0 else len(data)


def _of_messages(data: bytes) -> Iterator[bytes]:
    """Read the messages of supplemental enhancement information (H.264, 7.3.2.3.1)."""
    position = 0
    while position + 2 <= len(data):
        kind, position = _number(data, position)
        size, position = _number(data, position)
        if kind == _T35 and data.startswith(_REGISTERED, position):
            yield _cc_data(data[position + len(_REGISTERED) : position + size])
        position += size


def _number(data: bytes, position: int) -> tuple[int, int]:
    """Read a number that is the sum of bytes, of which the last one is not 255."""
    start = position
    while position < len(data) and data[position] == 0xFF:
        position += 1
    last = data[position] if position < len(data) else 0
    return (position - start) * 0xFF + last, position + 1


def _cc_data(data: bytes) -> bytes:
    """Return what is CEA-608 and valid of the constructs of ``cc_data()``."""
    # process_cc_data_flag and cc_count, em_data, and then as many constructs
    constructs = (data[0] & 0x1F) * 3 if data and data[0] & 0x40 else 0
    if len(data) < 2 + constructs:
        return b""
    return b"".join(
        data[at : at + 3]
        for at in range(2, 2 + constructs, 3)
        if data[at] & _VALID and data[at] & _FIELD < 2
    )


class InOrder:
    """Puts what comes with pictures, in the order they are coded in, in that they are shown in."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, bytes]] = []
        self._numbers = count()

    def add(self, time: float, pairs: bytes) -> Iterator[tuple[float, bytes]]:
        """Take what comes with one picture; yield what nothing can be in front of any more.

        :param time: when it is shown, in seconds.
        """
        heappush(self._waiting, (time, next(self._numbers), pairs))
        if len(self._waiting) > _HELD:
            yield self._next()

    def rest(self) -> Iterator[tuple[float, bytes]]:
        """Yield what is left."""
        while self._waiting:
            yield self._next()

    def _next(self) -> tuple[float, bytes]:
        time, _, pairs = heappop(self._waiting)
        return time, pairs


class FirstChannel:
    """Takes the pairs of CC1 out of those of both fields (CTA-608, sections 8 and 9).

    A field has two channels. What sets one of them, and what follows that until the other one is
    set, is all of it; so it is with what is text beside the programme, and no caption.
    """

    def __init__(self) -> None:
        self._is_other = False
        self._is_text = False

    def read(self, pairs: bytes) -> bytes:
        """Return those of CC1 that are more than filling."""
        found = bytearray()
        for at in range(0, len(pairs), 3):
            first, second = pairs[at + 1] & ~_PARITY, pairs[at + 2] & ~_PARITY
            if pairs[at] & _FIELD or not (first or second):
                continue
            if 0x10 <= first < 0x20 and _is_odd(pairs[at + 1]) and _is_odd(pairs[at + 2]):
                self._turn(first, second)
            if not (self._is_other or self._is_text):
                found += bytes([_FIRST]) + pairs[at + 1 : at + 3]
        return bytes(found)

    def _turn(self, first: int, second: int) -> None:
        self._is_other = bool(first & 8)
        if first == 0x14 and second in _CAPTION_MODES:
            self._is_text = False
        elif first == 0x14 and second in _TEXT_MODES:
            self._is_text = True


class FirstLetters:
    """Tells when the first letter comes on a screen that was empty.

    What shows letters as they come, which is paint-on and roll-up, FFmpeg has begin when the screen
    was cleared before.
    """

    def __init__(self) -> None:
        self.since: float | None = None
        """Seconds; ``None``: nothing was shown so on an empty screen since :meth:`told`."""
        self._is_direct = False
        self._is_empty = True

    def read(self, pairs: bytes, time: float) -> None:
        """Take pairs of CC1 that come at *time*."""
        for at in range(0, len(pairs), 3):
            first, second = pairs[at + 1] & ~_PARITY, pairs[at + 2] & ~_PARITY
            if first == 0x14 and second in _CAPTION_MODES:
                self._is_direct = second != _LOADING
            elif first == 0x14 and second in (_CLEARED, _SHOWN):
                self._is_empty = second == _CLEARED
            elif first >= 0x20 and self._is_direct and self._is_empty:
                self.since, self._is_empty = time, False

    def told(self) -> None:
        """Begin anew, as a text has ended."""
        self.since = None


def _is_odd(byte: int) -> bool:
    """Tell whether a byte came through as it was sent: of its bits an odd number is set."""
    return byte.bit_count() % 2 == 1


_CLEARED, _SHOWN = 0x2C, 0x2F  # erase displayed memory, end of caption
_LOADING = 0x20
_CAPTION_MODES = frozenset({_LOADING, 0x25, 0x26, 0x27, 0x29})
"""Resume caption loading, roll-up in two, three and four rows, resume direct captioning."""
_TEXT_MODES = frozenset({0x2A, 0x2B})
"""Text restart, resume text display."""
