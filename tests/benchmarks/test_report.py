from __future__ import annotations

from dataclasses import replace
from operator import sub
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks import publish
from benchmarks.chart import chart
from benchmarks.report import markdown_report, text_report
from benchmarks.results import Failure, Sample, load
from benchmarks.scene import percentile
from benchmarks.suite import Suite
from benchmarks.suites import SUITES
from benchmarks.tables import details, number, ratio, remarks, spread, summary
from benchmarks.targets import TARGETS, Target, verdicts
from tests.benchmarks.make import results, sample

RUN = results(
    *(sample("ours-uvicorn", "ranges-1m", cost) for cost in (1.0, 2.0, 1.2)),
    *(sample("aiohttp", "ranges-1m", cost) for cost in (0.5, 0.6, 0.7)),
)


def _cost(measured: Sample) -> float:
    return measured.cost


def target_for(text: str) -> Target:
    (found,) = [target for target in TARGETS if target.text.startswith(text)]
    return found


AIOHTTP = target_for("Ranges of 1 MiB: CPU on uvicorn, by that of aiohttp")
PACE = target_for("500 viewers: part that keeps pace on uvicorn")
BESIDE = target_for("200 stalled viewers: speed of another on uvicorn")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.0004, "0"),
        (0.01234, "0.0123"),
        (1.5, "1.5"),
        (99.94, "99.9"),
        (123.4, "123"),
        (12345.6, "12,346"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [
        ([5.0], 0.5, 5.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([1.0, 2.0], 0.99, 2.0),
        ([1.0, 2.0], 0.5, 1.0),
        (list(range(1, 101)), 0.99, 99),
    ],
)
def test_percentiles(values: list[float], part: float, expected: float) -> None:
    assert percentile(values, part) == expected


def test_the_spread_is_between_the_outermost_rounds() -> None:
    assert spread([1.0, 2.0, 1.25]) == "80%"
    assert spread([1.0]) == ""


def test_a_peer_is_compared_with_ours_by_the_median() -> None:
    ours, theirs = RUN.peers
    assert ratio(RUN, theirs, RUN.workloads[0]) == "0.5"
    assert ratio(RUN, ours, RUN.workloads[0]) == ""
    assert ratio(RUN, theirs, RUN.workloads[1]) == ""


def test_a_target_is_judged_by_the_medians_and_tells_the_rounds() -> None:
    verdict = AIOHTTP.judge(RUN)
    assert verdict
    assert verdict.measured == pytest.approx(1.2 / 0.6)
    assert verdict.lowest == pytest.approx(1.2 / 0.7)
    assert verdict.highest == pytest.approx(2 / 0.6)
    assert not verdict.met
    assert verdict.bound == "at most 1"


@pytest.mark.parametrize(("ours", "met"), [(0.59, True), (0.6, True), (0.61, False)])
def test_at_most_is_at_most(ours: float, met: bool) -> None:  # noqa: FBT001
    run = results(sample("ours-uvicorn", "ranges-1m", ours), sample("aiohttp", "ranges-1m", 0.6))
    verdict = AIOHTTP.judge(run)
    assert verdict
    assert verdict.met is met


@pytest.mark.parametrize(("kept", "met"), [(500, True), (499, False)])
def test_all_viewers_must_keep_pace(kept: int, met: bool) -> None:  # noqa: FBT001
    paced = sample("ours-uvicorn", "paced", 1.0, viewers=500, kept_pace=kept, most_behind=1.5)
    verdict = PACE.judge(results(paced))
    assert verdict
    assert verdict.met is met


def test_speed_beside_stalled_viewers_is_part_of_that_alone() -> None:
    run = results(sample("ours-uvicorn", "stalled", 0.1, rate=80.0, rate_alone=100.0))
    verdict = BESIDE.judge(run)
    assert verdict
    assert verdict.measured == pytest.approx(0.8)
    assert not verdict.met


def test_a_target_may_be_about_a_difference() -> None:
    more = Target("", "ranges-1m", "ours-uvicorn", _cost, 0.5, "aiohttp", compared=sub)
    verdict = more.judge(RUN)
    assert verdict
    assert verdict.measured == pytest.approx(1.2 - 0.6)
    assert verdict.lowest == pytest.approx(0.5)
    assert verdict.highest == pytest.approx(1.4)
    assert not verdict.met


def test_nothing_is_said_of_what_was_not_measured() -> None:
    assert AIOHTTP.judge(results(sample("ours-uvicorn", "ranges-1m", 1.0))) is None
    assert verdicts(results(), TARGETS) == []


def test_a_generator_that_was_the_bottleneck_is_told() -> None:
    tired = replace(sample("aiohttp", "ranges-1m", 1.0, rate=900.0), generator_cpu=0.95)
    run = results(sample("ours-uvicorn", "ranges-1m", 1.0), tired)
    ours, theirs = details(run, run.workloads[0])
    assert ours[4] == "100"
    assert theirs[4] == "> 900"
    assert any("95% at most" in line for line in remarks(run))


def test_samples_that_were_disturbed_are_counted() -> None:
    quiet = replace(sample("aiohttp", "ranges-1m", 1.0), others_cpu=0.2)
    run = results(quiet, quiet, sample("ours-uvicorn", "ranges-1m", 1.0))
    assert any("disturbed 1 of 3 samples" in line for line in remarks(run))


@pytest.mark.parametrize(("others", "times"), [(0.2, 0), (0.3, 1)])
def test_a_run_that_was_disturbed_is_called_provisional(others: float, times: int) -> None:
    run = results(replace(sample("aiohttp", "ranges-1m", 1.0), others_cpu=others))
    assert markdown_report(run).count("provisional") == times


def test_a_table_too_broad_for_a_page_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "### The cost" in markdown_report(RUN)
    monkeypatch.setattr("benchmarks.report.BROADEST", 2)
    assert "### The cost" not in markdown_report(RUN)


def test_failures_and_viewers_left_behind_are_told() -> None:
    paced = sample("aiohttp", "paced", 1.0, viewers=500, kept_pace=7, most_behind=3.21)
    failure = Failure("aiohttp", "ranges-1m", "answered 500 in place of 206")
    told = remarks(results(paced, failures=(failure,)))
    assert told[0] == "aiohttp, ranges-1m: answered 500 in place of 206."
    assert "7 of 500" in told[1]
    assert "3.2 s behind" in told[1]


def test_a_report_has_every_number_once() -> None:
    text = text_report(RUN)
    assert text.count("Ours & all") == 1
    assert "1.2" in text
    assert "missed" in text


def test_a_report_of_nothing_can_be_written() -> None:
    assert text_report(results()).startswith(" ")
    assert summary(results())[1] == ["Ours & all", "", "", ""]


def test_tables_in_markdown_are_whole() -> None:
    lines = [line for line in markdown_report(RUN).splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in lines)
    assert any("ranges-1m | paced | stalled" in line for line in lines)


def test_the_chart_is_drawn_to_scale() -> None:
    root = ET.fromstring(chart(RUN))
    dots = [float(dot.get("cx", "")) for dot in root.iter("{http://www.w3.org/2000/svg}circle")]
    assert len(dots) == 2
    assert dots == sorted(dots)
    texts = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Ours & all" in texts
    assert "1.2" in texts


def test_what_costs_nothing_has_no_place_on_a_scale_of_factors() -> None:
    chart(results(sample("ours-uvicorn", "stalled", 0.0), sample("aiohttp", "stalled", 1.0)))
    assert "<circle" not in chart(results(sample("ours-uvicorn", "stalled", 0.0)))


def test_what_is_saved_can_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run.json"
    run = results(
        sample("ours-uvicorn", "paced", 1.0, viewers=500.0),
        failures=(Failure("aiohttp", "paced", "x"),),
    )
    run.save(path)
    assert load(path) == run


def test_numbers_are_saved_to_four_digits(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    results(sample("ours-uvicorn", "paced", 1.23456789)).save(path)
    (loaded,) = load(path).samples
    assert isinstance(loaded, Sample)
    assert loaded.cost == 1.235


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_the_documentation_shows_the_run_that_is_kept(suite: Suite[Any]) -> None:
    files = publish.files_of(suite)
    run = load(files.results)
    assert run.suite == suite.name
    assert files.tables.read_text(encoding="utf-8") == markdown_report(run)
    assert files.chart.read_text(encoding="utf-8") == chart(run)
