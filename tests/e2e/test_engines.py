"""The watch page in other engines than Chromium's, which ask for the bytes in their own ways."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.engines import Engine, crash_proof, firefox, webkit
from tests.e2e.film import FRAMES_PER_SECOND, HEIGHT, SECONDS, WIDTH, caption_at
from tests.e2e.harness import Server, Servers, wait_until
from tests.e2e.player import CAPTION, LIBRARY, PLAY, SEEK
from tests.media.films import ffmpeg

WATCH = "/videos/-/watch/film/clock.mp4"
ENTER = "\ue007"
TAB = "\ue004"
ARROW_RIGHT = "\ue014"
ARROW_DOWN = "\ue015"

CHOOSE = """
for (const [name, value] of Object.entries(argument)) {
    const field = document.querySelector(`.qv-look [name=${name}]`);
    field.value = value;
    field.dispatchEvent(new Event('change'));
}
"""
"""Choose from the menu for captions, each by its name."""


@pytest.fixture(scope="module", params=[firefox, webkit], ids=["firefox", "webkit"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Return each browser in turn."""
    with Engine(request.param) as engine:
        yield engine


def _do(engine: Engine, script: str, argument: object = None) -> Any:
    return engine.do(LIBRARY + script, argument)


@crash_proof
@pytest.mark.sample(1)
def test_plays_and_seeks(server: Server, film: Path, engine: Engine) -> None:
    assert film.exists()
    engine.visit(server.url + WATCH)
    played = _do(engine, PLAY)
    assert (played["width"], played["height"]) == (WIDTH, HEIGHT)
    # Of the first frames Firefox may tell the times of others.
    assert played["times"][3:] == sorted(set(played["times"][3:]))
    assert played["clock"] == sorted(played["clock"])
    for frame in (300, 50, 399, 0, 220, 221, 219):
        # The middle of the time for which the frame is shown. WebKit says so before it does.
        _do(engine, SEEK, (frame + 0.5) / FRAMES_PER_SECOND)
        _settled(engine, f"number() === {frame}")


@crash_proof
def test_captions_show(hypercorn: Server, engine: Engine) -> None:
    engine.visit(hypercorn.url + WATCH)
    for second in (13.5, 33.5, 1.5):
        # What is shown follows the time, sooner or later: no frame has to be drawn for that.
        _do(engine, "video.pause(); video.currentTime = argument;", second)
        _settled(engine, f"!video.seeking && Math.abs(video.currentTime - {second}) < 0.1")
        expected = json.dumps(caption_at(second))
        _settled(engine, f"video.textTracks[0].activeCues?.[0]?.text === {expected}")
        caption = _do(engine, CAPTION)
        assert caption == {"mode": "showing", "count": 10, "text": caption_at(second)}


YELLOW = """
const image = new Image();
image.src = 'data:image/png;base64,' + argument;
await image.decode();
const canvas = Object.assign(document.createElement('canvas'),
    {width: image.naturalWidth, height: image.naturalHeight});
const context = canvas.getContext('2d');
context.drawImage(image, 0, 0);
const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
let count = 0;
for (let at = 0; at < data.length; at += 4)
    count += data[at] > 200 && data[at + 1] > 200 && data[at + 2] < 60;
return count;
"""
"""Count the yellow dots of a PNG in base64. The browsers draw it, as they took it."""


@crash_proof
@pytest.mark.slow
def test_captions_look_as_chosen_and_keep_it(hypercorn: Server, engine: Engine) -> None:
    def yellow() -> int:
        return int(_do(engine, YELLOW, b64encode(engine.screenshot()).decode()))

    engine.visit(hypercorn.url + WATCH)
    _do(engine, SEEK, 13.5)
    _do(engine, CAPTION)
    assert yellow() < 20
    _do(engine, "document.querySelector('.qv-look summary').focus();")
    engine.press(ENTER)
    _settled(engine, "document.querySelector('link[href*=captions]')?.sheet != null")
    _do(engine, CHOOSE, {"color": "yellow", "size": "150", "background": "black"})
    wait_until(lambda: yellow() > 200, 20, "yellow captions")
    small = yellow()
    _do(engine, CHOOSE, {"size": "200"})
    wait_until(lambda: yellow() > 1.2 * small, 20, "larger captions")
    _do(engine, CHOOSE, {"delay": "-1.04"})
    _settled(engine, "Math.abs(video.textTracks[0].cues[3].startTime - 11) < 0.001")
    engine.visit(hypercorn.url + WATCH)
    _settled(engine, "Math.abs(video.textTracks[0].cues?.[3]?.startTime - 11) < 0.001")
    _do(engine, SEEK, 13.5)
    wait_until(lambda: yellow() > 1.2 * small, 20, "captions as they were left")
    _do(engine, "document.querySelector('[data-qv-usual]').click();")
    wait_until(lambda: yellow() < 20, 20, "captions as usual")
    _settled(engine, "video.textTracks[0].cues[3].startTime === 12")


