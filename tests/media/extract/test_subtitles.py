"""Captions in any form become WebVTT."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from quart_video.media import DerivativeService, Failed, caption, text
from quart_video.media.subtitles.tx3g import Defaults, read_description, read_sample
from quart_video.media.vtt import Cue
from tests.e2e.harness import need_tool
from tests.media.films import SRT, ffmpeg
from tests.media.make import details_of, elsewhere, made, on_disk

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

    async def test_text_as_it_stands_in_the_packets(
        self, derivatives: DerivativeService, films: Films, tmp_path: Path
    ) -> None:
        """FFmpeg's decoders would lose empty lines and what is in braces."""
        srt = tmp_path / "a.srt"
        srt.write_text(
            "1\n00:00:00,500 --> 00:00:01,000\nHi {laughs}\n\nthere <3\n\n"
            "2\n00:00:01,200 --> 00:00:01,900\n<i>slanted</i>, upright & <b>bold</b>\n"
        )
        cues = [
            "00:00:00.500 --> 00:00:01.000\nHi {laughs}\nthere &lt;3",
            "00:00:01.200 --> 00:00:01.900\n<i>slanted</i>, upright &amp; <b>bold</b>",
        ]
        for name, codec in (("a.mkv", "srt"), ("a.mp4", "mov_text")):
            film = tmp_path / name
            add_text(films("silent.mp4"), srt, film, codec)
            found = (await made(derivatives, film, text(1))).decode()
            assert found.rstrip("\n").split("\n\n")[1:] == cues, name

    async def test_the_styles_of_a_script(
        self, derivatives: DerivativeService, films: Films, tmp_path: Path
    ) -> None:
        ass = tmp_path / "a.ass"
        lines = ASS.replace(
            "Style: Default,Arial,20", "Style: Default,Arial,20\nStyle: It,Arial,20,-1"
        )
        lines = lines.replace("Fontsize\n", "Fontsize, Italic\n").replace("1.90,Default", "1.90,It")
        ass.write_text(lines.replace("{\\blur2}", "{\\an8}"))
        film = tmp_path / "a.mkv"
        add_text(films("silent.mp4"), ass, film, "copy")
        found = (await made(derivatives, film, text(1))).decode()
        assert "00:00:00.500 --> 00:00:01.000 line:0\nHello <i>there</i> &amp; you\n" in found
        assert "00:00:01.200 --> 00:00:01.900\n<i>Second line\nof two</i>\n" in found
        assert found.count("-->") == 2

    async def test_webvtt_as_mkvmerge_writes_it(
        self, derivatives: DerivativeService, films: Films, tmp_path: Path
    ) -> None:
        vtt, film = tmp_path / "a.vtt", tmp_path / "a.mkv"
        vtt.write_text(
            "WEBVTT\n\nname\n00:00.500 --> 00:01.000 line:0\n<v Bob>Hi <b>you</b> &amp; me\n"
        )
        command = [need_tool("mkvmerge"), "-q", "-o", str(film), str(films("silent.mp4"))]
        command += ["--language", "0:zh-Hant-TW", str(vtt)]
        subprocess.run(command, check=True, timeout=60)
        details = await details_of(derivatives, film)
        (track,) = details.text_tracks
        assert (track.codec, track.language, track.supported) == ("webvtt", "zh-Hant-TW", True)
        found = (await made(derivatives, film, text(track.index))).decode()
        assert found.split("\n\n")[1].rstrip("\n") == (
            "00:00:00.500 --> 00:00:01.000 line:0\n<v Bob>Hi <b>you</b> &amp; me"
        )

    async def test_ttml_in_mp4(
        self, derivatives: DerivativeService, films: Films, tmp_path: Path
    ) -> None:
        srt, film = tmp_path / "a.srt", tmp_path / "a.mp4"
        srt.write_text(SRT)
        add_text(films("silent.mp4"), srt, film, "ttml")
        (track,) = (await details_of(derivatives, film)).text_tracks
        assert (track.codec, track.supported, track.problem) == ("ttml", True, None)
        found = (await made(derivatives, film, text(track.index))).decode()
        assert "00:00:00.500 --> 00:00:01.000\nHello there &amp; you\n" in found
        assert "00:00:01.200 --> 00:00:01.900\nSecond line\nof two\n" in found

    async def test_webvtt_in_mp4(
        self, derivatives: DerivativeService, films: Films, tmp_path: Path
    ) -> None:
        """No tool at hand writes it, so it is put in the place of timed text of the same length."""
        srt, film = tmp_path / "a.srt", tmp_path / "a.mp4"
        srt.write_text(SRT.replace("Hello <i>there</i> & you", "A" * 60))
        add_text(films("silent.mp4"), srt, film, "mov_text")
        payload = _box(b"sttg", b"line:0") + _box(b"payl", b"Hi <b>you</b>")
        sample = _box(b"vttc", payload).ljust(62, b"\0")
        data = film.read_bytes().replace(b"tx3g", b"wvtt").replace(b"\0\x3c" + b"A" * 60, sample)
        film.write_bytes(data)
        (track,) = (await details_of(derivatives, film)).text_tracks
        assert (track.codec, track.supported, track.problem) == ("wvtt", True, None)
        found = (await made(derivatives, film, text(track.index))).decode()
        assert found == "WEBVTT\n\n00:00:00.500 --> 00:00:01.000 line:0\nHi <b>you</b>\n"

    async def test_closed_captions_in_a_track_of_their_own(
        self, derivatives: DerivativeService, films: Films, tmp_path: Path
    ) -> None:
        """As films from iTunes have them. The last text has no end but that of the track."""
        scc, film = tmp_path / "a.scc", tmp_path / "a.mov"
        codes = [  # load, go to row 15, "Hello.", show; clear; and the same again
            "00:00:01:00\t9420 9420 94ae 94ae 9470 9470 c8e5 ecec efae 942f 942f",
            "00:00:03:00\t942c 942c",
            "00:00:04:00\t9420 9420 94ae 94ae 9470 9470 c279 e5ae 942f 942f",
            "00:00:05:00\t942c 942c",  # which ffmpeg leaves out, as it is the last
        ]
        scc.write_text("Scenarist_SCC V1.0\n\n" + "\n\n".join(codes) + "\n\n")
        add_text(films("silent.mp4"), scc, film, "copy")
        (track,) = (await details_of(derivatives, film)).text_tracks
        assert (track.codec, track.supported, track.problem) == ("eia_608", True, None)
        found = (await made(derivatives, film, text(track.index))).decode()
        place = "line:84% position:10% align:left"
        assert f"00:00:01.000 --> 00:00:03.000 {place}\nHello.\n" in found
        assert f"00:00:04.000 --> 00:00:05.000 {place}\nBye.\n" in found

    async def test_a_sample_of_ttml_without_times_lasts_as_long_as_it_does(
        self, derivatives: DerivativeService, films: Films, tmp_path: Path
    ) -> None:
        srt, film = tmp_path / "a.srt", tmp_path / "a.mp4"
        srt.write_text("1\n00:00:00,500 --> 00:00:01,900\nHello\n")
        add_text(films("silent.mp4"), srt, film, "ttml")
        data = film.read_bytes()
        for name in (b"begin", b"end"):
            assert data.count(b" %b=" % name)
            data = data.replace(b" %b=" % name, b" %b=" % name.replace(b"n", b"x"))
        film.write_bytes(data)
        found = (await made(derivatives, film, text(1))).decode()
        assert found == "WEBVTT\n\n00:00:00.000 --> 00:00:01.900\nHello\n"

    async def test_a_track_without_text_is_empty(
        self, derivatives: DerivativeService, films: Films, tmp_path: Path
    ) -> None:
        ass, film = tmp_path / "a.ass", tmp_path / "a.mkv"
        ass.write_text(ASS.partition("Dialogue:")[0] + ASS.splitlines()[-1] + "\n")
        add_text(films("silent.mp4"), ass, film, "copy")
        assert await made(derivatives, film, text(1)) == b""
        assert await derivatives.size(on_disk(film), text(1).name) == 0


