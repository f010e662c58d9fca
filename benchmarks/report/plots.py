"""All plots of some runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.report import (
    breakdown_plot,
    curve_plot,
    dot_plot,
    families,
    headline,
    latency_plot,
    markdown,
    ratio_plot,
    sections,
)
from benchmarks.report.palette import THEMES
from benchmarks.report.runs import SCALING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.report.palette import Theme
    from benchmarks.report.runs import Row, Run

Anchor = tuple[str, str, str]
HEADLINE: Anchor = ("", "headline", "")
BARS = ("mean", "p50", "cpu")
"""The metrics that are drawn as bars; the others of the same work would only repeat it."""
LATENCIES = ("loop", "io", "apps")


@dataclass(frozen=True)
class Plot:
    """A picture that can be drawn in any theme."""

    name: str
    title: str
    run: Run
    anchor: Anchor
    """The table it belongs to."""
    draw: Callable[[Theme], str]

    def markdown(self, folder: str = "plots") -> str:
        """As it stands in a page."""
        return markdown.picture(self.name, f"{self.title}, {self.run.label}", folder)

    def files(self) -> Iterator[tuple[str, str]]:
        """Names and contents of its files."""
        for name, theme in THEMES.items():
            yield f"{self.name}-{name}.svg", self.draw(theme)


def plots(runs: Sequence[Run]) -> list[Plot]:
    """The plots in the order of the pages."""
    return [plot for run in runs for plot in _of_run(run)]


def _of_run(run: Run) -> Iterator[Plot]:
    if rows := [row for row in headline.rows(run) if ratio_plot.has_ratio(row)]:
        yield _plot(run, HEADLINE, "Event loops compared", lambda theme, title: ratio_plot.draw(theme, run, rows, title))
    tables = run.tables()
    for anchor in sections.ordered(run):
        yield from _of_table(run, anchor, tables[anchor])
    for suite in LATENCIES:
        if found := latency_plot.latencies(run, suite):
            anchor = next(anchor for anchor in tables if anchor[0] == suite)
            title = f"Latencies: {sections.SUITES[suite].lower()}"
            yield _plot(run, anchor, title, lambda theme, title, found=found: latency_plot.draw(theme, run, found, title))
    for family in families.families(run):
        anchor = (family.rows[0].suite, SCALING, family.name)
        title = f"{family.title}: throughput by number"
        yield _plot(run, anchor, title, lambda theme, _title, family=family: curve_plot.draw(theme, run, family))


def _of_table(run: Run, anchor: Anchor, rows: list[Row]) -> Iterator[Plot]:
    suite, section, _load = anchor
    title = sections.title(anchor)
    if section == breakdown_plot.SECTION:
        yield _plot(run, anchor, title, lambda theme, _title: breakdown_plot.draw(theme, run, rows))
        return
    dots = [row for row in rows if suite == "cold" and row.unit == "ns"]
    dots = dots or [row for row in rows if row.unit == "bytes" and suite in ("cold", "memory")]
    if dots:
        yield _plot(run, anchor, title, lambda theme, title: dot_plot.draw(theme, run, dots, title))
    elif bars := [row for row in rows if ratio_plot.has_ratio(row) and row.metric in BARS]:
        yield _plot(run, anchor, title, lambda theme, title: ratio_plot.draw(theme, run, bars, title))


def _plot(run: Run, anchor: Anchor, title: str, draw: Callable[[Theme, str], str]) -> Plot:
    words = ["-".join(part for part in anchor if part), *(["latency"] if title.startswith("Latencies") else []), run.slug]
    return Plot("-".join(dict.fromkeys(words)).replace("_", "-"), title, run, anchor, lambda theme: draw(theme, title))
