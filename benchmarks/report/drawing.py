"""SVG, written directly: the same bytes on every machine, text that stays text, colours of the page it stands in."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.report.palette import Theme

WIDTH = 900
TEXT = 15
SMALL = 13
CHARACTER = 0.53
"""The mean width of a character, in sizes of the text; enough to keep texts apart."""

Point = tuple[float, float]

_CORNERS: dict[str, list[Point]] = {
    "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "triangle": [(0, -1.2), (1.15, 0.9), (-1.15, 0.9)],
    "diamond": [(0, -1.35), (1.35, 0), (0, 1.35), (-1.35, 0)],
    "bar": [(-0.4, -1.3), (0.4, -1.3), (0.4, 1.3), (-0.4, 1.3)],
    "cross": [
        (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4),
        (0.4, 1.2), (-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
    ],
}  # fmt: skip
"""Around the middle of a mark, in sizes of it; what is not here is a circle."""


class Drawing:
    """A picture under construction; coordinates in pixels from the upper left."""

    def __init__(self, theme: Theme, height: float, description: str) -> None:
        self.theme = theme
        self.height = height
        self._description = description
        self._parts: list[str] = []

    def source(self) -> str:
        """The whole picture."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height:.0f}" role="img" '
            f'aria-label="{escape(self._description)}" '
            "font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif\">"
        )
        background = f'<rect width="{WIDTH}" height="{self.height:.0f}" style="fill:{self.theme["surface"]}"/>'
        return "\n".join([head, background, *self._parts, "</svg>\n"])

    def text(
        self,
        place: Point,
        text: str,
        *,
        colour: str = "text",
        size: int = TEXT,
        anchor: str = "start",
        bold: bool = False,
    ) -> None:
        """One line of text; `anchor` is start, middle or end."""
        weight = ' font-weight="600"' if bold else ""
        self._parts.append(
            f'<text x="{place[0]:.1f}" y="{place[1]:.1f}" font-size="{size}" text-anchor="{anchor}"{weight} '
            f'style="fill:{self.theme[colour]}">{escape(text, quote=False)}</text>'
        )

    def line(self, start: Point, end: Point, colour: str, width: float = 1, dash: str = "") -> None:
        """A straight line."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" '
            f'stroke-width="{width:g}"{dashes} style="stroke:{self.theme[colour]}"/>'
        )

    def rectangle(self, corner: Point, width: float, height: float, colour: str, hint: str = "") -> None:
        """A filled rectangle; `hint` is shown where a pointer rests on it."""
        self._parts.append(
            f'<rect x="{corner[0]:.1f}" y="{corner[1]:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" rx="2" '
            f'style="fill:{self.theme[colour]}">{_hint(hint)}</rect>'
        )

    def curve(self, points: Sequence[Point], colour: str, width: float) -> None:
        """A line through points."""
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(
            f'<polyline points="{places}" fill="none" stroke-width="{width:g}" stroke-linejoin="round" '
            f'style="stroke:{self.theme[colour]}"/>'
        )

    def mark(self, place: Point, shape: str, colour: str, size: float = 6, hint: str = "") -> None:
        """A symbol around a point, with a border in the colour of the page so that it stands out from what is below."""
        x, y = place
        kind, _, hollow = shape.partition("-")
        fill, stroke = ("surface", colour) if hollow else (colour, "surface")
        style = f'stroke-width="2" style="fill:{self.theme[fill]};stroke:{self.theme[stroke]}"'
        if kind in _CORNERS:
            points = " ".join(f"{x + size * dx:.1f},{y + size * dy:.1f}" for dx, dy in _CORNERS[kind])
            self._parts.append(f'<polygon points="{points}" {style}>{_hint(hint)}</polygon>')
        else:
            self._parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}" {style}>{_hint(hint)}</circle>')


def _hint(text: str) -> str:
    return f"<title>{escape(text, quote=False)}</title>" if text else ""


def width_of(text: str, size: int = TEXT) -> float:
    """About how wide a text will be."""
    return len(text) * size * CHARACTER


def wrapped(text: str, width: float, size: int = TEXT) -> list[str]:
    """The text in lines of about this width."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
