"""Dots: the figures themselves, a row for each, as for the start of processes and for memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.loops import SUBJECT
from benchmarks.report.axes import HEAD, Frame, caption, colours, contestants_of, heading, legend, row_label
from benchmarks.report.drawing import WIDTH, Drawing
from benchmarks.report.numbers import digits, time_text, value_text
from benchmarks.report.palette import SHAPES
from benchmarks.report.runs import shown_name
from benchmarks.report.scales import LinearScale, log_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.palette import Theme
    from benchmarks.report.runs import Row, Run
    from benchmarks.report.scales import LogScale

ROW = 42
MEBIBYTE = 1024.0**2


def draw(theme: Theme, run: Run, rows: Sequence[Row], title: str) -> str:
    """The picture of rows in one unit: times on a logarithmic axis, memory on one from 0."""
    names = contestants_of(run, rows)
    frame = Frame(HEAD, 330, WIDTH - 110, HEAD + ROW * len(rows))
    drawing = Drawing(theme, frame.bottom + 62, f"{title}. The table below has all figures.")
    heading(drawing, title, run)
    legend(drawing, names, bar=False)
    values = [value for row in rows for name in names if (value := row.value(name)) is not None and value > 0]
    scale: LogScale | LinearScale
    if rows[0].unit == "ns":
        scale = log_scale(values, frame.left, frame.right, margin=1.3)
        ticks = [(value, time_text(value).replace(".00", "").replace(".0 ", " ")) for value in scale.ticks(7)]
        text = "On a log scale; lower is better. The figure is PyLoop's."
    else:
        scale = LinearScale(max(values) / MEBIBYTE * 1.08, frame.left, frame.right)
        ticks = [(value, f"{digits(value).removesuffix('.0')} MiB") for value in scale.ticks(7)]
        text = "Lower is better. The figure is PyLoop's."
    unit = 1 if rows[0].unit == "ns" else MEBIBYTE
    frame.grid(drawing, scale, ticks)
    for place, row in enumerate(rows):
        middle = frame.top + ROW * (place + 0.5)
        row_label(drawing, frame.left - 14, middle, row.title)
        found = {name: scale.place(value / unit) for name in names if (value := row.value(name)) is not None}
        if found:
            drawing.line((min(found.values()), middle), (max(found.values()), middle), "grid", 3)
        for name, colour in reversed(colours(names)):
            if name in found:
                hint = f"{row.title}: {shown_name(name)} {value_text(row, row.value(name))}"
                drawing.mark((found[name], middle), SHAPES[colour], colour, 9 if name == SUBJECT else 6, hint)
        drawing.text((WIDTH - 98, middle + 5), value_text(row, row.value(SUBJECT)), bold=True)
    caption(drawing, frame, text)
    return drawing.source()
