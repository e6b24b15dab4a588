"""A run on real servers, as small as it can be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.bodies import Text
from benchmarks.conduct import Plan, Retake, conduct
from benchmarks.listing.shelves import check_text
from benchmarks.load import Wrong
from benchmarks.peers import Peer
from benchmarks.results import Results
from benchmarks.suites import LISTING

TAKERS = {
    "scan": {"scan", "walk"},
    "memory": {"ours-alone", "memory-uvicorn"},
    "start": {"ours-uvicorn", "memory-uvicorn"},
    "page": {"ours-uvicorn", "memory-uvicorn"},
    "304": {"ours-uvicorn"},
    "search-rare": {"ours-uvicorn"},
    "folder-1200": {"ours-uvicorn"},
}
OTHERS = ("aiohttp", "caddy", "nginx")
"""What is not ours and lists a folder. The tests do without what they do not install."""


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take no sample again: these are too small to say anything."""
    monkeypatch.setattr(Retake, "attempts", 1)


def run_of(folder: Path, workloads: set[str], peers: list[Peer]) -> Results:
    """Run a plan that is as small as it can be, and look at all that it took."""
    plan = Plan(
        suite=LISTING,
        peers=peers,
        workloads=[workload for workload in LISTING.workloads if workload.name in workloads],
        folder=folder,
        size=1_000,
        scale=0.01,
        most_rounds=1,
    )
    run = conduct(plan, lambda *_: None)
    assert run.suite == "listing"
    assert not run.failures
    for taken in run.samples:
        assert taken.rate > 0
        assert taken.cpu > 0
        assert 0 < taken.ttfb_p50 <= taken.ttfb_p99
    assert not list(folder.iterdir())
    return run


def pick(names: set[str]) -> list[Peer]:
    found = [peer for peer in LISTING.peers if peer.name in names]
    assert {peer.name for peer in found} == names
    return found


@pytest.mark.slow
def test_workloads_give_samples(tmp_path: Path) -> None:
    run = run_of(tmp_path, set(TAKERS), pick(set().union(*TAKERS.values())))
    done = {(taken.peer, taken.workload) for taken in run.samples}
    assert done == {(peer, name) for name, takers in TAKERS.items() for peer in takers}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.slow
def test_others_give_samples(name: str, tmp_path: Path) -> None:
    peers = pick({name})
    if remedy := peers[0].missing():
        pytest.skip(f"{name} is missing: {remedy}")
    run = run_of(tmp_path, {"folder-1200"}, peers)
    assert [(taken.peer, taken.workload) for taken in run.samples] == [(name, "folder-1200")]


@pytest.mark.parametrize("body", [None, b"<p>no JSON</p>", b"[]", b'{"folders": []}'])
def test_an_answer_of_another_kind_is_wrong(body: bytes | None) -> None:
    with pytest.raises(Wrong, match="something else"):
        check_text(Text(body), lambda body: json.loads(body)["videos"])
