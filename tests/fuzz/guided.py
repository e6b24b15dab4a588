"""Coverage-guided fuzzing of every parser: what reaches new code is kept, and changed again.

    python -m tests.fuzz.guided [--seconds 6] [--seed 1] [--keep] [TARGET ...]

Atheris counts the branches of our own code, and libFuzzer makes the inputs. Each target is a
process, so many at a time as there are cores. With ``--keep`` what goes ways that nothing in the
corpus goes is added to it, in few and short inputs. What fails is shown as a line to be added.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stderr
from functools import partial
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any

from tests.fuzz import corpus_files as corpus

try:
    import atheris
except ImportError:
    sys.exit("Atheris is missing: pip install --group fuzz")

with redirect_stderr(StringIO()), atheris.instrument_imports(include=["quart_video"]):
    from tests.fuzz.targets import TARGETS

_RUNS_IN_CI = 6000
"""Inputs for each target there, in the same order each time: what fails is the change."""
IN_CI = "CI" in os.environ
SECONDS = 20.0 if IN_CI else 4.0
_LONGEST = 2000  # bytes of an input
_LONGEST_KEPT = 300
_ONE_INPUT = 20  # seconds for one of them, on a busy machine, too
_COUNT = re.compile(r"^Done (\d+) runs", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="the only ones to try")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each target")
    parser.add_argument("--seed", type=int, default=1 if IN_CI else 0)
    parser.add_argument("--keep", action="store_true", help="add to the corpus")
    asked = parser.parse_args(arguments)
    temporary = Path(tempfile.mkdtemp())
    try:
        folders = [temporary / name for name in asked.targets or sorted(TARGETS)]
        failed = [*_try(folders, asked.seconds, asked.seed)]
        for folder in folders:
            if asked.keep and folder not in failed:
                inputs = [path.read_bytes() for path in (folder / "corpus").iterdir()]
                kept = corpus.read(folder.name)
                corpus.write(folder.name, [*kept, *new(TARGETS[folder.name], kept, inputs)])
    finally:
        shutil.rmtree(temporary)
    return int(bool(failed))


def _try(folders: Iterable[Path], seconds: float, seed: int) -> Iterator[Path]:
    """Try each target, in a folder of its name, and yield those in which something was found."""
    left = [*folders]
    running: dict[int, Path] = {}
    while left or running:
        while left and len(running) < (os.cpu_count() or 1):
            folder = left.pop(0)
            running[_start(folder, seconds, seed)] = folder
        pid, status = os.wait()
        folder = running.pop(pid)
        if not _report(folder, status):
            yield folder


def _start(folder: Path, seconds: float, seed: int) -> int:
    """Have a process of its own try the target of that name, and return its number."""
    (folder / "corpus").mkdir(parents=True)
    for number, data in enumerate(corpus.read(folder.name)):
        (folder / "corpus" / f"{number}").write_bytes(data)
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    options = [f"-exact_artifact_path={folder / 'crash'}", f"-max_len={_LONGEST}"]
    options += [f"-max_total_time={seconds:.0f}", f"-seed={seed}", f"-timeout={_ONE_INPUT}"]
    options += [f"-runs={_RUNS_IN_CI}"] * IN_CI
    try:
        one = partial(_try_one, TARGETS[folder.name], folder / "crash")
        atheris.Setup([sys.argv[0], str(folder / "corpus"), *options], one)
        atheris.Fuzz()  # ends the process by itself
    finally:
        os._exit(1)


def _try_one(function: Callable[[bytes], None], crash: Path, data: bytes) -> None:
    try:
        function(data)
    except BaseException:
        crash.write_bytes(data)  # libFuzzer does not, of what Python raises
        raise


def _report(folder: Path, status: int) -> bool:
    """Tell what came of it, and say whether all went well."""
    log = (folder / "log").read_text(errors="replace")
    count = _COUNT.search(log)
    if status == 0 and count is not None:
        sys.stdout.write(f"{folder.name}: {count[1]} inputs\n")
        return True
    sys.stdout.write(f"{folder.name}: failed\n{log[-4000:]}\n")
    if (folder / "crash").exists():
        line = corpus.line_of((folder / "crash").read_bytes())
        sys.stdout.write(f"Add this to tests/fuzz/corpus/{folder.name}.txt, and mend it:\n{line}\n")
    return False


def new(
    function: Callable[[bytes], None], kept: Iterable[bytes], inputs: Iterable[bytes]
) -> list[bytes]:
    """Return few inputs, and short ones, that go all ways through our code that others do not.

    :param kept: the others.
    """
    gone = set().union(*(ways(function, data) for data in kept))
    left = {data: ways(function, data) - gone for data in inputs if len(data) <= _LONGEST_KEPT}
    found: list[bytes] = []
    while left:
        best = max(left, key=lambda data: (len(left[data]), -len(data), data))
        added = left.pop(best)
        if not added:
            break
        found.append(best)
        left = {data: rest - added for data, rest in left.items()}
    return found


def ways(function: Callable[[bytes], None], data: bytes) -> set[tuple[str, int, int]]:
    """Return the steps from line to line that our own code makes of an input."""
    found: set[tuple[str, int, int]] = set()

    def enter(frame: FrameType, _event: str, _argument: Any) -> Any:
        file = frame.f_code.co_filename
        if "quart_video" not in file:
            return None
        last = 0

        def step(frame: FrameType, event: str, _argument: Any) -> Any:
            nonlocal last
            if event == "line":
                found.add((file, last, frame.f_lineno))
                last = frame.f_lineno
            return step

        return step

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        function(data)
    finally:
        sys.settrace(before)
    return found


if __name__ == "__main__":
    sys.exit(main())
