"""An MP4 or QuickTime film whose head is set right, and whose samples stay where they are. Pure.

The head comes first, names one track of sound, and points to where the samples are by then. All
else in it, such as edit lists and tables, is as it was. Packets are not looked at.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from quart_video.remux import tables
from quart_video.remux.boxes import Box, box, boxes, full_box
from quart_video.remux.languages import packed, unpacked
from quart_video.remux.layout import Layout, NoMovieError, NotPatchableError, read_layout
from quart_video.remux.movie import BRANDS, HEAD_MARGIN
from quart_video.remux.sample_entries import Entry, sound_entry, video_entry
from quart_video.remux.track import FILM, Pieces
from quart_video.remux.window import Read

MAGIC = b"QVMOV\r\n\x01"
"""The last byte is the version."""

_SIZES = struct.Struct("<8sII")
_MOST_BOXES = 1000  # inside one
_MOST_TRACKS = 64
_LONGEST = 64 * 1024 * 1024
_ENABLED = 1
_WORDS = (b"text", b"sbtl")
_TABLES = {b"stts": 8, b"ctts": 8, b"stss": 4, b"stsc": 12}
"""Bytes of a row of those that have a count of rows in front."""


@dataclass(frozen=True, slots=True)
class PatchedSound:
    """A sound track."""

    number: int
    """Among those of the film, from 0."""
    codec: str
    """As FFmpeg has it."""


@dataclass(frozen=True, slots=True)
class _Track:
    """A box ``trak`` that can be in a movie."""

    identity: int
    is_enabled: bool
    chapters: frozenset[int]
    """Identities of the tracks that have its chapters."""
    duration: int
    """Ticks of the movie's clock, as ``tkhd`` has it."""
    codec: str
    children: dict[bytes, Box]
    media: dict[bytes, Box]
    information: dict[bytes, Box]
    samples: dict[bytes, Box]
    stsd: bytes
    offsets: array[int]
    """Where its chunks are in the film."""


class PatchedFilm:
    """A film that is to be patched.

    :param moov: the box, whole.
    :param kept: which parts of the film have its samples, in order.
    :raises NotPatchableError: it has to be read packet by packet.
    :raises NoMovieError: no movie can be made of it in any way.
    """

    def __init__(self, moov: bytes, kept: Sequence[range]) -> None:
        self._moov = moov
        self._kept = kept
        outer = next(boxes(moov))
        self._children = _children(moov, outer.content, outer.stop)
        kinds = {each.kind for each in self._children}
        if b"rmra" in kinds:
            raise NoMovieError("its samples are in other files")
        if not {b"mvex", b"cmov"}.isdisjoint(kinds) or b"mvhd" not in kinds:
            raise NotPatchableError("its head is compressed, or none")
        traks = [each for each in self._children if each.kind == b"trak"]
        if len(traks) > _MOST_TRACKS:
            raise NotPatchableError("it has too many tracks")
        handlers = [_handler(moov, each) for each in traks]
        self._sounds = [
            _track(moov, each, b"soun")
            for each, kind in zip(traks, handlers, strict=True)
            if kind == b"soun"
        ]
        pictures = [each for each, kind in zip(traks, handlers, strict=True) if kind == b"vide"]
        self._video = _picture(moov, pictures, traks)
        self._starts = [part.start for part in kept]
        for track in (self._video, *self._sounds):
            self._check_offsets(track)
        self._words = {
            found.identity: found
            for each, kind in zip(traks, handlers, strict=True)
            if kind in _WORDS and (found := self._words_of(each)) is not None
        }

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

    def _write(self, tracks: Sequence[_Track], base: int, *, large: bool) -> bytes:
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
        inner = _children(self._moov, each.content, each.stop)
        return box(each.kind, *map(self._raw, inner))

    def _raw(self, each: Box) -> bytes:
        return self._moov[each.start : each.stop]

    def _mvhd(self, tracks: Sequence[_Track]) -> bytes:
        """Section 8.2.2; without the tracks that are left out it may be shorter."""
        data = bytearray(self._raw(next(c for c in self._children if c.kind == b"mvhd")))
        at, size = (32, 8) if data[8] == 1 else (24, 4)
        known = [each.duration for each in tracks if each.codec]
        if len(data) < at + size or not any(known):
            return bytes(data)
        told = int.from_bytes(data[at : at + size], "big")
        data[at : at + size] = min(told, max(known)).to_bytes(size, "big")
        return bytes(data)

    def _trak(self, track: _Track, kept: set[int], base: int, *, large: bool) -> bytes:
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

    def _tkhd(self, track: _Track) -> bytes:
        """Section 8.3.2; what is chosen is enabled."""
        data = bytearray(self._raw(track.children[b"tkhd"]))
        if track.codec:
            data[11] |= _ENABLED
        return bytes(data)

    def _tref(self, tref: Box, kept: set[int]) -> bytes:
        """Section 8.3.3, but for tracks that are left out."""
        found = []
        for each in _children(self._moov, tref.content, tref.stop):
            named = [number for number in _identities(self._moov, each) if number in kept]
            if named:
                found.append(box(each.kind, struct.pack(f">{len(named)}I", *named)))
        return box(b"tref", *found) if found else b""

    def _mdia(self, track: _Track, base: int, *, large: bool) -> bytes:
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

    def _minf(self, track: _Track, base: int, *, large: bool) -> bytes:
        parts = []
        for kind, each in track.information.items():
            if kind == b"dinf":
                parts.append(box(b"dinf", _references(track.stsd)))
            elif kind == b"stbl":
                parts.append(self._stbl(track, base, large=large))
            elif kind != b"hdlr":  # of QuickTime
                parts.append(self._raw(each))
        return box(b"minf", *parts)

    def _stbl(self, track: _Track, base: int, *, large: bool) -> bytes:
        parts = []
        for kind, each in track.samples.items():
            if kind == b"stsd":
                parts.append(track.stsd)
            elif kind in (b"stco", b"co64"):
                offsets = self._shifted(track.offsets, base)
                parts.append(tables.chunk_offsets(offsets, large=large))
            else:
                parts.append(self._raw(each))
        return box(b"stbl", *parts)

    def _words_of(self, trak: Box) -> _Track | None:
        """Return a track of chapters; ``None``: it is none that can be kept."""
        try:
            track = _track(self._moov, trak, b"text")
            self._check_offsets(track)
        except (NotPatchableError, NoMovieError):
            return None
        return track

    def _check_offsets(self, track: _Track) -> None:
        if not track.offsets or not all(
            any(offset in part for part in self._kept)
            for offset in (min(track.offsets), max(track.offsets))
        ):
            raise NotPatchableError("its samples are not where they should be")
        self._shifted(track.offsets, 0)

    def _shifted(self, offsets: array[int], base: int) -> Sequence[int]:
        """Return where chunks are behind a head of *base* bytes.

        :raises NotPatchableError: one of them is nowhere.
        """
        lengths = accumulate(map(len, self._kept), initial=base)
        shifts = [new - part.start for new, part in zip(lengths, self._kept, strict=False)]
        if len(shifts) == 1:
            by = shifts[0]
            return [offset + by for offset in offsets]
        found = []
        for offset in offsets:
            number = bisect_right(self._starts, offset) - 1
            if number < 0 or offset not in self._kept[number]:
                raise NotPatchableError("its samples are not where they should be")
            found.append(offset + shifts[number])
        return found

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


