"""Where the frames of a Matroska file are, read out of its blocks (RFC 9559, section 10). Pure.

What is between two blocks is not read. Nothing is guessed: at whatever is not plainly understood
this gives up, and a demuxer has to read the file.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from struct import Struct

from quart_video.media.extract.ebml import (
    CLUSTER,
    EBML,
    SEGMENT,
    TRACKS,
    Element,
    ReadAt,
    element_at,
    number_of,
    text_of,
)
from quart_video.remux.samples import opus_samples

_TIMESTAMP, _SIMPLE_BLOCK, _BLOCK_GROUP, _BLOCK, _BLOCK_DURATION = 0xE7, 0xA3, 0xA0, 0xA1, 0x9B
_REFERENCE = 0xFB
_VOID, _CRC = 0xEC, 0xBF
_INFO = 0x1549A966
_BESIDE = frozenset({0x114D9B74, _INFO, TRACKS, 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367})
"""Beside clusters: what is found where, cues, attachments, chapters, tags."""
_FILLING = frozenset({_VOID, _CRC})
_IN_CLUSTER = frozenset({0xA7, 0xAB, 0x5854, *_FILLING})
"""Beside blocks: where it is, how long the one before, silent tracks."""
_IN_GROUP = frozenset({0x75A1, 0x75A2, 0xFA, *_FILLING})
"""Beside a block: more for it, what is not to be heard of it, its priority."""

_TRACK_ENTRY, _TRACK_NUMBER, _TRACK_TYPE, _CODEC_ID = 0xAE, 0xD7, 0x83, 0x86
_DEFAULT_DURATION, _CODEC_DELAY, _SCALE_OF_TIME = 0x23E383, 0x56AA, 0x2AD7B1
_ALTERED = frozenset({0x6D80, 0x23314F, 0xE2})
"""In a track: how frames are packed, how fast its time runs, which tracks it is made of."""
_FILM, _SOUND = 1, 2
_MILLISECOND = 1_000_000  # nanoseconds

_MARGIN = 32
"""Bytes of a block that are looked at: ID, size, its header, and the first of a frame."""
_LEAST, _MOST = 4 * 1024, 64 * 1024
_OTHERS = 4_000_000
"""Elements that are no blocks with one frame, at most."""
_LONGEST_LACE = 64 * 1024
_LONGEST_HEAD = 1024 * 1024
_LATEST = 1 << 48
_UNSET = -(1 << 62)
_SEGMENT_TO_THE_END = SEGMENT.to_bytes(4, "big") + b"\xff"
_WITHIN_OTHERS = ("V_MS/VFW/FOURCC", "A_MS/ACM")
_OPUS = "A_OPUS"
_FOUR_BYTES = 16
"""First of a size of so many, at least."""
_HEAD = 4
"""Bytes of the header of a block: its track, up to 127, its time, and flags."""
_RESERVED, _LACED = 0x70, 6
_ODD = _RESERVED | _LACED
_XIPH, _FIXED = 2, 4

_WIDTHS = bytes([0] + [9 - first.bit_length() for first in range(1, 256)])
"""Of how many bytes a number is, by its first (RFC 8794, section 4)."""
_SHIFTS = bytes(max(0, 32 - 8 * width) for width in _WIDTHS)
_MASKS = [(1 << 7 * width) - 1 for width in _WIDTHS]
_word = Struct(">I").unpack_from
_block_head = Struct(">BhB").unpack_from


class UnusualError(ValueError):
    """There is something in it that is not plainly understood. The text says what."""


@dataclass(slots=True)
class BlockTrack:
    """A track, and its frames in the order of decoding."""

    codec: str
    """As Matroska has it."""
    is_film: bool
    """Whether it is of pictures."""
    delay: int = 0
    """Ticks that its sound is behind, as a decoder has to begin before."""
    duration: int = 0
    """Nanoseconds of a frame; 0: that is not told."""
    offsets: array[int] = field(default_factory=lambda: array("Q"))
    sizes: array[int] = field(default_factory=lambda: array("I"))
    times: array[int] = field(default_factory=lambda: array("q"))
    """In milliseconds, as the blocks have them."""
    keys: array[int] = field(default_factory=lambda: array("B"))
    """1 where decoding may begin."""
    samples: array[int] = field(default_factory=lambda: array("I"))
    """Of each frame of Opus."""
    is_laced: bool = False


@dataclass(slots=True)
class Blocks:
    """What a file has in its clusters, and the parts of its head that tell of it."""

    head: bytes
    """Of all but the segment: what a demuxer needs to read a cluster by."""
    tracks: list[BlockTrack]
    """Of pictures and of sound."""
    clusters: list[range]
    """Where each is in the file, whole."""


def read_blocks(read: ReadAt, size: int, most: int) -> Blocks:
    """Read where all frames of a file of *size* bytes are.

    :param most: frames there may be.
    :raises UnusualError: that is not plainly told.
    """
    reader = _Reader(read, size, most)
    head, clusters = reader.segment()
    tracks = [track for track in reader.tracks.values() if track is not None]
    if any(min(track.times, default=0) < 0 for track in tracks):
        raise UnusualError("frames without a time")
    return Blocks(head, tracks, clusters)


class _Reader:
    """Reads the elements of one file in a row."""

    def __init__(self, read: ReadAt, size: int, most: int) -> None:
        self.tracks: dict[int, BlockTrack | None] = {}
        """By number; ``None``: neither pictures nor sound."""
        self._read = read
        self._size = size
        self._most = most
        self._others = 0
        self._step = _LEAST
        self._data = b""
        self._start = 0

    def segment(self) -> tuple[bytes, list[range]]:
        """Read all; return the parts of the head that tell of clusters, and where those are."""
        top = element_at(self._read, 0)
        if top is None or top.id != EBML or top.stop is None:
            raise UnusualError("no Matroska")
        segment = element_at(self._read, top.stop)
        if segment is None or segment.id != SEGMENT:
            raise UnusualError("no segment behind the head")
        if segment.stop is not None and segment.stop < self._size:
            raise UnusualError("something behind the segment")
        head, clusters = self._read(0, top.stop) + _SEGMENT_TO_THE_END, list[range]()
        at, kinds = segment.start, set[int]()
        while at < self._size:
            element = self._element(at)
            if element.id == CLUSTER:
                if not {_INFO, TRACKS} <= kinds:
                    raise UnusualError("clusters before the head")
                stop = self._cluster(element)
                clusters.append(range(at, stop))
                at = stop
                continue
            if element.stop is None or element.id not in _BESIDE | _FILLING:
                raise UnusualError(f"an element {element.id:X}")
            if element.id in (_INFO, TRACKS):
                if element.id in kinds or element.stop - at > _LONGEST_HEAD:
                    raise UnusualError("more of a head than there should be")
                head += self._read(at, element.stop - at)
                self._read_head(element)
            kinds.add(element.id)
            at = element.stop
        return head, clusters

    def _read_head(self, element: Element) -> None:
        for each in self._children(element):
            if element.id == _INFO:
                if each.id == _SCALE_OF_TIME and number_of(self._peek, each) != _MILLISECOND:
                    raise UnusualError("time that is not in milliseconds")
            elif each.id == _TRACK_ENTRY:
                number, track = self._track(each)
                if not 0 < number < 127 or number in self.tracks:
                    raise UnusualError("tracks with odd numbers")
                self.tracks[number] = track
            elif each.id not in _FILLING:
                raise UnusualError(f"an element {each.id:X} among the tracks")

    def _track(self, entry: Element) -> tuple[int, BlockTrack | None]:
        told = dict.fromkeys((_TRACK_NUMBER, _TRACK_TYPE, _DEFAULT_DURATION, _CODEC_DELAY), 0)
        codec, is_altered = "", False
        for element in self._children(entry):
            is_altered |= element.id in _ALTERED
            if element.id in told:
                told[element.id] = number_of(self._peek, element)
            elif element.id == _CODEC_ID:
                codec = text_of(self._peek, element)
        if told[_TRACK_TYPE] not in (_FILM, _SOUND):
            return told[_TRACK_NUMBER], None
        if is_altered or codec in _WITHIN_OTHERS:
            raise UnusualError("frames that are not as they are decoded")
        delay = (2 * told[_CODEC_DELAY] + _MILLISECOND) // (2 * _MILLISECOND)
        is_film = told[_TRACK_TYPE] == _FILM
        return told[_TRACK_NUMBER], BlockTrack(codec, is_film, delay, told[_DEFAULT_DURATION])

    def _cluster(self, cluster: Element) -> int:
        """Read the blocks of a cluster; return where it ends."""
        # Whatever is done here is done for every block of a film.
        last = min(self._size, cluster.stop or self._size)
        tracks = {128 | number: _adding(track) for number, track in self.tracks.items() if track}
        time = _UNSET
        data, start = self._data, self._start
        at, end, room = cluster.start - start, last - start, len(data) - _MARGIN
        while at < end:
            if not 0 <= at <= room:
                start += at
                data = self._look(start)
                at, end, room = 0, last - start, len(data) - _MARGIN
            first = data[at + 1]
            if first >= _FOUR_BYTES and data[at] == _SIMPLE_BLOCK:
                head = at + 1 + _WIDTHS[first]
                mask = _MASKS[first]
                size = _word(data, at + 1)[0] >> _SHIFTS[first] & mask
                number, shown, flags = _block_head(data, head)
                is_plain = not flags & _ODD and number in tracks
                if is_plain and _HEAD < size < mask and head + size <= end:
                    add_offset, add_size, add_time, add_key, add_samples = tracks[number]
                    add_offset(start + head + _HEAD)
                    add_size(size - _HEAD)
                    add_time(time + shown)
                    add_key(flags >> 7)
                    at = head + size
                    if add_samples is not None:
                        add_samples(opus_samples(data[head + _HEAD : min(head + _HEAD + 2, at)]))
                    continue
            element = self._element(start + at)
            if cluster.stop is None and (element.id == CLUSTER or element.id in _BESIDE):
                return start + at
            if element.stop is None:
                raise UnusualError("an element of unknown size")
            at = element.stop - start
            if at <= end:
                time = self._other(element, time)
        if at > end and (last < self._size or cluster.stop == last):
            raise UnusualError("a block that is longer than its cluster")
        return last

    def _other(self, element: Element, time: int) -> int:
        """Read what is no block with one frame; return the time of the cluster from then on."""
        if element.id == _TIMESTAMP:
            time = number_of(self._peek, element)
            if time > _LATEST:
                raise UnusualError("a time beyond all measure")
        elif element.id == _SIMPLE_BLOCK:
            self._block(element, time)
        elif element.id == _BLOCK_GROUP:
            self._group(element, time)
        elif element.id not in _IN_CLUSTER:
            raise UnusualError(f"an element {element.id:X} in a cluster")
        return time

    def _group(self, group: Element, time: int) -> None:
        blocks, duration, is_key = [], 0, True
        for each in self._children(group):
            if each.id == _BLOCK:
                blocks.append(each)
            elif each.id == _BLOCK_DURATION:
                duration = number_of(self._peek, each)
            elif each.id == _REFERENCE:
                is_key = False
            elif each.id not in _IN_GROUP:
                raise UnusualError(f"an element {each.id:X} beside a block")
        if len(blocks) != 1 or duration > _LATEST:
            raise UnusualError("a group of not one block")
        self._block(blocks[0], time, duration, is_key=is_key)

    def _block(
        self, block: Element, time: int, duration: int = 0, *, is_key: bool | None = None
    ) -> None:
        assert block.stop is not None
        total = block.stop - block.start - _HEAD
        if total <= 0:
            raise UnusualError("a block without a frame")
        number, shown, flags = _block_head(self._peek(block.start, _HEAD).ljust(_HEAD, b"\0"))
        if number - 128 not in self.tracks or flags & _RESERVED:
            raise UnusualError("a block of no track")
        track = self.tracks[number - 128]
        if track is None:
            return
        at, sizes = block.start + _HEAD, [total]
        if flags & _LACED:
            head = self._peek(at, min(total, _LONGEST_LACE))
            used, sizes = lace_sizes(head, flags & _LACED, total)
            at += used
        count = len(sizes)
        length = duration * _MILLISECOND or track.duration * count
        if count > 1:
            if not length and track.codec != _OPUS:
                raise UnusualError("a lace whose frames have no duration")
            track.is_laced = True
        behind = 0  # nanoseconds
        for each, size in enumerate(sizes, 1):
            track.offsets.append(at)
            track.sizes.append(size)
            track.times.append(time + shown + behind // _MILLISECOND)
            track.keys.append(flags >> 7 if is_key is None else is_key)
            if track.codec == _OPUS:
                samples = opus_samples(self._peek(at, min(2, size)))
                track.samples.append(samples)
                behind += samples * _MILLISECOND // 48
            else:
                behind = length * each // count
            at += size

    def _children(self, outer: Element) -> Iterator[Element]:
        assert outer.stop is not None
        at = outer.start
        while at < outer.stop:
            element = self._element(at)
            if element.stop is None or element.stop > outer.stop:
                raise UnusualError("an element that is longer than what it is in")
            yield element
            at = element.stop

    def _element(self, at: int) -> Element:
        self._others += 1
        if self._others > _OTHERS:
            raise UnusualError("too many elements")
        element = element_at(self._peek, at)
        if element is None:
            raise UnusualError("bytes that are no element")
        return element

    def _peek(self, offset: int, size: int) -> bytes:
        at = offset - self._start
        if 0 <= at <= len(self._data) - size:
            return self._data[at : at + size]
        return self._read(offset, size)

    def _look(self, position: int) -> bytes:
        """Read on, as much as is likely to be of use; behind the end of the file are zeros."""
        skipped = position - self._start - len(self._data)
        self._step = min(2 * self._step, _MOST) if skipped < self._step else _LEAST
        data = self._read(position, self._step)
        if len(data) < self._step:
            data += bytes(_MARGIN)
        self._data, self._start = data, position
        if sum(len(track.sizes) for track in self.tracks.values() if track) > self._most:
            raise UnusualError("too many frames")
        return data


_Adding = tuple[
    Callable[[int], None],
    Callable[[int], None],
    Callable[[int], None],
    Callable[[int], None],
    Callable[[int], None] | None,
]


def _adding(track: BlockTrack) -> _Adding:
    add_samples = track.samples.append if track.codec == _OPUS else None
    return (
        track.offsets.append,
        track.sizes.append,
        track.times.append,
        track.keys.append,
        add_samples,
    )


def lace_sizes(data: bytes, lacing: int, total: int) -> tuple[int, list[int]]:
    """Read the head of a lace (RFC 9559, section 10.3).

    :param data: what is behind the header of the block.
    :param lacing: the flags of the block that tell of it.
    :param total: bytes behind the header of the block.
    :returns: how long it is, and how long each frame.
    :raises UnusualError: it is cut short, or they do not add up.
    """
    try:
        count, at = data[0] + 1, 1
        if lacing == _FIXED:
            size, rest = divmod(total - at, count)
            if rest or not size:
                raise UnusualError("a lace whose frames are not as long")
            return at, [size] * count
        sizes: list[int] = []
        for each in range(count - 1):
            if lacing == _XIPH:
                number = 0
                while data[at] == 255:
                    number, at = number + 255, at + 1
                number, at = number + data[at], at + 1
            else:
                width = _WIDTHS[data[at]]
                if not width or at + width > len(data):
                    raise UnusualError("a lace without sizes")
                number = int.from_bytes(data[at : at + width], "big") & _MASKS[data[at]]
                if each:
                    number += sizes[-1] - (_MASKS[data[at]] >> 1)
                at += width
            sizes.append(number)
    except IndexError:
        raise UnusualError("a lace that is cut short") from None
    sizes.append(total - at - sum(sizes))
    if min(sizes) <= 0:
        raise UnusualError("a lace whose frames do not add up")
    return at, sizes
