"""``multipart/byteranges``, RFC 9110 section 14.6 and RFC 2046 section 5.1."""

from __future__ import annotations

from collections.abc import Sequence

from quart_video.http.ranges import ByteRange


def content_type(boundary: str) -> str:
    """Return the ``Content-Type``. Unquoted, as some clients do not understand quotes here."""
    return f"multipart/byteranges; boundary={boundary}"


def segments(
    ranges: Sequence[ByteRange], *, size: int, media_type: str | None, boundary: str
) -> tuple[bytes | ByteRange, ...]:
    """Lay out the body: literal bytes, and ranges to read, in the order they are sent.

    :param boundary: of characters that need no quotes, and nowhere in the media.
    """
    body: list[bytes | ByteRange] = []
    lead = f"--{boundary}\r\n"
    for part in ranges:
        described = f"Content-Type: {media_type}\r\n" if media_type else ""
        # Content-Range last: clients that look for the blank line right behind it exist.
        head = f"{lead}{described}Content-Range: {part.content_range(size)}\r\n\r\n"
        body += [head.encode("latin-1"), part]
        lead = f"\r\n--{boundary}\r\n"
    body.append(f"\r\n--{boundary}--\r\n".encode("latin-1"))
    return tuple(body)
