"""``python -m benchmarks``: run, list, report, publish."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NoReturn, Protocol, TypeVar

from benchmarks.conduct import Plan, conduct
from benchmarks.peers import Peer
from benchmarks.publish import publish
from benchmarks.report import text_report
from benchmarks.results import load
from benchmarks.servers import DoesNotStart
from benchmarks.suites import SUITES


class _Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the status to exit with."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.do(options)
    except (DoesNotStart, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: every server that was started has ended.", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("run", help="measure; five or ten minutes on two cores")
    command.set_defaults(do=_run)
    command.add_argument("suite", nargs="?", choices=SUITES, default="serving")
    command.add_argument("--quick", action="store_true", help="one minute: less work, fewer peers")
    command.add_argument("--peers", nargs="+", metavar="NAME", help="names or patterns: 'ours-*'")
    command.add_argument("--workloads", nargs="+", metavar="NAME", help="names or patterns")
    command.add_argument("--rounds", type=int, default=3, help="at most this many (3)")
    command.add_argument("--scale", type=float, help="of the work of each round (1)")
    command.add_argument("--size", type=int, help="MiB of the longest film, or number of files")
    command.add_argument("--folder", type=Path, help="where to put what is served, 1.4 GiB of it")
    command.add_argument("--output", type=Path, help="JSON file for the results")

    command = commands.add_parser("list", help="name the peers and the workloads")
    command.set_defaults(do=_list)

    for name, do, text in (
        ("report", _report, "show the table of an earlier run"),
        ("publish", _publish, "put a run into the documentation: table, chart and JSON"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(do=do)
        command.add_argument("results", type=Path, help="the JSON file of a run")
    return parser


def _run(options: argparse.Namespace) -> int:
    quick: bool = options.quick
    suite = SUITES[options.suite]
    peers = _pick(suite.peers, options.peers or (suite.quick if quick else ["*"]), "peer")
    plan = Plan(
        suite=suite,
        peers=_installed(peers, must=bool(options.peers)),
        workloads=_pick(suite.workloads, options.workloads or ["*"], "workload"),
        folder=options.folder or suite.folder,
        size=options.size or (suite.quick_size if quick else suite.size),
        scale=options.scale or (1 / 8 if quick else 1),
        most_rounds=1 if quick else options.rounds,
    )
    output = options.output or Path("build", f"{suite.name}.json")
    signal.signal(signal.SIGTERM, _terminated)
    progress = _Progress(plan.steps)
    results = conduct(plan, progress)
    progress.end()
    results.save(output)
    print(text_report(results))
    print(f"\nWritten to {output}. See it again: python -m benchmarks report FILE")
    return 1 if results.failures else 0


def _pick(table: Sequence[N], patterns: Sequence[str], what: str) -> list[N]:
    """Return the rows whose names fit one of the patterns.

    :raises ValueError: a pattern fits none.
    """
    for pattern in patterns:
        if not any(fnmatchcase(row.name, pattern) for row in table):
            known = ", ".join(row.name for row in table)
            raise ValueError(f"There is no {what} {pattern!r}. There are: {known}")
    return [row for row in table if any(fnmatchcase(row.name, p) for p in patterns)]


def _installed(peers: Sequence[Peer], *, must: bool) -> list[Peer]:
    """Leave out what is not installed, and say how to have it.

    :param must: the peers were named one by one, so none may be left out.
    :raises ValueError: one of them is missing.
    """
    found = []
    for peer in peers:
        remedy = peer.missing()
        if remedy is None:
            found.append(peer)
        elif must:
            raise ValueError(f"{peer.name} is missing. Install it with: {remedy}")
        else:
            print(f"Without {peer.name}. To have it: {remedy}", file=sys.stderr)
    return found


def _terminated(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _list(_: argparse.Namespace) -> int:
    for suite in SUITES.values():
        print(f"{suite.title} ({suite.name})")
        print("  Peers")
        for peer in suite.peers:
            remedy = peer.missing()
            print(f"    {peer.name:24}{peer.title}{f' (missing: {remedy})' if remedy else ''}")
        print("  Workloads")
        for workload in suite.workloads:
            print(f"    {workload.name:24}{workload.title}: {workload.cost_unit}")
    return 0


def _report(options: argparse.Namespace) -> int:
    print(text_report(load(options.results)))
    return 0


def _publish(options: argparse.Namespace) -> int:
    for path in publish(load(options.results)):
        print(path)
    return 0


class _Progress:
    """One line that tells how far it is: rewritten on a terminal, elsewhere one per workload."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._began = time.monotonic()
        self._live = sys.stderr.isatty()
        self._last = ""

    def __call__(self, done: int, what: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        if self._live:
            end = "\x1b[K"  # clears what is left of the line before
            lead = "\r"
        else:
            what = what.partition(",")[0]
            if what == self._last:
                return
            self._last, lead, end = what, "", "\n"
        line = f"{lead}[{100 * done // max(1, self._steps):3}%  {minutes}:{seconds:02}]  {what}"
        print(line, end=end, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Clear the line."""
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
