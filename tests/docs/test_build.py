"""The documentation builds without a warning, and what is generated in it is there."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest

import quart_video
from quart_video import settings
from quart_video.media_types import VIDEO_TYPES
from tests.docs.blocks import DOCS, REPOSITORY, blocks_of, pages
from tests.docs.transcripts import parse
from tests.e2e.chromium import launched
from tests.e2e.harness import missing

NO_PART = {"__init__.py", "__pycache__", ".mypy_cache", "py.typed", "templates"}

PAGES = sorted(set(pages()) - {"README"})


class Page(HTMLParser):
    """What a built page holds: code, other text, anchors, and what a browser loads with it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.code: list[str] = []
        self.text = ""
        self.anchors: set[str] = set()
        self.loads: list[str] = []
        self._in_code = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.anchors.add(named.get("id", ""))
        if tag == "link" and named.get("rel") in ("stylesheet", "icon", "preload"):
            self.loads.append(named["href"])
        if "src" in named:
            self.loads.append(named["src"])
        if tag == "pre":
            self._in_code = True
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._in_code = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_code:
            self.code[-1] += data


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not all(map(find_spec, ("sphinx", "myst_parser", "furo"))):
        missing("Sphinx", "Install it with: pip install --group docs")
    folder = tmp_path_factory.mktemp("built")
    options = ["-W", "--keep-going", "-n", "-q", "-d", f"{folder}/doctrees"]
    command = [sys.executable, "-m", "sphinx", *options, str(DOCS), f"{folder}/html"]
    result = subprocess.run(command, check=False, cwd=REPOSITORY, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    return folder / "html"


@pytest.fixture(scope="module")
def built(html: Path) -> dict[str, Page]:
    return {page: Page((html / f"{page}.html").read_text("utf-8")) for page in PAGES}


@pytest.mark.slow  # `make docs` builds them, too
def test_every_setting_has_an_entry_with_its_type_and_default(built: dict[str, Page]) -> None:
    page = built["reference/configuration"]
    text = " ".join(page.text.split())
    for row in settings.table():
        key, default = row.metadata["key"], row.metadata["default"]
        assert f"confval-{key}" in page.anchors
        shown = "required" if default is settings.REQUIRED else repr(default)
        assert re.search(
            rf"{key}\S* Type: .+? Default: {re.escape(shown)} Argument {row.name}\.", text
        )


@pytest.mark.slow
def test_every_type_is_in_the_table(built: dict[str, Page]) -> None:
    text = built["how_to_guides/file_types"].text
    for extension, media_type in VIDEO_TYPES.items():
        assert extension in text.split()
        assert media_type in text.split()


@pytest.mark.slow
def test_every_public_name_has_an_entry(built: dict[str, Page]) -> None:
    anchors = set().union(*(page.anchors for page in built.values()))
    documented = set(quart_video.__all__) - {"__version__"}
    assert {f"quart_video.{name}" for name in documented} <= anchors


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.slow
def test_all_code_that_is_shown_is_found_by_the_tests(page: str, built: dict[str, Page]) -> None:
    blocks = blocks_of(page, pages()[page].read_text(encoding="utf-8"))
    assert [code.split() for code in built[page].code] == [block.text.split() for block in blocks]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.slow
def test_a_page_loads_nothing_from_elsewhere(page: str, built: dict[str, Page]) -> None:
    assert built[page].loads
    assert not [url for url in built[page].loads if "//" in url]


@pytest.mark.slow
def test_what_is_copied_can_be_pasted(html: Path) -> None:
    """The prompt and what comes out are left out: a reader marks all of a block, and pastes it."""
    copied = "node => { getSelection().selectAllChildren(node); return getSelection().toString() }"
    name = "how_to_guides/deploy"
    with launched() as browser:
        page = browser.new_page()
        page.goto((html / f"{name}.html").as_uri())
        texts = [each.evaluate(copied) for each in page.locator(".highlight-console pre").all()]
    blocks = blocks_of(name, pages()[name].read_text("utf-8"))
    consoles = [parse(block.text) for block in blocks if block.language == "console"]
    commands = [[command.text for command in console] for console in consoles]
    assert [list(filter(None, text.splitlines())) for text in texts] == commands


def test_every_room_is_in_the_table_of_layers() -> None:
    text = (DOCS / "discussion" / "architecture.md").read_text("utf-8")
    package = REPOSITORY / "quart_video"
    found = {path.name for path in package.iterdir() if path.name not in NO_PART}
    named = {name.removesuffix(".py") for name in found}
    assert {name for name in named if f"`{name}`" in text or f"`{name}/`" in text} == named
