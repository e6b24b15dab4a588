"""SubStation Alpha, versions 4 and 4+, line by line. Pure.

Rule 1: the "Format" line of a section says what is where in its lines.
Rule 2: a line that cannot be read costs itself.
Rule 3: what is drawn in several layers, or moves from picture to picture, is one text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from quart_video.media.subtitles.override import (
    BOLD,
    OLD_ALIGNMENTS,
    Overrides,
    Style,
    apply_overrides,
)
from quart_video.media.subtitles.place import BOTTOM_CENTRE, settings
from quart_video.media.subtitles.richtext import RichText
from quart_video.media.vtt import Cue, is_shown

_TIME = re.compile(r"(-?\d{1,6})\s*:\s*(-?\d{1,6})\s*:\s*(-?\d{1,6})(?:\s*[.,:]\s*(\d{1,6}))?")
_EVENT_COLUMNS = "layer start end style name marginl marginr marginv effect text"
_OLD_STYLE_COLUMNS = (
    "name fontname fontsize primarycolour secondarycolour tertiarycolour backcolour bold italic "
    "borderstyle outline shadow alignment marginl marginr marginv alphalevel encoding"
)
_STYLE_COLUMNS = (
    "name fontname fontsize primarycolour secondarycolour outlinecolour backcolour bold italic "
    "underline strikeout scalex scaley spacing angle borderstyle outline shadow alignment marginl "
    "marginr marginv encoding"
)
_WIDTH, _HEIGHT = 384, 288  # of a script that does not tell
_GAP = 0.011  # seconds between two pictures of one text: times are of hundredths
_NEAR = 3  # percent of the picture between layers, as shadows are away from what throws them
_MOST_ALIKE = 20  # places that a text is in at once
_SETTING = re.compile(r"(\w+):(\d+)")
_ON = frozenset({"-1", "1"})


@dataclass(slots=True)
class Script:
    """What the lines of a script have said so far."""

    width: float | None = None
    height: float | None = None
    breaks: bool = False
    r"""Whether "\\n" breaks a line, as "\\N" does always; else it is a blank."""
    styles: dict[str, Style] = field(default_factory=dict)
    columns: list[str] = field(default_factory=_EVENT_COLUMNS.split)
    """Of the events."""
    is_old: bool = False
    """Whether alignments are counted as in version 4."""
    style_columns: list[str] = field(default_factory=_STYLE_COLUMNS.split)
    section: str = ""

    def read(self, line: str) -> Cue | None:
        """Take in a line, and return its cue if it is an event to be shown."""
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            self._begin(line[1:-1].strip().lower())
            return None
        name, colon, value = line.partition(":")
        if not colon:
            return None
        match name.strip().lower():
            case "dialogue":
                return self._event(value)
            case "style":
                self._style(value)
            case "format":
                self._format(value)
            case "playresx":
                self.width = _number(value) or self.width
            case "playresy":
                self.height = _number(value) or self.height
            case "wrapstyle":
                self.breaks = value.strip() == "2"
        return None

    def cue(self, start: float, stop: float, style: str, text: str) -> Cue:
        """Make a cue of an event."""
        own = self.styles.get(style.strip().removeprefix("*")) or self.styles.get("Default")
        base = own or Style()
        shown, overrides = _read_text(text, base, self.styles, breaks=self.breaks)
        point = overrides.point
        width, height = self._size()
        placed = settings(
            overrides.alignment or base.alignment,
            (point[0] / width * 100, point[1] / height * 100) if point else None,
            lines=shown.count("\n") + 1,
        )
        return Cue(start, stop, shown, placed)

    def _size(self) -> tuple[float, float]:
        """Return what points count in, as libass has it where the script tells half of it."""
        if self.width is not None:
            return self.width, self.height or (1024 if self.width == 1280 else self.width * 3 / 4)
        if self.height is not None:
            return (1280 if self.height == 1024 else self.height * 4 / 3), self.height
        return _WIDTH, _HEIGHT

    def _begin(self, section: str) -> None:
        self.section = section
        if section.startswith("v4"):
            self.is_old = "+" not in section
            self.style_columns = (_OLD_STYLE_COLUMNS if self.is_old else _STYLE_COLUMNS).split()

    def _format(self, value: str) -> None:
        columns = [each.strip().lower() for each in value.split(",")]
        if "text" in columns:
            self.columns = columns
        elif "name" in columns:
            self.style_columns = columns

    def _style(self, value: str) -> None:
        row = _row(self.style_columns, value)
        on = tuple(
            tag
            for tag, name in (("b", "bold"), ("i", "italic"), ("u", "underline"))
            if row.get(name) in _ON or (tag == "b" and (_number(row.get(name, "")) or 0) >= BOLD)
        )
        alignment = int(_number(row.get("alignment", "")) or BOTTOM_CENTRE)
        if self.is_old:
            alignment = OLD_ALIGNMENTS.get(alignment, BOTTOM_CENTRE)
        self.styles[row.get("name", "").removeprefix("*")] = Style(on, alignment)

    def _event(self, value: str) -> Cue | None:
        row = _row(self.columns, value)
        start, stop = _time(row.get("start", "")), _time(row.get("end", ""))
        if start is None or stop is None:
            return None
        return self.cue(start, stop, row.get("style", ""), row.get("text", ""))


def read_ass(text: str) -> list[Cue]:
    """Read a script."""
    script = Script()
    cues = (script.read(line) for line in text.split("\n"))
    return merge(cue for cue in cues if cue is not None)


def merge(cues: Iterable[Cue]) -> list[Cue]:
    """Make one of what has the same text at the same time and place, or goes on with it at once."""
    merged: list[Cue] = []
    alike: dict[str, list[tuple[int, Cue]]] = {}  # those of a text: which it is, and its last piece
    for cue in sorted(filter(is_shown, cues), key=lambda cue: cue.start):
        known = alike.setdefault(cue.text, [])
        known[:] = [(i, each) for i, each in known if cue.start <= merged[i].stop + _GAP]
        at = next((at for at, (_, last) in enumerate(known) if _goes_on(last, cue)), None)
        if at is None and len(known) >= _MOST_ALIKE:
            at = 0
        if at is None:
            known.append((len(merged), cue))
            merged.append(cue)
            continue
        index = known[at][0]
        known[at] = (index, cue)
        merged[index] = replace(merged[index], stop=max(merged[index].stop, cue.stop))
    return merged


def _goes_on(last: Cue, cue: Cue) -> bool:
    """Say whether *cue* is another layer of the one with its text, or the next picture of it."""
    if cue.settings == last.settings or cue.start >= last.stop - _GAP:
        return True
    one, other = (_SETTING.findall(each.settings) for each in (last, cue))
    return [name for name, _ in one] == [name for name, _ in other] and all(
        abs(float(a) - float(b)) <= _NEAR for (_, a), (_, b) in zip(one, other, strict=True)
    )


def _row(columns: list[str], value: str) -> Mapping[str, str]:
    """Return the values of a line by their columns; the last one may have commas in it."""
    values = value.split(",", len(columns) - 1)
    return {
        name: each if name == "text" else each.strip()
        for name, each in zip(columns, values, strict=False)
    }


def _time(text: str) -> float | None:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds, rest = match.groups()
    # Two digits are the rule; fewer are hundredths, too, as players take them.
    fraction = int(rest) / 10 ** max(2, len(rest)) if rest else 0.0
    value = (abs(int(hours)) * 60 + abs(int(minutes))) * 60 + abs(int(seconds)) + fraction
    return -value if "-" in text else value


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < 1e6 else None


def _read_text(
    text: str, base: Style, styles: Mapping[str, Style], *, breaks: bool
) -> tuple[str, Overrides]:
    breaks = "\\q2" in text or (breaks and "\\q" not in text)
    rich = RichText(base.on)
    overrides = Overrides()
    for is_block, piece in _blocks(text):
        if is_block:
            overrides = apply_overrides(piece, rich, overrides, base, styles)
        elif not overrides.drawing and not overrides.hidden:
            rich.add(_plain(piece, breaks=breaks))
    return rich.finish(), overrides


def _blocks(text: str) -> Iterator[tuple[bool, str]]:
    """Yield what stands outside of braces, and inside of them. A brace may be escaped."""
    position = searched = 0
    closed = -1
    while True:
        opened = text.find("{", searched)
        if closed < opened:
            closed = text.find("}", opened)
        if opened < 0 or closed < 0:
            yield False, text[position:]
            return
        if opened > 0 and text[opened - 1] == "\\":
            searched = opened + 1
            continue
        yield False, text[position:opened]
        yield True, text[opened + 1 : closed]
        position = searched = closed + 1


def _plain(text: str, *, breaks: bool) -> str:
    for mark, character in (
        ("\\N", "\n"),
        ("\\n", "\n" if breaks else " "),
        ("\\h", "\N{NBSP}"),
        ("\\{", "{"),
        ("\\}", "}"),
    ):
        text = text.replace(mark, character)
    return text
