"""An MP4 or QuickTime film whose head is set right, and whose samples stay where they are. Pure.

The head comes first, names one track of sound, and points to where the samples are by then. All
else in it, such as edit lists and tables, is as it was. Packets are not looked at.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from quart_video.remux import tables
from quart_video.remux.boxes import Box, box, full_box
from quart_video.remux.languages import packed, unpacked
from quart_video.remux.layout import Layout, NotPatchableError, read_layout
from quart_video.remux.movie import BRANDS, HEAD_MARGIN
from quart_video.remux.movie_head import (
    ENABLED,
    HeadTrack,
    children_of,
    identities,
    read_head,
    shifted,
)
from quart_video.remux.track import FILM, Pieces
from quart_video.remux.window import Read

MAGIC = b"QVMOV\r\n\x01"
"""The last byte is the version."""

_SIZES = struct.Struct("<8sII")
_LONGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PatchedSound:
    """A sound track."""

    number: int
    """Among those of the film, from 0."""
    codec: str
    """As FFmpeg has it."""


class PatchedFilm:
    """A film that is to be patched.

    :param moov: the box, whole.
    :param kept: which parts of the film have its samples, in order.
    :raises NotPatchableError: it has to be read packet by packet.
    :raises NoMovieError: no movie can be made of it in any way.
    """

    def __init__(self, moov: bytes, kept: Sequence[range]) -> None:
        head = read_head(moov, kept)
        self._moov = moov
        self._kept = kept
        self._children = head.children
        self._video = head.video
        self._sounds = head.sounds
        self._words = head.words

    @property
    def sounds(self) -> list[PatchedSound]:
        """Its sound tracks, each of which browsers decode."""
        return [PatchedSound(number, each.codec) for number, each in enumerate(self._sounds)]

    @property
    def main(self) -> int | None:
        """Number of the sound track that plays by itself."""
        marked = (number for number, each in enumerate(self._sounds) if each.is_enabled)
        return next(marked, 0 if self._sounds else None)

    @property
    def size(self) -> int:
        """Bytes of all samples, and of what lies between them."""
        return sum(map(len, self._kept))

    def pieces(self) -> Pieces:
        """Return what follows the head."""
        found = Pieces()
        for part in self._kept:
            # A piece has as many bytes as 32 bits can tell.
            for start in range(part.start, part.stop, 1 << 30):
                found.add(FILM, start, min(1 << 30, part.stop - start))
        return found

    def head(self, sound: int | None) -> bytes:
        """Write what stands in front of the samples.

        :param sound: number of the sound track; ``None``: there is none.
        :raises ValueError: there is no such sound track.
        """
        tracks = [self._video]
        if sound is not None:
            if not 0 <= sound < len(self._sounds):
                raise ValueError(f"there is no sound track {sound} in it")
            tracks.append(self._sounds[sound])
        named = frozenset[int]().union(*(each.chapters for each in tracks))
        tracks += [each for number, each in self._words.items() if number in named]
        large = tables.needs_large_offsets(self.size + HEAD_MARGIN)
        brands = box(b"ftyp", BRANDS)
        # Where the samples begin depends on how long the tables are, and they are always as long.
        length = len(brands) + len(self._write(tracks, 0, large=large))
        return brands + self._write(tracks, length, large=large)

    def _write(self, tracks: Sequence[HeadTrack], base: int, *, large: bool) -> bytes:
        kept = {each.identity for each in tracks}
        parts = [self._mvhd(tracks)]
        parts += [self._trak(each, kept, base, large=large) for each in tracks]
        for each in self._children:
            if each.kind not in (b"mvhd", b"trak") and not self._points(each):
                parts.append(self._with_no_zeros(each) if each.kind == b"udta" else self._raw(each))
        return box(b"moov", *parts)

    def _points(self, each: Box) -> bool:
        """Tell whether a box says where other things are in the film."""
        return each.kind == b"meta" and b"iloc" in self._raw(each)

    def _with_no_zeros(self, each: Box) -> bytes:
        inner = children_of(self._moov, each.content, each.stop)
        return box(each.kind, *map(self._raw, inner))

    def _raw(self, each: Box) -> bytes:
        return self._moov[each.start : each.stop]

    def _mvhd(self, tracks: Sequence[HeadTrack]) -> bytes:
        """Section 8.2.2; without the tracks that are left out it may be shorter."""
        data = bytearray(self._raw(next(c for c in self._children if c.kind == b"mvhd")))
        at, size = (32, 8) if data[8] == 1 else (24, 4)
        known = [each.duration for each in tracks if each.codec]
        if len(data) < at + size or not any(known):
            return bytes(data)
        told = int.from_bytes(data[at : at + size], "big")
        data[at : at + size] = min(told, max(known)).to_bytes(size, "big")
        return bytes(data)

    def _trak(self, track: HeadTrack, kept: set[int], base: int, *, large: bool) -> bytes:
        parts = []
        for kind, each in track.children.items():
            if kind == b"tkhd":
                parts.append(self._tkhd(track))
            elif kind == b"tref":
                parts.append(self._tref(each, kept))
            elif kind == b"mdia":
                parts.append(self._mdia(track, base, large=large))
            else:
                parts.append(self._raw(each))
        return box(b"trak", *parts)

    def _tkhd(self, track: HeadTrack) -> bytes:
        """Section 8.3.2; what is chosen is enabled."""
        data = bytearray(self._raw(track.children[b"tkhd"]))
        if track.codec:
            data[11] |= ENABLED
        return bytes(data)

    def _tref(self, tref: Box, kept: set[int]) -> bytes:
        """Section 8.3.3, but for tracks that are left out."""
        found = []
        for each in children_of(self._moov, tref.content, tref.stop):
            named = [number for number in identities(self._moov, each) if number in kept]
            if named:
                found.append(box(each.kind, struct.pack(f">{len(named)}I", *named)))
        return box(b"tref", *found) if found else b""

    def _mdia(self, track: HeadTrack, base: int, *, large: bool) -> bytes:
        parts = []
        for kind, each in track.media.items():
            if kind == b"mdhd":
                parts.append(self._mdhd(each))
            elif kind == b"hdlr":
                parts.append(self._hdlr(each))
            elif kind == b"minf":
                parts.append(self._minf(track, base, large=large))
            else:
                parts.append(self._raw(each))
        return box(b"mdia", *parts)

    def _mdhd(self, each: Box) -> bytes:
        """Section 8.4.2; QuickTime has numbers of languages, too."""
        data = bytearray(self._raw(each))
        at = 40 if data[8] == 1 else 28
        if len(data) >= at + 2:
            data[at : at + 2] = packed(unpacked(bytes(data[at : at + 2])))
        return bytes(data)

    def _hdlr(self, each: Box) -> bytes:
        """Section 8.4.3; QuickTime has a class in front, and the length of the name."""
        data = self._raw(each)
        name = data[32:].rstrip(b"\0")
        if data[12:16] in (b"mhlr", b"dhlr") and name and name[0] == len(name) - 1:
            name = name[1:]
        return full_box(b"hdlr", 0, 0, bytes(4), data[16:20], bytes(12), name + b"\0")

    def _minf(self, track: HeadTrack, base: int, *, large: bool) -> bytes:
        parts = []
        for kind, each in track.information.items():
            if kind == b"dinf":
                parts.append(box(b"dinf", _references(track.stsd)))
            elif kind == b"stbl":
                parts.append(self._stbl(track, base, large=large))
            elif kind != b"hdlr":  # of QuickTime
                parts.append(self._raw(each))
        return box(b"minf", *parts)

    def _stbl(self, track: HeadTrack, base: int, *, large: bool) -> bytes:
        parts = []
        for kind, each in track.samples.items():
            if kind == b"stsd":
                parts.append(track.stsd)
            elif kind in (b"stco", b"co64"):
                offsets = shifted(track.offsets, self._kept, base)
                parts.append(tables.chunk_offsets(offsets, large=large))
            else:
                parts.append(self._raw(each))
        return box(b"stbl", *parts)

    def encode(self) -> bytes:
        """Write it, to be read by :meth:`decode`."""
        head = json.dumps([[part.start, part.stop] for part in self._kept]).encode()
        data = head + zlib.compress(self._moov, 3)
        return _SIZES.pack(MAGIC, len(head), zlib.crc32(data, len(head))) + data

    @classmethod
    def decode(cls, data: bytes) -> PatchedFilm:
        """Read what :meth:`encode` wrote.

        :raises ValueError: it is something else, or not as it was written.
        """
        if not is_patched(data):
            raise ValueError("no film to be patched, or one that was changed")
        stop = _SIZES.size + _SIZES.unpack_from(data)[1]
        kept: list[Any] = json.loads(data[_SIZES.size : stop])
        moov = zlib.decompressobj().decompress(data[stop:], _LONGEST)
        return cls(moov, [range(*each) for each in kept])


def is_patched(data: bytes) -> bool:
    """Tell whether :meth:`PatchedFilm.encode` wrote *data*, and it was not changed since."""
    if len(data) < _SIZES.size:
        return False
    magic, size, checksum = _SIZES.unpack_from(data)
    return bool(magic == MAGIC and zlib.crc32(memoryview(data)[_SIZES.size :], size) == checksum)


def read_patched(read: Read, size: int) -> PatchedFilm:
    """Read the head of a film of *size* bytes.

    :raises NotPatchableError: it has to be read packet by packet.
    :raises NoMovieError: no movie can be made of it in any way.
    """
    layout: Layout = read_layout(read, size)
    moov = read(len(layout.moov), layout.moov.start)
    if len(moov) != len(layout.moov):
        raise NotPatchableError("it is cut short")
    return PatchedFilm(moov, layout.kept)


def _references(stsd: bytes) -> bytes:
    """Write ``dref`` with as many entries as the sample entry counts to: all are this file."""
    number = int.from_bytes(stsd[30:32], "big")
    return full_box(b"dref", 0, 0, struct.pack(">I", number), full_box(b"url ", 0, 1) * number)
