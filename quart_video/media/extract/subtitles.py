"""Captions in any form, as WebVTT. Runs in a child process."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress

import av
import charset_normalizer
import pysubs2
from av.container import InputContainer
from av.stream import Discard, Stream
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle

from quart_video.media.extract.clock import start_of
from quart_video.media.vtt import Cue, escape, join_lines, write_vtt
from quart_video.media.workers.protocol import Failed

MOST_BYTES = 8 * 1024 * 1024
"""Longest caption file that is read."""
_MOST_CUES = 50_000
_SAMPLE = 64 * 1024  # bytes that tell an encoding

# UTF-32 before UTF-16, whose mark it begins with.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ALPHABETS = (
    ("cp1252", frozenset("àâæçéèêëîïôœùûüÿ")),  # French
    ("cp1252", frozenset("äöüßéàè")),  # German
    ("cp1252", frozenset("áéíñóúüçàèïò")),  # Spanish, Catalan
    ("cp1252", frozenset("áâãàçéêíóôõúü")),  # Portuguese
    ("cp1252", frozenset("àèéìíîòóùú")),  # Italian
    ("cp1252", frozenset("åäöæøéüèàêô")),  # Danish, Finnish, Norwegian, Swedish
    ("cp1252", frozenset("áðéíóúýþæö")),  # Icelandic
    ("cp1252", frozenset("áéëïíóöúüèàê")),  # Dutch
    ("cp1254", frozenset("çğ\u0131i\u0307öşüâîû")),  # Turkish
    ("cp1255", frozenset("אבגדהוזחטיךכלםמןנסעףפץצקרשת")),  # Hebrew
)
_SIGNS = frozenset("\N{NBSP}¡¿«»°·—“”„…€£©®™♪ºª\u2013\u2018\u2019\u00b4")
_TIMES = re.compile(r"(?:\d+:)?\d\d:\d\d[.,]\d{3}\s*-->")
_BLOCK = re.compile(r"\{([^}]*)\}")
_SWITCH = re.compile(r"\\([biu])([0-9]+)|\\p([0-9]+)|\\(r)")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")


def caption(data: bytes, extension: str, encoding: str | None) -> str:
    """Turn a caption file into WebVTT.

    :param extension: of its name: ``.vtt``, ``.srt``, ``.ass`` or ``.ssa``.
    :param encoding: of files that do not tell theirs and are not UTF-8; ``None``: it is guessed.
    :raises Failed: there are no captions in it.
    """
    text = read_text(data, encoding)
    if extension == ".vtt" and text.startswith("WEBVTT"):
        return text
    form = "ass" if "[Script Info]" in text or "[Events]" in text else "srt"
    if form == "srt" and not _TIMES.search(text):
        raise Failed("there are no captions in it")
    script = pysubs2.SSAFile.from_string(text, format_=form)
    events = sorted(event for event in script[:_MOST_CUES] if not event.is_comment)
    return write_vtt(
        Cue(event.start / 1000, event.end / 1000, cue_text(event.text)) for event in events
    )


def read_text(data: bytes, encoding: str | None) -> str:
    """Decode *data*: by its mark, else as UTF-8, else in *encoding*, else in what it looks like."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _lines(data.decode(name, "replace"))
    with suppress(UnicodeDecodeError):
        return _lines(data.decode())
    return _lines(data.decode(encoding or guess(data), "replace"))


def guess(data: bytes) -> str:
    """Return the encoding that *data*, which is not UTF-8, seems to be in."""
    # What is taken for another encoding of one byte a letter is, in languages with few letters of
    # their own, told apart by these.
    for encoding, letters in _ALPHABETS:
        with suppress(UnicodeDecodeError):
            seen = {letter for letter in data.decode(encoding).lower() if letter > "\x7f"}
            if seen <= letters | _SIGNS:
                return encoding
    best = charset_normalizer.from_bytes(data[:_SAMPLE]).best()
    return best.encoding if best else "cp1252"


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def cue_text(text: str) -> str:
    """Turn the text of an ASS event into that of a cue: bold, italic and underlined are kept."""
    parts: list[str] = []
    opened: list[str] = []
    drawing = False
    for number, piece in enumerate(_BLOCK.split(text)):
        if number % 2 == 0:
            parts += [] if drawing else [_plain(piece)]
            continue
        for tag, value, scale, reset in _SWITCH.findall(piece):
            if scale:
                drawing = scale != "0"
            elif reset or value == "0":
                parts += _close(opened, tag or None)
            elif tag not in opened:
                opened.append(tag)
                parts.append(f"<{tag}>")
    return join_lines("".join([*parts, *_close(opened, None)]))


def _close(opened: list[str], tag: str | None) -> list[str]:
    """Close the tags up to *tag*, none where it is not open, or all where it is ``None``."""
    keep = 0 if tag is None else opened.index(tag) if tag in opened else len(opened)
    closed = [f"</{each}>" for each in reversed(opened[keep:])]
    del opened[keep:]
    return closed


def _plain(piece: str) -> str:
    for mark, character in (("\\N", "\n"), ("\\n", "\n"), ("\\h", "\N{NBSP}")):
        piece = piece.replace(mark, character)
    return escape(_MARKUP.sub("", piece))


def tracks(container: InputContainer, codecs_known: frozenset[str]) -> dict[str, bytes]:
    """Take out all tracks of text, in one reading of the file.

    :raises Failed: there are none.
    """
    streams = {
        stream.index: stream
        for stream in container.streams.subtitles
        if stream.codec_context.codec.canonical_name in codecs_known
    }
    if not streams:
        raise Failed("there is no text in it")
    for stream in container.streams:
        stream.discard = Discard.none if stream.index in streams else Discard.all
    cues: dict[int, list[Cue]] = {index: [] for index in streams}
    with suppress(av.FFmpegError):  # a file that breaks off has given what it has
        for packet in container.demux(*streams.values()):
            found = cues[packet.stream.index]
            if packet.size and packet.pts is not None and len(found) < _MOST_CUES:
                with suppress(av.FFmpegError, UnicodeDecodeError):
                    found += _cues(streams[packet.stream.index], packet, start_of(container))
    return {f"text-{index}": write_vtt(found).encode() for index, found in cues.items()}


def _cues(stream: SubtitleStream, packet: av.Packet[Stream], begin: float) -> Iterator[Cue]:
    base = packet.time_base or stream.time_base
    if base is None or packet.pts is None:
        return
    start = float(packet.pts * base) - begin
    shown = stream.codec_context.decode2(packet)
    if shown is None:
        return
    lasts = float((packet.duration or 0) * base) or shown.end_display_time / 1000
    for rect in shown:
        if isinstance(rect, AssSubtitle):
            # ReadOrder, Layer, Style, Name, three margins, Effect, and then the text
            text = rect.ass.decode("utf-8", "replace").split(",", 8)[-1]
            yield Cue(start, start + lasts, cue_text(text))
