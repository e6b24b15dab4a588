"""Single frames out of a video, as quickly as can be: key frames alone. Runs in a child process."""

from __future__ import annotations

from collections.abc import Iterator

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from quart_video.media.opening import Source
from quart_video.media.tasks import Failed

_MOST_PACKETS = 1500
"""Packets to look at for one key frame: a minute, where nothing says which they are."""
_MICROSECONDS = 1_000_000
_ODDEST = 100
"""Beyond it, how wide a pixel is for its height is a mistake of the file."""


def picture_stream(container: InputContainer) -> VideoStream | None:
    """Return the video track that plays; a cover picture is none."""
    moving = [
        stream
        for stream in container.streams.video
        if not stream.disposition & Disposition.attached_pic and stream.codec_context
    ]
    best = next((stream for stream in moving if stream.disposition & Disposition.default), None)
    return best or (moving[0] if moving else None)


def cover_stream(container: InputContainer) -> VideoStream | None:
    """Return the track that is the picture on the cover."""
    for stream in container.streams.video:
        if stream.disposition & Disposition.attached_pic and stream.codec_context:
            return stream
    return None


def turn(frame: VideoFrame) -> int:
    """Return how far *frame* has to be turned clockwise to stand upright: 0, 90, 180 or 270."""
    return -round(frame.rotation / 90) * 90 % 360  # libav counts the other way round


def pixel_aspect(stream: VideoStream) -> float:
    """Return how wide a pixel is for its height."""
    aspect = float(stream.sample_aspect_ratio or 1)
    return aspect if 1 / _ODDEST < aspect < _ODDEST else 1.0


def first_frame(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    """Decode the first key frame from where *container* is."""
    for packet in _packets(container, stream):
        if packet.is_keyframe and (frame := decode(stream, packet)):
            return frame
    return None


def decode(stream: VideoStream, packet: Packet[VideoStream]) -> VideoFrame | None:
    """Decode the one frame of *packet* without waiting for those that follow it."""
    context = stream.codec_context
    try:
        frames = context.decode(packet) or context.decode(None)
    except av.FFmpegError:
        return None
    finally:
        context.flush_buffers()
    return frames[0] if frames else None


def _packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    """Yield the packets of *stream*, from where *container* is, in one thread."""
    for other in container.streams:
        other.discard = Discard.none if other.index == stream.index else Discard.all
    if not stream.codec_context.is_open:
        stream.codec_context.thread_type = ThreadType.NONE
        stream.codec_context.thread_count = 1
    packets = container.demux(stream)
    for _ in range(_MOST_PACKETS):
        try:
            packet = next(packets, None)
        except av.FFmpegError:  # what comes after a break in the file is not needed
            return
        if packet is None:
            return
        if packet.size:
            yield packet


class Reel:
    """A video to take key frames out of, at moments that come one after the other.

    :raises Failed: there are no moving pictures in it.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seeks = True
        self._ahead: Packet[VideoStream] | None = None
        self._open()

    def _open(self) -> None:
        self.container = self._source.open()
        stream = picture_stream(self.container)
        if stream is None:
            raise Failed("there are no moving pictures in it")
        self.stream = stream

    @property
    def duration(self) -> float:
        """Seconds, 0 where they are not known."""
        return max(0.0, (self.container.duration or 0) / _MICROSECONDS)

    def key_packet(self, seconds: float) -> Packet[VideoStream] | None:
        """Return the key frame at or before *seconds* from the start, or one soon after it."""
        if self._seeks:
            self._seek(seconds)
        if not self._seeks:
            return self._read_up_to(seconds)
        packet = self._next_key()
        if packet is None:  # some formats are only roughly gone about in
            self._open()
            packet = self._next_key()
        return packet

    def _seek(self, seconds: float) -> None:
        start = self.container.start_time or 0
        try:
            self.container.seek(int(seconds * _MICROSECONDS) + start, backward=True)
        except (av.FFmpegError, OverflowError):
            # A container that has failed to go elsewhere gives nothing any more.
            self._seeks = False
            self._open()

    def _next_key(self) -> Packet[VideoStream] | None:
        return next((p for p in _packets(self.container, self.stream) if p.is_keyframe), None)

    def _read_up_to(self, seconds: float) -> Packet[VideoStream] | None:
        """Read on to the last key frame at or before *seconds*."""
        start = (self.container.start_time or 0) / _MICROSECONDS
        latest, self._ahead = self._ahead, None
        while packet := self._next_key():
            if latest is not None and self._time(packet) - start > seconds:
                self._ahead = packet
                break
            latest = packet
        return latest

    def _time(self, packet: Packet[VideoStream]) -> float:
        base = packet.time_base or self.stream.time_base
        return float((packet.pts or 0) * base) if base else 0.0
