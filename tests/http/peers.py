"""Readers of what we read and write, made from the grammars and on purpose not as ours are.

They are slow and plain: character by character, integers of any size, sets of positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_letters, digits
from typing import Literal

TCHAR = frozenset("!#$%&'*+-.^_`|~" + digits + ascii_letters)
ATTR_CHAR = TCHAR - frozenset("*'%")

Interval = tuple[int, int]
"""First and last position, both inclusive, as on the wire."""


class _Scanner:
    """Text, and how far it was read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, literal: str) -> bool:
        if not self.text.startswith(literal, self.at):
            return False
        self.at += len(literal)
        return True

    def run(self, characters: frozenset[str] | str) -> str:
        begin = self.at
        while self.peek() and self.peek() in characters:
            self.at += 1
        return self.text[begin : self.at]


def _integer(text: str) -> int:
    """Convert digit by digit, as ``int`` refuses thousands of them."""
    value = 0
    for digit in text:
        value = value * 10 + "0123456789".index(digit)
    return value


def asked_ranges(value: str, size: int) -> list[Interval] | None:
    """Read a ``Range`` field: what each satisfiable range-spec means, in the order asked.

    ``None`` where the field is not a valid ranges-specifier for bytes.
    """
    unit, equals, rest = value.partition("=")
    if not equals or unit.translate({c: c + 32 for c in range(65, 91)}) != "bytes":
        return None
    scanner = _Scanner(rest)
    found: list[Interval] = []
    members = 0
    # #element => [ element ] *( OWS "," OWS [ element ] )
    while True:
        if scanner.peek() and scanner.peek() in digits + "-":
            members += 1
            first, dash, last = scanner.run(digits), scanner.take("-"), scanner.run(digits)
            if not dash or not (first or last):
                return None
            if first and last and _integer(last) < _integer(first):
                return None
            if not first:
                low, high = max(0, size - _integer(last)), size - 1
            else:
                low = _integer(first)
                high = min(_integer(last), size - 1) if last else size - 1
            if low <= high:
                found.append((low, high))
        scanner.run(" \t")
        if not scanner.take(","):
            break
        scanner.run(" \t")
    complete = scanner.at == len(rest)
    return found if complete and members else None


def coalesced(asked: list[Interval]) -> list[Interval]:
    """Unite what overlaps or adjoins, slowly, where the first member of each was asked for."""
    groups: list[Interval] = []
    for low, high in asked:
        touching = [g for g in groups if g[0] <= high + 1 and low <= g[1] + 1]
        place = groups.index(touching[0]) if touching else len(groups)
        members = [*touching, (low, high)]
        groups = [g for g in groups if g not in touching]
        groups.insert(place, (min(m[0] for m in members), max(m[1] for m in members)))
    return groups


@dataclass(frozen=True)
class Part:
    """One body part of a ``multipart/byteranges``."""

    fields: list[tuple[str, str]]
    first: int
    last: int
    size: int
    content: bytes


def read_multipart(content_type: str, body: bytes) -> list[Part]:
    """Read RFC 2046 section 5.1.1 as strictly as it can be, with neither preamble nor epilogue."""
    prefix = "multipart/byteranges; boundary="
    assert content_type.startswith(prefix)
    boundary = content_type.removeprefix(prefix)
    assert 1 <= len(boundary) <= 70
    assert set(boundary) <= TCHAR, "a boundary that needs quotes"
    delimiter = b"\r\n--" + boundary.encode()
    rest = b"\r\n" + body
    parts: list[Part] = []
    while True:
        assert rest.startswith(delimiter)
        rest = rest.removeprefix(delimiter)
        if rest.startswith(b"--"):
            assert rest == b"--\r\n"
            return parts
        assert rest.startswith(b"\r\n")
        head, blank, rest = rest.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        assert blank
        fields = []
        for line in head.decode("ascii").split("\r\n"):
            name, colon, value = line.partition(": ")
            assert colon
            assert set(name) <= TCHAR
            fields.append((name, value))
        unit, interval = dict(fields)["Content-Range"].split(" ")
        span, _, size = interval.partition("/")
        first, _, last = span.partition("-")
        assert unit == "bytes"
        content = rest[: int(last) - int(first) + 1]
        rest = rest.removeprefix(content)
        parts.append(Part(fields, int(first), int(last), int(size), content))


def _quoted_string(scanner: _Scanner) -> str:
    assert scanner.take('"')
    value = ""
    while not scanner.take('"'):
        scanner.take("\\")
        assert scanner.peek(), "a quoted-string without an end"
        assert " " <= scanner.peek() <= "~"
        value += scanner.peek()
        scanner.at += 1
    return value


def _extended_value(scanner: _Scanner) -> str:
    """Read ext-value of RFC 8187 section 3.2.1."""
    assert scanner.take("UTF-8''")
    octets = bytearray()
    while scanner.peek() not in ("", ";"):
        if scanner.take("%"):
            octets.append(int(scanner.text[scanner.at : scanner.at + 2], 16))
            scanner.at += 2
        else:
            assert scanner.peek() in ATTR_CHAR
            octets += scanner.peek().encode("ascii")
            scanner.at += 1
    return octets.decode("utf-8")


def read_disposition(value: str) -> tuple[str, dict[Literal["filename", "filename*"], str]]:
    """Read RFC 6266 section 4.1: the type, and the parameters that name the file."""
    scanner = _Scanner(value)
    disposition = scanner.run(TCHAR)
    parameters: dict[Literal["filename", "filename*"], str] = {}
    while scanner.take("; "):
        if scanner.take("filename*="):
            assert "filename*" not in parameters
            parameters["filename*"] = _extended_value(scanner)
        else:
            assert scanner.take("filename=")
            assert "filename" not in parameters
            parameters["filename"] = _quoted_string(scanner)
    assert scanner.at == len(value)
    return disposition, parameters
