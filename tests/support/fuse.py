"""File systems in user space, which can be stopped, and which keep less than disks do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from quart_video.storage.local import file_systems

_PATIENCE = 10.0  # seconds


class Fuse:
    """What is mounted, and the process that has it."""

    def __init__(self, point: Path, process: subprocess.Popen[bytes]) -> None:
        self.point = point
        self._process = process

    def stop(self) -> None:
        """Have it answer nothing, as a network that is gone."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Have it answer again, also what was asked before."""
        self._process.send_signal(signal.SIGCONT)

    def die(self) -> None:
        """Have it be there no more, as a daemon that has crashed."""
        self._process.kill()
        self._process.wait(_PATIENCE)


@contextmanager
def mounted(command: list[str], point: Path) -> Iterator[Fuse]:
    """Mount something; where that cannot be done, the test is skipped.

    :param command: stays in the foreground for as long as it is mounted.
    :param point: made if it is not there.
    """
    if shutil.which(command[0]) is None or not os.path.exists("/dev/fuse"):
        pytest.skip(f"{command[0]} or /dev/fuse is missing")
    point.mkdir(exist_ok=True)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = monotonic() + _PATIENCE
        while not os.path.ismount(point):
            if process.poll() is not None or monotonic() > until:
                pytest.skip(f"{command[0]} cannot mount anything here")
            sleep(0.01)
        # A device that had this number just before is remembered until the next look at the mounts.
        sleep(2 * file_systems.LOOK_EVERY)
        yield Fuse(point, process)
    finally:
        with suppress(OSError):
            process.send_signal(signal.SIGCONT)
        subprocess.run(["umount", "-l", point], check=False, stderr=subprocess.DEVNULL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
        process.kill()
        process.wait()


@contextmanager
def mirrored(source: Path, point: Path, *options: str) -> Iterator[Fuse]:
    """Mount a folder in another place, by way of FUSE."""
    with mounted(["bindfs", "-f", *options, str(source), str(point)], point) as fuse:
        yield fuse
