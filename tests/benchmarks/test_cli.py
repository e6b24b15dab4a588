from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import main
from benchmarks.peers import PEERS
from benchmarks.suite import Suite
from benchmarks.suites import SUITES


def test_all_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    for suite in SUITES.values():
        assert f"({suite.name})" in listed
        names = [row.name for row in suite.peers] + [row.name for row in suite.workloads]
        assert all(f"  {name} " in listed for name in names)


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("option", ["--peers", "--workloads"])
def test_a_name_that_is_not_known_is_refused(
    suite: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", suite, option, "nobody-*"]) == 1
    assert "nobody-*" in capsys.readouterr().err


def test_a_file_that_is_no_result_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "some.json"
    assert main(["report", str(path)]) == 1
    path.write_text("[]")
    assert main(["report", str(path)]) == 1
    assert "is not a result" in capsys.readouterr().err


@pytest.mark.parametrize("program", ["nginx", "caddy"])
def test_a_peer_that_is_missing_and_was_asked_for_is_refused(
    program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.peers.found", lambda _: None)
    assert main(["run", "listing", "--peers", program]) == 1
    assert f"apt-get install {program}" in capsys.readouterr().err


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_names_are_unique(suite: Suite[Any]) -> None:
    for table in (suite.peers, suite.workloads):
        names = [row.name for row in table]
        assert len(names) == len(set(names))


def test_everybody_is_compared_with_one_of_ours() -> None:
    ours = {peer.name for peer in PEERS if peer.is_ours}
    assert len(ours) == 5
    assert {peer.beside for peer in PEERS} == ours


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_all_that_is_named_is_there(suite: Suite[Any]) -> None:
    peers = {peer.name: peer for peer in suite.peers}
    workloads = {workload.name: workload for workload in suite.workloads}
    assert set(suite.quick) <= peers.keys()
    assert {peer.beside for peer in suite.peers} <= peers.keys()
    assert set(suite.panels) <= workloads.keys()
    for target in suite.targets:
        for name in {target.peer, target.other or target.peer}:
            assert workloads[target.workload].takes(peers[name])
    assert all(any(map(workload.takes, suite.peers)) for workload in suite.workloads)
