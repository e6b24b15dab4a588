"""A chart of the results as SVG: what each peer costs, on a scale where equal steps are factors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from statistics import median

from benchmarks.results import Results
from benchmarks.suites import SUITES
from benchmarks.tables import number

WIDTH = 760
LEFT = 250
RIGHT = 80
ROW = 22
TITLE = 54
GAP = 18

_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 } .small { font-size: 12px; fill: #57606a }
.grid { stroke: #d0d7de } .lead { stroke: #d0d7de; stroke-dasharray: 1 3 }
.theirs { fill: #8c959f; stroke: #8c959f } .ours { fill: #0969da; stroke: #0969da }
text.ours { stroke: none; font-weight: 600 }
""".strip()


@dataclass(frozen=True, slots=True)
class Dot:
    """What one peer costs: the median, and between what the rounds lie."""

    title: str
    is_ours: bool
    cost: float
    lowest: float
    highest: float


def chart(results: Results) -> str:
    """Draw the workloads that the suite has in its panels, where they were measured."""
    panels = SUITES[results.suite].panels
    parts: list[str] = []
    top = 0
    for workload in results.workloads:
        dots = _dots(results, workload.name) if workload.name in panels else []
        if dots:
            parts += _panel(workload.title, workload.cost_unit, dots, top)
            top += TITLE + ROW * len(dots) + GAP
    box = f'viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{WIDTH}" height="{top}" rx="6" fill="#fff"/>',
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _dots(results: Results, workload: str) -> list[Dot]:
    """Return the peers that cost anything, the cheapest first."""
    dots = []
    for peer in results.peers:
        costs = results.costs(peer.name, workload)
        if costs and min(costs) > 0:
            ours = peer.name == peer.beside
            dots.append(Dot(peer.title, ours, median(costs), min(costs), max(costs)))
    return sorted(dots, key=lambda dot: dot.cost)


def _panel(title: str, unit: str, dots: list[Dot], top: int) -> list[str]:
    first = math.floor(math.log10(min(dot.lowest for dot in dots)))
    last = max(first + 1, math.ceil(math.log10(max(dot.highest for dot in dots))))

    def across(value: float) -> float:
        part = (math.log10(value) - first) / (last - first)
        return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)

    bottom = top + TITLE + ROW * len(dots)
    title = f'<tspan class="title">{escape(title)}</tspan>'
    unit = f'<tspan class="small" dx="10">{escape(unit)}</tspan>'
    parts = [f'<text x="12" y="{top + 24}">{title}{unit}</text>']
    for power in range(first, last + 1):
        x = across(10.0**power)
        place = f'x="{x}" y="{top + TITLE - 10}" text-anchor="middle"'
        parts += [
            f'<path class="grid" d="M{x} {top + TITLE - 6}V{bottom}"/>',
            f'<text class="small" {place}>{10.0**power:g}</text>',
        ]
    for row, dot in enumerate(dots):
        y = top + TITLE + ROW * row + ROW // 2
        parts += _row(dot, y, across(dot.lowest), across(dot.cost), across(dot.highest))
    return parts


def _row(dot: Dot, y: int, lowest: float, cost: float, highest: float) -> list[str]:
    kind = "ours" if dot.is_ours else "theirs"
    label = ' class="ours"' if dot.is_ours else ""
    return [
        f'<text{label} x="{LEFT - 14}" y="{y + 4}" text-anchor="end">{escape(dot.title)}</text>',
        f'<path class="lead" d="M{LEFT} {y}H{lowest}"/>',
        f'<path class="{kind}" stroke-width="2" d="M{lowest} {y}H{highest}"/>',
        f'<circle class="{kind}" cx="{cost}" cy="{y}" r="5"/>',
        f'<text{label} x="{highest + 10}" y="{y + 4}">{number(dot.cost)}</text>',
    ]
