"""A server does not start with a library that cannot be, and says why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.harness import SERVERS, Server


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("what", ["missing", "a-file"])
@pytest.mark.sample(1)
def test_unusable_media_root(kind: str, what: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    if what == "a-file":
        root.touch()
    with pytest.raises(RuntimeError, match=r"MEDIA_ROOT") as failure:
        Server(kind, root, tmp_path, {})
    assert os.fspath(root) in str(failure.value)


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.sample(1)
def test_unusable_setting(kind: str, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"VIDEO_PAGE_SIZE.*1 to 500"):
        Server(kind, tmp_path, tmp_path, {"QUART_VIDEO_PAGE_SIZE": "501"})
