from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.listing.names import beginnings, folder_names, plain
from benchmarks.listing.tree import FEW, MANY, Tree
from quart_video.catalogue import natural_key


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(Path("/nowhere"), 10_000)


@pytest.mark.parametrize("count", [3, 20, 2_000])
def test_folders_lie_in_folders_that_come_before(count: int) -> None:
    names = folder_names(count)
    assert len(names) == len(set(names)) == count
    for number, name in enumerate(names):
        assert "/" not in name or name.rpartition("/")[0] in names[:number]


def test_there_are_as_many_files_as_were_asked_for(tree: Tree) -> None:
    assert len(tree.names) == 10_000
    assert len(tree.folders) == 200
    assert (len(tree.few.files), len(tree.many.files)) == (FEW, MANY)
    paths = {tree.path_of(number) for number in range(10_000)}
    assert len(paths) == 10_000


def test_a_file_is_found_by_its_path(tree: Tree) -> None:
    for number in (0, 49, 50, 5_000, 9_999):
        assert tree.number_of(tree.path_of(number)) == number
    assert tree.number_of("Archiv/missing.mp4") is None
    assert tree.number_of("missing/" + tree.names[0]) is None


def test_it_is_the_same_each_time(tree: Tree) -> None:
    again = Tree(Path("/elsewhere"), 10_000)
    assert (again.names, again.sizes, again.times) == (tree.names, tree.sizes, tree.times)


def test_the_files_are_made(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "small", 1_000)
    tree.make()
    found = {}
    for folder, _, names in os.walk(tree.root):
        for name in names:
            path = Path(folder, name)
            facts = path.stat()
            found[str(path.relative_to(tree.root))] = (facts.st_size, facts.st_mtime)
            assert facts.st_blocks == 0
    assert found == {
        tree.path_of(number): (tree.sizes[number], tree.times[number]) for number in range(1_000)
    }


def test_parts_in_natural_order_are_those_of_the_whole(tree: Tree) -> None:
    whole = sorted(
        range(10_000),
        key=lambda n: (
            [*map(natural_key, tree.path_of(n).split("/")[:-1])],
            natural_key(tree.names[n]),
        ),
    )
    assert tree.by_name(0, 10_000) == whole
    assert tree.by_name(4_999, 5_050) == whole[4_999:5_050]
    assert sorted(tree.by_name(0, FEW, tree.few)) == list(tree.few.files)


def test_what_a_search_finds_is_known(tree: Tree) -> None:
    names = [plain(name) for name in tree.names]
    word = tree.place(7)
    assert tree.at_places(word) == sum(f" {word}" in name for name in names) > 0
    assert tree.at_places(word[:3]) == sum(f" {word[:3]}" in name for name in names)
    found = sum("regatta " in name and " 2014-" in name for name in names)
    assert tree.of_year("regatta", 2014) == found > 0
    assert all("(familienfilmarchiv digitalisiert)" in name for name in names)


def test_beginnings() -> None:
    assert beginnings(["abc", "d"]) == ["abc", "ab", "a", "d"]
