"""A movie out of tracks: which bytes come first, and the head that says where they are. Pure.

The head stands in front of the samples, so that a player needs one answer to begin, and samples of
all tracks lie together in time, so that it needs one more to seek.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from math import lcm
from operator import sub
from typing import NamedTuple

from quart_video.remux import tables
from quart_video.remux.boxes import box, full_box, large_header
from quart_video.remux.languages import extended, packed
from quart_video.remux.track import LITERAL, Pieces, Track

TIMESCALE = 90_000
"""Ticks a second of what is said of the whole movie."""

WINDOW = Fraction(1, 2)
"""Seconds of one track that stand together. Fewer make the head longer; with more a player has to
read further ahead than it plays."""

BRANDS = b"isom\0\0\2\0isomiso2mp41"
"""What ``ftyp`` says."""
HEAD_MARGIN = 256 * 1024 * 1024
"""Bytes; no head is as long."""
_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000)
_MOST_CHAPTERS = 255


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter."""

    start: float
    """Seconds from the beginning."""
    title: str


class Chunk(NamedTuple):
    """Samples of one track that stand together."""

    track: int
    start: int
    stop: int
    """Numbers of samples, half-open."""


@dataclass(frozen=True)
class Movie:
    """A movie.

    :raises ValueError: there is no track, or one without a sample.
    """

    tracks: Sequence[Track]
    title: str = ""
    chapters: Sequence[Chapter] = ()

    def __post_init__(self) -> None:
        if not self.tracks or not all(map(len, self.tracks)):
            raise ValueError("a movie needs a track, and each track a sample")

    @cached_property
    def chunks(self) -> list[Chunk]:
        """All samples in the order of the file, by the time of their decoding."""
        # In ticks that all clocks have in common.
        common = lcm(2, *(track.timescale for track in self.tracks))
        lengths = [common // track.timescale for track in self.tracks]
        found = []
        at = [0] * len(self.tracks)
        left = list(range(len(self.tracks)))
        while left:
            limit = min(self.tracks[each].decode[at[each]] * lengths[each] for each in left)
            limit += int(WINDOW * common)
            for number in left:
                start = at[number]
                latest = -(-limit // lengths[number])
                stop = bisect_left(self.tracks[number].decode, latest, start)
                if stop > start:
                    found.append(Chunk(number, start, stop))
                    at[number] = stop
            left = [each for each in left if at[each] < len(self.tracks[each])]
        return found

    @cached_property
    def _sizes(self) -> list[array[int]]:
        return [track.sample_sizes() for track in self.tracks]

    @cached_property
    def _ends(self) -> list[list[int]]:
        """How many bytes the samples of each track have up to each of them."""
        return [list(accumulate(sizes, initial=0)) for sizes in self._sizes]

    @cached_property
    def content(self) -> int:
        """How many bytes all samples have together."""
        return sum(ends[-1] for ends in self._ends)

    @cached_property
    def begins(self) -> Fraction:
        """Seconds at which the first of what is seen or heard begins: the zero of the movie."""
        return min(track.begins for track in self.tracks)

    @cached_property
    def seconds(self) -> Fraction:
        """How long it is."""
        return max(track.ends for track in self.tracks) - self.begins

    def pieces(self) -> Pieces:
        """Return where all samples are, in the order of the file.

        Pieces of the tracks' literals are of all of them, one behind the other.
        """
        found = Pieces()
        base = [0, *accumulate(len(track.literals) for track in self.tracks)]
        for chunk in self.chunks:
            track = self.tracks[chunk.track]
            run = track.pieces_of(chunk.start, chunk.stop)
            sources = track.pieces.sources[run.start : run.stop]
            offsets = track.pieces.offsets[run.start : run.stop]
            if base[chunk.track] and LITERAL in sources:
                for number, source in enumerate(sources):
                    if source == LITERAL:
                        offsets[number] += base[chunk.track]
            found.sources += sources
            found.offsets += offsets
            found.sizes += track.pieces.sizes[run.start : run.stop]
        return found

    def head(self) -> bytes:
        """Write all that stands in front of the samples."""
        large = tables.needs_large_offsets(self.content + HEAD_MARGIN)
        brands = box(b"ftyp", BRANDS)
        media = large_header(b"mdat", self.content)
        # Where the samples begin depends on how long the tables are, and they are always as long.
        length = len(brands) + len(self._moov(0, large=large)) + len(media)
        return brands + self._moov(length, large=large) + media

    def _moov(self, base: int, *, large: bool) -> bytes:
        offsets: list[list[int]] = [[] for _ in self.tracks]
        position = base
        for chunk in self.chunks:
            offsets[chunk.track].append(position)
            ends = self._ends[chunk.track]
            position += ends[chunk.stop] - ends[chunk.start]
        traks = [self._trak(number, offsets[number], large) for number in range(len(self.tracks))]
        return box(b"moov", self._mvhd(), *traks, self._udta())

    def _mvhd(self) -> bytes:
        """Section 8.2.2."""
        return full_box(
            b"mvhd",
            1,
            0,
            struct.pack(">QQIQ", 0, 0, TIMESCALE, _ticks(self.seconds)),
            struct.pack(">Ih", 0x10000, 0x100),
            bytes(10),
            _UNITY,
            bytes(24),
            struct.pack(">I", len(self.tracks) + 1),
        )

    def _trak(self, number: int, offsets: list[int], large: bool) -> bytes:  # noqa: FBT001 - as is
        """Sections 8.3 to 8.5."""
        track = self.tracks[number]
        is_video = track.kind == "video"
        header = full_box(
            b"tkhd",
            1,
            3,  # it is enabled, and part of the presentation
            struct.pack(">QQIIQ", 0, 0, number + 1, 0, _ticks(self._shown(track))),
            bytes(8),
            struct.pack(">hhhh", 0, 0 if is_video else 1, 0 if is_video else 0x100, 0),
            track.matrix or _UNITY,
            struct.pack(">II", track.width, track.height),
        )
        duration = track.end - track.decode[0]
        media = full_box(
            b"mdhd",
            1,
            0,
            struct.pack(">QQIQ", 0, 0, track.timescale, max(0, duration)),
            packed(track.language),
            bytes(2),
        )
        handler = full_box(
            b"hdlr", 0, 0, bytes(4), b"vide" if is_video else b"soun", bytes(12), _name(track)
        )
        kind = full_box(b"vmhd", 0, 1, bytes(8)) if is_video else full_box(b"smhd", 0, 0, bytes(4))
        place = full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1))
        inner = box(b"minf", kind, box(b"dinf", place), self._stbl(number, offsets, large=large))
        content = box(b"mdia", media, handler, extended(track.language), inner)
        return box(b"trak", header, self._edits(track), content)

    def _stbl(self, number: int, offsets: list[int], *, large: bool) -> bytes:
        return box(b"stbl", *self._tables[number], tables.chunk_offsets(offsets, large=large))

    @cached_property
    def _tables(self) -> list[list[bytes]]:
        """All tables of each track but the one of offsets."""
        found = []
        for number, track in enumerate(self.tracks):
            parts = [track.sample_entry, tables.time_to_sample(track.durations())]
            if track.presentation != track.decode:
                offsets = map(sub, track.presentation, track.decode)
                parts.append(tables.composition_offsets(offsets))
            if not all(track.keys):
                parts.append(tables.sync_samples(track.keys))
            counts = (each.stop - each.start for each in self.chunks if each.track == number)
            parts += [tables.sample_to_chunk(counts), tables.sample_sizes(self._sizes[number])]
            found.append(parts)
        return found

    def _shown(self, track: Track) -> Fraction:
        """Return when the track ends on the clock of the movie."""
        return track.ends - self.begins

    def _edits(self, track: Track) -> bytes:
        """Section 8.6.6: what comes late begins with nothing, and what is not heard is left out."""
        rows = []
        gap = _ticks(track.begins - self.begins)
        if gap:
            rows.append(struct.pack(">Qqhh", gap, -1, 1, 0))
        first = min(track.presentation) + track.start_skip
        length = _ticks(track.ends - track.begins)
        rows.append(struct.pack(">Qqhh", length, first - track.decode[0], 1, 0))
        return box(b"edts", full_box(b"elst", 1, 0, struct.pack(">I", len(rows)), *rows))

    def _udta(self) -> bytes:
        """Write the title and the chapters, as players of MP4 look for them."""
        parts = []
        if self.title:
            data = box(b"data", struct.pack(">II", 1, 0), self.title.encode())
            handler = full_box(b"hdlr", 0, 0, bytes(4), b"mdirappl", bytes(9))
            items = box(b"ilst", box(b"\xa9nam", data))
            parts.append(full_box(b"meta", 0, 0, handler, items))
        if self.chapters:
            chapters = self.chapters[:_MOST_CHAPTERS]
            rows = [_chapter(each) for each in chapters]
            parts.append(full_box(b"chpl", 1, 0, bytes(4), bytes([len(rows)]), *rows))
        return box(b"udta", *parts) if parts else b""


def _ticks(seconds: Fraction) -> int:
    return max(0, round(seconds * TIMESCALE))


def _chapter(chapter: Chapter) -> bytes:
    title = chapter.title.encode()[:255].decode(errors="ignore").encode()
    return struct.pack(">QB", max(0, round(chapter.start * 10_000_000)), len(title)) + title


def _name(track: Track) -> bytes:
    return track.title.replace("\0", "").encode()[:200].decode(errors="ignore").encode() + b"\0"