@crash_proof
@pytest.mark.slow
def test_the_look_of_captions_is_chosen_by_keyboard(hypercorn: Server, engine: Engine) -> None:
    engine.visit(hypercorn.url + WATCH)
    _do(engine, "document.querySelector('.qv-look summary').focus();")
    engine.press(ENTER)
    _settled(engine, "document.querySelector('link[href*=captions]')?.sheet != null")
    _do(engine, "document.querySelector('[data-qv-usual]').click();")  # whatever was left before
    chosen = {"size": "50", "color": "white", "background": "none"}
    for name, value in chosen.items():
        engine.press(TAB)
        _settled(engine, f"document.activeElement.name === '{name}'")
        engine.press(ARROW_DOWN)
        _settled(engine, f"video.getAttribute('data-qv-cue-{name}') === '{value}'")
    engine.press(TAB)
    _settled(engine, "document.activeElement.name === 'delay'")
    engine.press(ARROW_DOWN)
    _settled(engine, "Math.abs(video.textTracks[0].cues?.[3]?.startTime - 11.9) < 0.001")
    engine.visit(hypercorn.url + WATCH)
    for name, value in chosen.items():
        _settled(engine, f"video.getAttribute('data-qv-cue-{name}') === '{value}'")
    _settled(engine, "Math.abs(video.textTracks[0].cues?.[3]?.startTime - 11.9) < 0.001")
    _do(engine, "document.querySelector('[data-qv-usual]').click();")
    _settled(engine, "video.textTracks[0].cues[3].startTime === 12")


@pytest.fixture(scope="module")
def captioned(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """Return a server with a video that has a track inside, and one with a file beside it."""
    root = tmp_path_factory.mktemp("captioned")
    (root / "beside.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nhello\n")
    (root / "inside.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:09.000\nhello\n")
    picture = ["-f", "lavfi", "-i", "testsrc2=s=128x96:r=10:d=9"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    ffmpeg(*picture, *codecs, str(root / "beside.mp4"))
    texts = ["-i", str(root / "inside.en.vtt"), "-map", "0:v", "-map", "1", "-c:s", "mov_text"]
    ffmpeg(*picture, *texts, *codecs, str(root / "inside.mp4"))
    return servers.server("hypercorn", QUART_MEDIA_ROOT=str(root))


@crash_proof
@pytest.mark.slow
def test_tracks_inside_a_file_switch_no_captions_off(captioned: Server, engine: Engine) -> None:
    showing = "[...video.textTracks].filter(it => it.kind === 'captions' && it.mode === 'showing')"
    for name in ("beside", "inside", "beside"):
        engine.visit(f"{captioned.url}/videos/-/watch/{name}.mp4")
        _do(engine, "video.muted = true;")
        # On a busy machine what began to play is at times stopped as its data comes late.
        going = "(video.paused && video.play().catch(() => {}), video.currentTime > 1.5)"
        _settled(engine, going)
        _settled(engine, f"{showing}.length === 1")
        kept = _do(engine, "return localStorage.getItem('quart-video:captions');")
        assert kept is None, name


@crash_proof
@pytest.mark.sample(1)
def test_keys_and_going_on_where_one_left_off(hypercorn: Server, engine: Engine) -> None:
    engine.visit(hypercorn.url + WATCH)
    _do(engine, "video.muted = true; while (video.readyState < 2) await within(frame(), 'loaded');")
    engine.press("k")
    _settled(engine, "video.played.length && video.played.end(0) > video.played.start(0)")
    engine.press("k", "5", "l")
    state = _do(engine, "return [video.paused, video.currentTime];")
    assert state == [True, SECONDS / 2 + 10]
    engine.visit(hypercorn.url + "/videos/")
    engine.visit(hypercorn.url + WATCH)
    _settled(engine, f"Math.abs(video.currentTime - {SECONDS / 2 + 10}) < 2")
    engine.visit(f"{hypercorn.url}{WATCH}?t=7")
    _settled(engine, "Math.abs(video.currentTime - 7) < 0.5")


@crash_proof
@pytest.mark.slow
def test_the_time_line_is_ours(hypercorn: Server, engine: Engine) -> None:
    engine.visit(f"{hypercorn.url}{WATCH}?t=2")  # wherever it was left before
    _do(engine, "video.muted = true; while (video.readyState < 2) await within(frame(), 'loaded');")
    engine.press("m")  # somebody is there
    line = "document.querySelector('.qv-line input')"
    _settled(engine, f"!video.controls && {line}.max == String(video.duration)")
    _do(engine, f"{line}.focus();")
    engine.press(ARROW_RIGHT, ARROW_RIGHT)
    _settled(engine, f"Math.abs(video.currentTime - 12) < 0.5 && Math.abs({line}.value - 12) < 0.5")
    _settled(engine, f"{line}.style.backgroundImage.includes('gradient')")
    _do(engine, "document.querySelector('[data-qv-play]').click();")
    _settled(engine, "!video.paused && video.currentTime > 12.5")
    _do(engine, "video.focus(); video.volume = 0.5; video.muted = false;")
    engine.press(ARROW_DOWN)
    _settled(engine, "Math.abs(video.volume - 0.4) < 0.01")
    assert _do(engine, "return document.querySelector('[data-qv-volume]').value;") == "0.4"


@crash_proof
@pytest.mark.slow
def test_the_gallery_keeps_up(servers: Servers, folder: Path, engine: Engine) -> None:
    (folder / "One.mp4").touch()
    server = servers.server("hypercorn", QUART_E2E_FRESH="0.1")
    engine.visit(f"{server.url}/videos/{folder.name}/")
    titles = "return [...document.querySelectorAll('.qv-card h3')].map(it => it.innerText);"
    assert engine.do(titles) == ["One"]
    (folder / "Two.mp4").touch()

    def has_two() -> bool:
        engine.do("document.dispatchEvent(new Event('visibilitychange'));")
        return bool(engine.do(titles) == ["One", "Two"])

    wait_until(has_two, 20, "the new video")


def _settled(engine: Engine, condition: str) -> None:
    wait_until(lambda: bool(_do(engine, f"return {condition};")), 20, condition)
