from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.measure import Meter, cpu_of, family, forget_peak, rss_of

READY = "print(flush=True); input()"


@contextmanager
def process(code: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run code that writes a line when it is ready and ends when it gets one."""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout
        running.stdout.readline()
        yield running
        running.kill()


def test_the_processor_time_of_another_process_is_known() -> None:
    code = f"import time\nwhile time.process_time() < 0.3: pass\n{READY}"
    with process(code) as busy:
        first = cpu_of([busy.pid])
        assert 0.3 <= first < 1
        assert cpu_of([busy.pid]) == pytest.approx(first, abs=0.1)


def test_own_time_is_counted_as_the_standard_library_does() -> None:
    assert cpu_of([os.getpid()]) == pytest.approx(time.process_time(), abs=0.1)


def test_time_of_threads_that_ended_counts() -> None:
    code = (
        "import threading, time\n"
        "def work():\n"
        "    while time.thread_time() < 0.3: pass\n"
        "worker = threading.Thread(target=work); worker.start(); worker.join()\n" + READY
    )
    with process(code) as ended:
        assert cpu_of([ended.pid]) >= 0.3


def test_the_children_belong_to_the_family() -> None:
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "print(flush=True); input(); child.communicate()"
    )
    with process(code) as parent:
        found = family(parent.pid)
        assert found[0] == parent.pid
        assert len(found) == 2
        parent.communicate(b"\n")


def test_memory_and_its_peak() -> None:
    code = f"data = b'x' * (100 << 20); del data; {READY}"
    with process(code) as grown:
        pids = [grown.pid]
        assert rss_of(pids) < 60
        assert rss_of(pids, peak=True) > 100
        forget_peak(pids)
        assert rss_of(pids, peak=True) < 60


def test_a_meter_tells_who_was_busy() -> None:
    with process(READY) as idle, Meter([idle.pid]) as meter:
        end = time.process_time() + 0.3
        while time.process_time() < end:
            pass
    usage = meter.usage
    assert usage.generator_cpu >= 0.3
    assert usage.seconds >= 0.3
    assert usage.cpu < 0.1
    assert 1 < usage.rss_before <= usage.rss_peak < 60
