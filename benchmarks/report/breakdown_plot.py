"""Stacked bars: where the time of a callback goes.

The data are rows of the section `breakdown`, one for each part, in the order in which they follow each other: the
metric is `mean`, the unit ns for one callback, the title says what the part is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.report.axes import HEAD, MARGIN, Frame, caption, contestants_of, heading
from benchmarks.report.drawing import SMALL, WIDTH, Drawing, width_of
from benchmarks.report.numbers import digits
from benchmarks.report.runs import shown_name
from benchmarks.report.scales import LinearScale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.palette import Theme
    from benchmarks.report.runs import Row, Run

SECTION = "breakdown"
ROW = 64
SHADES = ("uvloop", "zuvloop", "rloop", "pyloop", "rsloop", "other-1", "asyncio")
"""Of the parts, in their order."""


def draw(theme: Theme, run: Run, rows: Sequence[Row], title: str) -> str:
    """The picture: a bar for each contestant, a piece for each part."""
    names = contestants_of(run, rows)
    keys = (len(rows) + 1) // 2
    frame = Frame(HEAD + 24 * keys - 20, 130, WIDTH - 90, HEAD + 24 * keys - 20 + ROW * len(names))
    drawing = Drawing(theme, frame.bottom + 62, f"{title}. The table has the figures.")
    heading(drawing, title, run)
    for number, row in enumerate(rows):
        x, y = MARGIN + (number % 2) * WIDTH / 2, 72 + 24 * (number // 2)
        drawing.rectangle((x, y), 22, 14, SHADES[number % len(SHADES)])
        drawing.text((x + 30, y + 12), row.title)
    totals = {name: sum(row.value(name) or 0 for row in rows) for name in names}
    scale = LinearScale(max(totals.values()) * 1.02, frame.left, frame.right)
    frame.grid(drawing, scale, [(value, f"{value:,.0f} ns") for value in scale.ticks()])
    for place, name in enumerate(names):
        top, at = frame.top + ROW * place + 12, 0.0
        drawing.text((frame.left - 12, top + 25), shown_name(name), anchor="end", bold=place == 0)
        for number, row in enumerate(rows):
            value = row.value(name) or 0
            start, width = scale.place(at), scale.place(value) - scale.place(0)
            shade = SHADES[number % len(SHADES)]
            drawing.rectangle((start, top), width - 1, 40, shade, f"{shown_name(name)}: {row.title} {digits(value)} ns")
            if width > width_of(digits(value), SMALL) + 8:
                drawing.text(
                    (start + width / 2, top + 25), digits(value), colour="surface", size=SMALL, anchor="middle"
                )
            at += value
        drawing.text((scale.place(at) + 8, top + 25), f"{digits(at)} ns", bold=place == 0)
    caption(drawing, frame, "Mean time of one callback by part; lower is better.")
    return drawing.source()
