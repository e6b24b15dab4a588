"""An object store beside a folder, as small as it can be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.conduct import Plan, Retake, conduct
from benchmarks.measure import family
from benchmarks.servers import running
from benchmarks.suites import STORAGE
from tests.e2e.harness import need_tool


@pytest.mark.slow
def test_every_workload_gives_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Retake, "attempts", 1)
    need_tool("nginx")
    plan = Plan(
        suite=STORAGE,
        peers=[peer for peer in STORAGE.peers if peer.missing() is None],
        workloads=STORAGE.workloads,
        scale=0.01,
        most_rounds=1,
        size=8,
        folder=tmp_path,
    )
    run = conduct(plan, lambda *_: None)
    assert not run.failures
    done = {(sample.peer, sample.workload) for sample in run.samples}
    assert {("ours-stored", "ranges-1m"), ("ours-redirecting", "sent-on")} <= done
    assert ("ours-redirecting", "ranges-1m") not in done
    assert not list(tmp_path.iterdir())


def test_the_store_does_not_count_and_ends_with_the_app(tmp_path: Path) -> None:
    need_tool("nginx")
    (peer,) = (peer for peer in STORAGE.peers if peer.name == "ours-stored")
    with running([peer], tmp_path) as (server,):
        assert not [pid for pid in family(server.pids[0]) if "nginx" in _command(pid)]
        stores = [path.name for path in Path("/proc").glob("[0-9]*") if _serves(path, tmp_path)]
        assert stores
    assert not [pid for pid in stores if "nginx" in _command(pid)]


def _command(pid: int | str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def _serves(process: Path, root: Path) -> bool:
    """Tell whether a process is an nginx that was told of a folder."""
    # It writes what it is in front of its command line, and that with spaces.
    config = re.search(r"nginx.* -c (\S+)", _command(process.name).replace("\0", " "))
    return config is not None and _mentions(Path(config[1]), root)


def _mentions(config: Path, root: Path) -> bool:
    return config.is_file() and str(root) in config.read_text()
