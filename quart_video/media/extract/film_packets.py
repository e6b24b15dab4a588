"""Every packet of a film: where it is, and when. Runs in a child process."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from quart_video.media.extract.blocks import UnusualError
from quart_video.media.extract.film_blocks import frames_by_blocks
from quart_video.media.extract.source import SourceFile
from quart_video.media.workers.protocol import Failed
from quart_video.remux.locate import (
    Budget,
    Locator,
    MatroskaLocator,
    NotPlainError,
    StartCodeLocator,
)
from quart_video.remux.samples import opus_samples
from quart_video.remux.timing import UNKNOWN
from quart_video.remux.track import FILM, Pieces
from quart_video.remux.window import Window

MOST_PACKETS = 6_000_000
"""Packets of a film at most: two days with a sound track."""
_MOST_TRACKS = 32
_FIRST = 3  # packets that a muxer wants to see
_PART = 100  # of the film is what an index may hold of it
_LEAST = 1024 * 1024  # bytes that it may hold whatever the length of the film


@dataclass(slots=True)
class FoundTrack:
    """A track of a film, with what is known of its packets, in the order of decoding."""

    stream: VideoStream | AudioStream
    codec: str
    """As FFmpeg has it."""
    number: int
    """Among the sound tracks of the film, from 0."""
    locator: Locator
    shown: array[int] = field(default_factory=lambda: array("q"))
    decoded: array[int] = field(default_factory=lambda: array("q"))
    """Of pictures alone."""
    keys: array[int] = field(default_factory=lambda: array("B"))
    """1 where decoding may begin; of pictures alone."""
    hidden: array[int] = field(default_factory=lambda: array("B"))
    """1 for what is decoded and not shown, as an edit list may say; empty: nothing is."""
    samples: array[int] = field(default_factory=lambda: array("I"))
    """Of each packet, where each tells how many it has."""
    first: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.shown)


def read_packets(
    source: SourceFile,
    container: InputContainer,
    video: VideoStream,
    sounds: Iterable[tuple[int, AudioStream]],
) -> tuple[FoundTrack, list[FoundTrack]]:
    """Read all packets of the given streams of *container*, and find each of them in the film.

    :raises Failed: no index can be made of them.
    """
    film = Window(source.scattered())
    budget = Budget(max(_LEAST, source.size() // _PART))
    kind = container.format.name
    picture = _track(video, 0, kind, film, budget)
    found = [picture]
    found += [_track(stream, number, kind, film, budget) for number, stream in sounds]
    found = found[: _MOST_TRACKS + 1]
    try:
        _read_blocks(source, found)
    except UnusualError:
        try:
            _read_all(container, found)
        except NotPlainError as error:
            raise Failed(str(error)) from error
    if "avi" in kind:
        for track in found[1:]:
            _count_frames(track)
    if not len(picture):
        raise Failed("there are no pictures in it")
    return picture, [track for track in found[1:] if len(track)]


def _read_blocks(source: SourceFile, found: list[FoundTrack]) -> None:
    """Find all packets by the blocks they are in.

    :raises UnusualError: each of them has to be compared with the film.
    """
    if not all(isinstance(track.locator, MatroskaLocator) for track in found):
        raise UnusualError("no Matroska")
    if source.remote_size is not None:  # to jump about in it takes more than to read it in a row
        raise UnusualError("a film that is in no file")
    read = source.scattered()
    wanted = [track.stream.index for track in found]
    for track, blocks in zip(found, frames_by_blocks(source, wanted, MOST_PACKETS), strict=True):
        count, locator = len(blocks.sizes), track.locator
        locator.pieces = Pieces(array("H", [FILM]) * count, blocks.offsets, blocks.sizes)
        locator.firsts = array("Q", range(count))
        track.shown, track.samples = blocks.times, blocks.samples
        if blocks.delay:
            track.shown = array("q", [time - blocks.delay for time in blocks.times])
        if isinstance(track.stream, VideoStream):
            track.keys = blocks.keys
        places = zip(blocks.sizes[:_FIRST], blocks.offsets[:_FIRST], strict=True)
        track.first = [read(size, offset) for size, offset in places]


def _read_all(container: InputContainer, found: list[FoundTrack]) -> None:
    # Whatever is done here is done for every packet of a film.
    tracks = {
        track.stream.index: (track, track.locator.locate, track.shown.append, track.codec == "opus")
        for track in found
    }
    pictures = found[0].stream.index
    keys, decoded = found[0].keys.append, found[0].decoded.append
    edited = "mov" in container.format.name
    # It tells of each picture when its turn is, and libav adds what a decoder may lag behind.
    in_turn = "avi" in container.format.name
    is_matroska = "matroska" in container.format.name
    packets = container.demux([track.stream for track in found])
    packets = _timed(packets) if is_matroska else packets
    with suppress(av.FFmpegError):  # there is a film up to where the file is broken
        for count, packet in enumerate(packets):
            if count == MOST_PACKETS:
                raise Failed(f"it has more than {MOST_PACKETS:,} packets")
            data = memoryview(packet)  # which copies nothing
            if not data:
                continue
            number = packet.stream_index
            track, locate, add_shown, is_opus = tracks[number]
            locate(data, packet.pos)
            shown = packet.pts
            if number == pictures:
                is_key, dts = packet.is_keyframe, packet.dts
                keys(is_key)
                decoded(UNKNOWN if dts is None else dts)
                shown = dts if in_turn else shown
            elif is_opus:
                track.samples.append(opus_samples(data))
            add_shown(UNKNOWN if shown is None else shown)
            if not is_matroska and packet.has_sidedata("new_extradata") and len(track) > 1:
                _compare(track, packet)
            if edited:
                track.hidden.append(packet.is_discard)
            if len(track.first) < _FIRST:
                track.first.append(bytes(data))
                if packet.has_sidedata("encryption_info"):
                    raise Failed("it is encrypted")


def _timed(packets: Iterator[Packet[Stream]]) -> Iterator[Packet[Stream]]:
    """Leave out what Matroska has before 0: it has no times, and no player shows it.

    They begin at the next key frame.
    """
    begun: dict[int, bool] = {}
    for packet in packets:
        number = packet.stream_index
        if not begun.get(number):
            headless = number in begun
            begun[number] = packet.pts is not None and (packet.is_keyframe or not headless)
            if not begun[number]:
                continue
        yield packet


def _count_frames(track: FoundTrack) -> None:
    """Forget all times of MP3 but the first: its frames follow one another in an AVI.

    Some writers say how long a byte of it is, though not all frames have as many.
    """
    if track.codec == "mp3":
        track.shown[1:] = array("q", [UNKNOWN]) * (len(track) - 1)


def _compare(track: FoundTrack, packet: Packet[Stream]) -> None:
    """See that parameter sets are told again and have not changed.

    :raises Failed: they have, and an MP4 has them once.
    """
    context = track.stream.codec_context
    if bytes(packet.get_sidedata("new_extradata")) != bytes(context.extradata or b""):
        if isinstance(track.stream, VideoStream):
            raise Failed("its parameter sets change on the way")
        raise Failed("its sound becomes another kind of sound on the way")


def _track(
    stream: VideoStream | AudioStream, number: int, kind: str, film: Window, budget: Budget
) -> FoundTrack:
    codec = stream.codec_context.codec.canonical_name
    if codec in ("h264", "hevc") and _has_start_codes(stream):
        locator: Locator = StartCodeLocator(film, budget)
    elif "matroska" in kind:
        locator = MatroskaLocator(film, budget)
    else:
        locator = Locator(film, budget)
    return FoundTrack(stream, codec, number, locator)


def _has_start_codes(stream: VideoStream | AudioStream) -> bool:
    extradata = bytes(stream.codec_context.extradata or b"")
    return not extradata or extradata.startswith((b"\0\0\1", b"\0\0\0\1"))
