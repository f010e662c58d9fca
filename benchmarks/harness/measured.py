"""What everything that is measured has in common: a name, units, and the figures that are shown of it."""

from __future__ import annotations

import importlib.util
import math
from statistics import fmean
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.harness.contestants import Contestant

Comparison = Literal["ratio", "difference", "none"]
Better = Literal["lower", "higher"]


class Measured:
    """One line of a table, or one line for each metric."""

    name: str
    title: str
    operations: int = 1
    unit: ClassVar[str] = "ns"
    """How results are printed: a key of `units.UNITS`. Times are always kept in nanoseconds."""
    metrics: tuple[str, ...] = ("mean",)
    comparison: ClassVar[Comparison] = "ratio"
    """How contestants are compared: `none` where each comparison would mislead, see the workload."""

    parameter: int | None = None
    """The size, in lines that differ in nothing else: how a loop scales is drawn over it."""

    most_rounds: ClassVar[int | None] = None
    """More rounds than these are not worth their time; None if there is no such number."""

    packages: tuple[str, ...] = ()
    """Modules that must be installed besides the loop."""

    contestants: tuple[str, ...] | None = None
    """Who takes part; None for every loop as it is."""

    @property
    def latency(self) -> bool:
        """True if the samples of all rounds belong together, as single latencies do."""
        return False

    @property
    def group(self) -> str:
        """Another name by which it can be chosen, together with its like."""
        return self.name

    def admits(self, contestant: Contestant) -> bool:
        """Whether it takes part."""
        return contestant.is_loop if self.contestants is None else contestant.name in self.contestants

    def obstacle(self) -> str | None:
        """Why it cannot be measured here; None if it can."""
        absent = [package for package in self.packages if not installed(package)]
        return f"the package {absent[0]} is not installed" if absent else None

    def figure(self, samples: Sequence[float], metric: str) -> float:
        """One metric of the samples of a round, or of all rounds."""
        return statistic(samples, metric)

    def unit_of(self, metric: str) -> str:
        """How this metric is printed; a count has no unit."""
        return self.unit

    def better(self, metric: str) -> Better:
        """Which figure of two is the better one."""
        return "lower"

    def shown(self, metric: str) -> bool:
        """Whether it stands in the table on the terminal; the result has all."""
        return True

    def title_of(self, metric: str) -> str:
        """The first cell of the line."""
        return f"{self.title}, {metric}" if len(self.metrics) > 1 else self.title


def installed(module: str) -> bool:
    """Whether it could be imported."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def percentile(samples: Sequence[float], percent: float) -> float:
    """The smallest sample that at least this percentage of all samples do not exceed."""
    ordered = sorted(samples)
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]


def statistic(samples: Sequence[float], metric: str) -> float:
    """One statistic of samples in nanoseconds; `early` is a count."""
    match metric:
        case "mean":
            return fmean(samples)
        case "p50":
            return percentile(samples, 50)
        case "p99":
            return percentile(samples, 99)
        case "max":
            return max(samples)
        case "early":
            return sum(value < 0 for value in samples)
        case _:
            raise ValueError(f"unknown metric {metric!r}")
