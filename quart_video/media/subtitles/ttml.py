"""TTML and its older names (DFXP, EBU-TT-D, IMSC): what it says of text, time and place. Pure.

Read as it comes, without a tree of it: what stands before a mistake in the XML is shown. Signs and
names of HTML that XML does not know are mended first.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html.entities import html5
from xml.parsers import expat

from quart_video.media.subtitles.lines import LONGEST
from quart_video.media.subtitles.place import settings
from quart_video.media.subtitles.ttml_text import MOST_CHANGES, Change, Look, Text
from quart_video.media.vtt import MOST_CUES, Cue, is_seen
from quart_video.media.workers.protocol import PICTURES, Failed

_CLOCK = re.compile(
    r"(?:(\d{1,6}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9})|[:;](\d{1,4})(?:\.\d{1,4})?)?"
)
_OFFSET = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(h|ms|m|s|f|t|)")
_LENGTHS = re.compile(r"(-?[\d.]{1,10})(%|px|c)\s+(-?[\d.]{1,10})(%|px|c)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "": 1.0, "ms": 0.001}
_CELLS = (32.0, 15.0)  # across and down, where the document says nothing else
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)")
_NAMES_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_NAME = re.compile(r"&([a-zA-Z]\w{1,30});")
_CONTENT = frozenset({"body", "div", "p", "span"})
_ROWS = {"before": 7, "center": 4, "after": 1}
_COLUMNS = {"left": 0, "start": 0, "center": 1, "right": 2, "end": 2}
_RUBY = {"base": "base", "text": "text", "delimiter": "none"}
_BLANKS = re.compile(r"[ \t\n]+")
_HIDING = {"display": "none", "visibility": "hidden"}
_ZERO = re.compile(r"0*\.?0*")
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class _Look:
    """What an element or a style says of the text in it; ``None`` is nothing."""

    italic: bool | None = None
    bold: bool | None = None
    underlined: bool | None = None
    region: str | None = None
    align: str | None = None
    display: str | None = None
    hidden: bool | None = None
    ruby: str | None = None
    origin: tuple[float, float] | None = None
    extent: tuple[float, float] | None = None

    def over(self, below: _Look) -> _Look:
        """Lay this over what is said further out."""
        said = {
            name: value for name in self.__slots__ if (value := getattr(self, name)) is not None
        }
        return replace(below, **said)

    @property
    def on(self) -> tuple[str, ...]:
        """What is turned on."""
        marks = (("b", self.bold), ("i", self.italic), ("u", self.underlined))
        return tuple(tag for tag, there in marks if there)


@dataclass(slots=True)
class _Element:
    """One that is open."""

    name: str
    begin: float
    end: float
    look: _Look
    is_sequence: bool = False
    is_preserved: bool = False
    cursor: float = 0.0
    """Where the next child of a sequence begins."""
    is_timed: bool = False
    """Whether it or one further out says when it begins."""
    language: str = ""
    changes: tuple[Change, ...] = ()
    """Of it and of those further out."""


@dataclass(slots=True)
class _Paragraph:
    """Text with times, on the way; a span with times of its own makes another one."""

    element: _Element
    text: Text = field(default_factory=Text)
    ends_blank: bool = True


class _Reader:
    """What is told of each element, from the first to the last."""

    def __init__(self, *, is_sample: bool) -> None:
        self._is_sample = is_sample
        self.cues: list[Cue] = []
        self.languages: list[str] = []
        """Those of the cues."""
        self.has_pictures = False
        self._styles: dict[str, _Look] = {}
        self._regions: dict[str, _Look] = {}
        self._changes: dict[str, tuple[Change, ...]] = {}  # of regions
        self._open: list[_Element] = []
        self._texts: list[_Paragraph] = []
        self._rate, self._ticks = 30.0, 0.0
        self._counted = 0.0  # pictures a second by name, where all time is counted in them
        self._drops = ""
        self._lengths: dict[str, tuple[float, float]] = {
            "%": (1.0, 1.0)
        }  # what they are in percent
        self._region: str | None = None
        self._hidden = 0  # depth within what is no text of the paragraph

    def start(self, name: str, raw: Mapping[str, str]) -> None:
        """Take in the start of an element."""
        tag = _local(name)
        attributes = {_local(key): value for key, value in raw.items()}
        if tag == "tt":
            self._read_clock(attributes)
            self._read_size(attributes)
        look = self._look(attributes)
        if tag == "style":
            self._take_style(attributes, look)
        elif tag == "region":
            self._region = attributes.get("id", "")
            self._regions[self._region] = look
        elif tag == "br" and self._texts and not self._hidden:
            self._add("\n")
            self._texts[-1].ends_blank = True
        elif self._hidden or (tag not in _CONTENT and self._texts):
            self._hidden += 1
        if "backgroundImage" in attributes or tag == "image":
            self.has_pictures = True
        if tag == "set":
            self._take_change(attributes)
        if tag in _CONTENT and not self._hidden:
            self._begin(tag, attributes, look)

    def _take_change(self, attributes: Mapping[str, str]) -> None:
        """Take in what is shown or hidden for some time, of a region or of what is open."""
        hidden = _is_hidden(attributes)
        if hidden is None or (self._region is None and not self._open):
            return
        above = self._open[-1] if self._open else _Element("", 0.0, float("inf"), _Look())
        start, stop = self._times(attributes, above.begin, above.end)
        change = Change(start, stop, hidden)
        if self._region is not None:
            own = self._changes.get(self._region, ())
            self._changes[self._region] = (*own, change)[:MOST_CHANGES]
        else:
            above.changes = (*above.changes, change)[:MOST_CHANGES]

    def _times(
        self, attributes: Mapping[str, str], origin: float, stop: float
    ) -> tuple[float, float]:
        """Return when an element begins and ends, one that counts from *origin*."""
        begin = origin + (self._time(attributes.get("begin")) or 0.0)
        ends = [stop]
        if (end := self._time(attributes.get("end"))) is not None:
            ends.append(origin + end)
        if (lasts := self._time(attributes.get("dur"))) is not None:
            ends.append(begin + lasts)
        return begin, min(ends)

    def _begin(self, tag: str, attributes: Mapping[str, str], look: _Look) -> None:
        above = self._open[-1] if self._open else _Element("", 0.0, float("inf"), _Look())
        if len(self._open) > _DEEPEST:
            raise Failed("its elements are nested too deep")
        origin = above.cursor if above.is_sequence else above.begin
        given = self._time(attributes.get("begin"))
        begin, end = self._times(attributes, origin, above.end)
        element = _Element(
            tag,
            begin,
            end,
            look.over(above.look),
            attributes.get("timeContainer") == "seq",
            attributes.get("space", "preserve" if above.is_preserved else "") == "preserve",
            begin,
            above.is_timed or given is not None or above.is_sequence,
            attributes.get("lang", above.language).lower(),
            above.changes,
        )
        self._open.append(element)
        timed = tag == "span" and not {"begin", "end", "dur"}.isdisjoint(attributes)
        if tag == "p" or (timed and self._texts):
            self._texts.append(_Paragraph(element))

    def text(self, data: str) -> None:
        """Take in text."""
        if not self._texts or self._hidden:
            return
        paragraph, element = self._texts[-1], self._open[-1]
        if element.look.hidden and not element.changes:
            return
        if element.is_preserved:
            self._add(data)
            return
        words = _BLANKS.sub(" ", data)
        if paragraph.ends_blank:
            words = words.removeprefix(" ")
        if words:
            paragraph.ends_blank = words.endswith(" ")
            self._add(words)

    def _add(self, text: str) -> None:
        element = self._open[-1]
        said, ruby = element.look, _RUBY.get(element.look.ruby or "", "")
        self._texts[-1].text.add(Look(said.on, ruby, bool(said.hidden), element.changes), text)

    def end(self, name: str) -> None:
        """Take in the end of an element."""
        tag = _local(name)
        if tag == "region":
            self._region = None
        if self._hidden:
            self._hidden -= 1
            return
        if tag not in _CONTENT or not self._open:
            return
        element = self._open.pop()
        if self._texts and self._texts[-1].element is element:
            self._finish(self._texts.pop())
        if self._open:
            self._open[-1].cursor = max(self._open[-1].cursor, min(element.end, 1e9))

    def close(self) -> None:
        """Take for ended what never is."""
        while self._texts:
            self._finish(self._texts.pop())

    def _finish(self, paragraph: _Paragraph) -> None:
        element = paragraph.element
        if not (element.is_timed or element.end < float("inf") or self._is_sample):
            return
        region = element.look.region or ""
        hidden = self._regions.get(region, _Look()).hidden
        around = Look(hidden=bool(hidden), changes=self._changes.get(region, ()))
        for begin, end, text in paragraph.text.shown(element.begin, element.end, around):
            if is_seen(text) and len(self.cues) < MOST_CUES:
                place = self._place(element.look, text.count("\n") + 1)
                self.cues.append(Cue(begin, end, text, place))
                self.languages.append(element.language)

    def _place(self, look: _Look, lines: int) -> str:
        region = self._regions.get(look.region or "")
        whole = look.over(region) if region else look
        row = _ROWS.get(whole.display or "")
        column = _COLUMNS.get(whole.align or "center", 1)
        if region is None or whole.origin is None or whole.extent is None:
            return settings((row or 1) + column) if region else settings(1 + column)
        (left, top), (width, height) = whole.origin, whole.extent
        x = left + width * column / 2
        at_bottom = top + height * {7: 0.0, 4: 0.5, 1: 1.0}[row or 7]
        return settings((row or 7) + column, (x, at_bottom), lines=lines)

    def _take_style(self, attributes: Mapping[str, str], look: _Look) -> None:
        if self._region is not None:  # a style within a region is the region's
            self._regions[self._region] = look.over(self._regions[self._region])
        elif "id" in attributes:
            self._styles[attributes["id"]] = look

    def _look(self, attributes: Mapping[str, str]) -> _Look:
        look = _Look()
        for name in attributes.get("style", "").split()[:20]:
            look = self._styles.get(name, _Look()).over(look)
        decoration = attributes.get("textDecoration", "")
        own = _Look(
            italic=_is(attributes.get("fontStyle"), "italic", "oblique"),
            bold=_is(attributes.get("fontWeight"), "bold"),
            underlined=_is(decoration or None, "underline") if decoration else None,
            region=attributes.get("region"),
            align=attributes.get("textAlign"),
            display=attributes.get("displayAlign"),
            hidden=_is_hidden(attributes),
            ruby=attributes.get("ruby"),
            origin=self._percents(attributes.get("origin")),
            extent=self._percents(attributes.get("extent")),
        )
        return own.over(look)

    def _read_clock(self, attributes: Mapping[str, str]) -> None:
        rate = _positive(attributes.get("frameRate")) or 30.0
        top, _, bottom = attributes.get("frameRateMultiplier", "").replace(":", " ").partition(" ")
        scale = (_positive(top) or 1.0) / (_positive(bottom) or 1.0)
        told = "frameRate" in attributes
        self._rate = rate * scale
        if attributes.get("timeBase") == "smpte":
            self._counted, self._drops = rate, attributes.get("dropMode", "")
        self._ticks = _positive(attributes.get("tickRate")) or (self._rate if told else 1.0)

    def _read_size(self, attributes: Mapping[str, str]) -> None:
        columns, _, rows = attributes.get("cellResolution", "").partition(" ")
        across, down = _positive(columns) or _CELLS[0], _positive(rows) or _CELLS[1]
        self._lengths["c"] = 100 / across, 100 / down
        size = _LENGTHS.fullmatch(attributes.get("extent", "").strip())
        if size and size[2] == size[4] == "px":
            width, height = _positive(size[1]), _positive(size[3])
            if width and height:
                self._lengths["px"] = 100 / width, 100 / height

    def _percents(self, value: str | None) -> tuple[float, float] | None:
        match = _LENGTHS.fullmatch((value or "").strip())
        if match is None or not {match[2], match[4]} <= self._lengths.keys():
            return None
        across, down = self._lengths[match[2]][0], self._lengths[match[4]][1]
        try:
            return float(match[1]) * across, float(match[3]) * down
        except ValueError:
            return None

    def _dropped(self, hours: int, minutes: int) -> int:
        """Return how many numbers of pictures are left out up to a time (TTML 1, appendix N)."""
        match self._drops:
            case "dropNTSC":
                return 2 * (54 * hours + minutes - minutes // 10)
            case "dropPAL":
                return 4 * (27 * hours + minutes // 2 - minutes // 20)
        return 0

    def _time(self, text: str | None) -> float | None:
        """Return seconds; ``None`` where there is no time that can be read."""
        words = (text or "").strip()
        if match := _CLOCK.fullmatch(words):
            hours, minutes, seconds, fraction, frames = match.groups()
            whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
            if self._counted and not fraction:
                count = whole * self._counted + int(frames or 0)
                return (count - self._dropped(int(hours or 0), int(minutes))) / self._rate
            return whole + float(f"0.{fraction or 0}") + int(frames or 0) / self._rate
        if match := _OFFSET.fullmatch(words):
            value, unit = float(match[1]), match[2]
            units = {**_UNITS, "f": 1 / self._rate, "t": 1 / (self._ticks or 1.0)}
            return value * units[unit]
        return None


def read_ttml(text: str, language: str | None = None, *, is_sample: bool = False) -> list[Cue]:
    """Read a document.

    :param language: the one to take of several; ``None``: the one with the most text.
    :param is_sample: what has no end lasts for ever, and is cut where the sample ends.
    :raises Failed: it is made of pictures, or not to be read at all.
    """
    if "<!ENTITY" in text:
        raise Failed("it defines entities of its own")
    reader = _Reader(is_sample=is_sample)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    problem = ""
    try:
        parser.Parse(_mended(_DECLARATION.sub("", text, count=1)).encode("utf-8", "replace"))
        parser.Parse(b"", True)  # noqa: FBT003 - takes it so alone; by itself, as an error loses text
    except expat.ExpatError as error:
        problem = str(error)
        reader.close()
    if not reader.cues and reader.has_pictures:
        raise Failed(PICTURES)
    if not reader.cues and problem:
        raise Failed(f"it is no XML: {problem}")
    cues = _of_one_language(reader.cues, reader.languages, language)
    return cues if is_sample else _ended(cues)


def _of_one_language(cues: list[Cue], languages: list[str], wanted: str | None) -> list[Cue]:
    amounts: defaultdict[str, int] = defaultdict(int)
    for cue, own in zip(cues, languages, strict=True):
        amounts[own] += len(cue.text)
    if len(amounts) < 2:
        return cues
    primary = (wanted or "").partition("-")[0].lower()
    named = [each for each in amounts if primary and each.partition("-")[0] == primary]
    chosen = max(named or [each for each in amounts if each], key=lambda each: amounts[each])
    return [c for c, own in zip(cues, languages, strict=True) if own in {chosen, ""}]


def _ended(cues: list[Cue]) -> list[Cue]:
    """Have what has no end go where something else comes."""
    begins = sorted({cue.start for cue in cues})
    return [
        replace(cue, stop=min([cue.start + LONGEST, *begins[bisect(begins, cue.start) :][:1]]))
        if cue.stop == float("inf")
        else cue
        for cue in cues
    ]


def _mended(text: str) -> str:
    """Put in what stands for a character by a name of HTML, and "&amp;" for a plain "&"."""
    return _AMPERSAND.sub("&amp;", _NAME.sub(_character, text)) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    return match[0] if match[1] in _NAMES_OF_XML else html5.get(f"{match[1]};", match[0])


_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")  # names an encoding that it is not in now


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _is(value: str | None, *words: str) -> bool | None:
    return None if value is None else any(word in value.split() for word in words)


def _is_hidden(attributes: Mapping[str, str]) -> bool | None:
    told = [attributes[name] == no for name, no in _HIDING.items() if name in attributes]
    if "opacity" in attributes:
        told.append(_ZERO.fullmatch(attributes["opacity"].strip()) is not None)
    return any(told) if told else None


def _positive(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 < number < 1e12 else None
