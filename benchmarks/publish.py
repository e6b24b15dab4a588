"""Putting a run into the documentation: its numbers, its tables and its chart."""

from __future__ import annotations

from pathlib import Path

from benchmarks.chart import chart
from benchmarks.report import markdown_report
from benchmarks.results import Results

REPOSITORY = Path(__file__).parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results.json"
TABLES = REPOSITORY / "docs" / "discussion" / "performance.inc"
CHART = REPOSITORY / "docs" / "discussion" / "performance.svg"


def publish(results: Results) -> list[Path]:
    """Write a run into the repository; return the files that were written."""
    results.save(RESULTS)
    TABLES.write_text(markdown_report(results), encoding="utf-8")
    CHART.write_text(chart(results), encoding="utf-8")
    return [RESULTS, TABLES, CHART]
