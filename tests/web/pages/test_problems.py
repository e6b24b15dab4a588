"""What the watch page says of a file that does not play, and what the JSON knows of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from quart import Quart

from quart_video.media import AudioTrack, Details
from quart_video.messages import ENGLISH
from quart_video.web.codec_names import codecs_in_words
from tests.web.pages.conftest import Browser, Put, browsing

NOTHING = Details(
    container="mp4",
    duration=2.0,
    width=64,
    height=64,
    rotation=0,
    frame_rate=None,
    video_codec=None,
    audio_codec=None,
    codecs=None,
    bit_rate=None,
    hdr=None,
    audio_tracks=(),
    text_tracks=(),
    chapters=(),
    title=None,
    date=None,
)


def sounds(*codecs: str) -> tuple[AudioTrack, ...]:
    return tuple(AudioTrack(each, None, None, 2, 48_000, default=False) for each in codecs)


@pytest.mark.parametrize(
    ("video", "audio", "words"),
    [
        (
            "hevc",
            ["aac"],
            {
                "picture": "HEVC (H.265) video",
                "sound": "AAC sound",
                "type": "HEVC (H.265) video, AAC sound",
            },
        ),
        (None, ["pcm_s16le"], {"sound": "PCM sound", "type": "PCM sound"}),
        ("prores", [], {"picture": "Apple ProRes video", "type": "Apple ProRes video"}),
        (
            None,
            ["ac3", "dts", "ac3"],
            {
                "sound": "AC-3 (Dolby Digital) / DTS sound",
                "type": "AC-3 (Dolby Digital) / DTS sound",
            },
        ),
        ("cavs", [], {"picture": "CAVS video", "type": "CAVS video"}),
        (None, [], {}),
    ],
)
def test_codecs_are_called_as_people_know_them(
    video: str | None, audio: list[str], words: dict[str, str]
) -> None:
    details = replace(NOTHING, video_codec=video, audio_tracks=sounds(*audio))
    assert codecs_in_words(details, ENGLISH) == words


def test_of_what_nobody_has_looked_into_nothing_is_said() -> None:
    assert codecs_in_words(None, ENGLISH) == {}


async def test_the_board_says_what_is_known_of_any_file(browser: Browser, put: Put) -> None:
    put("old.avi", size=9)
    page = await browser.open("/videos/-/watch/old.avi")
    told = {
        each["data-qv-problem"]: each.text for each in page.all("div") if "data-qv-problem" in each
    }
    assert "video/x-msvideo" in told["type"]
    assert "does not decode its pictures" in told["picture"]
    assert "does not decode its sound" in told["sound"]
    assert len(told) == 11
    for text in told.values():
        assert "{" not in text


@pytest.mark.parametrize("media", [False, True], ids=["plain", "media"])
async def test_the_json_knows_what_is_wrong_with_a_file(
    make_app: Callable[..., Quart], library: Path, put: Put, *, media: bool
) -> None:
    put("empty.mp4")
    (library / "damaged.mp4").write_bytes(b"this is no video " * 100)
    async with browsing(make_app(VIDEO_MEDIA_PROCESSES=int(media), VIDEO_SURVEY=False)) as browser:

        async def problem_of(name: str) -> str | None:
            answer = await browser.client.get(f"/videos/-/api/videos/{name}.mp4")
            problem: str | None = (await answer.get_json())["problem"]
            return problem

        assert await problem_of("empty") == "empty"
        assert media or await problem_of("damaged") is None
        while media and await problem_of("damaged") != "damaged":
            await asyncio.sleep(0.1)  # until somebody has looked
