"""Tables out of the results, as rows of text."""

from __future__ import annotations

from statistics import median

from benchmarks.results import Column, Results, Row, Sample
from benchmarks.suites import SUITES
from benchmarks.targets import verdicts

Table = list[list[str]]

BOUND = 0.9
"""Part of the time from which on the load generator, if so busy, is what limits the throughput."""


def number(value: float) -> str:
    """Write a number to three digits, without powers of ten."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 else "0"


def spread(values: list[float]) -> str:
    """Write how far the rounds are apart, as a part of their median."""
    middle = median(values)
    return f"{(max(values) - min(values)) / middle:.0%}" if len(values) > 1 and middle else ""


def busy(sample: Sample) -> float:
    """Return the part of the time that the load generator was busy."""
    return sample.generator_cpu / sample.seconds


HEAD = [
    "",
    "cost",
    "spread",
    "x ours",
    "rate",
    "TTFB p50 ms",
    "p99",
    "RSS MiB",
    "peak",
    "generator",
]
"""What stands above the columns of :func:`details`."""


def details(results: Results, workload: Column) -> Table:
    """Return what was measured of one workload, a row for each peer."""
    table = []
    for peer in results.peers:
        samples = results.samples_of(peer.name, workload.name)
        if not samples:
            continue
        costs = [sample.cost for sample in samples]
        table.append(
            [
                peer.title,
                number(median(costs)),
                spread(costs),
                ratio(results, peer, workload),
                _rate(samples),
                number(median(sample.ttfb_p50 for sample in samples)),
                number(median(sample.ttfb_p99 for sample in samples)),
                number(samples[0].rss_before),
                number(max(sample.rss_peak for sample in samples)),
                f"{median(map(busy, samples)):.0%}",
            ]
        )
    return table


def _rate(samples: list[Sample]) -> str:
    text = number(median(sample.rate for sample in samples))
    if median(map(busy, samples)) > BOUND:
        text = f"> {text}"
    if "rate_alone" in samples[0].extra:
        text += f" of {number(median(sample.extra['rate_alone'] for sample in samples))}"
    return text


def ratio(results: Results, peer: Row, workload: Column) -> str:
    """Return what a peer costs, as a multiple of what ours does beside it."""
    theirs = results.costs(peer.name, workload.name)
    ours = results.costs(peer.beside, workload.name)
    if peer.name == peer.beside or not theirs or not ours or not median(ours):
        return ""
    return number(median(theirs) / median(ours))


def summary(results: Results) -> Table:
    """Return the cost alone: a row for each peer, a column for each workload; with its head."""
    table = [["", *(workload.name for workload in results.workloads)]]
    for peer in results.peers:
        costs = [results.costs(peer.name, workload.name) for workload in results.workloads]
        table.append([peer.title, *(number(median(some)) if some else "" for some in costs)])
    return table


def targets(results: Results) -> Table:
    """Return the targets, what was wanted and what was found; with its head."""
    table = [["", "wanted", "found, and in single rounds", ""]]
    for verdict in verdicts(results, SUITES[results.suite].targets):
        outcome = "met" if verdict.met else "missed"
        table.append([verdict.target.text, verdict.bound, verdict.found, outcome])
    return table


def remarks(results: Results) -> list[str]:
    """Say what else there is to know of the run: failures, the generator, the noise."""
    titles = {peer.name: peer.title for peer in results.peers}
    lines = [
        f"{titles[failure.peer]}, {failure.workload}: {failure.reason}."
        for failure in results.failures
    ]
    for sample in results.samples:
        viewers = sample.extra.get("viewers", 0)
        kept = sample.extra.get("kept_pace", viewers)
        if kept < viewers:
            lines.append(
                f"{titles[sample.peer]}, {sample.workload}: in one round only {kept:.0f} of "
                f"{viewers:.0f} kept pace; one was {sample.extra['most_behind']:.1f} s behind."
            )
    if results.samples:
        lines += [_about_generator(results), _about_noise(results)]
    return lines


def _about_generator(results: Results) -> str:
    units = {workload.name: workload.rate_unit for workload in results.workloads}
    fastest: dict[str, float] = {}
    for sample in results.samples:
        unit = units[sample.workload]
        fastest[unit] = max(sample.rate, fastest.get(unit, 0.0))
    most = " and ".join(f"{number(rate)} {unit}" for unit, rate in fastest.items())
    parts = [busy(sample) for sample in results.samples]
    return (
        f"The load generator was busy {median(parts):.0%} of the time (median; {max(parts):.0%} at "
        f"most). The most it took was {most}."
    )


def _about_noise(results: Results) -> str:
    noise = [sample.disturbance for sample in results.samples]
    disturbed = sum(sample.is_disturbed for sample in results.samples)
    return (
        f"Other programs kept {median(noise):.2f} processors busy meanwhile (median; "
        f"{max(noise):.2f} at most); they disturbed {disturbed} of {len(noise)} samples."
    )
