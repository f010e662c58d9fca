"""Curves: throughput by the number of operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.harness.loops import SUBJECT
from benchmarks.report.axes import Frame, caption, colours, contestants_of, head, heading, legend
from benchmarks.report.drawing import WIDTH, Drawing
from benchmarks.report.numbers import digits, rate_text
from benchmarks.report.palette import SHAPES
from benchmarks.report.runs import shown_name
from benchmarks.report.scales import log_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.families import Family
    from benchmarks.report.palette import Theme
    from benchmarks.report.runs import Run

HEIGHT = 400
RIGHT = 130
"""Enough for the names at the ends of the curves."""
APART = 19
"""Names closer than that would overlap."""


def draw(theme: Theme, run: Run, family: Family, title: str) -> str:
    """The picture; every curve has its name at its end."""
    names = contestants_of(run, family.rows)
    curves = {name: family.per_second(name) for name in names}
    top = head(names)
    frame = Frame(top, 100, WIDTH - RIGHT, top + HEIGHT)
    drawing = Drawing(theme, frame.bottom + 62, f"{title}. The page has the figures.")
    heading(drawing, title, run)
    legend(drawing, names, bar=False)
    sizes = sorted({size for points in curves.values() for size, _rate in points})
    across = log_scale(sizes, frame.left, frame.right)
    upwards = log_scale((rate for points in curves.values() for _size, rate in points), frame.bottom, frame.top, 1.3)
    frame.levels(drawing, upwards, [(value, rate_text(value).replace(".00", "")) for value in upwards.ticks(7)])
    frame.grid(drawing, across, [(size, f"{size:,}") for size in sizes])
    ends = []
    for name, colour in reversed(colours(names)):
        points = [(across.place(size), upwards.place(rate)) for size, rate in curves[name]]
        drawing.curve(points, colour, 4 if name == SUBJECT else 2)
        for point, (size, rate) in zip(points, curves[name], strict=True):
            hint = f"{shown_name(name)}, {size:,}: {rate_text(rate)}, {digits(1e9 / rate)} ns each"
            drawing.mark(point, SHAPES[colour], colour, 6 if name == SUBJECT else 5, hint)
        ends.append((points[-1], name, colour))
    for (x, y), name, colour in _apart(ends):
        drawing.text((x + 14, y + 5), shown_name(name), colour=colour, bold=name == SUBJECT)
    caption(
        drawing,
        frame,
        "Operations per second by how many there are at a time; both axes are logarithmic. Higher is better.",
    )
    return drawing.source()


End = tuple[tuple[float, float], str, str]


def _apart(ends: Sequence[End]) -> list[End]:
    """The same, from above, each at least one line of text below the one before."""
    placed: list[End] = []
    for (x, y), name, colour in sorted(ends, key=lambda end: end[0][1]):
        lowest = placed[-1][0][1] + APART if placed else y
        placed.append(((x, max(y, lowest)), name, colour))
    return placed
