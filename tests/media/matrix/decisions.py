"""Who is right where programs differ: each difference that there is, and why we say what we say.

The test reads both tables. It fails for a difference that is not in them, and for a line that is
of no use any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.media.matrix.opinions import Difference


@dataclass(frozen=True)
class Spelling:
    """Another name for the same."""

    who: str
    theirs: str
    """A regular expression."""
    ours: str
    reason: str


@dataclass(frozen=True)
class Decision:
    """A difference in which we are right, or both are."""

    files: str
    """Patterns of names, with a space between them."""
    facts: str
    """Names of facts, with a comma between them."""
    who: str
    reason: str

    def is_of(self, difference: Difference) -> bool:
        return (
            difference.who == self.who
            and difference.fact in self.facts.split(", ")
            and any(fnmatchcase(difference.file, each) for each in self.files.split(" "))
        )


SPELLINGS = [
    Spelling(
        "mediabunny",
        r"hev1(\..*)",
        r"hvc1\1",
        "It says hev1 of all HEVC. The name begins with the sample entry (ISO/IEC 14496-15, annex "
        "E.3), and Safari takes hvc1 alone.",
    ),
    Spelling(
        "mediabunny",
        r"(vp09\.\d\d\.\d\d\.\d\d)\.\d\d\.\d\d\.\d\d\.\d\d\.\d\d",
        r"\1",
        "Colours and sampling may be left out (VP Codec ISO Media File Format Binding).",
    ),
    Spelling(
        "mediabunny",
        r"(av01\.\d\.\d\d[MH]\.\d\d)\.\d\.\d{3}\.\d\d\.\d\d\.\d\d\.\d",
        r"\1",
        "The same (AV1 Codec ISO Media File Format Binding, section 5).",
    ),
    Spelling("mediabunny", r"pcm-[su]\d+(be)?", "1", "Its own name: browsers know wFormatTag."),
    Spelling("mediabunny", r"pcm-f\d+(be)?", "3", "The same."),
    Spelling("mediabunny", "alaw", "6", "The same."),
    Spelling("mp4box.js", "Opus", "opus", "The sample entry; Firefox knows opus alone."),
    Spelling("mp4box.js", "fLaC", "flac", "The sample entry; WebM has flac, browsers know both."),
    Spelling(
        "mp4box.js",
        r"mp4a\.(69|6b)",
        "mp3",
        "Firefox says no to these, and plays it. To mp3 all say the truth.",
    ),
    Spelling("mp4box.js", r"mp4a\.a9", "dtsc", "No browser decodes it, by either name."),
    Spelling("mp4box.js", r"mp4a\.dd", "vorbis", "A number of FFmpeg's own, known to nobody."),
]

DECISIONS = [
    Decision(
        "late.mp4 late.mov late.mkv",
        "duration",
        "ffprobe",
        "It counts from where the clock is 0, we from where the file begins: `start` tells more.",
    ),
    Decision("late.mp4 late.mov late.mkv", "duration", "mediainfo", "The same."),
    Decision(
        "texts.mp4",
        "duration",
        "ffprobe",
        "FFmpeg 5.1 counts the track of chapters, which goes on after the film. 8 does not.",
    ),
    Decision("texts.mp4", "duration", "mediainfo", "It counts the track of chapters."),
    Decision(
        "texts.mkv texts.webm",
        "duration",
        "mediabunny",
        "It does not read captions, which end later than the film. Players go by the header.",
    ),
    Decision(
        "aac-latm.ts m2ts.m2ts m2ts.mts mpeg2_mp2.ts hevc_ac3.ts",
        "duration",
        "mediainfo",
        "It goes by the clock of the stream, which runs ahead. The other three go by the packets.",
    ),
    Decision(
        "theora_flac.ogv",
        "duration, sounds, sound names, channels, sample rates, languages",
        "mediabunny",
        "It does not know FLAC in Ogg.",
    ),
    Decision(
        "aac-latm.ts opus.ts",
        "sounds, sound names, channels, sample rates, languages",
        "mediabunny",
        "It knows neither LATM nor Opus in a transport stream.",
    ),
    Decision(
        "aac-latm.ts",
        "sounds",
        "mediainfo",
        "AAC it is; aac_latm says how it is packed, which matters to who copies it.",
    ),
    Decision(
        "mpeg2_mp2.ts",
        "sounds, sound names",
        "mediabunny",
        "It takes all of MPEG audio for the third layer. The header of each frame says the second.",
    ),
    Decision(
        "h264_mp2.mp4 mpeg2_mp2.mp4",
        "sounds",
        "mediainfo",
        "Object type 6B is for all three layers, and mp3 in all of FFmpeg. It is what browsers are "
        "to be asked for: they play this in MP4, and say no to mp2.",
    ),
    Decision(
        "aac-3ch.mp4",
        "channels",
        "mediabunny",
        "It reads the sample entry, where 2 stands for any number (ISO/IEC 14496-14, section 5.6).",
    ),
    Decision("mp3-lsf.mp4", "channels", "mediabunny", "The same; its frames are mono."),
    Decision(
        "alac-24bit.mov h264_alac.mp4 ima.mov *pcm*.mov",
        "sound names",
        "mp4box.js",
        "It does not know these sample entries for sound.",
    ),
    Decision(
        "mpeg4_aac.mp4 mpeg2_mp2.mp4",
        "picture name",
        "mp4box.js",
        "It leaves out the object type, which RFC 6381 (section 3.3) asks for.",
    ),
    Decision(
        "varying.mkv",
        "rate",
        "mediabunny",
        "It counts all pictures. Matroska says how long each lasts as a rule, and that is told.",
    ),
    Decision(
        "boxes-fragments-first.mp4",
        "rate",
        "mediainfo",
        "It rounds to what is usual. The last of the ten pictures lasts as long as the sound does.",
    ),
    Decision(
        "two-sounds.mov",
        "languages",
        "mediabunny",
        "It does not read the numbers of Macintosh, of which 2 is German (QuickTime File Format).",
    ),
    Decision("msmpeg4.avi msmpeg4.asf", "picture", "mediainfo", "Its name for all MPEG-4."),
    Decision("wmv1.asf", "sounds", "mediainfo", "Its name for both versions of WMA."),
]


def undecided(
    differences: Iterable[Difference], used: set[Spelling | Decision]
) -> list[Difference]:
    """Return the differences that are in neither table, and note which lines were of use."""
    left = []
    for difference in differences:
        spellings, is_same = _respelled(difference)
        decision = next((each for each in DECISIONS if each.is_of(difference)), None)
        if is_same:
            used.update(spellings)
        elif decision is not None:
            used.add(decision)
        else:
            left.append(difference)
    return left


def _respelled(difference: Difference) -> tuple[list[Spelling], bool]:
    """Say whether both say the same by another name, and which names these are."""
    ours, theirs = _listed(difference.ours), _listed(difference.theirs)
    if len(ours) != len(theirs):
        return [], False
    found = []
    for mine, other in zip(ours, theirs, strict=True):
        if other is None or mine == other:
            continue
        known = (each for each in SPELLINGS if _is_another_name(each, difference, mine, other))
        spelling = next(known, None)
        if spelling is None:
            return [], False
        found.append(spelling)
    return found, True


def _is_another_name(spelling: Spelling, difference: Difference, ours: Any, theirs: Any) -> bool:
    if spelling.who != difference.who or not difference.fact.endswith(("name", "names")):
        return False
    match = re.fullmatch(spelling.theirs, str(theirs))
    # Digits of hexadecimal numbers are of either case.
    return match is not None and match.expand(spelling.ours).casefold() == str(ours).casefold()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
