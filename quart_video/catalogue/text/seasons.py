"""What is told by the folder of a season: there, names need no more than a number. Pure.

As Jellyfin and Kodi read it, "Show/Season 1/02 - Old Friends.mkv" is the second episode.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quart_video.catalogue.text.episodes import (
    EPISODE,
    EPISODE_COUNT,
    GAP,
    code_word,
    digits_of,
    find_codes,
    others_behind,
)
from quart_video.catalogue.text.words import APART, split_humps, words_of

_SPECIALS = frozenset(("specials", "special"))
"""Names of folders for season 0, in lower case."""

# "Episode 2", "Ep. 2", "E02", "#2"; "第2話"; "02 - Old Friends"; and "Show - 02 [1080p]".
_NUMBERED = (
    re.compile(rf"(?<![^\W_])(?:(?:{EPISODE}){GAP}|e|#)([0-9]{{1,4}})(?![0-9])"),
    re.compile(EPISODE_COUNT),
    re.compile(
        r"\A[ \[(]?([0-9]{1,3})(?:v[0-9])?(?![^\W_])"
        r"(?![._-][0-9]{1,2}[._-][0-9]{2,4})"  # which is a date
    ),
    re.compile(r" - ([0-9]{1,3})(?:v[0-9])?(?![^\W_])"),
)


@dataclass(frozen=True, slots=True)
class Season:
    """A season, as the name of its folder tells it."""

    series: str
    """What the folders of all seasons have in common in their names."""
    number: int


def season_of(folder: str) -> Season | None:
    """Return which season the videos in a folder are of.

    :param folder: its name, or its path.
    :returns: ``None``: it is not that of one season.
    """
    name = folder.rpartition("/")[2]
    if name.casefold() in _SPECIALS:
        return Season("", 0)
    codes = list(find_codes(split_humps(name)))
    if len(codes) != 1 or codes[0].episodes:
        return None
    return Season(name[: codes[0].start].casefold(), int(codes[0].season))


def words_in(season: Season | None, name: str, words: str | None = None) -> str:
    """Return the words of the name of a video in the folder of a season.

    :param words: those of the name alone, if they are known.
    """
    words = words_of(name) if words is None else words
    codes = [] if season is None else [*_codes(season, name)]
    if not codes:
        return words
    return f"{words}{'' if APART in words else APART} {' '.join(codes)}"


def _codes(season: Season, name: str) -> Iterator[str]:
    if any(code.episodes for code in find_codes(split_humps(name))):
        return  # it tells itself
    lower = name.lower()
    found = next(filter(None, (pattern.search(lower) for pattern in _NUMBERED)), None)
    if found is not None:
        episodes = [digits_of(found[1])]
        episodes += [episode for episode, _ in others_behind(lower, found.end(), *episodes)]
        yield from (code_word(str(season.number), episode) for episode in episodes)
