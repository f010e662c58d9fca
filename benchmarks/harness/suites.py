"""The suites: what each measures, how often and how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.cold import COLD
from benchmarks.harness.runners import ColdRunner, Runner, ShortRunner, WarmRunner
from benchmarks.harness.sampling import Limits
from benchmarks.loop import SHORT, WORKLOADS
from benchmarks.memory import MEMORY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.harness.measured import Measured


@dataclass(frozen=True)
class Timing:
    """Rounds, and the limits of samples and warm-up as far as the suite has them."""

    rounds: int
    limits: Limits


@dataclass(frozen=True)
class Suite:
    """Lines of a table that are measured in the same way."""

    name: str
    title: str
    lines: Mapping[str, Measured]
    runner: Callable[[Limits], Runner]
    timings: dict[str, Timing]
    """By kind of run: `full`, `quick` and `long`."""


SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite(
            "cold",
            "Cold: a new process for every sample, nothing done before",
            COLD,
            lambda _limits: ColdRunner(COLD),
            {
                "full": Timing(15, Limits(0, 0, 0)),
                "quick": Timing(3, Limits(0, 0, 0)),
                "long": Timing(31, Limits(0, 0, 0)),
            },
        ),
        Suite(
            "memory",
            "Memory: a new process for every sample",
            MEMORY,
            lambda _limits: ColdRunner(MEMORY),
            {
                "full": Timing(3, Limits(0, 0, 0)),
                "quick": Timing(3, Limits(0, 0, 0)),
                "long": Timing(3, Limits(0, 0, 0)),
            },
        ),
        Suite(
            "short",
            "Short runs: a new process for every sample, no warm-up beyond 1,000 operations",
            SHORT,
            ShortRunner,
            {
                "full": Timing(5, Limits(100, 0, 0)),
                "quick": Timing(3, Limits(20, 0, 0)),
                "long": Timing(15, Limits(100, 0, 0)),
            },
        ),
        Suite(
            "warm",
            "Warm: one process per loop for all samples, warmed up",
            WORKLOADS,
            WarmRunner,
            {
                "full": Timing(7, Limits(60, 50, 500)),
                "quick": Timing(3, Limits(15, 20, 100)),
                "long": Timing(15, Limits(250, 400, 2000)),
            },
        ),
    )
}
