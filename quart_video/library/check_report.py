"""The report of a check: in words for a terminal, and as a page with all pictures. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape

from quart_video.library.collection_check import Checked
from quart_video.media import Details, Reason

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif; }
body { margin: 1.5rem; }
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1.25rem; padding: 0; list-style: none; }
img, .none { display: block; inline-size: 100%; block-size: 8.5rem; object-fit: contain; background: #000; }
.none { display: grid; place-items: center; color: #aaa; }
b { display: block; overflow-wrap: anywhere; }
small { display: block; opacity: 0.75; overflow-wrap: anywhere; }
.bad { color: #c62828; opacity: 1; }
"""  # noqa: E501 - a rule is a line


def summary(checked: Sequence[Checked], *, ffprobe: bool) -> Iterator[str]:
    """Yield the lines of the report.

    :param ffprobe: whether that was asked.
    """
    yield f"Checked {len(checked)} videos, {sum(each.size for each in checked):,} bytes"
    yield f"  {sum(each.details is not None for each in checked)} have details"
    yield f"  {sum(each.poster is not None for each in checked)} have a poster"
    yield f"  {sum(each.storyboard for each in checked)} have a storyboard"
    yield f"  {sum(each.captions for each in checked)} captions are shown"
    helped = [each for each in checked if each.mp4 is not None and each.mp4.helps]
    yield f"  {len(helped)} play in all browsers as an MP4 alone"
    for title, lines in (
        ("What cannot be made:", [(each.path, text) for each in checked for text in each.problems]),
        (
            "What ffprobe says otherwise:",
            [(each.path, text) for each in checked for text in each.disagreements],
        ),
        (
            "What not all browsers play but as an MP4, which prepare --mp4 makes ready:",
            [(each.path, _why(each)) for each in helped],
        ),
    ):
        if lines:
            yield title
            yield from (f"  {path}: {text}" for path, text in lines)
    if not ffprobe:
        yield "ffprobe is not installed, so nothing was compared"


_WHY: dict[Reason, str] = {
    "container": "not all know how the file is built ({container})",
    "reads-all": "Firefox reads all of it before it shows anything",
    "silent": "its sound ({audio}) is not heard",
    "tag": "Safari takes no HEVC that is called hev1",
}


def _why(checked: Checked) -> str:
    """Say why a video plays in more browsers as an MP4."""
    if checked.mp4 is None or checked.details is None:
        return ""
    details = checked.details
    facts = {"container": details.container, "audio": details.audio_codec or "-"}
    return "; ".join(_WHY[reason].format_map(facts) for reason in checked.mp4.reasons)


def contact_sheet(checked: Sequence[Checked], title: str) -> str:
    """Return the page with all pictures, which needs no other file."""
    cards = "\n".join(_card(each) for each in checked)
    count = sum(bool(each.problems) for each in checked)
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n<h1>{escape(title)}</h1>\n"
        f"<p>{len(checked)} videos, {count} with something that cannot be made.</p>\n"
        f"<ul>\n{cards}\n</ul>\n</html>\n"
    )


def _card(checked: Checked) -> str:
    if checked.poster is None:
        image = '<span class="none">no poster</span>'
    else:
        data = base64.b64encode(checked.poster).decode()
        image = f'<img alt="" loading="lazy" src="data:image/jpeg;base64,{data}">'
    facts = _facts(checked.details) if checked.details else "nothing is known of it"
    bad = (*checked.problems, *(f"but {each}" for each in checked.disagreements))
    lines = "".join(f'<small class="bad">{escape(each)}</small>' for each in bad)
    return f"<li>{image}<b>{escape(checked.path)}</b><small>{escape(facts)}</small>{lines}</li>"


def _facts(details: Details) -> str:
    parts = [details.container]
    if details.duration is not None:
        parts.append(f"{details.duration:g} s")
    if details.width and details.height:
        parts.append(f"{details.width}x{details.height}")
    if details.frame_rate:
        parts.append(f"{details.frame_rate:g} fps")
    parts.append(details.codecs or f"{details.video_codec or '-'}, {details.audio_codec or '-'}")
    return " \N{MIDDLE DOT} ".join(parts)
