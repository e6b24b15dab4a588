"""A QR code (ISO/IEC 18004) of an address, for the camera of a phone before a terminal."""

from __future__ import annotations

from collections.abc import Sequence

QUIET = 4
"""Modules without anything around a code, as the standard has it."""

_BLOCKS = {(True, True): " ", (True, False): "\u2584", (False, True): "\u2580"}
_BLOCKS[False, False] = "\u2588"
"""What is drawn where the upper and the lower of two modules are dark, or not: light is drawn."""

_WHITE_ON_BLACK, _RESET = "\x1b[38;5;231;48;5;16m", "\x1b[0m"
"""As a camera needs it whatever the colours of the terminal are."""


def qr_code(text: str) -> Sequence[Sequence[int]] | None:
    """Return the modules of a code, by rows, 1 for dark; ``None``: segno is not installed."""
    try:
        import segno  # noqa: PLC0415 - of an extra
    except ModuleNotFoundError:
        return None
    # Those of phones read no Micro QR codes.
    return segno.make_qr(text, error="m").matrix


def drawn(modules: Sequence[Sequence[int]], *, color: bool) -> list[str]:
    """Return the lines of a code, each of which has two rows of modules. Pure.

    :param color: whether the terminal is told of colours. Without, it is taken to be dark; most
        cameras read what is inverted, too.
    """
    width = len(modules[0]) + 2 * QUIET
    margin = [[False] * width] * QUIET
    rows = [
        [*[False] * QUIET, *(bool(module) for module in row), *[False] * QUIET] for row in modules
    ]
    rows = [*margin, *rows, *margin]
    if len(rows) % 2:
        rows.append([True] * width)  # as the ground of the terminal is
    lines = [
        "".join(_BLOCKS[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]
    return [f"{_WHITE_ON_BLACK}{line}{_RESET}" for line in lines] if color else lines
