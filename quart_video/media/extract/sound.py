"""A part of a sound track as AAC. Runs in a child process."""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.codec.context import ThreadType
from av.packet import Packet

from quart_video.media.extract.beside import sound_tracks
from quart_video.media.extract.ebml import ReadAt
from quart_video.media.extract.sample_entry import read_sample_entry
from quart_video.media.extract.source import SourceFile
from quart_video.media.workers.protocol import Failed
from quart_video.remux.sound import (
    BIT_RATES,
    FRAME,
    MadePart,
    Mode,
    Part,
    decode_part,
    encode_made,
)
from quart_video.remux.track import LITERAL

_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
_GAP = 50
"""Part of a second that sound may be away from where it should be before it is moved there."""
_MUXED = 3  # frames that a muxer is given for what it writes of the codec
_CODER = {"aac_coder": "fast"}
"""At 64 kbit/s and more for a channel it is as near to the sound as the other, in half the time."""


def sound_part(source: SourceFile, payload: bytes, mode: Mode, name: str) -> dict[str, bytes]:
    """Make a part of a sound track.

    :param payload: what the part is, as :func:`.encode_part` writes it.
    :param name: what it is to be kept as.
    :raises Failed: the sound cannot be decoded.
    """
    part = decode_part(payload)
    container = source.open()
    tracks = sound_tracks(container, source)
    number = part.facts.number
    stream = tracks[number].whole if number < len(tracks) else None
    if stream is None:
        raise Failed(f"there is no sound track {number} in it that can be decoded")
    encoder = _Encoder(part, _channels(stream, mode))
    for frame in _in_place(_decoded(source, stream, part), part):
        encoder.take(frame)
    entry, frames = encoder.finish()
    sizes = array("I", map(len, frames))
    return {name: b"".join(frames), f"{name}-sizes": encode_made(MadePart(entry, sizes))}


def _channels(stream: AudioStream, mode: Mode) -> int:
    channels = stream.codec_context.channels
    if channels >= 6 and mode == "surround":
        return 6
    return 1 if channels == 1 else 2


def _decoded(source: SourceFile, stream: AudioStream, part: Part) -> Iterator[AudioFrame]:
    """Decode the packets of *part*; what cannot be decoded is left out, and a gap."""
    context = stream.codec_context
    context.thread_type = ThreadType.NONE
    context.thread_count = 1
    base = Fraction(1, part.facts.rate)
    with source.reader() as read:
        for position, run in zip(part.positions, part.packets(), strict=True):
            packet = av.Packet(_bytes(part, run, read))
            packet.time_base = base
            packet.pts = packet.dts = position
            try:
                yield from context.decode(packet)
            except av.FFmpegError:
                continue
        try:
            yield from context.decode(None)
        except av.FFmpegError:
            return


def _bytes(part: Part, run: range, read: ReadAt) -> bytes:
    parts = []
    pieces = part.pieces
    for number in run:
        offset, size = pieces.offsets[number], pieces.sizes[number]
        if pieces.sources[number] == LITERAL:
            parts.append(part.literals[offset : offset + size])
        else:
            parts.append(read(offset, size))
    return b"".join(parts)


