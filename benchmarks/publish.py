"""Putting a run into the documentation: its numbers, its tables and its chart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.chart import chart
from benchmarks.report import markdown_report
from benchmarks.results import Results
from benchmarks.suite import Suite
from benchmarks.suites import SUITES

REPOSITORY = Path(__file__).parents[1]
_PAGES = REPOSITORY / "docs" / "discussion"


@dataclass(frozen=True, slots=True)
class Files:
    """Where a run is kept in the repository."""

    results: Path
    tables: Path
    chart: Path


def files_of(suite: Suite[Any]) -> Files:
    """Return where a run of a suite is kept."""
    return Files(
        REPOSITORY / "benchmarks" / f"{suite.name}.json",
        _PAGES / f"{suite.page}.inc",
        _PAGES / f"{suite.page}.svg",
    )


def publish(results: Results) -> list[Path]:
    """Write a run into the repository; return the files that were written."""
    files = files_of(SUITES[results.suite])
    results.save(files.results)
    files.tables.write_text(markdown_report(results), encoding="utf-8")
    files.chart.write_text(chart(results), encoding="utf-8")
    return [files.results, files.tables, files.chart]
