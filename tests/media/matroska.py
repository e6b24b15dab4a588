"""Matroska files as nobody writes them today, out of one that ffmpeg wrote."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Literal

Lace = Literal["none", "xiph", "fixed", "ebml"]
_LACES: dict[Lace, int] = {"none": 0, "xiph": 2, "fixed": 4, "ebml": 6}
_SEGMENT, _INFO, _TRACKS, _ENTRY, _CLUSTER = (
    *(0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0x1F43B675),
)
_TIME, _SIMPLE, _GROUP, _BLOCK, _NUMBER = 0xE7, 0xA3, 0xA0, 0xA1, 0xD7


@dataclass(frozen=True)
class Changes:
    """What is to become of one track."""

    lace: Lace = "none"
    frames: int = 4
    """In a lace."""
    strip: bytes = b""
    """What all frames begin with, to be left out."""
    squeeze: bool = False
    """Whether each frame is compressed by zlib."""


@dataclass
class _Frame:
    time: int
    track: int
    is_key: bool
    data: bytes


@dataclass
class _Parts:
    info: bytes = b""
    entries: dict[int, bytes] = field(default_factory=dict)
    frames: list[_Frame] = field(default_factory=list)


def rewritten(changes: dict[int, Changes]) -> Callable[[Path], None]:
    """Return what writes a file anew.

    :param changes: by the number of the track.
    """

    def rewrite(path: Path) -> None:
        path.write_bytes(_written(_read(path.read_bytes()), changes))

    return rewrite


def _vint(data: bytes, at: int, *, marked: bool = False) -> tuple[int, int]:
    size = 9 - data[at].bit_length()
    number = int.from_bytes(data[at : at + size], "big")
    return (number if marked else number & ~(1 << 7 * size)), at + size


def _elements(data: bytes, at: int, stop: int) -> Iterator[tuple[int, int, int]]:
    while at < stop:
        kind, at = _vint(data, at, marked=True)
        size, at = _vint(data, at)
        yield kind, at, min(at + size, stop)
        at = min(at + size, stop)


def _element(kind: int, data: bytes) -> bytes:
    return kind.to_bytes(-(-kind.bit_length() // 8), "big") + _size(len(data), 8) + data


def _size(number: int, length: int) -> bytes:
    return (number | 1 << 7 * length).to_bytes(length, "big")


def _shortest(number: int) -> bytes:
    length = next(each for each in range(1, 9) if number < (1 << 7 * each) - 1)
    return _size(number, length)


def _read(data: bytes) -> _Parts:
    parts = _Parts()
    segment = next(each for each in _elements(data, 0, len(data)) if each[0] == _SEGMENT)
    for kind, start, stop in _elements(data, *segment[1:]):
        if kind == _INFO:
            parts.info = _element(_INFO, data[start:stop])
        elif kind == _TRACKS:
            for inner, begin, end in _elements(data, start, stop):
                if inner != _ENTRY:
                    continue
                entry = {each[0]: each for each in _elements(data, begin, end)}
                _, *number = entry[_NUMBER]
                parts.entries[int.from_bytes(data[slice(*number)], "big")] = data[begin:end]
        elif kind == _CLUSTER:
            parts.frames += _frames(data, start, stop)
    return parts


def _frames(data: bytes, start: int, stop: int) -> Iterator[_Frame]:
    base = 0
    for kind, begin, end in _elements(data, start, stop):
        if kind == _TIME:
            base = int.from_bytes(data[begin:end], "big")
        elif kind == _SIMPLE:
            yield _frame(data[begin:end], base)
        elif kind == _GROUP:
            block = next(each for each in _elements(data, begin, end) if each[0] == _BLOCK)
            yield _frame(data[slice(*block[1:])], base)


def _frame(block: bytes, base: int) -> _Frame:
    track, at = _vint(block, 0)
    time = int.from_bytes(block[at : at + 2], "big", signed=True)
    assert not block[at + 2] & 6
    return _Frame(base + time, track, bool(block[at + 2] & 0x80), block[at + 3 :])


def _written(parts: _Parts, changes: dict[int, Changes]) -> bytes:
    entries = [
        _element(_ENTRY, entry + _encodings(changes.get(number, Changes())))
        for number, entry in parts.entries.items()
    ]
    clusters, waiting = [], dict[int, list[_Frame]]()
    for frame in parts.frames:
        how = changes.get(frame.track, Changes())
        lace = waiting.setdefault(frame.track, [])
        lace.append(frame)
        if how.lace == "none" or len(lace) == how.frames:
            clusters.append(_cluster(waiting.pop(frame.track), how))
    clusters += [_cluster(lace, changes.get(track, Changes())) for track, lace in waiting.items()]
    head = _element(0x1A45DFA3, _element(0x4282, b"matroska") + _element(0x4287, b"\4"))
    content = b"".join([parts.info, _element(_TRACKS, b"".join(entries)), *clusters])
    return head + _element(_SEGMENT, content)


def _encodings(how: Changes) -> bytes:
    if not (how.strip or how.squeeze):
        return b""
    settings = _element(0x4254, b"\0" if how.squeeze else b"\3")
    if how.strip:
        settings += _element(0x4255, how.strip)
    return _element(0x6D80, _element(0x6240, _element(0x5034, settings)))


def _cluster(frames: list[_Frame], how: Changes) -> bytes:
    datas = [_changed(frame.data, how) for frame in frames]
    head = _shortest(frames[0].track) + b"\0\0"
    kind = how.lace if len(datas) > 1 else "none"
    flags = _LACES[kind] | 0x80 * frames[0].is_key
    block = head + bytes([flags]) + _lace_head(kind, datas) + b"".join(datas)
    return _element(
        _CLUSTER, _element(_TIME, frames[0].time.to_bytes(4, "big")) + _element(_SIMPLE, block)
    )


def _changed(data: bytes, how: Changes) -> bytes:
    assert data.startswith(how.strip)
    data = data[len(how.strip) :]
    return zlib.compress(data) if how.squeeze else data


def _lace_head(kind: Lace, datas: list[bytes]) -> bytes:
    if kind == "none":
        return b""
    count = bytes([len(datas) - 1])
    sizes = [len(data) for data in datas]
    if kind == "fixed":
        assert len({*sizes}) == 1
        return count
    if kind == "xiph":
        return count + b"".join(
            b"\xff" * (size // 255) + bytes([size % 255]) for size in sizes[:-1]
        )
    steps = [after - before for before, after in pairwise(sizes[:-1])]
    return count + _shortest(sizes[0]) + b"".join(map(_signed, steps))


def _signed(step: int) -> bytes:
    length = next(each for each in range(1, 9) if abs(step) < (1 << 7 * each - 1) - 1)
    return _size(step + (1 << 7 * length - 1) - 1, length)
