"""Disks of other file systems, made in a file and mounted, where whoever tests may do that."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.fuse import mounted

MAKERS = {
    "vfat": ["mkfs.vfat"],  # needs a kernel that knows it
    "exfat": ["mkfs.exfat"],
    "ntfs": ["mkfs.ntfs", "--force", "--quick", "--quiet"],
}
_SIZE = 40 * 2**20


def _run(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{command[0]} cannot do this here: {done.stderr.strip()}")
    return done.stdout.strip()


@contextmanager
def disk(kind: str, folder: Path) -> Iterator[Path]:
    """Mount an empty disk of that kind; the test is skipped where that cannot be done."""
    for program in (MAKERS[kind][0], "losetup"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing")
    image, point = folder / "disk.img", folder / "disk"
    point.mkdir()
    with image.open("wb") as file:
        file.truncate(_SIZE)
    _run(*MAKERS[kind], str(image))
    if kind == "ntfs":
        with mounted(["ntfs-3g", "-o", "no_detach", str(image), str(point)], point):
            yield point
        return
    device = _run("losetup", "--find", "--show", str(image))
    try:
        if kind == "exfat":
            with mounted(["mount.exfat-fuse", "-d", device, str(point)], point):
                yield point
            return
        _run("mount", "-t", kind, device, str(point))
        try:
            yield point
        finally:
            subprocess.run(["umount", "-l", point], check=False)
    finally:
        subprocess.run(["losetup", "--detach", device], check=False)


@contextmanager
def overlay(below: Path, folder: Path) -> Iterator[Path]:
    """Mount what is in a folder once more, with a layer over it for what changes."""
    for name in ("upper", "work", "over"):
        (folder / name).mkdir()
    layers = f"lowerdir={below},upperdir={folder / 'upper'},workdir={folder / 'work'}"
    _run("mount", "-t", "overlay", "overlay", "-o", layers, str(folder / "over"))
    try:
        yield folder / "over"
    finally:
        subprocess.run(["umount", "-l", folder / "over"], check=False)


def give_short_name(path: Path, short: str) -> None:
    """Give a file on NTFS a second name, as Windows does with each that is not 8.3."""
    os.setxattr(path, "system.ntfs_dos_name", short.encode())
