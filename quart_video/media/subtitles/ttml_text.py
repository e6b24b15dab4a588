"""The text of one paragraph of TTML, and when which part of it is seen. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from quart_video.media.subtitles.richtext import RichText

MOST_CHANGES = 20
"""Changes of one piece of text that are followed."""
_MOST_PIECES = 200  # that are looked at for each change


@dataclass(frozen=True, slots=True)
class Change:
    """What "set" says: something is hidden, or is not, for some time."""

    start: float
    stop: float
    hidden: bool


@dataclass(frozen=True, slots=True)
class Look:
    """How and when a piece of text is seen."""

    on: tuple[str, ...] = ()
    """What is turned on: ``b``, ``i``, ``u``."""
    ruby: str = ""
    """``base``, or ``text`` beside it."""
    hidden: bool = False
    """Whether it is where nothing changes it."""
    changes: tuple[Change, ...] = ()
    """The later one counts."""

    def is_hidden(self, time: float) -> bool:
        """Say whether it is hidden at *time*, in seconds."""
        hidden = self.hidden
        for change in self.changes:
            hidden = change.hidden if change.start <= time < change.stop else hidden
        return hidden


@dataclass(slots=True)
class Text:
    """Pieces of text, on their way."""

    pieces: list[tuple[Look, list[str]]] = field(default_factory=list)

    def add(self, look: Look, text: str) -> None:
        """Add what looks like *look*."""
        if not self.pieces or self.pieces[-1][0] != look:
            self.pieces.append((look, []))
        self.pieces[-1][1].append(text)

    def shown(self, start: float, stop: float, around: Look) -> Iterator[tuple[float, float, str]]:
        """Yield what is seen between two times, in seconds: from when, until when, and what.

        :param around: when all of it is.
        """
        times = [start, stop] if start < stop else []
        if len(self.pieces) <= _MOST_PIECES:
            changes = [*around.changes, *(each for look, _ in self.pieces for each in look.changes)]
            within = {time for each in changes for time in (each.start, each.stop)}
            times[1:1] = sorted(time for time in within if start < time < stop)[:MOST_CHANGES]
        last: tuple[float, float, str] | None = None
        for begin, end in pairwise(times):
            text = "" if around.is_hidden(begin) else _write(self._seen(begin))
            if last and last[2] == text:
                last = last[0], end, text
                continue
            if last:
                yield last
            last = begin, end, text
        if last:
            yield last

    def _seen(self, time: float) -> Iterator[tuple[Look, Sequence[str]]]:
        return (piece for piece in self.pieces if not piece[0].is_hidden(time))


def _write(pieces: Iterable[tuple[Look, Sequence[str]]]) -> str:
    rich = RichText()
    for look, texts in pieces:
        rich.reset(look.on)
        rich.annotate(look.ruby)
        rich.add("".join(texts))
    return "\n".join(line.strip() for line in rich.finish().split("\n"))
