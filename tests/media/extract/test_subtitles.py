"""Captions in any form become WebVTT."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from quart_video.media import DerivativeService, Failed, caption, text
from quart_video.media.extract.subtitles import cue_text
from tests.media.films import SRT, ffmpeg
from tests.media.make import elsewhere, made

Films = Callable[[str], Path]
CUES = """WEBVTT

00:00:00.500 --> 00:00:01.000
Hello <i>there</i> &amp; you

00:00:01.200 --> 00:00:01.900
Second line
of two
"""
ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.20,0:00:01.90,Default,,0,0,0,,Second line\\Nof two
Dialogue: 0,0:00:00.50,0:00:01.00,Default,,0,0,0,,{\\an8}Hello {\\i1}there{\\i0} & you
Comment: 0,0:00:00.50,0:00:01.00,Default,,0,0,0,,not to be seen
Dialogue: 0,0:00:00.50,0:00:01.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 0 10 10{\\p0}
"""


@pytest.mark.asyncio(loop_scope="session")
class TestFiles:
    @pytest.mark.parametrize(("name", "data"), [("a.srt", SRT), ("a.ass", ASS), ("a.ssa", ASS)])
    async def test_they_are_converted(
        self, derivatives: DerivativeService, tmp_path: Path, name: str, data: str
    ) -> None:
        path = tmp_path / name
        path.write_text(data)
        product = caption(path.suffix, None)
        assert (await made(derivatives, path, product)).decode() == CUES
        assert (await derivatives.get(elsewhere(path), product)).decode() == CUES

    @pytest.mark.parametrize(
        "encoding",
        ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1251", "cp932", "cp1252", "cp1250"],
    )
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    async def test_encodings_are_found(
        self, derivatives: DerivativeService, tmp_path: Path, encoding: str, end: str
    ) -> None:
        words = {
            "cp932": "これは日本語の字幕です。今日はとても良い天気ですね。",
            "cp1250": "Zażółć gęślą jaźń. Gdzie są moje pieniądze? Proszę, wróć szybko.",
            "cp1252": "Où êtes-vous allé ? Ça va être très déçu, « garçon ».",
        }.get(encoding, "Это русские субтитры, и они должны быть видны на экране.")
        blocks = [f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{words}\n" for n in range(1, 6)]
        path = tmp_path / "a.srt"
        path.write_bytes("\n".join(blocks).replace("\n", end).encode(encoding))
        assert (await made(derivatives, path, caption(".srt", None))).decode().count(words) == 5

    async def test_an_encoding_can_be_set_for_what_does_not_tell(
        self, derivatives: DerivativeService, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.srt"
        path.write_bytes(SRT.replace("Hello", "Ħello").encode("iso8859_3"))
        assert "Ħello" in (await made(derivatives, path, caption(".srt", "iso8859_3"))).decode()
        other = tmp_path / "b.srt"
        other.write_bytes(SRT.replace("Hello", "Ħello").encode("utf-8"))
        assert "Ħello" in (await made(derivatives, other, caption(".srt", "iso8859_3"))).decode()

    async def test_webvtt_stays_as_it_is(
        self, derivatives: DerivativeService, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.vtt"
        styled = CUES.replace("WEBVTT\n", "WEBVTT\n\nSTYLE\n::cue { color: red }\n")
        path.write_bytes(("\ufeff" + styled.replace("Hello", "Où")).encode("utf-16-le"))
        assert (await made(derivatives, path, caption(".vtt", None))).decode() == styled.replace(
            "Hello", "Où"
        )

    @pytest.mark.parametrize("data", [b"", b"no captions", b"\0\1\2" * 100, b"x" * 9_000_000])
    async def test_what_has_no_captions_fails(
        self, derivatives: DerivativeService, tmp_path: Path, data: bytes
    ) -> None:
        path = tmp_path / "a.srt"
        path.write_bytes(data)
        with pytest.raises(Failed):
            await made(derivatives, path, caption(".srt", None))


@pytest.mark.asyncio(loop_scope="session")
class TestTracks:
    @pytest.mark.parametrize("name", ["texts.mkv", "texts.mp4"])
    async def test_they_are_taken_out(
        self, derivatives: DerivativeService, films: Films, name: str
    ) -> None:
        for index in (2, 3):
            assert (await made(derivatives, films(name), text(index))).decode() == CUES

    async def test_times_count_from_the_start_of_the_video(
        self, derivatives: DerivativeService, films: Films, tmp_path: Path
    ) -> None:
        late = tmp_path / "late.mkv"
        ffmpeg(
            *("-i", str(films("texts.mkv")), "-c", "copy", "-output_ts_offset", "100"),
            *("-avoid_negative_ts", "disabled", str(late)),
        )
        assert (await made(derivatives, late, text(2))).decode() == CUES

    async def test_a_track_that_is_not_there_fails(
        self, derivatives: DerivativeService, films: Films
    ) -> None:
        for name, index in [("texts.mkv", 0), ("texts.mkv", 9), ("h264.mp4", 2)]:
            with pytest.raises(Failed):
                await made(derivatives, films(name), text(index))


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("plain", "plain"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("one\\Ntwo\\n\\Nthree", "one\ntwo\nthree"),
        ("a\\hb", "a\N{NBSP}b"),
        ("{\\i1}a{\\b1}b{\\i0}c", "<i>a<b>b</b></i>c"),
        ("{\\i1}never closed", "<i>never closed</i>"),
        ("{\\i0}never opened", "never opened"),
        ("{\\b700}heavy{\\b0}", "<b>heavy</b>"),
        ("{\\pos(1,2)\\c&HFFFFFF&}placed", "placed"),
        ("<font color='red'>red</font> <3", "red &lt;3"),
        ("{\\i1\\b1}a{\\r}b", "<i><b>a</b></i>b"),
        ("{\\p1}m 0 0 l 9 9{\\p0}after", "after"),
        ("", ""),
    ],
)
def test_the_text_of_an_event_becomes_that_of_a_cue(source: str, result: str) -> None:
    assert cue_text(source) == result
