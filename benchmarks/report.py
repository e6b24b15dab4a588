"""The results for a terminal, and as Markdown for the documentation."""

from __future__ import annotations

from benchmarks.results import Results
from benchmarks.tables import HEAD, Table, details, remarks, summary, targets


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
        "### The targets",
        "",
        *_markdown(targets(results)),
        "",
        "### The cost",
        "",
        *_units(results),
        "",
        *_markdown(summary(results)),
        "",
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


def _units(results: Results) -> list[str]:
    """Say what the columns of the summary are."""
    return [
        f"- `{workload.name}`: {workload.title}. {workload.cost_unit}."
        for workload in results.workloads
    ]


def _markdown(table: Table) -> list[str]:
    first, *rows = table
    rule = ["---", *("---:" for _ in first[1:])]
    return [f"| {' | '.join(row)} |" for row in (first, rule, *rows)]
