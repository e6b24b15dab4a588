"""The old forms in which every line is a cue: MicroDVD, MPL2, TMPlayer, LRC, SubViewer. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise

from quart_video.media.subtitles.richtext import TAGS
from quart_video.media.subtitles.subrip import subrip_cue
from quart_video.media.subtitles.times import CLOCK, clock
from quart_video.media.vtt import MOST_CUES, Cue

FRAME_RATE = 24000 / 1001
"""Pictures a second of a film, for MicroDVD that does not tell."""
LONGEST = 8.0
"""Seconds that text stays where nothing says when it ends."""

_MICRODVD = re.compile(r"\{\s?(\d{1,9})\s?\}\s?\{\s?(\d{0,9})\s?\}\s?(.*)")
_STYLE_OF_LINE = re.compile(r"\{y:([^{}]{1,20})\}")
_MPL2 = re.compile(r"\[(\d{1,9})\]\s?\[(\d{0,9})\]\s?(.*)")
_TMPLAYER = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})(?:,\d)?[:=\s](.*)")
# "01:02:03" has hundredths behind the last colon, "01:02:03.45" hours before the first one.
_STAMP = r"(?:(\d{1,3}):(?=\d{1,4}:\d{1,2}\.))?(\d{1,4}):(\d{1,2})(?:[.:](\d{1,3}))?"
_LYRIC = re.compile(rf"\s*+\[{_STAMP}\]")
_OFFSET = re.compile(r"\[offset:\s*([-+]?\d{1,9})\s*\]", re.IGNORECASE)
_SUBVIEWER = re.compile(rf"{CLOCK}\s*,\s*{CLOCK}")
_BREAK = re.compile(r"\[br\]", re.IGNORECASE)
_LINE_MARKS = {"/": "i", "_": "u", "\\": "b"}
_RATES = (1.0, 200.0)
_MOST_TIMES = 50  # of one line of a song
_LONGEST_LYRIC = 2000  # letters
_WORD_TIMES = re.compile(r"(?:[ \t]{0,3}(?:<[\d:.]{3,16}>|\[\d{1,4}:[\d:.]{1,12}\]))+[ \t]{0,3}")
_MOMENT = re.compile(r"\[(\d{1,2}):(\d\d):(\d\d)\]\s*(.*)")
_TOLD_FPS = re.compile(r"(?<![\d.,])(\d{2}(?:[.,]\d{1,6})?) ?fps", re.IGNORECASE)
_FPS = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?)\s*(?:fps)?", re.IGNORECASE)


def read_microdvd(text: str) -> Iterator[Cue]:
    """Read lines such as ``{25}{50}One|Two``, counted in pictures."""
    rate = FRAME_RATE
    found = _matches(_MICRODVD, text)
    timed: list[tuple[float, float | None, str]] = []
    for start, stop, words in (match.groups() for match in found):
        told = _rate(words) if not timed and int(start) <= 1 else None
        if told is not None:
            rate = told
            continue
        if not timed and (among := _TOLD_FPS.search(words[:200])):
            rate = _rate(among[1]) or rate  # what editors write is text as well
        timed.append((int(start) / rate, int(stop) / rate if stop else None, words))
    yield from _closed(timed, _italic_lines)


def read_mpl2(text: str) -> Iterator[Cue]:
    """Read lines such as ``[10][25]One|Two``, counted in tenths of seconds."""
    rows = (match.groups() for match in _matches(_MPL2, text))
    timed = [
        (int(start) / 10, int(stop) / 10 if stop else None, words) for start, stop, words in rows
    ]
    yield from _closed(timed, _styled_lines)


def read_tmplayer(text: str) -> Iterator[Cue]:
    """Read lines such as ``00:00:01:One|Two``."""
    rows = (match.groups() for match in _matches(_TMPLAYER, text))
    timed = [
        (clock(hours, minutes, seconds, None), None, words)
        for hours, minutes, seconds, words in rows
    ]
    yield from _closed(timed, _italic_lines)


def read_lrc(text: str) -> Iterator[Cue]:
    """Read lines such as ``[00:01.50]One``; a line may have several times."""
    timed: list[tuple[float, float | None, str]] = []
    offset = _OFFSET.search(text)
    earlier = int(offset[1]) / 1000 if offset else 0.0
    for line in text.split("\n"):
        times: list[float] = []
        end = 0
        while len(times) < _MOST_TIMES and (match := _LYRIC.match(line, end)):
            times.append(clock(*match.groups()))
            end = match.end()
        words = _WORD_TIMES.sub(_blank_of, line[end : end + _LONGEST_LYRIC]).strip()
        timed += [(max(0.0, time - earlier), None, words) for time in times]
    yield from _closed(sorted(timed, key=lambda row: row[0]), str)


def read_subviewer(text: str) -> Iterator[Cue]:
    """Read SubViewer and SBV: a line with two times, and lines of text below it."""
    times: re.Match[str] | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        found = _SUBVIEWER.fullmatch(line.strip()[:100])
        if found is None:
            lines.append(line)
            continue
        yield from _subviewer_cue(times, lines)
        times, lines = found, []
    yield from _subviewer_cue(times, lines)


def _blank_of(times: re.Match[str]) -> str:
    return " " if " " in times[0] or "\t" in times[0] else ""


def read_subviewer1(text: str) -> Iterator[Cue]:
    """Read SubViewer 1: a line with a time, and a line of text below it or behind it."""
    timed: list[tuple[float, float | None, str]] = []
    for line in text.split("\n"):
        if found := _MOMENT.fullmatch(line.strip()):
            hours, minutes, seconds, words = found.groups()
            timed.append((clock(hours, minutes, seconds, None), None, words))
        elif line.lstrip().startswith(("[", "*")):
            continue
        elif timed and len(timed) <= MOST_CUES:
            start, _, words = timed[-1]
            timed[-1] = (start, None, f"{words}|{line.strip()}".strip("|"))
    yield from _closed(timed, lambda words: _BREAK.sub("\n", words.replace("|", "\n")))


def _subviewer_cue(times: re.Match[str] | None, lines: list[str]) -> Iterator[Cue]:
    if times is not None:
        groups = times.groups()
        text = _BREAK.sub("\n", "\n".join(lines))
        yield subrip_cue(clock(*groups[:4]), clock(*groups[4:8]), text)


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the lines that a pattern is of, as many as a track may have."""
    found = (pattern.match(line.strip()) for line in text.split("\n"))
    return islice(filter(None, found), MOST_CUES)


