"""Run again, each alone, the few tests that failed while others ran beside them.

``python -m tests.support.alone ARGUMENTS``, with the arguments that pytest had, of which one is
``-p tests.support.alone``. Real servers and three browsers on a machine that has other things to do
fail now and then by the machine. What fails alone, too, fails; and what does not is named, as it
may be a race of ours.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

MOST = 5
"""Where more have failed it is not the machine."""

KEPT = Path(".pytest_cache/failed_beside_others.json")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Keep the names of what failed."""
    if hasattr(config, "workerinput"):
        return
    stats = terminalreporter.stats
    names = {report.nodeid for kind in ("failed", "error") for report in stats.get(kind, ())}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(sorted(names)), encoding="utf-8")


class Again:
    """Takes note of what passes."""

    def __init__(self) -> None:
        self.passed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test that has been run, and not only set up."""
        if report.when == "call" and report.passed:
            self.passed.append(report.nodeid)


def main(arguments: list[str]) -> int:
    """Return the exit status of pytest, which runs what failed last."""
    names = json.loads(KEPT.read_text(encoding="utf-8"))
    if not 0 < len(names) <= MOST:
        sys.stdout.write(f"{len(names)} tests failed: none is run again.\n")
        return 1
    options = [argument for argument in arguments if not Path(argument).exists()]
    again = Again()
    status = pytest.main([*options, "-n0", *names], plugins=[again])
    for name in again.passed:
        sys.stdout.write(f"FAILED BESIDE OTHERS, passed alone: {name}\n")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
