"""Whatever a page shows as code is run, or this says why not."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import time
import urllib.request
from io import BytesIO
from pathlib import Path

import pytest

from tests.docs.blocks import Block, blocks_of, pages
from tests.docs.reader import HANDLERS, Reader
from tests.docs.transcripts import parse

PAGES = pages()
TUTORIAL = "tutorials/video_tutorial"

# By page and first line. All of these are checked for their syntax, no more.
NOT_RUN = {
    ("README", '$ pip install "quart-video[media]"'): "needs a network; `make wheel` does it",
    (
        "README",
        "$ git clone https://github.com/quart-video/quart-video && cd quart-video",
    ): "is how these tests are here",
    ("README", "$ make example"): "is how these tests are run",
    ("how_to_guides/object_storage", '$ pip install "quart-video[cloud]"'): "needs a network",
    (
        "how_to_guides/deploy",
        "$ sudo apt install python3-venv nginx certbot python3-certbot-nginx",
    ): "changes the machine",
    (
        "how_to_guides/deploy",
        '$ sudo certbot certonly --nginx -d media.example.org --deploy-hook "nginx -s reload"',
    ): "needs a name that leads here",
    (
        "how_to_guides/deploy",
        "$ sudo nginx -t && sudo systemctl reload nginx",
    ): "the nginx here is one of its own, and runs by now",
    ("how_to_guides/deploy", "$ podman build -t videos ."): "needs a network",
    ("how_to_guides/inside", '$ pip install "quart-video[media]"'): "needs a network",
    (TUTORIAL, "$ python3 -m venv .venv"): "needs a network; `make wheel` does it",
    (TUTORIAL, "$ pip install pytest pytest-asyncio"): "needs a network",
}


COMES_WITH_US = {
    "blinker",
    "click",
    "hypercorn",
    "jinja2",
    "quart",
    "quart_schema",
    "quart_video",
    "werkzeug",
}
PROGRAMS = {"granian", "gunicorn", "pytest", "uvicorn"}
IN_EXTRA = {"uvicorn": "(serve|uvicorn)"}
"""What one may be told to install in its place."""


def _blocks(page: str) -> list[Block]:
    return blocks_of(page, PAGES[page].read_text(encoding="utf-8"))


def _is_run(block: Block) -> bool:
    return (block.page, block.first_line) not in NOT_RUN


WITH_CODE = [page for page in PAGES if _blocks(page)]
ALL_BLOCKS = [block for page in PAGES for block in _blocks(page)]


@pytest.mark.parametrize("page", WITH_CODE)
@pytest.mark.sample(4)
def test_what_the_page_shows_is_so(page: str, tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    try:
        for block in filter(_is_run, _blocks(page)):
            reader.follow(block)
        reader.finish()
    finally:
        reader.close()


@pytest.mark.parametrize("block", ALL_BLOCKS, ids=str)
def test_every_block_is_run_or_excused(block: Block) -> None:
    if _is_run(block):
        assert block.language in HANDLERS
    else:
        assert block.language == "console"


def test_nothing_is_excused_that_is_gone() -> None:
    assert set(NOT_RUN) <= {(block.page, block.first_line) for block in ALL_BLOCKS}


@pytest.mark.parametrize("block", [block for block in ALL_BLOCKS if not _is_run(block)], ids=str)
def test_what_is_not_run_could_be(block: Block) -> None:
    script = "\n".join(line.removeprefix("$ ") for line in block.text.splitlines())
    subprocess.run(["bash", "-n"], input=script.encode(), check=True)


def _needed(block: Block, own: set[str]) -> set[str]:
    """Return what a block needs that does not come with the library, by the names to install."""
    if block.language == "console":
        commands = [command.text for command in parse(block.text)]
        words = {word for text in commands for word in re.findall(r"(?<![\w/.:-])\w+", text)}
        return words & PROGRAMS
    if block.language != "python":
        return set()
    names = set()
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    names -= sys.stdlib_module_names | COMES_WITH_US | own
    return {name.replace("_", "-") for name in names}


@pytest.mark.parametrize("page", WITH_CODE)
def test_a_page_tells_what_else_to_install(page: str) -> None:
    """The tests have all of it; who reads has what they were told to install."""
    blocks = _blocks(page)
    own = {Path(block.caption).stem for block in blocks}
    needed = set().union(*(_needed(block, own) for block in blocks))
    told = " ".join(re.findall(r"pip install (.*)", PAGES[page].read_text(encoding="utf-8")))
    missing = {name for name in needed if not re.search(rf"\b{IN_EXTRA.get(name, name)}\b", told)}
    assert not missing


def test_the_example_waits_until_a_video_has_been_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a busy machine the first answer has no details yet."""
    (block,) = (b for b in _blocks("how_to_guides/inside") if b.caption == "inside.py")
    known = {"duration": 24.0, "width": 640, "height": 360, "codecs": "avc1"}
    urls = {"poster_url": "/poster?v=1", "storyboard_url": "/storyboard?v=1"}
    answers = [{"details": None}, {"details": None}, {"details": known, **urls}]
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(
        urllib.request, "urlopen", lambda _: BytesIO(json.dumps(answers.pop(0)).encode())
    )
    exec(block.text, {})  # noqa: S102 - running what the page says is what this is for
    assert slept == [1, 1]
    assert capsys.readouterr().out == "24.0 640 360 avc1\n/poster /storyboard\n"
