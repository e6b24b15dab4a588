"""A run on real servers, as small as it can be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.bodies import Text
from benchmarks.conduct import Plan, Retake, conduct
from benchmarks.listing.shelves import check_text
from benchmarks.load import Wrong
from benchmarks.suites import LISTING

NAMES = {
    "scan": {"scan", "walk"},
    "memory": {"ours-alone", "memory-uvicorn"},
    "start": {"ours-uvicorn", "memory-uvicorn"},
    "page": {"ours-uvicorn", "memory-uvicorn"},
    "304": {"ours-uvicorn"},
    "search-rare": {"ours-uvicorn"},
    "folder-1200": {"ours-uvicorn", "aiohttp", "caddy", "nginx"},
}


def test_workloads_give_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Retake, "attempts", 1)
    names = set().union(*NAMES.values())
    peers = [peer for peer in LISTING.peers if peer.name in names and not peer.missing()]
    plan = Plan(
        suite=LISTING,
        peers=peers,
        workloads=[workload for workload in LISTING.workloads if workload.name in NAMES],
        folder=tmp_path,
        size=1_000,
        scale=0.01,
        most_rounds=1,
    )
    run = conduct(plan, lambda *_: None)
    assert run.suite == "listing"
    assert not run.failures
    there = {peer.name for peer in peers}
    assert {"ours-uvicorn", "aiohttp"} <= there
    done = {(taken.peer, taken.workload) for taken in run.samples}
    assert done == {(peer, name) for name, takers in NAMES.items() for peer in takers & there}
    for taken in run.samples:
        assert taken.rate > 0
        assert taken.cpu > 0
        assert 0 < taken.ttfb_p50 <= taken.ttfb_p99
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("body", [None, b"<p>no JSON</p>", b"[]", b'{"folders": []}'])
def test_an_answer_of_another_kind_is_wrong(body: bytes | None) -> None:
    with pytest.raises(Wrong, match="something else"):
        check_text(Text(body), lambda body: json.loads(body)["videos"])
