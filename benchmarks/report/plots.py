"""All plots of some runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from benchmarks.harness.load import QUIET
from benchmarks.harness.loops import RIVALS, SUBJECT
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
BARS = (("cpu",), ("mean", "p50"))
"""The metrics that are drawn as bars, of the first group that a table has; the others would repeat it."""
ADDRESS_SPACE = "VmSize"
"""Reserved and hardly used: beside it the memory that is used could not be seen."""
LOOPS = (SUBJECT, *RIVALS)
"""Of the headline: loops as they are installed, without layers."""
LATENCY = "Latencies"
LATENCIES = ("loop", "io", "apps")


class Draw(Protocol):
    """Draws a picture with a title."""

    def __call__(self, theme: Theme, *, title: str) -> str:
        """The SVG."""


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
        yield _plot(run, HEADLINE, "Event loops compared", partial(ratio_plot.draw, run=run, rows=rows, names=LOOPS))
    tables = run.tables()
    for anchor in sections.ordered(run):
        yield from _of_table(run, anchor, tables[anchor])
    for suite in LATENCIES:
        if found := latency_plot.latencies(run, suite):
            anchor = next(anchor for anchor in tables if anchor[0] == suite)
            title = f"{LATENCY}: {sections.SUITES[suite].lower()}"
            yield _plot(run, anchor, title, partial(latency_plot.draw, run=run, found=found))
    for family in families.families(run):
        anchor = (family.rows[0].suite, SCALING, family.name)
        title = f"{family.heading}: throughput by number"
        yield _plot(run, anchor, title, partial(curve_plot.draw, run=run, family=family))


def _of_table(run: Run, anchor: Anchor, rows: list[Row]) -> Iterator[Plot]:
    suite, section, _load = anchor
    if section == SCALING:
        return
    dots = [row for row in rows if suite == "cold" and row.unit == "ns"]
    dots = dots or [row for row in rows if row.shown_unit == "MiB" and row.metric != ADDRESS_SPACE]
    draw: Draw | None = None
    if section == breakdown_plot.SECTION:
        draw = partial(breakdown_plot.draw, run=run, rows=rows)
    elif dots:
        draw = partial(dot_plot.draw, run=run, rows=dots)
    elif bars := _bars(rows):
        draw = partial(ratio_plot.draw, run=run, rows=bars)
    if draw:
        yield _plot(run, anchor, sections.title(anchor), draw)


def _bars(rows: Sequence[Row]) -> list[Row]:
    fit = [row for row in rows if ratio_plot.has_ratio(row)]
    groups = ([row for row in fit if row.metric in metrics] for metrics in BARS)
    return next((group for group in groups if group), fit)


def _plot(run: Run, anchor: Anchor, title: str, draw: Draw) -> Plot:
    parts = [*(part for part in anchor if part != QUIET), "latency" if title.startswith(LATENCY) else "", run.slug]
    name = "-".join(dict.fromkeys(part for part in parts if part)).replace("_", "-")
    return Plot(name, title, run, anchor, partial(draw, title=title))
