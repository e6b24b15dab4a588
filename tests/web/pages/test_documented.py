"""What a page gives its template is in the guide to templates, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from quart import Quart, template_rendered

from tests.web.pages.conftest import Put, browsing

GUIDE = Path(__file__).parents[3] / "docs" / "how_to_guides" / "templates.md"
PAGES = {
    "gallery": "/videos/",
    "watch": "/videos/-/watch/clip.mp4",
    "embed": "/videos/-/embed/clip.mp4",
    "error": "/videos/none/",
}
OF_QUART = {"request", "session", "g", "current_user"}


def documented() -> dict[str, set[str]]:
    """Return the names of the table by the page they are in."""
    table = GUIDE.read_text(encoding="utf-8").partition("| Name | In | What it is |")[2]
    found: dict[str, set[str]] = {page: set() for page in PAGES}
    for names, pages in re.findall(r"(?m)^\| (`[^|]*`) \| ([\w, ]+) \|", table.split("\n\n")[0]):
        for page in PAGES if pages == "all" else pages.split(", "):
            found[page].update(re.findall(r"`(\w+)`", names))
    return found


@pytest.mark.parametrize("page", list(PAGES))
async def test_the_table_has_what_a_page_gives(
    make_app: Callable[..., Quart], put: Put, page: str
) -> None:
    put("clip.mp4")
    app = make_app()
    given: dict[str, set[str]] = {}

    async def note(_: Quart, *, template: Any, context: dict[str, Any], **__: Any) -> None:
        given.setdefault(template.name.rpartition("/")[2].removesuffix(".html"), set(context))

    template_rendered.connect(note, app, weak=False)
    async with browsing(app) as browser:
        await browser.client.get(PAGES[page], headers={"Accept": "text/html"})
    assert given[page] - OF_QUART == documented()[page]
