from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_video.storage.base import CannotWalk, Entry, FileFacts
from quart_video.storage.memory import MemoryStorage
from quart_video.storage.object_store.tree import Tree
from quart_video.storage.visible import VisibleNames

FACTS = FileFacts(1, 0, "v")
EMPTY = FileFacts(0, 0, "v")


def walk(keys: list[str], reserved: tuple[str, ...] = (), facts: FileFacts = FACTS) -> list[object]:
    tree = Tree(VisibleNames(reserved))
    found = [row for key in keys for row in tree.add(key, facts)]
    return [*found, *tree.end()]


def test_folders_come_before_what_they_are_in() -> None:
    assert walk(["a/b/1", "a/b/2", "a/c", "a-", "b/1", "c"]) == [
        ("a/b", [Entry("a/b/1", FACTS), Entry("a/b/2", FACTS)]),
        ("a", [Entry("a/b"), Entry("a/c", FACTS)]),
        ("b", [Entry("b/1", FACTS)]),
        ("", [Entry("a"), Entry("a-", FACTS), Entry("b"), Entry("c", FACTS)]),
    ]


def test_nothing_at_all() -> None:
    assert walk([]) == [("", [])]


def test_what_is_left_out() -> None:
    keys = [".h", ".hidden/1", ".hidden/a/2", "-/1", "a/.hidden/b/1", "a/1", "a\\b/1", "a\\b/2"]
    assert walk(keys, ("-",)) == [("a", [Entry("a/1", FACTS)]), ("", [Entry("a")])]


def test_what_stands_for_a_folder_is_no_file() -> None:
    assert walk(["f.mp4", "f.mp4/1"], facts=EMPTY) == [
        ("f.mp4", [Entry("f.mp4/1", EMPTY)]),
        ("", [Entry("f.mp4")]),
    ]
    assert walk(["f.mp4", "f.mp4/1"])[-1] == ("", [Entry("f.mp4", FACTS), Entry("f.mp4")])


def test_keys_that_are_not_sorted() -> None:
    with pytest.raises(CannotWalk, match="'a'"):
        walk(["a/1", "b/1", "a/2"])


NAMES = st.text("ab.-\\", min_size=1, max_size=3)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@given(st.sets(PATHS))
async def test_as_folder_by_folder(paths: set[str]) -> None:
    """All that a storage lists, and nothing else."""
    files = {path for path in paths if not any(other.startswith(path + "/") for other in paths)}
    storage = MemoryStorage(dict.fromkeys(files, b"x"))
    tree = Tree(VisibleNames(("-",)))
    walked: dict[str, Sequence[Entry]] = {}
    for key in sorted(files):
        walked.update(tree.add(key, FACTS))
    walked.update(tree.end())
    ahead = [""]
    for folder in ahead:
        entries = await storage.list(folder)
        ahead += [entry.path for entry in entries if entry.is_folder]
        found = walked.pop(folder)
        assert {(entry.path, entry.is_folder) for entry in found} == {
            (entry.path, entry.is_folder) for entry in entries
        }
    assert not walked
