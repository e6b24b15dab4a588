"""A small MP4 that every browser plays, made by nothing but Python."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from hashlib import blake2b

from quart_video.remux.boxes import box, full_box
from quart_video.remux.movie import Chapter, Movie
from quart_video.remux.track import FILM, Pieces, Track
from quart_video.testing.h264 import BLOCK, Colour, Encoder

RATE = 10
"""Pictures a second. The first of each second stands by itself, so that players seek to it."""

_MOST_SECONDS = 3600
_LARGEST = 1280
_BRIGHT: Colour = (235, 128, 128)
_PICTURES_OF = 0x10000  # 16.16 fixed point, as sizes are in ``tkhd``


def make_film(
    seconds: float = 2.0,
    *,
    width: int = 64,
    height: int = 48,
    title: str = "",
    chapters: Sequence[tuple[float, str]] = (),
    tint: str = "",
) -> bytes:
    """Return an MP4 with H.264 and without sound: some 5 kB for each second.

    A bright square goes from left to right, one step each second: pictures tell times apart.

    :param seconds: how long it lasts, 0.1 to 3600.
    :param width: pixels, a multiple of 16, at most 1280.
    :param height: likewise.
    :param title: that stands inside the file.
    :param chapters: seconds at which each begins, and its title.
    :param tint: texts that differ have other colours, mostly, and so other bytes.
    :raises ValueError: a length or a size is none of these.
    """
    if not 1 / RATE <= seconds <= _MOST_SECONDS:
        raise ValueError(f"a film lasts 0.1 to {_MOST_SECONDS} seconds, and not {seconds!r}")
    for size in (width, height):
        if size % BLOCK or not 0 < size <= _LARGEST:
            raise ValueError(
                f"width and height are multiples of {BLOCK} up to {_LARGEST}, and not {size!r}"
            )
    encoder = Encoder(width // BLOCK, height // BLOCK)
    samples = [
        _sample(
            encoder.same()
            if number % RATE
            else encoder.picture(_blocks(width // BLOCK, height // BLOCK, number // RATE, tint))
        )
        for number in range(round(seconds * RATE))
    ]
    return _movie(samples, _entry(encoder, width, height), (width, height), title, chapters)


def _blocks(columns: int, rows: int, second: int, tint: str) -> list[Colour]:
    luma, blue, red = blake2b(tint.encode(errors="surrogatepass"), digest_size=3).digest()
    blocks: list[Colour] = [(40 + luma // 2, 40 + blue // 2, 40 + red // 2)] * (columns * rows)
    blocks[second % (columns * rows)] = _BRIGHT
    return blocks


def _sample(unit: bytes) -> bytes:
    """Write a unit as MP4 has it, its length in front (ISO/IEC 14496-15, section 4.3.2)."""
    return struct.pack(">I", len(unit)) + unit


def _entry(encoder: Encoder, width: int, height: int) -> bytes:
    """Write the box ``stsd`` (ISO/IEC 14496-12, section 12.1.3, and 14496-15, section 5.3)."""
    sequence, picture = encoder.parameters()
    config = box(
        b"avcC",
        bytes([1]) + sequence[1:4] + bytes([0xFF, 0xE1]),
        struct.pack(">H", len(sequence)) + sequence,
        bytes([1]) + struct.pack(">H", len(picture)) + picture,
    )
    entry = box(
        b"avc1",
        bytes(6) + struct.pack(">H", 1) + bytes(16),
        struct.pack(">HHIIIH", width, height, 72 << 16, 72 << 16, 0, 1),
        bytes(32) + struct.pack(">Hh", 24, -1),
        config,
    )
    return full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry)


def _movie(
    samples: Sequence[bytes],
    entry: bytes,
    size: tuple[int, int],
    title: str,
    chapters: Sequence[tuple[float, str]],
) -> bytes:
    pieces, offset = Pieces(), 0
    for sample in samples:
        pieces.add(FILM, offset, len(sample))
        offset += len(sample)
    times = array("q", range(len(samples)))
    track = Track(
        kind="video",
        codec="h264",
        timescale=RATE,
        sample_entry=entry,
        pieces=pieces,
        presentation=times,
        decode=times[:],
        keys=array("B", [number % RATE == 0 for number in range(len(samples))]),
        end=len(samples),
        width=size[0] * _PICTURES_OF,
        height=size[1] * _PICTURES_OF,
    )
    told = [Chapter(start, name) for start, name in chapters]
    return Movie([track], title=title, chapters=told).head() + b"".join(samples)
