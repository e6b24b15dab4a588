"""One track of a movie: its samples, when they are shown, and where their bytes are. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate, pairwise
from operator import sub
from typing import Literal

LITERAL = 0
"""Number of the source that is the index itself."""
FILM = 1
"""Number of the source that is the film. Those above are parts of a sound track made of it."""


@dataclass(slots=True)
class Pieces:
    """Runs of bytes, each out of one source. Three arrays of the same length."""

    sources: array[int] = field(default_factory=lambda: array("H"))
    offsets: array[int] = field(default_factory=lambda: array("Q"))
    """Where each run begins in its source; that of :data:`LITERAL` is the track's ``literals``."""
    sizes: array[int] = field(default_factory=lambda: array("I"))

    def add(self, source: int, offset: int, size: int) -> None:
        """Append a run of *size* bytes, 1 or more."""
        self.sources.append(source)
        self.offsets.append(offset)
        self.sizes.append(size)

    def __len__(self) -> int:
        return len(self.sizes)


@dataclass(slots=True)
class Track:
    """A track, with its samples in the order of decoding. Times are ticks of its own clock."""

    kind: Literal["video", "audio"]
    codec: str
    """As FFmpeg has it."""
    timescale: int
    """Ticks a second."""
    sample_entry: bytes
    """The box ``stsd``, whole."""
    pieces: Pieces
    presentation: array[int]
    """When each sample is shown; may be negative."""
    decode: array[int]
    """When each is decoded: rising, and never later than it is shown."""
    keys: array[int]
    """1 where decoding may begin, else 0."""
    end: int
    """When the last of what is shown ends."""
    first_pieces: array[int] | None = None
    """Number of each sample's first piece; ``None``: each sample is one piece."""
    literals: bytes = b""
    """Bytes that are not in the film as they have to be."""
    width: int = 0
    """As ``tkhd`` has it, 16.16 fixed point."""
    height: int = 0
    matrix: bytes = b""
    """As ``tkhd`` has it, 36 bytes; empty: nothing is turned."""
    language: str = "und"
    """As the film has it: BCP 47, or a code of ISO 639."""
    title: str = ""
    start_skip: int = 0
    """Ticks from the first sample's presentation that are decoded and never heard."""

    def __len__(self) -> int:
        return len(self.decode)

    def sample_sizes(self) -> array[int]:
        """Return how many bytes each sample has."""
        if self.first_pieces is None:
            return self.pieces.sizes
        ends = array("Q", [0, *accumulate(self.pieces.sizes)])
        firsts = self.first_pieces
        starts = [ends[first] for first in firsts]
        starts.append(ends[-1])
        return array("I", [stop - start for start, stop in pairwise(starts)])

    def pieces_of(self, start: int, stop: int) -> range:
        """Return the numbers of the pieces that the samples from *start* up to *stop* have."""
        if self.first_pieces is None:
            return range(start, stop)
        last = self.first_pieces[stop] if stop < len(self) else len(self.pieces)
        return range(self.first_pieces[start], last)

    def durations(self) -> Iterator[int]:
        """Yield how long after each sample the next is decoded; after the last, how long it is."""
        decode = self.decode
        yield from map(sub, decode[1:], decode)
        if decode:
            shown = max(decode[-1], max(self.presentation) if self.kind == "video" else decode[-1])
            yield max(1, self.end - shown)

    @property
    def begins(self) -> Fraction:
        """Seconds at which the first of what is seen or heard begins."""
        return Fraction(min(self.presentation) + self.start_skip, self.timescale)

    @property
    def ends(self) -> Fraction:
        """Seconds at which the last of it ends."""
        return Fraction(self.end, self.timescale)
