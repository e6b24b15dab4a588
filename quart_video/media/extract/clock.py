"""When a file begins, and how long it lasts. Runs in a child process."""

from __future__ import annotations

from fractions import Fraction

from av.container import InputContainer

from quart_video.media.extract.ebml import last_time
from quart_video.media.extract.source import SourceFile

MICROSECONDS = 1_000_000
"""The units of libav, in a second."""
_LATE = 0.1  # seconds; less is the delay that sound encoders have
_LONGEST = 100 * 365 * 86400.0  # seconds; more is a mistake of the file


def start_of(container: InputContainer) -> float:
    """Return the time that the file calls its start, in seconds."""
    return (container.start_time or 0) / MICROSECONDS


def duration_of(container: InputContainer, source: SourceFile) -> float | None:
    """Return how long a file lasts from its start, in seconds; ``None``: nothing tells."""
    seconds = (container.duration or 0) / MICROSECONDS
    late = start_of(container) > _LATE
    if container.format.name.startswith("matroska"):
        # While it is recorded nobody knows. And of what begins late some programs write when it
        # ends, others how long it lasts.
        if seconds <= 0 or late:
            seconds = _seconds_to_last_block(container, source) or seconds
    elif container.format.name.startswith("mov") and late:
        # Captions begin at 0, and libav counts from there.
        ends = [
            float((stream.start_time + stream.duration) * stream.time_base)
            for stream in (*container.streams.video, *container.streams.audio)
            if stream.start_time is not None and stream.duration and stream.time_base
        ]
        seconds = max(ends) - start_of(container) if ends else seconds
    return round(seconds, 3) if 0 < seconds < _LONGEST else None


def _seconds_to_last_block(container: InputContainer, source: SourceFile) -> float:
    if not container.streams:
        return 0.0
    base = container.streams[0].time_base or Fraction(1, 1000)
    with source.reader() as read:
        last = last_time(read, source.size())
    return max(0.0, float((last or 0) * base) - start_of(container))
