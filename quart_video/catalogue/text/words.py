"""The words of names, and of what people search for. Pure.

Rule 1: both are taken apart in the same way, so that a name finds itself.
Rule 2: words hold letters and digits, or are one symbol: nothing in them means anything to SQL.

A text of words is " one two three": a blank before each, so that " tw" in it is a word's beginning.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import chain

from quart_video.bounded import Memo
from quart_video.catalogue.text.natural import fold
from quart_video.media_types import VIDEO_TYPES
from quart_video.storage.names import MAX_PATH_BYTES

MOST_WORDS = 64
"""Words of a search that count; what comes after them is passed over."""

WHOLE = frozenset(suffix[1:] for suffix in VIDEO_TYPES if not suffix[1:].isalpha())
"""Words with digits in them: extensions, which a search for 4 is not to find all of."""

# Scripts that put no space between words: each character is taken for one.
_DENSE = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Myanmar, Khmer
    "\u3040-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_ASCII_RUNS = re.compile(r"[a-z0-9]+")
_RUNS = re.compile(r"[^\W_]+|[^\w\s\x00-\x7f]")
_PARTS = re.compile(rf"[{_DENSE}]|\d+|[^\W\d_{_DENSE}]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words_of(name: str) -> str:
    """Return the words of one name, as a text of words.

    What is written in humps is found by each of them and as a whole: "BigBuckBunny" has the words
    "big", "buck", "bunny" and "bigbuckbunny".
    """
    words = split_words(name)
    if _HUMP.search(name):
        words += [run.lower() for run in _RUNS.findall(name) if run.isascii() and _HUMP.search(run)]
    return "".join([f" {word}" for word in words])


def split_words(text: str) -> list[str]:
    """Take *text* apart; case, accents, and zeros in front of a number do not count."""
    if _HUMP.search(text):
        text = _HUMP.sub(" ", text)
    runs = _ASCII_RUNS.findall(text.lower()) if text.isascii() else _RUNS.findall(fold(text))
    return list(chain.from_iterable(map(parts_of, runs)))


def searched(q: str) -> tuple[str, ...] | None:
    """Return the words that a search is for, each once; ``None``: it can find nothing."""
    if len(q) > MAX_PATH_BYTES:  # No path is that long.
        return None
    words = tuple(dict.fromkeys(split_words(q)))[:MOST_WORDS]
    return None if q.strip() and not words else words


def parts_of(run: str) -> tuple[str, ...]:
    """Return the words in what stands between signs and spaces, or in a sign."""
    return _parts[run]


def _parts_of(run: str) -> tuple[str, ...]:
    if run.isdecimal():
        return (number_word(run),)
    if run.isascii() and (run.isalpha() or run in WHOLE):
        return (run,)
    if run.isalnum():
        found = _PARTS.findall(run)
        return tuple(number_word(part) if part.isdecimal() else part for part in found)
    return (run,) if is_symbol(run) else ()


def is_symbol(sign: str) -> bool:
    """Say whether *sign*, neither a letter nor a digit, is a word."""
    return unicodedata.category(sign).startswith("S")


def number_word(digits: str) -> str:
    """Write a number in the digits of ASCII, without zeros in front."""
    if not digits.isascii():
        digits = "".join(str(unicodedata.decimal(digit)) for digit in digits)
    return digits.lstrip("0") or "0"


# The same ones come again and again, and it is called for each in a scan.
_parts = Memo(_parts_of, 2 * 1024 * 1024)
