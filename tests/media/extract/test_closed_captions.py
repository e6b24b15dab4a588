"""Closed captions in the picture, as FFmpeg has them where it decodes all pictures."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from quart_video.media import DerivativeService, Failed, TextTrack, text, text_of_track
from tests.media.closed_captions import (
    CODERS,
    FILLING,
    Pair,
    captioned,
    cc_data,
    clear,
    paint_on,
    pop_on,
    roll_up,
    text_mode,
    timeline,
)
from tests.media.films import ffmpeg
from tests.media.make import details_of, elsewhere, made, on_disk

Captioned = Callable[[str, str], Path]
PICTURES = 150
CC1 = TextTrack(
    0,
    "eia_608",
    None,
    "CC1",
    default=False,
    forced=False,
    sdh=False,
    supported=True,
    in_picture=True,
)
KINDS: dict[str, dict[int, Sequence[Pair]]] = {
    "pop-on": {8: pop_on("Hello."), 60: clear(), 80: pop_on("Good bye."), 130: clear()},
    "roll-up": {8: roll_up("one"), 40: roll_up("two"), 70: roll_up("three"), 120: clear()},
    "paint-on": {40: paint_on("painted"), 90: clear(), 120: paint_on("again"), 145: clear()},
    "never cleared": {8: pop_on("Hello."), 80: pop_on("Good bye.")},
    "two channels": {
        8: pop_on("Hello."),
        30: pop_on("Hola.", 2),
        60: clear(),
        70: clear(2),
        80: text_mode("http://x.y"),
    },
    "filling": {},
}
HELLO = "line:84% position:10% align:left\nHello.\n"
BYE = "line:84% position:10% align:left\nGood bye.\n"
_TIMES = re.compile(r"([\d:]{8})[,.](\d{3}) --> ([\d:]{8})[,.](\d{3})")


@pytest.fixture(scope="session")
def captioned_film(tmp_path_factory: pytest.TempPathFactory) -> Captioned:
    """Give films by their codec and by what is in :data:`KINDS`, each made once."""
    folder = tmp_path_factory.mktemp("closed")

    def make(codec: str, kind: str) -> Path:
        path = folder / f"{codec}-{kind.replace(' ', '-')}.ts"
        if not path.exists():
            pairs = timeline(KINDS[kind], PICTURES)
            captioned(path, codec, [cc_data(pair) for pair in pairs])
        return path

    return make


def copied(path: Path, ending: str, folder: Path, *options: str) -> Path:
    """Write the film at *path* in another container."""
    copy = folder / f"{path.stem}.{ending}"
    ffmpeg("-i", str(path), *(options or ("-c", "copy")), str(copy))
    return copy


def as_ffmpeg_tells(film: Path, folder: Path) -> list[tuple[int, int, str]]:
    """Return when each text begins and ends, in milliseconds, where all pictures are decoded."""
    shutil.copy(film, folder / "in.ts")
    srt = folder / "out.srt"
    # The name of a file is part of a filter there.
    ffmpeg(
        *("-f", "lavfi", "-i", f"movie={folder / 'in.ts'}[out+subcc]"),
        *("-map", "0:s", str(srt)),
    )
    return cues_of(re.sub(r"</?font[^>]*>|\{\\an7\}", "", srt.read_text()))


def cues_of(captions: str) -> list[tuple[int, int, str]]:
    cues = []
    for block in captions.strip().split("\n\n"):
        if times := _TIMES.search(block):
            shown = re.sub(r"</?i>", "", block[times.end() :].partition("\n")[2]).strip()
            cues.append((*_milliseconds(times), " ".join(shown.split())))
    return cues


def near(milliseconds: int) -> Any:
    """Return what is equal to so many, but for the rounding of containers and of FFmpeg."""
    return pytest.approx(milliseconds, abs=2)


def _milliseconds(times: re.Match[str]) -> tuple[int, int]:
    def one(clock: str, rest: str) -> int:
        hours, minutes, seconds = map(int, clock.split(":"))
        return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int(rest)

    return one(times[1], times[2]), one(times[3], times[4])


@pytest.mark.thorough
@pytest.mark.asyncio(loop_scope="session")
class TestClosedCaptions:
    @pytest.mark.parametrize(
        ("codec", "ending"),
        [
            *(("h264", ending) for ending in ("ts", "mp4", "mkv", "flv")),
            *(("hevc", ending) for ending in ("ts", "mp4")),
            *(("mpeg2video", ending) for ending in ("ts", "mpg")),
        ],
    )
    async def test_they_are_a_track(
        self,
        derivatives: DerivativeService,
        captioned_film: Captioned,
        tmp_path: Path,
        codec: str,
        ending: str,
    ) -> None:
        film = captioned_film(codec, "pop-on")
        film = film if ending == "ts" else copied(film, ending, tmp_path)
        (track,) = (await details_of(derivatives, film)).text_tracks
        assert track == CC1
        found = (await made(derivatives, film, text_of_track(track))).decode()
        assert HELLO in found
        assert BYE in found
        # Pictures 15 and 89 show them, behind what loads and places them, and 60 and 130 clear.
        expected = [(500, 2000, "Hello."), (2967, 4333, "Good bye.")]
        for ours, (start, stop, shown) in zip(cues_of(found), expected, strict=True):
            assert ours == (*map(near, (start, stop)), shown)
        assert (await derivatives.get(elsewhere(film), text_of_track(track))).decode() == found

    async def test_as_an_encoder_writes_them(
        self, derivatives: DerivativeService, captioned_film: Captioned, tmp_path: Path
    ) -> None:
        film = captioned_film("mpeg2video", "pop-on")
        coder = [*CODERS["h264"], "-a53cc", "1"]
        again = copied(film, "mp4", tmp_path, *coder)
        (track,) = (await details_of(derivatives, again)).text_tracks
        found = (await made(derivatives, again, text_of_track(track))).decode()
        assert found == (await made(derivatives, film, text_of_track(track))).decode()

    @pytest.mark.parametrize("kind", ["pop-on", "roll-up", "paint-on"])
    async def test_they_are_what_ffmpeg_finds_in_the_pictures(
        self, derivatives: DerivativeService, captioned_film: Captioned, tmp_path: Path, kind: str
    ) -> None:
        film = captioned_film("h264", kind)
        found = cues_of((await made(derivatives, film, text_of_track(CC1))).decode())
        told = as_ffmpeg_tells(film, tmp_path)
        assert [shown for _, _, shown in found] == [shown for _, _, shown in told]
        assert len(found) == len([at for at in KINDS[kind].values() if at != clear()])
        assert [stop for _, stop, _ in found] == [near(stop) for _, stop, _ in told]
        if kind == "pop-on":
            assert [start for start, _, _ in found] == [near(start) for start, _, _ in told]

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            # Pictures 44 and 124 have the first letters. FFmpeg begins when the screen is cleared.
            ("paint-on", [(1467, 3000, "painted"), (4133, 4833, "again")]),
            # Picture 14 has the first ones, and 42 and 72 turn up what is there.
            ("roll-up", [(467, 1400, "one"), (1400, 2400, "one two"), (2400, 4000, "two three")]),
        ],
    )
    async def test_letters_shown_as_they_come_begin_with_the_first(
        self,
        derivatives: DerivativeService,
        captioned_film: Captioned,
        kind: str,
        expected: list[tuple[int, int, str]],
    ) -> None:
        film = captioned_film("h264", kind)
        found = cues_of((await made(derivatives, film, text_of_track(CC1))).decode())
        for ours, (start, stop, shown) in zip(found, expected, strict=True):
            assert ours == (*map(near, (start, stop)), shown)

    async def test_what_is_never_cleared_is_shown_to_the_end(
        self, derivatives: DerivativeService, captioned_film: Captioned
    ) -> None:
        film = captioned_film("h264", "never cleared")
        found = (await made(derivatives, film, text_of_track(CC1))).decode()
        assert f"00:00:00.500 --> 00:00:02.967 {HELLO}" in found
        assert f"00:00:02.967 --> 00:00:04.967 {BYE}" in found

    async def test_no_other_channel_is_mixed_with_the_first(
        self, derivatives: DerivativeService, captioned_film: Captioned
    ) -> None:
        film = captioned_film("h264", "two channels")
        found = (await made(derivatives, film, text_of_track(CC1))).decode()
        assert found == f"WEBVTT\n\n00:00:00.500 --> 00:00:02.000 {HELLO}"

    async def test_filling_alone_is_empty(
        self, derivatives: DerivativeService, captioned_film: Captioned
    ) -> None:
        film = captioned_film("h264", "filling")
        (track,) = (await details_of(derivatives, film)).text_tracks
        assert await made(derivatives, film, text_of_track(track)) == b""
        assert await derivatives.size(on_disk(film), text_of_track(track).name) == 0

    async def test_where_nothing_is_valid_there_is_no_track(
        self, derivatives: DerivativeService, tmp_path: Path
    ) -> None:
        film = captioned(tmp_path / "a.ts", "h264", [cc_data(FILLING, is_valid=False)] * 30)
        assert (await details_of(derivatives, film)).text_tracks == ()

    async def test_of_those_in_a_track_too_there_is_one(
        self, derivatives: DerivativeService, captioned_film: Captioned, tmp_path: Path
    ) -> None:
        film, scc = captioned_film("h264", "pop-on"), tmp_path / "a.scc"
        scc.write_text(
            "Scenarist_SCC V1.0\n\n00:00:01:00\t9420 9420 9470 9470 c8e9 942f 942f\n\n"
            "00:00:03:00\t942c 942c\n\n"
        )
        both = tmp_path / "a.mov"
        ffmpeg("-i", str(film), "-i", str(scc), "-map", "0", "-map", "1", "-c", "copy", str(both))
        (track,) = (await details_of(derivatives, both)).text_tracks
        assert not track.in_picture

    async def test_with_other_tracks_both_are_there(
        self, derivatives: DerivativeService, captioned_film: Captioned, tmp_path: Path
    ) -> None:
        film, srt = captioned_film("h264", "pop-on"), tmp_path / "a.srt"
        srt.write_text("1\n00:00:00,500 --> 00:00:01,000\nBeside\n")
        both = tmp_path / "a.mkv"
        ffmpeg("-i", str(film), "-i", str(srt), "-map", "0", "-map", "1", "-c", "copy", str(both))
        one, other = (await details_of(derivatives, both)).text_tracks
        assert (one.index, other) == (1, CC1)
        assert "Beside" in (await made(derivatives, both, text_of_track(one))).decode()
        assert "Hello." in (await made(derivatives, both, text_of_track(other))).decode()
        with pytest.raises(Failed):
            await made(derivatives, both, text(9))

    async def test_a_film_cut_short_has_those_of_what_is_there(
        self, derivatives: DerivativeService, captioned_film: Captioned, tmp_path: Path
    ) -> None:
        cut = tmp_path / "cut.ts"
        data = captioned_film("h264", "pop-on").read_bytes()
        cut.write_bytes(data[: len(data) * 3 // 4])
        found = (await made(derivatives, cut, text_of_track(CC1))).decode()
        assert f"00:00:00.500 --> 00:00:02.000 {HELLO}" in found

    async def test_where_there_is_no_picture_it_fails(
        self, derivatives: DerivativeService, tmp_path: Path
    ) -> None:
        sound, other = tmp_path / "a.mp4", tmp_path / "b.mkv"
        ffmpeg("-f", "lavfi", "-t", "1", "-i", "sine", "-c:a", "aac", str(sound))
        ffmpeg("-f", "lavfi", "-t", "1", "-i", "testsrc2=s=64x64", "-c:v", "mpeg4", str(other))
        for film in (sound, other):
            with pytest.raises(Failed, match="no pictures"):
                await made(derivatives, film, text_of_track(CC1))
