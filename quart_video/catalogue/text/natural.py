"""The order people expect of names: "clip 2" before "clip 10". Pure.

Rule 1: case, accents and the way a letter is encoded do not count at first.
Rule 2: two different names are never equal, so that an order by these keys is total.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import filterfalse

from quart_video.bounded import Memo

NaturalKey = tuple[str, str]
"""What orders a name; the second part is the name itself and breaks ties."""

PathKey = tuple[tuple[NaturalKey, ...], NaturalKey]
"""What orders a path: its folders, then its name, so that a folder's videos stay together."""

_DIGITS = re.compile(r"(\d+)")


def fold(text: str) -> str:
    """Return *text* without what a search passes over: case, accents and forms of letters."""
    if text.isascii():
        return text.lower()
    # Marks go first, too: putting a long run of them in canonical order takes quadratic time.
    text = "".join(filterfalse(unicodedata.combining, text))
    text = unicodedata.normalize("NFKD", text)
    return "".join(filterfalse(unicodedata.combining, text)).casefold()


def natural_key(text: str) -> NaturalKey:
    """Return a key that orders names as people do.

    Numbers count by their value, whatever their script and length. A dot sorts before all else,
    so that "clip.mp4" stands before "clip 2.mp4"; an underscore sorts as the space it stands for.
    """
    plain = fold(text).replace(".", "\x01").replace("_", " ")
    parts = _DIGITS.split(plain)
    if len(parts) == 1:
        return plain, text
    parts[1::2] = map(number_key, parts[1::2])
    return "".join(parts), text


def path_key(path: str) -> PathKey:
    """Return a key that orders paths folder by folder, each folder before the ones below it."""
    folder, _, name = path.rpartition("/")
    return folder_key(folder), natural_key(name)


def folder_key(folder: str) -> tuple[NaturalKey, ...]:
    """Return the part of :data:`PathKey` that all paths directly in *folder* share."""
    return tuple(map(natural_key, folder.split("/"))) if folder else ()


# The same orders in bytes, for a database, which compares them one by one. No name has a NUL in it,
# and nothing sorts before one: it ends each part as the end of a string does.


def name_bytes(name: str) -> bytes:
    """Return the key of one name as bytes that sort as :func:`natural_key` does."""
    plain, text = natural_key(name)
    return f"{plain}\0{text}".encode()


def folder_bytes(folder: str) -> bytes:
    """Return the key of a folder's path as bytes that sort as :func:`folder_key` does.

    Those of all folders below it begin with them, and none of these goes on with 0xFF.
    """
    return b"".join(name_bytes(name) + b"\0" for name in folder.split("/")) if folder else b""


def number_key(digits: str) -> str:
    """Write a number so that comparing the texts compares the values.

    Its length comes first, and as a text that is itself ordered: one digit 0 to 8, and a 9 before
    it for every nine more. So 7 is "17", 10 is "210" and 10 ** 9 is "911000000000". Nothing is
    ever converted to an ``int``, which is slow for long numbers and refused for very long ones.
    """
    return _number_keys[digits]


def _number_key(digits: str) -> str:
    if not digits.isascii():
        digits = "".join(str(unicodedata.decimal(digit)) for digit in digits)
    digits = digits.lstrip("0")
    nines, rest = divmod(len(digits), 9)
    return f"{'9' * nines}{rest}{digits}"


_number_keys = Memo(_number_key, 512 * 1024)
