"""What a server costs: processor time and memory of all its processes, from the kernel's books."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks.films import MIB

_TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for member in found:
        for children in Path(f"/proc/{member}/task").glob("*/children"):
            try:
                found += [int(child) for child in children.read_text().split()]
            except OSError:  # a thread that ended just now
                continue
    return found


def cpu_of(pids: list[int]) -> float:
    """Return the seconds that processes have run so far, in user and in kernel mode.

    Every process has a clock of that, which all its threads wind, the ended ones too. In
    contrast to ``/proc/<pid>/stat`` it counts nanoseconds.
    """
    # clock_getcpuclockid(3), which Python lacks; the number is part of the kernel's interface.
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


def rss_of(pids: list[int], *, peak: bool = False) -> float:
    """Return the MiB of memory that processes hold, or at most held since :func:`forget_peak`."""
    key = "VmHWM:" if peak else "VmRSS:"
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(key):
                total += int(line.split()[1]) * 1024
    return total / MIB


def forget_peak(pids: list[int]) -> None:
    """Have the peak of the memory count from now on."""
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def cpu_of_machine() -> float:
    """Return the seconds that all processors together were busy, or taken away by other guests."""
    user, nice, system, _, _, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().split(maxsplit=9)[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / _TICKS


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used while something ran: seconds, and MiB."""

    seconds: float
    cpu: float
    generator_cpu: float
    """Of the process that makes the load, which is this one."""
    others_cpu: float
    """Of everything else on the machine: noise."""
    rss_before: float
    rss_peak: float


class Meter:
    """Measure what a server uses while a ``with`` block runs."""

    usage: Usage

    def __init__(self, pids: list[int]) -> None:
        self._pids = pids

    def __enter__(self) -> Self:
        forget_peak(self._pids)
        self._rss = rss_of(self._pids)
        self._machine = cpu_of_machine()
        self._own = time.process_time()
        self._cpu = cpu_of(self._pids)
        self._began = time.perf_counter()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is not None:
            return
        seconds = time.perf_counter() - self._began
        cpu = cpu_of(self._pids) - self._cpu
        own = time.process_time() - self._own
        machine = cpu_of_machine() - self._machine
        self.usage = Usage(
            seconds=seconds,
            cpu=cpu,
            generator_cpu=own,
            others_cpu=max(0.0, machine - cpu - own),
            rss_before=self._rss,
            rss_peak=rss_of(self._pids, peak=True),
        )
