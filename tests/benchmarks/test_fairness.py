from __future__ import annotations

import pytest

from benchmarks import fairness


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fairness, "LENGTH", 4)
    monkeypatch.setattr(fairness, "VIEWERS", 4)


@pytest.mark.slow
def test_it_measures(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--peers", "ours-hypercorn", "--rounds", "1", "--seconds", "1"]
    assert fairness.main(arguments) == 0
    _, row = capsys.readouterr().out.splitlines()
    name, *numbers = row.split()
    assert name == "ours-hypercorn"
    assert len(numbers) == 6
    assert all(float(number) > 0 for number in numbers[:4])


def test_percentiles() -> None:
    times = fairness.Times([number / 1000 for number in range(101)])
    assert times.percentile(50) == pytest.approx(50)
    assert times.percentile(99) == pytest.approx(99)
