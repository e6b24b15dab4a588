"""The text of SubRip and its kin: a little HTML, a little of SubStation Alpha. Pure.

Rule 1: what is no markup that is known stays text: "a < b", "<Enter>", "{laughs}", "AT&T".
Rule 2: nothing looks twice at a letter, whatever is opened and never closed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from quart_video.media.subtitles.override import Overrides, apply_overrides
from quart_video.media.subtitles.richtext import TAGS as STYLES
from quart_video.media.subtitles.richtext import RichText

# Possessive, so that nothing is tried again where the end is missing.
_MARKUP = re.compile(
    r"""
    <\ ?(?P<close>/?)\ ?(?P<tag>[a-zA-Z][a-zA-Z0-9]*+)(?P<rest>[^<>]*+)>
    | <(?:\d++:)?+\d++:\d++[.,]\d++>                  # when a word is sung
    | \{\ ?(?P<override>\\[^{}]*+)\}
    | \{\ ?/?(?P<place>an[1-9])\ ?\}                  # with a mark of its own left out
    | \{(?P<control>[a-zA-Z]):(?P<value>[^{}]*+)\}    # of MicroDVD
    | \\(?P<escape>N|h(?![a-z]))
    | &(?P<entity>\#?[a-zA-Z0-9]{2,31}+);
    """,
    re.VERBOSE,
)
_SWITCHES = {"b": "b", "em": "i", "i": "i", "strong": "b", "u": "u"}
_DROPPED = """
a big blink body c center class font html lang rp rt ruby s small span strike sub sup v
"""
_LINES = frozenset({"div", "p"})
_IS_DROPPED = frozenset({*_DROPPED.split(), *_LINES})
_RUBY = {"ruby": "base", "rt": "text", "rp": "none"}

TAGS = frozenset({*_SWITCHES, *_IS_DROPPED, "br"})
"""Names that are tags where they stand between "<" and ">"."""
_CONTROLS = "cCfFhHoPsSyY"


@dataclass(frozen=True, slots=True)
class Styled:
    """Text of a cue, and where it asks to stand."""

    text: str
    overrides: Overrides


def read_markup(text: str) -> Styled:
    """Turn *text* of SubRip into that of a cue."""
    rich = RichText()
    overrides = Overrides()
    for piece in _pieces(text):
        if isinstance(piece, str):
            rich.add(piece)
        elif piece["override"] or piece["place"]:
            block = piece["override"] or f"\\{piece['place']}"
            overrides = apply_overrides(block, rich, overrides)
        else:
            _apply(piece, rich)
    return Styled(rich.finish(), overrides)


def _pieces(text: str) -> Iterator[str | re.Match[str]]:
    end = 0
    for match in _MARKUP.finditer(text):
        yield text[end : match.start()]
        yield match if _is_markup(match) else match[0]
        end = match.end()
    yield text[end:]


def _is_markup(match: re.Match[str]) -> bool:
    if match["tag"] is not None:
        tag, rest = match["tag"].lower(), match["rest"]
        if tag in _SWITCHES or tag == "br":
            return not rest.strip(" /") or rest.startswith(".")  # no "<b & c>"
        return tag in _IS_DROPPED
    if match["control"] is not None:
        return match["control"] in _CONTROLS
    return match["entity"] is None or _character(match["entity"]) is not None


def _character(entity: str) -> str | None:
    """Return what an entity of HTML stands for; ``None``: it is none, or not to be read."""
    found = unescape(f"&{entity};")
    if found.startswith("&") and len(found) > 1:
        found = unescape(f"&{entity.lower()};")  # "&NBSP;"
    if (found.startswith("&") and len(found) > 1) or "\ufffd" in found:
        return None
    is_seen_or_blank = found.isprintable() or unicodedata.category(found[0]) in {"Cf", "Zs"}
    return found if is_seen_or_blank else None


def _apply(match: re.Match[str], rich: RichText) -> None:
    if match["tag"] is not None:
        tag = match["tag"].lower()
        if tag == "br" or tag in _LINES:
            rich.add("\n")
        elif tag == "ruby" or (tag in _RUBY and rich.is_annotated):
            # Behind what is read beside a base there may be another base.
            ends = "" if tag == "ruby" else "base"
            rich.annotate(ends if match["close"] else _RUBY[tag])
        elif tag in _SWITCHES:
            rich.switch(_SWITCHES[tag], on=not match["close"])
    elif match["control"] is not None and match["control"] in "yY":
        for tag in match["value"].lower():
            if tag in STYLES:
                rich.switch(tag, on=True)
    elif match["escape"] is not None:
        rich.add("\n" if match["escape"] == "N" else "\N{NBSP}")
    elif match["entity"] is not None:
        rich.add(_character(match["entity"]) or "")
