"""Caption files of every form, beside a video, as Chromium shows them on its page.

The same files are held against ffmpeg in :mod:`tests.media.subtitles.test_forms`.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.chromium import NewPage
from tests.e2e.harness import Server, wait_until
from tests.media.subtitles.cases import CASES, Case

_TIME = r"((?:\d+:)?\d+:\d+\.\d+)"
_CUE = re.compile(rf"{_TIME} --> {_TIME} *([^\n]*)\n(.*)", re.DOTALL)

_READ = """
async () => {
  const read = async (element) => {
    if (element.track.mode === 'disabled') element.track.mode = 'hidden';
    while (element.readyState < 2) await new Promise(resolve => setTimeout(resolve, 20));
    const cues = [...element.track.cues ?? []].map((cue) => ({
      times: [cue.startTime, cue.endTime].map((time) => Math.round(1000 * time)),
      text: cue.getCueAsHTML().textContent,
      place: [cue.line, cue.position, cue.align],
    }));
    return [new URL(element.src).pathname.split('/').pop(), cues];
  };
  const found = {};
  // Some at a time, as each is made by a process of the server's.
  for (const element of document.querySelectorAll('track[kind=captions]')) {
    const [name, cues] = await read(element);
    found[name] = cues;
  }
  return found;
}
"""


def _name(number: int, case: Case) -> str:
    # Text files are no captions; those of this form are mostly called so.
    return f"a.{number}{Path(case.name).suffix.replace('.txt', '.sub')}"


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
                "text": unescape(re.sub(r"<[^>]*>", "", cue[4])).rstrip("\n"),
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


@pytest.mark.slow
def test_each_file_is_shown_as_it_was_meant(
    hypercorn: Server, new_page: NewPage, folder: Path
) -> None:
    (folder / "a.mp4").write_bytes(b"")
    for number, case in enumerate(CASES):
        (folder / _name(number, case)).write_text(case.source, encoding="utf-8", newline="")
    page = new_page(base_url=hypercorn.url)
    api = f"/videos/-/api/videos/{folder.name}/a.mp4"
    empty = {f"{folder.name}/{_name(n, case)}" for n, case in enumerate(CASES) if not case.cues}

    def unshown() -> set[str]:
        return {each["path"] for each in page.request.get(api).json()["unavailable_captions"]}

    wait_until(lambda: unshown() == empty, 60, "what cannot be shown is told")
    for path in empty:  # nor does an address answer with an empty track
        assert page.request.get(f"/videos/-/captions/{path}").status == 404, path
    page.goto(f"/videos/-/watch/{folder.name}/a.mp4")
    found = page.evaluate(_READ)
    wanted = {_name(n, case): _cues(case) for n, case in enumerate(CASES) if case.cues}
    assert len(wanted) > 100
    odd = {
        CASES[int(name.split(".")[1])].id: (found.get(name), cues)
        for name, cues in wanted.items()
        if found.get(name) != cues
    }
    assert odd == {}
    assert set(found) == set(wanted)
