"""The control: the same work on asyncio again and again during a run. If it gets slower or faster, the machine does."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_DRIFT = 0.15
"""A run in which the control changed by more than this part is void: its figures do not belong together."""
PARTS = 3


class Control:
    """Takes a sample whenever it is asked to."""

    def __init__(self, name: str, sample: Callable[[], float]) -> None:
        """`sample` does the work once and returns nanoseconds."""
        self._name = name
        self._sample = sample
        self._samples: list[float] = []

    def take(self) -> None:
        """Sample."""
        self._samples.append(self._sample())

    def verdict(self) -> dict[str, Any]:
        """The JSON: drift is the difference between the slowest and the fastest third of the run, by their medians."""
        drift = drift_of(self._samples)
        return {"name": self._name, "drift": round(drift, 4), "void": drift > MOST_DRIFT, "samples": self._samples}


def drift_of(samples: list[float]) -> float:
    """How much slower the slowest third was than the fastest one; 0 if there are too few samples to tell."""
    size = len(samples) // PARTS
    if size < PARTS:
        return 0.0
    thirds = [median(samples[part * size : (part + 1) * size]) for part in range(PARTS)]
    return max(thirds) / min(thirds) - 1
