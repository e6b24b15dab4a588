"""Cursors: where a page of a listing ended, as a client carries it. Pure.

A cursor holds the place of the last video, or folder, rather than a count, so that the next page
neither skips nor repeats one when others come and go. It is checked, not signed: what a forger can
make of it is another place to go on from, no more.
"""

from __future__ import annotations

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from quart_video.catalogue.types import Sort
from quart_video.storage.names import MAX_PATH_BYTES

LARGEST = (1 << 63) - 1
"""Of what a cursor holds, and of what SQLite does. The least is as far from zero."""

_FOLDERS = "folders"
"""In the place of an order: folders have but one."""
_ALPHABET = re.compile(r"[A-Za-z0-9_-]+")
_CHECK_BYTES = 4
# Bounded, since int() and the natural key of a path cost more than reading them.
_BODY = re.compile(rf"(\S+) (-?[0-9]{{1,19}}|-) (.{{1,{MAX_PATH_BYTES}}})", re.DOTALL)


class BadCursor(ValueError):
    """The cursor is none that a page of this listing gave. The text says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "This cursor does not belong to this listing. Drop `cursor` to begin at the first "
            "page, then go on with the `next_cursor` of each page and leave all else as it is."
        )


@dataclass(frozen=True, slots=True)
class Position:
    """The last video of a page, or the last folder."""

    number: int | None
    """What it is sorted by before its path; ``None``: it is not known of this video, or it is a
    folder."""
    path: str
    is_folder: bool = False


def encode_cursor(sort: Sort, position: Position) -> str:
    """Return the cursor for *position*, made of characters that need no escape in a URL."""
    number = "-" if position.number is None else position.number
    order = _FOLDERS if position.is_folder else sort
    body = f"{order} {number} {position.path}".encode()
    # The checksum finds a cursor that was cut short or retyped.
    check = zlib.crc32(body).to_bytes(_CHECK_BYTES, "big")
    return urlsafe_b64encode(check + body).decode().rstrip("=")


def decode_cursor(sort: Sort, cursor: str) -> Position:
    """Return the position that *cursor* was made of.

    :raises BadCursor: it was not made by :func:`encode_cursor`, or for another order.
    """
    # The decoder passes over other characters; newer ones warn of some.
    if not _ALPHABET.fullmatch(cursor):
        raise BadCursor
    try:
        data = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        body = data[_CHECK_BYTES:].decode()
    except ValueError:
        raise BadCursor from None
    match = _BODY.fullmatch(body)
    if match is None:
        raise BadCursor
    number = None if match[2] == "-" else int(match[2])
    if number is not None and not -LARGEST <= number <= LARGEST:
        raise BadCursor
    position = Position(number, match[3], is_folder=match[1] == _FOLDERS)
    if position.is_folder and number is not None:
        raise BadCursor
    # Only what we made ourselves comes out the same again: order, checksum and spelling.
    if encode_cursor(sort, position) != cursor:
        raise BadCursor
    return position