def _box(name: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + name + content


def add_text(film: Path, texts: Path, path: Path, codec: str) -> None:
    """Write *film* with a track of text in the place of its sound."""
    inputs = ["-i", str(film), "-i", str(texts), "-map", "0:v", "-map", "1"]
    ffmpeg(*inputs, "-c", "copy", "-c:s", codec, str(path))


@pytest.mark.parametrize(
    ("sample", "cue"),
    [
        (b"\0\2Hi", Cue(1, 2, "Hi")),
        (b"\0\0", Cue(1, 2, "")),
        (b"", Cue(1, 2, "")),
        (b"\0\x08\xfe\xff" + "Hi\u00e9".encode("utf-16-be"), Cue(1, 2, "Hi\u00e9")),
        (b"\0\xffHi", Cue(1, 2, "Hi")),
        (b"\0\3a<b" + b"\0\0\0\x16styl\0\1\0\1\0\2\0\1\3\x12\xff\xff\xff\xff",
         Cue(1, 2, "a<b><i>&lt;</i></b>b")),
        (b"\0\2ab" + b"\0\0\0\x16styl\0\1\0\2\0\1\0\1\1\x12\xff\xff\xff\xff", Cue(1, 2, "ab")),
        (b"\0\2ab" + b"\0\0\0\0styl\0\1", Cue(1, 2, "ab")),
    ],
)  # fmt: skip
def test_samples_of_timed_text(sample: bytes, cue: Cue) -> None:
    assert read_sample(sample, 1, 2, Defaults()) == cue


def test_the_description_of_timed_text() -> None:
    top = b"\0\0\0\0" + b"\1\0" + bytes(4 + 8) + b"\0\0\0\0\0\1" + b"\2\x12\xff\xff\xff\xff"
    defaults = read_description(top)
    assert defaults == Defaults(("i",), 8)
    assert read_sample(b"\0\2Hi", 1, 2, defaults) == Cue(1, 2, "<i>Hi</i>", "line:0")
    assert read_description(b"short") == Defaults()
