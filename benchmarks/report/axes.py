"""What plots have in common: heading, legend, grid and the labels of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.harness.loops import SUBJECT
from benchmarks.report.drawing import SMALL, TEXT, WIDTH, Drawing, width_of, wrapped
from benchmarks.report.palette import SHAPES, colour_name
from benchmarks.report.runs import shown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.report.runs import Row, Run
    from benchmarks.report.scales import LinearScale, LogScale

HEAD = 118
"""The height of title, subtitle and a legend of one line."""
LEGEND_LINE = 24
MARGIN = 20
LEFT = 330
"""Where the axis begins beside labels of rows."""
TALL = 700
LINE = TEXT + 2


@dataclass(frozen=True)
class Frame:
    """Where the axes are."""

    top: float
    left: float
    right: float
    bottom: float

    def grid(self, drawing: Drawing, scale: LogScale | LinearScale, ticks: Iterable[tuple[float, str]]) -> None:
        """Vertical lines, and their values below; where the axis below is far away, also above."""
        tall = self.bottom - self.top > TALL
        for value, text in ticks:
            x = scale.place(value)
            drawing.line((x, self.top), (x, self.bottom), "grid")
            drawing.text((x, self.bottom + 22), text, colour="muted", size=SMALL, anchor="middle")
            if tall:
                drawing.text((x, self.top - 8), text, colour="muted", size=SMALL, anchor="middle")

    def levels(self, drawing: Drawing, scale: LogScale | LinearScale, ticks: Iterable[tuple[float, str]]) -> None:
        """Horizontal lines, and their values to the left."""
        for value, text in ticks:
            y = scale.place(value)
            drawing.line((self.left, y), (self.right, y), "grid")
            drawing.text((self.left - 10, y + 5), text, colour="muted", size=SMALL, anchor="end")


def contestants_of(run: Run, rows: Sequence[Row]) -> list[str]:
    """Those with a figure in one of the rows, PyLoop first: it is what a reader looks for."""
    names = run.columns(rows)
    return sorted(names, key=lambda name: name != SUBJECT)


def colours(names: Sequence[str]) -> list[tuple[str, str]]:
    """Each contestant and the name of its colour."""
    others = [name for name in names if name not in SHAPES]
    return [(name, colour_name(name, others)) for name in names]


def heading(drawing: Drawing, title: str, run: Run) -> None:
    """The title, and below it where and when; that the run is void stands in front."""
    void = "VOID - " if run.void else ""
    drawing.text((MARGIN, 32), void + title, size=20, bold=True)
    about = run.about
    text = f"{run.label}, {about['processor']}, {about['kernel'].split('-')[0]}, {about['date'][:10]}"
    drawing.text((MARGIN, 56), text, colour="muted", size=SMALL)


def head(names: Sequence[str]) -> float:
    """The height of title, subtitle and legend."""
    return HEAD + LEGEND_LINE * max((line for _name, _x, line in _places(names)), default=0)


def legend(drawing: Drawing, names: Sequence[str], *, bar: bool = True) -> None:
    """Which mark is whose; PyLoop's is a bar if it is drawn as one."""
    by_name = dict(colours(names))
    for name, x, line in _places(names):
        y = 79 + LEGEND_LINE * line
        if name == SUBJECT and bar:
            drawing.rectangle((x, y - 7), 22, 14, by_name[name])
        else:
            drawing.mark((x + 11, y), SHAPES[by_name[name]], by_name[name], 6)
        drawing.text((x + 29, y + 5), shown_name(name), bold=name == SUBJECT)


def _places(names: Sequence[str]) -> list[tuple[str, float, int]]:
    """Where each entry of the legend begins, and in which line."""
    found, x, line = [], float(MARGIN), 0
    for name in names:
        width = 29 + width_of(shown_name(name))
        if x + width > WIDTH - MARGIN:
            x, line = float(MARGIN), line + 1
        found.append((name, x, line))
        x += width + 26
    return found


def row_label(drawing: Drawing, right: float, middle: float, lines: Sequence[str]) -> None:
    """At the left of a row, on several lines if it is long."""
    for number, line in enumerate(lines):
        drawing.text((right, middle + 5 + (number - (len(lines) - 1) / 2) * LINE), line, anchor="end")


def caption(drawing: Drawing, frame: Frame, text: str) -> None:
    """What the axis shows, below it."""
    for number, line in enumerate(wrapped(text, WIDTH - 2 * MARGIN, SMALL)):
        drawing.text((MARGIN, frame.bottom + 46 + 17 * number), line, colour="muted", size=SMALL)
