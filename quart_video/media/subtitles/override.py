r"""Override tags of SubStation Alpha: what stands in "{\\i1\\an8}". Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from quart_video.media.subtitles.richtext import RichText

_NUMBER = r"[-+]?[0-9]*\.?[0-9]+"
_SWITCH = re.compile(r"([biu])([0-9]*)")
_POINT = re.compile(rf"(?:pos|move)\(\s*({_NUMBER})\s*,\s*({_NUMBER})[^)]*\)?")
_ALIGNMENT = re.compile(r"an([1-9])")
_OLD_ALIGNMENT = re.compile(r"a([0-9]{1,2})")
_DRAWING = re.compile(r"p([0-9]+)")
_ALPHA = re.compile(r"(alpha|[1-4]a)(?:&?H?([0-9a-fA-F]+)&?)?")
_ALL_PARTS = frozenset("134")  # of a letter: its face, its edge and its shadow
_LONGEST = 4000  # letters of one block; only what draws and cuts out shapes takes more
_BOTTOM_CENTRE = 2

BOLD = 600
"""Weights from here on are bold."""
OLD_ALIGNMENTS = MappingProxyType(
    {1: 1, 2: 2, 3: 3, 4: 7, 5: 7, 6: 8, 7: 9, 8: 7, 9: 4, 10: 5, 11: 6}
)
"""Of SubStation Alpha 4, as keys for numbers; players take 4 and 8, which are none, for 5."""


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says that a cue can show."""

    on: tuple[str, ...] = ()
    """What is turned on: ``b``, ``i``, ``u``."""
    alignment: int = _BOTTOM_CENTRE
    """As on the keys for numbers."""


NO_STYLES: Mapping[str, Style] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Overrides:
    """What an event says of itself beside how its letters look."""

    alignment: int | None = None
    """As on the keys for numbers; ``None``: as its style has it."""
    point: tuple[float, float] | None = None
    """In the units of the script."""
    drawing: bool = False
    """Whether what follows is no text, but lines to draw."""
    unseen: frozenset[str] = frozenset()
    """The parts of the letters that cannot be seen."""

    @property
    def hidden(self) -> bool:
        """Whether what follows cannot be seen."""
        return self.unseen >= _ALL_PARTS


def apply_overrides(
    block: str,
    rich: RichText,
    known: Overrides,
    base: Style = Style(),
    styles: Mapping[str, Style] = NO_STYLES,
) -> Overrides:
    """Follow the tags of one block.

    :param block: what stands between the braces.
    :param rich: is told of bold, italic and underlined.
    :param known: what the blocks before it said.
    :param base: the style of the event.
    :param styles: those that may be changed to.
    """
    for tag in _tags(block[:_LONGEST]):
        if match := _SWITCH.fullmatch(tag):
            name, value = match.groups()
            rich.switch(name, on=_is_on(name, value, base.on))
        elif tag.startswith("r") and tag != "rnd":
            rich.reset(styles.get(tag[1:].strip(), base).on)
            known = replace(known, unseen=frozenset())
        elif match := _ALIGNMENT.fullmatch(tag):
            known = _aligned(known, int(match[1]))
        elif match := _OLD_ALIGNMENT.fullmatch(tag):
            known = _aligned(known, OLD_ALIGNMENTS.get(int(match[1])))
        elif match := _POINT.fullmatch(tag):
            # As with where it stands, the first one counts.
            known = replace(known, point=known.point or (float(match[1]), float(match[2])))
        elif match := _DRAWING.fullmatch(tag):
            known = replace(known, drawing=int(match[1][:4]) > 0)
        elif match := _ALPHA.fullmatch(tag):
            fades = "\\t(" in block  # what cannot be seen now may come to be seen
            is_unseen = (match[2] or "").lower()[-2:] == "ff" and not fades
            parts = _ALL_PARTS if match[1] == "alpha" else {match[1][0]}
            known = replace(
                known, unseen=known.unseen | parts if is_unseen else known.unseen - parts
            )
    return known


def _aligned(known: Overrides, alignment: int | None) -> Overrides:
    return replace(known, alignment=known.alignment or alignment)


def _is_on(name: str, value: str, base: Collection[str]) -> bool:
    if not value:
        return name in base
    number = int(value[:6])
    return number == 1 or (name == "b" and number >= BOLD)


def _tags(block: str) -> Iterator[str]:
    r"""Yield the tags of a block, but for those that come with time: "\\t(0,500,\\alpha&HFF&)"."""
    depth = 0
    for tag in block.split("\\")[1:]:
        if depth == 0:
            yield tag.strip()
        depth = max(0, depth + tag.count("(") - tag.count(")"))
