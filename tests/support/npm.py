"""Packages of npm, for tests that ask what others make of something. They are never installed."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

from tests.e2e.harness import missing

_SECONDS = 100


def unpack(package: str, folder: Path) -> Path:
    """Return the folder of a package, got unless it is there; what it depends on is not.

    :param package: name and version, as ``axe-core@4.14.1``.
    """
    into = folder / package
    if into.exists():
        return into / "package"
    npm = shutil.which("npm") or missing("npm", "Install it with: apt-get install npm")
    command = [npm, "pack", package, "--silent", "--pack-destination", str(folder)]
    packed = subprocess.run(
        command, cwd=folder, capture_output=True, check=False, timeout=_SECONDS, text=True
    )
    if packed.returncode:
        missing(package, f"npm cannot get it: {packed.stderr}")
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        archive.extractall(into, filter="data")
    return into / "package"
