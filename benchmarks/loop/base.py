"""What every workload offers: a name, a unit, set-up, `run(n)` and tear-down."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from benchmarks.harness.measured import Measured

if TYPE_CHECKING:
    import asyncio


class WorkloadError(Exception):
    """The loop did not do the work that was asked of it, so its time means nothing."""


class Workload(Measured, ABC):
    """One piece of work, the same for every loop; `run(n)` does it and checks that it was done.

    Its metrics are `mean` alone for throughput, and statistics of the single samples for latency.
    """

    @property
    def latency(self) -> bool:
        """True if `run(n)` returns n single latencies instead of one elapsed time."""
        return self.metrics != ("mean",)

    def set_up(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take a loop that is new and not running."""
        self.loop = loop

    @abstractmethod
    def run(self, n: int) -> list[int]:
        """Do n operations; return [elapsed ns] of all together, or n latencies in ns."""

    def tear_down(self) -> None:
        """Let go of the loop, which is closed next."""
        del self.loop


def expect(what: str, actual: int, expected: int) -> None:
    """Fail the run if the loop did more or less than it was asked to."""
    if actual != expected:
        raise WorkloadError(f"{what}: expected {expected}, got {actual}")


def short(number: int) -> str:
    """A number of operations, as it stands in names and titles: 100, 1k, 2.5k, 50k."""
    return f"{number / 1000:g}k" if number >= 1000 else str(number)
