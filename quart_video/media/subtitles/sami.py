"""SAMI: text that stays until the next time is named. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from quart_video.media.subtitles.lines import LONGEST
from quart_video.media.subtitles.subrip import subrip_cue
from quart_video.media.vtt import Cue

# Tags are short, and nothing looks for their end further on.
_SYNC = re.compile(
    r"<sync\s[^<>]{0,200}?start\s{0,9}=\s{0,9}[\"']?\s{0,9}(-?\d{1,9})([^<>]{0,200}+)>",
    re.IGNORECASE,
)
_END = re.compile(r"\bend\s{0,9}=\s{0,9}[\"']?\s{0,9}(\d{1,9})", re.IGNORECASE)
_BODY = re.compile(r"<body[\s>]|</head>|</style>", re.IGNORECASE)
_PARAGRAPH = re.compile(
    r"<p(?:\s[^<>]{0,200}?class\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w-]{1,64})[^<>]{0,200}+"
    r"|(?:\s[^<>]{0,400}+)?)>",
    re.IGNORECASE,
)
_CLASS = re.compile(r"\.([\w-]{1,64})\s{0,99}\{([^{}]{0,500})\}")
_LANGUAGE = re.compile(r"lang\s*:\s*([a-z]{2,3})", re.IGNORECASE)
_ENDS = re.compile(r"</(?:body|sami|sync)>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s{0,9}/?>", re.IGNORECASE)
_BLANK = re.compile(r"&nbsp;?|\s")
_LONGEST_HEAD = 64 * 1024  # letters


def read_sami(text: str, language: str | None) -> Iterator[Cue]:
    """Read a file of SAMI, which may hold the text in several languages.

    :param language: the one to take; ``None``: the one with the most text.
    """
    tracks: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    ends: dict[float, float] = {}
    body = _BODY.search(text)
    head = text[: body.start()] if body else ""
    # What stands before the first time, then times, what else is told of each, and what follows it.
    parts = _SYNC.split(_without_comments(text[len(head) :]))
    for milliseconds, told, content in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        if (found := _END.search(told)) and int(found[1]) > int(milliseconds):
            ends[int(milliseconds) / 1000] = int(found[1]) / 1000
        # What stands before the first paragraph, then classes and what follows each in turn.
        pieces = _PARAGRAPH.split(_ENDS.sub("", content))
        if len(pieces) == 1:
            pieces = ["", "", pieces[0]]
        for name, words in zip(pieces[1::2], pieces[2::2], strict=True):
            tracks[(name or "").lower()].append((int(milliseconds) / 1000, _lines(words)))
    if not tracks:
        return
    own = _class_of(head or parts[0], language)
    chosen = own if own and own in tracks else max(tracks, key=lambda name: _amount(tracks[name]))
    # What is of no class is of all of them.
    rows = tracks[chosen] + (tracks.get("", []) if chosen else [])
    by_time: defaultdict[float, list[str]] = defaultdict(list)
    for start, words in rows:
        by_time[start] += [words] if words else []  # with who speaks above what is said
    times = [(start, "\n".join(words)) for start, words in sorted(by_time.items())]
    for (start, words), (stop, _) in pairwise([*times, (float("inf"), "")]):
        lasts = min(stop, start + LONGEST) if stop == float("inf") else stop
        yield subrip_cue(start, min(ends.get(start, lasts), stop), words)


def _class_of(head: str, language: str | None) -> str | None:
    """Return the class of the paragraphs in *language*, as the style sheet in the head has it."""
    primary = (language or "").partition("-")[0].lower()
    for name, rules in _CLASS.findall(head[:_LONGEST_HEAD]):
        found = _LANGUAGE.search(rules)
        if primary and found and found[1].lower() == primary:
            return str(name).lower()
    return None


def _amount(rows: list[tuple[float, str]]) -> int:
    return sum(len(words) for _, words in rows)


def _lines(words: str) -> str:
    """Return the lines of *words*: only marks break them. A lone blank that is kept is nothing."""
    joined = _BREAK.sub("\n", " ".join(words.split()))
    joined = "\n".join(line.strip() for line in joined.split("\n"))
    return "" if _BLANK.sub("", joined) == "" else joined


def _without_comments(text: str) -> str:
    first, *others = text.split("<!--")
    pieces = (each.partition("-->") for each in others)
    return first + "".join(after if end else before for before, end, after in pieces)
