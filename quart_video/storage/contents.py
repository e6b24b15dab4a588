"""Whether a file that is named like a video is one, where its extension has another meaning, too.

``.ts`` and ``.mts`` are MPEG transport streams to a library of videos, and TypeScript to whoever
writes programs: what is text is not served as a video by accident.
"""

from __future__ import annotations

import os

LOOK = 1024
"""Bytes to look at: several packets of a stream, which holds what is no text in each of them."""
_LARGE = 2**20  # bytes; sources are shorter
_PACKETS = (188, 192, 204)  # bytes
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b") | {127}


def is_whole(size: int) -> bool:
    """Say whether *size* bytes can be whole packets, as of nearly all streams."""
    return any(size % packet == 0 for packet in _PACKETS)


def may_be_text(size: int) -> bool:
    """Say whether a file of *size* bytes has to be looked into: streams are of whole packets."""
    return size > 0 and (size < _LARGE or not is_whole(size))


def is_text(descriptor: int) -> bool:
    """Say whether an open file begins with text.

    :raises OSError: it cannot be read.
    """
    return begins_text(os.pread(descriptor, LOOK, 0))


def begins_text(head: bytes) -> bool:
    """Say whether a file that begins so holds text in UTF-8, as no transport stream does.

    :param head: its first :data:`LOOK` bytes, or all of it.
    """
    if not head or not _CONTROLS.isdisjoint(head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # Of its last character there may be but a part.
        return len(head) == LOOK and error.reason == "unexpected end of data"
    return True
