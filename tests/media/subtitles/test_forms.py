"""Every form becomes WebVTT, and is what ffmpeg reads of it where that reads it at all."""

from __future__ import annotations

import re
import subprocess
from html import unescape
from pathlib import Path

import pytest

from quart_video.media import Failed
from quart_video.media.subtitles.convert import convert
from tests.e2e.harness import need_tool
from tests.media.subtitles.cases import ALL_OF_WEBVTT, Case, srt
from tests.media.subtitles.more_cases import ALL_CASES as CASES

_CUE = re.compile(r"((?:\d+:)?\d+:\d+\.\d+) --> ((?:\d+:)?\d+:\d+\.\d+)")
_TAG = re.compile(r"</?[a-z][^>]*>")
Plain = list[tuple[float, float, str]]


def converted(source: str) -> str:
    """Return the WebVTT without its first line, nothing where there is none."""
    try:
        return convert(source.encode()).removeprefix("WEBVTT\n\n").rstrip("\n")
    except Failed:
        return ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_cues(case: Case) -> None:
    assert converted(case.source) == case.cues


def test_there_are_many() -> None:
    assert len(CASES) >= 150
    assert len({case.id for case in CASES}) == len(CASES)


def test_what_is_valid_stays_as_it_is() -> None:
    assert convert(ALL_OF_WEBVTT.encode()) == ALL_OF_WEBVTT
    assert convert(ALL_OF_WEBVTT.replace("\n", "\r\n").encode()) == ALL_OF_WEBVTT


def test_what_stands_in_the_head_of_webvtt_stays_there() -> None:
    head = "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000"
    cue = "00:01.000 --> 00:02.000\na\n"
    assert convert(f"{head}\n{cue}".encode()) == f"{head}\n\n{cue}"


def test_a_language_of_several_in_ttml() -> None:
    both = next(case for case in CASES if case.id == "TTML, two languages").source.encode()
    assert "salut" not in convert(both, language="en-GB")
    assert "good day" not in convert(both, language="fr")
    assert "good day" in convert(both, language="de")


def test_a_language_of_several() -> None:
    both = next(case for case in CASES if case.id == "SAMI in two languages")
    assert "\nHi\n" in convert(both.source.encode(), language="en-GB")
    assert "안녕하세요" in convert(both.source.encode(), language="ko")
    assert "안녕하세요" in convert(both.source.encode(), language="fr")


@pytest.mark.parametrize("data", [b"\0\0\1\xba" + bytes(2044), b"PG" + bytes(20)])
def test_pictures_are_named_so(data: bytes) -> None:
    with pytest.raises(Failed, match="pictures"):
        convert(data)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<tt", "form is not known"),
        (" \n\ufeff", "no captions"),
        ("<tt><body", "no XML"),
        ('<!DOCTYPE tt [<!ENTITY a "b">]><tt><body>&a;</body></tt>', "entities"),
        ("<tt>" + "<div>" * 1000, "nested too deep"),
        ('<tt xmlns:s="x"><body><div s:backgroundImage="a.png"/></body></tt>', "pictures"),
    ],
)
def test_documents_that_are_none(source: str, reason: str) -> None:
    with pytest.raises(Failed, match=reason):
        convert(source.encode())


@pytest.mark.slow
def test_no_more_cues_than_a_track_may_have() -> None:
    assert convert((srt("a") * 60_000).encode()).count("-->") == 50_000
    assert convert(b"{1}{2}a\n" * 60_000).count("-->") == 50_000


@pytest.mark.parametrize("source", [b"x" * 17_000_000, srt("&" * 8_000_000).encode()])
def test_what_is_too_long(source: bytes) -> None:
    with pytest.raises(Failed, match="too long"):
        convert(source)


def _ffmpeg(path: Path) -> Plain:
    command = [need_tool("ffmpeg"), "-nostdin", "-v", "error", "-i", str(path)]
    answer = subprocess.run([*command, "-f", "webvtt", "-"], capture_output=True, timeout=60)  # noqa: PLW1510 - it may find nothing
    return plain(answer.stdout.decode())


def plain(vtt: str) -> Plain:
    """Return times and plain text of the cues."""
    found = []
    for block in re.split(r"\n\n+(?=(?:[^\n]*\n)?[\d:.]+ --> )", vtt):
        if times := _CUE.search(block):
            text = unescape(_TAG.sub("", block[times.end() :].partition("\n")[2]))
            found.append((_seconds(times[1]), _seconds(times[2]), text.strip("\n")))
    return sorted(found)


def _seconds(text: str) -> float:
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return round(seconds, 2)


# Beside what is told of each case: what ffmpeg 5 to 8 do with what is small, loose or drawn.
OTHERWISE = {
    "finds no SubRip in so little": ["without a number", "no blanks", "tabs", "words first"],
    "takes a number for that of the next": ["a number that is text"],
    "takes a mark for text": ["two marks of bytes"],
    "leaves out what is there already": ["the same twice"],
    "takes it for a tag": ["a key", "plain signs"],
    "leaves out what it does not know": ["no entity"],
    "wants an empty line": ["no line between", "a mark and a line first"],
    "shows it": ["a hard blank", "a note", "a drawing", "nothing but a drawing"],
    "shows what cannot be seen": ["what cannot be seen"],
    "follows what comes with time": ["what comes with time"],
    "wants all columns": ["a broken style", "other columns", "few columns", "no columns"],
    "wants sections": ["no sections"],
    "shows each layer": ["layers", "picture by picture"],
    "finds no MicroDVD in so little": ["MicroDVD", "MicroDVD, italic", "MicroDVD without a rate"],
}
_OTHERWISE = {name for names in OTHERWISE.values() for name in names}
SAME = [c for c in CASES if not c.differs and c.id.partition(", ")[2] not in _OTHERWISE]
SAME = [case for case in SAME if case.id not in _OTHERWISE]


def test_ffmpeg_is_held_against_most_of_what_it_reads() -> None:
    assert len(SAME) >= 60


@pytest.mark.parametrize("case", SAME, ids=[case.id for case in SAME])
@pytest.mark.sample(24)
def test_ffmpeg_reads_the_same(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.name
    path.write_text(case.source, encoding="utf-8", newline="")
    assert plain("WEBVTT\n\n" + case.cues) == _ffmpeg(path)