def _closed(
    timed: Sequence[tuple[float, float | None, str]], form: Callable[[str], str]
) -> Iterable[Cue]:
    """Make cues that end where a later one begins, where they do not say when they do."""
    ends: list[float] = []  # from the last one on
    following = float("inf")
    for (start, _, _), (later, _, _) in pairwise([(float("inf"), None, ""), *reversed(timed)]):
        following = start if start > later else following
        ends.append(following)
    for (start, stop, words), following in zip(timed, reversed(ends), strict=True):
        end = min(following, start + LONGEST) if stop is None else stop
        yield subrip_cue(start, end, form(words))


def _italic_lines(words: str) -> str:
    """Return the lines of *words*; a slash before one of them makes it italic."""
    return _marked_lines(words, "/")


def _styled_lines(words: str) -> str:
    """Return the lines of *words*; a mark before one of them says how it looks."""
    return _marked_lines(words, "/_\\")


def _marked_lines(words: str, marks: str) -> str:
    lines = []
    for whole in words.split("|"):
        # "{Y:i}" is of all lines, "{y:i}" of one.
        on = "".join(_STYLE_OF_LINE.findall(whole)).lower()
        line = _STYLE_OF_LINE.sub("", whole)
        if line and line[0] in marks:
            on, line = on + _LINE_MARKS[line[0]], line[1:]
        for style in TAGS:
            line = f"<{style}>{line}</{style}>" if style in on else line
        lines.append(line)
    return "\n".join(lines)


def _rate(words: str) -> float | None:
    found = _FPS.fullmatch(words.strip())
    value = float(found[1].replace(",", ".")) if found else 0.0
    return value if _RATES[0] <= value <= _RATES[1] else None
