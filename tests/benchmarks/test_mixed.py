"""What files of all kinds cost is compared with another version."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import mixed
from benchmarks.mixed import Mixed, compare_mixed, prepare
from tests.media.films import Film


def test_it_tells_how_much_of_it() -> None:
    assert "0.50 of it; wanted: no more than 1; as wanted" in str(Mixed(10, 1.0, 2.0))
    assert "1.50 of it; wanted: no more than 1; NOT as wanted" in str(Mixed(10, 3.0, 2.0))
    assert "100.0 ms each\n  --beside CHECKOUT" in str(Mixed(10, 1.0, None))


@pytest.mark.thorough
def test_all_files_are_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {name: Film(name, ["-c:v", "mpeg4"], 1).make for name in ("a.avi", "b.mp4")}
    monkeypatch.setattr(mixed, "MAKERS", kinds)
    found = compare_mixed(tmp_path, 3, beside=Path(mixed.__file__).parent.parent)
    assert found.files == 3
    assert found.before is not None
    # To start Python alone takes as long.
    assert min(found.ours, found.before) > 0.1


@pytest.mark.thorough
def test_a_version_that_prepares_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="prepares nothing"):
        prepare(tmp_path, tmp_path)
