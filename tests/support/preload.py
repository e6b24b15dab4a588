"""Libraries in C that take the place of some calls of the system, in programs that are started."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.e2e.harness import missing, need_tool


def build(source: Path, folder: Path) -> Path:
    """Build a library for ``LD_PRELOAD``, or skip the test where there is no compiler."""
    library = folder / f"{source.stem}.so"
    command = [need_tool("cc"), "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
    built = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    if built.returncode:
        missing("A C compiler that works", f"apt-get install gcc libc6-dev\n{built.stderr}")
    return library
