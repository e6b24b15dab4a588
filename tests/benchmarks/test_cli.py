from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.peers import PEERS, QUICK
from benchmarks.targets import TARGETS
from benchmarks.workloads import WORKLOADS


def test_all_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    for row in (*PEERS, *WORKLOADS):
        assert f"  {row.name} " in listed


@pytest.mark.parametrize("option", ["--peers", "--workloads"])
def test_a_name_that_is_not_known_is_refused(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", option, "nobody-*"]) == 1
    assert "nobody-*" in capsys.readouterr().err


def test_a_file_that_is_no_result_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "some.json"
    assert main(["report", str(path)]) == 1
    path.write_text("[]")
    assert main(["report", str(path)]) == 1
    assert "is not a result" in capsys.readouterr().err


def test_a_peer_that_is_missing_and_was_asked_for_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.peers.nginx", lambda: None)
    assert main(["run", "--peers", "nginx"]) == 1
    assert "apt-get install nginx" in capsys.readouterr().err


def test_names_are_unique() -> None:
    for table in (PEERS, WORKLOADS):
        names = [row.name for row in table]
        assert len(names) == len(set(names))


def test_everybody_is_compared_with_one_of_ours() -> None:
    ours = {peer.name for peer in PEERS if peer.is_ours}
    assert len(ours) == 4
    assert {peer.beside for peer in PEERS} == ours


def test_targets_and_the_quick_run_name_what_there_is() -> None:
    peers = {peer.name for peer in PEERS}
    assert set(QUICK) <= peers
    assert {target.peer for target in TARGETS} <= peers
    assert {target.divisor for target in TARGETS if target.divisor} <= peers
    assert {target.workload for target in TARGETS} <= {workload.name for workload in WORKLOADS}
