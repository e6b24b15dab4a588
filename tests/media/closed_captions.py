"""Real videos with closed captions in the picture: what a broadcaster's encoder would put there.

ffmpeg codes the pictures. Here the captions of CEA-608 are written, and put into the packets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import av

from tests.media.films import ffmpeg

RATE = 30
PICTURE = f"testsrc2=s=160x90:r={RATE}"
CODERS = {
    "h264": ["-c:v", "libx264", "-preset", "fast", "-pix_fmt", "yuv420p", "-bf", "3", "-g", "60"],
    "hevc": ["-c:v", "libx265", "-preset", "ultrafast", "-bf", "3", "-x265-params", "log-level=1"],
    "mpeg2video": ["-c:v", "mpeg2video", "-bf", "2", "-g", "15", "-b:v", "1M"],
}
Pair = tuple[int, int]
FILLING: Pair = (0, 0)


def pop_on(text: str, channel: int = 1) -> list[Pair]:
    """Return what shows *text* in row 15, each command twice: load, place, text, show."""
    load, place, show = (_command(0x14, each, channel) for each in (0x20, 0x70, 0x2F))
    return [*load, *place, *_letters(text), *show]


def roll_up(text: str) -> list[Pair]:
    """Return what rolls up *text* as the lower one of two rows."""
    rows, turn, place = (_command(0x14, each, 1) for each in (0x25, 0x2D, 0x70))
    return [*rows, *turn, *place, *_letters(text)]


def paint_on(text: str) -> list[Pair]:
    """Return what shows *text* letter by letter."""
    return [*_command(0x14, 0x29, 1), *_command(0x14, 0x70, 1), *_letters(text)]


def text_mode(text: str) -> list[Pair]:
    """Return text beside the programme, and what goes back to captions."""
    return [*_command(0x14, 0x2A, 1), *_letters(text), *_command(0x14, 0x20, 1)]


def _letters(text: str) -> list[Pair]:
    letters = text.encode("ascii") + b"\0" * (len(text) % 2)
    return [*zip(letters[::2], letters[1::2], strict=True)]


def clear(channel: int = 1) -> list[Pair]:
    """Return what clears the screen."""
    return _command(0x14, 0x2C, channel)


def _command(first: int, second: int, channel: int) -> list[Pair]:
    return [(first | (8 if channel == 2 else 0), second)] * 2


def timeline(spoken: Mapping[int, Sequence[Pair]], pictures: int) -> list[Pair]:
    """Return a pair for each picture: from those with these numbers on, else filling."""
    pairs = [FILLING] * pictures
    for at, some in spoken.items():
        pairs[at : at + len(some)] = some
    return pairs[:pictures]


def cc_data(first: Pair, second: Pair = FILLING, *, is_valid: bool = True) -> bytes:
    """Write ``cc_data()`` with a pair for each field, and with filling of CEA-708."""
    marks = (0xFC, 0xFD) if is_valid else (0xF8, 0xF9)
    rows = [
        bytes([mark, *map(odd, pair)]) for mark, pair in zip(marks, (first, second), strict=True)
    ]
    rows += [b"\xfa\0\0"] * 8
    return b"GA94\x03" + bytes([0x40 | len(rows), 0xFF]) + b"".join(rows) + b"\xff"


def odd(byte: int) -> int:
    """Give a byte of seven bits its parity."""
    return byte | (0x80 if byte.bit_count() % 2 == 0 else 0)


def unit(codec: str, data: bytes) -> bytes:
    """Write what *codec* has such data in."""
    if codec == "mpeg2video":
        return b"\0\0\1\xb2" + data
    payload = b"\xb5\0\x31" + data
    message = bytes([4, len(payload)]) + payload + b"\x80"
    header = b"\x06" if codec == "h264" else b"\x4e\x01"
    return b"\0\0\0\1" + header + message.replace(b"\0\0", b"\0\0\3")


def put_in(codec: str, packet: bytes, data: bytes) -> bytes:
    """Put a unit where it belongs: behind the head of the picture, before its first slice."""
    at = next(_places(codec, packet))
    return packet[:at] + unit(codec, data) + packet[at:]


def _places(codec: str, packet: bytes) -> Iterator[int]:
    """Yield where the first slice begins."""
    at = packet.find(b"\0\0\1")
    while at >= 0:
        kind = packet[at + 3]
        is_slice = {
            "h264": kind & 0x1F in (1, 5),
            "hevc": kind >> 1 & 0x3F < 32,
            "mpeg2video": 1 <= kind <= 0xAF,
        }
        if is_slice[codec]:
            yield at - 1 if packet[at - 1 : at] == b"\0" and codec != "mpeg2video" else at
        at = packet.find(b"\0\0\1", at + 3)


def captioned(
    path: Path, codec: str, data: Sequence[bytes | None], options: Sequence[str] = ()
) -> Path:
    """Write a transport stream with *data* for each picture, in the order of showing."""
    plain = path.with_name(f"plain-{path.stem}.ts")
    inputs = ["-f", "lavfi", "-t", str(len(data) / RATE), "-i", PICTURE]
    ffmpeg(*inputs, *CODERS[codec], *options, str(plain))
    with av.open(str(plain)) as source, av.open(str(path), "w", format="mpegts") as made:
        stream = source.streams.video[0]
        copy = made.add_stream_from_template(stream)
        packets = [packet for packet in source.demux(stream) if packet.size]
        times = sorted(packet.pts or 0 for packet in packets)
        assert len(times) == len(data)
        for packet in packets:
            own = data[times.index(packet.pts or 0)]
            written = put_in(codec, bytes(packet), own) if own is not None else bytes(packet)
            new: av.Packet[Any] = av.Packet(written)
            new.pts, new.dts, new.time_base = packet.pts, packet.dts, packet.time_base
            new.is_keyframe = packet.is_keyframe
            new.stream = copy
            made.mux(new)
    plain.unlink()
    return path
