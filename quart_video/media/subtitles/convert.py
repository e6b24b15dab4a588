"""A caption file in any form becomes WebVTT. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice

from quart_video.media.subtitles.ass import read_ass
from quart_video.media.subtitles.encodings import read_text
from quart_video.media.subtitles.lines import (
    read_lrc,
    read_microdvd,
    read_mpl2,
    read_subviewer,
    read_subviewer1,
    read_tmplayer,
)
from quart_video.media.subtitles.sami import read_sami
from quart_video.media.subtitles.subrip import is_timing, read_subrip
from quart_video.media.subtitles.ttml import read_ttml
from quart_video.media.subtitles.webvtt import begins_webvtt, is_data, read_webvtt
from quart_video.media.vtt import MOST_CUES, Cue, is_seen, is_shown, write_vtt
from quart_video.media.workers.protocol import EMPTY, PICTURES, Failed

MOST_BYTES = 16 * 1024 * 1024
"""Longest caption file that is read."""

_HEAD = 64 * 1024  # letters
_PICTURES = (b"\x00\x00\x01\xba", b"PG", b"# VobSub", b"BSP")
_TTML = re.compile(r"<(?:[\w-]{1,20}:)?tt[\s>]")
_SAMI = re.compile(r"<sami[\s>]", re.IGNORECASE)
_SECTION = re.compile(
    r"^[ \t]*\[(?:script info|events|v4\+? styles)\]", re.IGNORECASE | re.MULTILINE
)
_DIALOGUE = re.compile(r"^Dialogue:", re.MULTILINE)

# By what a line of the file looks like, the first that fits.
_LINES: tuple[tuple[str, Callable[[str], Iterable[Cue]]], ...] = (
    (r"\{[ \t]?\d{1,9}[ \t]?\}[ \t]?\{[ \t]?\d{0,9}[ \t]?\}", read_microdvd),
    (r"\[\d{1,9}\][ \t]?\[\d{0,9}\]", read_mpl2),
    (r"\[\d{1,2}:\d\d:\d\d\][ \t]*\n(?!\s*\[)[^\n]*\S", read_subviewer1),
    (r"(?:\d{1,3}:\d\d:\d\d[.,]\d{1,3}[ \t]?,?[ \t]?){2}$", read_subviewer),
    (r"\[(?:\d{1,3}:)?\d{1,4}:\d{1,2}(?:[.:]\d{1,3})?\]", read_lrc),
    (r"\d{1,2}:\d\d:\d\d(?:,\d)?[:=](?!\d\d[\s,])", read_tmplayer),
)


def convert(data: bytes, *, encoding: str | None = None, language: str | None = None) -> str:
    """Turn a caption file into WebVTT. Its form is told by what is in it.

    :param encoding: of files that do not tell theirs and are not UTF-8; ``None``: it is guessed.
    :param language: BCP 47 tag that the file's name tells.
    :raises Failed: there is nothing in it that can be shown.
    """
    if len(data) > MOST_BYTES:
        raise Failed("it is too long for captions")
    if data.startswith(_PICTURES):
        raise Failed(PICTURES)
    text = read_text(data, encoding=encoding, language=language)
    if begins_webvtt(text):
        valid, count = read_webvtt(text)
        if count:
            return valid
        raise Failed(EMPTY)
    return write_cues(read_cues(text, language))


def read_cues(text: str, language: str | None) -> Iterable[Cue]:
    """Read what is no WebVTT."""
    head = text[:_HEAD]
    if _TTML.search(head):
        return read_ttml(text, language)
    if _SAMI.search(head):
        return read_sami(text, language)
    if _SECTION.search(head) or _DIALOGUE.search(text):
        return read_ass(text)
    if any(is_timing(line) for line in text.split("\n")):
        return read_subrip(text)
    for pattern, read in _LINES:
        if re.search(rf"^[ \t]*+{pattern}", text, re.MULTILINE):
            return read(text)
    raise Failed("its form is not known" if is_seen(text) else EMPTY)


def write_cues(cues: Iterable[Cue]) -> str:
    """Write cues in the order of their times.

    :raises Failed: there are none.
    """
    found = list(islice(filter(is_shown, cues), MOST_CUES))
    if all(is_data(cue.text) for cue in found):
        raise Failed(EMPTY)
    # What stands for a sign has up to six letters: a file of signs alone would become too long.
    if sum(len(cue.text) for cue in found) > MOST_BYTES:
        raise Failed("it is too long for captions")
    return write_vtt(sorted(found, key=lambda cue: cue.start))
