"""What an MP4 says of a codec, as FFmpeg's muxer writes it. Runs in a child process."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
from av.stream import Stream

from quart_video.remux.boxes import boxes, find

_MS = Fraction(1, 1000)
_HEVC_SETS = {32, 33, 34}  # VPS, SPS, PPS


@dataclass(frozen=True, slots=True)
class SampleEntry:
    """What stands in the head of an MP4 about one track."""

    stsd: bytes
    width: int
    height: int
    matrix: bytes


def sample_entry(stream: Stream, packets: Sequence[bytes]) -> SampleEntry:
    """Return what FFmpeg's muxer makes of *stream*, given its first *packets*.

    :raises Exception: as PyAV does, where an MP4 cannot hold such a track.
    """
    memory = io.BytesIO()
    # What it writes is thrown away but for the head; "experimental" is what MP4s of today are.
    output = av.open(memory, "w", format="mp4", options={"strict": "experimental"})
    # Not by way of an encoder, which there need not be.
    copy = output.add_stream_from_template(stream, opaque=True)
    for number, data in enumerate(packets):
        packet = av.Packet(data)
        packet.stream = copy
        packet.time_base = _MS
        packet.pts = packet.dts = 40 * number
        packet.duration = 40
        packet.is_keyframe = True
        output.mux(packet)
    output.close()
    return read_sample_entry(memory.getvalue())


def read_sample_entry(movie: bytes) -> SampleEntry:
    """Take the entry of its first track out of an MP4.

    :raises ValueError: it has none.
    """
    header = find(movie, b"moov", b"trak", b"tkhd")
    table = find(movie, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    if header is None or table is None:
        raise ValueError("an MP4 without a track")
    stop = header.stop
    return SampleEntry(
        _for_apple(movie[table.start : table.stop]),
        int.from_bytes(movie[stop - 8 : stop - 4], "big"),
        int.from_bytes(movie[stop - 4 : stop], "big"),
        movie[stop - 44 : stop - 8],
    )


def _for_apple(stsd: bytes) -> bytes:
    """Say ``hvc1``, the only HEVC that Safari takes, where all parameter sets are in the head."""
    if stsd[20:24] != b"hev1":
        return stsd
    # ISO/IEC 14496-12, section 8.5.2: 16 bytes of stsd, 8 + 78 of VisualSampleEntry.
    for box in boxes(stsd, 16 + 8 + 78, 16 + int.from_bytes(stsd[16:20], "big")):
        if box.kind == b"hvcC" and _HEVC_SETS.issubset(_arrays(stsd[box.content : box.stop])):
            return stsd[:20] + b"hvc1" + stsd[24:]
    return stsd


def _arrays(record: bytes) -> list[int]:
    """Return the kinds of NAL units that an HEVCDecoderConfigurationRecord holds."""
    kinds = []
    at = 23
    for _ in range(record[22] if len(record) > 22 else 0):
        if at + 3 > len(record):
            break
        kinds.append(record[at] & 0x3F)
        count = int.from_bytes(record[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            at += 2 + int.from_bytes(record[at : at + 2], "big")
    return kinds
