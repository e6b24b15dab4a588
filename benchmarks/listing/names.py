"""Names as people give them to videos, and what is known of the words in them.

A third have accents, or are in other scripts. Every name has a subject, a place, a date and the
same two words at its end. Places begin as no other word does, so that it is known without looking
how many names a search has to find.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SUBJECTS = (
    "Wedding",
    "Été à la mer",
    "家族の夏休み",
    "Concert",
    "Отпуск на море",
    "Regatta",
    "School Play",
    "Interview",
    "Año nuevo",
    "Summer on the Lake",
    "Lecture",
    "Market Day",
    "Birthday",
    "Garden Party",
    "Football",
    "Graduation",
)
SOUGHT = {"wedding": 0, "concert": 3, "regatta": 5, "interview": 7, "football": 14}
"""Words that are of one subject alone, with its number."""

YEARS = range(1990, 2026)

ENDING = ("Familienfilmarchiv", "digitalisiert")
"""Words that are in every name."""

_FIRST = ("Za", "Ze", "Zó", "Xa", "Xi", "Xu", "Qua", "Que", "Qui", "Zhu")
_SECOND = tuple(f"{a}{b}" for a in "bdfghklmnprstvz" for b in "ai")
_THIRD = tuple(f"{a}{b}{c}" for a in "bdglmnrstv" for b in "aeo" for c in "nrs")

PLACES = len(_FIRST) * len(_SECOND) * len(_THIRD)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a name is made of: numbers of its subject and its place, and a year."""

    subject: int
    place: int
    year: int


def place(number: int) -> str:
    """Return the name of a place."""
    number, third = divmod(number, len(_THIRD))
    first, second = divmod(number, len(_SECOND))
    return _FIRST[first] + _SECOND[second] + _THIRD[third]


def nowhere(number: int) -> str:
    """Return a word that begins as none does, another for each number."""
    return "wq" + "".join(chr(ord("a") + int(digit)) for digit in str(number))


def plain(text: str) -> str:
    """Return what is typed for a word, as by someone who has no accents on the keyboard."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(part for part in parts if not unicodedata.combining(part)).lower()


def file_name(facts: Facts, number: int, choice: random.Random) -> str:
    """Write the name of the how manieth file of its folder."""
    day = f"{facts.year}-{choice.randint(1, 12):02}-{choice.randint(1, 28):02}"
    what = f"{SUBJECTS[facts.subject]} {place(facts.place)}"
    return f"{what} {day} Teil {number} ({' '.join(ENDING)}).mp4"


_SHELVES = (
    "Archiv",
    "Bänder",
    "Cassettes VHS",
    "Dachboden",
    "Ferien",
    "Großeltern",
    "旅行",
    "Музей",
)


def folder_names(count: int) -> list[str]:
    """Return paths of folders, each after the one that it is in: boxes on shelves, and in boxes."""
    names = [*_SHELVES[:count]]
    for number in range(count - len(names)):
        layer, shelf = divmod(number, len(_SHELVES))
        above = names[-len(_SHELVES)] if layer % 3 == 2 else _SHELVES[shelf]
        # Not one number, which might be that of a year.
        names.append(f"{above}/Kiste {layer // 50 + 1}.{layer % 50 + 1}")
    return names


LEAF = len(_SHELVES)
"""The first of some folders in which there is none."""


def beginnings(words: Sequence[str]) -> list[str]:
    """Return all beginnings of words, the long ones first."""
    return [word[:end] for word in words for end in range(len(word), 0, -1)]
