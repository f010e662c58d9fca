"""Dots: the figures themselves, a row for each, as for the start of processes and for memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.loops import SUBJECT
from benchmarks.report.axes import LEFT, Frame, caption, colours, contestants_of, head, heading, legend, row_label
from benchmarks.report.drawing import WIDTH, Drawing, wrapped
from benchmarks.report.intervals import Interval
from benchmarks.report.numbers import digits, round_time_text, value_text
from benchmarks.report.palette import SHAPES
from benchmarks.report.runs import shown_name
from benchmarks.report.scales import LinearScale, log_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.palette import Theme
    from benchmarks.report.runs import Row, Run
    from benchmarks.report.scales import LogScale

LANE = 14
GAP = 16
MEBIBYTE = 1024.0**2


def draw(theme: Theme, run: Run, rows: Sequence[Row], title: str) -> str:
    """The picture of rows in one unit: times on a logarithmic axis, memory on one from 0."""
    names = contestants_of(run, rows)
    height = LANE * len(names) + GAP
    top = head(names)
    frame = Frame(top, LEFT, WIDTH - 110, top + height * len(rows))
    drawing = Drawing(theme, frame.bottom + 62, f"{title}. The table below has all figures.")
    heading(drawing, title, run)
    legend(drawing, names, bar=False)
    values = [value for row in rows for name in names if (value := row.value(name)) is not None and value > 0]
    scale: LogScale | LinearScale
    if rows[0].unit == "ns":
        scale = log_scale(values, frame.left, frame.right, margin=1.3)
        ticks = [(value, round_time_text(value)) for value in scale.ticks(7)]
        text = "Marks are medians, lines confidence intervals, on a log scale; lower is better. The figure is PyLoop's."
    else:
        scale = LinearScale(max(values) / MEBIBYTE * 1.08, frame.left, frame.right)
        ticks = [(value, f"{digits(value).removesuffix('.0')} MiB") for value in scale.ticks(7)]
        text = "Marks are medians, lines confidence intervals; lower is better. The figure is PyLoop's."
    unit = 1 if rows[0].unit == "ns" else MEBIBYTE
    frame.grid(drawing, scale, ticks)
    for place, row in enumerate(rows):
        top = frame.top + height * place
        row_label(drawing, frame.left - 14, top + height / 2, wrapped(row.title, frame.left - 34))
        if place:
            drawing.line((20, top), (WIDTH - 20, top), "grid")
        for number, (name, colour) in enumerate(colours(names)):
            middle = top + GAP / 2 + LANE * (number + 0.5)
            value, spread = row.value(name), Interval.of_values(row.rounds(name))
            if value is None or spread is None:
                continue
            drawing.line((scale.place(spread.low / unit), middle), (scale.place(spread.high / unit), middle), colour, 2)
            hint = f"{row.title}: {shown_name(name)} {value_text(row, value)}"
            drawing.mark(
                (scale.place(value / unit), middle), SHAPES[colour], colour, 6.5 if name == SUBJECT else 5, hint
            )
        drawing.text((WIDTH - 98, top + GAP / 2 + LANE * 0.5 + 5), value_text(row, row.value(SUBJECT)), bold=True)
    caption(drawing, frame, text)
    return drawing.source()