def _in_place(frames: Iterator[AudioFrame], part: Part) -> Iterator[AudioFrame]:
    """Yield sound without gaps, from where encoding begins to where it ends.

    Where there is none for a while, there is silence: what comes after it would be early else.
    """
    facts = part.facts
    at = facts.begin * facts.rate // facts.aac_rate
    stop = -(-facts.end * facts.rate // facts.aac_rate)
    last: AudioFrame | None = None
    has_begun = False
    for frame in frames:
        position = frame.pts if frame.pts is not None else at
        # Not what is decoded before that, to warm up: the part would begin too early by it.
        if has_begun and abs(position - at) <= facts.rate // _GAP:
            position = at
        if position > at:
            yield from _silence(frame, min(position, stop) - at)
            at = min(position, stop)
        skip = at - position
        if skip < frame.samples and at < stop:
            kept = _cut(frame, skip, min(frame.samples, skip + stop - at))
            at += kept.samples
            has_begun = True
            yield kept
        last = frame
        if at >= stop:
            return
    if last is not None and at < stop:
        yield from _silence(last, stop - at)


def _silence(like: AudioFrame, samples: int) -> Iterator[AudioFrame]:
    while samples > 0:
        count = min(samples, FRAME)
        frame = AudioFrame(format=like.format.name, layout=like.layout.name, samples=count)
        frame.sample_rate = like.sample_rate
        # In the middle of what unsigned numbers tell.
        value = b"\x80" if like.format.name.startswith("u8") else b"\0"
        for plane in frame.planes:
            plane.update(value * plane.buffer_size)
        samples -= count
        yield frame


def _cut(frame: AudioFrame, start: int, stop: int) -> AudioFrame:
    """Return the samples from *start* up to *stop*."""
    frame.pts = None
    if start == 0 and stop == frame.samples:
        return frame
    kept = AudioFrame(format=frame.format.name, layout=frame.layout.name, samples=stop - start)
    kept.sample_rate = frame.sample_rate
    width = frame.format.bytes * (1 if frame.format.is_planar else len(frame.layout.channels))
    for source, target in zip(frame.planes, kept.planes, strict=True):
        data = bytes(source)[start * width : stop * width]
        target.update(data.ljust(target.buffer_size, b"\0")[: target.buffer_size])
    return kept


class _Encoder:
    """Makes AAC of sound that begins where the part does, and keeps the frames that are wanted."""

    def __init__(self, part: Part, channels: int) -> None:
        self._facts = part.facts
        self._layout = _LAYOUTS[channels]
        self._memory = io.BytesIO()
        self._output = av.open(self._memory, "w", format="mp4")
        self._stream = self._output.add_stream("aac", rate=part.facts.aac_rate, options=_CODER)
        self._stream.codec_context.layout = self._layout
        self._stream.bit_rate = BIT_RATES[channels]
        self._stream.codec_context.thread_count = 1
        self._resampler: AudioResampler | None = None
        self._shape: tuple[str, str, int] | None = None
        self._fifo = AudioFifo()
        self._next = part.facts.begin
        self._muxed = 0
        self._frames: dict[int, bytes] = {}

    def take(self, frame: AudioFrame) -> None:
        """Take what comes next."""
        shape = frame.format.name, frame.layout.name, frame.sample_rate
        if shape != self._shape:  # some films have more channels than what stands before them
            self._drain()
            self._shape = shape
            self._resampler = AudioResampler(
                format="fltp", layout=self._layout, rate=self._facts.aac_rate
            )
        assert self._resampler is not None
        self._collect(self._resampler.resample(frame))

    def _drain(self) -> None:
        if self._resampler is not None:
            self._collect(self._resampler.resample(None))

    def _collect(self, frames: list[AudioFrame]) -> None:
        for frame in frames:
            frame.pts = None
            self._fifo.write(frame)
        while self._fifo.samples >= FRAME:
            self._encode(self._fifo.read(FRAME))

    def _encode(self, frame: AudioFrame | None) -> None:
        if frame is not None:
            frame.pts = self._next
            frame.time_base = Fraction(1, self._facts.aac_rate)
            self._next += frame.samples
            self._keep(self._stream.encode(frame))

    def _keep(self, packets: Sequence[Packet[AudioStream]]) -> None:
        for packet in packets:
            assert packet.pts is not None
            number = packet.pts // FRAME + 1
            data = bytes(packet)
            if self._facts.first <= number < self._facts.stop:
                self._frames[number] = data
            if self._muxed < _MUXED:
                self._output.mux(packet)
                self._muxed += 1

    def finish(self) -> tuple[bytes, list[bytes]]:
        """Return the sample entry, and the frames that are wanted.

        :raises Failed: there is no sound.
        """
        self._drain()
        self._encode(self._fifo.read(0, partial=True))
        self._keep(self._stream.encode(None))
        self._output.close()
        wanted = range(self._facts.first, self._facts.stop)
        if not self._frames:
            raise Failed("its sound cannot be decoded")
        # The last frame is missing where the sound ends a little early.
        last = self._frames[max(self._frames)]
        frames = [self._frames.get(number, last) for number in wanted]
        return read_sample_entry(self._memory.getvalue()).stsd, frames
