"""Bars: how many times as fast as asyncio PyLoop is, row by row, with the rivals as marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.loops import BASE, SUBJECT
from benchmarks.report.axes import HEAD, Frame, caption, colours, contestants_of, heading, legend, row_label
from benchmarks.report.drawing import WIDTH, Drawing
from benchmarks.report.numbers import interval_text, ratio_digits
from benchmarks.report.palette import SHAPES
from benchmarks.report.runs import shown_name
from benchmarks.report.scales import LogScale, log_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.intervals import Interval
    from benchmarks.report.palette import Theme
    from benchmarks.report.runs import Row, Run

ROW = 46
BAR = 16
RIGHT = 80
"""Room for the figure behind the bars."""


def has_ratio(row: Row) -> bool:
    """Whether a bar can be drawn for the row."""
    return row.comparison == "ratio" and row.compared(BASE) is not None


def draw(theme: Theme, run: Run, rows: Sequence[Row], title: str) -> str:
    """The picture; rows without a ratio are left out."""
    rows = [row for row in rows if has_ratio(row)]
    names = [name for name in contestants_of(run, rows) if name != BASE]
    frame = Frame(top=HEAD, left=330, right=WIDTH - RIGHT, bottom=HEAD + ROW * len(rows))
    drawing = Drawing(theme, frame.bottom + 62, f"{title}: ratios to asyncio. The table below has all figures.")
    heading(drawing, title, run)
    legend(drawing, names)
    intervals = {(row.key, row.load): {name: row.compared(BASE, name) for name in names} for row in rows}
    medians = [each.median for found in intervals.values() for each in found.values() if each]
    scale = log_scale([1, *medians], frame.left, frame.right, margin=1.15)
    frame.grid(drawing, scale, [(value, f"{value:g}x") for value in scale.ticks()])
    for place, row in enumerate(rows):
        middle = frame.top + ROW * (place + 0.5)
        row_label(drawing, frame.left - 14, middle, row.title)
        _row(drawing, scale, middle, row, intervals[row.key, row.load], names)
    one = scale.place(1)
    drawing.line((one, frame.top - 6), (one, frame.bottom + 6), "text", 1.5)
    text = "Times as fast as asyncio, which is the line at 1, on a log scale. Medians; thin lines are confidence intervals."
    caption(drawing, frame, text)
    return drawing.source()


def _row(
    drawing: Drawing, scale: LogScale, middle: float, row: Row, found: dict[str, Interval | None], names: Sequence[str]
) -> None:
    own = found[SUBJECT]
    assert own is not None
    ends = sorted((scale.place(1), scale.place(own.median)))
    upper, lower = middle - 5, middle + 13
    hint = f"{row.title}: PyLoop {interval_text(row, own)} times as fast as asyncio"
    drawing.rectangle((ends[0], upper - BAR / 2), ends[1] - ends[0], BAR, SUBJECT, hint)
    whisker(drawing, scale, upper, own, "text")
    drawing.text((WIDTH - RIGHT + 12, upper + 5), f"{ratio_digits(own.median)}x", bold=True)
    for name, colour in colours(names):
        interval = found[name]
        if name != SUBJECT and interval is not None:
            whisker(drawing, scale, lower, interval, colour)
            hint = f"{row.title}: {shown_name(name)} {interval_text(row, interval)} times as fast as asyncio"
            drawing.mark((scale.place(interval.median), lower), SHAPES[colour], colour, 5, hint)


def whisker(drawing: Drawing, scale: LogScale, height: float, interval: Interval, colour: str) -> None:
    """The interval; an end that is not on the axis has no stroke across."""
    drawing.line((scale.place(interval.low), height), (scale.place(interval.high), height), colour, 1.5)
    for value in (interval.low, interval.high):
        if scale.holds(value):
            drawing.line((scale.place(value), height - 4), (scale.place(value), height + 4), colour, 1.5)
