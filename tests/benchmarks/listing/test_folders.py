from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.listing.folders import FORMATS, check_folder, path_of
from benchmarks.listing.tree import Tree
from benchmarks.load import Wrong

TREE = Tree(Path("/nowhere"), 1_000)
RIGHT = {TREE.names[number]: TREE.sizes[number] for number in TREE.few.files}


def test_a_path_is_quoted() -> None:
    assert path_of(TREE.few) == "/videos/Archiv/Kiste%201.1/"


def test_json_is_read() -> None:
    rows = [{"name": name, "size": size, "type": "file"} for name, size in RIGHT.items()]
    for name in ("nginx", "caddy"):
        read, _ = FORMATS[name]
        check_folder(TREE, TREE.few, read(json.dumps(rows).encode()))


def test_html_is_read() -> None:
    read, _ = FORMATS["aiohttp"]
    page = '<ul>\n<li><a href="/videos/a%26b.mp4">a&amp;b.mp4</a></li>\n</ul>'
    assert read(page.encode()) == {"a&b.mp4": None}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (dict([*RIGHT.items()][1:]), "49 in place of 50"),
        (RIGHT | {"more.mp4": 1}, "51 in place of 50"),
        (RIGHT | {TREE.names[TREE.few.files[0]]: 1}, "says size 1"),
    ],
)
def test_what_is_wrong_is_said(wrong: dict[str, int | None], reason: str) -> None:
    with pytest.raises(Wrong, match=reason):
        check_folder(TREE, TREE.few, wrong)
