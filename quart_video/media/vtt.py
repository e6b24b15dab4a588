"""WebVTT: times, cues, and the files that players read chapters and previews from. Pure."""

from __future__ import annotations

import re
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


_UNSEEN = re.compile(
    r"<[^<>]*>|&(?:nbsp|lrm|rlm);"
    r"|[\s\xad\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2800\u3164\ufeff]"
)


def is_seen(text: str) -> bool:
    """Say whether anything of *text* can be seen: it is more than blanks, marks and tags."""
    return bool(text) and _UNSEEN.sub("", text) != ""


def is_shown(cue: Cue) -> bool:
    """Say whether there is anything to be seen of *cue*, at some time."""
    return _milliseconds(cue.start) < _milliseconds(cue.stop) and is_seen(cue.text)


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def timestamp(seconds: float) -> str:
    """Write a time as ``01:02:03.456``."""
    minutes, rest = divmod(_milliseconds(seconds), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


def write_vtt(cues: Iterable[Cue]) -> str:
    """Write a file of *cues*, in their order; those without text or duration are left out."""
    blocks = ["WEBVTT"]
    for cue in cues:
        if is_shown(cue):
            # "-->" in a text would be read as another time.
            times = f"{timestamp(cue.start)} --> {timestamp(cue.stop)} {cue.settings}".rstrip()
            blocks.append(f"{times}\n{cue.text.replace('-->', '→')}")
    return "\n\n".join(blocks) + "\n"


def chapters_vtt(chapters: Iterable[Chapter]) -> str:
    """Write *chapters* as a track of kind ``chapters``."""
    return write_vtt(
        Cue(each.start, each.stop, join_lines(escape(each.title))) for each in chapters
    )
