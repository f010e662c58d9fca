"""Latencies: from the median by the 99th percentile to the longest, a line for each contestant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.harness.load import QUIET
from benchmarks.harness.loops import SUBJECT
from benchmarks.report.axes import Frame, caption, colours, contestants_of, head, heading, legend, row_label
from benchmarks.report.drawing import WIDTH, Drawing, wrapped
from benchmarks.report.numbers import round_time_text, time_text
from benchmarks.report.palette import SHAPES
from benchmarks.report.runs import shown_name
from benchmarks.report.scales import log_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.palette import Theme
    from benchmarks.report.runs import Row, Run

STATISTICS = ("p50", "p99", "max")
LINE = 20
MOST = 10
"""Workloads in one picture."""


@dataclass
class Latency:
    """The statistics of one workload."""

    title: str
    rows: dict[str, Row] = field(default_factory=dict)

    def values(self, name: str) -> dict[str, float]:
        """Those of one contestant, in ns."""
        found = {statistic: row.value(name) for statistic, row in self.rows.items()}
        return {statistic: value for statistic, value in found.items() if value is not None and value > 0}


def latencies(run: Run, suite: str) -> list[Latency]:
    """The workloads of a suite with a median and a 99th percentile, each in one section only."""
    found: dict[str, Latency] = {}
    sections: dict[str, str] = {}
    for row in run.rows:
        section = sections.setdefault(row.workload, row.section)
        if (row.suite, row.load, row.section, row.unit) == (suite, QUIET, section, "ns") and row.metric in STATISTICS:
            title = row.title.removesuffix(f", {row.metric}")
            found.setdefault(row.workload, Latency(title)).rows[row.metric] = row
    return [latency for latency in found.values() if {"p50", "p99"} <= set(latency.rows)][:MOST]


def draw(theme: Theme, run: Run, found: Sequence[Latency], title: str) -> str:
    """The picture."""
    rows = [row for latency in found for row in latency.rows.values()]
    names = contestants_of(run, rows)
    block = LINE * len(names) + 22
    top = head(names)
    frame = Frame(top, 300, WIDTH - 110, top + block * len(found))
    drawing = Drawing(theme, frame.bottom + 70, f"{title}: median, 99th percentile and maximum of each contestant.")
    heading(drawing, title, run)
    legend(drawing, names, bar=False)
    values = [value for latency in found for name in names for value in latency.values(name).values()]
    scale = log_scale(values, frame.left, frame.right, margin=1.25)
    frame.grid(drawing, scale, [(value, round_time_text(value)) for value in scale.ticks(7)])
    for place, latency in enumerate(found):
        top = frame.top + block * place
        row_label(drawing, frame.left - 14, top + block / 2, wrapped(latency.title, frame.left - 34))
        if place:
            drawing.line((20, top), (WIDTH - 20, top), "grid")
        for number, (name, colour) in enumerate(colours(names)):
            height = top + 11 + LINE * (number + 0.5)
            own = latency.values(name)
            places = {statistic: scale.place(value) for statistic, value in own.items()}
            if not {"p50", "p99"} <= set(places):
                continue
            hint = f"{latency.title}: {shown_name(name)} " + ", ".join(f"{key} {time_text(own[key])}" for key in own)
            if "max" in places:
                drawing.line((places["p99"], height), (places["max"], height), colour, 1.5, "2 4")
                drawing.line((places["max"], height - 4), (places["max"], height + 4), colour, 2)
            drawing.line((places["p50"], height), (places["p99"], height), colour, 7 if name == SUBJECT else 3)
            drawing.mark((places["p50"], height), SHAPES[colour], colour, 6 if name == SUBJECT else 5, hint)
            if name == SUBJECT:
                text = f"{time_text(own['p50'])}"
                drawing.text((WIDTH - 100, height + 5), text, bold=True)
    text = (
        "The mark is the median, the line reaches to the 99th percentile, the dots to the longest where it is known. "
        "Log scale, lower is better. The figure is PyLoop's median."
    )
    caption(drawing, frame, text)
    return drawing.source()
