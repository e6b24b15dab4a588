"""What the watch page foretells is what happens, for each kind of file, in each engine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.e2e.engines import ENGINES, Browser, CrashError, Engine
from tests.e2e.harness import Server, Servers, wait_until
from tests.media.kinds import KINDS, Kind

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

TABLE = Path(__file__).parents[2] / "docs/discussion/browsers.inc"
WORDS = {None: "plays", "sound": "no sound", "picture": "no picture", "type": "does not play"}
UNSTEADY = {("WebKit", "theora_flac.ogv")}
"""Plays in one run and not in the next, where much else goes on: the page has to tell which."""
NOT_FORETOLD: dict[tuple[str, str], str | None] = {
    ("Firefox", "h264-10bit_aac.mp4"): "picture",  # it says no, and plays it
    ("Firefox", "h264_ac3.mov"): "sound",  # it ends for what it leaves out in MP4
    ("Firefox", "h264_pcm24.mov"): "sound",
    # What WebKit plays it leaves to plug-ins, and does not ask them.
    ("WebKit", "prores_pcm.mov"): "picture",
    ("WebKit", "mjpeg_pcm.mov"): "picture",
    ("WebKit", "mjpeg_pcm.avi"): "picture",
    ("WebKit", "flv1_mp3.flv"): "picture",
    ("WebKit", "mpeg2_mp2.mpg"): "sound",
    ("WebKit", "mpeg1_mp2.mpg"): "sound",
    ("WebKit", "wmv2_wma.wmv"): "type",
    ("WebKit", "h264_aac.avi"): None,
    ("WebKit", "h264_aac.flv"): None,
}
"""What an engine foretells otherwise, until it has loaded the file."""

FORETELL = """
const video = document.querySelector('video');
const {foresee} = await import(argument);
return foresee(video);
"""
OUTCOME = """
const video = document.querySelector('video');
const pause = ms => new Promise(done => setTimeout(done, ms));
video.muted = true;
video.play().catch(() => {});
const until = async (seconds, condition) => {
  for (let turn = 0; turn < 10 * seconds && !condition(); turn++) await pause(100);
  return Boolean(condition());
};
const failed = () => video.error || video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE;
const told = () => document.querySelector('.qv-problem').hidden ? null :
  document.querySelector('[data-qv-problem]:not([hidden])')?.dataset.qvProblem ?? null;
const ends = await until(25, () => failed() || video.currentTime > 1.5);
// Of what does not play at all, the page asks the server what it knows, which takes its time. What
// it has foretold is told until then.
if (failed()) await until(20, () => ![null, 'sound', 'picture'].includes(told()));
await pause(300);
const frames = video.getVideoPlaybackQuality?.().totalVideoFrames ?? 0;
return {
  error: Boolean(video.error), time: video.currentTime, stands: !ends,
  picture: video.videoWidth > 0 && frames > 0,
  // Of WebKit nobody learns whether something is heard.
  sound: video.mozHasAudio ??
    ('audioTracks' in video ? null : video.webkitAudioDecodedByteCount > 0),
  board: told(),
};
"""


@pytest.fixture(scope="module")
def library(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """Return a server with files of all kinds, into which it has looked."""
    root = tmp_path_factory.mktemp("kinds")
    for kind in KINDS:
        kind.make(root)
    server = servers.server(
        "hypercorn",
        QUART_MEDIA_ROOT=str(root),
        QUART_VIDEO_SURVEY="true",
        QUART_VIDEO_MP4="false",  # this is about the files as they are
    )

    def known(kind: Kind) -> bool:
        with urlopen(f"{server.url}/videos/-/api/videos/{kind.name}") as answer:
            return json.load(answer)["details"] is not None

    for kind in KINDS:
        wait_until(lambda kind=kind: known(kind), 120, kind.name)  # type: ignore[misc]
    return server


def outcome_of(found: dict[str, Any], kind: Kind) -> str | None:
    """Return what did not play, as the page names it."""
    if found["error"] or found["time"] == 0:
        return "type"
    if kind.picture != "none" and not found["picture"]:
        return "picture"
    return "sound" if kind.sound != "none" and found["sound"] is False else None


class StandsError(Exception):
    """The browser has neither played nor refused what it was sent whole.

    WebKit does so now and then with what GStreamer's demultiplexer of Ogg reads, and plays it the
    next time.
    """


def measure(
    browser: Browser, server: Server, kind: Kind, *, may_stand: bool = False
) -> list[str | None]:
    """Return what is foretold, what happens, and what the page says in the end.

    :param may_stand: whether it may do nothing at all, which is to be tried again then.
    :raises StandsError: nothing has happened.
    """
    browser.visit(f"{server.url}/videos/-/watch/{kind.name}")
    foretold = browser.do(FORETELL, f"{server.url}/videos/-/static/foresee.js")
    found = browser.do(OUTCOME)
    if may_stand and found["stands"]:
        raise StandsError
    return [foretold, outcome_of(found, kind), found["board"]]


def measure_again(
    browser: Browser, server: Server, kind: Kind, *, may_stand: bool
) -> list[str | None]:
    """Do so in a new browser where one crashes or stands, a few times at most."""
    for _ in range(3):
        try:
            return measure(browser, server, kind, may_stand=may_stand)
        except (CrashError, StandsError):
            assert isinstance(browser, Engine)
            browser.start_anew()
    return measure(browser, server, kind)


def _is_right(engine: str, kind: str, row: list[str | None]) -> bool:
    foretold, outcome, told = row
    if engine == "WebKit" and outcome is None and "sound" in (foretold, told):
        return True  # nobody knows
    if (engine, kind) in UNSTEADY:
        return told == outcome
    return told == outcome and foretold in (outcome, NOT_FORETOLD.get((engine, kind), outcome))


def read_table() -> dict[str, list[str]]:
    """Return the rows of the table in the documentation, by the name of the file."""
    lines = TABLE.read_text().splitlines()[2:]
    rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in lines]
    return {name: cells for name, *cells in rows}


def write_table(column: int, outcomes: dict[str, str | None]) -> None:
    rows = read_table() if TABLE.exists() else {}
    lines = [f"| File | {' | '.join(ENGINES)} |", "|---" * (len(ENGINES) + 1) + "|"]
    for name, outcome in outcomes.items():
        cells = rows.get(name, [""] * len(ENGINES))
        cells[column] = WORDS[outcome]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    TABLE.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("name", ENGINES)
def test_what_is_foretold_happens(library: Server, name: str) -> None:
    """Each kind of file plays as the table says, the page foretells it, and ends up right.

    With ``WRITE_TABLE=1`` in the environment, the table is made anew.
    """
    with ENGINES[name]() as browser:
        may_stand = name == "WebKit"
        rows = {
            kind.name: measure_again(browser, library, kind, may_stand=may_stand) for kind in KINDS
        }
    outcomes = {kind: outcome for kind, (_, outcome, _) in rows.items()}
    column = list(ENGINES).index(name)
    if os.environ.get("WRITE_TABLE"):
        write_table(column, outcomes)
    wrong = {kind: row for kind, row in rows.items() if not _is_right(name, kind, row)}
    assert not wrong, json.dumps(wrong)
    steady = {kind for kind in outcomes if (name, kind) not in UNSTEADY}
    table = {kind: cells[column] for kind, cells in read_table().items()}
    assert table.keys() == outcomes.keys()
    for kind in steady:
        assert table[kind] == WORDS[outcomes[kind]], kind
