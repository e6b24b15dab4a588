"""Bodies that are no film: whole texts, which the server may send in chunks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Text:
    """What a body has to be, byte for byte. The first that comes is kept, to be looked at."""

    body: bytes | None = None


class Chunks:
    """Takes a body out of its chunks (RFC 9112, section 7.1). Trailers are none of ours."""

    def __init__(self) -> None:
        self._line = b""
        self._left = 0
        """Bytes to come of this chunk, with the line's end behind it."""
        self._is_last = False
        self.is_over = False

    def feed(self, data: bytes) -> bytes:
        """Return what is of the body.

        :raises ValueError: these are no chunks.
        """
        body = b""
        while data:
            if self._left:
                part, data = data[: self._left], data[self._left :]
                body += part[: max(0, self._left - 2)]
                self._left -= len(part)
                continue
            line, end, data = (self._line + data).partition(b"\n")
            if not end:
                self._line = line
                break
            self._line = b""
            if self._is_last:
                self.is_over = True
                break
            size = int(line.partition(b";")[0], 16)
            self._is_last = size == 0
            self._left = size + 2 if size else 0
        return body
