"""Single frames out of a video, as quickly as can be: key frames alone. Runs in a child process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final, cast

import av
from av.buffer import Buffer
from av.codec.context import ThreadType
from av.container import InputContainer
from av.packet import Packet, PacketSideData
from av.sidedata.sidedata import SideDataContainer
from av.stream import Discard, Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from quart_video.media.extract.clock import MICROSECONDS, duration_of, start_of
from quart_video.media.extract.dump import Dumped, parse_dump
from quart_video.media.extract.orientation import (
    UPRIGHT,
    Orientation,
    Shape,
    read_matrix,
    sane_aspect,
)
from quart_video.media.extract.source import SourceFile
from quart_video.media.workers.protocol import Failed

_MOST_PACKETS = 1500
"""Packets to look at for one key frame: a minute, where nothing says which they are."""
_MOST_FOLLOWING = 300
_MOST_PIXELS = 200_000_000
"""Pixels in the packets that may be decoded after a key frame until a picture comes of it."""
_KEPT_FOLLOWING = 8
_MATRIX = "DISPLAYMATRIX"
_PALETTE: Final = "palette"


def picture_stream(container: InputContainer) -> VideoStream | None:
    """Return the video track that plays; a cover picture is none.

    Of Matroska browsers play the first one, whatever it says; of others the one marked so.
    """
    moving = [
        stream
        for stream in container.streams.video
        if not stream.disposition & Disposition.attached_pic
    ]
    # What cannot be decoded is better than nothing: some is known of it, such as its size.
    tracks = [stream for stream in moving if stream.codec_context] or moving
    if not container.format.name.startswith("matroska"):
        marked = [stream for stream in tracks if stream.disposition & Disposition.default]
        tracks = marked or tracks
    return tracks[0] if tracks else None


def cover_stream(container: InputContainer) -> VideoStream | None:
    """Return the track that is the picture on the cover."""
    for stream in container.streams.video:
        if stream.disposition & Disposition.attached_pic and stream.codec_context:
            return stream
    return None


def dump_of(container: InputContainer) -> dict[int, Dumped]:
    """Return what libav knows of the streams and PyAV does not tell."""
    before = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        return parse_dump(container.dumps_format())  # type: ignore[attr-defined] # not in its stub
    finally:
        av.logging.set_level(before)


def shape_of(stream: VideoStream, dumped: Dumped) -> Shape:
    """Return which part of the pictures of *stream* is shown."""
    known = stream.codec_context and stream.sample_aspect_ratio
    return Shape(sane_aspect(float(known or 1)), *dumped.crop)


def orientation_of(frame: VideoFrame) -> Orientation:
    """Return how *frame* has to be mirrored and turned to stand upright."""
    try:
        matrix = cast("Mapping[str, Buffer]", frame.side_data).get(_MATRIX)
    except ValueError:
        # PyAV knows no name for something that comes with the picture, such as the Exif of a JPEG
        # or which eye it is for, and then tells of nothing.
        return _orientation_before_unknown(frame)
    return read_matrix(bytes(matrix)) if matrix is not None else UPRIGHT


def _orientation_before_unknown(frame: VideoFrame) -> Orientation:
    """Return what stands in front of what has no name; libav puts the matrix there."""
    known = SideDataContainer.__new__(SideDataContainer)
    with suppress(ValueError):
        SideDataContainer.__init__(known, frame)  # type: ignore[call-arg] # not in its stub
    for each in known:
        with suppress(ValueError):
            if each.type.name == _MATRIX:
                return read_matrix(bytes(each))
    return Orientation(-frame.rotation % 360)


def first_frame(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    """Decode the first key frame from where *container* is."""
    found = first_picture(container, stream)
    return found[1] if found else None


def first_picture(
    container: InputContainer, stream: VideoStream
) -> tuple[Packet[VideoStream], VideoFrame] | None:
    """Decode the first key frame from where *container* is; return its packet, too."""
    packets = packets_of(container, stream)
    for packet in packets:
        if packet.is_keyframe and (frame := decode(stream, packet, packets)):
            return packet, frame
    return None


def decode(
    stream: VideoStream, packet: Packet[VideoStream], following: Iterable[Packet[VideoStream]] = ()
) -> VideoFrame | None:
    """Decode the frame of *packet*, a key frame, without waiting for those that follow it.

    :param following: what comes after it. It is read where the packet alone makes no picture: of
        pictures in two fields it is half of one, and where a picture is refreshed part by part it
        is the first part.
    """
    context = stream.codec_context
    try:
        frames = context.decode(_kept(packet)) or context.decode(None)
    except av.FFmpegError:
        frames = []
    finally:
        context.flush_buffers()
    return frames[0] if frames else next(decode_all(stream, packet, following), None)


def decode_all(
    stream: VideoStream,
    packet: Packet[VideoStream],
    following: Iterable[Packet[VideoStream]],
    most: int | None = None,
) -> Iterator[VideoFrame]:
    """Yield the frames of *packet*, a key frame, and of those that follow it.

    :param most: packets to decode, :data:`_MOST_PIXELS` if ``None``.
    """
    context = stream.codec_context
    if most is None:
        pixels = max(1, context.width * context.height)
        most = min(_MOST_FOLLOWING, max(4, _MOST_PIXELS // pixels))
    try:
        packets = iter(following)
        next_one: Packet[VideoStream] | None = packet
        while next_one is not None:
            with suppress(av.FFmpegError):  # others may be whole
                yield from context.decode(_kept(next_one))
            most -= 1
            next_one = next(packets, None) if most > 0 else None
        with suppress(av.FFmpegError):
            yield from context.decode(None)
    finally:
        context.flush_buffers()


def _kept(packet: Packet[VideoStream]) -> Packet[VideoStream]:
    """Return *packet* as one whose frame is kept.

    What comes before the start of an edit list is decoded for what comes after it, and thrown away.
    But it is all that there is of a key frame.
    """
    if not packet.is_discard:
        return packet
    copy = cast("Packet[VideoStream]", Packet(bytes(packet)))
    copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
    return copy


def packets_of(
    container: InputContainer, stream: VideoStream, most: int = _MOST_PACKETS
) -> Iterator[Packet[VideoStream]]:
    """Yield the packets of *stream*, from where *container* is, in one thread."""
    for other in container.streams:
        other.discard = Discard.none if other.index == stream.index else Discard.all
    if not stream.codec_context.is_open:
        stream.codec_context.thread_type = ThreadType.NONE
        stream.codec_context.thread_count = 1
    packets = container.demux(stream)
    for _ in range(most):
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

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._seeks = True
        self._edited = True
        self._found = False
        self._ahead: Packet[VideoStream] | None = None
        self._following: Iterable[Packet[VideoStream]] = ()
        self._open()
        self._palette = _palette_of(source, self.stream)
        self.duration = duration_of(self.container, source) or 0.0
        """Seconds, 0 where they are not known."""
        self.shape = shape_of(self.stream, dump_of(self.container).get(self.stream.index, Dumped()))

    def _open(self) -> None:
        self.container = self._source.open(edited=self._edited)
        stream = picture_stream(self.container)
        if stream is None or not stream.codec_context:
            raise Failed("there are no moving pictures in it that can be decoded")
        self.stream = stream

    def key_packet(self, seconds: float) -> Packet[VideoStream] | None:
        """Return the key frame at or before *seconds* from the start, or one soon after it."""
        packet = self._key_packet(seconds)
        if packet is None and self._edited and not self._found:
            # An edit list that leaves nothing, such as two delays. Firefox shows all, then.
            self._edited, self._seeks = False, True
            self._open()
            packet = self._key_packet(seconds)
        self._found = self._found or packet is not None
        return packet

    def _key_packet(self, seconds: float) -> Packet[VideoStream] | None:
        if self._seeks:
            self._seek(seconds)
        if not self._seeks:
            return self._read_up_to(seconds)
        packet = self._next_key()
        if packet is None:  # some formats are only roughly gone about in
            self._open()
            packet = self._next_key()
        return packet

    def frame(self, packet: Packet[VideoStream]) -> VideoFrame | None:
        """Decode the key frame that :meth:`key_packet` has just returned."""
        self._give_palette(packet)
        return decode(self.stream, packet, self._following)

    def frames(self, most: int | None = None) -> Iterator[VideoFrame]:
        """Yield the frames from the very first on, not only key frames.

        :param most: packets to decode, some seconds of them if ``None``.
        """
        self._open()
        packet = self._next_key()
        if packet is not None:
            yield from decode_all(self.stream, packet, self._following, most)

    def moment(self, frame: VideoFrame) -> float:
        """Return when *frame* is shown, in seconds from the start."""
        base = frame.time_base or self.stream.time_base
        return float((frame.pts or 0) * base) - start_of(self.container) if base else 0.0

    def _give_palette(self, packet: Packet[VideoStream]) -> None:
        if self._palette is not None and not packet.has_sidedata(_PALETTE):
            packet.set_sidedata(self._palette)

    def _seek(self, seconds: float) -> None:
        moment = seconds + start_of(self.container)
        try:
            self.container.seek(int(moment * MICROSECONDS), backward=True)
        except (av.FFmpegError, OverflowError):
            # A container that has failed to go elsewhere gives nothing any more.
            self._seeks = False
            self._open()

    def _next_key(self) -> Packet[VideoStream] | None:
        packets = packets_of(self.container, self.stream)
        self._following = packets
        return next((packet for packet in packets if packet.is_keyframe), None)

    def _read_up_to(self, seconds: float) -> Packet[VideoStream] | None:
        """Read on to the last key frame at or before *seconds*."""
        start = start_of(self.container)
        latest, self._ahead = self._ahead, None
        following: list[Packet[VideoStream]] = []
        found = True
        while found:
            found = False
            for packet in packets_of(self.container, self.stream):
                if not packet.is_keyframe:
                    following += [packet] if len(following) < _KEPT_FOLLOWING else []
                    continue
                if latest is not None and self._time(packet) - start > seconds:
                    self._ahead = packet
                else:
                    latest, following, found = packet, [], True
                break
        self._following = following
        return latest

    def _time(self, packet: Packet[VideoStream]) -> float:
        base = packet.time_base or self.stream.time_base
        return float((packet.pts or 0) * base) if base else 0.0


def _palette_of(source: SourceFile, stream: VideoStream) -> PacketSideData | None:
    """Return the colours of a video that has 256: they come with its first packet alone."""
    if stream.pix_fmt != "pal8":
        return None
    container = source.open()
    first = next(packets_of(container, picture_stream(container) or stream), None)
    if first is None or not first.has_sidedata(_PALETTE):
        return None
    return first.get_sidedata(_PALETTE)
