"""Codes of episodes, in all the ways that people write them. Pure.

The code of the second episode of the first season is "s1e2", and that of the season is "s1":
letters, and numbers without zeros in front.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize


def _spelt(*words: str) -> tuple[str, ...]:
    """Return words as they are, and as a Mac writes them, with accents behind the letters."""
    return tuple(dict.fromkeys(form for each in words for form in (each, normalize("NFD", each))))


SEASONS = _spelt(
    *("season", "series", "staffel", "saison", "temporada", "stagione", "seizoen", "kausi"),
    *("sezonul", "sezona", "sezóna", "sezon", "sæson", "säsong", "sesong", "évad"),
    *("serie", "série", "řada", "musim", "mùa", "phần", "phan", "σεζόν", "evad"),
    *("сезон", "الموسم", "فصل", "עונה", "सीज़न", "सीजन", "ซีซั่น", "ซีซัน", "시즌", "シーズン"),
)
"""What people call a season, in lower case."""
EPISODES = _spelt(
    *("episode", "épisode", "episodio", "episódio", "episodul", "epizoda", "ep", "folge"),
    *("capítulo", "capitulo", "odcinek", "afsnit", "avsnitt", "aflevering", "jakso", "rész"),
    *(
        "bölüm",
        "bolum",
        "puntata",
        "odc",
        "díl",
        "dil",
        "resz",
        "epizód",
        "epizóda",
        "tập",
        "tap",
        "επεισόδιο",
    ),
    *("серия", "серія", "эпизод", "епизод", "الحلقة", "قسمت", "פרק", "एपिसोड", "ตอนที่", "ตอน"),
    *("エピソード", "에피소드"),
)
"""What people call an episode."""
COUNTED = "第"
"""What stands before numbers of seasons and episodes in Chinese and Japanese."""

NUMBER_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
"""Numbers from 0 on, as they are written out."""
_VALUES = {word: str(number) for number, word in enumerate(NUMBER_WORDS)}
_HAN = "一二三四五六七八九"

_SEASON, EPISODE = "|".join(SEASONS), "|".join(EPISODES)
GAP = r"[ ._,-]{0,3}"
_NUMBER = r"([0-9]{1,4})(?![0-9])"
_COUNT = rf"(?:{_NUMBER}|({'|'.join(_VALUES)})(?![^\W_]))"
_HAN_COUNT = rf"([0-9]{{1,4}}|[{_HAN}十]{{1,3}})"
EPISODE_COUNT = rf"[{COUNTED}제]?{GAP}{_HAN_COUNT} ?[集話话回화회]"
"""An episode, by what stands behind its number: "第2話"."""
_ANIME = r"[ _]-[ _]([0-9]{2,3})(?:v[0-9])?(?![^\W_])"
# "S01E02", "S01x02", "S2第3集", and "S2 - 05" as of anime; "S01.x264" is none.
_REST = (
    rf"{_NUMBER}(?:(?:{GAP}(?:e|(?:{EPISODE}){GAP})|xe?){_NUMBER}|{GAP}{EPISODE_COUNT}|{_ANIME})?"
)
# What stands behind a number that tells which one it is: "2nd", "2.", "2ª", "2-й".
_WHICH = "(?:\\.|st|nd|rd|th|[aoªº]|-?(?:[йя]|ой|ий|ая))"
_LATER = "|".join(each for each in SEASONS if each not in ("season", "series"))

# What is looked for begins with a letter, and what stands before it comes then: that is fast.
_SHORT = re.compile(rf"s(?<![^\W_]s)(?<!['\u2019]s)e?{_REST}")
_LONG = re.compile(
    rf"(?<![^\W_])(?:{_SEASON}){GAP}{_COUNT}"
    rf"(?:(?:{GAP}(?:e|(?:{EPISODE}){GAP})|xe?){_COUNT}|{GAP}{EPISODE_COUNT}|{_ANIME})?"
)
# With no more than a blank behind the number where that is not English: "Part 2 Season 3".
_ORDINAL = re.compile(
    rf"(?<![^\W_])([0-9]{{1,2}})(?:{_WHICH}[ .]?(?:{_SEASON})|[ .](?:{_LATER}))(?![^\W_])"
    rf"(?:{GAP}([0-9]{{1,4}}){_WHICH}?[ .]?(?:{EPISODE})(?![^\W_]|{GAP}[0-9])"
    rf"|{GAP}(?:{EPISODE}){GAP}{_NUMBER}|{_ANIME}|(?!{GAP}[0-9]))"
)
# As in Spain: "T02E03"; "T2" alone is none.
_SPANISH = re.compile(r"t(?<![^\W_]t)([0-9]{1,2})[ .:]?x?e([0-9]{1,3})(?![0-9])")
_CHINESE = re.compile(rf"{COUNTED} ?{_HAN_COUNT} ?(?:[季期]|シーズン)(?:{GAP}{EPISODE_COUNT})?")
_CROSS = re.compile(r"(?<![^\W_])([0-9]{1,2})x([0-9]{2,3})(?![^\W_])")
_SPANISH_BEGINS = re.compile("t[0-9]")
_CROSSING = re.compile(r"[0-9]x[0-9]")
# "E03", "-E03" and "+e03", or "-03" with no blank.
_ANOTHER = re.compile(rf"[ ._,+&~-]{{0,3}}e(?:p{GAP})?{_NUMBER}|[-+&~]([0-9]{{2,3}})(?![^\W_])")


_MOST_BETWEEN = 20
"""Episodes in one file; of more, those in between are not told."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code, and where it stands in a text."""

    season: str
    episodes: tuple[str, ...]
    """As they are written, with zeros in front; none: all of the season."""
    start: int
    stop: int

    @property
    def season_word(self) -> str:
        """What the season is found by."""
        return f"s{value_of(self.season)}"

    @property
    def words(self) -> tuple[str, ...]:
        """What it is found by."""
        found = tuple(code_word(self.season, each) for each in self.episodes)
        return found or (self.season_word,)


