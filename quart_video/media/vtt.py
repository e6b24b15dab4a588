"""WebVTT: times, cues, and the files that players read chapters and previews from. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quart_video.media.details import Chapter

MOST_CUES = 50_000
"""Most cues of a track that is made out of another form."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Text for some time; times are seconds from the start of the video."""

    start: float
    stop: float
    text: str
    """As it stands in a cue: escaped where it is no markup."""
    settings: str = ""
    """Where it stands on the picture, as WebVTT has it: ``line:0 align:left``."""


def escape(text: str) -> str:
    """Return plain *text* as it stands in a cue."""
    for character, reference in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(character, reference)
    return text


def join_lines(text: str) -> str:
    """Leave out the empty lines of *text*, which would end a cue, and what WebVTT cannot hold."""
    lines = (line.rstrip() for line in text.replace("\0", "").splitlines())
    return "\n".join(line for line in lines if line)


def timestamp(seconds: float) -> str:
    """Write a time as ``01:02:03.456``."""
    milliseconds = max(0, round(seconds * 1000))
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


def write_vtt(cues: Iterable[Cue]) -> str:
    """Write a file of *cues*, in their order; those without text or duration are left out."""
    blocks = ["WEBVTT"]
    for cue in cues:
        start, stop = timestamp(cue.start), timestamp(cue.stop)
        if cue.text and start < stop:
            # "-->" in a text would be read as another time.
            times = f"{start} --> {stop} {cue.settings}".rstrip()
            blocks.append(f"{times}\n{cue.text.replace('-->', '→')}")
    return "\n\n".join(blocks) + "\n"


def chapters_vtt(chapters: Iterable[Chapter]) -> str:
    """Write *chapters* as a track of kind ``chapters``."""
    return write_vtt(
        Cue(each.start, each.stop, join_lines(escape(each.title))) for each in chapters
    )
