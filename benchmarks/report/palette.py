"""Colours that readers with any colour vision tell apart, for light and dark pages: near those of Okabe and Ito."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.harness.contestants import LIMIT
from benchmarks.harness.loops import BASE, SUBJECT

if TYPE_CHECKING:
    from collections.abc import Mapping

LIGHT = "light"
DARK = "dark"

_COLOURS: dict[str, tuple[str, str]] = {
    "surface": ("#ffffff", "#0d1117"),
    "text": ("#1f2328", "#e6edf3"),
    "muted": ("#59636e", "#9da7b3"),
    "grid": ("#d9dee3", "#2d343c"),
    "alert": ("#cc0000", "#ff7b72"),
    SUBJECT: ("#c45000", "#ff8b3d"),
    BASE: ("#6e7781", "#9da7b3"),
    "uvloop": ("#0072b2", "#58b0f0"),
    "rloop": ("#00855f", "#35d0a0"),
    "zuvloop": ("#7a4fa3", "#c4a0f0"),
    "rsloop": ("#b8437f", "#f08fc0"),
    "uvloop+aiofastnet": ("#004a75", "#a5d6ff"),
    f"{SUBJECT}+aiofastnet": ("#8a3c00", "#ffc59b"),
    LIMIT: ("#1f2328", "#e6edf3"),
    "other-1": ("#8a6d00", "#e6c84f"),
    "other-2": ("#3d6b9e", "#8fb8e8"),
    "other-3": ("#6b6b00", "#c9c95a"),
    "other-4": ("#84504f", "#e0a9a8"),
}
SHAPES = {
    SUBJECT: "circle",
    BASE: "bar",
    "uvloop": "square",
    "rloop": "triangle",
    "zuvloop": "diamond",
    "rsloop": "cross",
    "uvloop+aiofastnet": "square-hollow",
    f"{SUBJECT}+aiofastnet": "circle-hollow",
    LIMIT: "bar",
    "other-1": "triangle-hollow",
    "other-2": "diamond-hollow",
    "other-3": "square",
    "other-4": "triangle",
}
"""Colour is never the only difference."""


@dataclass(frozen=True)
class Theme:
    """Colours by name, as CSS has them."""

    colours: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.colours[name]


def variable(name: str) -> str:
    """The CSS variable of a colour."""
    return "--" + name.replace("+", "-")


THEMES = {
    LIGHT: Theme({name: light for name, (light, _dark) in _COLOURS.items()}),
    DARK: Theme({name: dark for name, (_light, dark) in _COLOURS.items()}),
}
VARIABLES = Theme({name: f"var({variable(name)})" for name in _COLOURS})
"""For pictures within a page that has both themes."""


def css(theme: Theme) -> str:
    """The variables of a theme."""
    return " ".join(f"{variable(name)}: {colour};" for name, colour in theme.colours.items())


def colour_name(contestant: str, others: list[str]) -> str:
    """The entry of a contestant; those without one of their own take turns in the last four."""
    if contestant in SHAPES:
        return contestant
    return f"other-{others.index(contestant) % 4 + 1}"
