"""Range requests, RFC 9110 section 14: parsing, and resolving against a length.

Rule 1: what is not valid by the grammar is ignored as a whole (section 14.2).
Rule 2: nobody's digits are trusted: only ASCII digits count, and any number of them is legal.
Rule 3: everything here is linear in the length of the field value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_SPECS = 256
"""More range-specs than this in one field are a flood, and the field is ignored."""

MAX_PARTS = 64
"""More parts than this, after coalescing, are not sent: the whole media is."""

# ranges-specifier = range-unit "=" range-set ; range units are case-insensitive (section 14.1)
_SPECIFIER = re.compile(r"bytes=(?P<set>.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
# int-range = first-pos "-" [ last-pos ] ; suffix-range = "-" suffix-length ; *-pos = 1*DIGIT
_SPEC = re.compile(r"(?P<first>[0-9]+)-(?P<last>[0-9]*)|-(?P<suffix>[0-9]+)")
_MAX_DIGITS = 20  # of 2**64; a larger position is past the end of anything


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes from ``start`` up to, but not including, ``stop``."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """How many bytes. Not ``len()``: that ends at 2 GiB on a machine of 32 bits."""
        return self.stop - self.start

    def first(self, length: int) -> ByteRange:
        """Return the first *length* bytes of it, or all where it has no more."""
        return ByteRange(self.start, min(self.stop, self.start + length))

    def content_range(self, size: int) -> str:
        """Write ``Content-Range`` (section 14.4), the one place with an inclusive end."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


@dataclass(frozen=True, slots=True)
class RangeSpec:
    """One valid range-spec: ``first``-``last``, ``first``- or, without ``first``, -``suffix``."""

    first: int | None = None
    last: int | None = None
    suffix: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it names no end: ``first``-."""
        return self.first is not None and self.last is None

    def resolve(self, size: int) -> ByteRange | None:
        """Return the bytes meant out of *size*, or ``None`` if unsatisfiable (section 14.1.2)."""
        if self.first is None:
            start, stop = max(size - (self.suffix or 0), 0), size
        else:
            start, stop = self.first, size if self.last is None else min(self.last + 1, size)
        return ByteRange(start, stop) if start < stop else None


def parse_range(value: str) -> tuple[RangeSpec, ...] | None:
    """Parse the value of ``Range``.

    :returns: the specs in the order asked, or ``None`` where the field is to be ignored: another
        unit, not valid, or a flood.
    """
    specifier = _SPECIFIER.fullmatch(value)
    if not specifier:
        return None
    elements = specifier["set"].split(",", MAX_SPECS * 4)
    if elements[0].strip(" \t") and elements[0][0] in " \t":
        return None  # white space belongs to the commas (section 5.6.1), and none was before
    specs: list[RangeSpec] = []
    for element in elements:
        text = element.strip(" \t")
        if not text:
            continue  # an empty list element is legal (section 5.6.1.2)
        spec = _parse_spec(text)
        if spec is None or len(specs) == MAX_SPECS:
            return None
        specs.append(spec)
    return tuple(specs) or None


def _parse_spec(text: str) -> RangeSpec | None:
    match = _SPEC.fullmatch(text)
    if not match:
        return None
    if match["suffix"]:
        return RangeSpec(suffix=_number(match["suffix"]))
    first, last = match["first"].lstrip("0"), match["last"].lstrip("0")
    if not match["last"]:
        return RangeSpec(first=_number(first))
    if (len(first), first) > (len(last), last):
        return None  # an int-range whose last-pos is less than its first-pos is invalid
    return RangeSpec(first=_number(first), last=_number(last))


def _number(digits: str) -> int:
    """Convert ASCII digits, any number of them; what no file can reach is cut to ``2**64``."""
    digits = digits.lstrip("0")
    return min(int(digits or "0"), 2**64) if len(digits) <= _MAX_DIGITS else 2**64


def select(specs: tuple[RangeSpec, ...], size: int) -> tuple[ByteRange, ...]:
    """Resolve *specs* against *size* and coalesce what overlaps or adjoins (section 15.3.7.2).

    :returns: disjoint ranges, each at the place where its first member was asked for; empty where
        nothing is satisfiable.
    """
    asked = [found for spec in specs if (found := spec.resolve(size))]
    order = sorted(range(len(asked)), key=lambda place: asked[place].start)
    merged: list[tuple[int, ByteRange]] = []  # place in the order asked, and what to send
    for place in order:
        found = asked[place]
        if merged and found.start <= merged[-1][1].stop:
            first_place, before = merged[-1]
            union = ByteRange(before.start, max(before.stop, found.stop))
            merged[-1] = (min(first_place, place), union)
        else:
            merged.append((place, found))
    return tuple(found for _, found in sorted(merged, key=lambda pair: pair[0]))
