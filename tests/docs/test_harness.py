"""The harness itself: it finds what is there, and notices what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import DOCS, Block, blocks_of
from tests.docs.reader import Reader
from tests.docs.transcripts import Command, Memory, Mismatch, parse

TAG, OTHER = "a" * 24, "b" * 24


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path)
    yield reader
    reader.close()


def _block(language: str, text: str, caption: str = "") -> Block:
    return Block("page", 1, language, caption, text)


def test_blocks_have_language_caption_line_and_text() -> None:
    source = "Text\n\n```python\nx = 1\n```\n\n```{code-block} html\n:caption: a.html\n\n<p>\n```\n"
    assert blocks_of("page", source) == [
        Block("page", 4, "python", "", "x = 1\n"),
        Block("page", 10, "html", "a.html", "<p>\n"),
    ]


def test_a_block_in_a_list_or_a_note_is_found() -> None:
    source = ":::{note}\n- so:\n\n  ```python\n  x = 1\n  ```\n:::\n"
    assert [block.text for block in blocks_of("page", source)] == ["x = 1\n"]


def test_a_file_that_is_included_is_a_block() -> None:
    source = "```{literalinclude} ../pyproject.toml\n:language: toml\n:caption: it\n```\n"
    text = (DOCS.parent / "pyproject.toml").read_text()
    assert blocks_of("page", source) == [Block("page", 2, "toml", "it", text)]


@pytest.mark.parametrize(
    "source",
    [
        "```\nno language\n```\n",
        "```python\nx = 1\n",
        "```{code} python\nx = 1\n```\n",
        "```{literalinclude} file.py\n:language: python\n:caption: a.py\n```\n",
        "```{literalinclude} ../index.md\n:language: text\n```\n",
        "```{eval-rst}\n.. code-block:: python\n\n   x = 1\n```\n",
        "text ```python\n```\n",
    ],
)
def test_what_is_not_understood_is_no_page(source: str) -> None:
    with pytest.raises(ValueError, match="page:"):
        blocks_of("page", source)


def test_a_transcript_is_commands_and_what_came_out() -> None:
    assert parse("$ one\na\nb\n$ two \\\n    three\n") == [
        Command("one", "a\nb"),
        Command("two \\\n    three", ""),
    ]


def test_a_transcript_begins_with_a_command() -> None:
    with pytest.raises(ValueError, match="not a transcript"):
        parse("output\n$ command\n")


@pytest.mark.parametrize(
    ("shown", "actual"),
    [
        ("one\ntwo", "one\r\ntwo\n\n"),
        ("one\n...\nfour", "one\ntwo\nthree\nfour\n"),
        ("...", ""),
        ("a.b", "a.b"),
        ("date: Sun, 22 Nov 2026 13:36:30 GMT", "date: Mon, 01 Jan 2029 00:00:00 GMT"),
        (f'etag: "{TAG}"', f'etag: "{OTHER}"'),
        ("HTTP/1.1 200\nb: 2\na: 1\n\nx\ny", "HTTP/1.1 200 \r\na: 1\r\nb: 2\r\n\r\nx\ny"),
    ],
)
def test_the_same(shown: str, actual: str) -> None:
    Memory().compare(shown, actual)


@pytest.mark.parametrize(
    ("shown", "actual"),
    [
        ("one", "one\ntwo"),
        ("one\ntwo", "one"),
        ("", "one"),
        ("a.b", "axb"),
        ("one\n...\nfour", "one\ntwo"),
        ("date: Sun, 22 Nov 2026 13:36:30 GMT", "date: now"),
        (f'etag: "{TAG}"', 'etag: "short"'),
        (f"{TAG} {TAG}", f"{TAG} {OTHER}"),
        ("HTTP/1.1 200\na: 1\n\nx\ny", "HTTP/1.1 200\na: 1\n\ny\nx"),
    ],
)
def test_not_the_same(shown: str, actual: str) -> None:
    with pytest.raises(Mismatch):
        Memory().compare(shown, actual)


def test_a_tag_stays_the_same_on_a_page_and_goes_into_commands() -> None:
    memory = Memory()
    memory.compare(TAG, OTHER)
    memory.compare(TAG, OTHER)
    assert memory.to_real(f'-H "{TAG}"') == f'-H "{OTHER}"'
    with pytest.raises(Mismatch):
        memory.compare(TAG, TAG)


def test_a_wrong_output_is_noticed(reader: Reader) -> None:
    reader.follow(_block("console", "$ echo right\nright\n"))
    with pytest.raises(Mismatch, match=r"(?s)page:1: \$ echo wrong.*-right.*\+wrong"):
        reader.follow(_block("console", "$ echo wrong\nright\n"))


def test_a_snippet_that_raises_is_noticed(reader: Reader) -> None:
    with pytest.raises(NameError):
        reader.follow(_block("python", "app.register_blueprint(video_bp)\n"))


def test_an_app_that_does_not_start_is_noticed(reader: Reader) -> None:
    lines = ["from quart import Quart", "from quart_video import video_bp"]
    lines += ["app = Quart(__name__)", "app.config['MEDIA_ROOT'] = '/srv/nowhere'"]
    reader.follow(_block("python", "\n".join([*lines, "app.register_blueprint(video_bp)"])))
    with pytest.raises(Exception, match="MEDIA_ROOT"):
        reader.finish()


def test_a_server_that_does_not_start_is_noticed(reader: Reader) -> None:
    with pytest.raises(AssertionError, match="does not answer"):
        reader.follow(_block("console", "$ quart --app nothing run\n"))


def test_a_file_that_is_missing_in_a_tree_is_noticed(reader: Reader) -> None:
    reader.follow(_block("text", "my-site/\n└── videos/\n    └── Welcome.mp4   yes\n"))
    reader.finish()
    reader.follow(_block("text", "my-site/\n├── videos/\n└── nothing.py\n"))
    with pytest.raises(AssertionError, match=r"nothing\.py is not there"):
        reader.finish()


UNIT = "/etc/systemd/system/videos.service"
START = "$ sudo systemctl enable --now videos.socket videos.service\n"


def test_a_file_that_belongs_elsewhere_stays_below_the_folder(
    reader: Reader, tmp_path: Path
) -> None:
    reader.follow(_block("ini", "[Service]\n", UNIT))
    assert (tmp_path / "project" / UNIT.strip("/")).read_text() == "[Service]\n"


def test_a_service_that_does_not_start_is_noticed(reader: Reader) -> None:
    unit = "[Service]\nEnvironment=X=%C/x\nWorkingDirectory=/\nExecStart=/opt/bin/false --fd 3\n"
    reader.follow(_block("ini", unit, UNIT))
    with pytest.raises(AssertionError, match="does not answer"):
        reader.follow(_block("console", START))
