"""From values to places on an axis, and the values that are written at it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEPS: tuple[tuple[float, ...], ...] = (
    (1, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.5, 3, 4, 5, 6, 7, 8, 8.5, 9, 9.5),
    (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 7, 8, 9),
    (1, 1.5, 2, 3, 4, 5, 6, 8),
    (1, 2, 3, 5, 7),
    (1, 2, 5),
    (1, 3),
    (1,),
)
"""Within a power of ten, from the finest."""


@dataclass(frozen=True)
class LogScale:
    """A logarithmic axis: equal distances are equal ratios."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where a value is; one outside is at the end of the axis."""
        part = math.log(max(min(value, self.high), self.low) / self.low) / math.log(self.high / self.low)
        return self.start + part * (self.end - self.start)

    def holds(self, value: float) -> bool:
        """Whether a value is on the axis."""
        return self.low <= value <= self.high

    def ticks(self, most: int = 8) -> list[float]:
        """Round values, as many as are read easily."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for steps in _STEPS:
            found = [step * 10.0**power for power in powers for step in steps]
            found = [value for value in found if self.low <= value * 1.0001 and value <= self.high * 1.0001]
            if len(found) <= most:
                return found
        return found[:: math.ceil(len(found) / most)]


def log_scale(values: Iterable[float], start: float, end: float, margin: float = 1.12) -> LogScale:
    """An axis that holds these values and a margin, which is a factor."""
    known = [value for value in values if value > 0]
    low, high = min(known, default=1.0), max(known, default=1.0)
    return LogScale(low / margin, high * margin, start, end)


@dataclass(frozen=True)
class LinearScale:
    """An axis from 0: equal distances are equal differences."""

    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where a value is."""
        return self.start + value / self.high * (self.end - self.start)

    def holds(self, value: float) -> bool:
        """Whether a value is on the axis."""
        return 0 <= value <= self.high

    def ticks(self, most: int = 8) -> list[float]:
        """Round values, as many as are read easily."""
        power = 10.0 ** math.floor(math.log10(self.high / most))
        step = next(power * factor for factor in (1, 2, 5, 10) if self.high / (power * factor) <= most)
        return [step * index for index in range(int(self.high / step) + 1)]
