"""Run again, each alone, the few tests that failed while others ran beside them.

``python -m tests.support.alone ARGUMENTS``, with the arguments that pytest had. Real servers and
three browsers on a machine that has other things to do fail now and then by the machine. What
fails alone, too, fails; and what does not is named, as it may be a race of ours.
"""

from __future__ import annotations

import sys

import pytest

MOST = 5
"""Where more have failed it is not the machine."""


class Again:
    """Counts what failed, and tells what passes now."""

    def __init__(self) -> None:
        self.passed: list[str] = []

    @pytest.hookimpl(trylast=True)  # when it is decided what to run
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """End it where too many have failed."""
        if len(session.items) > MOST:
            pytest.exit(f"{len(session.items)} tests failed: none is run again.", returncode=1)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of what passes."""
        if report.when == "call" and report.passed:
            self.passed.append(report.nodeid)


def main(arguments: list[str]) -> int:
    """Return the exit status of pytest, which runs what failed last."""
    again = Again()
    only = ["-n0", "--last-failed", "--last-failed-no-failures=none"]
    status = pytest.main([*arguments, *only], plugins=[again])
    for name in again.passed:
        sys.stdout.write(f"FAILED BESIDE OTHERS, passed alone: {name}\n")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
