"""What an MP4 says of a codec, as FFmpeg's muxer writes it. Runs in a child process."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
from av.stream import Stream

from quart_video.remux.boxes import find
from quart_video.remux.sample_entries import for_apple

_MS = Fraction(1, 1000)


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
        for_apple(movie[table.start : table.stop]),
        int.from_bytes(movie[stop - 8 : stop - 4], "big"),
        int.from_bytes(movie[stop - 4 : stop], "big"),
        movie[stop - 44 : stop - 8],
    )
