"""Bars: how many times as fast as asyncio PyLoop is, row by row, with the rivals as marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.loops import BASE, SUBJECT
from benchmarks.report.axes import (
    LEFT,
    LINE,
    MARGIN,
    Frame,
    caption,
    colours,
    contestants_of,
    head,
    heading,
    legend,
    row_label,
)
from benchmarks.report.drawing import WIDTH, Drawing, wrapped
from benchmarks.report.numbers import interval_text, ratio_digits
from benchmarks.report.palette import SHAPES
from benchmarks.report.runs import shown_name
from benchmarks.report.scales import LogScale, log_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.intervals import Interval
    from benchmarks.report.palette import Theme
    from benchmarks.report.runs import Row, Run

BAR = 16
LANE = 11
"""The height that each rival has below PyLoop's bar."""
GAP = 14
RIGHT = 80
"""The width for the figure behind the bars."""


def has_ratio(row: Row) -> bool:
    """Whether a bar can be drawn for the row."""
    return row.comparison == "ratio" and row.compared(BASE) is not None


def draw(theme: Theme, run: Run, rows: Sequence[Row], title: str, names: Sequence[str] = ()) -> str:
    """The picture; rows without a ratio are left out, and all contestants drawn if none are named."""
    rows = [row for row in rows if has_ratio(row)]
    names = [name for name in contestants_of(run, rows) if name != BASE and (not names or name in names)]
    labels = [wrapped(_label(row), LEFT - 14 - MARGIN) for row in rows]
    heights = [max(BAR + LANE * (len(names) - 1), LINE * len(lines)) + GAP for lines in labels]
    top = head(names)
    frame = Frame(top, LEFT, WIDTH - RIGHT, top + sum(heights))
    drawing = Drawing(theme, frame.bottom + 78, f"{title}: ratios to asyncio. The table has all figures.")
    heading(drawing, title, run)
    legend(drawing, names)
    intervals = [{name: row.compared(BASE, name) for name in names} for row in rows]
    medians = [each.median for found in intervals for each in found.values() if each]
    scale = log_scale([1, *medians], frame.left, frame.right, margin=1.15)
    frame.grid(drawing, scale, [(value, f"{value:g}x") for value in scale.ticks()])
    for row, lines, height, found in zip(rows, labels, heights, intervals, strict=True):
        row_label(drawing, frame.left - 14, top + height / 2, lines)
        _row(drawing, scale, top + GAP / 2, row, found)
        top += height
    one = scale.place(1)
    drawing.line((one, frame.top - 6), (one, frame.bottom + 6), "text", 1.5)
    measure = "Processor time" if all(row.metric == "cpu" for row in rows) else "Time"
    text = f"{measure} of asyncio, the line at 1, divided by that of each; further right is better. Log scale, medians,"
    text += " confidence intervals as thin lines."
    caption(drawing, frame, text)
    return drawing.source()


def _label(row: Row) -> str:
    return str(row.title).removesuffix(", cpu")


def _row(drawing: Drawing, scale: LogScale, top: float, row: Row, found: dict[str, Interval | None]) -> None:
    own, middle = found[SUBJECT], top + BAR / 2
    assert own is not None
    ends = sorted((scale.place(1), scale.place(own.median)))
    hint = f"{row.title}: PyLoop {interval_text(row, own)} times as fast as asyncio"
    drawing.rectangle((ends[0], top), ends[1] - ends[0], BAR, SUBJECT, hint)
    whisker(drawing, scale, middle, own, "text")
    drawing.text((WIDTH - RIGHT + 12, middle + 5), f"{ratio_digits(own.median)}x", bold=True)
    middle += BAR / 2 - LANE / 2 + 2
    for name, colour in colours(list(found)):
        interval = found[name]
        if name == SUBJECT:
            continue
        middle += LANE
        if interval is not None:
            whisker(drawing, scale, middle, interval, colour)
            hint = f"{row.title}: {shown_name(name)} {interval_text(row, interval)} times as fast as asyncio"
            drawing.mark((scale.place(interval.median), middle), SHAPES[colour], colour, 4.5, hint)


def whisker(drawing: Drawing, scale: LogScale, height: float, interval: Interval, colour: str) -> None:
    """The interval; an end that is not on the axis has no stroke across."""
    drawing.line((scale.place(interval.low), height), (scale.place(interval.high), height), colour, 1.5)
    for value in (interval.low, interval.high):
        if scale.holds(value):
            drawing.line((scale.place(value), height - 4), (scale.place(value), height + 4), colour, 1.5)
