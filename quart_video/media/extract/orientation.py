"""How a picture is to be turned and mirrored for showing, and how large it is then. Pure."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

_MATRIX = struct.Struct("=9i")  # as libav has it: a b u c d v x y w
_ODDEST = 100
"""Beyond it, how wide a pixel is for its height is a mistake of the file."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """What is done to a picture before it is shown: it is mirrored first, then turned."""

    degrees: int = 0
    """Clockwise: 0, 90, 180 or 270."""
    mirrored: bool = False
    """Whether left and right are swapped."""

    @property
    def swaps(self) -> bool:
        """Whether width and height change places."""
        return self.degrees in (90, 270)


UPRIGHT = Orientation()


def read_matrix(data: bytes) -> Orientation:
    """Read a display matrix (ISO/IEC 14496-12, section 8.2.2.3)."""
    if len(data) < _MATRIX.size:
        return UPRIGHT
    a, b, _, c, d, *_ = _MATRIX.unpack_from(data)
    if not a and not b:
        return UPRIGHT
    mirrored = a * d - b * c < 0
    # Where what points to the right comes to point to; down is positive.
    right = (-a, -b) if mirrored else (a, b)
    degrees = round(math.degrees(math.atan2(right[1], right[0])) / 90) * 90 % 360
    return Orientation(degrees, mirrored)


@dataclass(frozen=True, slots=True)
class Shape:
    """Which part of a decoded picture is shown, and how wide its pixels are for their height."""

    aspect: float = 1.0
    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0

    def size(self, width: int, height: int) -> tuple[float, float]:
        """Return the size of what is shown of a picture, with square pixels, not turned yet.

        The shorter side is made longer, as players do it: nothing that was decoded is lost.
        """
        inner_width, inner_height = self.part(width, height)
        if self.aspect < 1:
            return inner_width, inner_height / self.aspect
        return inner_width * self.aspect, inner_height

    def part(self, width: int, height: int) -> tuple[int, int]:
        """Return the size of what is shown of a picture, in pixels as decoded."""
        if not self.is_whole(width, height):
            return width - self.left - self.right, height - self.top - self.bottom
        return width, height

    def is_whole(self, width: int, height: int) -> bool:
        """Say whether all of a picture is shown. It is, too, where nothing would be left."""
        if not (self.left or self.right or self.top or self.bottom):
            return True
        return self.left + self.right >= width or self.top + self.bottom >= height

    def shown(self, width: int, height: int, orientation: Orientation) -> tuple[int, int]:
        """Return the size of a picture as people see it, in whole pixels."""
        sides = [max(1, round(side)) for side in self.size(width, height)]
        return (sides[1], sides[0]) if orientation.swaps else (sides[0], sides[1])


def sane_aspect(aspect: float) -> float:
    """Return how wide a pixel is for its height, 1 where a file tells something absurd."""
    return aspect if 1 / _ODDEST < aspect < _ODDEST else 1.0
