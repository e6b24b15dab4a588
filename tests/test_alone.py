"""The second chance of tests that failed beside others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.alone import MOST

ROOT = Path(__file__).parents[1]

# Other plugins take a second each time.
PLAIN = {
    "PYTHONPATH": str(ROOT),
    "PYTEST_ADDOPTS": "-p xdist.plugin",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
}

ONCE = """
from pathlib import Path

def test_once():
    been = Path("been")
    was_there = been.exists()
    been.touch()
    assert was_there
"""


def _run(folder: Path, module: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, "-p", "tests.support.alone", "-q", "test_it.py"],
        cwd=folder,
        env=os.environ | PLAIN,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("tests", "status", "told"),
    [
        pytest.param(ONCE, 0, "passed alone: test_it.py::test_once", id="by the machine"),
        pytest.param(
            f"{ONCE}\ndef test_never():\n    assert False\n",
            1,
            "FAILED test_it.py::test_never",
            id="by itself",
        ),
        pytest.param(
            "".join(f"def test_{n}():\n    assert False\n" for n in range(MOST + 1)),
            1,
            f"{MOST + 1} tests failed",
            id="too many",
        ),
    ],
)
def test_what_failed_runs_alone(tmp_path: Path, tests: str, status: int, told: str) -> None:
    (tmp_path / "test_it.py").write_text(tests)
    assert _run(tmp_path, "pytest").returncode == 1
    again = _run(tmp_path, "tests.support.alone")
    assert again.returncode == status
    assert told in again.stdout + again.stderr


def test_without_a_failure_there_is_nothing_to_run(tmp_path: Path) -> None:
    """As where pytest could not go to its end: that is no success."""
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n")
    assert _run(tmp_path, "pytest").returncode == 0
    assert _run(tmp_path, "tests.support.alone").returncode == 1


def test_whatever_its_name(tmp_path: Path) -> None:
    """And wherever: beside the files of other tests that failed before."""
    names = ["[a/b]", "<any(x, y):z>", "a::b", "ä"]
    (tmp_path / "test_it.py").write_text(
        "import pytest\nfrom pathlib import Path\n"
        f"@pytest.mark.parametrize('name', {names!r})\n"
        "def test_it(name, tmp_path):\n"
        "    been = Path(name.encode().hex())\n"
        "    was_there = been.exists()\n    been.touch()\n    assert was_there\n"
    )
    assert _run(tmp_path, "pytest").returncode == 1
    again = _run(tmp_path, "tests.support.alone")
    assert again.returncode == 0
    assert again.stdout.count("passed alone") == len(names)
