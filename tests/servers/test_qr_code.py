"""Codes as they are drawn: read back, they are those of the standard."""

from __future__ import annotations

import sys

import pytest

from quart_video.servers.qr_code import QUIET, drawn, qr_code

HALVES = {" ": (1, 1), "\u2580": (0, 1), "\u2584": (1, 0), "\u2588": (0, 0)}
"""The modules that a block stands for, 1 for dark: what is drawn is light."""

URL = "http://192.168.178.20:8000/"


def read(lines: list[str]) -> list[list[int]]:
    """Return the rows of modules of a drawing, its margin left out."""
    rows = []
    for line in lines:
        pairs = [HALVES[letter] for letter in line]
        rows += [[upper for upper, _ in pairs], [lower for _, lower in pairs]]
    width = len(rows[0])
    kept = rows[:width]
    assert not any(map(any, [*kept[:QUIET], *kept[-QUIET:]]))
    assert not any(any(row[:QUIET] + row[-QUIET:]) for row in kept)
    return [row[QUIET:-QUIET] for row in kept[QUIET:-QUIET]]


def test_a_drawing_is_the_code() -> None:
    segno = pytest.importorskip("segno")
    modules = qr_code(URL)
    assert modules is not None
    assert read(drawn(modules, color=False)) == [list(row) for row in modules]
    assert segno.make_qr(URL, error="m").matrix == modules


def test_colors_do_not_depend_on_those_of_the_terminal() -> None:
    modules = [[1, 0, 1]] * 3
    plain, colored = drawn(modules, color=False), drawn(modules, color=True)
    assert colored == [f"\x1b[38;5;231;48;5;16m{line}\x1b[0m" for line in plain]


def test_what_makes_codes_need_not_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    assert qr_code(URL) is None
