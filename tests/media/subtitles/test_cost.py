"""What is opened and never closed costs no more than its length: else these would not end."""

from __future__ import annotations

from contextlib import suppress

import pytest

from quart_video.media import Failed
from quart_video.media.subtitles.convert import convert
from tests.media.subtitles.cases import SCRIPT, srt

LENGTH = 300_000
DIALOGUE = "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,"
INPUTS = {
    "blocks of SubRip": srt("{\\" * LENGTH),
    "blocks of SubRip, named": srt("{\\i1" * LENGTH),
    "tags": srt("<b" * LENGTH),
    "tags with blanks": srt("<b " * LENGTH),
    "one long tag": srt("<" + "a" * LENGTH),
    "one long entity": srt("&" + "a" * LENGTH),
    "entities": srt("&amp" * LENGTH),
    "arrows": srt("-->\n" * LENGTH),
    "half a time": "00:00:00 -" * LENGTH + "\n" + srt("a"),
    "numbers and colons": "1:" * LENGTH + "\n" + srt("a"),
    "numbers and blanks": ("00" + " " * 990 + "\n") * 1000 + srt("a"),
    "blocks": SCRIPT + DIALOGUE + "{" * LENGTH,
    "escaped blocks": SCRIPT + DIALOGUE + "\\{" * LENGTH + "}",
    "one long block": SCRIPT + DIALOGUE + "{" + "\\i1" * LENGTH + "}a",
    "what comes with time": SCRIPT + DIALOGUE + "{\\t(" * LENGTH + "}a",
    "columns": "[Events]\nFormat: " + "a," * LENGTH + "Text\n" + f"{DIALOGUE}a\n" * 1000,
    "styles": "".join(f"Style: s{n},a\n" for n in range(50_000))
    + SCRIPT
    + f"{DIALOGUE}{{\\rs1}}a\n",
    "lines of blanks": "WEBVTT\n\n00:01.000 --> 00:02.000\na\n" + " \n" * LENGTH,
    "times": "WEBVTT\n\n" + "00:01.000 --> 00:02.000\n" * 50_000,
    "bars": "{1}{2}" + "|/" * LENGTH,
    "times of songs": "[00:01]" * LENGTH + "a",
    "syncs": "<SAMI>" + "<sync start" * 100_000,
    "syncs with times": "<SAMI>" + "<sync start=1 " * 100_000,
    "paragraphs": "<SAMI><sync start=1>" + "<p class=" * 100_000,
    "elements": "<tt><body>" + "<div>" * 100_000,
    "attributes": "<tt " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>",
    "breaks": '<tt><body><p begin="1s" end="2s">' + "<br/>" * 100_000 + "a</p></body></tt>",
    "empty lines": "\n" * LENGTH,
    "nothing but NUL": "\0" * LENGTH,
}


@pytest.mark.parametrize("source", INPUTS.values(), ids=INPUTS.keys())
@pytest.mark.sample(1)
def test_it_ends(source: str) -> None:
    vtt = ""
    with suppress(Failed):
        vtt = convert(source.encode())
        assert vtt.startswith("WEBVTT\n")
    # What stands for a sign has six letters at most, and nothing else grows.
    assert len(vtt) <= 6 * len(source) + 200
