"""Display matrices, and what is shown of a picture."""

from __future__ import annotations

import struct

import pytest

from quart_video.media.extract.orientation import (
    UPRIGHT,
    Orientation,
    Shape,
    read_matrix,
    sane_aspect,
)

ONE = 1 << 16
# Where a step to the right and a step down lead to (ISO/IEC 14496-12, section 6.2.2).
MATRICES = {
    "upright": ((1, 0, 0, 1), Orientation(0)),
    "a quarter to the right": ((0, 1, -1, 0), Orientation(90)),
    "upside down": ((-1, 0, 0, -1), Orientation(180)),
    "a quarter to the left": ((0, -1, 1, 0), Orientation(270)),
    "left and right swapped": ((-1, 0, 0, 1), Orientation(0, mirrored=True)),
    "top and bottom swapped": ((1, 0, 0, -1), Orientation(180, mirrored=True)),
    "transposed": ((0, 1, 1, 0), Orientation(270, mirrored=True)),
    "transposed the other way": ((0, -1, -1, 0), Orientation(90, mirrored=True)),
    "eight degrees": ((0.99, 0.139, -0.139, 0.99), Orientation(0)),
    "larger": ((2, 0, 0, 2), Orientation(0)),
    "nothing": ((0, 0, 0, 0), UPRIGHT),
}


@pytest.mark.parametrize(("parts", "orientation"), MATRICES.values(), ids=MATRICES)
def test_matrices(parts: tuple[float, ...], orientation: Orientation) -> None:
    a, b, c, d = (round(part * ONE) for part in parts)
    assert read_matrix(struct.pack("=9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)) == orientation


@pytest.mark.parametrize("data", [b"", b"\0" * 35])
def test_a_matrix_cut_short_is_none(data: bytes) -> None:
    assert read_matrix(data) == UPRIGHT


SHAPES = {
    "square pixels": (Shape(), (640, 360)),
    "wide pixels": (Shape(4 / 3), (853, 360)),
    "narrow pixels": (Shape(8 / 9), (640, 405)),
    "cropped": (Shape(1.0, 80, 80, 10, 20), (480, 330)),
    "cropped, wide pixels": (Shape(4 / 3, 80, 80, 0, 0), (640, 360)),
    "cropped to nothing": (Shape(1.0, 320, 320, 0, 0), (640, 360)),
}


@pytest.mark.parametrize(("shape", "size"), SHAPES.values(), ids=SHAPES)
def test_what_is_shown_of_a_picture(shape: Shape, size: tuple[int, int]) -> None:
    assert shape.shown(640, 360, UPRIGHT) == size
    assert shape.shown(640, 360, Orientation(90)) == size[::-1]
    assert shape.shown(640, 360, Orientation(180, mirrored=True)) == size


@pytest.mark.parametrize(("told", "sane"), [(1.0, 1.0), (1.5, 1.5), (0.0, 1.0), (1e6, 1.0)])
def test_absurd_pixels_are_square(told: float, sane: float) -> None:
    assert sane_aspect(told) == sane
