"""Numbers and dates, in the other ways that people write them. Pure.

Each is a way for a search alone: nothing of it is in an index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from quart_video.catalogue.text.episodes import NUMBER_WORDS, digits_of, han_of

_TENS = ("", "x", "xx")
_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_MOST = 20
_ROMAN = [f"{_TENS[number // 10]}{_ONES[number % 10]}" for number in range(_MOST + 1)]
_VALUES = {
    name: number
    for names in (_ROMAN, NUMBER_WORDS, [str(number) for number in range(_MOST + 1)])
    for number, name in enumerate(names)
    if name and number
}
"""What "2", "ii" and "two" are; no greater ones."""

_KINDS: dict[str, tuple[str, ...]] = {
    kind: kinds
    for kinds in (
        ("part", "pt"),
        ("volume", "vol"),
        ("episode", "ep", "e"),
        ("disc", "disk"),
        ("chapter",),
        ("book",),
    )
    for kind in kinds
}
"""What stands before a number of its own, and its other spellings, the full one first."""

_YEAR, _MONTH, _DAY = "(?:19|20)[0-9]{2}", "0[1-9]|1[0-2]", "0[1-9]|[12][0-9]|3[01]"
_YEAR_FIRST = re.compile(rf"({_YEAR})([-._]?)({_MONTH})\2({_DAY})")
_DAY_FIRST = re.compile(rf"({_DAY}|[1-9])([-._])({_MONTH}|[1-9])\2({_YEAR})")

_COUNTED = re.compile(r"(.*第)([1-9][0-9]?|[一二三四五六七八九十]{1,3})([集話话回章部].*)")


def numbered(kind: str, number: str) -> Iterator[tuple[str, ...]]:
    """Yield what "part 2" is written as, too: "pt 2", "part ii", "part two".

    :param kind: a word; nothing is yielded unless it is one that numbers stand behind.
    :param number: what stands behind it.
    """
    kinds = _KINDS.get(kind, ())
    value = _VALUES.get(number)
    if value is None and not number.isdecimal():
        return
    digits = number if value is None else str(value)
    yield from ((each, digits) for each in kinds)
    if kinds and value is not None:
        yield from ((kinds[0], other) for other in _spellings(value))


def _spellings(value: int) -> Iterator[str]:
    yield _ROMAN[value]
    yield from NUMBER_WORDS[value : value + 1]


def sequels(title: str, number: str) -> Iterator[tuple[str, ...]]:
    """Yield what "rocky 2" is written as, too: "rocky ii", "part ii" and "part two" behind a title.

    Of the first part, nobody writes either.

    :param title: the word before the number.
    """
    value = _VALUES.get(number)
    if value in (None, 1) or number in NUMBER_WORDS:
        return
    assert value is not None
    if number.isdecimal():
        yield title, _ROMAN[value]
        yield from ((kind, _ROMAN[value]) for kind in ("part", "episode", "chapter"))
        yield from (("part", name) for name in NUMBER_WORDS[value : value + 1])
    else:
        yield title, str(value)


def dates(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the words that a date is written with, if *text* is one to the day.

    "2023-04-01" is "20230401", as phones write it, and "01.04.2023", too.
    """
    if found := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, _, month, year = found.groups()
    else:
        return
    yield (f"{year}{int(month):02}{int(day):02}",)
    yield year, str(int(month)), str(int(day))
    yield str(int(day)), str(int(month)), year


def counted(text: str) -> Iterator[str]:
    """Yield "第十二話" for "第12話", and the other way round, if that is all of *text*."""
    if not (found := _COUNTED.fullmatch(text)):
        return
    before, number, behind = found.groups()
    if number.isdecimal():
        yield f"{before}{han_of(int(number))}{behind}"
    else:
        yield f"{before}{digits_of(number)}{behind}"
