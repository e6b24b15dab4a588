"""What Matroska and WebM tell that FFmpeg leaves unread (RFC 8794, RFC 9559). Pure.

Only headers of elements are read, so it takes a few kilobytes of a file of any size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

ReadAt = Callable[[int, int], bytes]
"""Returns as many bytes as there are, up to a size, from an offset."""

EBML, _DOC_TYPE = 0x1A45DFA3, 0x4282
SEGMENT, CLUSTER = 0x18538067, 0x1F43B675
TRACKS, _TRACK_ENTRY, _TRACK_TYPE, _CODEC_ID = 0x1654AE6B, 0xAE, 0x83, 0x86
_LANGUAGE, _LANGUAGE_BCP47 = 0x22B59C, 0x22B59D
_TIMESTAMP, _SIMPLE_BLOCK, _BLOCK_GROUP, _BLOCK, _BLOCK_DURATION = 0xE7, 0xA3, 0xA0, 0xA1, 0x9B
_LACING = 0x06
"""Bits of a block that holds several frames; behind them is how many, less one."""
_KINDS = {1: "video", 2: "audio", 0x11: "subtitle"}

_LONGEST_HEADER = 12  # bytes: 4 of the ID, 8 of the size
_LONGEST_VALUE = 100  # bytes
_MOST_ELEMENTS = 1000  # in the header of a file
_MOST_BLOCKS = 20_000  # in a cluster, which lasts for 33 seconds at most
_STEP = 1 << 20  # bytes
_FARTHEST = 32 * _STEP  # from the end of a file to look for its last cluster in


@dataclass(frozen=True, slots=True)
class Element:
    """Where the content of an element is."""

    id: int
    start: int
    stop: int | None
    """``None``: the size is unknown, as it was while it was written."""


@dataclass(frozen=True, slots=True)
class Matroska:
    """What the header of a file tells."""

    doc_type: str
    """``matroska`` or ``webm``."""
    languages: dict[str, list[str | None]] = field(default_factory=dict)
    """By the kind of track, in their order, as BCP 47; ``None`` where that is not told."""
    codecs: dict[str, list[str]] = field(default_factory=dict)
    """Likewise, as Matroska calls them: ``S_TEXT/UTF8``."""


def read_header(read: ReadAt) -> Matroska | None:
    """Read the header of a file; ``None``: it is no Matroska."""
    top = element_at(read, 0)
    if top is None or top.id != EBML or top.stop is None:
        return None
    doc_type = ""
    for element in _elements(read, top.start, top.stop):
        if element.id == _DOC_TYPE:
            doc_type = text_of(read, element)
    found = Matroska(doc_type)
    segment = element_at(read, top.stop)
    if segment is not None and segment.id == SEGMENT:
        for element in _elements(read, segment.start, segment.stop):
            if element.id == TRACKS and element.stop is not None:
                for entry in _elements(read, element.start, element.stop):
                    _note_track(read, entry, found)
                break
            if element.id == CLUSTER:
                break
    return found


def last_time(read: ReadAt, size: int) -> int | None:
    """Return when the last block of a file ends, in units of its time stamps.

    It is what a file lasts that was written while it was recorded: such a one tells no duration.

    :param size: of the file, in bytes.
    """
    upper = size
    while upper > max(0, size - _FARTHEST):
        lower = max(0, upper - _STEP)
        # A little of what was looked through before: the ID may lie across the edge.
        data = read(lower, upper - lower + 3)
        found = data.rfind(CLUSTER.to_bytes(4, "big"))
        while found >= 0:
            last = _end_of_cluster(read, lower + found, size)
            if last is not None:
                return last
            found = data.rfind(CLUSTER.to_bytes(4, "big"), 0, found)
        upper = lower
    return None


def element_at(read: ReadAt, offset: int) -> Element | None:
    """Read the header of the element at *offset*; ``None``: there is none."""
    data = read(offset, _LONGEST_HEADER)
    if not data:
        return None
    id_length = 9 - data[0].bit_length()
    if id_length > 4 or len(data) <= id_length:
        return None
    size_length = 9 - data[id_length].bit_length()
    start = offset + id_length + size_length
    if size_length > 8 or len(data) < id_length + size_length:
        return None
    number = int.from_bytes(data[:id_length], "big")
    ones = (1 << 7 * size_length) - 1
    size = int.from_bytes(data[id_length : id_length + size_length], "big") & ones
    return Element(number, start, None if size == ones else start + size)


def _elements(
    read: ReadAt, start: int, stop: int | None, most: int = _MOST_ELEMENTS
) -> Iterator[Element]:
    """Yield the elements from *start* on, up to one whose size is unknown."""
    for _ in range(most):
        if stop is not None and start >= stop:
            return
        element = element_at(read, start)
        if element is None:
            return
        yield element
        if element.stop is None:
            return
        start = element.stop


def _value(read: ReadAt, element: Element) -> bytes:
    if element.stop is None or element.stop - element.start > _LONGEST_VALUE:
        return b""
    return read(element.start, element.stop - element.start)


def text_of(read: ReadAt, element: Element) -> str:
    """Return the text that an element is, without padding."""
    # What follows a NUL is padding (RFC 8794, section 13).
    return _value(read, element).partition(b"\0")[0].decode("ascii", "replace")


def number_of(read: ReadAt, element: Element) -> int:
    """Return the unsigned number that an element is."""
    return int.from_bytes(_value(read, element)[:8], "big")


def _note_track(read: ReadAt, entry: Element, found: Matroska) -> None:
    if entry.id != _TRACK_ENTRY or entry.stop is None:
        return
    kind, language, codec = 0, None, ""
    for element in _elements(read, entry.start, entry.stop):
        if element.id == _TRACK_TYPE:
            kind = number_of(read, element)
        elif element.id == _LANGUAGE_BCP47:
            language = text_of(read, element) or None
        elif element.id == _CODEC_ID:
            codec = text_of(read, element)
    if kind in _KINDS:
        found.languages.setdefault(_KINDS[kind], []).append(language)
        found.codecs.setdefault(_KINDS[kind], []).append(codec)


def _end_of_cluster(read: ReadAt, offset: int, size: int) -> int | None:
    """Return when the last block of a cluster ends; ``None``: there is no cluster at *offset*."""
    cluster = element_at(read, offset)
    if cluster is None or cluster.id != CLUSTER:
        return None
    begin: int | None = None
    last = -1
    shown: dict[int, list[tuple[int, int]]] = {}  # when blocks of each track begin, and its frames
    for element in _elements(read, cluster.start, cluster.stop or size, _MOST_BLOCKS):
        if element.id == _TIMESTAMP:
            begin = number_of(read, element)
        elif element.id in (_SIMPLE_BLOCK, _BLOCK_GROUP) and begin is not None:
            with suppress(ValueError):
                block = _block(read, element)
                shown.setdefault(block.track, []).append((begin + block.time, block.frames))
                last = max(last, begin + block.time + block.duration)
    return max(last, *map(_end_of_blocks, shown.values())) if shown else None


def _end_of_blocks(shown: list[tuple[int, int]]) -> int:
    """Return when the last block of a track ends, out of times and numbers of frames."""
    (before, several), (last, frames) = sorted(shown)[-2:] if len(shown) > 1 else shown * 2
    # Without a duration a frame is taken to last as long as those of the block before it.
    return last + round((last - before) / several * frames)


class _Block(NamedTuple):
    track: int
    time: int
    """Within its cluster."""
    duration: int
    """0: it is not told."""
    frames: int


def _block(read: ReadAt, element: Element) -> _Block:
    """Return what the head of a block says (RFC 9559, section 10.2).

    :raises ValueError: it is cut short.
    """
    duration = 0
    if element.id == _BLOCK_GROUP:
        inner = list(_elements(read, element.start, element.stop, 20))
        duration = next((number_of(read, each) for each in inner if each.id == _BLOCK_DURATION), 0)
        blocks = [each for each in inner if each.id == _BLOCK]
        if not blocks:
            raise ValueError("a group without a block")
        element = blocks[0]
    data = read(element.start, 12)
    length = 9 - data[0].bit_length() if data else 9  # of the number of the track
    if len(data) < length + 2:
        raise ValueError("a block that is cut short")
    track = int.from_bytes(data[:length], "big")
    time = int.from_bytes(data[length : length + 2], "big", signed=True)
    is_laced = len(data) > length + 3 and data[length + 2] & _LACING
    return _Block(track, time, duration, data[length + 3] + 1 if is_laced else 1)
