"""A copy of a library costs nothing, and the benchmark would tell if it did."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.copies import Copies, copy_library
from quart_video.storage.base import FileFacts


def test_nothing_is_made_again_of_a_copy(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    found = copy_library(tmp_path, tmp_path / "elsewhere", 3)
    # Of each its details, its poster and its storyboard.
    assert (found.before, found.after) == (9, 0)
    assert "; as wanted" in str(found)


@pytest.mark.slow
def test_it_tells_if_more_were_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As it would be if what is made were kept by what a file is, and not by what its bytes are.
    monkeypatch.setattr(FileFacts, "content", property(lambda facts: facts.version))
    (tmp_path / "elsewhere").mkdir()
    found = copy_library(tmp_path, tmp_path / "elsewhere", 1)
    assert found.after == 3
    assert "; NOT as wanted" in str(found)


def test_on_which_disk() -> None:
    assert "to another disk: 9 jobs" in str(Copies(3, 9, 0, other_disk=True))
