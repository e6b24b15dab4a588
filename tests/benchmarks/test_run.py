"""Runs on real servers, as small as they can be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.conduct import Plan, Retake, conduct
from benchmarks.measure import family
from benchmarks.peers import PEERS, Peer
from benchmarks.results import Sample
from benchmarks.servers import DoesNotStart, running
from benchmarks.suites import SERVING
from benchmarks.workloads import WORKLOADS
from tests.benchmarks.make import sample

REPOSITORY = Path(__file__).parents[2]


def pick(*names: str) -> list[Peer]:
    return [peer for peer in PEERS if peer.name in names]


@pytest.mark.slow
def test_every_workload_gives_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Retake, "attempts", 1)
    plan = Plan(
        suite=SERVING,
        peers=pick("ours-uvicorn", "bare-uvicorn"),
        workloads=[workload for workload in WORKLOADS if workload.name != "paced"],
        scale=0.01,
        most_rounds=1,
        size=8,
        folder=tmp_path,
    )
    told: list[int] = []
    run = conduct(plan, lambda done, _: told.append(done))
    assert told == [0, *range(plan.steps)]
    # Whether it has a disk is not up to the program.
    assert not [failure for failure in run.failures if failure.workload != "cold"]
    done = {(s.peer, s.workload) for s in run.samples} | {("ours-uvicorn", "cold")}
    names = {"whole", "ranges-16m", "ranges-1m", "ranges-64k", "304", "head", "stalled", "cold"}
    assert done == {
        *(("ours-uvicorn", name) for name in names),
        ("bare-uvicorn", "304"),
        ("bare-uvicorn", "head"),
    }
    for taken in run.samples:
        assert taken.rate > 0
        assert taken.cpu > 0
        assert 0 < taken.ttfb_p50 <= taken.ttfb_p99
        assert 10 < taken.rss_before <= taken.rss_peak
    assert not list(tmp_path.iterdir())


def broken(*_: object) -> list[str]:
    return [sys.executable, "-c", "raise SystemExit('this is why')"]


def test_a_peer_that_does_not_start_says_why(tmp_path: Path) -> None:
    (ours,) = pick("ours-uvicorn")
    with (
        pytest.raises(DoesNotStart, match="broken does not start:\nthis is why"),
        running([ours, Peer("broken", "Broken", broken)], tmp_path),
    ):
        pass


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Give back what a shell takes from what it starts in the background: SIGINT is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.slow
def test_nothing_is_left_of_a_run_that_is_interrupted(tmp_path: Path, number: int) -> None:
    command = [sys.executable, "-m", "benchmarks", "run", "--peers", "ours-hypercorn"]
    command += ["--workloads", "304", "--scale", "50", "--folder", str(tmp_path)]
    log = tmp_path.with_suffix(".log")
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=REPOSITORY, stderr=output, start_new_session=True) as run,
    ):
        deadline = time.monotonic() + 60
        while b"304" not in log.read_bytes():  # the servers are up then
            assert time.monotonic() < deadline
            assert run.poll() is None
            time.sleep(0.05)
        started = family(run.pid)[1:]
        assert started
        os.kill(run.pid, number)
        assert run.wait(30) == 130
    assert b"Traceback" not in log.read_bytes()
    deadline = time.monotonic() + 30  # for whoever inherits the dead to take note of them
    while left := [pid for pid in started if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("noise", "attempts", "kept"),
    [
        ([0.1, 9.0, 9.0], 1, 0.1),
        ([0.9, 0.2, 9.0], 2, 0.2),
        ([0.9, 1.5, 0.5], 3, 0.5),
    ],
)
def test_a_sample_that_was_disturbed_is_taken_again(
    noise: list[float], attempts: int, kept: float
) -> None:
    taken: list[float] = []

    def run(_: object) -> Sample:
        taken.append(noise[len(taken)])
        return replace(sample("nginx", "head", 1.0), others_cpu=taken[-1])

    workload = replace(WORKLOADS[0], run=run)
    found = Retake().undisturbed(workload, None)  # type: ignore[arg-type]
    assert len(taken) == attempts
    assert found.disturbance == kept
