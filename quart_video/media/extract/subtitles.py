"""The tracks of text inside a video become WebVTT. Runs in a child process.

Packets are read as they stand in the file wherever they hold text: FFmpeg's decoders make
SubStation Alpha of it, and lose empty lines, braces and places on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import av
from av.container import InputContainer
from av.stream import Discard, Stream
from av.subtitles.codeccontext import SubtitleCodecContext
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle

from quart_video.media.extract.clock import start_of
from quart_video.media.subtitles import wvtt
from quart_video.media.subtitles.ass import Script, merge
from quart_video.media.subtitles.subrip import subrip_cue
from quart_video.media.subtitles.ttml import read_ttml
from quart_video.media.subtitles.tx3g import read_description, read_sample
from quart_video.media.vtt import MOST_CUES, Cue, is_shown, join_lines, write_vtt
from quart_video.media.workers.protocol import Failed

Read = Callable[["av.Packet[Any]", float, float], Iterator[Cue]]
"""Makes cues of a packet and its times."""

_HELD_BACK = "eia_608"  # of which the decoder gives the last text when there is no more
_LAYERED = frozenset({"ass", "ssa", "wvtt"})  # of what may be there several times
_MOST_BYTES = 64 * 1024 * 1024  # of text, of all tracks together
_MOST_WRITTEN = 60 * 1024 * 1024  # likewise of what is made of it; a child may not answer with more


def tracks(container: InputContainer, codecs: Mapping[int, str]) -> dict[str, bytes]:
    """Take out tracks of text, in one reading of the file; one without any text is empty.

    :param codecs: of all of them, by the numbers of their streams.
    :raises Failed: there are none.
    """
    streams = {each.index: each for each in container.streams if each.index in codecs}
    if not streams:
        raise Failed("there is no text in it")
    for stream in container.streams:
        stream.discard = Discard.none if stream.index in streams else Discard.all
    begin, length = start_of(container), 0
    readers = {index: _reader(each, codecs[index], begin) for index, each in streams.items()}
    cues: dict[int, list[Cue]] = {index: [] for index in streams}
    with suppress(av.FFmpegError):  # a file that breaks off has given what it has
        for packet in container.demux(*streams.values()):
            found = cues[packet.stream.index]
            base = packet.time_base or packet.stream.time_base
            if not packet.size and codecs[packet.stream.index] == _HELD_BACK:
                found += readers[packet.stream.index](packet, 0.0, 0.0)
            if not packet.size or packet.pts is None or not base or len(found) >= MOST_CUES:
                continue
            length += packet.size
            if length > _MOST_BYTES:
                break
            start = float(packet.pts * base) - begin
            stop = start + float((packet.duration or 0) * base)
            with suppress(av.FFmpegError, Failed, UnicodeDecodeError):
                found += readers[packet.stream.index](packet, start, stop)
    made: dict[str, bytes] = {}
    left = _MOST_WRITTEN
    for index, found in cues.items():
        blob = write(found, codecs[index])
        left -= len(blob)
        made[f"text-{index}"] = blob if left >= 0 else b""
    return made


def write(cues: list[Cue], codec: str) -> bytes:
    """Write what is to be seen of the cues of a track; it is empty where nothing is."""
    cues = merge(cues) if codec in _LAYERED else cues
    shown = [cue for cue in cues if is_shown(cue)]
    return write_vtt(shown[:MOST_CUES]).encode() if shown else b""


def _reader(stream: Stream, codec: str, begin: float) -> Read:
    context = stream.codec_context
    extra = bytes(context.extradata or b"") if context is not None else b""
    match codec:
        case "ass" | "ssa":
            return _ass(extra)
        case "mov_text":
            defaults = read_description(extra)
            return lambda packet, start, stop: iter(
                [read_sample(bytes(packet), start, stop, defaults)]
            )
        case "ttml":
            return _ttml
        case "webvtt":
            return _webvtt
        case "wvtt":
            return lambda packet, start, stop: wvtt.read_sample(bytes(packet), start, stop)
        case "srt" | "subrip" | "text":
            return lambda packet, start, stop: iter([subrip_cue(start, stop, _text(packet))])
        case _:
            assert isinstance(stream, SubtitleStream)
            return decoded(stream.codec_context, begin)


def _text(packet: av.Packet[Any]) -> str:
    text = bytes(packet).decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _ass(header: bytes) -> Read:
    script = Script()
    for line in header.decode("utf-8", "replace").splitlines():
        script.read(line)

    def read(packet: av.Packet[Any], start: float, stop: float) -> Iterator[Cue]:
        # ReadOrder, Layer, Style, Name, three margins, Effect, and then the text
        fields = _text(packet).split(",", 8)
        if len(fields) == 9:
            yield script.cue(start, stop, fields[2], fields[8])

    return read


def _webvtt(packet: av.Packet[Any], start: float, stop: float) -> Iterator[Cue]:
    settings = ""
    for name in ("webvtt_settings", "matroska_block_additional"):
        if packet.has_sidedata(name):
            data = bytes(packet.get_sidedata(name))
            # Of Matroska: a number of eight bytes, then settings, name and comments by lines.
            data = data[8:] if name == "matroska_block_additional" else data
            settings = data.decode("utf-8", "replace").partition("\n")[0].strip("\0\r ")
    yield Cue(start, stop, join_lines(_text(packet)), settings.replace("-->", ""))


def _ttml(packet: av.Packet[Any], start: float, stop: float) -> Iterator[Cue]:
    cues = read_ttml(_text(packet), is_sample=True)
    # ISO/IEC 14496-30: times are those of the track. Some write them from the sample on.
    shift = 0.0 if any(cue.start < stop and cue.stop > start for cue in cues) else start
    for cue in cues:
        first, last = max(start, cue.start + shift), min(stop, cue.stop + shift)
        yield Cue(first, last, cue.text, cue.settings)


def decoded(context: SubtitleCodecContext, begin: float) -> Read:
    """Return what reads a form that changes a screen bit by bit, such as closed captions.

    :param begin: of the video, in seconds: FFmpeg tells the times by its own clock.
    """
    script = Script()

    def read(packet: av.Packet[Any], _start: float, _stop: float) -> Iterator[Cue]:
        shown = context.decode2(packet)
        if shown is None or shown.pts is None:
            return
        start = shown.pts / av.time_base - begin
        first, last = (
            start + each / 1000 for each in (shown.start_display_time, shown.end_display_time)
        )
        for rect in shown:
            if isinstance(rect, AssSubtitle):
                fields = rect.ass.decode("utf-8", "replace").split(",", 8)
                yield script.cue(first, last, fields[2] if len(fields) == 9 else "", fields[-1])

    return read
