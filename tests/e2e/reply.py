"""What came back over the wire, as it was: nothing is normalised, merged or decoded."""

from __future__ import annotations

import re
from dataclasses import dataclass

Fields = tuple[tuple[str, str], ...]


class WireError(AssertionError):
    """The server sent what is no HTTP."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A response. Values are Latin-1 text, that is bytes one to one."""

    status: int
    fields: Fields
    body: bytes = b""
    complete: bool = True
    """Whether the body ended as its framing said it would."""

    def all(self, name: str) -> list[str]:
        """Return the values of every line of the field *name*."""
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        """Return the value of a field that must not stand there twice."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} stands there {len(values)} times: {values}"
        return values[0] if values else None

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        assert value is not None, f"no {name} in {self.status} {self.fields}"
        return value

    @property
    def cache_control(self) -> set[str]:
        """Return the directives of Cache-Control."""
        return {part.strip() for line in self.all("Cache-Control") for part in line.split(",")}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart/byteranges body."""

    fields: Fields
    start: int
    stop: int
    size: int
    body: bytes


_BOUNDARY = re.compile(r"multipart/byteranges; ?boundary=([0-9A-Za-z'()+_,\-./:=?]{1,70})")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)", re.ASCII)


def content_range(value: str) -> tuple[int, int, int]:
    """Parse a satisfied Content-Range into start, stop (half-open) and size."""
    match = _CONTENT_RANGE.fullmatch(value)
    assert match, f"Content-Range: {value}"
    first, last, size = map(int, match.groups())
    assert first <= last < size, value
    return first, last + 1, size


def parse_multipart(reply: Reply) -> list[Part]:
    """Take a multipart/byteranges body apart, by RFC 2046 section 5.1 and not a bit laxer."""
    match = _BOUNDARY.fullmatch(reply["Content-Type"])
    assert match, f"no multipart/byteranges with an unquoted boundary: {reply['Content-Type']}"
    delimiter = b"--" + match[1].encode()
    assert reply.body.startswith(delimiter), "the body must start with the boundary"
    chunks = (b"\r\n" + reply.body).split(b"\r\n" + delimiter)
    assert chunks[-1].rstrip(b"\r\n") == b"--", "no closing boundary"
    return [_part(chunk) for chunk in chunks[1:-1]]


def _part(chunk: bytes) -> Part:
    head, blank, body = chunk.partition(b"\r\n\r\n")
    assert head.startswith(b"\r\n"), f"the boundary goes on: {chunk[:80]!r}"
    assert blank, f"part without an end of its head: {chunk[:80]!r}"
    lines = head[2:].decode("latin-1").split("\r\n")
    fields = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
    start, stop, size = content_range(dict(fields)["Content-Range"])
    assert len(body) == stop - start, f"{stop - start} bytes described, {len(body)} sent"
    return Part(fields, start, stop, size, body)
