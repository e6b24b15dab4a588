"""Caption files of every form, beside a video, as each engine shows them on its page.

The same files are held against ffmpeg in :mod:`tests.media.subtitles.test_forms`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.e2e.engines import Browser, Engine, chromium, crash_proof, firefox, webkit
from tests.e2e.harness import Server, wait_until
from tests.media.subtitles.cases import Case
from tests.media.subtitles.more_cases import ALL_CASES as CASES

_TIME = r"((?:\d+:)?\d+:\d+\.\d+)"
_CUE = re.compile(rf"{_TIME} --> {_TIME} *([^\n]*)\n(.*)", re.DOTALL)

_READ = """
const read = async (element) => {
  if (element.track.mode === 'disabled') element.track.mode = 'hidden';
  while (element.readyState < 2) await new Promise(resolve => setTimeout(resolve, 20));
  return [...element.track.cues ?? []].map((cue) => ({
    times: [cue.startTime, cue.endTime].map((time) => Math.round(1000 * time)),
    text: cue.getCueAsHTML().textContent,
    place: [cue.line, cue.position, cue.align],
  }));
};
const found = {};
// One after the other, as each is made by a process of the server's.
for (const element of document.querySelectorAll('track[kind=captions]')) {
  const name = new URL(element.src).pathname.split('/').pop();
  found[name] = await read(element);
}
return found;
"""
_OF_A_VIDEO = 40
"""Files beside a video: a script that reads them has a time within which it has to be done."""


@pytest.fixture(scope="module", params=[chromium, firefox, webkit], ids=lambda each: each.__name__)
def engine(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Return each browser in turn."""
    with request.param() if request.param is chromium else Engine(request.param) as engine:
        yield engine


def _suffix(number: int, case: Case) -> str:
    # Text files are no captions; those of this form are mostly called so.
    return f"{number}{Path(case.name).suffix.replace('.txt', '.sub')}"


def _cues(case: Case) -> list[dict[str, Any]]:
    """Return the cues that a case is, as a browser tells them."""
    found = []
    for block in re.split(rf"\n\n+(?=(?:[^\n]*\n)?{_TIME} --> )", case.cues)[::2]:
        cue = _CUE.search(block)
        assert cue, block
        given = dict(each.split(":", 1) for each in cue[3].split())
        found.append(
            {
                "times": [_milliseconds(cue[1]), _milliseconds(cue[2])],
                "text": unescape(re.sub(r"<[^>]*>", "", cue[4].partition("\n\n")[0])).rstrip("\n"),
                "place": [
                    _number(given.get("line", "auto")),
                    _number(given.get("position", "auto")),
                    given.get("align", "center"),
                ],
            }
        )
    return sorted(found, key=lambda cue: (cue["times"][0], -cue["times"][1]))


def _milliseconds(text: str) -> int:
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return round(1000 * seconds)


def _number(text: str) -> float | str:
    return "auto" if text == "auto" else float(text.partition(",")[0].rstrip("%"))


@crash_proof
@pytest.mark.slow
def test_each_file_is_shown_as_it_was_meant(
    hypercorn: Server, folder: Path, engine: Browser
) -> None:
    assert sum(bool(case.cues) for case in CASES) > 200
    _show(CASES, hypercorn, folder, engine)


@crash_proof
def test_some_files_are_shown_as_they_were_meant(
    hypercorn: Server, folder: Path, engine: Browser
) -> None:
    _show(CASES[::12], hypercorn, folder, engine)


def _show(cases: Sequence[Case], server: Server, folder: Path, engine: Browser) -> None:
    """Put files beside videos, and hold what their pages show of them against what they are."""
    videos: dict[str, dict[str, Case]] = {}
    for start in range(0, len(cases), _OF_A_VIDEO):
        some = enumerate(cases[start : start + _OF_A_VIDEO])
        videos[f"video{start}"] = {f"video{start}.{_suffix(*each)}": each[1] for each in some}
    for files in videos.values():
        for name, case in files.items():
            (folder / name).write_text(case.source, encoding="utf-8", newline="")
    for video in videos:
        (folder / f"{video}.mp4").write_bytes(b"")
    for video, files in videos.items():
        _show_beside(video, files, server, folder.name, engine)


def _show_beside(
    video: str, files: Mapping[str, Case], server: Server, folder: str, engine: Browser
) -> None:
    api = f"{server.url}/videos/-/api/videos/{folder}/{video}.mp4"
    empty = {f"{folder}/{name}" for name, case in files.items() if not case.cues}

    def unshown() -> set[str]:
        with urlopen(api, timeout=60) as answer:
            return {each["path"] for each in json.load(answer)["unavailable_captions"]}

    # Asked for one by one: a page gives up after a moment what has not been looked into, and there
    # are more files here than a busy machine looks into by then.
    for name, case in files.items():
        url = f"{server.url}/videos/-/captions/{folder}/{name}"
        if case.cues:
            with urlopen(url, timeout=60) as answer:
                assert b"-->" in answer.read(), name
        else:  # no address answers with an empty track
            with pytest.raises(HTTPError, match="404"):
                urlopen(url, timeout=60)
    wait_until(lambda: unshown() == empty, 60, f"what cannot be shown of {video} is told")
    engine.visit(f"{server.url}/videos/-/watch/{folder}/{video}.mp4")
    wanted = {name: _cues(case) for name, case in files.items() if case.cues}
    names = "return [...document.querySelectorAll('track[kind=captions]')].map((it) => it.src);"
    shown = {urlsplit(url).path.rpartition("/")[2] for url in engine.do(names)}
    assert shown == set(wanted)
    found = engine.do(_READ)
    odd = {
        files[name].id: (found.get(name), cues)
        for name, cues in wanted.items()
        if found.get(name) != cues
    }
    assert odd == {}
