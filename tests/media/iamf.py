"""A film whose sound is immersive (IAMF), written byte by byte: few programs make such."""

from __future__ import annotations

import struct

from quart_video.remux.boxes import box, boxes, full_box

RATE, SAMPLES = 48_000, 4800
"""Samples a second, and of each frame: ten frames are a second."""
_SECONDS = 2
_MATRIX = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)


def leb128(number: int) -> bytes:
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*data, number])


def obu(kind: int, content: bytes) -> bytes:
    return bytes([kind << 3]) + leb128(len(content)) + content


def element(number: int, substreams: list[int], layout: int, coupled: int) -> bytes:
    """Return an audio element of one layer of channels."""
    ids = b"".join(map(leb128, substreams))
    layer = bytes([layout << 4, len(substreams), coupled])
    channels = bytes([1 << 5]) + layer
    count = leb128(len(substreams))
    return obu(1, leb128(number) + b"\0" + leb128(0) + count + ids + leb128(0) + channels)


SURROUND = element(300, [0, 1, 2, 3], 2, 2)
"""5.1: two pairs, the centre, and the low frequencies."""
STEREO = element(301, [4], 1, 1)
HEADER = obu(31, b"iamf" + bytes([0, 1]))
PCM = obu(0, leb128(0) + b"ipcm" + leb128(SAMPLES) + bytes(2) + struct.pack(">BBI", 1, 16, RATE))


def configuration(*elements: bytes) -> bytes:
    obus = b"".join((HEADER, PCM, *elements))
    return box(b"iacb", b"\1", leb128(len(obus)), obus)


def entry(*elements: bytes) -> bytes:
    """Return a sample entry, which tells of neither channels nor rate."""
    return box(b"iamf", bytes(6), b"\0\1", bytes(20), configuration(*elements))


def with_immersive_sound(film: bytes, channels: list[int], *elements: bytes) -> bytes:
    """Add a track of silence to an MP4.

    :param channels: of its substreams.
    """
    frame = b"".join(
        obu(6 + number, bytes(2 * SAMPLES * count)) for number, count in enumerate(channels)
    )
    count = _SECONDS * RATE // SAMPLES
    # The head has to be last, for all before it to stay where it is.
    head = next(each for each in boxes(film) if each.kind == b"moov")
    assert head.stop == len(film)
    data = box(b"mdat", frame * count)
    track = _track(entry(*elements), count, len(frame), head.start + 8)
    movie = box(b"moov", film[head.content : head.stop], track)
    return film[: head.start] + data + movie


def _track(sample_entry: bytes, count: int, size: int, offset: int) -> bytes:
    duration = count * SAMPLES
    tables = (
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), sample_entry),
        full_box(b"stts", 0, 0, struct.pack(">III", 1, count, SAMPLES)),
        full_box(b"stsc", 0, 0, struct.pack(">IIII", 1, 1, count, 1)),
        full_box(b"stsz", 0, 0, struct.pack(">II", size, count)),
        full_box(b"stco", 0, 0, struct.pack(">II", 1, offset)),
    )
    media = (
        full_box(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, RATE, duration, 0x55C4, 0)),
        full_box(b"hdlr", 0, 0, bytes(4), b"soun", bytes(13)),
        box(b"minf", full_box(b"smhd", 0, 0, bytes(4)), box(b"stbl", *tables)),
    )
    header = struct.pack(">IIIII", 0, 0, 9, 0, _SECONDS * 1000) + bytes(8) + bytes(4)
    header += b"\1\0\0\0" + _MATRIX + bytes(8)
    return box(b"trak", full_box(b"tkhd", 0, 7, header), box(b"mdia", *media))
