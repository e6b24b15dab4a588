"""When a file begins, and how long it lasts. Runs in a child process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import islice

import av
from av.container import InputContainer
from av.stream import Stream

from quart_video.media.extract.ebml import last_time
from quart_video.media.extract.source import SourceFile

MICROSECONDS = 1_000_000
"""The units of libav, in a second."""
_LATE = 0.1  # seconds; less is the delay that sound encoders have
_LEAST_PACKET = 8  # bytes, of the header of a chunk
_FAR = 10**15  # in units of libav: behind the end of any file
_READ_THROUGH = {"avi", "flv", "mpegvideo"}
"""Formats that are read from the beginning to find their end."""
_MOST_READ = 32 * 1024 * 1024  # bytes of such a one
_MOST_PACKETS = 500_000
_LONGEST = 100 * 365 * 86400.0  # seconds; more is a mistake of the file


def start_of(container: InputContainer) -> float:
    """Return the time that the file calls its start, in seconds.

    What is before 0 no player shows: all of them begin at 0, and the duration counts from there.
    """
    return max(0, container.start_time or 0) / MICROSECONDS


def duration_of(container: InputContainer, source: SourceFile) -> float | None:
    """Return how long a file lasts from its start, in seconds; ``None``: nothing tells."""
    seconds = (container.duration or 0) / MICROSECONDS
    late = start_of(container) > _LATE
    if container.format.name.startswith("matroska"):
        # While it is recorded nobody knows. And of what begins late some programs write when it
        # ends, others how long it lasts.
        if seconds <= 0 or late:
            seconds = _seconds_to_last_block(container, source) or seconds
    elif seconds <= 0 or _promises_too_much(container, source):
        seconds = _seconds_to_last_packet(source)
    elif container.format.name.startswith("mov") and late:
        # Captions begin at 0, and libav counts from there.
        ends = [
            float((stream.start_time + stream.duration) * stream.time_base)
            for stream in (*container.streams.video, *container.streams.audio)
            if stream.start_time is not None and stream.duration and stream.time_base
        ]
        seconds = max(ends) - start_of(container) if ends else seconds
    return round(seconds, 3) if 0 < seconds < _LONGEST else None


def _promises_too_much(container: InputContainer, source: SourceFile) -> bool:
    """Tell whether an AVI counts more packets than fit into it.

    So it does that was written to where nobody could go back to its head, for lack of a better one.
    """
    if container.format.name != "avi":
        return False
    return any(stream.frames * _LEAST_PACKET > source.size() for stream in container.streams)


def _seconds_to_last_packet(source: SourceFile) -> float:
    """Return for how long packets go on, 0 where that takes too long to find out.

    It is what a recording lasts whose head was never completed.
    """
    container = source.open()
    if container.format.name in _READ_THROUGH and source.size() > _MOST_READ:
        return 0.0
    streams = [*container.streams.video, *container.streams.audio]
    first = last = None
    with suppress(av.FFmpegError):
        first = next((time for time, _ in _times(container, streams)), None)
        container.seek(_FAR, backward=True)
        ends = (end for _, end in _times(container, streams))
        last = max(islice(ends, _MOST_PACKETS), default=None)
    return max(0.0, last - first) if first is not None and last is not None else 0.0


def _times(container: InputContainer, streams: Sequence[Stream]) -> Iterator[tuple[float, float]]:
    """Yield when each packet begins and ends, in seconds."""
    for packet in container.demux(*streams):
        base = packet.time_base
        if packet.pts is not None and base:
            stop = packet.pts + (packet.duration or 0)
            yield float(packet.pts * base), float(stop * base)


def _seconds_to_last_block(container: InputContainer, source: SourceFile) -> float:
    if not container.streams:
        return 0.0
    base = container.streams[0].time_base or Fraction(1, 1000)
    with source.reader() as read:
        last = last_time(read, source.size())
    return max(0.0, float((last or 0) * base) - start_of(container))
