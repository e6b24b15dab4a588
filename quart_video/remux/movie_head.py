"""The head of an MP4 or QuickTime film: its tracks, each checked to be one that can be kept. Pure.

What is read here is as the film has it; :mod:`.patched` writes it anew.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from quart_video.remux import tables
from quart_video.remux.boxes import Box, boxes
from quart_video.remux.layout import NoMovieError, NotPatchableError
from quart_video.remux.sample_entries import Entry, sound_entry, video_entry

ENABLED = 1
"""A flag of ``tkhd`` (section 8.3.2)."""

_MOST_BOXES = 1000  # inside one
_MOST_TRACKS = 64
_WORDS = (b"text", b"sbtl")
_TABLES = {b"stts": 8, b"ctts": 8, b"stss": 4, b"stsc": 12}
"""Bytes of a row of those that have a count of rows in front."""


@dataclass(frozen=True, slots=True)
class HeadTrack:
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


@dataclass(frozen=True, slots=True)
class MovieHead:
    """The box ``moov``, of which all can be kept that stands in it."""

    moov: bytes
    children: list[Box]
    video: HeadTrack
    sounds: list[HeadTrack]
    words: dict[int, HeadTrack]
    """Tracks of words by their identity, such as chapters."""


def read_head(moov: bytes, kept: Sequence[range]) -> MovieHead:
    """Read and check the head of a film.

    :param moov: the box, whole.
    :param kept: which parts of the film have its samples, in order.
    :raises NotPatchableError: it has to be read packet by packet.
    :raises NoMovieError: no movie can be made of it in any way.
    """
    outer = next(boxes(moov))
    children = children_of(moov, outer.content, outer.stop)
    kinds = {each.kind for each in children}
    if b"rmra" in kinds:
        raise NoMovieError("its samples are in other files")
    if not {b"mvex", b"cmov"}.isdisjoint(kinds) or b"mvhd" not in kinds:
        raise NotPatchableError("its head is compressed, or none")
    traks = [each for each in children if each.kind == b"trak"]
    if len(traks) > _MOST_TRACKS:
        raise NotPatchableError("it has too many tracks")
    handlers = [_handler(moov, each) for each in traks]
    pairs = list(zip(traks, handlers, strict=True))
    sounds = [_track(moov, each, b"soun") for each, kind in pairs if kind == b"soun"]
    video = _picture(moov, [each for each, kind in pairs if kind == b"vide"], traks)
    for track in (video, *sounds):
        _check_offsets(track, kept)
    words = {
        found.identity: found
        for each, kind in pairs
        if kind in _WORDS and (found := _words(moov, each, kept)) is not None
    }
    return MovieHead(moov, children, video, sounds, words)


def shifted(offsets: array[int], kept: Sequence[range], base: int) -> Sequence[int]:
    """Return where chunks are, when the parts of a film stand behind a head of *base* bytes.

    :raises NotPatchableError: one of them is in no part.
    """
    lengths = accumulate(map(len, kept), initial=base)
    shifts = [new - part.start for new, part in zip(lengths, kept, strict=False)]
    if len(shifts) == 1:
        by = shifts[0]
        return [offset + by for offset in offsets]
    starts = [part.start for part in kept]
    found = []
    for offset in offsets:
        number = bisect_right(starts, offset) - 1
        if number < 0 or offset not in kept[number]:
            raise NotPatchableError("its samples are not where they should be")
        found.append(offset + shifts[number])
    return found


def _check_offsets(track: HeadTrack, kept: Sequence[range]) -> None:
    if not track.offsets or not all(
        any(offset in part for part in kept) for offset in (min(track.offsets), max(track.offsets))
    ):
        raise NotPatchableError("its samples are not where they should be")
    shifted(track.offsets, kept, 0)


def _words(moov: bytes, trak: Box, kept: Sequence[range]) -> HeadTrack | None:
    """Return a track of chapters; ``None``: it is none that can be kept."""
    try:
        track = _track(moov, trak, b"text")
        _check_offsets(track, kept)
    except (NotPatchableError, NoMovieError):
        return None
    return track


def children_of(data: bytes, start: int, stop: int) -> list[Box]:
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
    children = children_of(data, outer.content, outer.stop)
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


def _picture(moov: bytes, pictures: Sequence[Box], traks: Sequence[Box]) -> HeadTrack:
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


def _track(moov: bytes, trak: Box, kind: bytes) -> HeadTrack:
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
    return HeadTrack(
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
        chapters = frozenset(identities(moov, named)) if named is not None else chapters
    is_enabled = bool(data[3] & ENABLED)
    return identity, is_enabled, 0 if duration == unknown else duration, chapters


def identities(moov: bytes, each: Box) -> Iterator[int]:
    """Yield the identities of tracks that a box in ``tref`` names (section 8.3.3)."""
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
    entries = children_of(moov, references.content + 8, references.stop)
    if not 1 <= number <= len(entries):
        raise NotPatchableError("it does not say in which file its samples are")
    entry = entries[number - 1]
    is_here = moov[entry.content + 3 : entry.content + 4] == b"\1"
    # Some writers forget to say that it is here, and name no other file either.
    if not is_here and entry.stop - entry.content > 4:
        raise NoMovieError("its samples are in other files")
