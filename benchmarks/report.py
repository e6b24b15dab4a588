"""The results for a terminal, and as Markdown for the documentation."""

from __future__ import annotations

from benchmarks.results import Results
from benchmarks.tables import HEAD, Table, details, remarks, summary, targets

BROADEST = 10
"""Columns of numbers that a page has room for."""


def text_report(results: Results) -> str:
    """Write everything for a terminal: one table, then the targets and remarks."""
    parts = [details(results, workload) for workload in results.workloads]
    columns = list(zip(HEAD, *(row for part in parts for row in part), strict=True))
    widths = [max(map(len, column)) for column in columns]
    lines = [_line(HEAD, widths)]
    for workload, part in zip(results.workloads, parts, strict=True):
        units = f"{workload.cost_unit}; {workload.rate_unit}"
        lines += ["", f"{workload.title} ({workload.name}): {units}"]
        lines += [_line(row, widths) for row in part]
    _, *judged = targets(results)
    if judged:
        widths = [max(map(len, column)) for column in zip(*judged, strict=True)]
        lines += ["", "Targets", *(_line(row, widths) for row in judged)]
    return "\n".join([*lines, "", *remarks(results)])


def _line(row: list[str], widths: list[int]) -> str:
    first, *rest = (
        text.rjust(width) if number else text.ljust(width)
        for number, (text, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([first, *rest]).rstrip()


def markdown_report(results: Results) -> str:
    """Write everything as a part of a page."""
    date, *machine = (
        results.machine[key] for key in ("date", "cpu", "system", "python", "versions")
    )
    lines = [
        *_provisional(results),
        "### The targets",
        "",
        *_markdown(targets(results)),
        "",
        *_summary(results),
        "### Everything",
        "",
        f"Measured on {date}: {', '.join(machine)}.",
        "",
        *(f"- {remark}" for remark in remarks(results)),
    ]
    for workload in results.workloads:
        units = f"Cost: {workload.cost_unit}. Rate: {workload.rate_unit}."
        table = _markdown([HEAD, *details(results, workload)])
        lines += ["", f"#### {workload.title}", "", units, "", *table]
    return "\n".join(lines) + "\n"


def _provisional(results: Results) -> list[str]:
    """Warn of a run that was made beside other work."""
    disturbed = sum(sample.is_disturbed for sample in results.samples)
    if disturbed <= len(results.samples) / 2:
        return []
    return ["This run is provisional: other programs disturbed most of it.", ""]


def _summary(results: Results) -> list[str]:
    """Show the cost in one table, unless that is too broad for a page; say what its columns are."""
    if len(results.workloads) > BROADEST:
        return []
    units = [
        f"- `{workload.name}`: {workload.title}. {workload.cost_unit}."
        for workload in results.workloads
    ]
    return ["### The cost", "", *units, "", *_markdown(summary(results)), ""]


def _markdown(table: Table) -> list[str]:
    first, *rows = table
    rule = ["---", *("---:" for _ in first[1:])]
    return [f"| {' | '.join(row)} |" for row in (first, rule, *rows)]
