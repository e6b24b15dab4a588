"""What the full-text index is asked, and how much it will find. Pure.

Rule 1: it only narrows down where to look, as every row that is shown is looked at by the
conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from quart_video.catalogue.index.conditions import Scope
from quart_video.catalogue.text.terms import Phrase, Term

Words = tuple[str, ...]
"""Words that stand one after the other. With a ``*``, the last may go on."""

Places = tuple[Words, ...]
"""The same words in one of some places."""

Match = tuple[tuple[tuple[Places, ...], ...], ...]
"""What is found by the full-text index: all of some parts, each in one of some ways, of which each
is words in some places."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How many videos have words that begin in one way."""

    words: tuple[str, ...] | None
    """Those that there are; ``None``: they are many."""
    most: int
    """Videos at most: those of each word, together; :data:`UNTOLD` where nobody has counted."""
    least: int
    """Videos at least: those of the most common of the words that were looked at."""


SpreadOf = Callable[[str], Spread]
FEW_WORDS = 2  # to be named one by one
_FEW_WAYS = 8  # to be looked at one by one
UNTOLD = 1 << 62


def match_of(terms: Sequence[Term], scope: Scope) -> Match:
    """Return what all that is searched is found by."""
    places = _anywhere if scope.recursive else _place
    return tuple(_part(term, places) for term in terms if term.containing is not None)


def match_in_names(terms: Sequence[Term]) -> Match:
    """Return what is found by that has all the terms in its name."""
    return tuple(_part(term, _place) for term in terms if term.containing is not None)


def match_begun(phrase: Phrase) -> Match:
    """Return what is found by that begins with a phrase."""
    words = _words(phrase)  # behind that with "^", all of them stand once more
    return (((((f"^{words[0]}", *(words if len(words) > 1 else ())),),),),)


def _part(term: Term, places: Callable[[Words], Places]) -> tuple[tuple[Places, ...], ...]:
    ways = [tuple(places(_words(phrase)) for phrase in way) for way in term.ways]
    if term.middle:
        ways += [(places((word,)),) for word in term.containing or ()]
    return tuple(ways)


def _place(words: Words) -> Places:
    return (words,)


def _anywhere(words: Words) -> Places:
    return (words, tuple([f"/{word}" for word in words]))


def _words(phrase: Phrase) -> Words:
    """Return the words of a phrase, of which the last may be a beginning."""
    *others, last = phrase.words
    return (*others, last if phrase.is_whole else f"{last}*")


def is_exact(terms: Sequence[Term]) -> bool:
    """Say whether what the full-text index finds is right, as not all of it may be asked there."""
    return all(term.containing is not None for term in terms)


def spread_of(count: int, first: str, last: str, most: int, least: int) -> Spread:
    """Return what the statement :func:`spread` has found."""
    words = tuple(dict.fromkeys((first, last))) if count else ()
    return Spread(words if count <= FEW_WORDS else None, most, least)


def spread_of_word(word: str, goes_on: Spread) -> Spread | None:
    """Return how a word is spread, if that is told by how those are that begin with it.

    What all videos have is counted in milliseconds, and this spares the second time.
    """
    if goes_on.words == (word,):
        return goes_on
    if goes_on.words is None or word in goes_on.words:
        return None
    return Spread((), 0, 0)


def bounds(match: Match, spread: SpreadOf) -> tuple[int, int]:
    """Return how many videos are found at least, and at most."""
    most = min(
        UNTOLD if len(part) > _FEW_WAYS else sum(_most(way, spread) for way in part)
        for part in match
    )
    least = _least(match[0], spread) if len(match) == 1 else 0
    return least, most


def telling(match: Match, spread: SpreadOf, number: int) -> Match:
    """Leave out what all videos have.

    :param number: how many there are.
    """
    return tuple(part for part in match if _least(part, spread) < number)


def _most(way: Sequence[Places], spread: SpreadOf) -> int:
    return min(sum(_most_of(words, spread) for words in places) for places in way)


def _most_of(words: Words, spread: SpreadOf) -> int:
    """Return how many videos have *words* at most; of several, nobody has counted."""
    return spread(words[0]).most if len(words) == 1 else UNTOLD


def _least(part: Sequence[Sequence[Places]], spread: SpreadOf) -> int:
    alone = [way[0] for way in part[:_FEW_WAYS] if len(way) == 1]
    words = [words[0] for places in alone for words in places if len(words) == 1]
    return max((spread(word).least for word in words), default=0)


def expression(match: Match, spread: SpreadOf) -> str:
    """Write what the full-text index is asked.

    Words are named one by one where they are few: what has a word is found one after the other, but
    what has the beginning of one is all put in order first.
    """
    return " AND ".join(
        _either(
            *(
                " AND ".join(
                    _either(*(_expression(one, spread) for one in places)) for places in way
                )
                for way in part
            )
        )
        for part in match
    )


def _either(*texts: str) -> str:
    return f"({' OR '.join(texts)})"


def _expression(words: Words, spread: SpreadOf) -> str:
    *others, last = words
    before = "".join([f"{word} " for word in others])
    start = last.rstrip("*")
    if last == start:
        return f'"{before}{last}"'
    ends = spread(last).words
    if ends is None:
        return f'"{before}{start}" *'
    return " OR ".join(f'"{before}{end}"' for end in ends or (start,))
