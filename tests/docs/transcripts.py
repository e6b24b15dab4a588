"""Transcripts of a terminal: what was typed, what came out, and whether that still is so. Pure.

A line of ``...`` stands for any lines. What differs each time may have another value than on the
page: dates of answers, and entity tags, boundaries of multipart bodies and versions in addresses.
All but dates have to be the same wherever the page shows the same. The order of the fields of an
answer does not count.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field

_ANY_LINES = "..."
_CHANGING = re.compile(
    r"\b(?:[0-9a-f]{32}|[0-9a-f]{24})\b"  # boundary, entity tag
    r"|(?<=\?v=)[0-9a-f]{16}\b"  # version in an address
)
_DATE_FIELD = re.compile(r"(date|last-modified): ", re.IGNORECASE)
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
    return Command("\n".join(lines[:length]), "\n".join(lines[length:]))


class Mismatch(AssertionError):
    """What came out is not what the page shows."""


@dataclass(slots=True)
class Memory:
    """What was really there for what stands on the page."""

    real: dict[str, str] = field(default_factory=dict)

    def to_real(self, text: str) -> str:
        """Put what was really there into a command."""
        return _CHANGING.sub(lambda match: self.real.get(match[0], match[0]), text)

    def compare(self, shown: str, actual: str) -> None:
        """Compare, and learn what stands for what.

        :raises Mismatch: with the difference, as it would have to be on the page.
        """
        expected, seen = _lines(shown), _lines(actual)
        pattern, tokens = _pattern(_ordered(expected))
        match = re.fullmatch(pattern, "".join(f"{line}\n" for line in _ordered(seen)))
        if match:
            pairs = zip(tokens, match.groups(), strict=True)
            if all(self.real.setdefault(token, value) == value for token, value in pairs):
                return
        on_page = {value: token for token, value in self.real.items()}
        seen = [_CHANGING.sub(lambda m: on_page.get(m[0], m[0]), line) for line in seen]
        difference = difflib.unified_diff(expected, seen, "shown", "actual", lineterm="")
        raise Mismatch("\n".join(difference))


def _lines(text: str) -> list[str]:
    text = text.replace("\N{NO-BREAK SPACE}", " ").rstrip()
    return [line.rstrip() for line in text.splitlines()]


def _ordered(lines: list[str]) -> list[str]:
    """Sort the fields behind each status line."""
    result: list[str] = []
    rest = iter(lines)
    for line in rest:
        result.append(line)
        if line.startswith("HTTP/"):
            fields = list(iter(lambda: next(rest, ""), ""))
            result += [*sorted(fields), ""]
    return result


def _pattern(lines: list[str]) -> tuple[str, list[str]]:
    """Return a regular expression for an output, and what its groups stand for."""
    tokens: list[str] = []
    patterns = []
    for line in lines:
        if line == _ANY_LINES:
            patterns.append(r"(?:.*\n)*?")
        elif date := _DATE_FIELD.match(line):
            patterns.append(f"{re.escape(date[0])}{_DATE}\n")
        else:
            tokens += _CHANGING.findall(line)
            literals = map(re.escape, _CHANGING.split(line))
            patterns.append(r"([0-9a-f]+)".join(literals) + "\n")
    return "".join(patterns), tokens
