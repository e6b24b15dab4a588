"""Transcripts of a terminal: what was typed, what came out, and whether that still is so. Pure.

A line of ``...`` stands for any lines. What differs each time, and so cannot be compared, may have
another value than on the page, but has to have one, and the same one throughout the page: an entity
tag, the boundary of a multipart body. Only dates of answers are free.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field

_ANY_LINES = "..."
_CHANGING = re.compile(r"\b(?:[0-9a-f]{32}|[0-9a-f]{24})\b")  # boundary, entity tag
_DATE_FIELD = re.compile(r"date: ", re.IGNORECASE)
_DATE = r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"


@dataclass(frozen=True, slots=True)
class Command:
    """One command, and the output that the page shows, without its final newline."""

    text: str
    output: str


def parse(transcript: str) -> list[Command]:
    """Split a block at the lines that begin with ``$``.

    :raises ValueError: there is output before the first command.
    """
    head, *parts = re.split(r"^\$ ", transcript, flags=re.MULTILINE)
    if head.strip() or not parts:
        raise ValueError(f"not a transcript: {head!r}")
    return [_command(part) for part in parts]


def _command(part: str) -> Command:
    lines = part.splitlines()
    length = 1
    while lines[length - 1].endswith("\\"):
        length += 1
    output = [line.rstrip() for line in lines[length:]]
    while output and not output[-1]:
        output.pop()
    return Command("\n".join(lines[:length]), "\n".join(output))


class Mismatch(AssertionError):
    """What came out is not what the page shows."""


@dataclass(slots=True)
class Memory:
    """What stands on the page for what was really there."""

    real: dict[str, str] = field(default_factory=dict)

    def to_real(self, text: str) -> str:
        """Put what was really there into a command."""
        return _CHANGING.sub(lambda match: self.real.get(match[0], match[0]), text)

    def compare(self, shown: str, actual: str) -> None:
        """Compare, and learn what stands for what.

        :raises Mismatch: with the difference, as it would have to be on the page.
        """
        actual = actual.replace("\N{NO-BREAK SPACE}", " ").rstrip()
        lines = [line.rstrip() for line in actual.splitlines()]
        pattern, tokens = _pattern(shown)
        match = re.fullmatch(pattern, "".join(f"{line}\n" for line in lines))
        if match:
            pairs = list(zip(tokens, match.groups(), strict=True))
            if all(self.real.setdefault(token, value) == value for token, value in pairs):
                return
        on_page = {value: token for token, value in self.real.items()}
        seen = [_CHANGING.sub(lambda m: on_page.get(m[0], m[0]), line) for line in lines]
        difference = difflib.unified_diff(shown.splitlines(), seen, "shown", "actual", lineterm="")
        raise Mismatch("\n".join(difference))


def _pattern(shown: str) -> tuple[str, list[str]]:
    """Return a regular expression for the output, and what its groups stand for."""
    tokens: list[str] = []
    lines = []
    for line in shown.splitlines():
        if line == _ANY_LINES:
            lines.append(r"(?:.*\n)*?")
        elif _DATE_FIELD.match(line):
            lines.append(f"{re.escape(line[:6])}{_DATE}\n")
        else:
            found = _CHANGING.findall(line)
            tokens += found
            literals = map(re.escape, _CHANGING.split(line))
            lines.append(r"([0-9a-f]+)".join(literals) + "\n")
    return "".join(lines), tokens