def find_codes(text: str) -> Iterator[Code]:
    """Yield the codes in *text*, one after the other."""
    for season, episodes, start, stop in _found(text):
        yield Code(season, tuple(episodes), start, stop)


def codes_in(text: str) -> Iterator[tuple[int, str]]:
    """Yield the codes in *text* as words, each behind the place where it stands."""
    for season, episodes, start, _ in _found(text):
        if not episodes:
            yield start, f"s{value_of(season)}"
        for each in episodes:
            yield start, code_word(season, each)


def code_word(season: str, episode: str) -> str:
    """Return what an episode is found by."""
    return f"s{value_of(season)}e{value_of(episode)}"


def _found(text: str) -> Iterator[tuple[str, list[str], int, int]]:
    lower = text.lower()
    if len(lower) != len(text):  # a letter that is two in lower case would move all behind it
        lower = text
    found = [*_SHORT.finditer(lower)]
    if _SPANISH_BEGINS.search(lower):
        found += _SPANISH.finditer(lower)
    if any(season in lower for season in SEASONS):
        found += [*_LONG.finditer(lower), *_ORDINAL.finditer(lower)]
    if COUNTED in lower:
        found += _CHINESE.finditer(lower)
    if _CROSSING.search(lower):
        found += _CROSS.finditer(lower)
    found.sort(key=re.Match.start)
    stop = 0
    for each in found:
        start = each.start()
        if start < stop:
            continue
        season, *episodes = map(digits_of, filter(None, each.groups()))
        stop = each.end()
        if episodes:
            others = [*others_behind(lower, stop, episodes[-1])]
            episodes = [*episodes, *(another for another, _ in others)]
            stop = others[-1][1] if others else stop
        yield season, episodes, start, stop


def others_behind(lower: str, stop: int, first: str) -> Iterator[tuple[str, int]]:
    """Yield the episodes that a file has beside the one before *stop*, each with where it ends.

    :param first: the number of that one: with "S01E02-E04" the third is there, too.
    """
    while another := _ANOTHER.match(lower, stop):
        number = another[1] or another[2]
        start, stop = stop, another.end()
        if any(sign in lower[start:stop] for sign in "-~"):
            last = min(int(number), int(first) + _MOST_BETWEEN)
            yield from ((str(each), stop) for each in range(int(first) + 1, last))
        yield number, stop
        first = number


def codes_of(name: str) -> Iterator[str]:
    """Yield the codes in a name as words."""
    for _, word in codes_in(name.lower()):
        yield word


def digits_of(number: str) -> str:
    """Write a number of one of these in digits: "02", "two", "十二"."""
    if number[0] in f"{_HAN}十":
        tens, ten, ones = number.rpartition("十")
        value = 10 * (_HAN.find(tens) + 1 or 1) if ten else 0
        return str(value + (_HAN.find(ones) + 1 if ones else 0))
    return _VALUES.get(number, number)


def han_of(number: int) -> str:
    """Write a number from 1 to 99 as Chinese and Japanese do: "十二" for 12."""
    tens, ones = divmod(number, 10)
    ten = f"{_HAN[tens - 1] if tens > 1 else ''}十" if tens else ""
    return ten + (_HAN[ones - 1] if ones else "")


def value_of(digits: str) -> str:
    """Write a number without zeros in front."""
    return digits.lstrip("0") or "0"
