"""Warm-up and sampling: the rules that are the same for every loop."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from time import perf_counter_ns
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.loop import Workload

IMPROVEMENT = 0.98
"""A window counts as faster only if it takes less than this part of the best one before it."""
PLATEAU_WINDOWS = 3
PRIMING_OPERATIONS = 1_000
"""What runs untimed before every sample; in short runs it is all that has run before."""
PRIMING_LATENCIES = 10


@dataclass(frozen=True)
class Limits:
    """How long to warm up and to sample, in milliseconds."""

    sample_ms: float
    warmup_min_ms: float
    warmup_max_ms: float
    warmup_window_ms: float = 40


@dataclass(frozen=True)
class WarmUp:
    """What a warm-up did: windows measured, operations, seconds, and whether the time per operation settled."""

    windows: int
    operations: int
    seconds: float
    settled: bool


def warm_up(workload: Workload, limits: Limits) -> WarmUp:
    """Run the workload until it gets no faster, within the limits.

    Settled means: the minimum time has passed, and the last windows brought no improvement worth the name. A
    window that got slower is noise and does not prolong the warm-up.
    """
    start = perf_counter_ns()
    best = float("inf")
    windows = operations = without_gain = 0
    while True:
        elapsed_ms = (perf_counter_ns() - start) / 1e6
        settled = without_gain >= PLATEAU_WINDOWS and elapsed_ms >= limits.warmup_min_ms
        if settled or elapsed_ms >= limits.warmup_max_ms:
            return WarmUp(windows, operations, elapsed_ms / 1000, settled)
        mean, count = _window(workload, limits.warmup_window_ms)
        windows += 1
        operations += count
        without_gain = 0 if mean < best * IMPROVEMENT else without_gain + 1
        best = min(best, mean)


def sample(workload: Workload, limits: Limits) -> list[float]:
    """Measure once: [mean ns per operation], or single latencies in ns."""
    gc.collect()  # every loop starts a sample from the same state; gc stays enabled while it runs
    # The process was asleep while the other loops had their turn: bring caches and clock speed back.
    if workload.latency:
        workload.run(PRIMING_LATENCIES)
        return [float(latency) for latency in workload.run(workload.operations)]
    workload.run(min(PRIMING_OPERATIONS, workload.operations))
    return [_window(workload, limits.sample_ms)[0]]


def _window(workload: Workload, milliseconds: float) -> tuple[float, int]:
    """Repeat the workload for at least this long; mean ns per operation and the operations done."""
    n = workload.operations
    begun = perf_counter_ns()
    timed = runs = 0
    while runs == 0 or perf_counter_ns() - begun < milliseconds * 1e6:
        result = workload.run(n)
        timed += sum(result) if not workload.latency else sum(result) // len(result) * n
        runs += 1
    return timed / (runs * n), runs * n