def _children(data: bytes, start: int, stop: int) -> list[Box]:
    """Return the boxes in another; QuickTime has zeros behind the last."""
    found: list[Box] = []
    while start + 8 <= stop and data[start : start + 4] != bytes(4):
        if len(found) == _MOST_BOXES:
            raise NotPatchableError("it has too many boxes")
        try:
            found.append(next(boxes(data, start, stop)))
        except ValueError as error:
            raise NotPatchableError(f"it has {error}") from error
        start = found[-1].stop
    return found


def _inside(data: bytes, outer: Box) -> dict[bytes, Box]:
    """Return the boxes in another by kind, of which there is one of each."""
    children = _children(data, outer.content, outer.stop)
    found = {each.kind: each for each in children}
    if len(found) != len(children):
        several = [each.kind for each in children]
        if any(several.count(kind) > 1 for kind in found if kind not in _OFTEN):
            raise NotPatchableError("it has the same twice where it should be once")
    return found


_OFTEN = {b"free", b"skip", b"udta", b"meta", b"uuid"}
"""Of which the last one is as good as all."""


def _handler(moov: bytes, trak: Box) -> bytes:
    """Return what a track is of."""
    media = _inside(moov, trak).get(b"mdia")
    handler = _inside(moov, media).get(b"hdlr") if media is not None else None
    return moov[handler.content + 8 : handler.content + 12] if handler is not None else b""


def _picture(moov: bytes, pictures: Sequence[Box], traks: Sequence[Box]) -> _Track:
    """Return the track of pictures that plays; what stands for chapters is none."""
    chapters = frozenset[int]().union(*(_header(moov, _inside(moov, each))[3] for each in traks))
    found = []
    for each in pictures:
        identity, is_enabled, _, _ = _header(moov, _inside(moov, each))
        if identity not in chapters:
            found.append((not is_enabled, each))
    if not found:
        raise NotPatchableError("there are no moving pictures in it")
    return _track(moov, min(found, key=lambda each: each[0])[1], b"vide")


def _track(moov: bytes, trak: Box, kind: bytes) -> _Track:
    children = _inside(moov, trak)
    media = _inside(moov, _need(children, b"mdia"))
    information = _inside(moov, _need(media, b"minf"))
    samples = _inside(moov, _need(information, b"stbl"))
    _need(media, b"mdhd")
    _check_tables(moov, samples)
    _check_reference(moov, information, samples)
    identity, is_enabled, duration, chapters = _header(moov, children)
    table = _need(samples, b"stsd")
    stsd = moov[table.start : table.stop]
    entry = Entry("", stsd)
    if kind != b"text":
        entry = video_entry(stsd) if kind == b"vide" else sound_entry(stsd)
    return _Track(
        identity=identity,
        is_enabled=is_enabled,
        chapters=chapters,
        duration=duration,
        codec=entry.codec,
        children=children,
        media=media,
        information=information,
        samples=samples,
        stsd=entry.stsd,
        offsets=_offsets(moov, samples),
    )


