"""The closed captions in the picture of a video become WebVTT. Runs in a child process.

No picture is decoded: what comes with each is taken out of its packet, put in the order of showing,
and given to FFmpeg's decoder of CEA-608, as the packets of a track would be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.stream import Discard
from av.subtitles.codeccontext import SubtitleCodecContext
from av.video.stream import VideoStream

from quart_video.media.extract.cc_data import FirstChannel, FirstLetters, InOrder, read_pairs
from quart_video.media.extract.clock import MICROSECONDS, start_of
from quart_video.media.extract.frames import picture_stream
from quart_video.media.extract.subtitles import decoded, write
from quart_video.media.extract.tracks import CLOSED, coding_of
from quart_video.media.vtt import MOST_CUES, Cue
from quart_video.media.workers.protocol import Failed

_LONGEST = 1e9  # seconds; more is a mistake of the file, and no number of the decoder's
_CLEAR = b"\xfc\x94\x2c"  # erase displayed memory


def first_channel(container: InputContainer) -> dict[str, bytes]:
    """Take out what CC1 shows; it is empty where that is nothing.

    :raises Failed: there are no pictures that may have captions.
    """
    stream = picture_stream(container)
    if stream is None or not coding_of(stream).is_known:
        raise Failed("there are no pictures in it that closed captions are looked for in")
    channel, read = FirstChannel(), _reader()
    cues: list[Cue] = []
    end = 0.0
    for time, pairs in _in_order(container, stream):
        end = max(end, time)
        if wanted := channel.read(pairs):
            cues += read(wanted, time)
        if len(cues) >= MOST_CUES:
            break
    cues += read(_CLEAR, end)  # what is shown last is shown to the end
    return {f"text-{stream.index}": write(cues, CLOSED)}


def _reader() -> Callable[[bytes, float], list[Cue]]:
    """Return what makes cues of pairs and the time in seconds that they come at."""
    context = av.CodecContext.create("eia_608", "r")
    assert isinstance(context, SubtitleCodecContext)
    context.options = {"pkt_timebase": f"1/{MICROSECONDS}"}
    convert, letters = decoded(context, 0.0), FirstLetters()

    def read(pairs: bytes, time: float) -> list[Cue]:
        packet: av.Packet[Any] = av.Packet(pairs)
        packet.pts = packet.dts = round(time * MICROSECONDS)
        packet.time_base = Fraction(1, MICROSECONDS)
        cues: list[Cue] = []
        with suppress(av.FFmpegError):
            cues += convert(packet, 0.0, 0.0)
        since = letters.since
        if cues:
            letters.told()
        letters.read(pairs, time)
        if since is None:
            return cues
        return [replace(cue, start=max(since, cue.start)) for cue in cues]

    return read


def _in_order(container: InputContainer, stream: VideoStream) -> Iterator[tuple[float, bytes]]:
    """Yield the pairs that come with each picture, and when it is shown, in seconds."""
    coding, begin, order = coding_of(stream), start_of(container), InOrder()
    for other in container.streams:
        other.discard = Discard.none if other.index == stream.index else Discard.all
    with suppress(av.FFmpegError):  # a file that breaks off has given what it has
        for packet in container.demux(stream):
            time = packet.pts if packet.pts is not None else packet.dts
            base = packet.time_base or stream.time_base
            if packet.size and time is not None and base and abs(time * base) < _LONGEST:
                yield from order.add(float(time * base) - begin, read_pairs(bytes(packet), coding))
    yield from order.rest()
