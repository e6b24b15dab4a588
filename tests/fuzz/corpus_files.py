"""Inputs that are worth keeping: those that go ways through a parser that no other one goes.

One file for each target, one input a line, with escapes as in Python: bytes, each as the letter of
that number. `make fuzz ARGS=--keep` adds to them, and so does who has mended what it found.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_FOLDER = Path(__file__).parent / "corpus"


def names() -> list[str]:
    """Return the targets that have a corpus."""
    return sorted(path.stem for path in _FOLDER.glob("*.txt"))


def path_of(name: str) -> Path:
    return _FOLDER / f"{name}.txt"


def line_of(data: bytes) -> str:
    line = data.decode("latin-1").encode("unicode_escape").decode("ascii")
    return f"{line[:-1]}\\x20" if line.endswith(" ") else line  # which editors would take away


def data_of(line: str) -> bytes:
    return line.encode("ascii").decode("unicode_escape").encode("latin-1")


def read(name: str) -> list[bytes]:
    text = path_of(name).read_text(encoding="ascii")
    return [data_of(line) for line in text.split("\n")[:-1]]


def write(name: str, inputs: Iterable[bytes]) -> None:
    lines = [f"{line_of(data)}\n" for data in inputs]
    path_of(name).write_text("".join(lines), encoding="ascii")
