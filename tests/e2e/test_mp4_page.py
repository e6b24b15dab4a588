"""The watch page plays, as an MP4, what engines do not play as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.e2e.chromium import launched, pages_of
from tests.e2e.engines import CrashError, Engine, firefox, webkit
from tests.e2e.harness import Server, Servers, wait_until
from tests.media.kinds import Kind

KINDS = [
    Kind(".mkv", "h264", "aac"),
    Kind(".mkv", "h264", "ac3"),
    Kind(".mkv", "h264", "flac"),
    Kind(".mkv", "h264", "mp3"),
    Kind(".mov", "h264", "pcm"),
    Kind(".mkv", "h264", "dts"),
    Kind(".mkv", "h264", "eac3"),
    Kind(".flv", "h264", "aac"),
]

PLAY = """
const video = document.querySelector('video');
const pause = ms => new Promise(done => setTimeout(done, ms));
const until = async happened => {
  for (let turn = 0; turn < 300 && !happened() && !video.error; turn++) await pause(100);
};
video.muted = true;
video.play().catch(() => {});
await until(() => video.currentTime > 1);
const sound = video.mozHasAudio ?? video.webkitAudioDecodedByteCount;
video.pause();
let seeked = false;
video.addEventListener('seeked', () => { seeked = true; }, {once: true});
video.currentTime = 2.05;
await until(() => seeked);
return {
  source: video.currentSrc, error: video.error && video.error.message, seeked,
  at: video.currentTime, duration: video.duration, width: video.videoWidth, sound,
};
"""

HEAR = """
const {currentSrc} = document.querySelector('video');
const bytes = await (await fetch(currentSrc)).arrayBuffer();
const context = new OfflineAudioContext(1, 48000, 48000);
const sound = await context.decodeAudioData(bytes);
const samples = sound.getChannelData(0);
let peak = 0, turns = 0;
for (let at = 1; at < samples.length; at++) {
  peak = Math.max(peak, Math.abs(samples[at]));
  turns += samples[at - 1] < 0 && samples[at] >= 0;
}
return {seconds: sound.duration, peak, hertz: turns / sound.duration};
"""
"""Decodes the sound as the engine does, and returns what is to be heard of it."""

ENGINES: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "Firefox": lambda: Engine(firefox),
    "WebKit": lambda: Engine(webkit),
}


@pytest.fixture(scope="module")
def library(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """Return a server whose MP4s are ready, with their sound."""
    root = tmp_path_factory.mktemp("mp4")
    for kind in KINDS:
        kind.make(root)
    server = servers.server(
        "hypercorn", QUART_MEDIA_ROOT=str(root), QUART_VIDEO_MEDIA_PROCESSES="2"
    )

    def is_ready(kind: Kind) -> bool:
        with urlopen(f"{server.url}/videos/-/api/videos/{kind.name}") as answer:
            mp4 = json.load(answer)["mp4"]
        if mp4 is None or mp4["url"] is None:
            return False
        with suppress(HTTPError), urlopen(f"{server.url}{mp4['url']}") as answer:
            return answer.status == 200 and mp4["sound"] in ("ready", "copied")
        return False

    for kind in KINDS:
        wait_until(lambda kind=kind: is_ready(kind), 120, kind.name)  # type: ignore[misc]
    return server


def is_right(found: dict[str, Any], kind: Kind) -> None:
    assert "/-/mp4/" in found["source"], (kind.name, found)
    assert found["error"] is None, (kind.name, found)
    assert found["seeked"], (kind.name, found)
    assert abs(found["at"] - 2.05) < 0.2, (kind.name, found)
    assert abs(found["duration"] - 3) < 0.2, (kind.name, found)
    assert found["width"] == 128, (kind.name, found)


def is_heard(found: dict[str, Any], kind: Kind) -> None:
    """Tell by its samples that it is the tone that was put into the film."""
    assert abs(found["seconds"] - 3) < 0.1, (kind.name, found)
    assert abs(found["hertz"] - 440) < 15, (kind.name, found)
    assert 0.05 < found["peak"] < 0.2, (kind.name, found)


@pytest.mark.slow
def test_chromium(library: Server) -> None:
    with launched() as browser, pages_of(browser) as new_page:
        page = new_page()
        for kind in KINDS:
            page.goto(f"{library.url}/videos/-/watch/{kind.name}")
            found = page.evaluate(f"async () => {{{PLAY}}}")
            is_right(found, kind)
            assert found["sound"] > 0, (kind.name, found)
            is_heard(page.evaluate(f"async () => {{{HEAR}}}"), kind)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.slow
def test_others(library: Server, name: str) -> None:
    with ENGINES[name]() as engine:
        for kind in KINDS:
            for _ in range(3):
                try:
                    engine.visit(f"{library.url}/videos/-/watch/{kind.name}")
                    found = engine.do(PLAY)
                    heard = engine.do(HEAR)
                    break
                except CrashError:
                    engine.start_anew()
            is_right(found, kind)
            is_heard(heard, kind)
            if name == "Firefox":  # WebKit does not tell
                assert found["sound"], (kind.name, found)
