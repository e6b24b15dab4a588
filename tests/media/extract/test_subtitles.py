"""Captions in any form become WebVTT."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from quart_video.media import DerivativeService, Failed, caption, text
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
Dialogue: 0,0:00:00.50,0:00:01.00,Default,,0,0,0,,{\\blur2}Hello {\\i1}there{\\i0} & you
Comment: 0,0:00:00.50,0:00:01.00,Default,,0,0,0,,not to be seen
Dialogue: 0,0:00:00.50,0:00:01.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 0 10 10{\\p0}
"""


@pytest.mark.asyncio(loop_scope="session")
class TestFiles:
    @pytest.mark.parametrize(("name", "data"), [("a.srt", SRT), ("a.ass", ASS), ("b.srt", ASS)])
    async def test_they_are_converted(
        self, derivatives: DerivativeService, tmp_path: Path, name: str, data: str
    ) -> None:
        path = tmp_path / name
        path.write_text(data)
        assert (await made(derivatives, path, caption())).decode() == CUES
        assert (await derivatives.get(elsewhere(path), caption())).decode() == CUES

    async def test_the_language_of_the_name_helps_to_find_the_encoding(
        self, derivatives: DerivativeService, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.srt"
        path.write_bytes(SRT.replace("Hello", "Vakarā").encode("cp1257"))
        assert "Vakarā" in (await made(derivatives, path, caption(language="lv"))).decode()

    async def test_an_encoding_can_be_set_for_what_does_not_tell(
        self, derivatives: DerivativeService, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.srt"
        path.write_bytes(SRT.replace("Hello", "Ħello").encode("iso8859_3"))
        assert "Ħello" in (await made(derivatives, path, caption(encoding="iso8859_3"))).decode()

    async def test_webvtt_stays_as_it_is(
        self, derivatives: DerivativeService, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.vtt"
        styled = CUES.replace("WEBVTT\n", "WEBVTT\n\nSTYLE\n::cue { color: red }\n")
        path.write_bytes(("\ufeff" + styled.replace("Hello", "Où")).encode("utf-16-le"))
        assert (await made(derivatives, path, caption())).decode() == styled.replace("Hello", "Où")

    @pytest.mark.parametrize("data", [b"", b"no captions", b"\0\1\2" * 100, b"x" * 17_000_000])
    async def test_what_has_no_captions_fails(
        self, derivatives: DerivativeService, tmp_path: Path, data: bytes
    ) -> None:
        path = tmp_path / "a.srt"
        path.write_bytes(data)
        with pytest.raises(Failed):
            await made(derivatives, path, caption())


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