def _need(found: dict[bytes, Box], kind: bytes) -> Box:
    try:
        return found[kind]
    except KeyError:
        raise NotPatchableError(f"it lacks {kind.decode()}") from None


def _header(moov: bytes, children: dict[bytes, Box]) -> tuple[int, bool, int, frozenset[int]]:
    """Return identity, whether it is enabled, its duration and whose chapters it has named."""
    header = _need(children, b"tkhd")
    data = moov[header.content : header.stop]
    is_long = data[:1] == b"\1"
    if len(data) < (96 if is_long else 84):
        raise NotPatchableError("it has a track that is cut short")
    form, unknown = (">16xIxxxxQ", (1 << 64) - 1) if is_long else (">8xIxxxxI", (1 << 32) - 1)
    identity, duration = struct.unpack_from(form, data, 4)
    chapters: frozenset[int] = frozenset()
    if b"tref" in children:
        named = _inside(moov, children[b"tref"]).get(b"chap")
        chapters = frozenset(_identities(moov, named)) if named is not None else chapters
    is_enabled = bool(data[3] & _ENABLED)
    return identity, is_enabled, 0 if duration == unknown else duration, chapters


def _identities(moov: bytes, each: Box) -> Iterator[int]:
    data = moov[each.content : each.stop]
    for start in range(0, len(data) - 3, 4):
        yield int.from_bytes(data[start : start + 4], "big")


def _check_tables(moov: bytes, samples: dict[bytes, Box]) -> None:
    """See that tables are as long as they say, and that nothing else tells where samples are."""
    if not {b"saio", b"saiz", b"senc"}.isdisjoint(samples):
        raise NoMovieError("it is encrypted")
    for kind, width in _TABLES.items():
        each = samples.get(kind)
        if each is not None and _room(each) < 4 + width * _count(moov, each, 4):
            raise NotPatchableError("it has a table that is cut short")
    for kind in (b"stts", b"stsc"):
        if not _count(moov, _need(samples, kind), 4):
            raise NotPatchableError("it has a track without samples")
    sizes = samples.get(b"stsz") or _need(samples, b"stz2")
    count = _count(moov, sizes, 8)
    width = 32 if sizes.kind == b"stsz" else moov[sizes.content + 7]
    if sizes.kind == b"stsz" and moov[sizes.content + 4 : sizes.content + 8] != bytes(4):
        width = 0  # all have as many bytes
    if not count or (_room(sizes) - 8) * 8 < count * width:
        raise NotPatchableError("it has a track without samples, or without their sizes")


def _room(each: Box) -> int:
    """Return how many bytes a box has behind version and flags."""
    return each.stop - each.content - 4


def _count(moov: bytes, each: Box, at: int) -> int:
    if _room(each) < at:
        raise NotPatchableError("it has a table that is cut short")
    return int.from_bytes(moov[each.content + at : each.content + at + 4], "big")


def _offsets(moov: bytes, samples: dict[bytes, Box]) -> array[int]:
    each = samples.get(b"co64") or _need(samples, b"stco")
    if b"co64" in samples and b"stco" in samples:
        raise NotPatchableError("it tells twice where its samples are")
    code, width = ("Q", 8) if each.kind == b"co64" else ("I", 4)
    count = _count(moov, each, 4)
    start = each.content + 8
    if _room(each) < 4 + width * count:
        raise NotPatchableError("it has a table that is cut short")
    return tables.from_big_endian(code, moov[start : start + width * count])


def _check_reference(moov: bytes, information: dict[bytes, Box], samples: dict[bytes, Box]) -> None:
    """See that samples are in this file (section 8.7.2)."""
    table = _need(samples, b"stsd")
    number = int.from_bytes(moov[table.content + 22 : table.content + 24], "big")
    inner = _inside(moov, _need(information, b"dinf"))
    references = _need(inner, b"dref")
    entries = _children(moov, references.content + 8, references.stop)
    if not 1 <= number <= len(entries):
        raise NotPatchableError("it does not say in which file its samples are")
    entry = entries[number - 1]
    is_here = moov[entry.content + 3 : entry.content + 4] == b"\1"
    # Some writers forget to say that it is here, and name no other file either.
    if not is_here and entry.stop - entry.content > 4:
        raise NoMovieError("its samples are in other files")


def _references(stsd: bytes) -> bytes:
    """Write ``dref`` with as many entries as the sample entry counts to: all are this file."""
    number = int.from_bytes(stsd[30:32], "big")
    return full_box(b"dref", 0, 0, struct.pack(">I", number), full_box(b"url ", 0, 1) * number)
