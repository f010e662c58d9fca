"""docs/benchmarks/SCALING_ANALYSIS.md: how throughput changes with the number of operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.contestants import LIMIT
from benchmarks.harness.load import QUIET
from benchmarks.harness.loops import BASE, SUBJECT
from benchmarks.report import markdown, sections
from benchmarks.report.families import families
from benchmarks.report.intervals import Verdict
from benchmarks.report.numbers import best_rival_text, digits, judged_text, rate_text, ratio_digits, time_text
from benchmarks.report.runs import SCALING, shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.families import Family
    from benchmarks.report.plots import Plot
    from benchmarks.report.runs import Run

CHANGE = 0.05
"""Less than that is no change worth a word."""


def page(runs: Sequence[Run], plots: Sequence[Plot]) -> str:
    """The page."""
    with_sizes = [run for run in runs if families(run)]
    paragraphs: list[str | list[str]] = [
        markdown.GENERATED,
        *markdown.void_note(runs),
        "# Scaling analysis",
        "How many operations each loop does in a second, by how many there are at a time. Duration is that of the "
        "median round, throughput compares it with the smallest number. Ratios are PyLoop's: above 1 it is faster, in "
        "brackets is a confidence interval, **bold** means behind, ≈ within noise.",
    ]
    if not with_sizes:
        paragraphs.append("The runs have no rows of this kind.")
    for run in with_sizes:
        paragraphs += [f"## {run.label}", *markdown.warnings(run), "### Key findings"]
        paragraphs.append([f"- {sentence}" for family in families(run) if (sentence := findings(family))])
        for family in families(run):
            paragraphs += [f"### {family.heading} ({run.label})"]
            paragraphs += [plot.markdown() for plot in plots if plot.run is run and plot.anchor[2] == family.name]
            paragraphs += [_speedups(family, run)]
            for name in (SUBJECT, BASE):
                paragraphs += [f"{shown_name(name)}:", _own(family, name)]
        anchor = (families(run)[0].rows[0].suite, SCALING, QUIET)
        paragraphs.append(f"Measured by `{sections.command(anchor)}`.")
    return markdown.joined(paragraphs)


def findings(family: Family) -> str:
    """What the figures say, in sentences."""
    texts = [_change(family, name) for name in (SUBJECT, BASE)]
    texts = [text for text in (*texts, *_lead(family, BASE), *_best_rival(family)) if text]
    return f"**{family.heading}**: {' '.join(texts)}" if texts else ""


def _change(family: Family, name: str) -> str:
    points = family.per_second(name)
    if len(points) < 2:
        return ""
    (small, first), (large, last) = points[0], points[-1]
    change = last / first - 1
    verb = "rises" if change > 0 else "falls"
    how = f"{verb} by {markdown.percent(abs(change))}" if abs(change) >= CHANGE else "hardly changes"
    return (
        f"From {small:,} to {large:,}, {shown_name(name)}'s throughput {how}, {rate_text(first)} to {rate_text(last)} "
        f"({_span(points)})."
    )


def _span(points: Sequence[tuple[int, float]]) -> str:
    best, worst = max(points, key=lambda point: point[1]), min(points, key=lambda point: point[1])
    return f"best at {best[0]:,}, worst at {worst[0]:,}"


def _lead(family: Family, reference: str) -> list[str]:
    found = [(row.parameter, interval) for row in family.rows if (interval := row.compared(reference))]
    if not found:
        return []
    low, high = min(found, key=lambda each: each[1].median), max(found, key=lambda each: each[1].median)
    return [
        f"PyLoop's ratio to {shown_name(reference)} is between {ratio_digits(low[1].median)} (at {low[0]:,}) and "
        f"{ratio_digits(high[1].median)} (at {high[0]:,})."
    ]


def _best_rival(family: Family) -> list[str]:
    rows = [row for row in family.rows if row.best_rival and row.verdict(row.best_rival)]
    if not rows:
        return []
    sizes = {verdict: [row for row in rows if row.verdict(row.best_rival) is verdict] for verdict in Verdict}
    if len(sizes[Verdict.AHEAD]) == len(rows):
        return ["PyLoop is ahead of the best rival at every size."]
    return [
        f"Against the best rival PyLoop is {verdict.value} at "
        + ", ".join(f"{row.parameter:,} ({shown_name(row.best_rival)})" for row in found)
        + "."
        for verdict, found in sizes.items()
        if found
    ]


def _speedups(family: Family, run: Run) -> list[str]:
    names = [name for name in run.columns(family.rows) if name != LIMIT]
    lines = []
    for row in family.rows:
        rates = [rate_text(1e9 / value) if (value := row.value(name)) else "-" for name in names]
        lines.append([f"{row.parameter:,}", *rates, judged_text(row, BASE), best_rival_text(row)])
    header = ["number", *(shown_name(name) for name in names), "speed-up: vs asyncio", "vs best rival"]
    return markdown.table(header, lines, words=())


def _own(family: Family, name: str) -> list[str]:
    points = family.per_second(name)
    lines = []
    for size, rate in points:
        part = markdown.percent(rate / points[0][1])
        lines.append([f"{size:,}", time_text(size / rate * 1e9), f"{rate:,.0f}", digits(1e9 / rate), part])
    return markdown.table(["number", "duration", "per second", "ns each", "throughput"], lines, words=())
