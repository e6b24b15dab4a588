"""Codes of episodes, in all the ways that people write them. Pure.

The code of the second episode of the first season is "s1e2", and that of the season is "s1":
letters, and numbers without zeros in front.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SEASONS = (
    *("season", "series", "staffel", "saison", "temporada", "stagione", "sezon", "seizoen"),
    *("sæson", "säsong", "sesong", "сезон"),
)
"""What people call a season, in lower case."""
_SEASON = "|".join(SEASONS)
_EPISODE = (
    r"episode|épisode|episodio|ep|folge|cap[ií]tulo|odcinek|afsnit|avsnitt|aflevering|b[öo]l[üu]m"
    r"|серия"
)
_GAP = r"[ ._,-]{0,3}"
_NUMBER = r"([0-9]{1,4})(?![0-9])"
# "S01E02", "S01x02", and "S2 - 05" as of anime; "S01.x264" is none.
_REST = (
    rf"{_NUMBER}(?:(?:{_GAP}(?:e|(?:{_EPISODE}){_GAP})|xe?){_NUMBER}"
    r"| - ([0-9]{2,3})(?:v[0-9])?(?![^\W_]))?"
)

# What is looked for begins with a letter, and what stands before it comes then: that is fast.
_SHORT = re.compile(rf"s(?<![^\W_]s)(?<!['\u2019]s)e?{_REST}")
_LONG = re.compile(rf"(?<![^\W_])(?:{_SEASON}){_GAP}{_REST}")
_ORDINAL = re.compile(
    rf"(?<![^\W_])([0-9]{{1,2}})\. ?(?:{_SEASON})(?![^\W_])"
    rf"(?:{_GAP}([0-9]{{1,4}})\. ?(?:{_EPISODE})(?![^\W_])|(?!{_GAP}[0-9]))"
)
_CROSS = re.compile(r"(?<![^\W_])([0-9]{1,2})x([0-9]{2,3})(?![^\W_])")
_CROSSING = re.compile(r"[0-9]x[0-9]")
_DIGIT = re.compile(r"[0-9]")
# "E03", "-E03" and "+e03", or "-03" with no blank.
_ANOTHER = re.compile(rf"[ ._,+&~-]{{0,3}}e(?:p{_GAP})?{_NUMBER}|[-+&~]([0-9]{{2,3}})(?![^\W_])")


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
    if not _DIGIT.search(text):
        return
    lower = text.lower()
    if len(lower) != len(text):  # a letter that is two in lower case would move all behind it
        lower = text
    found = [*_SHORT.finditer(lower)]
    if any(season in lower for season in SEASONS):
        found += [*_LONG.finditer(lower), *_ORDINAL.finditer(lower)]
    if _CROSSING.search(lower):
        found += _CROSS.finditer(lower)
    found.sort(key=re.Match.start)
    stop = 0
    for each in found:
        start = each.start()
        if start < stop:
            continue
        season, *others = each.groups()
        episodes = [*filter(None, others)]
        stop = each.end()
        while episodes and (another := _ANOTHER.match(lower, stop)):
            episodes.append(another[1] or another[2])
            stop = another.end()
        yield season, episodes, start, stop


def codes_of(name: str) -> Iterator[str]:
    """Yield the codes in a name as words."""
    for _, word in codes_in(name.lower()):
        yield word


def series_of(folder: str) -> str | None:
    """Return what the folders of all seasons of a series have in common in their names.

    :returns: ``None``: it is not that of a season.
    """
    for code in find_codes(folder):
        if not code.episodes:
            return folder[: code.start].casefold()
    return None


def value_of(digits: str) -> str:
    """Write a number without zeros in front."""
    return digits.lstrip("0") or "0"
